"""What each key would do to the person on screen, computed from the same plan that an outcome writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.calling import plan
from domain.calling.allowed import OutsideHours, validate
from domain.calling.views import ActionView, Effect
from domain.campaigns.policy import Policy
from domain.campaigns.segments import without_shift
from domain.codes import ActionType, DialStatus


@dataclass(frozen=True, eq=False)
class LeadRules:
    """The rules and facts of the person on screen; answers for any action at any moment, without a database.

    ``counted``: the running call is counted already (dialled), so an outcome adds no attempt.
    """

    facts: plan.LeadFacts
    policy: Policy

    def effect(self, action: ActionView, now: datetime) -> Effect:
        """What pressing the action's key at ``now`` would do."""
        _, campaign_status, resolution = plan.sets(action, self.facts)
        short = f"{campaign_status} {resolution or '–'}"
        if action.lead_status == DialStatus.DNC:
            return Effect("everywhere", short)
        if action.type == ActionType.SCHEDULED:
            return Effect("choose", short)
        try:
            planned = plan.make(action, self.facts, self.policy, now, wrong_number=action.marks_phone_bad)
        except OutsideHours:
            return Effect("choose", short)
        short = f"{planned.campaign_status} {planned.resolution or '–'}"
        if planned.ends:
            return Effect("ends", short)
        if planned.exhausted:
            return Effect("exhausted", short)
        if planned.shift is not None:
            return Effect("shift", short, planned.next_attempt_at)
        if planned.callback_at is not None:
            return Effect("callback", short, planned.callback_at)
        return Effect("retry", short, planned.next_attempt_at)

    def allowed(self, at: datetime, now: datetime) -> None:
        """Raise ``OutsideHours`` (with the nearest allowed time) for a time that may not be promised."""
        validate(at, now=now, calendar=self.policy.calendar, segment=without_shift(self.facts.segment))

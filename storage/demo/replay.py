"""Plays a story through the rules of an outcome: what each attempt changed, and how the lead stands now.

The rules are those of `domain.calling.plan`; nothing about statuses is decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from domain.calling import plan
from domain.campaigns.policy import Policy
from domain.codes import CallResult, CampaignStatus, DialStatus, Shift
from storage.demo.story import Attempt, Ending, Story


@dataclass(frozen=True, slots=True)
class Meaning:
    """The part of a console action that an outcome is planned from."""

    slug: str
    type: str
    campaign_status: str
    resolution: str
    lead_status: str
    result: str
    marks_phone_bad: bool


@dataclass(slots=True)
class Step:
    """One attempt as it is written down: its result, and the values of the lead before and after."""

    attempt: Attempt
    result: str
    before: dict[str, object]
    after: dict[str, object]

    @property
    def answered(self) -> bool:
        return self.result == CallResult.ANSWERED


@dataclass(slots=True)
class Standing:
    """A lead's values after its story. `due` is when it is tried again; None where it has ended."""

    segment: str
    status: str | None = DialStatus.NEW.value
    campaign_status: int = CampaignStatus.NOT_CONTACTED.value
    resolution: str | None = None
    reason: int | None = None
    last_action: str | None = None
    last_action_at: int | None = None
    last_status_change: int | None = None
    attempts: int = 0
    answered: int = 0
    result: str | None = None
    due: datetime | None = None
    callback_at: datetime | None = None
    shift: Shift | None = None
    exhausted: bool = False
    quick_retry: bool = False
    steps: list[Step] = field(default_factory=list)


class Replay:
    """Plays stories by the shop's actions and the campaign's policy."""

    def __init__(self, actions: Mapping[str, Meaning], policy: Policy) -> None:
        self._actions = actions
        self._policy = policy

    def play(
        self,
        story: Story,
        *,
        segment: str,
        callback_at: datetime | None = None,
        reason: int | None = None,
    ) -> Standing:
        """How the lead stands after all attempts.

        Args:
            callback_at: the moment the last call agreed on, where the story ends with a scheduled callback.
            reason: the reason code given with the last outcome, if any.
        """
        lead = Standing(segment)
        for attempt in story.attempts[:-1]:
            self._step(lead, attempt)
        dropped_before = lead.result == CallResult.DROPPED
        last = story.attempts[-1]
        former = plan.LeadFacts(
            status=lead.status,
            campaign_status=lead.campaign_status,
            resolution=lead.resolution,
            reason=lead.reason,
            attempts=lead.attempts + 1,
            dropped_before=dropped_before,
            segment=segment,
            last_good_number=True,
        )
        self._step(lead, last, reason=reason, invalid=story.wrong_number)
        if story.ending not in _ENDED:
            self._await(lead, last, former, callback_at)
        return lead

    def _step(
        self, lead: Standing, attempt: Attempt, *, reason: int | None = None, invalid: bool = False
    ) -> None:
        before = _values(lead)
        if attempt.action is None:
            result = attempt.result or CallResult.NO_ANSWER.value
            status: str | None = result
            campaign_status, resolution = max(lead.campaign_status, 1), lead.resolution
            if campaign_status == CampaignStatus.NOT_CONTACTED:
                campaign_status = CampaignStatus.COULD_NOT_CONTACT.value
        else:
            action = self._actions[attempt.action]
            result = action.result
            status, campaign_status, resolution = plan.sets(action, _facts(lead))
            if invalid:
                status, campaign_status, resolution = DialStatus.INVALID.value, 5, "UN"
            lead.last_action, lead.last_action_at = attempt.action, attempt.ended
        if status != lead.status:
            lead.last_status_change = attempt.ended
        lead.status, lead.campaign_status, lead.resolution = status, campaign_status, resolution
        lead.reason, lead.result = reason, result
        lead.attempts += 1
        lead.answered += result == CallResult.ANSWERED
        after = _values(lead)
        changed = [key for key, value in after.items() if before[key] != value]
        lead.steps.append(
            Step(attempt, result, {key: before[key] for key in changed}, {key: after[key] for key in changed})
        )

    def _await(
        self, lead: Standing, last: Attempt, former: plan.LeadFacts, callback_at: datetime | None
    ) -> None:
        """When the lead is tried again, by the plan an outcome would have written."""
        action = self._actions[last.action] if last.action else _line_meaning(lead.status or "")
        ended = moment(last.ended)
        planned = plan.make(action, former, self._policy, ended, at=callback_at)
        lead.due, lead.callback_at = planned.next_attempt_at, planned.callback_at
        lead.shift, lead.exhausted = planned.shift, planned.exhausted
        lead.quick_retry, lead.segment = planned.quick_retry, planned.segment


_ENDED = frozenset({Ending.SALE, Ending.SALE_AFTER_PROMOTION, Ending.CLOSED})


@lru_cache(maxsize=16)
def _line_meaning(status: str) -> Meaning:
    """A call that only has a result, as if an action had said so."""
    return Meaning(status, "not found", plan.KEEP, plan.KEEP, status, status, False)


def _facts(lead: Standing) -> plan.LeadFacts:
    return plan.LeadFacts(
        lead.status,
        lead.campaign_status,
        lead.resolution,
        lead.reason,
        lead.attempts,
        False,
        lead.segment,
    )


def _values(lead: Standing) -> dict[str, object]:
    return {
        "status": lead.status,
        "campaign_status": lead.campaign_status,
        "campaign_resolution": lead.resolution,
        "resolution_reason": lead.reason,
        "last_console_action": lead.last_action,
        "dial_result": lead.result,
        "dial_attempts": lead.attempts,
        "answered_count": lead.answered,
    }


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as an aware UTC time."""
    return datetime.fromtimestamp(seconds, UTC)

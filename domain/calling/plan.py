"""What an outcome does to a lead, before anything is written: one pure function for screen and use case.

The console shows the plan beside each key ("comes back today 18:32"), ``outcomes.record`` writes the same plan.
Source: the calling specification, sections 1.1, 1.5 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from domain.calling.allowed import OutsideHours, latest_before, validate
from domain.calling.when_text import describe
from domain.campaigns import retry
from domain.campaigns.hours import Calendar
from domain.campaigns.policy import Policy
from domain.campaigns.segments import parse_segment, segment_key, without_shift
from domain.codes import FINAL_STATUSES, ActionType, CampaignStatus, DialStatus, Resolution, Shift
from domain.errors import Invalid

KEEP = "keep"
CLEAR = "clear"
FOLLOW_UP_HOUR = 9


class Meaning(Protocol):
    """The part of a console action that decides what an outcome does (a row or a view of it)."""

    @property
    def slug(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def campaign_status(self) -> str: ...
    @property
    def resolution(self) -> str: ...
    @property
    def lead_status(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What a plan needs to know of a lead. ``attempts`` includes the call being ended.

    ``dropped_before``: the call before this one was cut, so the quick retry is used up.
    ``last_good_number``: wrong number now would leave no number to dial.
    ``promoted``: a promotion was started before, whatever came in between.
    """

    status: str | None
    campaign_status: int
    resolution: str | None
    reason: int | None
    attempts: int
    dropped_before: bool
    segment: str
    last_good_number: bool = False
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be true of the lead afterwards; times are UTC.

    ``callback_at`` makes a callback for the seller; ``shift`` sends the lead back to the pool, without owner,
    for that half of the day; ``next_attempt_at`` is None where the lead has ended.
    """

    status: str | None
    campaign_status: int
    resolution: str | None
    ends: bool
    next_attempt_at: datetime | None = None
    callback_at: datetime | None = None
    shift: Shift | None = None
    segment: str = ""
    exhausted: bool = False
    quick_retry: bool = False


def sets(action: Meaning, facts: LeadFacts) -> tuple[str | None, int, str | None]:
    """Status, campaign status and resolution after an action (*keep* and *clear* resolved, S1 after SP)."""
    status = _resolved(action.lead_status, facts.status)
    campaign_status = int(_resolved(action.campaign_status, str(facts.campaign_status)) or 1)
    resolution = _resolved(action.resolution, facts.resolution)
    if resolution == Resolution.S2 and (facts.promoted or facts.resolution == Resolution.SP):
        resolution = Resolution.S1.value
    return status, campaign_status, resolution


def _resolved(value: str, current: str | None) -> str | None:
    if value == KEEP:
        return current
    return None if value == CLEAR else value


def make(
    action: Meaning,
    facts: LeadFacts,
    policy: Policy,
    now: datetime,
    *,
    at: datetime | None = None,
    wrong_number: bool = False,
) -> Plan:
    """Plan an outcome.

    Args:
        at: the time the seller chose (UTC), for actions that ask for one or may take one.
        wrong_number: the action marks the dialled number bad.

    Raises:
        Invalid: ``time_required`` where the action needs ``at``.
        OutsideHours: ``at`` (or the promotion's follow-up) is not a time this contact may be called.
    """
    status, campaign_status, resolution = sets(action, facts)
    if wrong_number and facts.last_good_number:
        status, campaign_status, resolution = DialStatus.INVALID.value, 5, Resolution.UN.value
    shift = _SHIFTS.get(campaign_status) if action.type == ActionType.PENDING else None
    base = Plan(status, campaign_status, resolution, ends=status in FINAL_STATUSES, segment=facts.segment)
    if base.ends:
        return base
    if shift is not None:
        return _to_shift(base, shift, policy, now)
    callback_at = _callback_time(action, resolution, facts, policy, now, at)
    if callback_at is not None:
        segment = without_shift(facts.segment)
        return _with(base, next_attempt_at=callback_at, callback_at=callback_at, segment=segment)
    return _retried(base, facts, policy, now)


_SHIFTS: dict[int, Shift] = {
    CampaignStatus.SWITCH_TO_MORNING: Shift.MORNING,
    CampaignStatus.SWITCH_TO_AFTERNOON: Shift.AFTERNOON,
}


def _callback_time(
    action: Meaning,
    resolution: str | None,
    facts: LeadFacts,
    policy: Policy,
    now: datetime,
    at: datetime | None,
) -> datetime | None:
    """The callback an action makes: at the chosen time, or after a promotion; None for a plain retry.

    An appointment takes the place of a wished half of the day.
    """
    segment = without_shift(facts.segment)
    if at is not None:
        return validate(at, now=now, calendar=policy.calendar, segment=segment)
    if action.type == ActionType.SCHEDULED:
        raise Invalid(f"{action.slug} needs a time (for example: tomorrow 10).", code="time_required")
    if resolution == Resolution.SP and action.type == ActionType.SUCCESS:
        return promotion_follow_up(policy, segment, now)
    return None


def _retried(base: Plan, facts: LeadFacts, policy: Policy, now: datetime) -> Plan:
    """The plan for a lead that comes back by rule: retry rule of its status, else the call-later wait."""
    calendar, segment = policy.calendar, facts.segment
    if base.status not in retry.RETRIED_STATUSES or base.status is None:
        due = retry.due_after(policy.call_later.total_seconds(), now=now, calendar=calendar, segment=segment)
        return _with(base, next_attempt_at=due)
    due = retry.next_attempt(
        policy.retry,
        DialStatus(base.status),
        attempts=facts.attempts,
        dropped_before=facts.dropped_before,
        now=now,
        calendar=calendar,
        segment=segment,
    )
    if facts.attempts >= policy.max_attempts:
        if policy.close_exhausted:
            return Plan(DialStatus.CLOSED.value, 5, Resolution.UN.value, ends=True, segment=segment)
        return _with(base, next_attempt_at=due, exhausted=True)
    quick = base.status == DialStatus.DROPPED and not facts.dropped_before
    return _with(base, next_attempt_at=due, quick_retry=quick)


def _to_shift(base: Plan, shift: Shift, policy: Policy, now: datetime) -> Plan:
    """Back to the pool for a half of the contact's day: the next one that begins, not what is left of this."""
    key = segment_key(parse_segment(base.segment).zones, shift)
    until = policy.calendar.open_until(now, key)
    due = policy.calendar.next_open(until or now, key)
    if due is None:
        # Several zones without a common half of the day: the shift is wished, the hours stay the lead's own.
        due = retry.due_after(0, now=now, calendar=policy.calendar, segment=base.segment)
        return _with(base, next_attempt_at=due, shift=shift)
    return _with(base, next_attempt_at=due, shift=shift, segment=key)


def _with(plan: Plan, **changes: object) -> Plan:
    return replace(plan, **changes)  # type: ignore[arg-type]  # names and types are those of Plan's fields


def promotion_follow_up(policy: Policy, segment: str, now: datetime) -> datetime:
    """09:00 local (or opening, if later) on the working day after the promotion ends.

    A working day is a weekday with calling hours. Source: the calling specification, 2 "start promotion".

    Raises:
        OutsideHours: that lies beyond the campaign's end; ``nearest`` is the last time before it.
    """
    calendar = policy.calendar
    zone = calendar.zones(segment)[0]
    last = now.astimezone(zone).date() + timedelta(days=policy.promotion_days)
    for days in range(1, 40):
        at = _follow_up_on(calendar, segment, last + timedelta(days=days))
        if at is not None:
            return at
    mornings = (
        _follow_up_on(calendar, segment, last - timedelta(days=days))
        for days in range(policy.promotion_days + 1)
    )
    nearest = next((at for at in mornings if at is not None and at > now), None)
    if nearest is None:
        end = datetime.combine(last + timedelta(days=1), time(FOLLOW_UP_HOUR), tzinfo=zone)
        nearest = latest_before(end.astimezone(UTC), now, calendar, segment)
    offer = (
        f"the nearest allowed time is {describe(nearest, now=now, contact_zone=zone.key)}"
        if nearest
        else "there is no allowed time left"
    )
    raise OutsideHours(f"The day after the promotion lies beyond the campaign's end; {offer}.", nearest)


def _follow_up_on(calendar: Calendar, segment: str, day: date) -> datetime | None:
    if day.weekday() >= 5 or calendar.is_holiday(day):
        return None
    zone = calendar.zones(segment)[0]
    nine = datetime.combine(day, time(FOLLOW_UP_HOUR), tzinfo=zone).astimezone(UTC)
    at = calendar.next_open(nine, segment)
    return at if at is not None and at.astimezone(zone).date() == day else None

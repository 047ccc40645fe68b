"""Whether a moment may be promised to a contact, and if not, which allowed one lies nearest.

Asked before a callback is written; source: the calling specification, section 2, "schedule".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.calling.when_text import describe
from domain.campaigns.hours import Calendar, Closed
from domain.errors import Invalid

LAST_CALL: Final = timedelta(minutes=15)
"""How long before closing the latest time is that is offered, so that there is time to talk."""


class OutsideHours(Invalid):
    """A time that may not be promised, with the allowed ones around it (UTC, None where there is none).

    nearest: the closer of ``before`` and ``after``, to be offered. Codes: ``past_time``, ``outside_hours``,
    ``holiday``, ``outside_dates``.
    """

    title = "Not a time to call"
    default_code = "outside_hours"

    def __init__(
        self,
        message: str,
        nearest: datetime | None,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.nearest = nearest
        self.before = before
        self.after = after


_WHY: Final = {
    Closed.NOT_STARTED: ("is before the campaign starts", "outside_dates"),
    Closed.ENDED: ("is after the campaign ends", "outside_dates"),
    Closed.HOLIDAY: ("is on a holiday", "holiday"),
    Closed.HOURS: ("is outside the contact's calling hours", "outside_hours"),
}


def validate(
    at: datetime,
    *,
    now: datetime,
    calendar: Calendar,
    segment: str,
    reader_zone: str | None = None,
    language: str = "en",
) -> datetime:
    """The moment in UTC, if it is to come and calling is allowed then.

    at, now: aware. reader_zone, language: how the message writes times. Raises ``OutsideHours`` with the
    nearest allowed time for one that has passed, lies outside the calling hours or the campaign's dates.
    """
    wanted = at.astimezone(UTC)
    closed = calendar.why_closed(wanted, segment)
    if wanted > now and closed is None:
        return wanted
    if wanted <= now or closed is None:
        why, code = "has passed", "past_time"
        before, after = None, calendar.next_open(now + timedelta(minutes=1), segment)
    else:
        why, code = _WHY[closed]
        before, after = latest_before(wanted, now, calendar, segment), calendar.next_open(wanted, segment)
    nearest = _nearer(wanted, before, after)
    zone = calendar.zones(segment)[0].key

    def said(moment: datetime) -> str:
        return describe(moment, now=now, contact_zone=zone, reader_zone=reader_zone, language=language)

    offer = f"the nearest allowed time is {said(nearest)}" if nearest else "there is no allowed time left"
    raise OutsideHours(f"{said(wanted)} {why}; {offer}.", nearest, before=before, after=after, code=code)


def latest_before(at: datetime, now: datetime, calendar: Calendar, segment: str) -> datetime | None:
    """The latest time between now and ``at`` that can be offered: a quarter of an hour before closing.

    In shorter hours it is their opening. None when calling is not allowed any more before ``at``.
    """
    span = calendar.last_open(at, segment, not_before=now)
    if span is None:
        return None
    opens, closes = span
    latest = max(opens, closes - LAST_CALL)
    return latest if latest > now else None


def _nearer(at: datetime, before: datetime | None, after: datetime | None) -> datetime | None:
    if before is None or after is None:
        return before or after
    return before if at - before < after - at else after

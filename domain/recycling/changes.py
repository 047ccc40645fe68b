"""What a recycle makes of a lead: one set of expressions, for the preview, the apply and what an undo restores.

* The status becomes the target; the history stays, and so does what the campaign knows of the person.
* Recycled to *new*, a lead may be called at once; where its time had come already it keeps its place among those
  who wait. Recycled to another status it keeps the time its retry rule gave it.
* With ``reset_attempts`` the counters begin again now, the last attempt is forgotten (there is nothing to wait for),
  and attempts that were used up are not any more. Without it they stay used up.
* A final lead that is put back has not ended: its campaign status goes back to *contacted* or *could not contact*,
  its resolution is cleared, so that reports do not count it as finished. An undo brings both back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, literal
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling import queue_state
from domain.calling.models import Lead
from domain.codes import FINAL_STATUSES, CampaignStatus, DialStatus

_FINAL = tuple(status.value for status in FINAL_STATUSES)
_REOPENED = {
    CampaignStatus.ENDED_WITH_CONTACT.value: CampaignStatus.CONTACTED.value,
    CampaignStatus.ENDED_WITHOUT_CONTACT.value: CampaignStatus.COULD_NOT_CONTACT.value,
}
_ALWAYS = ("status", "queue_state", "next_attempt_at")
_COUNTERS = (
    "dial_attempts",
    "answered_count",
    "imported_attempts",
    "counting_from",
    "last_dial_attempt",
    "dial_result",
    "exhausted",
)
_ENDING = ("campaign_status", "campaign_resolution", "resolution_reason")


def columns(*, reset_attempts: bool, include_final: bool) -> tuple[str, ...]:
    """The columns of a lead that a recycle sets, and that its undo restores."""
    return (*_ALWAYS, *(_COUNTERS if reset_attempts else ()), *(_ENDING if include_final else ()))


def exhausted(*, reset_attempts: bool) -> Any:
    """Whether a recycled lead's attempts are used up (an expression over ``lead``)."""
    return literal(False) if reset_attempts else col(Lead.exhausted)


def next_attempt(*, target: str, reset_attempts: bool, now: datetime) -> Any:
    """When a recycled lead may be called (an expression over ``lead``)."""
    brought_forward = sooner(target=target, reset_attempts=reset_attempts, now=now)
    return case((brought_forward, literal(now, UTCDateTime())), else_=col(Lead.next_attempt_at))


def waits(*, target: str, reset_attempts: bool, dialable: Iterable[str]) -> ColumnElement[int]:
    """Where a recycled lead waits (a ``QueueState``); its entry in the hopper goes."""
    return queue_state.as_sql(
        dialable, exhausted(reset_attempts=reset_attempts), status=literal(target), in_hopper=False
    )


def sooner(
    *, target: str, reset_attempts: bool, now: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Whether a recycle brings the next attempt forward to this moment."""
    if target != DialStatus.NEW and not reset_attempts:
        return literal(False)
    moment = literal(now, UTCDateTime()) if isinstance(now, datetime) else now
    return col(Lead.next_attempt_at) > moment


def values(
    *, target: str, reset_attempts: bool, include_final: bool, place: int | None, at_once: bool, now: datetime
) -> Mapping[str, Any]:
    """The values a recycle sets, by column: constants and expressions over ``lead``.

    Args:
        place: where these leads wait from now on (as ``waits`` says); None where they wait there already.
        at_once: brings their next attempt forward to ``now``.
    """
    found: dict[str, Any] = {"status": target}
    if place is not None:
        found["queue_state"] = place
    if at_once:
        found["next_attempt_at"] = now
    if reset_attempts:
        found |= {
            "dial_attempts": 0,
            "answered_count": 0,
            "imported_attempts": 0,
            "counting_from": now,
            "last_dial_attempt": None,
            "dial_result": None,
            "exhausted": False,
        }
    if include_final:
        ended = col(Lead.status).in_(_FINAL)
        reopened = case(_REOPENED, value=col(Lead.campaign_status), else_=col(Lead.campaign_status))
        found |= {
            "campaign_status": case((ended, reopened), else_=col(Lead.campaign_status)),
            "campaign_resolution": case((ended, None), else_=col(Lead.campaign_resolution)),
            "resolution_reason": case((ended, None), else_=col(Lead.resolution_reason)),
        }
    return found

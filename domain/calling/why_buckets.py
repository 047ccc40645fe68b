"""The rows of the funnel from leads loaded to callable now: their words, and which leads stand in each, as SQL.

Every lead stands in exactly one row, the first that fits. Source: the calling specification, 3 "why is the queue
empty".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_, select
from sqlmodel import col

from domain.calling.models import Activity, HopperEntry, Lead
from domain.calling.ready import good_number_under_caps
from domain.campaigns.hours import Closed
from domain.campaigns.policy import Policy
from domain.codes import FINAL_STATUSES, DialStatus, QueueState


class Why(StrEnum):
    """Why leads are not callable, or that they are, in the order in which the reasons are looked at."""

    CLAIMED = "claimed"
    NO_STATUS = "no_status"
    DO_NOT_CALL = "do_not_call"
    FINAL = "final"
    OUTCOME_MISSING = "outcome_missing"
    LIST_PAUSED = "list_paused"
    NOT_RETRIED = "not_retried"
    ATTEMPTS_USED_UP = "attempts_used_up"
    NO_GOOD_NUMBER = "no_good_number"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_NOT_STARTED = "campaign_not_started"
    CAMPAIGN_ENDED = "campaign_ended"
    PUT_OFF = "put_off"
    CALLBACK_LATER = "callback_later"
    WAITING = "waiting"
    HOLIDAY = "holiday"
    OUTSIDE_HOURS = "outside_hours"
    CAPPED = "capped"
    CALLABLE_NOW = "callable_now"

    @property
    def label(self) -> str:
        return _WORDS[self][1]

    @property
    def glyph(self) -> str:
        return _WORDS[self][0]


_WORDS = {
    Why.CLAIMED: ("☎", "in sellers' hands"),
    Why.NO_STATUS: ("⚠", "no status"),
    Why.DO_NOT_CALL: ("⊘", "do not call"),
    Why.FINAL: ("✕", "final"),
    Why.OUTCOME_MISSING: ("○", "contacted, outcome missing"),
    Why.LIST_PAUSED: ("‖", "list paused"),
    Why.NOT_RETRIED: ("–", "status not retried by this campaign"),
    Why.ATTEMPTS_USED_UP: ("⌛", "attempts used up"),
    Why.NO_GOOD_NUMBER: ("☒", "no good number"),
    Why.CAMPAIGN_PAUSED: ("‖", "campaign paused"),
    Why.CAMPAIGN_NOT_STARTED: ("☾", "campaign not started"),
    Why.CAMPAIGN_ENDED: ("✕", "campaign ended"),
    Why.PUT_OFF: ("⌛", "skipped just now"),
    Why.CALLBACK_LATER: ("⌛", "callback set for later"),
    Why.WAITING: ("⌛", "waiting for the next attempt"),
    Why.HOLIDAY: ("☾", "holiday"),
    Why.OUTSIDE_HOURS: ("☾", "outside calling hours"),
    Why.CAPPED: ("⌛", "called as often as allowed"),
    Why.CALLABLE_NOW: ("▶", "callable now"),
}
WAITING_STATES = (QueueState.READY.value, QueueState.OWNED.value, QueueState.DROPPED.value)
FINAL = frozenset(status.value for status in FINAL_STATUSES) - {DialStatus.DNC.value}
OF_CLOSED = {
    Closed.NOT_STARTED: Why.CAMPAIGN_NOT_STARTED,
    Closed.ENDED: Why.CAMPAIGN_ENDED,
    Closed.HOLIDAY: Why.HOLIDAY,
    Closed.HOURS: Why.OUTSIDE_HOURS,
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true of a campaign at a moment, whoever the lead is.

    ``whole``: why nobody of it may be called (paused, before, after), if so. ``closed``: segments that may not be
    called now, with why.
    """

    organisation_id: int
    policy: Policy
    now: datetime
    whole: Why | None
    paused_lists: frozenset[int]
    closed: dict[str, Why]


def standing(situation: Situation) -> ColumnElement[str]:
    """The row a lead stands in, as an SQL expression over ``lead``; exact, at the price of looking at the lead."""
    now, status, waits = situation.now, col(Lead.status), col(Lead.queue_state)
    entry = select(col(HopperEntry.id)).where(col(HopperEntry.lead_id) == col(Lead.id))
    in_hand = exists(entry.where(col(HopperEntry.locked_by).is_not(None), col(HopperEntry.expires_at) > now))
    put_off = exists(entry.where(*skipped(now)))
    out = [
        (status == DialStatus.CONTACTED.value, Why.OUTCOME_MISSING),
        (_among(col(Lead.list_id), situation.paused_lists), Why.LIST_PAUSED),
        (status.not_in(sorted(situation.policy.dialable)), Why.NOT_RETRIED),
        (col(Lead.exhausted), Why.ATTEMPTS_USED_UP),
    ]
    rows: list[tuple[ColumnElement[bool], Why]] = [
        (in_hand, Why.CLAIMED),
        (or_(status.is_(None), status == ""), Why.NO_STATUS),
        (status == DialStatus.DNC.value, Why.DO_NOT_CALL),
        (status.in_(sorted(FINAL)), Why.FINAL),
        *((and_(waits == QueueState.OUT.value, condition), why) for condition, why in out),
        (waits == QueueState.OUT.value, Why.NO_GOOD_NUMBER),
    ]
    if situation.whole is not None:
        return _case(rows, situation.whole)
    rows += [
        (put_off, Why.PUT_OFF),
        (and_(waits == QueueState.CALLBACK.value, ~_callback_due(now)), Why.CALLBACK_LATER),
        (and_(waits.in_(WAITING_STATES), col(Lead.next_attempt_at) > now), Why.WAITING),
    ]
    for why in (Why.HOLIDAY, Why.OUTSIDE_HOURS):
        rows.append(
            (_among(col(Lead.segment), [s for s, closed in situation.closed.items() if closed is why]), why)
        )
    if situation.policy.capped:
        rows.append((~good_number_under_caps(situation.organisation_id, situation.policy, now), Why.CAPPED))
    return _case(rows, Why.CALLABLE_NOW)


def skipped(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """An entry of somebody who was skipped and is not anybody's yet."""
    return (
        col(HopperEntry.locked_by).is_(None),
        col(HopperEntry.kept_for).is_(None),
        col(HopperEntry.kept_until) > now,
    )


def _callback_due(now: datetime) -> ColumnElement[bool]:
    found = select(col(Activity.id)).where(
        col(Activity.lead_id) == col(Lead.id),
        col(Activity.state) == "pending",
        col(Activity.kind) == "callback",
        col(Activity.due_at) <= now,
    )
    return exists(found)


def _among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    return and_(column.is_not(None), column.in_(sorted(values)))


def _case(rows: list[tuple[ColumnElement[bool], Why]], otherwise: Why) -> ColumnElement[str]:
    return case(*((condition, literal(why.value)) for condition, why in rows), else_=literal(otherwise.value))

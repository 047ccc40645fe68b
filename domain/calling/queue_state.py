"""Where a lead waits in the queue: the one rule, for a single lead and, as SQL, for many.

The indexes of the queue rely on ``Lead.queue_state``; both forms are tested against each other.
Source: the calling specification, section 3 "eligible now".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, literal, or_, select, text, update
from sqlmodel import Session, col

from domain.calling.models import Activity, HopperEntry, Lead
from domain.campaigns.models import LeadList
from domain.codes import FINAL_STATUSES, DialStatus, HopperState, QueueState
from domain.contacts.models import ContactPhone
from domain.sql import affected

_FINAL = tuple(status.value for status in FINAL_STATUSES)

IN_POOL = text("lead.queue_state = 0")
"""The state is READY, in the very words of the index of those who are: as a parameter SQLite would not see it."""


def of_lead(
    *,
    status: str | None,
    exhausted: bool,
    owner_id: int | None,
    dialable: frozenset[str],
    list_active: bool = True,
    good_number: bool = True,
    callback_pending: bool = False,
    quick_retry: bool = False,
) -> QueueState:
    """Where a lead with these values waits (outside the hopper).

    Args:
        dialable: ``new`` and the campaign's recyclable statuses.
        quick_retry: a cut call whose one retry after two minutes is still to come.
    """
    if status in _FINAL or not list_active or not good_number:
        return QueueState.OUT
    if callback_pending:
        return QueueState.CALLBACK
    if not status or status not in dialable or exhausted:
        return QueueState.OUT
    if quick_retry and status == DialStatus.DROPPED:
        return QueueState.DROPPED
    return QueueState.OWNED if owner_id is not None else QueueState.READY


def next_attempt(lead: Lead) -> datetime | None:
    """When a lead's next attempt is due; None for one that waits for nothing, whatever time it has kept."""
    return None if lead.queue_state == QueueState.OUT else lead.next_attempt_at


def callback_pending() -> ColumnElement[bool]:
    """Whether the lead has a callback that is still to come (in the words of the index of those)."""
    return exists(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == col(Lead.id),
            text("activity.state = 'pending'"),
            col(Activity.kind) == "callback",
        )
    )


def as_sql(
    dialable: Iterable[str],
    exhausted: ColumnElement[bool] | None = None,
    *,
    status: ColumnElement[Any] | None = None,
    waited: ColumnElement[int] | None = None,
    in_hopper: bool = True,
) -> ColumnElement[int]:
    """The same rule as an SQL expression over ``lead`` (keeps a lead in the hopper where it may stay).

    Args:
        exhausted: what will be true of the lead's attempts; None takes what is.
        status: what the status will be, likewise. ``waited``: the former state, which tells of a quick retry.
        in_hopper: False where the lead's free entry goes in the same transaction.
    """
    spent = col(Lead.exhausted) if exhausted is None else exhausted
    good_number = exists(
        select(col(ContactPhone.id)).where(
            col(ContactPhone.contact_id) == col(Lead.contact_id), col(ContactPhone.bad).is_(False)
        )
    )
    paused = exists(
        select(col(LeadList.id)).where(col(LeadList.id) == col(Lead.list_id), col(LeadList.active).is_(False))
    )
    pending = callback_pending()
    free_entry = exists(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.campaign_id) == col(Lead.campaign_id),
            col(HopperEntry.lead_id) == col(Lead.id),
            col(HopperEntry.from_pool),
        )
    )
    stands: Any = col(Lead.status) if status is None else status
    before: Any = col(Lead.queue_state) if waited is None else waited
    out = literal(QueueState.OUT.value)
    pooled = [(free_entry, literal(QueueState.IN_HOPPER.value))] if in_hopper else []
    return case(
        (or_(stands.in_(_FINAL), paused, ~good_number), out),
        (pending, literal(QueueState.CALLBACK.value)),
        (or_(stands.is_(None), stands.not_in(list(dialable)), spent), out),
        (
            and_(stands == DialStatus.DROPPED.value, before == QueueState.DROPPED.value),
            literal(QueueState.DROPPED.value),
        ),
        (col(Lead.owner_id).is_not(None), literal(QueueState.OWNED.value)),
        *pooled,
        else_=literal(QueueState.READY.value),
    )


def keep_paused_out(session: Session, *, lead_ids: Iterable[int]) -> None:
    """Leads that were put back as they stood before are out where their list was paused meanwhile."""
    paused = select(col(LeadList.id)).where(col(LeadList.active).is_(False))
    affected(
        session,
        update(Lead)
        .where(col(Lead.id).in_(list(lead_ids)), col(Lead.list_id).in_(paused))
        .values(queue_state=QueueState.OUT.value),
    )


def recompute(
    session: Session,
    *,
    organisation_id: int,
    dialable: Iterable[str],
    where: ColumnElement[bool],
    exhausted: ColumnElement[bool] | None = None,
) -> int:
    """Set ``queue_state`` of many leads by the rule; entries of leads that must not be dialled leave the hopper.

    Args:
        where: which leads, as a condition on ``lead`` (for instance of one list).
        exhausted: sets that too, to this expression over ``lead``.

    Returns:
        How many leads changed. A fixed number of statements.
    """
    state = as_sql(dialable, exhausted)
    values: dict[str, ColumnElement[int] | ColumnElement[bool]] = {"queue_state": state}
    differs: ColumnElement[bool] = col(Lead.queue_state) != state
    if exhausted is not None:
        values["exhausted"] = exhausted
        differs = differs | (col(Lead.exhausted) != exhausted)
    scope = (col(Lead.organisation_id) == organisation_id, where)
    # First locked, in the order of their ids as everybody does who changes many, so that nobody waits in a
    # circle; then changed by what is true once nobody else is writing them.
    waiting = (
        select(col(Lead.id)).where(*scope, differs).order_by(col(Lead.id)).with_for_update(key_share=True)
    )
    session.execute(select(func.count()).select_from(waiting.subquery()))
    changed = affected(session, update(Lead).where(*scope, differs).values(values))
    entry = exists(select(col(HopperEntry.id)).where(col(HopperEntry.lead_id) == col(Lead.id)))
    affected(
        session,
        update(Lead)
        .where(*scope, col(Lead.queue_state) == QueueState.IN_HOPPER.value, ~entry)
        .values(queue_state=QueueState.READY.value),
    )
    session.execute(
        delete(HopperEntry)
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            col(HopperEntry.state) == HopperState.NEW.value,
            col(HopperEntry.lead_id).in_(
                select(col(Lead.id)).where(where, col(Lead.queue_state) == QueueState.OUT.value)
            ),
        )
        .execution_options(synchronize_session=False)
    )
    return changed

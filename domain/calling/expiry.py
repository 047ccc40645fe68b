"""Claims whose lease has ended go back, by themselves, the next time anybody asks.

A dialled person whose outcome never came stands as *contacted, outcome missing*: visible, not dialled again
by accident. Source: the calling specification, 1.1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlmodel import Session, col

from domain.calling import history, lead_status
from domain.calling.lead_status import Event
from domain.calling.models import HeldNumber, HopperEntry, Lead
from domain.calling.status_table import Cause
from domain.codes import FINAL_STATUSES, CampaignStatus, DialStatus, HopperState, QueueState
from domain.sql import NOW, ORGANISATION, affected

AT_ONCE = 500


_EXPIRED = (
    select(HopperEntry, Lead)
    .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
    .where(
        col(HopperEntry.organisation_id) == ORGANISATION,
        or_(
            and_(col(HopperEntry.locked_by).is_not(None), col(HopperEntry.expires_at) <= NOW),
            and_(
                col(HopperEntry.locked_by).is_(None),
                or_(col(HopperEntry.from_pool).is_(False), col(HopperEntry.call_id).is_not(None)),
                col(HopperEntry.kept_until) <= NOW,
            ),
        ),
    )
    .order_by(col(Lead.id))
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, key_share=True)
    .execution_options(populate_existing=True)
)


def expire(session: Session, *, organisation_id: int, now: datetime) -> int:
    """Give back expired claims and forget put-off entries whose time has come.

    A lead that is being written at this moment is left for the next time.

    Returns:
        How many claims had expired. At most ``AT_ONCE``; a fixed number of statements.
    """
    found = session.execute(_EXPIRED, {"organisation": organisation_id, "now": now})
    rows = [(entry, lead) for entry, lead in found]
    if not rows:
        return 0
    claims = [
        (entry, lead) for entry, lead in rows if entry.locked_by is not None or entry.call_id is not None
    ]
    dialled = [
        lead for entry, lead in claims if entry.call_id is not None and lead.status not in FINAL_STATUSES
    ]
    ended = {lead.id for lead in dialled}
    history.write_many(session, [_event(entry, lead, now) for entry, lead in claims if lead.id not in ended])
    _give_back(session, rows, now)
    _outcome_missing(session, [(entry, lead) for entry, lead in claims if lead.id in ended], now)
    return len(claims)


def note(session: Session, *, entry: HopperEntry, lead: Lead, now: datetime) -> None:
    """Write down that a claim has ended, for a caller that takes the lead over: its seller may still be late."""
    history.write_many(session, [_event(entry, lead, now)])


def _event(entry: HopperEntry, lead: Lead, now: datetime) -> dict[str, object]:
    return {
        "organisation_id": entry.organisation_id,
        "at": now,
        "kind": "claim_expired",
        "user_id": entry.locked_by or entry.kept_for,
        "lead_id": entry.lead_id,
        "contact_id": lead.contact_id,
        "campaign_id": entry.campaign_id,
        "call_id": entry.call_id,
    }


def _give_back(session: Session, rows: Sequence[tuple[HopperEntry, Lead]], now: datetime) -> None:
    """Entries of the pool are free again where their lead still belongs there; the others go."""
    pooled = [
        (entry, lead)
        for entry, lead in rows
        if entry.from_pool and entry.call_id is None and lead.queue_state == QueueState.IN_HOPPER
    ]
    back = [entry.id for entry, lead in pooled if lead.next_attempt_at <= now]
    waiting = [lead.id for _, lead in pooled if lead.next_attempt_at > now]
    gone = [entry.id for entry, _ in rows if entry.id not in set(back)]
    entries = [entry.id for entry, _ in rows]
    affected(session, delete(HeldNumber).where(col(HeldNumber.entry_id).in_(entries)))
    if back:
        affected(
            session,
            update(HopperEntry)
            .where(col(HopperEntry.id).in_(back))
            .values(state=HopperState.NEW.value, locked_by=None, locked_at=None, expires_at=None),
        )
    if gone:
        affected(session, delete(HopperEntry).where(col(HopperEntry.id).in_(gone)))
    if waiting:
        affected(
            session,
            update(Lead).where(col(Lead.id).in_(waiting)).values(queue_state=QueueState.READY.value),
        )


def _missing_values(lead: Lead) -> dict[str, object]:
    """Dialled, but nobody said how it ended. A pending callback keeps its place."""
    reached = lead.campaign_status in (CampaignStatus.NOT_CONTACTED, CampaignStatus.COULD_NOT_CONTACT)
    waits = lead.queue_state == QueueState.CALLBACK
    return {
        "status": DialStatus.CONTACTED.value,
        "campaign_status": CampaignStatus.CONTACTED.value if reached else lead.campaign_status,
        "queue_state": QueueState.CALLBACK.value if waits else QueueState.OUT.value,
    }


def _outcome_missing(session: Session, claims: Sequence[tuple[HopperEntry, Lead]], now: datetime) -> None:
    lead_status.change_each(
        session,
        cause=Cause.CLAIM_EXPIRED,
        changes=[
            (
                lead,
                _missing_values(lead),
                Event(user_id=entry.locked_by or entry.kept_for, call_id=entry.call_id),
            )
            for entry, lead in claims
        ],
        at=now,
    )

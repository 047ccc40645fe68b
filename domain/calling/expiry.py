"""Claims whose lease has ended go back, by themselves, the next time anybody asks.

A dialled person whose outcome never came stands as *contacted, outcome missing*: visible, not dialled again
by accident. Source: the calling specification, 1.1 and 2.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, case, delete, literal, or_, select, update
from sqlmodel import Session, col

from domain.calling import history
from domain.calling.models import HeldNumber, HopperEntry, Lead
from domain.codes import CampaignStatus, DialStatus, HopperState, QueueState
from domain.sql import affected

AT_ONCE = 500


def expire(session: Session, *, organisation_id: int, now: datetime) -> int:
    """Give back expired claims and forget put-off entries whose time has come.

    Returns:
        How many claims had expired. At most ``AT_ONCE``; a fixed number of statements.
    """
    rows = session.execute(
        select(
            col(HopperEntry.id),
            col(HopperEntry.lead_id),
            col(HopperEntry.campaign_id),
            col(HopperEntry.locked_by),
            col(HopperEntry.from_pool),
            col(HopperEntry.call_id),
            col(HopperEntry.kept_for),
        )
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            or_(
                and_(col(HopperEntry.locked_by).is_not(None), col(HopperEntry.expires_at) <= now),
                and_(
                    col(HopperEntry.locked_by).is_(None),
                    or_(col(HopperEntry.from_pool).is_(False), col(HopperEntry.call_id).is_not(None)),
                    col(HopperEntry.kept_until) <= now,
                ),
            ),
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    claims = [row for row in rows if row.locked_by is not None or row.call_id is not None]
    history.write_many(
        session,
        [
            {
                "organisation_id": organisation_id,
                "at": now,
                "kind": "claim_expired",
                "user_id": row.locked_by or row.kept_for,
                "lead_id": row.lead_id,
                "campaign_id": row.campaign_id,
                "call_id": row.call_id,
            }
            for row in claims
        ],
    )
    dialled = [row.lead_id for row in claims if row.call_id is not None]
    back = [row.id for row in claims if row.from_pool and row.call_id is None]
    gone = [row.id for row in rows if row.id not in set(back)]
    affected(session, delete(HeldNumber).where(col(HeldNumber.entry_id).in_([row.id for row in rows])))
    if back:
        affected(
            session,
            update(HopperEntry)
            .where(col(HopperEntry.id).in_(back))
            .values(state=HopperState.NEW.value, locked_by=None, locked_at=None, expires_at=None),
        )
    if gone:
        affected(session, delete(HopperEntry).where(col(HopperEntry.id).in_(gone)))
    if dialled:
        _outcome_missing(session, organisation_id, dialled, now)
    return len(claims)


def _outcome_missing(session: Session, organisation_id: int, lead_ids: list[int], now: datetime) -> None:
    """Dialled, but nobody said how it ended."""
    affected(
        session,
        update(Lead)
        .where(
            col(Lead.organisation_id) == organisation_id,
            col(Lead.id).in_(lead_ids),
            or_(
                col(Lead.status).is_(None),
                col(Lead.status).not_in(["sale", "not_interested", "dnc", "invalid", "closed"]),
            ),
        )
        .values(
            status=DialStatus.CONTACTED.value,
            campaign_status=case(
                (
                    col(Lead.campaign_status).in_([1, 3]),
                    literal(CampaignStatus.CONTACTED.value),
                ),
                else_=col(Lead.campaign_status),
            ),
            queue_state=case(
                (col(Lead.queue_state) == QueueState.CALLBACK.value, literal(QueueState.CALLBACK.value)),
                else_=literal(QueueState.OUT.value),
            ),
            last_status_change=now,
            version=col(Lead.version) + 1,
            updated_at=now,
        ),
    )

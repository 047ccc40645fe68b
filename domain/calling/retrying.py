"""Retries that must not wait behind fresh leads: cut calls to the front, overdue ones ahead in the hopper.

Nobody's status, next attempt or priority changes here, only where a lead waits.
Source: the calling specification, sections 2 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlmodel import Session, col

from domain.calling.models import Call, HopperEntry, Lead
from domain.campaigns.models import Campaign
from domain.codes import DialStatus, HopperState, QueueState
from domain.constructs import among_numbers
from domain.sql import affected

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class DroppedCalls:
    """``due``: cut calls at the front now, their wait over; ``brought``: those of them that stood elsewhere."""

    due: int
    brought: int


_CUT = text("lead.status = 'dropped' AND lead.queue_state < 3")
_AT_THE_FRONT = text("lead.queue_state = 4")
"""In the very words of their indexes: as parameters SQLite would not see them."""


def bring_dropped_forward(session: Session, *, organisation_id: int, now: datetime) -> DroppedCalls:
    """Put cut calls whose wait is over to the front that stand elsewhere (a list was paused, an import, an edit).

    The quick retry comes once: a call cut again waits as a busy one does. Whom somebody has in hand stays there.
    At most ``AT_ONCE`` at a time; four statements at most.

    Returns:
        The counts; fewer than ``AT_ONCE`` brought: there are no more.
    """
    active = select(col(Campaign.id)).where(
        col(Campaign.organisation_id) == organisation_id, col(Campaign.active)
    )
    mine = (
        col(Lead.organisation_id) == organisation_id,
        col(Lead.campaign_id).in_(active),
        col(Lead.next_attempt_at) <= now,
    )
    found = (
        session.execute(
            select(col(Lead.id))
            .where(*mine, _CUT, ~_cut_before(), ~_in_hand(now))
            .order_by(col(Lead.next_attempt_at), col(Lead.id))
            .limit(AT_ONCE)
            .with_for_update(of=Lead, key_share=True, skip_locked=True)
        )
        .scalars()
        .all()
    )
    if found:
        affected(
            session,
            delete(HopperEntry).where(
                among_numbers(col(HopperEntry.lead_id), found),
                col(HopperEntry.state) == HopperState.NEW.value,
            ),
        )
        affected(
            session,
            update(Lead)
            .where(among_numbers(col(Lead.id), found))
            .values(queue_state=QueueState.DROPPED.value),
        )
    due = session.execute(select(func.count()).select_from(Lead).where(*mine, _AT_THE_FRONT)).scalar_one()
    return DroppedCalls(due=due, brought=len(found))


def _cut_before() -> ColumnElement[bool]:
    """The call before the last one was cut too: its retry was the quick one."""
    before_last = (
        select(col(Call.result))
        .where(col(Call.lead_id) == col(Lead.id), col(Call.counted), col(Call.undone_at).is_(None))
        .order_by(col(Call.started_at).desc(), col(Call.id).desc())
        .offset(1)
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )
    return func.coalesce(before_last, "") == DialStatus.DROPPED.value


def _in_hand(now: datetime) -> ColumnElement[bool]:
    """Somebody has the lead on screen, put it aside for a moment or skipped it just now."""
    return exists(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.lead_id) == col(Lead.id),
            or_(
                col(HopperEntry.state) != HopperState.NEW.value,
                and_(col(HopperEntry.kept_until).is_not(None), col(HopperEntry.kept_until) > now),
            ),
        )
    )

"""Retries that must not wait behind fresh leads: cut calls to the front, overdue ones ahead in the hopper.

Nobody's status, next attempt or priority changes here, only where a lead waits.
Source: the calling specification, sections 2 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlmodel import Session, col

from domain.calling import hopper, ready
from domain.calling.level import target
from domain.calling.models import Call, HopperEntry, Lead
from domain.calling.pool_order import IS_OVERDUE, overdue_since
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import DialStatus, HopperState, QueueState
from domain.constructs import among_numbers
from domain.intake.options import Transactions
from domain.sql import affected

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class DroppedCalls:
    """``due``: cut calls at the front now, their wait over; ``brought``: those of them that stood elsewhere."""

    due: int
    brought: int


@dataclass(frozen=True, slots=True)
class OverdueRetries:
    """``overdue``: overdue retries in the hopper now, ahead of fresh leads; ``brought``: those that came in now."""

    overdue: int
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


# Overdue retries --------------------------------------------------------------------------------------------


def put_overdue_first(
    session: Session, *, organisation_id: int, campaign_id: int, now: datetime
) -> OverdueRetries:
    """Let overdue retries into a campaign's hopper, in the place of fresh leads of no higher priority if it is full.

    Who has to make room waits in the pool again, as before. Nothing happens while somebody else fills. At most
    ``hopper.AT_ONCE`` at a time; a fixed number of statements.
    """
    found = hopper.turn(session, organisation_id, campaign_id, wait=False, now=now)
    if found is None or not found[0].active:
        return OverdueRetries(0, 0)
    campaign, calls = found
    policy, level = policy_of(campaign), target(campaign, calls)
    _, late, held, _, in_hand = hopper.survey(session, organisation_id, policy, campaign.active, now)
    brought = 0
    if late:
        ranges = sorted(late, key=lambda each: each.rank)
        first = ready.first_overdue(session, organisation_id, policy, ranges, hopper.AT_ONCE, now, in_hand)
        _make_room(session, organisation_id, campaign_id, first[max(0, level - held) :], now)
        filled = hopper.top_up(
            session, organisation_id=organisation_id, campaign_id=campaign_id, now=now, target=level
        )
        brought = filled.overdue
    waiting = session.execute(
        select(func.count()).select_from(HopperEntry).where(*_free(organisation_id, campaign_id), IS_OVERDUE),
        overdue_since(now),
    ).scalar_one()
    return OverdueRetries(overdue=waiting, brought=brought)


def put_all_overdue_first(
    database: Transactions,
    *,
    organisation_id: int,
    now: datetime,
    campaign_id: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> OverdueRetries:
    """As ``put_overdue_first`` for every active campaign (or the one named), each in a transaction of its own."""
    with database.reading() as session:
        wanted = hopper.active_campaigns(session, organisation_id=organisation_id, campaign_id=campaign_id)
    overdue = brought = 0
    for each in wanted:
        if should_stop():
            break
        with database.transaction() as session:
            done = put_overdue_first(session, organisation_id=organisation_id, campaign_id=each, now=now)
        overdue, brought = overdue + done.overdue, brought + done.brought
    return OverdueRetries(overdue=overdue, brought=brought)


def _free(organisation_id: int, campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(HopperEntry.organisation_id) == organisation_id,
        col(HopperEntry.campaign_id) == campaign_id,
        col(HopperEntry.state) == HopperState.NEW.value,
        col(HopperEntry.from_pool).is_(True),
    )


def _make_room(
    session: Session,
    organisation_id: int,
    campaign_id: int,
    overdue: Sequence[ready.Candidate],
    now: datetime,
) -> None:
    """The last in the hopper go back to the pool, one for each overdue retry that comes before it."""
    if not overdue:
        return
    last = session.execute(
        select(col(HopperEntry.id), col(HopperEntry.lead_id), col(HopperEntry.rank))
        .where(
            *_free(organisation_id, campaign_id),
            ~IS_OVERDUE,
            or_(col(HopperEntry.kept_until).is_(None), col(HopperEntry.kept_until) <= now),
        )
        .order_by(col(HopperEntry.rank).desc(), col(HopperEntry.ready_at).desc(), col(HopperEntry.id).desc())
        .limit(len(overdue))
        .with_for_update(skip_locked=True),
        overdue_since(now),
    ).all()
    behind = [row for row, first in zip(last, overdue, strict=False) if first.rank <= row.rank]
    if behind:
        # The lead before its entry, as everybody takes them; whom somebody is writing stays.
        free = session.execute(
            select(col(Lead.id))
            .where(
                among_numbers(col(Lead.id), [row.lead_id for row in behind]),
                col(Lead.queue_state) == QueueState.IN_HOPPER.value,
            )
            .order_by(col(Lead.id))
            .with_for_update(key_share=True, skip_locked=True)
        ).scalars()
        ids = list(free)
        affected(
            session,
            delete(HopperEntry).where(
                *_free(organisation_id, campaign_id), among_numbers(col(HopperEntry.lead_id), ids)
            ),
        )
        affected(
            session,
            update(Lead).where(among_numbers(col(Lead.id), ids)).values(queue_state=QueueState.READY.value),
        )

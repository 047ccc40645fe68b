"""Taking leads back: those of a seller, of a campaign, or some of them go to the pool, or to that of a shift.

Finished leads stay with who finished them. Works in chunks that each commit; one that was stopped is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign
from domain.constructs import among_numbers
from domain.errors import DomainError, Invalid
from domain.handing import assigning, selection, states, targets, writing
from domain.handing.assigning import Handed
from domain.handing.models import HandingBatch
from domain.handing.states import RELEASE, BatchState, NotWorking, Progress, Tell
from domain.handing.writing import Move
from domain.people import teams
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.recycling.pace import Clock, Pace, Stop, Transactions
from domain.recycling.preview import campaign_of
from domain.recycling.selection import Filters, conditions


def run(
    database: Transactions,
    *,
    actor: Actor,
    filters: Filters,
    campaign_id: int | None = None,
    shift: str | None = None,
    move_callbacks: bool = True,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Handed:
    """Take leads back from sellers (supervisors), chunk after chunk.

    Args:
        filters: whose (``seller_id``; None: everybody's of the campaign), and which of them.
        campaign_id: only of this one; None for all campaigns of the seller.
        shift: they go to the pool of this shift. ``move_callbacks``: callbacks become anyone's; else they stay.

    Raises:
        NotAllowed: a seller or an auditor, or leads of another team.  NotFound: no such campaign.
        Invalid: neither a seller nor a campaign, or a choice that makes no sense.
    """
    with database.transaction() as session:
        batch_id = begin(
            session,
            actor=actor,
            filters=filters,
            campaign_id=campaign_id,
            shift=shift,
            move_callbacks=move_callbacks,
            now=clock(),
        )
    with database.reading() as session:
        leads = chosen_leads(session, actor=actor, filters=filters, campaign_id=campaign_id)
    finished = False

    def end(to: BatchState) -> None:
        with database.transaction() as session:
            states.end(session, actor=actor, batch_id=batch_id, of=BatchState.RUNNING, to=to, now=clock())

    try:
        finished = _in_chunks(database, actor, batch_id, leads, clock, on_progress, should_stop)
        end(BatchState.DONE if finished else BatchState.STOPPED)
    except NotWorking:
        finished = False  # how far it came stands in the batch
    except BaseException:  # also an interrupt: the batch must not look as if it were worked on
        with suppress(DomainError):
            end(BatchState.STOPPED)
        raise
    return assigning.result(database, batch_id, finished)


def begin(
    session: Session,
    *,
    actor: Actor,
    filters: Filters,
    campaign_id: int | None,
    shift: str | None,
    move_callbacks: bool,
    now: datetime,
) -> int:
    """Write down who takes what back, before any lead is touched; returns the number of the batch."""
    require(actor, *LEADING_ROLES, to="take leads back")
    check(session, actor=actor, filters=filters, campaign_id=campaign_id, shift=shift)
    batch = HandingBatch(
        organisation_id=actor.organisation_id,
        campaign_id=campaign_id,
        user_id=actor.user_id,
        kind=RELEASE,
        wanted={shift or targets.POOL: None},
        filters=filters.as_json(),
        move_callbacks=move_callbacks,
        created_at=now,
        touched_at=now,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    return batch.id


def check(
    session: Session, *, actor: Actor, filters: Filters, campaign_id: int | None, shift: str | None
) -> None:
    """Refuse what makes no sense, or is not this supervisor's to take.

    Raises:
        Invalid: neither a seller nor a campaign, no such shift, or as ``selection.check``.
        NotFound: no such campaign.  NotAllowed: a seller of another team.
    """
    selection.check(filters)
    if filters.seller_id is None and campaign_id is None:
        raise Invalid("Say whose leads are taken back: a seller, a campaign, or both.", code="no_scope")
    if shift is not None and shift not in targets.SHIFTS:
        raise Invalid("A pool is that of the morning or of the afternoon.", code="shift")
    if campaign_id is not None:
        campaign_of(session, actor=actor, campaign_id=campaign_id)
    if filters.seller_id is not None:
        teams.require_visible(session, actor, [filters.seller_id], to="take their leads back")


def scope(
    session: Session, actor: Actor, filters: Filters, campaign_id: int | None
) -> list[ColumnElement[bool]]:
    """The leads of sellers that were chosen, those that will be left out included."""
    found = [
        col(Lead.organisation_id) == actor.organisation_id,
        col(Lead.owner_id).is_not(None),
        *conditions(filters),
    ]
    if campaign_id is not None:
        found.append(col(Lead.campaign_id) == campaign_id)
    seen = teams.visible_sellers(session, actor)
    if seen is not None:
        found.append(among_numbers(col(Lead.owner_id), sorted(seen)))
    return found


def chosen_leads(
    session: Session, *, actor: Actor, filters: Filters, campaign_id: int | None
) -> dict[int, list[int]]:
    """The leads to take back by campaign, ascending. One statement."""
    rows: Any = session.connection().execute(
        select(col(Lead.campaign_id), col(Lead.id))
        .where(*scope(session, actor, filters, campaign_id), selection.why_not_taken() == "")
        .order_by(col(Lead.id))
    )
    found: dict[int, list[int]] = {}
    for campaign, lead_id in rows:
        found.setdefault(campaign, []).append(lead_id)
    return found


def step(
    session: Session,
    *,
    actor: Actor,
    batch_id: int,
    campaign_id: int,
    lead_ids: Sequence[int],
    now: datetime,
) -> int:
    """One chunk of one campaign: take those of ``lead_ids`` (ascending) back that still are to be.

    Raises:
        NotWorking: the batch was stopped, or somebody else goes on with it.
    """
    require(actor, *LEADING_ROLES, to="take leads back")
    batch = states.working(session, actor=actor, batch_id=batch_id, state=BatchState.RUNNING)
    states.lock_leads(session, actor=actor, lead_ids=list(lead_ids), wait=True)
    filters = Filters.from_json(batch.filters)
    rows: Any = session.connection().execute(
        select(col(Lead.id), col(Lead.queue_state), col(Lead.segment)).where(
            among_numbers(col(Lead.id), lead_ids),
            *scope(session, actor, filters, campaign_id),
            selection.why_not_taken() == "",
        )
    )
    key = next(iter(batch.wanted))
    moves = _moves(session, campaign_id, key, list(rows), now)
    batch.callbacks += writing.give(session, batch=batch, moves=moves, at=now, user_id=actor.author)
    batch.given = {key: batch.given.get(key, 0) + len(moves)}
    batch.leads += len(moves)
    batch.touched_at = now
    return len(moves)


def _moves(
    session: Session, campaign_id: int, key: str, rows: Sequence[tuple[int, int, str]], now: datetime
) -> dict[int, Move]:
    if key == targets.POOL:
        return {lead_id: Move(None) for lead_id, _, _ in rows}
    campaign = session.get_one(Campaign, campaign_id)
    return {
        lead_id: Move(None, key, assigning.for_shift(campaign, state, segment, key, now))
        for lead_id, state, segment in rows
    }


def _in_chunks(
    database: Transactions,
    actor: Actor,
    batch_id: int,
    leads: dict[int, list[int]],
    clock: Clock,
    tell: Tell | None,
    stop: Stop | None,
) -> bool:
    """False where it was stopped before the end."""
    pace, done, total = Pace(), 0, sum(len(each) for each in leads.values())
    for campaign_id, ids in leads.items():
        rest = ids
        while rest:
            if stop is not None and stop():
                return False
            part, rest = rest[: pace.leads], rest[pace.leads :]
            started = clock()
            with database.transaction() as session:
                step(
                    session,
                    actor=actor,
                    batch_id=batch_id,
                    campaign_id=campaign_id,
                    lead_ids=part,
                    now=clock(),
                )
            pace.took(clock() - started)
            done += len(part)
            if tell is not None:
                tell(Progress(batch_id, done, total))
    return True

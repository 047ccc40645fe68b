"""Handing leads out: so many to each seller or shift, or evenly, under lock, in chunks that each commit.

Two supervisors at once never give the same lead twice: each chunk holds its leads and asks again whether they are
free; what another holds at that moment is passed over first and looked at once more at the end. One that was
stopped, or whose process was killed, goes on for what is missing (``resume``), or is taken back (``undoing``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import parse_segment, segment_key
from domain.codes import QueueState
from domain.constructs import among_listed, listed
from domain.errors import DomainError, Invalid
from domain.handing import selection, states, targets, writing
from domain.handing.models import HandingBatch
from domain.handing.selection import Place
from domain.handing.states import ASSIGN, BatchState, NotWorking, Progress, Tell
from domain.handing.targets import Target
from domain.handing.writing import Move
from domain.json_sql import json_numbers
from domain.people import teams
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.recycling.pace import Clock, Pace, Stop, Transactions
from domain.recycling.preview import campaign_of
from domain.recycling.selection import Filters, chosen
from domain.sql import LISTED


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed out or taken back: ``by_target`` counts leads by seller number, shift or pool.

    wanted: how many each was to get (None: as many as there were). callbacks: how many went along.
    finished: False where it was stopped before it came to the end.
    """

    batch_id: int
    leads: int
    by_target: dict[str, int]
    wanted: dict[str, int | None]
    callbacks: int
    finished: bool


def run(
    database: Transactions,
    *,
    actor: Actor,
    campaign_id: int,
    to: Sequence[Target],
    filters: Filters | None = None,
    move_callbacks: bool = True,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Handed:
    """Hand leads of a campaign out (supervisors), chunk after chunk; tells how many each really got.

    Args:
        to: who gets how many. ``filters``: only such leads; with a seller, those of that seller are handed on.
        move_callbacks: pending callbacks become the new owner's; else they stay whose they are.
        clock: the time, asked at each chunk. ``should_stop``: asked before each.

    Raises:
        NotAllowed: a seller or an auditor.  NotFound: no such campaign, or a seller who is none.
        Invalid: as ``targets.check`` and ``selection.check``.
    """
    with database.transaction() as session:
        batch_id = begin(
            session,
            actor=actor,
            campaign_id=campaign_id,
            to=to,
            filters=filters or Filters(()),
            move_callbacks=move_callbacks,
            now=clock(),
        )
    return _work(database, actor, batch_id, clock, on_progress, should_stop)


def resume(
    database: Transactions,
    *,
    actor: Actor,
    batch_id: int,
    clock: Clock,
    on_progress: Tell | None = None,
    should_stop: Stop | None = None,
) -> Handed:
    """Go on with a hand-out that was stopped, or whose process was killed (supervisors).

    Raises:
        NotFound: no such batch.  Conflict: it is finished, running, or was taken back.
    """
    require(actor, *LEADING_ROLES, to="hand out leads")
    with database.transaction() as session:
        batch = states.held(session, actor=actor, batch_id=batch_id)
        state = states.state_of(batch, clock())
        if state is not BatchState.STOPPED or batch.kind != ASSIGN:
            raise states.refuse(batch, state, "continued")
        batch.state, batch.touched_at = BatchState.RUNNING.value, clock()
    return _work(database, actor, batch_id, clock, on_progress, should_stop)


def begin(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    to: Sequence[Target],
    filters: Filters,
    move_callbacks: bool,
    now: datetime,
) -> int:
    """Write down who hands out what to whom, before any lead is touched; returns the number of the batch."""
    require(actor, *LEADING_ROLES, to="hand out leads")
    check(session, actor=actor, to=to, filters=filters)
    campaign_of(session, actor=actor, campaign_id=campaign_id)
    batch = HandingBatch(
        organisation_id=actor.organisation_id,
        campaign_id=campaign_id,
        user_id=actor.user_id,
        kind=ASSIGN,
        wanted={each.key: each.number for each in to},
        filters=filters.as_json(),
        move_callbacks=move_callbacks,
        created_at=now,
        touched_at=now,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    return batch.id


def check(session: Session, *, actor: Actor, to: Sequence[Target], filters: Filters) -> None:
    """Refuse what makes no sense, or is not this supervisor's to give.

    Raises:
        Invalid: as ``targets.check`` and ``selection.check``, or leads handed to whom they are taken from.
        NotFound: a seller who is none.  NotAllowed: one of another team.
    """
    targets.check(to)
    selection.check(filters)
    sellers = [each.seller_id for each in to if each.seller_id is not None]
    targets.require_own(session, actor=actor, seller_ids=sellers)
    if filters.seller_id is not None:
        teams.require_visible(session, actor, [filters.seller_id], to="hand their leads on")
        if filters.seller_id in sellers:
            raise Invalid("Nobody can be handed their own leads; name somebody else.", code="same_seller")


class Step(NamedTuple):
    """What a chunk did: how many leads were handed out, how many another was writing just then."""

    handed: int
    busy: int


def step(
    session: Session,
    *,
    actor: Actor,
    batch_id: int,
    lead_ids: Sequence[int],
    wait: bool = True,
    now: datetime,
) -> Step:
    """One chunk: deal those of ``lead_ids`` (in the order they are wanted) that are free.

    A fixed number of statements, nine at most and three more where callbacks go along.

    Raises:
        NotWorking: the batch was stopped, or somebody else goes on with it.
    """
    require(actor, *LEADING_ROLES, to="hand out leads")
    batch = states.working(session, actor=actor, batch_id=batch_id, state=BatchState.RUNNING)
    assert batch.campaign_id is not None, "a hand-out is about one campaign"
    campaign = campaign_of(session, actor=actor, campaign_id=batch.campaign_id)
    locked = states.lock_leads(session, actor=actor, lead_ids=list(lead_ids), wait=wait)
    free = _free(session, actor, batch, locked)
    dealt = targets.deal([each for each in lead_ids if each in free], batch.wanted, batch.given)
    moves = _moves(dealt, free, campaign, now)
    batch.callbacks += writing.give(session, batch=batch, moves=moves, at=now, user_id=actor.author)
    batch.given = dict(Counter(batch.given) + Counter(dealt.values()))
    batch.leads += len(dealt)
    batch.touched_at = now
    return Step(len(dealt), len(lead_ids) - len(locked))


def only_shift(wanted: Sequence[str]) -> str | None:
    """The pool all leads go to, where that is one and nobody else gets any."""
    keys = set(wanted)
    return next(iter(keys)) if len(keys) == 1 and keys <= set(targets.SHIFTS) else None


def _free(
    session: Session, actor: Actor, batch: HandingBatch, lead_ids: Sequence[int]
) -> dict[int, tuple[int, str]]:
    """Those that may be handed out, with where they wait and their segment."""
    assert batch.campaign_id is not None
    shift = only_shift(list(batch.wanted))
    statement = _asking(batch.organisation_id, batch.campaign_id, Filters.from_json(batch.filters), shift)
    rows = session.connection().execute(statement, {"listed": listed(lead_ids)})
    return {lead_id: (state, segment) for state, segment, ids in rows for lead_id in json.loads(ids)}


@lru_cache(maxsize=32)
def _asking(
    organisation_id: int, campaign_id: int, filters: Filters, shift: str | None
) -> Select[*tuple[Any, ...]]:
    """What ``_free`` asks of each chunk of a batch: putting it together takes as long as its answer."""
    alike = (col(Lead.queue_state), col(Lead.segment))
    return (
        select(*alike, json_numbers(col(Lead.id)))
        .where(
            among_listed(col(Lead.id), LISTED),
            *chosen(organisation_id=organisation_id, campaign_id=campaign_id, filters=filters),
            selection.why_not_handed(filters, shift=shift) == "",
        )
        .group_by(*alike)
    )


def _moves(
    dealt: dict[int, str], free: dict[int, tuple[int, str]], campaign: Campaign, now: datetime
) -> dict[int, Move]:
    moves: dict[int, Move] = {}
    to_sellers = {key: Move(int(key)) for key in set(dealt.values()).difference(targets.SHIFTS)}
    for lead_id, key in dealt.items():
        if key in to_sellers:
            moves[lead_id] = to_sellers[key]
            continue
        state, segment = free[lead_id]
        moves[lead_id] = Move(None, key, for_shift(campaign, state, segment, key, now))
    return moves


def for_shift(campaign: Campaign, state: int, segment: str, shift: str, now: datetime) -> str | None:
    """The segment of a lead that goes to a shift's pool; None where its hours stay its own.

    They do where there is no such half of the day that suits all its zones, and where a promised callback waits:
    that comes at its own time.
    """
    if state == QueueState.CALLBACK:
        return None
    key = segment_key(parse_segment(segment).zones, shift)
    return key if policy_of(campaign).calendar.next_open(now, key) is not None else None


# The whole -----------------------------------------------------------------------------------------------------


def _work(
    database: Transactions,
    actor: Actor,
    batch_id: int,
    clock: Clock,
    on_progress: Tell | None,
    should_stop: Stop | None,
) -> Handed:
    def end(to: BatchState) -> None:
        with database.transaction() as session:
            states.end(session, actor=actor, batch_id=batch_id, of=BatchState.RUNNING, to=to, now=clock())

    finished = False
    try:
        finished = _Search(database, actor, batch_id, clock, on_progress, should_stop).to_the_end()
        end(BatchState.DONE if finished else BatchState.STOPPED)
    except NotWorking:
        finished = False  # how far it came stands in the batch
    except BaseException:  # also an interrupt: the batch must not look as if it were worked on
        with suppress(DomainError):
            end(BatchState.STOPPED)
        raise
    return result(database, batch_id, finished)


def result(database: Transactions, batch_id: int, finished: bool) -> Handed:
    """What stands in the batch."""
    with database.reading() as session:
        batch = session.get_one(HandingBatch, batch_id)
        return Handed(batch_id, batch.leads, dict(batch.given), dict(batch.wanted), batch.callbacks, finished)


class _Search:
    """Looks for leads page by page and hands them out until everybody has enough, or there are no more."""

    def __init__(
        self,
        database: Transactions,
        actor: Actor,
        batch_id: int,
        clock: Clock,
        tell: Tell | None,
        stop: Stop | None,
    ) -> None:
        self.database, self.actor, self.batch_id, self.clock = database, actor, batch_id, clock
        self.tell, self.stop = tell, stop
        with database.reading() as session:
            batch = session.get_one(HandingBatch, batch_id)
            self.campaign_id, self.filters = batch.campaign_id or 0, Filters.from_json(batch.filters)
            self.done = batch.leads
            self.missing = targets.missing(batch.wanted, batch.given)
        self.total = None if self.missing is None else self.done + self.missing
        self.pace = Pace()

    def to_the_end(self) -> bool:
        """False where it was stopped before."""
        for wait in (False, True):
            busy = 0
            for page in self._pages():
                place = {lead_id: number for number, lead_id in enumerate(page)}
                rest = page
                while rest and self.missing != 0:
                    best = sorted(rest if self.missing is None else rest[: self.missing])
                    rest = rest[len(best) :]
                    while best:
                        if self.stop is not None and self.stop():
                            return False
                        # Written in the order of their numbers, so that a step touches few pages of the table.
                        part, best = best[: self.pace.leads], best[self.pace.leads :]
                        busy += self._chunk(sorted(part, key=place.__getitem__), wait)
            if self.missing == 0 or not busy:
                break
        return True

    def _chunk(self, part: Sequence[int], wait: bool) -> int:
        started = self.clock()
        with self.database.transaction() as session:
            did = step(
                session,
                actor=self.actor,
                batch_id=self.batch_id,
                lead_ids=part,
                wait=wait,
                now=self.clock(),
            )
        self.pace.took(self.clock() - started)
        self.done += did.handed
        self.missing = None if self.missing is None else self.missing - did.handed
        if self.tell is not None:
            self.tell(Progress(self.batch_id, self.done, self.total))
        return did.busy

    def _pages(self) -> Iterator[list[int]]:
        """Leads that may be free, best first, as long as some are wanted."""
        place: Place | None = selection.first_place(self.filters)
        while place is not None and self.missing != 0:
            with self.database.reading() as session:
                found, place = selection.page(
                    session, self.actor, self.campaign_id, self.filters, place, self.missing
                )
            yield found


def evenly_among(
    session: Session, *, actor: Actor, to: Sequence[Target] = (), count: int | None = None
) -> list[Target]:
    """The targets (all active sellers where none is named), ``count`` leads in all, each the same number."""
    wanted = list(to) or [
        Target(seller_id=number) for number, _ in targets.assignable(session, actor=actor, only_sellers=True)
    ]
    return targets.evenly([replace(each, number=None) for each in wanted], count)

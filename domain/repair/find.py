"""Which leads are not right, and how: found by the database itself, in sets, each lead in the first kind that fits.

What is expected of a lead's counters is the rule of the calling specification, 1.6: attempts are
max(imported, calls from elsewhere) + own calls, all since ``counting_from``. Answered calls
may be more than the calls tell by as many as the import brought, never less; the last attempt may be the import's,
never one after it that no call explains. Whoever is in a seller's hands is no
problem yet, nor is one whom a call from outside is still on its way to: the outcome, the end of the claim, or
the sync of the call log sets that lead right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    join,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import Call, HopperEntry, Lead
from domain.calling.tally_model import LeadTally
from domain.codes import FINAL_STATUSES, NO_STATUS_KEY, CallResult, DialStatus
from domain.people.rights import READING_ROLES, Actor, require
from domain.repair.kinds import KINDS, Kind, Problems
from domain.sql import walked

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: a shop, one of its campaigns, one of its lists.

    now: from when on a claim is over; None takes every claim for one that is held.
    """

    organisation_id: int
    campaign_id: int | None = None
    list_id: int | None = None
    now: datetime | None = None

    def of(self, model: Any) -> list[ColumnElement[bool]]:
        """The rows of ``model`` that lie in it; of a list only where the model has that column."""
        within = [col(model.organisation_id) == self.organisation_id]
        if self.list_id is not None and hasattr(model, "list_id"):
            within.append(col(model.list_id) == self.list_id)
        elif self.campaign_id is not None:
            campaign = col(model.campaign_id)
            within.append((walked(campaign) if model is Lead else campaign) == self.campaign_id)
        return within


def report(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    list_id: int | None = None,
    now: datetime | None = None,
) -> Problems:
    """How many leads have which problem, exactly; of the whole shop, a campaign or a list. One statement."""
    require(actor, *READING_ROLES, to="see what is wrong with leads")
    found = _found(Scope(actor.organisation_id, campaign_id, list_id, now))
    rows = session.execute(select(found.c.kind, func.count()).group_by(found.c.kind))
    return Problems(**{KINDS[rank].value: int(count) for rank, count in rows})


def listing(session: Session, scope: Scope) -> list[tuple[int, Kind]]:
    """All leads with a problem, in the order of their numbers. One statement."""
    found = _found(scope)
    rows = session.execute(select(found.c.lead_id, found.c.kind).order_by(found.c.lead_id))
    return [(int(lead_id), KINDS[rank]) for lead_id, rank in rows]


def counted(listed: Sequence[tuple[int, Kind]]) -> Problems:
    """The counts of what was listed."""
    counts = dict.fromkeys(KINDS, 0)
    for _, kind in listed:
        counts[kind] += 1
    return Problems(**{kind.value: count for kind, count in counts.items()})


def samples(listed: Sequence[tuple[int, Kind]], most: int = 10) -> dict[Kind, tuple[int, ...]]:
    """The first leads of each kind that was found."""
    of_kind: dict[Kind, list[int]] = {kind: [] for kind in KINDS}
    for lead_id, kind in listed:
        if len(of_kind[kind]) < most:
            of_kind[kind].append(lead_id)
    return {kind: tuple(ids) for kind, ids in of_kind.items() if ids}


def by_status(session: Session, scope: Scope) -> dict[str, int]:
    """How many leads of the scope have each status; none is ``no_status``. One statement, from the tally."""
    rows = session.execute(
        select(col(LeadTally.status), func.sum(col(LeadTally.leads)))
        .where(*scope.of(LeadTally))
        .group_by(col(LeadTally.status))
    )
    return {status or NO_STATUS_KEY: int(leads) for status, leads in rows if leads}


# ── what is expected ──────────────────────────────────────────────────────────────────────────────────────────

COUNTS = text("call.counted AND call.undone_at IS NULL")
"""The call counts as an attempt, in the very words of the index of those that do."""
NOT_APPLIED = text("call.applied_at IS NULL AND call.source = 'external'")
"""The call comes from outside and did not reach its lead yet; in the words of its index too."""
SINCE_RESET: ColumnElement[bool] = or_(
    col(Lead.counting_from).is_(None), col(Call.started_at) >= col(Lead.counting_from)
)
_ANSWERED = (CallResult.ANSWERED.value, CallResult.IN_PROGRESS.value)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


EXTERNAL = _number(col(Call.source) == "external")
OWN = _number(col(Call.source) == "console")
ANSWERED = _number(col(Call.result).in_(_ANSWERED))
LAST = func.max(col(Call.started_at))
"""Of the calls that count for one lead: those from elsewhere, our own, the answered ones, the last."""


# ── the kinds ─────────────────────────────────────────────────────────────────────────────────────────────────

_FINAL = tuple(status.value for status in FINAL_STATUSES)
_WITHOUT_STATUS = text("(lead.status IS NULL OR lead.status = '')")
_DIALLED_NEW = text("lead.status = 'new' AND lead.dial_attempts > 0 AND lead.recycle_batch_id IS NULL")


def _found(scope: Scope) -> Subquery:
    """Each lead with a problem (``lead_id``) and the first kind that fits (``kind``, its place in ``KINDS``)."""
    every = union_all(
        *(
            select(col(Lead.id).label("lead_id"), _rank(kind)).where(*scope.of(Lead), words)
            for kind, words in ((Kind.NO_STATUS, _WITHOUT_STATUS), (Kind.DIALED_BUT_NEW, _DIALLED_NEW))
        ),
        _of_no_known_status(scope),
        _miscounted(scope),
        _counted_without_calls(scope),
        _ended_but_claimed(scope),
    ).subquery()
    kind = func.min(every.c.kind).label("kind")
    counts = or_(every.c.kind == _RANK[Kind.STALE_CLAIMS], every.c.lead_id.not_in(_busy(scope)))
    return select(every.c.lead_id, kind).where(counts).group_by(every.c.lead_id).subquery()


def _of_no_known_status(scope: Scope) -> Select[Any]:
    """Leads with a word no status has (written by another program): the tally knows the words, an index the leads."""
    words = (
        select(col(LeadTally.campaign_id), col(LeadTally.status))
        .where(*scope.of(LeadTally), col(LeadTally.status).not_in((*DialStatus, "")))
        .distinct()
        .subquery()
    )
    of_list = [] if scope.list_id is None else [col(Lead.list_id) == scope.list_id]
    return (
        select(col(Lead.id).label("lead_id"), _rank(Kind.NO_STATUS))
        .select_from(words)
        .join(
            Lead,
            and_(
                col(Lead.organisation_id) == scope.organisation_id,
                col(Lead.campaign_id) == words.c.campaign_id,
                col(Lead.status) == words.c.status,
            ),
        )
        .where(*of_list)
    )


def _rank(kind: Kind) -> Any:
    return literal(_RANK[kind], Integer()).label("kind")


def _untracked_or_off(attempts: Any) -> Any:
    """The kind of a lead with other counters than expected: never counted at all, or counted wrongly."""
    untracked, off = _RANK[Kind.MISSING_DIAL_TRACKING], _RANK[Kind.COUNTER_MISMATCH]
    return case((attempts == 0, literal(untracked, Integer())), else_=literal(off, Integer())).label("kind")


def _miscounted(scope: Scope) -> Select[Any]:
    """Leads with calls whose counters say otherwise: one walk along the index of counted calls."""
    attempts, imported = func.max(col(Lead.dial_attempts)), func.max(col(Lead.imported_attempts))
    expected = case((imported < EXTERNAL, EXTERNAL), else_=imported) + OWN
    last = func.max(col(Lead.last_dial_attempt))
    of_list = [] if scope.list_id is None else [col(Lead.list_id) == scope.list_id]
    return (
        select(col(Call.lead_id).label("lead_id"), _untracked_or_off(attempts))
        .select_from(join(Call, Lead, col(Lead.id) == col(Call.lead_id)))
        .where(*scope.of(Call), *of_list, COUNTS, SINCE_RESET)
        .group_by(col(Call.organisation_id), col(Call.campaign_id), col(Call.lead_id))
        .having(
            or_(
                attempts != expected,
                func.max(col(Lead.answered_count)) < ANSWERED,
                func.max(col(Lead.answered_count)) > ANSWERED + imported,
                last.is_(None),
                last < LAST,
                and_(last > LAST, last > func.max(col(Lead.created_at)), ~_explained()),
            )
        )
    )


def _explained() -> ColumnElement[bool]:
    """Whether a call of the lead, be it one that does not count, began at its last attempt or later.

    The lead is read once more, for SQLite knows no aggregate of the outer statement in an inner one.
    """
    other, again = metadata.tables["call"].alias("other"), metadata.tables["lead"].alias("again")
    return exists(
        select(other.c.id)
        .select_from(join(other, again, again.c.id == other.c.lead_id))
        .where(other.c.lead_id == col(Call.lead_id), other.c.started_at >= again.c.last_dial_attempt)
        .correlate(Call)
    )


def _counted_without_calls(scope: Scope) -> Select[Any]:
    """Leads that say more than calls and import explain: attempts, answered calls, or a later last attempt."""
    called = exists(
        select(col(Call.id))
        .where(
            col(Call.organisation_id) == col(Lead.organisation_id),
            col(Call.campaign_id) == col(Lead.campaign_id),
            col(Call.lead_id) == col(Lead.id),
            COUNTS,
            SINCE_RESET,
        )
        .correlate(Lead)
    )
    attempts, imported = col(Lead.dial_attempts), col(Lead.imported_attempts)
    # An import may tell of answered calls alone; after a reset, or beside its attempts, it explains no more.
    answered = and_(
        col(Lead.answered_count) > imported, or_(imported > 0, col(Lead.counting_from).is_not(None))
    )
    off = literal(_RANK[Kind.COUNTER_MISMATCH], Integer())
    kind = case((attempts != imported, _untracked_or_off(attempts)), else_=off).label("kind")
    # Whoever has calls is looked at along their index; asked first, for most later attempts are those of calls.
    maybe = or_(attempts != imported, answered, later_than_made())
    wrong = or_(attempts != imported, answered, last_unexplained())
    return select(col(Lead.id).label("lead_id"), kind).where(*scope.of(Lead), maybe, ~called, wrong)


def later_than_made() -> ColumnElement[bool]:
    """Whether the last attempt is later than the lead: an import tells of earlier ones only."""
    return and_(col(Lead.last_dial_attempt).is_not(None), col(Lead.last_dial_attempt) > col(Lead.created_at))


def last_unexplained() -> ColumnElement[bool]:
    """Whether the last attempt is later than the lead and every call of it, those that do not count included."""
    later = exists(
        select(col(Call.id))
        .where(col(Call.lead_id) == col(Lead.id), col(Call.started_at) >= col(Lead.last_dial_attempt))
        .correlate(Lead)
    )
    return and_(later_than_made(), ~later)


def _ended_but_claimed(scope: Scope) -> Select[Any]:
    return (
        select(col(HopperEntry.lead_id).label("lead_id"), _rank(Kind.STALE_CLAIMS))
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .where(*scope.of(Lead), col(HopperEntry.organisation_id) == scope.organisation_id, stale(scope.now))
    )


def stale(now: datetime | None) -> ColumnElement[bool]:
    """Whether a hopper entry is one of a lead that has ended.

    A lead may end while a seller has it in hand (the register, a call from outside): that claim stands until its
    lease is over, for the seller still says what came of the call.
    """
    ended_in_hand = and_(
        _held(now),
        col(Lead.last_status_change).is_not(None),
        col(Lead.last_status_change) >= col(HopperEntry.locked_at),
    )
    return and_(col(Lead.status).in_(_FINAL), ~func.coalesce(ended_in_hand, False))


def _held(now: datetime | None) -> ColumnElement[bool]:
    held = col(HopperEntry.locked_by).is_not(None)
    return held if now is None else and_(held, col(HopperEntry.expires_at) > now)


def in_hand(now: datetime | None) -> ColumnElement[bool]:
    """Whether a hopper entry is a claim that is held, or waits for what came of a dialled call."""
    return or_(col(HopperEntry.call_id).is_not(None), _held(now))


def _busy(scope: Scope) -> CompoundSelect[Any]:
    """The leads somebody has in hand, and those a call from outside still has to be brought to."""
    held = select(col(HopperEntry.lead_id)).where(
        col(HopperEntry.organisation_id) == scope.organisation_id, in_hand(scope.now)
    )
    waiting = select(col(Call.lead_id)).where(col(Call.organisation_id) == scope.organisation_id, NOT_APPLIED)
    return union_all(held, waiting)

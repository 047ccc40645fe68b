"""What each seller did, by who acted when: calls from the call log, times from what they were doing, a ranking.

Today's owner of a lead plays no part but in ``assigned``; so handing leads to somebody else changes no past figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, literal, literal_column, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.calling.models import Call
from domain.codes import SellerState
from domain.people.models import SellerStateEvent, User
from domain.people.rights import Actor
from domain.reporting import chosen
from domain.reporting.counts import CallCount
from domain.reporting.figures import SellerRow, share
from domain.reporting.filters import ReportFilters
from domain.reporting.models import LONGEST_STATE, SellerStateFigure
from domain.reporting.rates import per_hour
from domain.reporting.seconds import epoch_seconds

# Made once: an alias costs more to make than the statement to answer.
_FIRST: Any = aliased(SellerStateEvent)
_LAST: Any = aliased(SellerStateEvent)
_NOW: Any = aliased(SellerStateEvent)

NOBODY = "nobody"
OTHER_TEAMS = "other teams"
SIGNED_IN = "hours signed in, without pauses"
CALLS_BEFORE = "hours signed in, without pauses; not known: there are calls from before the first sign-in"
NOT_BY_FILTER = "hours signed in are not kept by list, assignment, status, resolution, reason or tag"


class TimeCount(NamedTuple):
    """A seller's time in the campaign in seconds. ``covers``: no call is older than the first state, at ``begin``."""

    signed_in: int = 0
    paused: int = 0
    covers: bool = True
    begin: int = 0


def times(
    session: Session, *, actor: Actor, campaign_id: int | None, filters: ReportFilters, now: datetime
) -> dict[int, TimeCount]:
    """How long sellers were signed in to the campaign (None: to any) and paused, by their states. One statement.

    From the kept figures and the state each is in now; for certain days from the states themselves.
    """
    if filters.acted:
        return _of_days(session, actor, campaign_id, filters, now)
    kept: Select[*tuple[Any, ...]] = (
        select(
            col(SellerStateFigure.seller_id).label("seller"),
            func.sum(col(SellerStateFigure.signed_in_seconds)).label("signed_in"),
            func.sum(col(SellerStateFigure.paused_seconds)).label("paused"),
        )
        .where(col(SellerStateFigure.organisation_id) == actor.organisation_id)
        .group_by(col(SellerStateFigure.seller_id))
    )
    if campaign_id is not None:
        kept = kept.where(col(SellerStateFigure.campaign_id) == campaign_id)
    sums = kept.subquery()
    last = _NOW
    statement: Select[*tuple[Any, ...]] = (
        select(
            col(User.id),
            func.coalesce(sums.c.signed_in, literal_column("0")),
            func.coalesce(sums.c.paused, literal_column("0")),
            _first_state(actor, col(User.id)),
            _first_call(actor, col(User.id)),
            last.campaign_id,
            last.state,
            epoch_seconds(last.at),
        )
        .select_from(User)
        .join(last, last.id == _last_state(actor))
        .outerjoin(sums, sums.c.seller == col(User.id))
        .where(col(User.organisation_id) == actor.organisation_id)
    )
    if filters.seller_id is not None:
        statement = statement.where(col(User.id) == filters.seller_id)
    found = {}
    for seller, signed, paused, begun, called, place, state, since in session.execute(statement):
        lasting = 0
        if state != SellerState.AWAY and (campaign_id is None or place == campaign_id):
            lasting = min(max(int(now.timestamp()) - since, 0), LONGEST_STATE)
        spent = TimeCount(
            int(signed) + lasting,
            int(paused) + (lasting if state == SellerState.PAUSED else 0),
            called is None or begun <= called,
            begun,
        )
        if spent.signed_in:
            found[int(seller)] = spent
    return found


def _of_days(
    session: Session, actor: Actor, campaign_id: int | None, filters: ReportFilters, now: datetime
) -> dict[int, TimeCount]:
    """The part of every state that lies in the days of action."""
    begin, end = chosen.acted_period(filters, actor.timezone)
    until = int((now if end is None else min(now, end)).timestamp())
    since = 0 if begin is None else int(begin.timestamp())
    event = SellerStateEvent
    seconds = epoch_seconds(col(event.at))
    after = func.lead(seconds).over(
        partition_by=col(event.seller_id), order_by=(col(event.at), col(event.id))
    )
    statement: Select[*tuple[Any, ...]] = select(
        col(event.seller_id).label("seller"),
        col(event.campaign_id).label("campaign"),
        col(event.state).label("state"),
        seconds.label("begin"),
        func.coalesce(after, literal(int(now.timestamp()))).label("finish"),
    ).where(col(event.organisation_id) == actor.organisation_id)
    if filters.seller_id is not None:
        statement = statement.where(col(event.seller_id) == filters.seller_id)
    if begin is not None:  # an earlier state has ended by then
        statement = statement.where(col(event.at) >= begin - timedelta(seconds=LONGEST_STATE))
    if end is not None:
        statement = statement.where(col(event.at) < end)
    states = statement.cte("states")
    given_up = states.c.begin + literal_column(str(LONGEST_STATE))
    finish = case((states.c.finish > given_up, given_up), else_=states.c.finish)
    last = case((finish > until, literal(until)), else_=finish)
    first = case((states.c.begin < since, literal(since)), else_=states.c.begin)
    lasting = case((last > first, last - first), else_=literal_column("0"))
    here = true() if campaign_id is None else states.c.campaign == campaign_id
    nothing: ColumnElement[int] = literal_column("0")
    rows = session.execute(
        select(
            states.c.seller,
            func.sum(case((here & (states.c.state != SellerState.AWAY.value), lasting), else_=nothing)),
            func.sum(case((here & (states.c.state == SellerState.PAUSED.value), lasting), else_=nothing)),
            _first_state(actor, states.c.seller),
            _first_call(actor, states.c.seller),
        ).group_by(states.c.seller)
    )
    return {
        int(seller): TimeCount(
            int(signed),
            int(paused),
            called is None or begun <= max(called, since),
            max(begun, since),
        )
        for seller, signed, paused, begun, called in rows
        if signed
    }


def _first_call(actor: Actor, seller: Any) -> ScalarSelect[int]:
    """The seller's first call anywhere: the beginning of an index."""
    return (
        select(epoch_seconds(func.min(col(Call.started_at))))
        .where(col(Call.organisation_id) == actor.organisation_id, col(Call.seller_id) == seller)
        .scalar_subquery()
    )


def _first_state(actor: Actor, seller: Any) -> ScalarSelect[int]:
    """When the seller was first signed in anywhere."""
    event = _FIRST
    found: ScalarSelect[int] = (
        select(epoch_seconds(func.min(event.at)))
        .where(event.organisation_id == actor.organisation_id, event.seller_id == seller)
        .scalar_subquery()
    )
    return found


def _last_state(actor: Actor) -> ScalarSelect[int]:
    """The number of what a user was last seen doing."""
    event = _LAST
    found: ScalarSelect[int] = (
        select(event.id)
        .where(event.organisation_id == actor.organisation_id, event.seller_id == col(User.id))
        .order_by(event.at.desc(), event.id.desc())
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )
    return found


def rows(
    *,
    calls: Sequence[CallCount],
    assigned: Mapping[int, int],
    spent: Mapping[int, TimeCount],
    names: Mapping[int, str],
    visible: set[int] | None,
    timed: bool,
    minimum: int,
) -> tuple[SellerRow, ...]:
    """A row for everybody who called, was signed in or owns leads: the ranked first, then by successes and name.

    Args:
        visible: whose rows may be seen; the others are one row together, so that the sum stays the campaign's.
        timed: whether times are known for what the filters ask.
    """
    made = {each.seller_id: each for each in calls}
    everybody = sorted({*made, *assigned, *spent})
    found = []
    rest = CallCount(0, 0, 0, 0, 0, 0, 0)
    rest_assigned, rest_spent, others = 0, TimeCount(), False
    for seller in everybody:
        counted = made.get(seller, CallCount(seller, 0, 0, 0, 0, 0, 0))
        time = spent.get(seller, TimeCount())
        if seller and visible is not None and seller not in visible:
            others = True
            rest = CallCount(0, *(a + b for a, b in zip(rest[1:], counted[1:], strict=True)))
            rest_assigned += assigned.get(seller, 0)
            rest_spent = TimeCount(
                rest_spent.signed_in + time.signed_in,
                rest_spent.paused + time.paused,
                rest_spent.covers and time.covers,
            )
            continue
        name = names.get(seller, str(seller)) if seller else NOBODY
        found.append(_row(seller, name, counted, assigned.get(seller, 0), time, timed))
    ranked = _ranked(found, minimum)
    if others:
        ranked.append(_row(None, OTHER_TEAMS, rest, rest_assigned, rest_spent, timed))
    return tuple(ranked)


def _row(
    seller: int | None, name: str, counted: CallCount, assigned: int, time: TimeCount, timed: bool
) -> SellerRow:
    key = f"seller:{seller}"
    work = time.signed_in - time.paused if timed and time.covers else 0
    base = SIGNED_IN if timed and time.covers else CALLS_BEFORE if timed else NOT_BY_FILTER
    return SellerRow(
        seller_id=seller,
        name=name,
        assigned=assigned,
        calls=counted.calls,
        contacts=counted.contacts,
        successes=counted.successes,
        rejections=counted.rejections,
        talk_seconds=counted.talk_seconds,
        wrap_seconds=counted.wrap_seconds,
        pause_seconds=time.paused,
        signed_in_seconds=time.signed_in,
        contact_rate=share(
            f"{key}:contact_rate", "Contact rate", counted.contacts, counted.calls, "calls", people=False
        ),
        conversion=share(
            f"{key}:conversion",
            "Conversion",
            min(counted.successes, counted.contacts),
            counted.contacts,
            "contacts",
            people=False,
        ),
        dials_per_hour=per_hour(f"{key}:dials_per_hour", "Dials per hour", counted.calls, work, base),
    )


def _ranked(found: list[SellerRow], minimum: int) -> list[SellerRow]:
    """By conversion those with enough contacts; equal ones share a place."""
    able = [row for row in found if row.seller_id and row.contacts >= max(minimum, 1)]
    order = sorted({row.conversion.value or 0.0 for row in able}, reverse=True)
    places: dict[float, int] = {}
    place = 1
    for value in order:
        places[value] = place
        place += sum(1 for row in able if (row.conversion.value or 0.0) == value)
    ranked = [replace(row, rank=places[row.conversion.value or 0.0]) if row in able else row for row in found]
    return sorted(
        ranked, key=lambda row: (row.rank is None, row.rank or 0, -row.successes, -row.calls, row.name)
    )

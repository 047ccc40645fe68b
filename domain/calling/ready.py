"""Which leads come into the hopper next, over all segments open now: by priority, overdue retries, longest waiting.

One short index range per (segment, rank) is asked, and one more where retries are overdue, all in one statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    TextClause,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union,
    union_all,
)
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import metadata
from domain.calling.models import Call, HeldNumber, HopperEntry, Lead
from domain.calling.queue_state import IN_POOL
from domain.campaigns.models import CampaignSegment
from domain.campaigns.policy import Policy
from domain.campaigns.retry import OVERDUE, RETRIED_STATUSES
from domain.constructs import among_first, among_numbers
from domain.contacts.models import ContactPhone, DoNotCall

RANGES_AT_ONCE = 250
"""How many (segment, rank) ranges one statement asks."""


class Range(NamedTuple):
    """Leads that may be called in the same hours and come with the same priority."""

    segment: str
    rank: int


class Candidate(NamedTuple):
    """A lead for the hopper. ``recycled``: a recycle put it where it stands. ``overdue``: comes before fresh leads."""

    lead_id: int
    segment: str
    rank: int
    status: str
    waiting_since: datetime
    recycled: bool
    overdue: bool

    @property
    def place(self) -> tuple[int, bool, datetime, int]:
        """What decides who comes first, as ``pool_order`` does in the hopper."""
        return self.rank, not self.overdue, self.waiting_since, self.lead_id


class Number(NamedTuple):
    """A lead's first good number under the caps, None where it has none.

    ``capped``: only the caps are against it. ``in_use``: being dialled somewhere, or in this hopper with another lead.
    """

    e164: str | None
    capped: bool
    in_use: bool


RETRIES = text(
    "lead.queue_state = 0 AND lead.status IN ('no_answer', 'busy', 'failed', 'congestion', 'dropped')"
)
"""Leads of the pool that are tried again by rule, in the very words of their index."""


HAS_OVERDUE = exists(
    select(col(Lead.id)).where(
        col(Lead.organisation_id) == col(CampaignSegment.organisation_id),
        col(Lead.campaign_id) == col(CampaignSegment.campaign_id),
        col(Lead.segment) == col(CampaignSegment.segment),
        col(Lead.rank) == col(CampaignSegment.rank),
        RETRIES,
        col(Lead.next_attempt_at) <= bindparam("overdue", type_=UTCDateTime()),
    )
)
"""Whether retries of a ``campaign_segment`` are overdue; its parameter is that of ``overdue_since``."""


def first_ready(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
    without: Sequence[int] = (),
    overdue: Collection[Range] = (),
) -> list[Candidate]:
    """The first ``shortage`` leads by priority, overdue retries, then longest waiting, over all open ranges.

    Args:
        without: leads that are in somebody's hands already.
        overdue: the ranges with overdue retries.
    """
    found: list[Candidate] = []
    for start in range(0, len(ranges), RANGES_AT_ONCE):
        part = ranges[start : start + RANGES_AT_ONCE]
        if len(found) >= shortage and part[0].rank > found[shortage - 1].rank:
            break
        late = [each for each in part if each in overdue]
        statement = _in_order(organisation_id, policy, part, late, shortage, now, without)
        found.extend(Candidate(*row) for row in session.execute(statement))
        found.sort(key=lambda each: each.place)
    return found[:shortage]


_LEADS = metadata.tables["lead"].c
_IN_FORCE = select(col(DoNotCall.id)).where(
    col(DoNotCall.organisation_id) == col(ContactPhone.organisation_id), col(DoNotCall.removed_at).is_(None)
)
_GOOD_NUMBERS = select(col(ContactPhone.e164)).where(
    col(ContactPhone.contact_id) == col(Lead.contact_id),
    col(ContactPhone.bad).is_(False),
    ~exists(_IN_FORCE.where(col(DoNotCall.e164) == col(ContactPhone.e164))),
    ~exists(
        _IN_FORCE.where(
            col(DoNotCall.e164).is_(None), col(DoNotCall.contact_id) == col(ContactPhone.contact_id)
        )
    ),
)
_CHOSEN = select(
    _LEADS.id,
    _LEADS.segment,
    _LEADS.rank,
    _LEADS.status,
    _LEADS.next_attempt_at,
    _LEADS.recycle_batch_id.is_not(None).label("recycled"),
)


def first_overdue(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
    without: Sequence[int] = (),
) -> list[Candidate]:
    """The first overdue retries of the ranges that come first (one statement)."""
    late = now - OVERDUE
    wanted = _first(organisation_id, policy, RETRIES, ranges[:RANGES_AT_ONCE], late, shortage, without)
    found = [Candidate(*row) for row in session.execute(_chosen(late).where(wanted))]
    return sorted((each for each in found if each.overdue), key=lambda each: each.place)


def _chosen(late: datetime) -> Select[Any]:
    """The columns of a candidate."""
    retried = _LEADS.status.in_([status.value for status in RETRIED_STATUSES])
    is_late = and_(retried, _LEADS.recycle_batch_id.is_(None), _LEADS.next_attempt_at <= late)
    return _CHOSEN.add_columns(func.coalesce(is_late, false()).label("overdue"))


def _first(
    organisation_id: int,
    policy: Policy,
    kind: TextClause,
    ranges: Sequence[Range],
    due: datetime,
    shortage: int,
    without: Sequence[int],
) -> ColumnElement[bool]:
    """The lead is one of the first of these ranges, of this kind, due by then."""
    return among_first(
        _LEADS.id,
        where=and_(
            _LEADS.organisation_id == organisation_id,
            _LEADS.campaign_id == policy.campaign_id,
            kind,
            _LEADS.next_attempt_at <= due,
            *([_LEADS.id.not_in(list(without))] if without else ()),
        ),
        keys=(_LEADS.segment, _LEADS.rank),
        order=(_LEADS.rank, _LEADS.next_attempt_at, _LEADS.id),
        ranges=ranges,
        limit=shortage,
    )


def _in_order(
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    overdue: Sequence[Range],
    shortage: int,
    now: datetime,
    without: Sequence[int],
) -> Select[Any]:
    """The first of these ranges, and the first overdue of them: together they hold the first by ``place``."""
    late = now - OVERDUE
    chosen = _chosen(late)
    found = chosen.where(_first(organisation_id, policy, IN_POOL, ranges, now, shortage, without))
    if not overdue:
        return found
    first = chosen.where(_first(organisation_id, policy, RETRIES, overdue, late, shortage, without))
    both = union(found, first).subquery()
    in_order = (both.c.rank, both.c.overdue.desc(), both.c.next_attempt_at, both.c.id)
    return select(both).order_by(*in_order).limit(shortage)


def ready_with_numbers(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
    without: Sequence[int] = (),
    overdue: Collection[Range] = (),
) -> list[tuple[Candidate, Number]]:
    """``first_ready`` with the number each would be called on: one statement up to ``RANGES_AT_ONCE`` ranges."""
    if len(ranges) > RANGES_AT_ONCE:
        found = first_ready(session, organisation_id, policy, ranges, shortage, now, without, overdue)
        known = numbers(session, organisation_id, policy, [each.lead_id for each in found], now)
        return [(each, known[each.lead_id]) for each in found]
    late = [each for each in ranges if each in overdue]
    first = _in_order(organisation_id, policy, ranges, late, shortage, now, without)
    picked = first.cte("picked").prefix_with("MATERIALIZED")
    number, capped = _first_number(organisation_id, policy, now)
    told = (
        select(*picked.c, number.label("e164"), capped.label("capped"))
        .join(Lead, col(Lead.id) == picked.c.id)
        .cte("told")
        .prefix_with("MATERIALIZED")  # so that a number is looked up once
    )
    in_use = _in_use(organisation_id, policy, told, now)
    rows = session.execute(select(*told.c, in_use))
    pairs = [(Candidate(*row[:7]), Number(*row[7:])) for row in rows]
    return sorted(pairs, key=lambda pair: pair[0].place)


_DIALLING = text("hopper_entry.state = 'dialing'")
_IN_HOPPER = text("lead.queue_state = 1")
"""In words: a parameter that might fit a partial index makes SQLite plan the whole statement anew every time."""


def numbers(
    session: Session, organisation_id: int, policy: Policy, lead_ids: Iterable[int], now: datetime
) -> dict[int, Number]:
    """The number each of these leads would be called on, and what is against it (one statement)."""
    number, capped = _first_number(organisation_id, policy, now)
    told = (
        select(col(Lead.id).label("id"), number.label("e164"), capped.label("capped"))
        .where(among_numbers(col(Lead.id), lead_ids))
        .cte("told")
        .prefix_with("MATERIALIZED")  # so that a number is looked up once
    )
    in_use = _in_use(organisation_id, policy, told, now)
    rows = session.execute(select(told.c.id, told.c.e164, told.c.capped, in_use))
    return {lead_id: Number(*rest) for lead_id, *rest in rows}


def _first_number(
    organisation_id: int, policy: Policy, now: datetime
) -> tuple[ScalarSelect[str], ColumnElement[bool]]:
    """A lead's first good number under the caps, and whether only the caps would be against it."""
    number = _number()
    if not policy.capped:
        return number, literal(False)
    return _number(*_under_caps(organisation_id, policy, now)), number.is_not(None)


def _in_use(organisation_id: int, policy: Policy, told: CTE, now: datetime) -> ColumnElement[bool]:
    """Whether the number of a row of ``told`` is being dialled somewhere, or stands in this hopper already."""
    dialled = (
        select(col(HeldNumber.id))
        .join(HopperEntry, col(HopperEntry.id) == col(HeldNumber.entry_id))
        .where(
            col(HeldNumber.organisation_id) == organisation_id,
            col(HeldNumber.e164) == told.c.e164,
            col(HeldNumber.expires_at) > now,
            _DIALLING,
        )
    )
    with_another = (
        select(col(HopperEntry.id))
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            col(HopperEntry.e164) == told.c.e164,
            col(HopperEntry.campaign_id) == policy.campaign_id,
            _IN_HOPPER,
        )
    )
    return or_(exists(dialled), exists(with_another)).label("in_use")


def _number(*conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    """The first good number of a lead that meets the conditions."""
    return (
        _GOOD_NUMBERS.where(*conditions)
        .order_by(col(ContactPhone.position))
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )


def good_number_under_caps(organisation_id: int, policy: Policy, now: datetime) -> ColumnElement[bool]:
    """Whether a lead has a good number that was called less often than its campaign allows."""
    return exists(_GOOD_NUMBERS.where(*_under_caps(organisation_id, policy, now)).correlate(Lead))


def capped_numbers(organisation_id: int, policy: Policy, now: datetime) -> Select[str]:
    """Numbers called as often as the campaign allows, by any campaign (a select over the call log)."""
    times = zip(policy.counted_since(now), (policy.cap_per_day, policy.cap_in_days), strict=True)
    parts = [
        select(col(Call.e164))
        .where(
            col(Call.organisation_id) == organisation_id,
            col(Call.e164).is_not(None),
            col(Call.started_at) >= since,
            col(Call.undone_at).is_(None),
        )
        .group_by(col(Call.e164))
        .having(func.count() >= limit)
        for since, limit in times
        if limit is not None
    ]
    return select(union_all(*parts).subquery().c.e164)


def _under_caps(organisation_id: int, policy: Policy, now: datetime) -> list[ColumnElement[bool]]:
    """Numbers called less often than the campaign allows, whatever the campaigns that called them."""
    limits = zip(policy.counted_since(now), (policy.cap_per_day, policy.cap_in_days), strict=True)
    return [
        select(func.count())
        .select_from(Call)
        .where(
            col(Call.organisation_id) == organisation_id,
            col(Call.e164) == col(ContactPhone.e164),
            col(Call.started_at) >= since,
            col(Call.undone_at).is_(None),
        )
        .scalar_subquery()
        < limit
        for since, limit in limits
        if limit is not None
    ]

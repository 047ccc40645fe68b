"""Which leads come into the hopper next: by priority, then longest waiting, over all segments open now.

One short index range per (segment, rank) is asked, all in one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, literal, select, union_all
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import Call, Lead
from domain.calling.queue_state import IN_POOL
from domain.campaigns.policy import Policy
from domain.constructs import among_first
from domain.contacts.models import ContactPhone, DoNotCall

RANGES_AT_ONCE = 250
"""How many (segment, rank) ranges one statement asks."""


class Range(NamedTuple):
    """Leads that may be called in the same hours and come with the same priority."""

    segment: str
    rank: int


class Candidate(NamedTuple):
    """A lead for the hopper and its first good number under the caps; ``capped`` where only the caps are against it."""

    lead_id: int
    segment: str
    rank: int
    status: str
    waiting_since: datetime
    e164: str | None
    capped: bool


def first_ready(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
    without: Sequence[int] = (),
) -> list[Candidate]:
    """The first ``shortage`` leads by priority, then longest waiting, over all open ranges.

    Args:
        without: leads that are in somebody's hands already.
    """
    found: list[Candidate] = []
    for start in range(0, len(ranges), RANGES_AT_ONCE):
        part = ranges[start : start + RANGES_AT_ONCE]
        if len(found) >= shortage and part[0].rank > found[shortage - 1].rank:
            break
        found.extend(_first_of(session, organisation_id, policy, part, shortage, now, without))
        found.sort(key=lambda each: (each.rank, each.waiting_since, each.lead_id))
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
_CHOSEN = select(col(Lead.id), col(Lead.segment), col(Lead.rank), col(Lead.status), col(Lead.next_attempt_at))


def _number(*conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    """The first good number of a lead that meets the conditions."""
    return (
        _GOOD_NUMBERS.where(*conditions)
        .order_by(col(ContactPhone.position))
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )


def _first_of(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
    without: Sequence[int],
) -> list[Candidate]:
    ready = and_(
        _LEADS.organisation_id == organisation_id,
        _LEADS.campaign_id == policy.campaign_id,
        IN_POOL,
        _LEADS.next_attempt_at <= now,
        *([_LEADS.id.not_in(list(without))] if without else ()),
    )
    first = among_first(
        _LEADS.id,
        where=ready,
        keys=(_LEADS.segment, _LEADS.rank),
        order=(_LEADS.rank, _LEADS.next_attempt_at, _LEADS.id),
        ranges=ranges,
        limit=shortage,
    )
    number = _number()
    capped: ColumnElement[bool] = literal(False)
    if policy.capped:
        number, capped = _number(*_under_caps(organisation_id, policy, now)), number.is_not(None)
    rows = session.execute(_CHOSEN.add_columns(number.label("e164"), capped.label("capped")).where(first))
    return [Candidate(*row) for row in rows]


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

"""Which leads come into the hopper next: by priority, then longest waiting, over all segments open now.

One short index range per (segment, rank) is asked, all in one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, select, text
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import Call, Lead
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
    """A lead for the hopper, its first good number, and how often that was called in the capped times."""

    lead_id: int
    segment: str
    rank: int
    status: str
    waiting_since: datetime
    e164: str | None
    calls_today: int
    calls_in_days: int


def first_ready(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
) -> list[Candidate]:
    """The first ``shortage`` leads by priority, then longest waiting, over all open ranges."""
    found: list[Candidate] = []
    for start in range(0, len(ranges), RANGES_AT_ONCE):
        part = ranges[start : start + RANGES_AT_ONCE]
        if len(found) >= shortage and part[0].rank > found[shortage - 1].rank:
            break
        found.extend(_first_of(session, organisation_id, policy, part, shortage, now))
        found.sort(key=lambda each: (each.rank, each.waiting_since, each.lead_id))
    return found[:shortage]


_LEADS = metadata.tables["lead"].c
_NUMBER = (
    select(col(ContactPhone.e164))
    .where(
        col(ContactPhone.contact_id) == col(Lead.contact_id),
        col(ContactPhone.bad).is_(False),
        ~exists(
            select(col(DoNotCall.id)).where(
                col(DoNotCall.organisation_id) == col(ContactPhone.organisation_id),
                col(DoNotCall.e164) == col(ContactPhone.e164),
                col(DoNotCall.removed_at).is_(None),
            )
        ),
    )
    .order_by(col(ContactPhone.position))
    .limit(1)
    .correlate(Lead)
    .scalar_subquery()
    .label("e164")
)
_CHOSEN = select(
    col(Lead.id), col(Lead.segment), col(Lead.rank), col(Lead.status), col(Lead.next_attempt_at), _NUMBER
)


def _first_of(
    session: Session,
    organisation_id: int,
    policy: Policy,
    ranges: Sequence[Range],
    shortage: int,
    now: datetime,
) -> list[Candidate]:
    ready = and_(
        _LEADS.organisation_id == organisation_id,
        _LEADS.campaign_id == policy.campaign_id,
        text("lead.queue_state = 0"),  # in these words, as the index of those who are ready has it
        _LEADS.next_attempt_at <= now,
    )
    first = among_first(
        _LEADS.id,
        where=ready,
        keys=(_LEADS.segment, _LEADS.rank),
        order=(_LEADS.rank, _LEADS.next_attempt_at, _LEADS.id),
        ranges=ranges,
        limit=shortage,
    )
    numbered = _CHOSEN.where(first).subquery("numbered")
    day: ColumnElement[int] = literal(0)
    days: ColumnElement[int] = literal(0)
    if policy.capped:
        day, days = (
            _calls_since(organisation_id, numbered.c.e164, since) for since in policy.counted_since(now)
        )
    rows = session.execute(select(numbered, day.label("day"), days.label("days")))
    return [Candidate(*row) for row in rows]


def _calls_since(organisation_id: int, e164: ColumnElement[str], since: datetime) -> ColumnElement[int]:
    """How often a number was called since then, whatever the campaign."""
    return (
        select(func.count())
        .select_from(Call)
        .where(
            col(Call.organisation_id) == organisation_id,
            col(Call.e164) == e164,
            col(Call.started_at) >= since,
            col(Call.undone_at).is_(None),
        )
        .scalar_subquery()
    )


def over_cap(candidate: Candidate, policy: Policy) -> bool:
    """Whether the number was called as often as the campaign allows."""
    if not policy.capped:
        return False
    today = policy.cap_per_day is not None and candidate.calls_today >= policy.cap_per_day
    return today or (policy.cap_in_days is not None and candidate.calls_in_days >= policy.cap_in_days)

"""The people behind a figure of a campaign report, a page at a time, asked for by the figure's key.

A key that counts calls (of a seller, a day, an hour) stands for the leads those calls were made to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from domain.calling.leads import LeadLine, lines
from domain.calling.models import Call, Lead
from domain.codes import (
    CONTACTED_CAMPAIGN_STATUSES,
    FINISHED_CAMPAIGN_STATUSES,
    CampaignStatus,
    Resolution,
)
from domain.constructs import among_numbers
from domain.errors import NotFound
from domain.people import teams
from domain.people.rights import READING_ROLES, Actor, require
from domain.reporting import chosen, counts, over_time
from domain.reporting.filters import NONE, ReportFilters, check
from domain.reporting.report import campaign_name

Conditions = list[ColumnElement[bool]]
PAGE = 100


def people_of(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    filters: ReportFilters,
    figure: str,
    now: datetime,
    after: int = 0,
    limit: int = PAGE,
) -> list[LeadLine]:
    """The leads a figure counts, in the order of their numbers.

    Args:
        figure: its key, such as ``resolution:S1``, ``progress:contacted``, ``attempts:3``, ``attempts:3:success``,
            ``reason:NI:2``, ``seller:12:successes``, ``day:2026-11-21:contacts``, ``hour:14:attempts``.
        after: the last number of the page before.

    Raises:
        NotAllowed: a seller, or a seller of others' teams is asked for.  NotFound: no such campaign or figure.
    """
    require(actor, *READING_ROLES, to="see the people behind a report")
    check(filters)
    campaign_name(session, actor=actor, campaign_id=campaign_id)
    chosen.names(session, actor=actor, campaign_id=campaign_id, filters=filters)
    block, _, rest = figure.partition(":")
    find = _BLOCKS.get(block)
    conditions = find(session, actor, campaign_id, filters, rest) if find is not None else None
    if conditions is None:
        raise NotFound(f'There is no figure "{figure}" with people behind it.', code="no_figure")
    return lines(session, conditions=conditions, after=after, limit=limit)


# ── figures about leads ──────────────────────────────────────────────────────────────────────────────────


def _base(
    _session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
) -> Conditions | None:
    whole = chosen.of_campaign(actor, campaign_id)
    return {
        "leads": whole,
        "assigned": [*whole, col(Lead.owner_id).is_not(None)],
        "unassigned": [*whole, col(Lead.owner_id).is_(None)],
        "filtered": chosen.of_leads(actor, campaign_id, filters),
    }.get(key)


def _among_leads(
    conditions: Mapping[str, ColumnElement[bool]],
) -> Callable[[Session, Actor, int, ReportFilters, str], Conditions | None]:
    def find(
        _session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
    ) -> Conditions | None:
        condition = conditions.get(key)
        return None if condition is None else [*chosen.of_leads(actor, campaign_id, filters), condition]

    return find


def _status(*numbers: int) -> ColumnElement[bool]:
    return col(Lead.campaign_status).in_(numbers)


_CONTACTED = _status(*sorted(CONTACTED_CAMPAIGN_STATUSES))
_FINISHED = _status(*sorted(FINISHED_CAMPAIGN_STATUSES))
_CALLED = or_(col(Lead.dial_attempts) > 0, col(Lead.campaign_status) != CampaignStatus.NOT_CONTACTED.value)
_SUCCESS = col(Lead.campaign_resolution).in_(chosen.SUCCESSES)
_REJECTED = col(Lead.campaign_resolution).in_(chosen.REJECTIONS)
_UNKNOWN = or_(
    col(Lead.campaign_resolution).is_(None),
    col(Lead.campaign_resolution).not_in([each.value for each in Resolution]),
)
_PROGRESS = {
    "not_contacted": _status(CampaignStatus.NOT_CONTACTED),
    "could_not_contact": _status(CampaignStatus.COULD_NOT_CONTACT),
    "contacted": _CONTACTED,
    "ended_with_contact": _status(CampaignStatus.ENDED_WITH_CONTACT),
    "ended_without_contact": _status(CampaignStatus.ENDED_WITHOUT_CONTACT),
    "called": _CALLED,
    "penetration": col(Lead.dial_attempts) > 0,
    "exhausted": col(Lead.exhausted).is_(True),
    "finished": _FINISHED,
}
_OUTCOMES = {
    "success": _SUCCESS,
    "rejected": _REJECTED,
    "rejects_without_reason": _REJECTED & col(Lead.resolution_reason).is_(None),
    "ended_without_resolution": _FINISHED & _UNKNOWN,
}
_RATES = {
    "contact_rate": _CONTACTED,
    "conversion": _SUCCESS & _CONTACTED,
    "success_rate": _SUCCESS,
}
_RESOLUTIONS: dict[str, ColumnElement[bool]] = {
    **{code.value: col(Lead.campaign_resolution) == code.value for code in Resolution},
    NONE: _UNKNOWN,
}


def _reason(
    _session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
) -> Conditions | None:
    code, _, number = key.partition(":")
    if code not in set(Resolution):
        return None
    given: ColumnElement[bool]
    if number == NONE:
        given = col(Lead.resolution_reason).is_(None)
    elif number.isdecimal():
        given = col(Lead.resolution_reason) == int(number)
    else:
        return None
    return [*chosen.of_leads(actor, campaign_id, filters), col(Lead.campaign_resolution) == code, given]


def _attempts(
    _session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
) -> Conditions | None:
    number, _, what = key.partition(":")
    if not number.isdecimal() or what not in ("", "leads", "success", "successes"):
        return None
    found = [*chosen.of_leads(actor, campaign_id, filters), col(Lead.dial_attempts) == int(number)]
    return [*found, _SUCCESS] if what.startswith("success") else found


# ── figures about calls ──────────────────────────────────────────────────────────────────────────────────

_CALLS: dict[str, Sequence[ColumnElement[bool]]] = {
    "calls": (),
    "called": (),
    "attempts": (),
    "contacts": (chosen.IS_CONTACT,),
    "contacted": (chosen.IS_CONTACT,),
    "successes": (chosen.IS_SUCCESS,),
    "success": (chosen.IS_SUCCESS,),
    "rejections": (chosen.IS_REJECTION,),
    "rejected": (chosen.IS_REJECTION,),
}


def _called(
    actor: Actor, campaign_id: int, filters: ReportFilters, what: str, *which: ColumnElement[bool]
) -> Conditions | None:
    """Leads with such a call in the report."""
    if what not in _CALLS:
        return None
    calls = exists(
        select(col(Call.id)).where(
            col(Call.lead_id) == col(Lead.id),
            *chosen.doings(actor, campaign_id, filters),
            *_CALLS[what],
            *which,
        )
    )
    return [*chosen.of_campaign(actor, campaign_id), *chosen.narrowing(actor, filters), calls]


def _seller(
    session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
) -> Conditions | None:
    number, _, what = key.partition(":")
    if not number.isdecimal():
        return None
    seller = int(number)
    if seller:
        teams.require_visible(session, actor, [seller], to="see their figures")
    if what == "assigned":
        narrowed = chosen.narrowing(actor, filters)
        return [*chosen.of_campaign(actor, campaign_id), *narrowed, col(Lead.owner_id) == seller]
    by: Any = col(Call.seller_id) == seller if seller else col(Call.seller_id).is_(None)
    return _called(actor, campaign_id, filters, what or "calls", by)


def _day(
    _session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
) -> Conditions | None:
    text, _, what = key.partition(":")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    begin, end = chosen.period(day, day, actor.timezone)
    within = (col(Call.started_at) >= begin, col(Call.started_at) < end)
    return _called(actor, campaign_id, filters, what or "attempts", *within)


def _hour(
    session: Session, actor: Actor, campaign_id: int, filters: ReportFilters, key: str
) -> Conditions | None:
    text, _, what = key.partition(":")
    if not text.isdecimal():
        return None
    quarters = counts.quarters(session, actor=actor, campaign_id=campaign_id, filters=filters)
    wanted = [
        each.quarter
        for _day, hour, each in over_time.local_hours(quarters, actor.timezone)
        if hour == int(text)
    ]
    return _called(actor, campaign_id, filters, what or "attempts", among_numbers(chosen.QUARTER, wanted))


_BLOCKS: dict[str, Callable[[Session, Actor, int, ReportFilters, str], Conditions | None]] = {
    "base": _base,
    "progress": _among_leads(_PROGRESS),
    "resolution": _among_leads(_RESOLUTIONS),
    "outcome": _among_leads(_OUTCOMES),
    "rate": _among_leads(_RATES),
    "reason": _reason,
    "attempts": _attempts,
    "seller": _seller,
    "day": _day,
    "hour": _hour,
}

"""The counts a report is put together from: leads by where they stand, calls by seller and by quarter of an hour.

From the kept figures where these know what the filters ask, else from leads and calls: the same rows either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, literal_column, select
from sqlmodel import Session, col

from domain.calling.models import Call, Lead
from domain.people.rights import Actor
from domain.reporting import chosen
from domain.reporting.filters import ReportFilters
from domain.reporting.models import LeadFigure, SellerFigure, TimeFigure


class LeadCount(NamedTuple):
    """How many leads stand alike; ``resolution`` '' and ``reason`` -1 for none."""

    campaign_status: int
    resolution: str
    reason: int
    attempts: int
    exhausted: bool
    leads: int


class CallCount(NamedTuple):
    """The counted calls of a seller; 0 is nobody."""

    seller_id: int
    calls: int
    contacts: int
    successes: int
    rejections: int
    talk_seconds: int
    wrap_seconds: int


class QuarterCount(NamedTuple):
    """The counted calls of a quarter of an hour, numbered since 1970 UTC."""

    quarter: int
    attempts: int
    contacts: int
    successes: int


class Owned(NamedTuple):
    """How many leads the campaign has, how many of them somebody owns, and whose they are among the filtered."""

    leads: int
    assigned: int
    by_seller: dict[int, int]


def owned(session: Session, *, actor: Actor, campaign_id: int, filters: ReportFilters) -> Owned:
    """Whose leads are whose. One statement from the kept figures; where these do not do, one more."""
    within = chosen.of_lead_figures(actor, campaign_id, filters, seller=False)
    whole = chosen.of_lead_figures(actor, campaign_id, ReportFilters())
    owner = col(LeadFigure.owner_id)
    wanted: Any = col(LeadFigure.leads)
    for condition in within[2:]:
        wanted = case((condition, wanted), else_=literal_column("0"))
    rows = session.execute(
        select(owner, func.sum(col(LeadFigure.leads)), func.sum(wanted)).where(*whole).group_by(owner)
    ).all()
    leads = sum(int(row[1]) for row in rows)
    assigned = sum(int(row[1]) for row in rows if row[0])
    by_seller = {int(row[0]): int(row[2]) for row in rows if row[0] and row[2]}
    if not _knows(filters):
        found = session.execute(
            select(col(Lead.owner_id), func.count())
            .where(
                *chosen.of_campaign(actor, campaign_id),
                *chosen.narrowing(actor, filters, every=True),
                col(Lead.owner_id).is_not(None),
            )
            .group_by(col(Lead.owner_id))
        )
        by_seller = {int(seller): int(count) for seller, count in found}
    return Owned(leads, assigned, by_seller)


def _knows(filters: ReportFilters) -> bool:
    """Whether the kept figures know the leads, whoever acted on them and when."""
    return not (filters.assigned_from or filters.assigned_to or filters.statuses or filters.tags)


def leads(session: Session, *, actor: Actor, campaign_id: int, filters: ReportFilters) -> list[LeadCount]:
    """The filtered leads by where they stand. One statement."""
    statement = (
        _kept_leads(actor, campaign_id, filters)
        if filters.from_roll_ups
        else _leads(actor, campaign_id, filters)
    )
    rows = session.execute(statement)
    return [
        LeadCount(status, code, reason, tries, bool(out), int(many))
        for status, code, reason, tries, out, many in rows
        if many
    ]


def _kept_leads(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    keys: list[Any] = [
        col(LeadFigure.campaign_status),
        col(LeadFigure.resolution),
        col(LeadFigure.reason),
        col(LeadFigure.attempts),
        col(LeadFigure.exhausted),
    ]
    return (
        select(*keys, func.sum(col(LeadFigure.leads)))
        .where(*chosen.of_lead_figures(actor, campaign_id, filters))
        .group_by(*keys)
    )


def _leads(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    keys: list[Any] = [
        col(Lead.campaign_status).label("campaign_status"),
        func.coalesce(col(Lead.campaign_resolution), literal_column("''")).label("resolution"),
        func.coalesce(col(Lead.resolution_reason), literal_column("-1")).label("reason"),
        col(Lead.dial_attempts).label("attempts"),
        col(Lead.exhausted).label("exhausted"),
    ]
    of = chosen.of_leads(actor, campaign_id, filters, every=True)
    return select(*keys, func.count()).where(*of).group_by(*keys)


def calls(session: Session, *, actor: Actor, campaign_id: int, filters: ReportFilters) -> list[CallCount]:
    """The report's calls by who made them. One statement."""
    if filters.acted or not _all_leads(filters):
        statement = _calls_by_seller(actor, campaign_id, filters)
    else:
        statement = _kept_calls(actor, campaign_id, filters)
    return [CallCount(*(int(each) for each in row)) for row in session.execute(statement) if row[1]]


def _all_leads(filters: ReportFilters) -> bool:
    """Whether calls count whatever lead they were to."""
    return _knows(filters) and not (filters.list_id is not None or filters.resolutions or filters.reasons)


def _kept_calls(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    sums = ("attempts", "contacts", "successes", "rejections", "talk_seconds", "wrap_seconds")
    statement = (
        select(col(SellerFigure.seller_id), *(func.sum(getattr(SellerFigure, name)) for name in sums))
        .where(
            col(SellerFigure.organisation_id) == actor.organisation_id,
            col(SellerFigure.campaign_id) == campaign_id,
        )
        .group_by(col(SellerFigure.seller_id))
    )
    if filters.seller_id is not None:
        statement = statement.where(col(SellerFigure.seller_id) == filters.seller_id)
    return statement


def _calls_by_seller(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    seller = func.coalesce(col(Call.seller_id), literal_column("0")).label("seller")
    return (
        select(
            seller,
            func.count(),
            func.sum(chosen.ones(chosen.IS_CONTACT)),
            func.sum(chosen.ones(chosen.IS_SUCCESS)),
            func.sum(chosen.ones(chosen.IS_REJECTION)),
            func.sum(col(Call.talk_seconds)),
            func.sum(col(Call.wrap_seconds)),
        )
        .where(*chosen.of_calls(actor, campaign_id, filters))
        .group_by(seller)
    )


def quarters(
    session: Session, *, actor: Actor, campaign_id: int, filters: ReportFilters
) -> Sequence[QuarterCount]:
    """The report's calls by quarter of an hour. One statement."""
    rows = session.execute(quarters_statement(actor, campaign_id, filters)).all()
    return [QuarterCount(int(at), int(tries), int(met), int(sold)) for at, tries, met, sold in rows if tries]


def quarters_statement(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    """What ``quarters`` asks: ``quarter``, ``attempts``, ``contacts``, ``successes``."""
    if _all_leads(filters) and filters.seller_id is None:
        return _kept_quarters(actor, campaign_id, filters)
    return _calls_by_quarter(actor, campaign_id, filters)


def _kept_quarters(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    """Days of every time zone begin with a quarter of an hour."""
    begin, end = chosen.acted_period(filters, actor.timezone)
    quarter = col(TimeFigure.quarter)
    statement = (
        select(
            quarter,
            func.sum(col(TimeFigure.attempts)).label("attempts"),
            func.sum(col(TimeFigure.contacts)).label("contacts"),
            func.sum(col(TimeFigure.successes)).label("successes"),
        )
        .where(
            col(TimeFigure.organisation_id) == actor.organisation_id,
            col(TimeFigure.campaign_id) == campaign_id,
        )
        .group_by(quarter)
    )
    if begin is not None:
        statement = statement.where(quarter >= int(begin.timestamp()) // chosen.QUARTER_SECONDS)
    if end is not None:
        statement = statement.where(quarter < int(end.timestamp()) // chosen.QUARTER_SECONDS)
    return statement


def _calls_by_quarter(actor: Actor, campaign_id: int, filters: ReportFilters) -> Select[*tuple[Any, ...]]:
    quarter = chosen.QUARTER.label("quarter")
    return (
        select(
            quarter,
            func.count().label("attempts"),
            func.sum(chosen.ones(chosen.IS_CONTACT)).label("contacts"),
            func.sum(chosen.ones(chosen.IS_SUCCESS)).label("successes"),
        )
        .where(*chosen.of_calls(actor, campaign_id, filters))
        .group_by(quarter)
    )

"""The report of one campaign: figures that add up and state their base, from the kept figures where they know it.

Filters the kept figures do not know are answered from leads and calls, in as many statements however many sellers.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from domain.calling.actions import label_of
from domain.calling.models import Reason
from domain.campaigns.models import Campaign
from domain.errors import NotFound
from domain.people import teams
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.reporting import chosen, counts, over_time, rates, sellers
from domain.reporting.figures import (
    AttemptRow,
    Base,
    CampaignReport,
    Figure,
    HourPoint,
    Point,
    ReasonFigure,
    SellerRow,
)
from domain.reporting.filters import ReportFilters, check

__all__ = [
    "MINIMUM_SAMPLE",
    "AttemptRow",
    "Base",
    "CampaignReport",
    "Figure",
    "HourPoint",
    "Point",
    "ReasonFigure",
    "SellerRow",
    "campaign_report",
]

MINIMUM_SAMPLE = 30
"""Contacts from which a seller's conversion says something."""


def campaign_report(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    filters: ReportFilters,
    now: datetime,
    language: str = "en",
    minimum: int = MINIMUM_SAMPLE,
) -> CampaignReport:
    """Everything about one campaign at this moment, in at most 12 statements.

    Args:
        language: of the shop's own labels. minimum: contacts a seller must have to be ranked.

    Raises:
        NotAllowed: a seller, or a seller of others' teams is asked for.  NotFound: no such campaign, seller or list.
        Invalid: a filter that makes no sense.
    """
    require(actor, *READING_ROLES, to="see reports")
    check(filters)
    campaign = campaign_name(session, actor=actor, campaign_id=campaign_id)
    seller, batch = chosen.names(session, actor=actor, campaign_id=campaign_id, filters=filters)
    asked = {"actor": actor, "campaign_id": campaign_id, "filters": filters}
    leads = counts.leads(session, **asked)  # type: ignore[arg-type]  # the same three for all
    owned = counts.owned(session, **asked)  # type: ignore[arg-type]  # as above
    calls = counts.calls(session, **asked)  # type: ignore[arg-type]  # as above
    spent = sellers.times(session, **asked, now=now)  # type: ignore[arg-type]  # as above
    timed = not chosen.narrowing(actor, filters)
    first = min((time.begin for time in spent.values()), default=None)
    over = over_time.over_time(session, **asked, now=now, since=first)  # type: ignore[arg-type]  # as above
    standing = rates.standing(leads)
    return CampaignReport(
        campaign_id=campaign_id,
        campaign=campaign,
        as_of=now,
        timezone=actor.timezone,
        filters=filters,
        filters_in_words=filters.in_words(language, seller=seller, list_name=batch),
        base=Base(owned.leads, owned.assigned, owned.leads - owned.assigned, rates.total(leads)),
        attempts_made=rates.attempts_made(leads),
        progress=rates.progress(standing, rates.attempts_made(leads)),
        resolutions=rates.resolutions(standing),
        outcomes=rates.outcomes(standing),
        reasons=rates.reasons(standing, _reason_labels(session, actor, language)),
        rates=rates.rates(standing, dials_per_hour(over, spent, timed)),
        sellers=sellers.rows(
            calls=calls,
            assigned=_of_seller(owned.by_seller, filters),
            spent=spent,
            names=user_names(session, actor=actor),
            visible=teams.visible_sellers(session, actor),
            timed=timed,
            minimum=minimum,
        ),
        by_day=over.by_day,
        by_hour=over.by_hour,
        attempts=rates.attempts(leads),
        minimum=minimum,
    )


def _of_seller(assigned: dict[int, int], filters: ReportFilters) -> dict[int, int]:
    if filters.seller_id is None:
        return assigned
    return {filters.seller_id: assigned.get(filters.seller_id, 0)}


def dials_per_hour(over: over_time.OverTime, spent: dict[int, sellers.TimeCount], timed: bool) -> Figure:
    """The campaign's dials in an hour of work, counted from the moment somebody was first signed in to it."""
    key, label = "rate:dials_per_hour", "Dials per hour"
    if not timed:
        dials = sum(each.attempts for each in over.by_day)
        return rates.per_hour(key, label, dials, 0, sellers.NOT_BY_FILTER)
    work = sum(time.signed_in - time.paused for time in spent.values())
    return rates.per_hour(key, label, over.since, work, sellers.SIGNED_IN)


def campaign_name(session: Session, *, actor: Actor, campaign_id: int) -> str:
    """What a campaign of the shop is called.

    Raises:
        NotFound: there is none with this number.
    """
    name: str | None = session.execute(
        select(col(Campaign.name)).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.id) == campaign_id
        )
    ).scalar_one_or_none()
    if name is None:
        raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
    return name


def user_names(session: Session, *, actor: Actor) -> dict[int, str]:
    """The names of everybody of the shop, whether active or not."""
    found = session.execute(
        select(col(User.id), col(User.name), col(User.full_name)).where(
            col(User.organisation_id) == actor.organisation_id
        )
    )
    return {number: full or name for number, name, full in found if number is not None}


def _reason_labels(session: Session, actor: Actor, language: str) -> dict[tuple[str, int], str]:
    found = session.execute(
        select(col(Reason.resolution), col(Reason.code), col(Reason.labels)).where(
            col(Reason.organisation_id) == actor.organisation_id
        )
    )
    return {(code, number): label_of(labels, language, str(number)) for code, number, labels in found}

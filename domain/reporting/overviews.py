"""All campaigns in one line each, and all sellers in one line each, over one campaign or over all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, literal_column, select
from sqlmodel import Session, col

from domain.calling.models import Call
from domain.campaigns.models import Campaign
from domain.people import teams
from domain.people.rights import READING_ROLES, Actor, require
from domain.reporting import chosen, rates, sellers
from domain.reporting.counts import CallCount, LeadCount
from domain.reporting.figures import Figure, SellerRow
from domain.reporting.filters import ReportFilters, check
from domain.reporting.models import LeadFigure, SellerFigure
from domain.reporting.report import MINIMUM_SAMPLE, user_names


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign: its leads, and the figures campaigns are compared by."""

    campaign_id: int
    campaign: str
    active: bool
    leads: int
    assigned: int
    attempts_made: int
    progress: tuple[Figure, ...]
    outcomes: tuple[Figure, ...]
    rates: tuple[Figure, ...]

    def figure(self, key: str) -> Figure:
        """The figure called ``key``."""
        return {each.key: each for each in (*self.progress, *self.outcomes, *self.rates)}[key]


def campaigns(session: Session, *, actor: Actor) -> list[CampaignRow]:
    """Every campaign as it stands, active ones first, then by name. Two statements."""
    require(actor, *READING_ROLES, to="see reports")
    tried = case((col(LeadFigure.attempts) > 0, 1), else_=literal_column("0")).label("tried")
    owned = case((col(LeadFigure.owner_id) > 0, 1), else_=literal_column("0")).label("owned")
    keys = [
        col(LeadFigure.campaign_id),
        owned,
        col(LeadFigure.campaign_status),
        col(LeadFigure.resolution),
        col(LeadFigure.reason),
        tried,
        col(LeadFigure.exhausted),
    ]
    leads: defaultdict[int, list[LeadCount]] = defaultdict(list)
    assigned: defaultdict[int, int] = defaultdict(int)
    made: defaultdict[int, int] = defaultdict(int)
    for number, held, status, code, reason, once, out, many, tries in session.execute(
        select(
            *keys,
            func.sum(col(LeadFigure.leads)),
            func.sum(col(LeadFigure.leads) * col(LeadFigure.attempts)),
        )
        .where(col(LeadFigure.organisation_id) == actor.organisation_id)
        .group_by(*keys)
    ):
        leads[number].append(LeadCount(status, code, reason, once, bool(out), int(many)))
        assigned[number] += int(many) if held else 0
        made[number] += int(tries)
    found = session.execute(
        select(col(Campaign.id), col(Campaign.name), col(Campaign.active))
        .where(col(Campaign.organisation_id) == actor.organisation_id)
        .order_by(col(Campaign.active).desc(), col(Campaign.name))
    )
    return [
        _campaign(number or 0, name, active, leads[number or 0], assigned[number or 0], made[number or 0])
        for number, name, active in found
    ]


def _campaign(
    number: int, name: str, active: bool, rows: list[LeadCount], assigned: int, made: int
) -> CampaignRow:
    not_asked = rates.per_hour("rate:dials_per_hour", "Dials per hour", 0, 0, sellers.SIGNED_IN)
    return CampaignRow(
        number,
        name,
        active,
        rates.total(rows),
        assigned,
        made,
        rates.progress(rows, made),
        rates.outcomes(rows),
        rates.rates(rows, not_asked)[:-1],
    )


def seller_rows(
    session: Session,
    *,
    actor: Actor,
    filters: ReportFilters,
    now: datetime,
    campaign_id: int | None = None,
    minimum: int = MINIMUM_SAMPLE,
) -> tuple[SellerRow, ...]:
    """What every seller did in a campaign, or in all together, in the days of action of ``filters``. Five statements.

    Raises:
        NotAllowed: a seller.  Invalid: days the wrong way round.
    """
    require(actor, *READING_ROLES, to="see reports")
    check(filters)
    owner = col(LeadFigure.owner_id)
    held = select(owner, func.sum(col(LeadFigure.leads))).where(
        col(LeadFigure.organisation_id) == actor.organisation_id, owner > 0
    )
    if campaign_id is not None:
        held = held.where(col(LeadFigure.campaign_id) == campaign_id)
    return sellers.rows(
        calls=_calls(session, actor, campaign_id, filters),
        assigned={number: int(leads) for number, leads in session.execute(held.group_by(owner)) if leads},
        spent=sellers.times(session, actor=actor, campaign_id=campaign_id, filters=filters, now=now),
        names=user_names(session, actor=actor),
        visible=teams.visible_sellers(session, actor),
        timed=True,
        minimum=minimum,
    )


def _calls(
    session: Session, actor: Actor, campaign_id: int | None, filters: ReportFilters
) -> list[CallCount]:
    """From the kept figures, or from the calls of certain days."""
    if filters.acted:
        seller = func.coalesce(col(Call.seller_id), literal_column("0")).label("seller")
        rows = session.execute(
            select(
                seller,
                func.count(),
                func.sum(chosen.ones(chosen.IS_CONTACT)),
                func.sum(chosen.ones(chosen.IS_SUCCESS)),
                func.sum(chosen.ones(chosen.IS_REJECTION)),
                func.sum(col(Call.talk_seconds)),
                func.sum(col(Call.wrap_seconds)),
            )
            .where(*chosen.doings(actor, campaign_id, filters))
            .group_by(seller)
        ).all()
        return [CallCount(*(int(each) for each in row)) for row in rows]
    sums = ("attempts", "contacts", "successes", "rejections", "talk_seconds", "wrap_seconds")
    kept = select(
        col(SellerFigure.seller_id), *(func.sum(getattr(SellerFigure, name)) for name in sums)
    ).where(col(SellerFigure.organisation_id) == actor.organisation_id)
    if campaign_id is not None:
        kept = kept.where(col(SellerFigure.campaign_id) == campaign_id)
    found = session.execute(kept.group_by(col(SellerFigure.seller_id))).all()
    return [CallCount(*(int(each) for each in row)) for row in found if row[1]]

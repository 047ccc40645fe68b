"""The conditions that follow from a report's filters: on leads, on the kept figures of leads, and on calls.

Figures and the lists of people behind them ask with the same conditions, so that what is counted is what opens.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, exists, literal_column, or_, select, text
from sqlmodel import Session, col

from domain.calling.models import Call, Lead
from domain.campaigns.models import LeadList
from domain.campaigns.segments import zone_named
from domain.codes import (
    CONTACTED_CAMPAIGN_STATUSES,
    NO_STATUS_KEY,
    REJECTED_RESOLUTIONS,
    SUCCESS_RESOLUTIONS,
    CallResult,
)
from domain.constructs import people_tagged
from domain.contacts.models import Contact
from domain.errors import NotFound
from domain.json_sql import json_has
from domain.people import teams
from domain.people.models import User
from domain.people.rights import Actor
from domain.reporting.filters import NONE, ReportFilters
from domain.reporting.models import LeadFigure
from domain.reporting.seconds import epoch_seconds
from domain.sql import walked

CONTACTED = tuple(sorted(CONTACTED_CAMPAIGN_STATUSES))
SUCCESSES = tuple(sorted(SUCCESS_RESOLUTIONS))
REJECTIONS = tuple(sorted(REJECTED_RESOLUTIONS))
QUARTER_SECONDS = 900
_FEW_DAYS = timedelta(days=45)

# What a call was, as the kept figures count it (``storage.roll_ups``).
IS_CONTACT = or_(
    col(Call.campaign_status).in_(CONTACTED),
    col(Call.campaign_status).is_(None) & (col(Call.result) == CallResult.ANSWERED.value),
)
IS_SUCCESS = col(Call.resolution).in_(SUCCESSES)
IS_REJECTION = col(Call.resolution).in_(REJECTIONS)
QUARTER = epoch_seconds(col(Call.started_at)) // literal_column(str(QUARTER_SECONDS), Integer())
# In the words of the partial indexes over counted calls.
COUNTS = text("call.counted AND call.undone_at IS NULL")


def ones(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where it holds, else 0: to be summed."""
    return case((condition, 1), else_=0)


def begin_of(day: date, zone: str) -> datetime:
    """The moment (UTC) a day of the shop begins."""
    return datetime.combine(day, time(), tzinfo=zone_named(zone)).astimezone(UTC)


def period(begin: date | None, end: date | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """Days of the shop as moments, the second no longer in it."""
    return (
        None if begin is None else begin_of(begin, zone),
        None if end is None else begin_of(end + timedelta(days=1), zone),
    )


def acted_period(filters: ReportFilters, zone: str) -> tuple[datetime | None, datetime | None]:
    """The days of action as moments."""
    return period(filters.acted_from, filters.acted_to, zone)


def names(
    session: Session, *, actor: Actor, campaign_id: int, filters: ReportFilters
) -> tuple[str | None, str | None]:
    """What the seller and the list of the filters are called. Two statements at most, and one for the teams.

    Raises:
        NotFound: no such seller, or no such list in this campaign.  NotAllowed: a seller of others' teams.
    """
    seller = batch = None
    if filters.seller_id is not None:
        teams.require_visible(session, actor, [filters.seller_id], to="see their figures")
        seller = session.execute(
            select(col(User.name)).where(
                col(User.organisation_id) == actor.organisation_id, col(User.id) == filters.seller_id
            )
        ).scalar_one_or_none()
        if seller is None:
            raise NotFound(f"There is no user number {filters.seller_id}.", code="no_user")
    if filters.list_id is not None:
        batch = session.execute(
            select(col(LeadList.name)).where(
                col(LeadList.organisation_id) == actor.organisation_id,
                col(LeadList.campaign_id) == campaign_id,
                col(LeadList.id) == filters.list_id,
            )
        ).scalar_one_or_none()
        if batch is None:
            raise NotFound(f"There is no list number {filters.list_id} in this campaign.", code="no_list")
    return seller, batch


# ── leads ────────────────────────────────────────────────────────────────────────────────────────────────


def of_campaign(actor: Actor, campaign_id: int) -> list[ColumnElement[bool]]:
    """All leads of a campaign."""
    return [col(Lead.organisation_id) == actor.organisation_id, col(Lead.campaign_id) == campaign_id]


def of_leads(
    actor: Actor, campaign_id: int, filters: ReportFilters, *, every: bool = False
) -> list[ColumnElement[bool]]:
    """The filtered leads: with a seller those assigned to them, with days of action those somebody acted on then.

    every: all of them are wanted, not the first ones: then it is not asked of each lead whether somebody acted on it
    in these few days, or whether the person has the tag, but those who have are found first.
    """
    found = [*of_campaign(actor, campaign_id), *narrowing(actor, filters, every=every)]
    if filters.acted:
        acted = doings(actor, campaign_id, filters)
        if every and _few_days(filters):
            found.append(col(Lead.id).in_(select(col(Call.lead_id)).where(*acted)))
        else:
            found.append(exists(select(col(Call.id)).where(col(Call.lead_id) == col(Lead.id), *acted)))
    elif filters.seller_id is not None:
        found.append(col(Lead.owner_id) == filters.seller_id)
    return found


def _few_days(filters: ReportFilters) -> bool:
    """Whether the calls of these days are likely fewer than what looking at every lead costs."""
    begin, end = filters.acted_from, filters.acted_to
    return begin is not None and end is not None and end - begin <= _FEW_DAYS


def narrowing(actor: Actor, filters: ReportFilters, *, every: bool = False) -> list[ColumnElement[bool]]:
    """What the filters say of the lead itself, whoever has it and whoever acted; ``every`` as in ``of_leads``."""
    found: list[ColumnElement[bool]] = []
    if filters.list_id is not None:
        found.append(col(Lead.list_id) == filters.list_id)
    begin, end = period(filters.assigned_from, filters.assigned_to, actor.timezone)
    if begin is not None:
        found.append(col(Lead.assigned_at) >= begin)
    if end is not None:
        found.append(col(Lead.assigned_at) < end)
    found += _statuses(filters.statuses)
    if filters.resolutions:
        known = [each for each in filters.resolutions if each != NONE]
        condition: ColumnElement[bool] = col(Lead.campaign_resolution).in_(known)
        if NONE in filters.resolutions:
            condition = or_(condition, no_resolution())
        found.append(condition)
    if filters.reasons:
        found.append(col(Lead.resolution_reason).in_(filters.reasons))
    if filters.tags:
        found.append(or_(*(_has_tag(actor, tag, every) for tag in filters.tags)))
    return found


def _has_tag(actor: Actor, tag: str, every: bool) -> ColumnElement[bool]:
    """Whether the person of a lead has a tag; for ``every`` lead by the index of words."""
    tagged = select(col(Contact.id)).where(
        col(Contact.organisation_id) == actor.organisation_id, json_has(col(Contact.tags), tag)
    )
    if not every:
        return exists(tagged.where(col(Contact.id) == col(Lead.contact_id)))
    people = people_tagged(tag)
    return col(Lead.contact_id).in_(tagged.join(people, people.c.contact_id == col(Contact.id)))


def no_resolution() -> ColumnElement[bool]:
    """Whether a lead has no resolution."""
    return or_(col(Lead.campaign_resolution).is_(None), col(Lead.campaign_resolution) == "")


def _statuses(statuses: tuple[str, ...]) -> list[ColumnElement[bool]]:
    numbers = [int(each) for each in statuses if each.isdecimal()]
    words = [each for each in statuses if not each.isdecimal()]
    found: list[ColumnElement[bool]] = []
    if numbers:
        found.append(col(Lead.campaign_status).in_(numbers))
    if words:
        listed: ColumnElement[bool] = col(Lead.status).in_([each for each in words if each != NO_STATUS_KEY])
        if NO_STATUS_KEY in words:
            listed = or_(listed, col(Lead.status).is_(None), col(Lead.status) == "")
        found.append(listed)
    return found


def of_lead_figures(
    actor: Actor, campaign_id: int, filters: ReportFilters, *, seller: bool = True
) -> list[ColumnElement[bool]]:
    """The same leads in the kept figures, for filters they know; ``seller``: of the owner only, if one is given."""
    found: list[ColumnElement[bool]] = [
        col(LeadFigure.organisation_id) == actor.organisation_id,
        col(LeadFigure.campaign_id) == campaign_id,
    ]
    if seller and filters.seller_id is not None:
        found.append(col(LeadFigure.owner_id) == filters.seller_id)
    if filters.list_id is not None:
        found.append(col(LeadFigure.list_id) == filters.list_id)
    if filters.resolutions:
        codes = ["" if each == NONE else each for each in filters.resolutions]
        found.append(col(LeadFigure.resolution).in_(codes))
    if filters.reasons:
        found.append(col(LeadFigure.reason).in_(filters.reasons))
    return found


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────


def of_calls(actor: Actor, campaign_id: int, filters: ReportFilters) -> list[ColumnElement[bool]]:
    """The calls of the report: by the seller if one is given, in the days of action, to leads the filters leave."""
    narrowed = narrowing(actor, filters, every=True)
    found = doings(actor, campaign_id, filters, walking=bool(narrowed) and filters.seller_id is None)
    if narrowed:
        leads = select(col(Lead.id)).where(*of_campaign(actor, campaign_id), *narrowed)
        found.append(col(Call.lead_id).in_(leads))
    return found


def doings(
    actor: Actor, campaign_id: int | None, filters: ReportFilters, *, walking: bool = False
) -> list[ColumnElement[bool]]:
    """The calls of the report as far as they themselves tell: by the seller, in the days of action.

    ``campaign_id`` None: in any campaign. ``walking``: most calls are looked at anyway, so no index is used for them.
    """
    begin, end = acted_period(filters, actor.timezone)
    shop: Any = col(Call.organisation_id)
    found: list[ColumnElement[bool]] = [
        (walked(shop) if walking else shop) == actor.organisation_id,
        COUNTS,  # type: ignore[list-item]  # text is a condition as well
    ]
    if campaign_id is not None:
        place: Any = col(Call.campaign_id)
        found.append((walked(place) if walking else place) == campaign_id)
    if filters.seller_id is not None:
        found.append(col(Call.seller_id) == filters.seller_id)
    if begin is not None:
        found.append(col(Call.started_at) >= begin)
    if end is not None:
        found.append(col(Call.started_at) < end)
    return found

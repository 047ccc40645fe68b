"""The filters of reports that users keep under names: everybody their own, for one campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from domain.constructs import upsert
from domain.errors import Invalid, NotFound
from domain.people.rights import READING_ROLES, Actor, require
from domain.reporting.filters import ReportFilters, check
from domain.reporting.models import ReportView
from domain.reporting.report import campaign_name
from domain.sql import affected

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class SavedView:
    """Filters under a name."""

    name: str
    filters: ReportFilters
    created_at: datetime


def listing(session: Session, *, actor: Actor, campaign_id: int) -> list[SavedView]:
    """The user's own for this campaign, by name."""
    require(actor, *READING_ROLES, to="see reports")
    found = session.execute(
        select(ReportView).where(*_own(actor, campaign_id)).order_by(col(ReportView.name))
    ).scalars()
    return [SavedView(row.name, ReportFilters.from_json(row.filters), row.created_at) for row in found]


def keep(
    session: Session, *, actor: Actor, campaign_id: int, name: str, filters: ReportFilters, now: datetime
) -> SavedView:
    """Keep filters under a name; those that had it are forgotten.

    Raises:
        Invalid: no usable name, or filters that make no sense.  NotFound: no such campaign.
    """
    require(actor, *READING_ROLES, to="keep reports")
    check(filters)
    campaign_name(session, actor=actor, campaign_id=campaign_id)
    text = " ".join(name.split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Invalid(f"A name is a word or a few, {LONGEST_NAME} characters at most.", code="view_name")
    values = {
        "organisation_id": actor.organisation_id,
        "user_id": actor.user_id,
        "campaign_id": campaign_id,
        "name": text,
        "filters": filters.to_json(),
        "created_at": now,
    }
    keys = ("organisation_id", "user_id", "campaign_id", "name")
    session.execute(upsert(ReportView, keys=keys, update=("filters", "created_at")).values(**values))
    return SavedView(text, filters, now)


def forget(session: Session, *, actor: Actor, campaign_id: int, name: str) -> None:
    """Forget filters kept under a name.

    Raises:
        NotFound: the user has none of this name here.
    """
    require(actor, *READING_ROLES, to="keep reports")
    if not affected(
        session, delete(ReportView).where(*_own(actor, campaign_id), col(ReportView.name) == name)
    ):
        raise NotFound(f'You keep no filters called "{name}" for this campaign.', code="no_view")


def _own(actor: Actor, campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(ReportView.organisation_id) == actor.organisation_id,
        col(ReportView.user_id) == actor.user_id,
        col(ReportView.campaign_id) == campaign_id,
    )

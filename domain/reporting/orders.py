"""Reports that are written to a folder again and again: which there are, which is due, what became of it.

A report is due once its day or week (Monday to Sunday, the shop's) is over, and is written once for it, however often
and wherever the job runs: its file is named by order and day, and written anew it is the same file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col

from domain.campaigns.models import Campaign
from domain.campaigns.segments import zone_named
from domain.codes import Role
from domain.errors import Invalid, NotFound
from domain.people.rights import READING_ROLES, Actor, require
from domain.reporting.filters import ReportFilters, check
from domain.reporting.models import ReportOrder
from domain.reporting.report import campaign_name
from domain.sql import add_row, affected

FORMATS: Final = ("html", "csv", "json")
EVERY: Final = ("daily", "weekly")
PERIODS: Final = ("all", "due")
"""What is in it: the campaign so far, or only the day or week that is over."""

_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class Order:
    """A report that is written regularly; see ``domain.reporting.models.ReportOrder``."""

    id: int
    campaign_id: int
    campaign: str
    format: str
    every: str
    period: str
    folder: str
    filters: ReportFilters
    written_until: date | None
    written_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """An order whose time has come: for which last day, what the report is narrowed to, what its file is called."""

    order: Order
    until: date
    filters: ReportFilters
    file_name: str


def add(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    format: str,
    every: str,
    folder: str,
    filters: ReportFilters,
    now: datetime,
    period: str = "all",
) -> Order:
    """Have a report written to a folder of the machine the background jobs run on (administrators).

    Raises:
        NotAllowed: no administrator.  NotFound: no such campaign.
        Invalid: an unknown format, rhythm or period, filters that make no sense or say days where the period does.
    """
    require(actor, Role.ADMIN, to="have reports written to a folder")
    for given, known, what in (
        (format, FORMATS, "format"),
        (every, EVERY, "rhythm"),
        (period, PERIODS, "period"),
    ):
        if given not in known:
            raise Invalid(f"{given}: no such {what}; use {', '.join(known)}.", code=what)
    if not folder.strip() or not folder.isprintable():
        raise Invalid("Say which folder the report is written to.", code="folder")
    check(filters)
    if period == "due" and filters.acted:
        raise Invalid("A report of the day or week just over takes no other days of action.", code="dates")
    name = campaign_name(session, actor=actor, campaign_id=campaign_id)
    number = add_row(
        session,
        "report_order",
        {
            "organisation_id": actor.organisation_id,
            "campaign_id": campaign_id,
            "format": format,
            "every": every,
            "period": period,
            "folder": folder,
            "filters": filters.to_json(),
            "created_by": actor.author,
            "created_at": now,
        },
    )
    return Order(number, campaign_id, name, format, every, period, folder, filters, None, None, None)


def listing(session: Session, *, actor: Actor) -> list[Order]:
    """All of the shop, by campaign. One statement."""
    require(actor, *READING_ROLES, to="see which reports are written")
    return _orders(session, actor.organisation_id)


def remove(session: Session, *, actor: Actor, order_id: int) -> None:
    """Have it written no longer; what was written stays (administrators).

    Raises:
        NotAllowed: no administrator.  NotFound: no such order.
    """
    require(actor, Role.ADMIN, to="have reports written to a folder")
    gone = affected(
        session,
        delete(ReportOrder).where(
            col(ReportOrder.organisation_id) == actor.organisation_id, col(ReportOrder.id) == order_id
        ),
    )
    if not gone:
        raise NotFound(f"There is no order {order_id}. See: dialdeck report schedule list", code="no_order")


# ── for the job ──────────────────────────────────────────────────────────────────────────────────────────


def due(session: Session, *, actor: Actor, now: datetime) -> list[Due]:
    """The orders whose day or week is over and not yet written. One statement."""
    today = now.astimezone(zone_named(actor.timezone)).date()
    found = []
    for order in _orders(session, actor.organisation_id):
        until = last_day(order.every, today)
        if order.written_until is not None and order.written_until >= until:
            continue
        filters = order.filters
        if order.period == "due":
            first = until if order.every == "daily" else until - timedelta(days=6)
            values = {**filters.to_json(), "acted_from": first.isoformat(), "acted_to": until.isoformat()}
            filters = ReportFilters.from_json(values)
        name = f"{_slug(order.campaign)}-{order.id}-{until.isoformat()}.{order.format}"
        found.append(Due(order, until, filters, name))
    return found


def last_day(every: str, today: date) -> date:
    """The last day of the day or week that is over."""
    return today - timedelta(days=1 if every == "daily" else today.isoweekday())


def written(session: Session, *, actor: Actor, order_id: int, until: date, now: datetime) -> bool:
    """It is written for this day; False where another process has said so already."""
    return bool(
        affected(
            session,
            update(ReportOrder)
            .where(
                col(ReportOrder.organisation_id) == actor.organisation_id,
                col(ReportOrder.id) == order_id,
                or_(col(ReportOrder.written_until).is_(None), col(ReportOrder.written_until) < until),
            )
            .values(written_until=until, written_at=now, problem=None),
        )
    )


def failed(session: Session, *, actor: Actor, order_id: int, problem: str) -> None:
    """It could not be written; the next run tries again."""
    affected(
        session,
        update(ReportOrder)
        .where(col(ReportOrder.organisation_id) == actor.organisation_id, col(ReportOrder.id) == order_id)
        .values(problem=problem[:_LONGEST_PROBLEM]),
    )


def _orders(session: Session, organisation_id: int) -> list[Order]:
    rows = session.execute(
        select(ReportOrder, col(Campaign.name))
        .join(Campaign, col(Campaign.id) == col(ReportOrder.campaign_id))
        .where(col(ReportOrder.organisation_id) == organisation_id)
        .order_by(col(Campaign.name), col(ReportOrder.id))
        .execution_options(populate_existing=True)
    )
    return [
        Order(
            row.id or 0,
            row.campaign_id,
            campaign,
            row.format,
            row.every,
            row.period,
            row.folder,
            ReportFilters.from_json(row.filters),
            row.written_until,
            row.written_at,
            row.problem,
        )
        for row, campaign in rows
    ]


def _slug(name: str) -> str:
    """A name as part of a file's name on any system."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "campaign"

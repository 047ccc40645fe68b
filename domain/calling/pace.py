"""A seller's own day hour by hour, for the small plot beside the console (never in the path of a call)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlmodel import Session, col

from domain.calling.models import Call
from domain.campaigns.segments import day_start
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sales.models import Sale


@dataclass(frozen=True, slots=True)
class HourCount:
    """Outcomes of one hour of the seller's day, and how many of them were sales."""

    hour: int
    done: int
    sales: int


def by_hour(session: Session, *, actor: Actor, now: datetime) -> tuple[HourCount, ...]:
    """Outcomes since the seller's midnight, in all campaigns, an entry for every hour from the first to now."""
    require(actor, *SELLING_ROLES, to="see their day")
    zone = ZoneInfo(actor.timezone)
    sold = exists(
        select(col(Sale.id)).where(col(Sale.call_id) == col(Call.id), col(Sale.cancelled_at).is_(None))
    )
    rows = session.execute(
        select(col(Call.started_at), sold.label("sold")).where(
            col(Call.organisation_id) == actor.organisation_id,
            col(Call.seller_id) == actor.user_id,
            col(Call.started_at) >= day_start(actor.timezone, now),
            col(Call.action).is_not(None),
            col(Call.undone_at).is_(None),
        )
    ).all()
    hours = [(started_at.astimezone(zone).hour, bool(is_sold)) for started_at, is_sold in rows]
    if not hours:
        return ()
    done = Counter(hour for hour, _ in hours)
    sales = Counter(hour for hour, is_sold in hours if is_sold)
    last = max(*done, now.astimezone(zone).hour)
    return tuple(HourCount(hour, done[hour], sales[hour]) for hour in range(min(done), last + 1))

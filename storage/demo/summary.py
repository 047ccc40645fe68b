"""The figures of a shop's campaigns as plain data and as text, for whoever has no terminal to open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from domain.calling.models import Activity, Lead
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import NO_STATUS_KEY, DialStatus, QueueState, status_label
from domain.people import shop
from domain.people.models import User
from domain.sales.models import Sale
from storage.demo.dataset import ATTRIBUTION

_POOL = (QueueState.READY.value, QueueState.IN_HOPPER.value, QueueState.OWNED.value, QueueState.DROPPED.value)


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """One campaign: how many leads stand where, and what there is to do now."""

    name: str
    hours: str
    leads: int
    by_status: dict[str, int]
    attempts: int
    sales: int
    callable_now: int
    callbacks_due: int
    callbacks_later: int


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """All campaigns of the shop, largest first, and its people."""

    as_of: datetime
    sellers: int
    campaigns: tuple[CampaignFigures, ...]


def summarise(session: Session, *, now: datetime) -> DemoSummary:
    """Count the shop (a handful of statements, whatever its size).

    Raises:
        NotFound: the database has no shop.
    """
    organisation_id = shop.current(session).organisation_id
    campaigns = session.execute(
        select(Campaign).where(col(Campaign.organisation_id) == organisation_id).order_by(col(Campaign.id))
    ).scalars()
    figures = [_figures(session, campaign, now) for campaign in campaigns]
    sellers = session.execute(
        select(func.count())
        .select_from(User)
        .where(col(User.organisation_id) == organisation_id, col(User.role) == "seller", col(User.active))
    ).scalar_one()
    return DemoSummary(now, sellers, tuple(sorted(figures, key=lambda found: -found.leads)))


def _figures(session: Session, campaign: Campaign, now: datetime) -> CampaignFigures:
    policy = policy_of(campaign)
    mine = (
        col(Lead.organisation_id) == campaign.organisation_id,
        col(Lead.campaign_id) == policy.campaign_id,
    )
    rows = session.execute(
        select(col(Lead.status), func.count(), func.sum(col(Lead.dial_attempts)))
        .where(*mine)
        .group_by(col(Lead.status))
    ).all()
    waiting = session.execute(
        select(col(Lead.segment), func.count())
        .where(*mine, col(Lead.queue_state).in_(_POOL), col(Lead.next_attempt_at) <= now)
        .group_by(col(Lead.segment))
    ).all()
    due, later = _callbacks(session, campaign, now)
    sales = session.execute(
        select(func.count())
        .select_from(Sale)
        .where(
            col(Sale.organisation_id) == campaign.organisation_id,
            col(Sale.campaign_id) == policy.campaign_id,
            col(Sale.cancelled_at).is_(None),
        )
    ).scalar_one()
    open_now = sum(count for segment, count in waiting if policy.calendar.is_open(now, segment))
    return CampaignFigures(
        name=campaign.name,
        hours=policy.calendar.hours.describe(),
        leads=sum(count for _, count, _ in rows),
        by_status={status or NO_STATUS_KEY: count for status, count, _ in sorted(rows, key=_order)},
        attempts=sum(int(attempts or 0) for _, _, attempts in rows),
        sales=sales,
        callable_now=(open_now + due) if campaign.active else 0,
        callbacks_due=due,
        callbacks_later=later,
    )


def _order(row: Sequence[object]) -> int:
    """Statuses in the order of their table, no status last."""
    names = [status.value for status in DialStatus]
    return names.index(str(row[0])) if row[0] in names else len(names)


def _callbacks(session: Session, campaign: Campaign, now: datetime) -> tuple[int, int]:
    """Pending callbacks of a campaign: due by now, and still to come."""
    due, pending = session.execute(
        select(
            func.coalesce(func.sum(case((col(Activity.due_at) <= now, 1), else_=0)), 0),
            func.count(),
        ).where(
            col(Activity.organisation_id) == campaign.organisation_id,
            col(Activity.campaign_id) == campaign.id,
            col(Activity.kind) == "callback",
            col(Activity.state) == "pending",
        )
    ).one()
    return int(due), int(pending) - int(due)


def as_text(summary: DemoSummary) -> str:
    """The summary for people, a few lines for each campaign, and where the data comes from."""
    lines = []
    for campaign in summary.campaigns:
        lines.append(f"{campaign.name}  ({campaign.hours})")
        lines.append(
            f"  leads {campaign.leads:>10,}   attempts {campaign.attempts:>9,}   sales {campaign.sales:>7,}"
        )
        for status, count in campaign.by_status.items():
            label = status_label(None if status == NO_STATUS_KEY else status)
            share = 100 * count / campaign.leads if campaign.leads else 0
            lines.append(f"    {label:<16} {count:>8,}  {share:5.1f} %")
        lines.append(
            f"  callable now {campaign.callable_now:,}   "
            f"callbacks due {campaign.callbacks_due:,}, later {campaign.callbacks_later:,}"
        )
        lines.append("")
    lines.append(f"{summary.sellers} sellers")
    lines.append(ATTRIBUTION)
    return "\n".join(lines)

"""A seller at a campaign: the campaign, the claim in hand and the day's figures, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, outerjoin, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.calling.models import Activity, Call, HopperEntry
from domain.calling.views import Figures
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import day_start
from domain.codes import SUCCESS_RESOLUTIONS, HopperState, Shift
from domain.errors import NotFound
from domain.people.models import User
from domain.people.rights import Actor
from domain.sales.models import Sale

SUCCESS_ACTIONS_RESULT = SUCCESS_RESOLUTIONS


@dataclass(frozen=True)
class Desk:
    """What ``next`` starts from. ``entry`` is the seller's claim, in whatever campaign; ``shifts_at_work``
    are the shifts of sellers who have somebody of this campaign in hand; ``leases_ended`` tells that claims of
    the shop wait to be given back."""

    campaign: Campaign
    policy: Policy
    entry: HopperEntry | None
    figures: Figures
    shifts_at_work: frozenset[str]
    leases_ended: bool


def look(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> Desk:
    """The seller's desk in one statement.

    Raises:
        NotFound: no such campaign in this shop.
    """
    organisation_id = actor.organisation_id
    today = day_start(actor.timezone, now)
    ready = (
        select(func.count())
        .select_from(HopperEntry)
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            col(HopperEntry.campaign_id) == campaign_id,
            col(HopperEntry.state) == HopperState.NEW.value,
        )
        .scalar_subquery()
    )
    due = (
        select(func.count())
        .select_from(Activity)
        .where(
            col(Activity.organisation_id) == organisation_id,
            col(Activity.seller_id) == actor.user_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
            col(Activity.due_at) <= now,
        )
        .scalar_subquery()
    )
    done = (
        select(func.count())
        .select_from(Call)
        .where(
            col(Call.organisation_id) == organisation_id,
            col(Call.seller_id) == actor.user_id,
            col(Call.started_at) >= today,
            col(Call.action).is_not(None),
            col(Call.undone_at).is_(None),
        )
        .scalar_subquery()
    )
    sales = (
        select(func.count())
        .select_from(Sale)
        .where(
            col(Sale.organisation_id) == organisation_id,
            col(Sale.campaign_id) == campaign_id,
            col(Sale.seller_id) == actor.user_id,
            col(Sale.sold_at) >= today,
            col(Sale.cancelled_at).is_(None),
        )
        .scalar_subquery()
    )
    ended = aliased(HopperEntry)
    row = session.execute(
        select(
            Campaign,
            HopperEntry,
            ready.label("ready"),
            due.label("due"),
            done.label("done"),
            sales.label("sales"),
            _at_work(organisation_id, campaign_id, Shift.MORNING, now).label("morning"),
            _at_work(organisation_id, campaign_id, Shift.AFTERNOON, now).label("afternoon"),
            exists(
                select(col(ended.id)).where(
                    col(ended.organisation_id) == organisation_id, col(ended.expires_at) <= now
                )
            ).label("leases_ended"),
        )
        .select_from(
            outerjoin(
                Campaign,
                HopperEntry,
                and_(
                    col(HopperEntry.organisation_id) == organisation_id,
                    col(HopperEntry.locked_by) == actor.user_id,
                ),
            )
        )
        .where(col(Campaign.organisation_id) == organisation_id, col(Campaign.id) == campaign_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such campaign. See: dialdeck campaigns list", code="no_campaign")
    campaign, entry, ready_now, due_now, done_today, sales_today, morning, afternoon, leases_ended = row
    shifts = {Shift.MORNING.value: morning, Shift.AFTERNOON.value: afternoon}
    return Desk(
        campaign=campaign,
        policy=policy_of(campaign),
        entry=entry,
        figures=Figures(ready_now, due_now, done_today, sales_today),
        shifts_at_work=frozenset(shift for shift, at_work in shifts.items() if at_work),
        leases_ended=leases_ended,
    )


def _at_work(organisation_id: int, campaign_id: int, shift: Shift, now: datetime):  # type: ignore[no-untyped-def]  # an SQL expression
    """Whether a seller of this shift has somebody of the campaign in hand."""
    held = aliased(HopperEntry)
    return exists(
        select(col(held.id))
        .join(User, col(User.id) == held.locked_by)
        .where(
            col(held.organisation_id) == organisation_id,
            col(held.campaign_id) == campaign_id,
            held.locked_by.is_not(None),  # type: ignore[union-attr]  # an aliased column
            col(held.expires_at) > now,
            col(User.shift) == shift.value,
        )
    )

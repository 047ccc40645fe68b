"""A seller at a campaign: the campaign, the claim in hand and the day's figures, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, exists, func, outerjoin, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.models import Activity, Call, HopperEntry
from domain.calling.views import Figures
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import day_start
from domain.codes import HopperState, Shift
from domain.errors import NotFound
from domain.people.models import User
from domain.people.rights import Actor
from domain.prepared import Prepared
from domain.sales.models import Sale
from domain.sql import CAMPAIGN, NOW, ORGANISATION, SELLER

_TODAY = bindparam("today", type_=UTCDateTime())


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


def _at_work(shift: Shift) -> ColumnElement[bool]:
    """Whether a seller of this shift has somebody of the campaign in hand."""
    held = aliased(HopperEntry)
    return exists(
        select(col(held.id))
        .join(User, col(User.id) == held.locked_by)
        .where(
            col(held.organisation_id) == ORGANISATION,
            col(held.campaign_id) == CAMPAIGN,
            held.locked_by.is_not(None),  # type: ignore[union-attr]  # an aliased column
            col(held.expires_at) > NOW,
            col(User.shift) == shift.value,
        )
    )


def _leases_ended() -> ColumnElement[bool]:
    ended = aliased(HopperEntry)
    return exists(
        select(col(ended.id)).where(col(ended.organisation_id) == ORGANISATION, col(ended.expires_at) <= NOW)
    )


def _ready() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(HopperEntry)
        .where(
            col(HopperEntry.organisation_id) == ORGANISATION,
            col(HopperEntry.campaign_id) == CAMPAIGN,
            col(HopperEntry.state) == HopperState.NEW.value,
        )
        .scalar_subquery()
    )


def _due() -> ScalarSelect[int]:
    """The seller's callbacks due, in all campaigns (named, so that the index goes on to the time)."""
    other = aliased(Campaign)
    return (
        select(func.count())
        .select_from(Activity)
        .where(
            col(Activity.organisation_id) == ORGANISATION,
            col(Activity.seller_id) == SELLER,
            col(Activity.campaign_id).in_(
                select(col(other.id)).where(col(other.organisation_id) == ORGANISATION)
            ),
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
            col(Activity.due_at) <= NOW,
        )
        .scalar_subquery()
    )


def _done() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Call)
        .where(
            col(Call.organisation_id) == ORGANISATION,
            col(Call.seller_id) == SELLER,
            col(Call.started_at) >= _TODAY,
            col(Call.action).is_not(None),
            col(Call.undone_at).is_(None),
        )
        .scalar_subquery()
    )


def _sales() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Sale)
        .where(
            col(Sale.organisation_id) == ORGANISATION,
            col(Sale.campaign_id) == CAMPAIGN,
            col(Sale.seller_id) == SELLER,
            col(Sale.sold_at) >= _TODAY,
            col(Sale.cancelled_at).is_(None),
        )
        .scalar_subquery()
    )


# Built once: putting it together would take longer than asking it.
_LOOK = Prepared(
    select(
        Campaign,
        HopperEntry,
        _ready().label("ready"),
        _due().label("due"),
        _done().label("done"),
        _sales().label("sales"),
        _at_work(Shift.MORNING).label("morning"),
        _at_work(Shift.AFTERNOON).label("afternoon"),
        _leases_ended().label("leases_ended"),
    )
    .select_from(
        outerjoin(
            Campaign,
            HopperEntry,
            and_(
                col(HopperEntry.organisation_id) == ORGANISATION,
                col(HopperEntry.locked_by) == SELLER,
            ),
        )
    )
    .where(col(Campaign.organisation_id) == ORGANISATION, col(Campaign.id) == CAMPAIGN)
)


def look(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> Desk:
    """The seller's desk in one statement.

    Raises:
        NotFound: no such campaign in this shop.
    """
    row = _LOOK.one_or_none(
        session,
        {
            "organisation": actor.organisation_id,
            "campaign": campaign_id,
            "seller": actor.user_id,
            "now": now,
            "today": day_start(actor.timezone, now),
        },
    )
    if row is None:
        raise NotFound("There is no such campaign. See: dialdeck campaigns list", code="no_campaign")
    campaign, entry, ready, due, done, sales, morning, afternoon, leases_ended = row
    shifts = {Shift.MORNING.value: morning, Shift.AFTERNOON.value: afternoon}
    return Desk(
        campaign=campaign,
        policy=policy_of(campaign),
        entry=entry,
        figures=Figures(ready, due, done, sales),
        shifts_at_work=frozenset(shift for shift, at_work in shifts.items() if at_work),
        leases_ended=leases_ended,
    )

"""How a campaign's hopper stands: its level and what it should hold now, who is free, who is in sellers' hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from domain.calling.level import pace, target
from domain.calling.models import HopperEntry
from domain.campaigns.models import Campaign
from domain.codes import HopperState
from domain.errors import NotFound
from domain.people.rights import READING_ROLES, Actor, require


@dataclass(frozen=True, slots=True)
class HopperStanding:
    """``level`` is what the campaign is set to, ``target`` what the hopper should hold at the present pace.

    ``free`` wait for a seller, ``claimed`` are in sellers' hands, ``dialing`` of them on the telephone.
    """

    campaign: str
    active: bool
    level: int
    automatic: bool
    target: int
    free: int
    claimed: int
    dialing: int


def standing(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> HopperStanding:
    """The figures above the hopper (supervisors and auditors); two statements.

    Raises:
        NotAllowed: a seller.  NotFound: no such campaign.
    """
    require(actor, *READING_ROLES, to="look into the hopper")
    found = session.execute(
        select(Campaign, pace(now)).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.id) == campaign_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
    campaign, calls = found
    state = col(HopperEntry.state)
    free, dialing, entries = session.execute(
        select(
            func.coalesce(func.sum(case((state == HopperState.NEW.value, 1), else_=0)), 0),
            func.coalesce(func.sum(case((state == HopperState.DIALING.value, 1), else_=0)), 0),
            func.count(),
        ).where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.campaign_id) == campaign_id,
        )
    ).one()
    return HopperStanding(
        campaign=campaign.name,
        active=campaign.active,
        level=campaign.hopper_level,
        automatic=campaign.hopper_auto,
        target=target(campaign, calls),
        free=free,
        claimed=entries - free,
        dialing=dialing,
    )

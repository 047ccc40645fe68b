"""What waits for a seller in each campaign: the cards of the campaign picker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from domain.calling.models import Activity, Call, HopperEntry, Lead
from domain.calling.queue_state import IN_POOL
from domain.calling.views import CampaignCard
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import day_start
from domain.codes import HopperState
from domain.people.rights import SELLING_ROLES, Actor, require


def cards(session: Session, *, actor: Actor, now: datetime) -> list[CampaignCard]:
    """One card a campaign, active and open ones first; eight statements whatever the number of campaigns."""
    require(actor, *SELLING_ROLES, to="work a queue")
    campaigns = (
        session.execute(select(Campaign).where(col(Campaign.organisation_id) == actor.organisation_id))
        .scalars()
        .all()
    )
    leads = _leads(session, actor, [campaign.id for campaign in campaigns], now)
    free = _free(session, actor)
    callbacks = _callbacks(session, actor, now)
    done = _done(session, actor, now)
    segments = _segments(session, actor)
    found = [
        _card(campaign, policy_of(campaign), leads, free, callbacks, done, segments, now)
        for campaign in campaigns
    ]
    return sorted(found, key=lambda card: (not card.active, not card.open_now, card.name))


def _leads(
    session: Session, actor: Actor, campaigns: Sequence[int | None], now: datetime
) -> dict[int, tuple[int, int, int, int]]:
    """Per campaign: all leads, ripe ones of the pool, waiting ones, and the seller's own.

    Three counts, for each can be taken from an index alone.
    """
    campaign, of_shop = col(Lead.campaign_id), col(Lead.organisation_id) == actor.organisation_id
    pooled = (
        select(campaign, func.sum(case((col(Lead.next_attempt_at) <= now, 1), else_=0)), func.count())
        .where(of_shop, campaign.in_(campaigns), IN_POOL)
        .group_by(campaign)
    )
    own = (
        select(campaign, func.count()).where(of_shop, col(Lead.owner_id) == actor.user_id).group_by(campaign)
    )
    every = select(campaign, func.count()).where(of_shop).group_by(campaign)
    ripe = {row[0]: (int(row[1]), row[2] - int(row[1])) for row in session.execute(pooled)}
    mine = {row[0]: row[1] for row in session.execute(own)}
    return {
        row[0]: (row[1], *ripe.get(row[0], (0, 0)), mine.get(row[0], 0)) for row in session.execute(every)
    }


def _free(session: Session, actor: Actor) -> dict[int, int]:
    rows = session.execute(
        select(col(HopperEntry.campaign_id), func.count())
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.state) == HopperState.NEW.value,
        )
        .group_by(col(HopperEntry.campaign_id))
    )
    return {row[0]: row[1] for row in rows}


def _callbacks(session: Session, actor: Actor, now: datetime) -> dict[int, tuple[int, int, datetime | None]]:
    """Per campaign: the seller's callbacks due, those to come, and the next of them."""
    due = col(Activity.due_at) <= now
    rows = session.execute(
        select(
            col(Activity.campaign_id),
            func.sum(case((due, 1), else_=0)),
            func.sum(case((~due, 1), else_=0)),
            func.min(case((~due, col(Activity.due_at)))),
        )
        .where(
            col(Activity.organisation_id) == actor.organisation_id,
            col(Activity.seller_id) == actor.user_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .group_by(col(Activity.campaign_id))
    )
    return {row[0]: (int(row[1]), int(row[2]), row[3]) for row in rows}


def _done(session: Session, actor: Actor, now: datetime) -> dict[int, int]:
    rows = session.execute(
        select(col(Call.campaign_id), func.count())
        .where(
            col(Call.organisation_id) == actor.organisation_id,
            col(Call.seller_id) == actor.user_id,
            col(Call.started_at) >= day_start(actor.timezone, now),
            col(Call.action).is_not(None),
            col(Call.undone_at).is_(None),
        )
        .group_by(col(Call.campaign_id))
    )
    return {row[0]: row[1] for row in rows}


def _segments(session: Session, actor: Actor) -> dict[int, list[str]]:
    rows = session.execute(
        select(col(CampaignSegment.campaign_id), col(CampaignSegment.segment))
        .where(col(CampaignSegment.organisation_id) == actor.organisation_id)
        .distinct()
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for campaign_id, segment in rows:
        found[campaign_id].append(segment)
    return found


def _card(
    campaign: Campaign,
    policy: Policy,
    leads: dict[int, tuple[int, int, int, int]],
    free: dict[int, int],
    callbacks: dict[int, tuple[int, int, datetime | None]],
    done: dict[int, int],
    segments: dict[int, list[str]],
    now: datetime,
) -> CampaignCard:
    number = policy.campaign_id
    total, ripe, waiting, own = leads.get(number, (0, 0, 0, 0))
    due, later, next_due = callbacks.get(number, (0, 0, None))
    places = segments.get(number) or [""]
    open_now = campaign.active and any(policy.calendar.is_open(now, place) for place in places)
    openings = [policy.calendar.next_open(now, place) for place in places]
    opening = min((at for at in openings if at is not None), default=None)
    return CampaignCard(
        campaign_id=number,
        name=campaign.name,
        active=campaign.active,
        open_now=open_now,
        hours=policy.calendar.hours.describe(),
        leads=total,
        ready=free.get(number, 0) + (ripe if open_now else 0),
        due=due,
        due_later=later,
        assigned=own,
        # While a campaign is closed those whose turn it would be wait for its hours: nobody is lost.
        waiting=waiting + (0 if open_now else ripe),
        done_today=done.get(number, 0),
        next_at=next_due if open_now else opening,
        closed_because=_closed(campaign, open_now, opening),
        zones=tuple(zone.key for zone in policy.calendar.zones(places[0])),
    )


def _closed(campaign: Campaign, open_now: bool, opening: datetime | None) -> str | None:
    if open_now:
        return None
    if not campaign.active:
        return "paused"
    return "outside calling hours" if opening is not None else "ended"

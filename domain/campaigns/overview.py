"""What waits for a seller in each campaign: the cards of the campaign picker."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from domain.calling.models import Activity, Call, HopperEntry, Lead
from domain.calling.tally_model import LeadTally
from domain.calling.views import CampaignCard
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import day_start
from domain.codes import QueueState
from domain.people.rights import READING_ROLES, SELLING_ROLES, Actor, require
from domain.sql import timed


def cards(session: Session, *, actor: Actor, now: datetime) -> list[CampaignCard]:
    """One card a campaign, active and open ones first; eight statements whatever the number of campaigns."""
    require(actor, *SELLING_ROLES, *READING_ROLES, to="see the campaigns")
    campaigns = (
        session.execute(select(Campaign).where(col(Campaign.organisation_id) == actor.organisation_id))
        .scalars()
        .all()
    )
    leads = _leads(session, actor, now)
    callbacks = _callbacks(session, actor, now)
    done = _done(session, actor, now)
    segments = _segments(session, actor)
    found = [
        _card(campaign, policy_of(campaign), leads, callbacks, done, segments, now) for campaign in campaigns
    ]
    return sorted(found, key=lambda card: (not card.active, not card.open_now, card.name))


@dataclass(frozen=True, slots=True)
class _Pool:
    """The pool of one campaign in one segment: everybody, those whose time is to come, those in sellers' hands."""

    leads: int
    waiting: int
    in_hand: int

    @property
    def ripe(self) -> int:
        return max(self.leads - self.waiting - self.in_hand, 0)


@dataclass(frozen=True, slots=True)
class _Leads:
    """The leads of one campaign: all of them, the seller's own, and the pool by segment."""

    total: int
    own: int
    pool: Mapping[str, _Pool]


_WAITING = """SELECT s.campaign_id AS campaign_id, s.segment AS segment, (SELECT count(*) FROM lead l
 WHERE l.organisation_id = :organisation AND l.campaign_id = s.campaign_id AND l.segment = s.segment
 AND l.rank = s.rank AND l.queue_state = 0 AND l.next_attempt_at > :now) AS leads
 FROM campaign_segment s WHERE s.organisation_id = :organisation"""


def _leads(session: Session, actor: Actor, now: datetime) -> dict[int, _Leads]:
    """Per campaign, summed from the tally and from short ranges of an index; four statements."""
    of_shop = col(LeadTally.organisation_id) == actor.organisation_id
    key = (col(LeadTally.campaign_id), col(LeadTally.segment), col(LeadTally.waits))
    totals: Counter[int] = Counter()
    pooled: Counter[tuple[int, str]] = Counter()
    for campaign, segment, waits, leads in session.execute(
        select(*key, func.sum(col(LeadTally.leads))).where(of_shop).group_by(*key)
    ):
        totals[campaign] += int(leads)
        if waits == QueueState.READY:
            pooled[campaign, segment] += int(leads)
    waiting: Counter[tuple[int, str]] = Counter()
    rows = session.execute(timed(_WAITING, "now"), {"organisation": actor.organisation_id, "now": now})
    for campaign, segment, leads in rows:
        waiting[campaign, segment] += leads
    in_hand = _in_hand(session, actor)
    mine = session.execute(
        select(col(Lead.campaign_id), func.count())
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            col(Lead.owner_id) == actor.user_id,
        )
        .group_by(col(Lead.campaign_id))
    )
    own = {campaign: leads for campaign, leads in mine}  # noqa: C416 - rows, not pairs
    pools: defaultdict[int, dict[str, _Pool]] = defaultdict(dict)
    for (campaign, segment), leads in pooled.items():
        place = (campaign, segment)
        pools[campaign][segment] = _Pool(leads, min(waiting[place], leads), in_hand[place])
    return {
        campaign: _Leads(total, own.get(campaign, 0), pools[campaign]) for campaign, total in totals.items()
    }


def _in_hand(session: Session, actor: Actor) -> Counter[tuple[int, str]]:
    """Leads of the pool that are in sellers' hands, per campaign and segment."""
    rows = session.execute(
        select(col(HopperEntry.campaign_id), col(HopperEntry.segment), func.count())
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.locked_by).is_not(None),
            col(HopperEntry.from_pool),
        )
        .group_by(col(HopperEntry.campaign_id), col(HopperEntry.segment))
    )
    return Counter({(campaign, segment): leads for campaign, segment, leads in rows})


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
    leads: dict[int, _Leads],
    callbacks: dict[int, tuple[int, int, datetime | None]],
    done: dict[int, int],
    segments: dict[int, list[str]],
    now: datetime,
) -> CampaignCard:
    number = policy.campaign_id
    here = leads.get(number, _Leads(0, 0, {}))
    due, later, next_due = callbacks.get(number, (0, 0, None))
    places = segments.get(number) or [""]
    open_now = campaign.active and any(policy.calendar.is_open(now, place) for place in places)
    awake = {place for place in here.pool if campaign.active and policy.calendar.is_open(now, place)}
    openings = [policy.calendar.next_open(now, place) for place in places]
    opening = min((at for at in openings if at is not None), default=None)
    return CampaignCard(
        campaign_id=number,
        name=campaign.name,
        active=campaign.active,
        open_now=open_now,
        hours=policy.calendar.hours.describe(),
        leads=here.total,
        ready=sum(here.pool[place].ripe for place in awake),
        due=due,
        due_later=later,
        assigned=here.own,
        # Those whose turn it would be where calling is not allowed now wait for its hours: nobody is lost.
        waiting=sum(pool.waiting + (0 if place in awake else pool.ripe) for place, pool in here.pool.items()),
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

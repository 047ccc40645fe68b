"""Why there is nobody to call for a seller, and when there will be: said in one line.

Found in two statements, in three where nobody waits for anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.desk import Desk
from domain.calling.models import Lead
from domain.calling.ready import RANGES_AT_ONCE
from domain.campaigns.models import Campaign, CampaignSegment, LeadList
from domain.campaigns.policy import Policy
from domain.codes import FINAL_STATUSES
from domain.people.rights import Actor
from domain.sql import timed

_TIERS_SQL = """SELECT 'callback' AS why, l.segment AS segment, min(a.due_at) AS at FROM activity a
 JOIN lead l ON l.id = a.lead_id WHERE a.state = 'pending' AND a.kind = 'callback'
 AND a.organisation_id = :organisation AND a.campaign_id = :campaign AND l.queue_state = 3
 AND (a.seller_id = :seller OR a.seller_id IS NULL) GROUP BY l.segment
 UNION ALL SELECT 'skipped', '', min(h.kept_until) FROM hopper_entry h
 WHERE h.organisation_id = :organisation AND h.campaign_id = :campaign AND h.kept_until > :now
 UNION ALL SELECT 'held', '', min(h.expires_at) FROM hopper_entry h
 WHERE h.organisation_id = :organisation AND h.campaign_id = :campaign AND h.expires_at > :now
 UNION ALL SELECT 'held elsewhere', '', min(n.expires_at) FROM held_number n
 WHERE n.organisation_id = :organisation AND n.expires_at > :now
 UNION ALL SELECT 'hopper' || coalesce(h.shift, ''), h.segment, min(h.ready_at) FROM hopper_entry h
 WHERE h.organisation_id = :organisation AND h.campaign_id = :campaign AND h.state = 'new' AND h.from_pool
 AND (h.kept_until IS NULL OR h.kept_until <= :now) GROUP BY h.segment, h.shift
 UNION ALL SELECT 'dropped', l.segment, min(l.next_attempt_at) FROM lead l WHERE l.organisation_id = :organisation
 AND l.campaign_id = :campaign AND l.queue_state = 4 AND (l.owner_id IS NULL OR l.owner_id = :seller)
 GROUP BY l.segment
 UNION ALL SELECT 'own', l.segment, min(l.next_attempt_at) FROM lead l WHERE l.organisation_id = :organisation
 AND l.campaign_id = :campaign AND l.queue_state = 2 AND l.owner_id = :seller GROUP BY l.segment"""
_RANGE_SQL = """ UNION ALL SELECT 'pool', CAST(:segment_{n} AS TEXT), min(l.next_attempt_at) FROM lead l
 WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign AND l.queue_state = 0
 AND l.segment = :segment_{n} AND l.rank = :rank_{n}"""

_LEASES = ("held", "held elsewhere")
_IN_OTHER_HANDS = "The people who could be called now are in other sellers' hands."


def explain(session: Session, *, actor: Actor, desk: Desk, now: datetime) -> tuple[str, datetime | None]:
    """One line saying why nobody can be called now, and the next moment (UTC) somebody can, if known."""
    campaign, calendar = desk.campaign, desk.policy.calendar
    if not campaign.active:
        return "This campaign is paused; a supervisor can resume it.", None
    found = _next_times(session, actor, desk.policy, now)
    leases = {why: at for why, _, at in found if why in _LEASES}
    times = [each for each in found if each[0] not in _LEASES]
    openings = [(calendar.next_open(max(at, now), segment), why) for why, segment, at in times]
    upcoming = sorted((at, why) for at, why in openings if at is not None and at > now)
    soonest = upcoming[0][0] if upcoming else None
    ripe = {why for at, why in openings if at == now}
    if ripe:
        shifts = {why.removeprefix("hopper") for why in ripe if why.startswith("hopper")}
        left_to = shifts & (desk.shifts_at_work - {actor.shift.value})
        lease = leases.get("held") or leases.get("held elsewhere")
        next_at = min((at for at in (lease, soonest) if at is not None), default=None)
        if left_to and len(left_to) == len(ripe):
            return f"Those who could be called now are left to the {min(left_to)} shift.", next_at
        return _IN_OTHER_HANDS, next_at
    if soonest is not None:
        if any(at <= now for _, _, at in times):
            return _closed(campaign, desk.policy, now), soonest
        first = upcoming[0][1]
        return _WAITING["hopper" if first.startswith("hopper") else first], soonest
    if times and campaign.end_date is not None:
        return f"The campaign ended on {campaign.end_date.isoformat()}.", None
    if "held" in leases:
        return _IN_OTHER_HANDS, leases["held"]
    return _nobody_waits(session, campaign), None


def _nobody_waits(session: Session, campaign: Campaign) -> str:
    """Why the queue is empty for good: no leads at all, those who are left on paused lists, or all done."""
    leads = select(col(Lead.id)).where(
        col(Lead.organisation_id) == campaign.organisation_id, col(Lead.campaign_id) == campaign.id
    )
    paused = (
        select(col(LeadList.name))
        .where(
            col(LeadList.organisation_id) == campaign.organisation_id,
            col(LeadList.campaign_id) == campaign.id,
            col(LeadList.active).is_(False),
            exists(
                select(col(Lead.id)).where(
                    col(Lead.list_id) == col(LeadList.id),
                    col(Lead.exhausted).is_(False),
                    col(Lead.status).not_in([status.value for status in FINAL_STATUSES]),
                )
            ),
        )
        .order_by(col(LeadList.id))
        .limit(1)
        .scalar_subquery()
    )
    any_lead, name = session.execute(select(exists(leads), paused)).one()
    if not any_lead:
        return "This campaign has no leads yet; a supervisor can import some."
    if name is not None:
        return f"Whoever could be called is on a paused list ({name}); a supervisor can resume it."
    return "Nobody is left to call in this campaign: all leads have ended or used up their attempts."


def _closed(campaign: Campaign, policy: Policy, now: datetime) -> str:
    today = now.astimezone(policy.calendar.zones("")[0]).date()
    if campaign.start_date is not None and today < campaign.start_date:
        return f"The campaign starts on {campaign.start_date.isoformat()}."
    return "Outside calling hours for everybody who could be called."


_WAITING = {
    "callback": "Everybody has been called; the next one is a callback.",
    "dropped": "Everybody has been called; the next one is a call that was cut.",
    "own": "Everybody has been called; your own leads wait for their next attempt.",
    "pool": "Everybody has been called; the others wait for their next attempt.",
    "hopper": "Everybody has been called; the others wait for their next attempt.",
    "skipped": "Only people who were skipped just now are left.",
}


def _next_times(
    session: Session, actor: Actor, policy: Policy, now: datetime
) -> list[tuple[str, str, datetime]]:
    """The earliest time per kind of waiting (and segment of the pool)."""
    ranges = session.execute(
        select(col(CampaignSegment.segment), col(CampaignSegment.rank))
        .where(
            col(CampaignSegment.organisation_id) == actor.organisation_id,
            col(CampaignSegment.campaign_id) == policy.campaign_id,
        )
        .order_by(col(CampaignSegment.rank))
        .limit(RANGES_AT_ONCE)
    ).all()
    return _times_of(session, actor, policy, now, [(segment, rank) for segment, rank in ranges])


def _times_of(
    session: Session, actor: Actor, policy: Policy, now: datetime, ranges: Sequence[tuple[str, int]]
) -> list[tuple[str, str, datetime]]:
    sql = _TIERS_SQL + "".join(_RANGE_SQL.format(n=n) for n in range(len(ranges)))
    values: dict[str, object] = {
        "organisation": actor.organisation_id,
        "campaign": policy.campaign_id,
        "seller": actor.user_id,
        "now": now,
    }
    for n, (segment, rank) in enumerate(ranges):
        values[f"segment_{n}"], values[f"rank_{n}"] = segment, rank
    rows = session.execute(timed(sql, "now").columns(at=UTCDateTime()), values)
    return [(why, segment, at) for why, segment, at in rows if at is not None]

"""Why there is nobody to call for a seller, and when there will be: said in one line, found in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.desk import Desk
from domain.calling.ready import RANGES_AT_ONCE
from domain.campaigns.models import CampaignSegment
from domain.campaigns.policy import Policy
from domain.people.rights import Actor
from domain.sql import timed

_TIERS_SQL = """SELECT 'callback' AS why, '' AS segment, min(a.due_at) AS at FROM activity a
 JOIN lead l ON l.id = a.lead_id WHERE a.state = 'pending' AND a.kind = 'callback'
 AND a.organisation_id = :organisation AND a.campaign_id = :campaign
 AND (a.seller_id = :seller OR a.seller_id IS NULL)
 UNION ALL SELECT 'skipped', '', min(h.kept_until) FROM hopper_entry h
 WHERE h.organisation_id = :organisation AND h.campaign_id = :campaign AND h.kept_until > :now
 UNION ALL SELECT 'dropped', '', min(l.next_attempt_at) FROM lead l WHERE l.organisation_id = :organisation
 AND l.campaign_id = :campaign AND l.queue_state = 4 AND (l.owner_id IS NULL OR l.owner_id = :seller)
 UNION ALL SELECT 'own', '', min(l.next_attempt_at) FROM lead l WHERE l.organisation_id = :organisation
 AND l.campaign_id = :campaign AND l.queue_state = 2 AND l.owner_id = :seller"""
_RANGE_SQL = """ UNION ALL SELECT 'pool', :segment_{n}, min(l.next_attempt_at) FROM lead l
 WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign AND l.queue_state = 0
 AND l.segment = :segment_{n} AND l.rank = :rank_{n}"""


def explain(session: Session, *, actor: Actor, desk: Desk, now: datetime) -> tuple[str, datetime | None]:
    """One line saying why nobody can be called now, and the next moment (UTC) somebody can, if known."""
    campaign, policy = desk.campaign, desk.policy
    if not campaign.active:
        return "This campaign is paused; a supervisor can resume it.", None
    times = _next_times(session, actor, policy, now)
    upcoming: dict[str, datetime] = {}
    for why, segment, at in times:
        opening = policy.calendar.next_open(max(at, now), segment)
        if opening is not None and (why not in upcoming or opening < upcoming[why]):
            upcoming[why] = opening
    if campaign.end_date is not None and not upcoming and times:
        return f"The campaign ended on {campaign.end_date.isoformat()}.", None
    if not upcoming:
        return (
            "Nobody is left to call in this campaign: all leads have ended or used up their attempts.",
            None,
        )
    next_at = min(upcoming.values())
    ripe = [segment for why, segment, at in times if at <= now]
    if ripe and not any(policy.calendar.is_open(now, segment) for segment in ripe):
        if (
            campaign.start_date is not None
            and not policy.calendar.is_open(now, "")
            and (now.astimezone(policy.calendar.zones("")[0]).date() < campaign.start_date)
        ):
            return f"The campaign starts on {campaign.start_date.isoformat()}.", next_at
        return "Outside calling hours for everybody who could be called.", next_at
    if ripe:
        return "The people who could be called now are in other sellers' hands.", next_at
    first = min(upcoming, key=lambda why: upcoming[why])
    return _WAITING[first], next_at


_WAITING = {
    "callback": "Everybody has been called; the next one is a callback.",
    "dropped": "Everybody has been called; the next one is a call that was cut.",
    "own": "Everybody has been called; your own leads wait for their next attempt.",
    "pool": "Everybody has been called; the others wait for their next attempt.",
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

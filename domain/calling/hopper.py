"""The hopper: the ready queue of a campaign, topped up in a fixed number of statements.

The fill asks one short index range per open segment and rank, and reads of them only what it takes, so it needs
the same time in a list of fifty thousand and of a million, also when most of it sleeps in a closed time zone.
Source: the calling specification, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, delete, func, insert, literal, select, update
from sqlmodel import Session, col

from domain.calling.models import HopperEntry, Lead
from domain.calling.ready import Candidate, Range, first_ready, over_cap
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import parse_segment
from domain.codes import DialStatus, HopperSource, HopperState, QueueState, Shift
from domain.errors import NotFound
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sql import affected


@dataclass(frozen=True, slots=True)
class FillResult:
    """What a fill did. ``size`` is the number of free entries afterwards, never above ``target`` by the fill."""

    added: int
    size: int
    target: int


def fill(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, target: int | None = None
) -> FillResult:
    """Bring the free entries of a campaign up to its level (supervisors; sellers' doors call ``top_up``).

    Args:
        target: another level for this once.

    Raises:
        NotAllowed: a seller.  NotFound: no such campaign.
    """
    require(actor, *LEADING_ROLES, to="fill the hopper")
    return top_up(
        session,
        organisation_id=actor.organisation_id,
        campaign_id=campaign_id,
        now=now,
        target=target,
        wait=True,
    )


def top_up(
    session: Session,
    *,
    organisation_id: int,
    campaign_id: int,
    now: datetime,
    target: int | None = None,
    wait: bool = False,
) -> FillResult:
    """Fill without asking for rights: for the queue itself, which tops up when a seller asks and it runs low.

    Where another process is filling the same campaign this returns at once with nothing added, unless ``wait``.
    """
    statement = select(Campaign).where(
        col(Campaign.organisation_id) == organisation_id, col(Campaign.id) == campaign_id
    )
    campaign = session.execute(
        statement.with_for_update(key_share=True, skip_locked=not wait)
    ).scalar_one_or_none()
    if campaign is None:
        if wait:
            raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
        return FillResult(0, 0, 0)
    return _fill(session, campaign, now, campaign.hopper_level if target is None else target)


def _fill(session: Session, campaign: Campaign, now: datetime, target: int) -> FillResult:
    policy = policy_of(campaign)
    organisation_id, campaign_id = campaign.organisation_id, policy.campaign_id
    ranges, held, closed = _survey(session, organisation_id, policy, campaign.active, now)
    returned = _take_back(session, organisation_id, campaign_id, closed) if closed else []
    shortage = target - held
    chosen: list[Candidate] = []
    capped: list[Candidate] = []
    if campaign.active and shortage > 0 and ranges:
        for candidate in first_ready(session, organisation_id, policy, ranges, shortage, now):
            over = over_cap(candidate, policy)
            (capped if over or candidate.e164 is None else chosen).append(candidate)
    if chosen or returned or capped:
        taken = _mark(session, [c.lead_id for c in chosen], returned, capped, now)
        chosen = [candidate for candidate in chosen if candidate.lead_id in taken]
    if chosen:
        _insert(session, organisation_id, campaign_id, chosen, now)
    return FillResult(added=len(chosen), size=held + len(chosen), target=target)


def _survey(
    session: Session, organisation_id: int, policy: Policy, active: bool, now: datetime
) -> tuple[list[Range], int, list[str]]:
    """The open ranges in order, the free entries in open segments, and the segments that closed meanwhile."""
    entries: Select[str, int, int] = (
        select(
            col(HopperEntry.segment).label("segment"),
            literal(-1).label("rank"),
            func.count().label("entries"),
        )
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            col(HopperEntry.campaign_id) == policy.campaign_id,
            col(HopperEntry.state) == HopperState.NEW.value,
        )
        .group_by(col(HopperEntry.segment))
    )
    segments = select(
        col(CampaignSegment.segment), col(CampaignSegment.rank), literal(0).label("entries")
    ).where(
        col(CampaignSegment.organisation_id) == organisation_id,
        col(CampaignSegment.campaign_id) == policy.campaign_id,
    )
    ranges: list[Range] = []
    held = 0
    closed: list[str] = []
    for segment, rank, count in session.execute(segments.union_all(entries)):
        is_open = active and policy.calendar.is_open(now, segment)
        if rank >= 0:
            if is_open:
                ranges.append(Range(segment, rank))
        elif is_open:
            held += count
        else:
            closed.append(segment)
    return sorted(ranges, key=lambda each: each.rank), held, closed


def _take_back(
    session: Session, organisation_id: int, campaign_id: int, segments: Sequence[str]
) -> list[int]:
    """Free entries whose hours have ended leave the hopper; returns their leads."""
    statement = (
        delete(HopperEntry)
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            col(HopperEntry.campaign_id) == campaign_id,
            col(HopperEntry.state) == HopperState.NEW.value,
            col(HopperEntry.from_pool),
            col(HopperEntry.segment).in_(segments),
        )
        .returning(col(HopperEntry.lead_id))
    )
    return list(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def _mark(
    session: Session,
    wanted: Sequence[int],
    returned: Sequence[int],
    put_off: Sequence[Candidate],
    now: datetime,
) -> set[int]:
    """One statement: chosen leads are in the hopper, returned ones in the pool again, others put off.

    Put off are leads whose number may not be called today (a cap): they are looked at again tomorrow; and
    leads without a number that may be called: they are out. Returns the chosen ones that were still free.
    """
    capped = [each.lead_id for each in put_off if each.e164 is not None]
    numberless = [each.lead_id for each in put_off if each.e164 is None]
    lead_id = col(Lead.id)
    state = case(
        (lead_id.in_(wanted), literal(QueueState.IN_HOPPER.value)),
        (lead_id.in_(numberless), literal(QueueState.OUT.value)),
        else_=literal(QueueState.READY.value),
    )
    expected = case(
        (lead_id.in_(returned), literal(QueueState.IN_HOPPER.value)), else_=literal(QueueState.READY.value)
    )
    tomorrow = case((lead_id.in_(capped), now + timedelta(hours=12)), else_=col(Lead.next_attempt_at))
    statement = (
        update(Lead)
        .where(lead_id.in_([*wanted, *returned, *capped, *numberless]), col(Lead.queue_state) == expected)
        .values(queue_state=state, next_attempt_at=tomorrow)
        .returning(lead_id)
    )
    return set(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def _insert(
    session: Session, organisation_id: int, campaign_id: int, chosen: Sequence[Candidate], now: datetime
) -> None:
    rows = [
        {
            "organisation_id": organisation_id,
            "campaign_id": campaign_id,
            "lead_id": each.lead_id,
            "e164": each.e164,
            "segment": each.segment,
            "shift": _shift_of(each.segment),
            "rank": each.rank,
            "source": _source_of(each.status).value,
            "state": HopperState.NEW.value,
            "from_pool": True,
            "ready_at": each.waiting_since,
            "created_at": now,
        }
        for each in chosen
    ]
    session.execute(insert(HopperEntry), rows)


def _shift_of(segment: str) -> str | None:
    shift = parse_segment(segment).shift
    return None if shift is Shift.ANY else shift.value


def _source_of(status: str | None) -> HopperSource:
    if status == DialStatus.NEW:
        return HopperSource.FRESH
    return HopperSource.CALLBACK if status == DialStatus.CALLBACK else HopperSource.RETRY


def counts(session: Session, *, actor: Actor, campaign_id: int) -> dict[str, dict[str, int]]:
    """How many entries are in the hopper, by state and by source (supervisors and auditors)."""
    require(actor, *READING_ROLES, to="look into the hopper")
    rows = session.execute(
        select(col(HopperEntry.state), col(HopperEntry.source), func.count())
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.campaign_id) == campaign_id,
        )
        .group_by(col(HopperEntry.state), col(HopperEntry.source))
    ).all()
    by_state: dict[str, int] = {state.value: 0 for state in HopperState}
    by_source: dict[str, int] = {source.value: 0 for source in HopperSource}
    for state, source, count in rows:
        by_state[state] += count
        by_source[source] += count
    return {"by_state": by_state, "by_source": by_source}


def clear(session: Session, *, actor: Actor, campaign_id: int) -> int:
    """Take all free entries out of the hopper; claimed leads stay with their sellers.

    Returns:
        How many entries were taken out. Two statements.
    """
    require(actor, *LEADING_ROLES, to="clear the hopper")
    free = (
        col(HopperEntry.organisation_id) == actor.organisation_id,
        col(HopperEntry.campaign_id) == campaign_id,
        col(HopperEntry.state) == HopperState.NEW.value,
    )
    affected(
        session,
        update(Lead)
        .where(
            col(Lead.id).in_(select(col(HopperEntry.lead_id)).where(*free)),
            col(Lead.queue_state) == QueueState.IN_HOPPER.value,
        )
        .values(queue_state=QueueState.READY.value),
    )
    return affected(session, delete(HopperEntry).where(*free))

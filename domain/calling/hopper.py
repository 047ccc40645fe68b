"""The hopper: the ready queue of a campaign, topped up in a fixed number of statements.

The fill asks one short index range per open segment and rank, and reads of them only what it takes, so it needs
the same time in a list of fifty thousand and of a million, also when most of it sleeps in a closed time zone.
Source: the calling specification, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, delete, exists, func, literal, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling.models import HopperEntry, Lead
from domain.calling.phones import PUT_OFF
from domain.calling.ready import Candidate, Range, first_ready
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import parse_segment
from domain.codes import DialStatus, HopperSource, HopperState, QueueState, Shift
from domain.constructs import insert_ignore
from domain.errors import Conflict, Invalid, NotFound
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sql import affected

HIGHEST_LEVEL = 10_000


@dataclass(frozen=True, slots=True)
class FillResult:
    """What a fill did. ``size`` is the number of free entries afterwards, never above ``target`` by the fill.

    ``busy``: nothing, because somebody else is filling.
    """

    added: int
    size: int
    target: int
    busy: bool = False


class Filling(Conflict):
    """Somebody else is filling the hopper at this very moment."""

    default_code = "filling"


def fill(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, target: int | None = None
) -> FillResult:
    """Bring the free entries of a campaign up to its level (supervisors; sellers' doors call ``top_up``).

    Args:
        target: another level for this once.

    Raises:
        NotAllowed: a seller.  NotFound: no such campaign.  Invalid: a level nobody needs.
    """
    require(actor, *LEADING_ROLES, to="fill the hopper")
    if target is not None and not 0 <= target <= HIGHEST_LEVEL:
        raise Invalid(f"The level of the hopper is a number from 0 to {HIGHEST_LEVEL}.", code="hopper_level")
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

    Where another process is filling the same campaign this returns at once, ``busy``, unless ``wait``.
    """
    campaign = _turn(session, organisation_id, campaign_id, wait=wait)
    if campaign is None:
        if wait:
            raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
        return FillResult(0, 0, 0, busy=True)
    return _fill(session, campaign, now, campaign.hopper_level if target is None else target)


def wait_for_fill(session: Session, *, organisation_id: int, campaign_id: int) -> None:
    """Wait until nobody else is filling; from then on, to its end, only this transaction fills.

    The caller has nothing locked that a fill, or whoever claims after it, may want.
    """
    _turn(session, organisation_id, campaign_id, wait=True)


def _turn(session: Session, organisation_id: int, campaign_id: int, *, wait: bool) -> Campaign | None:
    """The campaign, locked: whoever has it fills."""
    found: Campaign | None = session.execute(
        select(Campaign)
        .where(col(Campaign.organisation_id) == organisation_id, col(Campaign.id) == campaign_id)
        .with_for_update(key_share=True, skip_locked=not wait)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return found


def _fill(session: Session, campaign: Campaign, now: datetime, target: int) -> FillResult:
    policy = policy_of(campaign)
    organisation_id, campaign_id = campaign.organisation_id, policy.campaign_id
    ranges, held, closed, in_hand = _survey(session, organisation_id, policy, campaign.active, now)
    returned = _take_back(session, organisation_id, campaign_id, closed) if closed else []
    shortage = target - held
    chosen: list[Candidate] = []
    capped: list[Candidate] = []
    if campaign.active and shortage > 0 and ranges:
        for candidate in first_ready(session, organisation_id, policy, ranges, shortage, now, in_hand):
            (capped if candidate.e164 is None else chosen).append(candidate)
    if chosen or returned or capped:
        taken = _mark(session, [c.lead_id for c in chosen], returned, capped, now)
        chosen = [candidate for candidate in chosen if candidate.lead_id in taken]
    added = _insert(session, organisation_id, campaign_id, chosen, now) if chosen else 0
    return FillResult(added=added, size=held + added, target=target)


def _survey(
    session: Session, organisation_id: int, policy: Policy, active: bool, now: datetime
) -> tuple[list[Range], int, list[str], list[int]]:
    """The open ranges in order, the free entries in open segments, the segments that closed meanwhile.

    And leads that have an entry though they count as ready: a seller asked for them by name.
    """
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
    in_hand = (
        select(literal("").label("segment"), literal(-2).label("rank"), col(HopperEntry.lead_id))
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .where(
            col(HopperEntry.organisation_id) == organisation_id,
            col(HopperEntry.campaign_id) == policy.campaign_id,
            col(Lead.queue_state) == QueueState.READY.value,
        )
    )
    ranges: list[Range] = []
    held = 0
    closed: list[str] = []
    named: list[int] = []
    for segment, rank, count in session.execute(segments.union_all(entries, in_hand)):
        if rank == -2:
            named.append(count)
            continue
        is_open = active and policy.calendar.is_open(now, segment)
        if rank >= 0:
            if is_open:
                ranges.append(Range(segment, rank))
        elif is_open:
            held += count
        else:
            closed.append(segment)
    return sorted(ranges, key=lambda each: each.rank), held, closed, named


def _take_back(
    session: Session, organisation_id: int, campaign_id: int, segments: Sequence[str] | None = None
) -> list[int]:
    """Free entries leave the hopper: those of segments whose hours have ended, or all; returns their leads.

    Those that somebody has locked just now stay for the next time.
    """
    entry = aliased(HopperEntry)
    free = (
        select(col(entry.id))
        .join(Lead, col(Lead.id) == col(entry.lead_id))
        .where(
            col(entry.organisation_id) == organisation_id,
            col(entry.campaign_id) == campaign_id,
            col(entry.state) == HopperState.NEW.value,
            *([] if segments is None else [col(entry.from_pool), col(entry.segment).in_(segments)]),
        )
        .order_by(col(Lead.id))
        .with_for_update(key_share=True, skip_locked=True)
    )
    statement = delete(HopperEntry).where(col(HopperEntry.id).in_(free)).returning(col(HopperEntry.lead_id))
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
    leads without a number that may be called: they are out. Returns the chosen ones that were still free and
    that nobody is writing at this moment.
    """
    capped = [each.lead_id for each in put_off if each.capped]
    numberless = [each.lead_id for each in put_off if not each.capped]
    lead_id = col(Lead.id)
    state = case(
        (lead_id.in_(wanted), literal(QueueState.IN_HOPPER.value)),
        (lead_id.in_(numberless), literal(QueueState.OUT.value)),
        else_=literal(QueueState.READY.value),
    )
    expected = case(
        (lead_id.in_(returned), literal(QueueState.IN_HOPPER.value)), else_=literal(QueueState.READY.value)
    )
    tomorrow = case((lead_id.in_(capped), now + PUT_OFF), else_=col(Lead.next_attempt_at))
    free = (
        select(lead_id)
        .where(lead_id.in_([*wanted, *returned, *capped, *numberless]), col(Lead.queue_state) == expected)
        .order_by(lead_id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    statement = (
        update(Lead)
        .where(lead_id.in_(free))
        .values(queue_state=state, next_attempt_at=tomorrow)
        .returning(lead_id)
    )
    return set(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def _insert(
    session: Session, organisation_id: int, campaign_id: int, chosen: Sequence[Candidate], now: datetime
) -> int:
    """Put the chosen into the hopper; a lead that somebody asked for by name meanwhile stays where it was."""
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
    statement = insert_ignore(metadata.tables["hopper_entry"]).execution_options(preserve_rowcount=True)
    added = session.connection().execute(statement, rows).rowcount
    if added < len(rows):
        entry = exists(
            select(col(HopperEntry.id)).where(
                col(HopperEntry.lead_id) == col(Lead.id), col(HopperEntry.from_pool)
            )
        )
        ids = [each.lead_id for each in chosen]
        affected(
            session,
            update(Lead)
            .where(col(Lead.id).in_(ids), col(Lead.queue_state) == QueueState.IN_HOPPER.value, ~entry)
            .values(queue_state=QueueState.READY.value),
        )
    return added


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
    taken = _take_back(session, actor.organisation_id, campaign_id)
    affected(
        session,
        update(Lead)
        .where(col(Lead.id).in_(taken), col(Lead.queue_state) == QueueState.IN_HOPPER.value)
        .values(queue_state=QueueState.READY.value),
    )
    return len(taken)

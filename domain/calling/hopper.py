"""The hopper: the ready queue of a campaign, topped up in a fixed number of statements.

The fill asks one short index range per open segment and rank, and reads of them only what it takes, so it needs
the same time in a list of fifty thousand and of a million, also when most of it sleeps in a closed time zone.
A number is in a hopper once: who has it too is put off. Source: the calling specification, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, literal, select, update
from sqlmodel import Session, col

from domain.calling import hopper_writes
from domain.calling.level import HIGHEST_LEVEL, pace
from domain.calling.level import target as level_of
from domain.calling.models import HopperEntry, Lead
from domain.calling.phones import PUT_OFF
from domain.calling.pool_order import overdue_since
from domain.calling.ready import HAS_OVERDUE, Candidate, Number, Range, ready_with_numbers
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import Policy, policy_of
from domain.codes import IN_PLAY, HopperSource, HopperState, QueueState
from domain.errors import Conflict, Invalid, NotFound
from domain.intake.options import Transactions
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sql import CAMPAIGN, ORGANISATION, affected

AT_ONCE = 300
"""How many a fill brings in while nobody else may write."""
NUMBER_IN_USE = timedelta(minutes=15)
"""So long somebody waits whose number is being dialled, or in the hopper, with another lead."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class FillResult:
    """What a fill did. ``size`` is the number of free entries afterwards, never above ``target`` by the fill.

    ``busy``: nothing, because somebody else is filling. ``overdue`` of the added were overdue retries.
    """

    added: int
    size: int
    target: int
    busy: bool = False
    overdue: int = 0


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
    _check(actor, target)
    return top_up(
        session,
        organisation_id=actor.organisation_id,
        campaign_id=campaign_id,
        now=now,
        target=target,
        wait=True,
        automatic=True,
        at_once=HIGHEST_LEVEL,
    )


def fill_up(
    database: Transactions, *, actor: Actor, campaign_id: int, now: datetime, target: int | None = None
) -> FillResult:
    """As ``fill``, at most ``AT_ONCE`` leads to a transaction, so that sellers do not wait for a high level."""
    _check(actor, target)
    added = overdue = 0
    while True:
        with database.transaction() as session:
            filled = top_up(
                session,
                organisation_id=actor.organisation_id,
                campaign_id=campaign_id,
                now=now,
                target=target,
                wait=True,
                automatic=True,
                at_once=AT_ONCE,
            )
        added, overdue = added + filled.added, overdue + filled.overdue
        if filled.added < AT_ONCE:
            return replace(filled, added=added, overdue=overdue)


def _check(actor: Actor, target: int | None) -> None:
    require(actor, *LEADING_ROLES, to="fill the hopper")
    if target is not None and not 0 <= target <= HIGHEST_LEVEL:
        raise Invalid(f"The level of the hopper is a number from 0 to {HIGHEST_LEVEL}.", code="hopper_level")


def top_up(
    session: Session,
    *,
    organisation_id: int,
    campaign_id: int,
    now: datetime,
    target: int | None = None,
    wait: bool = False,
    automatic: bool = False,
    at_once: int = AT_ONCE,
) -> FillResult:
    """Fill without asking for rights: for the queue itself, which tops up when a seller asks and it runs low.

    Where another process is filling the same campaign this returns at once, ``busy``, unless ``wait``.

    Args:
        automatic: without ``target``, to the level the pace asks for where the campaign's level is automatic.
        at_once: no more than these are added.
    """
    found = turn(session, organisation_id, campaign_id, wait=wait, now=now if automatic else None)
    if found is None:
        if wait:
            raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
        return FillResult(0, 0, 0, busy=True)
    campaign, calls = found
    return _fill(session, campaign, now, level_of(campaign, calls) if target is None else target, at_once)


def fill_all(
    database: Transactions,
    *,
    organisation_id: int,
    now: datetime,
    campaign_id: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[int, int]:
    """Bring every active campaign (or the one named) to its level, at most ``AT_ONCE`` leads to a transaction.

    Returns:
        How many campaigns, and how many leads were added.
    """
    with database.reading() as session:
        wanted = active_campaigns(session, organisation_id=organisation_id, campaign_id=campaign_id)
    added = done = 0
    for each in wanted:
        last = AT_ONCE
        while last == AT_ONCE and not should_stop():
            with database.transaction() as session:
                filled = top_up(
                    session,
                    organisation_id=organisation_id,
                    campaign_id=each,
                    now=now,
                    automatic=True,
                    at_once=AT_ONCE,
                )
            last = filled.added
            added += last
        done += not should_stop()
    return done, added


def active_campaigns(session: Session, *, organisation_id: int, campaign_id: int | None = None) -> list[int]:
    """The campaigns that are not paused, or only the one named."""
    found = session.execute(
        select(col(Campaign.id))
        .where(col(Campaign.organisation_id) == organisation_id, col(Campaign.active))
        .order_by(col(Campaign.id))
    ).scalars()
    return [each for each in found if each is not None and campaign_id in (None, each)]


def wait_for_fill(session: Session, *, organisation_id: int, campaign_id: int) -> None:
    """Wait until nobody else is filling; from then on, to its end, only this transaction fills.

    The caller has nothing locked that a fill, or whoever claims after it, may want.
    """
    turn(session, organisation_id, campaign_id, wait=True)


def turn(
    session: Session, organisation_id: int, campaign_id: int, *, wait: bool, now: datetime | None = None
) -> tuple[Campaign, int] | None:
    """The campaign, locked: whoever has it fills. With ``now`` also its calls of the last half hour, else 0."""
    found = session.execute(
        select(Campaign, literal(0) if now is None else pace(now))
        .where(col(Campaign.organisation_id) == organisation_id, col(Campaign.id) == campaign_id)
        .with_for_update(of=Campaign, key_share=True, skip_locked=not wait)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def _fill(session: Session, campaign: Campaign, now: datetime, target: int, at_once: int) -> FillResult:
    policy = policy_of(campaign)
    organisation_id, campaign_id = campaign.organisation_id, policy.campaign_id
    ranges, late, held, closed, in_hand = survey(session, organisation_id, policy, campaign.active, now)
    returned = hopper_writes.take_back(session, organisation_id, campaign_id, closed) if closed else []
    added: list[Candidate] = []
    for _ in range(_TRIES):
        shortage = min(target - held, at_once) - len(added)
        found: list[tuple[Candidate, Number]] = []
        if campaign.active and shortage > 0 and ranges:
            found = ready_with_numbers(session, organisation_id, policy, ranges, shortage, now, in_hand, late)
        chosen, put_off = _separated(found, now)
        if chosen or returned or put_off:
            taken = hopper_writes.mark(session, [each.lead_id for each, _ in chosen], returned, put_off)
            chosen = [(each, e164) for each, e164 in chosen if each.lead_id in taken]
        if chosen:
            stored = hopper_writes.insert(session, organisation_id, campaign_id, chosen, now)
            added += [each for each, _ in chosen if each.lead_id in stored]
        returned = []
        if not any(moment is not None for _, moment in put_off):
            break  # nobody made room for the next in line
    overdue = sum(candidate.overdue for candidate in added)
    return FillResult(added=len(added), size=held + len(added), target=target, overdue=overdue)


def _separated(
    found: Sequence[tuple[Candidate, Number]], now: datetime
) -> tuple[list[tuple[Candidate, str]], list[tuple[int, datetime | None]]]:
    """Who comes in, with the number, and who is put off: until when, or None where no number may be called."""
    chosen: list[tuple[Candidate, str]] = []
    put_off: list[tuple[int, datetime | None]] = []
    taken: set[str] = set()
    for each, number in found:
        if each.status not in IN_PLAY:
            put_off.append((each.lead_id, None))  # data from elsewhere: out of the queue until it is repaired
        elif number.e164 is None:
            put_off.append((each.lead_id, now + PUT_OFF if number.capped else None))
        elif number.in_use or number.e164 in taken:
            put_off.append((each.lead_id, now + NUMBER_IN_USE))
        else:
            taken.add(number.e164)
            chosen.append((each, number.e164))
    return chosen, put_off


_ENTRIES: Select[str, int, int] = (
    select(
        col(HopperEntry.segment).label("segment"),
        literal(-1).label("rank"),
        func.count().label("entries"),
    )
    .where(
        col(HopperEntry.organisation_id) == ORGANISATION,
        col(HopperEntry.campaign_id) == CAMPAIGN,
        col(HopperEntry.state) == HopperState.NEW.value,
    )
    .group_by(col(HopperEntry.segment))
)
_SEGMENTS = select(
    col(CampaignSegment.segment),
    col(CampaignSegment.rank),
    case((HAS_OVERDUE, 1), else_=0).label("entries"),
).where(
    col(CampaignSegment.organisation_id) == ORGANISATION,
    col(CampaignSegment.campaign_id) == CAMPAIGN,
)
_IN_HAND = (
    select(literal("").label("segment"), literal(-2).label("rank"), col(HopperEntry.lead_id))
    .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
    .where(
        col(HopperEntry.organisation_id) == ORGANISATION,
        col(HopperEntry.campaign_id) == CAMPAIGN,
        col(Lead.queue_state) == QueueState.READY.value,
    )
)
_SURVEY = _SEGMENTS.union_all(_ENTRIES, _IN_HAND)


def survey(
    session: Session, organisation_id: int, policy: Policy, active: bool, now: datetime
) -> tuple[list[Range], set[Range], int, list[str], list[int]]:
    """The open ranges in order, those with overdue retries, the free entries in open segments, closed segments.

    And leads that have an entry though they count as ready: a seller asked for them by name.
    """
    ranges: list[Range] = []
    late: set[Range] = set()
    held = 0
    closed: list[str] = []
    named: list[int] = []
    values = {"organisation": organisation_id, "campaign": policy.campaign_id, **overdue_since(now)}
    for segment, rank, count in session.execute(_SURVEY, values):
        if rank == -2:
            named.append(count)
            continue
        is_open = active and policy.calendar.is_open(now, segment)
        if rank >= 0:
            if is_open:
                ranges.append(Range(segment, rank))
                if count:
                    late.add(ranges[-1])
        elif is_open:
            held += count
        else:
            closed.append(segment)
    return sorted(ranges, key=lambda each: each.rank), late, held, closed, named


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
    taken = hopper_writes.take_back(session, actor.organisation_id, campaign_id)
    affected(
        session,
        update(Lead)
        .where(col(Lead.id).in_(taken), col(Lead.queue_state) == QueueState.IN_HOPPER.value)
        .values(queue_state=QueueState.READY.value),
    )
    return len(taken)

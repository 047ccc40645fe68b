"""What a recycle would do, before it is done: how many, which statuses, who is left out, when they may be called.

Asks with the conditions and values of the apply itself (``selection``, ``changes``), in one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, literal, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy, policy_of
from domain.codes import QueueState
from domain.errors import NotFound
from domain.people.rights import READING_ROLES, Actor, require
from domain.recycling import changes
from domain.recycling.selection import Filters, LeftOut, check, chosen, left_out, status_key
from domain.recycling.states import of_shop

_WAITING = frozenset({QueueState.READY, QueueState.IN_HOPPER, QueueState.OWNED, QueueState.DROPPED})


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recycle would do.

    selected: the leads chosen. recycled: those of them that would be put back; the others are in ``left_out`` by
    reason (``LeftOut``). by_status: the recycled ones by the status they have now (``no_status`` for none).
    callable_now: how many of them could be called at this very moment. later: how many once their time or their
    calling hours come, the first of them at ``next_at``. exhausted: how many could not, their attempts being used
    up (``reset_attempts`` would help). blocked: how many could not for another reason (no good number, list
    paused, a status the campaign does not retry).
    """

    selected: int
    recycled: int
    by_status: dict[str, int]
    callable_now: int
    later: int
    next_at: datetime | None
    exhausted: int
    blocked: int
    left_out: dict[str, int]


def preview(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    filters: Filters,
    target: str = "new",
    reset_attempts: bool = False,
    include_final: bool = False,
    now: datetime,
) -> Preview:
    """What this recycle would do at this moment; writes nothing. Two statements.

    Raises:
        NotAllowed: a seller.  NotFound: no such campaign.  Invalid: as ``selection.check``.
    """
    require(actor, *READING_ROLES, to="preview a recycle")
    check(filters, target)
    campaign = campaign_of(session, actor=actor, campaign_id=campaign_id)
    policy = policy_of(campaign)
    next_at = changes.next_attempt(target=target, reset_attempts=reset_attempts, now=now)
    leads = (
        select(
            left_out(include_final=include_final).label("reason"),
            status_key().label("status"),
            changes.waits(target=target, reset_attempts=reset_attempts, dialable=policy.dialable).label(
                "waits"
            ),
            changes.exhausted(reset_attempts=reset_attempts).label("exhausted"),
            col(Lead.segment).label("segment"),
            case((next_at <= now, literal(1)), else_=literal(0)).label("due"),
            next_at.label("next_at"),
        )
        .where(*chosen(organisation_id=actor.organisation_id, campaign_id=campaign_id, filters=filters))
        .subquery()
    )
    keys = [leads.c[name] for name in ("reason", "status", "waits", "exhausted", "segment", "due")]
    rows = session.execute(
        select(*keys, func.count(), func.min(leads.c.next_at)).select_from(leads).group_by(*keys)
    )
    groups = [Group(*row) for row in rows]
    staying: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    for each in groups:
        if each.reason:
            staying[each.reason] += each.leads
        else:
            by_status[each.status] += each.leads
    back = [each for each in groups if not each.reason]
    when = _when(back, policy, campaign.active, now)
    recycled = sum(by_status.values())
    return Preview(
        selected=recycled + sum(staying.values()),
        recycled=recycled,
        by_status=dict(sorted(by_status.items())),
        callable_now=when.now,
        later=when.later,
        next_at=when.next_at,
        exhausted=when.exhausted,
        blocked=recycled - when.now - when.later - when.exhausted,
        left_out={reason.value: staying[reason.value] for reason in LeftOut if staying[reason.value]},
    )


def campaign_of(session: Session, *, actor: Actor, campaign_id: int) -> Campaign:
    """A campaign of this shop.

    Raises:
        NotFound: there is none with this number.
    """
    found: Campaign | None = session.execute(
        select(Campaign).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.id) == campaign_id
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
    return found


class Group(NamedTuple):
    """Leads that a recycle treats alike; ``next_at`` is the earliest of theirs."""

    reason: str
    status: str
    waits: int
    exhausted: bool
    segment: str
    due: int
    leads: int
    next_at: datetime


class _When(NamedTuple):
    now: int
    later: int
    next_at: datetime | None
    exhausted: int


def _when(groups: Iterable[Group], policy: Policy, active: bool, now: datetime) -> _When:
    """How many may be called now and later, by the hours of their segments; the others are out."""
    at_once = later = spent = 0
    first: datetime | None = None
    hours: dict[str, tuple[bool, datetime | None]] = {}
    for each in groups:
        if each.waits not in _WAITING:
            spent += each.leads if each.exhausted else 0
            continue
        if each.segment not in hours:
            hours[each.segment] = _hours(policy, active, each.segment, now)
        is_open, opening = hours[each.segment]
        if each.due and is_open:
            at_once += each.leads
            continue
        later += each.leads
        at = opening if each.due else policy.calendar.next_open(each.next_at, each.segment)
        if active and at is not None:
            first = at if first is None else min(first, at)
    return _When(at_once, later, first, spent)


def _hours(policy: Policy, active: bool, segment: str, now: datetime) -> tuple[bool, datetime | None]:
    is_open = active and policy.calendar.is_open(now, segment)
    return is_open, now if is_open else policy.calendar.next_open(now, segment)


def callable_of_batch(session: Session, *, actor: Actor, batch_id: int, now: datetime) -> int:
    """How many leads of a batch, still where it put them, may be called at this moment. Two statements.

    Raises:
        NotFound: no such batch.
    """
    require(actor, *READING_ROLES, to="look at a recycle")
    batch, campaign = of_shop(session, actor=actor, batch_id=batch_id)
    if not campaign.active:
        return 0
    calendar = policy_of(campaign).calendar
    rows = session.execute(
        select(col(Lead.segment), func.count())
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            col(Lead.campaign_id) == batch.campaign_id,
            col(Lead.status) == batch.target,
            col(Lead.recycle_batch_id) == batch_id,
            col(Lead.queue_state).in_([state.value for state in _WAITING]),
            col(Lead.next_attempt_at) <= now,
        )
        .group_by(col(Lead.segment))
    )
    return sum(int(leads) for segment, leads in rows if calendar.is_open(now, segment))

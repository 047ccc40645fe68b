"""What the wallboard reads: the statements behind its sellers and its campaigns, put together once.

Every figure of the day comes from roll-ups; what stands now from the tally, the hopper and short ranges of the
queue's index. The number of statements is the same however many sellers and campaigns there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    ScalarSelect,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.models import Activity, Call, ConsoleAction, HopperEntry, Lead
from domain.calling.tally_model import LeadTally
from domain.campaigns.models import Campaign
from domain.codes import FINAL_STATUSES, QueueState, Role
from domain.people.models import SellerPresence, SellerStateEvent, User
from domain.people.rights import Actor
from domain.reporting.models import LeadFigure, SellerTimeFigure, TimeFigure
from domain.sql import NOW, ORGANISATION, timed, walked

QUARTER_SECONDS = 900
PROBLEMS_AT_MOST = 1_000
"""So many leads that cannot be right are counted in a campaign, for the alert is the same with more."""
RIPE_BUDGET = 6_000
"""About so many leads of the pool are counted: more are not needed to say that nothing runs dry soon."""

_TODAY = bindparam("today", type_=UTCDateTime())
_DAY = bindparam("day", type_=Integer())
_RECENT = bindparam("recent", type_=Integer())
_FROM = bindparam("from_quarter", type_=Integer())


def quarter(at: datetime) -> int:
    """The quarter of an hour since 1970 that a moment lies in, as the roll-ups count them."""
    return int(at.timestamp()) // QUARTER_SECONDS


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is: now, the beginning of the shop's day, and from which quarter on the pace is taken."""

    now: datetime
    today: datetime
    recent: int

    def values(self, actor: Actor) -> dict[str, object]:
        """The parameters of the statements."""
        day = quarter(self.today)
        return {
            "organisation": actor.organisation_id,
            "now": self.now,
            "today": self.today,
            "day": day,
            "recent": self.recent,
            # Shortly after midnight the pace is still that of the day before.
            "from_quarter": min(day, self.recent),
        }


# ── sellers ───────────────────────────────────────────────────────────────────────────────────────────────────

RUNNING, LAST = aliased(Call), aliased(Call)


def _last_event() -> ScalarSelect[int | None]:
    event = aliased(SellerStateEvent)
    return (
        select(col(event.id))
        .where(col(event.organisation_id) == ORGANISATION, col(event.seller_id) == col(User.id))
        .order_by(col(event.at).desc(), col(event.id).desc())
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )


def _last_outcome() -> ScalarSelect[int | None]:
    call = aliased(Call)
    return (
        select(col(call.id))
        .where(
            col(call.organisation_id) == ORGANISATION,
            col(call.seller_id) == col(User.id),
            col(call.started_at) >= _TODAY,
            col(call.action).is_not(None),
            col(call.undone_at).is_(None),
        )
        .order_by(col(call.started_at).desc())
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )


def _sellers() -> Any:
    day = (
        select(
            col(SellerTimeFigure.seller_id).label("seller_id"),
            func.sum(col(SellerTimeFigure.attempts)).label("attempts"),
            func.sum(col(SellerTimeFigure.contacts)).label("contacts"),
            func.sum(col(SellerTimeFigure.successes)).label("successes"),
        )
        .where(col(SellerTimeFigure.organisation_id) == ORGANISATION, col(SellerTimeFigure.quarter) >= _DAY)
        .group_by(col(SellerTimeFigure.seller_id))
        .subquery("day")
    )
    event, claim, presence = SellerStateEvent, HopperEntry, SellerPresence
    return (
        select(
            col(User.id).label("seller_id"),
            col(User.name),
            col(User.full_name),
            col(event.state).label("state"),
            col(event.at).label("since"),
            col(event.pause_code),
            col(event.campaign_id).label("event_campaign"),
            col(presence.seen_at),
            col(claim.lead_id),
            col(claim.campaign_id).label("claim_campaign"),
            col(claim.state).label("claim_state"),
            col(claim.locked_at),
            col(claim.expires_at),
            col(claim.call_id),
            col(RUNNING.started_at).label("call_started"),
            col(RUNNING.ended_at).label("call_ended"),
            col(LAST.started_at).label("last_call"),
            col(LAST.action).label("last_action"),
            col(ConsoleAction.labels),
            func.coalesce(day.c.attempts, 0).label("attempts"),
            func.coalesce(day.c.contacts, 0).label("contacts"),
            func.coalesce(day.c.successes, 0).label("successes"),
        )
        .select_from(User)
        .outerjoin(event, col(event.id) == _last_event())
        .outerjoin(
            presence,
            and_(
                col(presence.organisation_id) == col(User.organisation_id),
                col(presence.seller_id) == col(User.id),
            ),
        )
        .outerjoin(
            claim,
            and_(
                col(claim.organisation_id) == ORGANISATION,
                col(claim.locked_by) == col(User.id),
                col(claim.expires_at) > NOW,
            ),
        )
        .outerjoin(RUNNING, col(RUNNING.id) == col(claim.call_id))
        .outerjoin(LAST, col(LAST.id) == _last_outcome())
        .outerjoin(
            ConsoleAction,
            and_(
                col(ConsoleAction.organisation_id) == ORGANISATION,
                col(ConsoleAction.slug) == col(LAST.action),
            ),
        )
        .outerjoin(day, day.c.seller_id == col(User.id))
        .where(
            col(User.organisation_id) == ORGANISATION,
            col(User.active),
            # Who leads stands there on a day they sell themselves.
            or_(
                col(User.role) == Role.SELLER.value,
                col(claim.id).is_not(None),
                and_(col(User.role) != Role.AUDITOR.value, day.c.attempts > 0),
            ),
        )
        .order_by(col(User.name))
    )


_SELLERS = _sellers()


def sellers(session: Session, actor: Actor, at: Moment) -> Sequence[Row[Any]]:
    """Everybody who sells, with all that is known about what they do. One statement."""
    # Columns only: the rows need nothing of what loads objects.
    return session.connection().execute(_SELLERS, at.values(actor)).all()


# ── campaigns ─────────────────────────────────────────────────────────────────────────────────────────────────

_DIALLED_NEW = text("lead.status = 'new' AND lead.dial_attempts > 0 AND lead.recycle_batch_id IS NULL")


def _due() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Activity.organisation_id) == ORGANISATION,
        col(Activity.campaign_id) == col(Campaign.id),
        # In the very words of the index of those that are to come.
        text("activity.state = 'pending' AND activity.kind = 'callback'"),  # type: ignore[return-value]  # a condition
        col(Activity.due_at) <= NOW,
    )


def _dialled_but_new() -> ScalarSelect[int]:
    """Leads somebody called and that are still new, unless their call waits for its outcome."""
    in_hand = exists(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.lead_id) == col(Lead.id), col(HopperEntry.call_id).is_not(None)
        )
    ).correlate(Lead)
    found = (
        select(col(Lead.id))
        .where(
            col(Lead.organisation_id) == ORGANISATION,
            walked(col(Lead.campaign_id)) == col(Campaign.id),  # few are so, and their index is a short one
            _DIALLED_NEW,
            ~in_hand,
        )
        .correlate(Campaign)
        .limit(PROBLEMS_AT_MOST)
        .subquery()
    )
    return select(func.count()).select_from(found).scalar_subquery()


def _campaigns() -> Any:
    today = col(TimeFigure.quarter) >= _DAY
    recent = col(TimeFigure.quarter) >= _RECENT
    day = (
        select(
            col(Campaign.id).label("campaign_id"),
            func.sum(case((today, col(TimeFigure.attempts)), else_=0)).label("attempts"),
            func.sum(case((today, col(TimeFigure.contacts)), else_=0)).label("contacts"),
            func.sum(case((today, col(TimeFigure.successes)), else_=0)).label("successes"),
            func.sum(case((recent, col(TimeFigure.attempts)), else_=0)).label("lately"),
            func.min(case((recent, col(TimeFigure.quarter)))).label("first"),
        )
        .join(
            TimeFigure,
            and_(
                col(TimeFigure.organisation_id) == ORGANISATION,
                col(TimeFigure.campaign_id) == col(Campaign.id),
                col(TimeFigure.quarter) >= _FROM,
            ),
        )
        .where(col(Campaign.organisation_id) == ORGANISATION)
        .group_by(col(Campaign.id))
        .subquery("day")
    )
    return (
        select(
            Campaign,
            func.coalesce(day.c.attempts, 0).label("attempts"),
            func.coalesce(day.c.contacts, 0).label("contacts"),
            func.coalesce(day.c.successes, 0).label("successes"),
            func.coalesce(day.c.lately, 0).label("lately"),
            day.c.first,
            select(func.count()).select_from(Activity).where(*_due()).scalar_subquery().label("due"),
            select(func.min(col(Activity.due_at))).where(*_due()).scalar_subquery().label("due_since"),
            _dialled_but_new().label("dialled_but_new"),
        )
        .outerjoin(day, day.c.campaign_id == col(Campaign.id))
        .where(col(Campaign.organisation_id) == ORGANISATION)
        .order_by(col(Campaign.active).desc(), col(Campaign.name))
        .execution_options(populate_existing=True)
    )


_CAMPAIGNS = _campaigns()


def campaigns(session: Session, actor: Actor, at: Moment) -> Sequence[Row[Any]]:
    """Every campaign with its day, its callbacks due and its problems. One statement."""
    return session.execute(_CAMPAIGNS, at.values(actor)).all()


# ── where the leads stand ─────────────────────────────────────────────────────────────────────────────────────

_IN_PLAY = tuple(state.value for state in QueueState if state is not QueueState.OUT)
_ENDED = tuple(sorted(status.value for status in FINAL_STATUSES))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, col(LeadTally.leads)), else_=0))


_STANDING: CompoundSelect[Any] = union_all(
    select(
        col(LeadTally.campaign_id).label("campaign_id"),
        func.sum(col(LeadTally.leads)).label("leads"),
        _sum(col(LeadTally.waits).in_(_IN_PLAY)).label("in_play"),
        _sum(or_(col(LeadTally.status).in_(_ENDED), col(LeadTally.exhausted))).label("exhausted"),
        _sum(col(LeadTally.status) == "").label("no_status"),
        literal(0, Integer()).label("called"),
    )
    .where(col(LeadTally.organisation_id) == ORGANISATION)
    .group_by(col(LeadTally.campaign_id)),
    select(
        col(LeadFigure.campaign_id),
        *(literal(0, Integer()) for _ in range(4)),
        func.sum(col(LeadFigure.leads)),
    )
    .where(col(LeadFigure.organisation_id) == ORGANISATION, col(LeadFigure.attempts) > 0)
    .group_by(col(LeadFigure.campaign_id)),
)


@dataclass(slots=True)
class Leads:
    """The leads of a campaign: all, in play, ended or at their limit, without a status, called at least once."""

    leads: int = 0
    in_play: int = 0
    exhausted: int = 0
    no_status: int = 0
    called: int = 0


def leads(session: Session, actor: Actor) -> dict[int, Leads]:
    """Where the leads of every campaign stand, from the kept figures. One statement."""
    found: dict[int, Leads] = {}
    for campaign_id, *numbers in session.execute(_STANDING, {"organisation": actor.organisation_id}):
        here = found.setdefault(campaign_id, Leads())
        for name, number in zip(
            ("leads", "in_play", "exhausted", "no_status", "called"), numbers, strict=True
        ):
            setattr(here, name, getattr(here, name) + int(number or 0))
    return found


# ── who can be called now ─────────────────────────────────────────────────────────────────────────────────────

_CALLABLE = f"""WITH enough AS (SELECT 30 + {RIPE_BUDGET} / (1 + count(*)) AS leads FROM campaign_segment
 WHERE organisation_id = :organisation)
 SELECT h.campaign_id AS campaign_id, h.segment AS segment,
 sum(CASE WHEN h.locked_by IS NULL AND (h.kept_until IS NULL OR h.kept_until <= :now) THEN 1 ELSE 0 END) AS free,
 sum(CASE WHEN h.locked_by IS NOT NULL AND h.expires_at > :now THEN 1 ELSE 0 END) AS claimed,
 0 AS ripe, 1 AS enough
 FROM hopper_entry h WHERE h.organisation_id = :organisation GROUP BY h.campaign_id, h.segment
 UNION ALL SELECT s.campaign_id, s.segment, 0, 0, (SELECT count(*) FROM (SELECT 1 FROM lead l
 WHERE l.organisation_id = :organisation AND l.campaign_id = s.campaign_id AND l.segment = s.segment
 AND l.rank = s.rank AND l.queue_state = 0 AND l.next_attempt_at <= :now
 LIMIT (SELECT leads FROM enough)) AS those), (SELECT leads FROM enough)
 FROM campaign_segment s JOIN campaign c ON c.id = s.campaign_id AND c.active
 WHERE s.organisation_id = :organisation"""


@dataclass(slots=True)
class Place:
    """One segment of a campaign: free in the hopper, in sellers' hands, due in the pool; ``more`` than counted."""

    segment: str
    free: int = 0
    claimed: int = 0
    ripe: int = 0
    more: bool = False


def places(session: Session, actor: Actor, now: datetime) -> dict[int, list[Place]]:
    """Who of each campaign could be called if its hours allow it, by segment. One statement."""
    summed: dict[tuple[int, str], Place] = {}
    values = {"organisation": actor.organisation_id, "now": now}
    # A segment comes once for the hopper and once for each rank of its pool.
    for campaign_id, segment, free, claimed, ripe, enough in session.execute(timed(_CALLABLE, "now"), values):
        here = summed.setdefault((campaign_id, segment), Place(segment))
        here.free += int(free)
        here.claimed += int(claimed)
        here.ripe += int(ripe)
        here.more = here.more or ripe >= enough
    found: dict[int, list[Place]] = {}
    for (campaign_id, _segment), place in summed.items():
        found.setdefault(campaign_id, []).append(place)
    return found

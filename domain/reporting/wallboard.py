"""The wallboard: what every seller does now and did today, how each campaign stands, and what needs somebody.

Today is the shop's day. Figures of calls count as the reports do: attempts that count and that nobody took back;
a contact is a call that reached the person, a success one whose outcome said so. Source of the figures: the calling
specification, section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Row
from sqlmodel import Session

from domain.calling.actions import label_of
from domain.calling.holding import DIALLED_LEASE, LEASE
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import day_start
from domain.codes import HopperState, SellerState
from domain.jobs import states as jobs
from domain.jobs.schedules import Schedule
from domain.people.rights import READING_ROLES, Actor, require
from domain.people.teams import visible_sellers
from domain.reporting import wallboard_rows as rows
from domain.reporting.seller_states import BoardState, Signs, standing
from domain.reporting.wallboard_rows import QUARTER_SECONDS, Leads, Moment, Place, quarter

RECENT_QUARTERS: Final = 4
"""The pace is taken over so many quarters of an hour, and the one that runs."""
DRY_SOON: Final = timedelta(minutes=30)

AlertKind = Literal[
    "queue_dry", "queue_dry_soon", "problems", "job_failing", "job_overdue", "callbacks_overdue"
]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something somebody should look at; ``at`` since when, or when it will be so. ``count`` of leads or failures."""

    kind: AlertKind
    campaign_id: int | None = None
    campaign: str | None = None
    job: str | None = None
    count: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SellerRow:
    """One seller: the true state since when, and the day.

    ``silent``: away because their terminal says nothing any more. ``lead_id``: whom they have in hand.
    ``contact_rate`` is contacts of calls, ``success_rate`` successes of contacts; None without any.
    """

    seller_id: int
    name: str
    full_name: str
    state: BoardState
    since: datetime | None
    pause_code: str | None
    silent: bool
    campaign_id: int | None
    campaign: str | None
    lead_id: int | None
    calls: int
    contacts: int
    successes: int
    contact_rate: float | None
    success_rate: float | None
    last_outcome: str | None
    last_outcome_at: datetime | None


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign.

    ready: free in the hopper, their hours open.  due: callbacks whose time has come.  claimed: in sellers' hands.
    waiting: the others still in play.  penetration: leads called at least once of all; exhaustion: leads that
    ended or used up their attempts of all (None without leads).
    callable_now: ready and those of the pool due now; ``at_least`` where there are more.
    pace: calls per hour of the last hour, None where nobody called.  runs_dry_at: when ``callable_now`` are called
    at this pace; None where that cannot be said, or is far away.
    """

    campaign_id: int
    name: str
    active: bool
    open_now: bool
    ready: int
    due: int
    claimed: int
    waiting: int
    leads: int
    called: int
    exhausted: int
    penetration: float | None
    exhaustion: float | None
    calls: int
    contacts: int
    successes: int
    callable_now: int
    at_least: bool
    pace: float | None
    runs_dry_at: datetime | None
    problems: int


@dataclass(frozen=True, slots=True)
class Wallboard:
    """All of it as of one moment; ``calls``, ``contacts`` and ``successes`` are the shop's today."""

    as_of: datetime
    day_started: datetime
    calls: int
    contacts: int
    successes: int
    alerts: tuple[Alert, ...]
    sellers: tuple[SellerRow, ...]
    campaigns: tuple[CampaignRow, ...]


def wallboard(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    planned: Mapping[str, Schedule] | None = None,
    language: str = "en",
) -> Wallboard:
    """The shop at this moment (supervisors, administrators, auditors); six statements whatever its size.

    Args:
        planned: the background jobs that are switched on, to be alarmed about; None: of none.

    Raises:
        NotAllowed: a seller.
    """
    require(actor, *READING_ROLES, to="look at the wallboard")
    visible = visible_sellers(session, actor)
    at = Moment(now, day_start(actor.timezone, now), quarter(now) - RECENT_QUARTERS)
    found = rows.campaigns(session, actor, at)
    names = {row.Campaign.id: row.Campaign.name for row in found}
    standing_now, places = rows.leads(session, actor), rows.places(session, actor, now)
    campaigns = tuple(
        _campaign(row, standing_now.get(row.Campaign.id, Leads()), places.get(row.Campaign.id, []), now)
        for row in found
    )
    sellers = tuple(
        _seller(row, names, now, language)
        for row in rows.sellers(session, actor, at)
        if visible is None or row.seller_id in visible
    )
    troubles = jobs.troubles(session, actor=actor, planned=planned or {}, now=now) if planned else []
    return Wallboard(
        as_of=now,
        day_started=at.today,
        calls=sum(row.calls for row in campaigns),
        contacts=sum(row.contacts for row in campaigns),
        successes=sum(row.successes for row in campaigns),
        alerts=(
            *_of_campaigns((_dry, _overdue), found, campaigns, now),
            *map(_of_job, troubles),
            *_of_campaigns((_problems,), found, campaigns, now),
        ),
        sellers=sellers,
        campaigns=campaigns,
    )


def share(part: int, whole: int) -> float | None:
    """A part of a whole, None where there is nothing to divide by."""
    return part / whole if whole else None


# ── sellers ───────────────────────────────────────────────────────────────────────────────────────────────────


def _seller(row: Row[Any], names: Mapping[int, str], now: datetime, language: str) -> SellerRow:
    here = standing(_signs(row), now)
    campaign_id = row.claim_campaign if row.claim_campaign is not None else row.event_campaign
    outcome = label_of(row.labels or {}, language, row.last_action) if row.last_action else None
    calls, contacts, successes = int(row.attempts), int(row.contacts), int(row.successes)
    return SellerRow(
        seller_id=row.seller_id,
        name=row.name,
        full_name=row.full_name,
        state=here.state,
        since=here.since,
        pause_code=here.pause_code,
        silent=here.silent,
        campaign_id=campaign_id,
        campaign=names.get(campaign_id) if campaign_id is not None else None,
        lead_id=row.lead_id,
        calls=calls,
        contacts=contacts,
        successes=successes,
        contact_rate=share(contacts, calls),
        success_rate=share(successes, contacts),
        last_outcome=outcome,
        last_outcome_at=row.last_call if outcome is not None else None,
    )


def _signs(row: Row[Any]) -> Signs:
    called = row.call_id is not None
    renewed = None
    if row.expires_at is not None:
        renewed = row.expires_at - (DIALLED_LEASE if called else LEASE)
    return Signs(
        state=SellerState(row.state) if row.state is not None else None,
        since=row.since,
        pause_code=row.pause_code,
        seen_at=row.seen_at,
        claimed_at=row.locked_at,
        renewed_at=renewed,
        called=called,
        dialling=row.claim_state == HopperState.DIALING.value,
        call_started=row.call_started,
        call_ended=row.call_ended,
        last_call=row.last_call,
    )


# ── campaigns ─────────────────────────────────────────────────────────────────────────────────────────────────


def _campaign(row: Row[Any], leads: Leads, places: Sequence[Place], now: datetime) -> CampaignRow:
    campaign: Campaign = row.Campaign
    calendar = policy_of(campaign).calendar
    awake = [place for place in places if calendar.is_open(now, place.segment)]
    open_now = bool(awake) if places else calendar.is_open(now, "")
    ready, claimed = sum(place.free for place in awake), sum(place.claimed for place in places)
    callable_now, more = ready + sum(place.ripe for place in awake), any(place.more for place in awake)
    pace = _pace(row, now)
    runs_dry = None
    if campaign.active and open_now and pace and not more:
        runs_dry = now + timedelta(hours=callable_now / pace)
    due = int(row.due)
    return CampaignRow(
        campaign_id=campaign.id or 0,
        name=campaign.name,
        active=campaign.active,
        open_now=campaign.active and open_now,
        ready=ready,
        due=due,
        claimed=claimed,
        waiting=max(leads.in_play - ready - due - claimed, 0),
        leads=leads.leads,
        called=leads.called,
        exhausted=leads.exhausted,
        penetration=share(leads.called, leads.leads),
        exhaustion=share(leads.exhausted, leads.leads),
        calls=int(row.attempts),
        contacts=int(row.contacts),
        successes=int(row.successes),
        callable_now=callable_now,
        at_least=more,
        pace=pace,
        runs_dry_at=runs_dry,
        problems=leads.no_status + int(row.dialled_but_new),
    )


def _pace(row: Row[Any], now: datetime) -> float | None:
    """Calls per hour since the first quarter of the last hour in which somebody called."""
    if not row.lately or row.first is None:
        return None
    seconds = max(now.timestamp() - row.first * QUARTER_SECONDS, QUARTER_SECONDS)
    return float(row.lately) * 3600 / float(seconds)


# ── alerts ────────────────────────────────────────────────────────────────────────────────────────────────────


_Look = Callable[[Row[Any], CampaignRow, datetime], Alert | None]


def _of_campaigns(
    kinds: Sequence[_Look], found: Sequence[Row[Any]], campaigns: Sequence[CampaignRow], now: datetime
) -> list[Alert]:
    """What is wrong with campaigns, the worst first."""
    alerts: list[Alert] = []
    for kind in kinds:
        for row, here in zip(found, campaigns, strict=True):
            alert = kind(row, here, now)
            if alert is not None:
                alerts.append(alert)
    return alerts


def _dry(_row: Row[Any], here: CampaignRow, now: datetime) -> Alert | None:
    if not here.open_now or not here.leads:
        return None
    if not here.callable_now and not here.due:
        return Alert("queue_dry", here.campaign_id, here.name)
    if here.runs_dry_at is not None and here.runs_dry_at - now <= DRY_SOON:
        return Alert(
            "queue_dry_soon", here.campaign_id, here.name, count=here.callable_now, at=here.runs_dry_at
        )
    return None


def _overdue(row: Row[Any], here: CampaignRow, now: datetime) -> Alert | None:
    """Callbacks longer due than the campaign allows; a paused one waits."""
    allowed = timedelta(minutes=row.Campaign.callback_overdue_minutes)
    if not here.active or row.due_since is None or row.due_since > now - allowed:
        return None
    return Alert("callbacks_overdue", here.campaign_id, here.name, count=here.due, at=row.due_since)


def _problems(_row: Row[Any], here: CampaignRow, _now: datetime) -> Alert | None:
    if not here.problems:
        return None
    return Alert("problems", here.campaign_id, here.name, count=here.problems)


def _of_job(trouble: jobs.Trouble) -> Alert:
    kind: AlertKind = "job_failing" if trouble.failures else "job_overdue"
    return Alert(kind, job=trouble.job, count=trouble.failures, at=trouble.since)

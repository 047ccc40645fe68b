"""Campaigns: creating, finding, showing, changing, pausing them.

A new campaign is active, without end, open to every seller, with all recyclable statuses on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from domain.audit import log
from domain.calling import history, queue_state
from domain.calling.models import HistoryEvent, HopperEntry, Lead
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.campaigns.retry import RetryRules
from domain.campaigns.settings import CampaignSettings, apply, checked_name
from domain.campaigns.windows import DEFAULT_HOURS
from domain.codes import NO_STATUS_KEY, RECYCLABLE_STATUSES, HopperState
from domain.errors import Conflict, NotFound
from domain.people.models import User
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.sales.models import Product

_PAUSED, _RESUMED = "campaign_paused", "campaign_resumed"
_LAST_PAUSES = 5
"""Pauses and resumptions told with a campaign; all of them are in the history."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A campaign paused or (``active``) resumed: when and by whom."""

    at: datetime
    who: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign in a list."""

    id: int
    name: str
    active: bool
    leads: int
    timezone: str
    hours: str
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with its settings and counts. ``by_status`` counts no status under ``no_status``.

    pauses: the last pauses and resumptions, newest first.
    """

    id: int
    name: str
    active: bool
    description: str
    region: str
    timezone: str
    start_date: date | None
    end_date: date | None
    hours: str
    always_callable: bool
    holidays: str | None
    retry: str
    recyclable: tuple[str, ...]
    max_attempts: int
    hopper_level: int
    hopper_auto: bool
    cap_per_day: int | None
    cap_in_days: int | None
    cap_days: int | None
    call_later_seconds: int
    callback_overdue_minutes: int
    close_exhausted: bool
    promotion_days: int
    script: str
    default_product: str | None
    leads: int
    by_status: dict[str, int]
    hopper: dict[str, int]
    lists: int
    pauses: tuple[Pause, ...]
    created_at: datetime
    updated_at: datetime


def create(
    session: Session, *, actor: Actor, name: str, now: datetime, settings: CampaignSettings | None = None
) -> CampaignView:
    """Create a campaign (supervisors and administrators).

    Raises:
        Conflict: the name is taken.  Invalid: a setting cannot be used.  NotAllowed: a seller.
    """
    require(actor, *LEADING_ROLES, to="create campaigns")
    name = checked_name(name)
    require_free(session, actor, name)
    row = fresh(actor, name=name, now=now)
    apply(session, row, settings or CampaignSettings())
    session.add(row)
    session.flush()
    log.acted(session, actor, at=now, kind="campaign.add", target=str(row.id))
    return _view(session, row, {})  # nobody can have put anything into it yet


def fresh(actor: Actor, *, name: str, now: datetime) -> Campaign:
    """A campaign as it is made: active, without end, every day from nine to nine, all recyclable statuses on."""
    return Campaign(
        organisation_id=actor.organisation_id,
        name=name,
        timezone=actor.timezone,
        hours=DEFAULT_HOURS.model_dump(mode="json"),
        retry=RetryRules().model_dump(mode="json"),
        recyclable=sorted(status.value for status in RECYCLABLE_STATUSES),
        created_at=now,
        updated_at=now,
    )


def require_free(session: Session, actor: Actor, name: str, *, but: str | None = None) -> None:
    """Refuse a name that a campaign other than ``but`` has (``Conflict``)."""
    taken = {each.casefold(): each for each in _names(session, actor) if each != but}.get(name.casefold())
    if taken is not None:
        raise Conflict(f"There is already a campaign called {taken}.", code="campaign_exists")


def edit(
    session: Session,
    *,
    actor: Actor,
    name: str,
    now: datetime,
    settings: CampaignSettings,
    new_name: str | None = None,
) -> CampaignView:
    """Change a campaign's settings, and its name; what they mean for waiting leads takes effect at once.

    Raises:
        NotFound: no such campaign.  Conflict, Invalid, NotAllowed: as ``create``.
    """
    require(actor, *LEADING_ROLES, to="edit campaigns")
    row = find(session, actor=actor, name=name)
    if new_name is not None:
        new_name = checked_name(new_name)
        require_free(session, actor, new_name, but=row.name)
        row.name = new_name
    before = (row.max_attempts, tuple(row.recyclable))
    apply(session, row, settings)
    row.updated_at = _later(row.updated_at, now)
    if before != (row.max_attempts, tuple(row.recyclable)):
        with (
            session.no_autoflush
        ):  # leads before their campaign, as a seller who asks for the next one locks them
            _requeue(session, row)
    session.add(row)
    session.flush()
    log.acted(
        session,
        actor,
        at=now,
        kind="campaign.edit",
        target=str(row.id),
        detail={"changed": list(settings.given)},
    )
    return show(session, actor=actor, name=row.name)


def set_active(session: Session, *, actor: Actor, name: str, active: bool, now: datetime) -> CampaignView:
    """Pause or resume a campaign. Claimed people stay with their sellers until their outcome."""
    require(actor, *LEADING_ROLES, to="pause or resume campaigns")
    row = find(session, actor=actor, name=name)
    if row.active != active:
        history.write(
            session,
            organisation_id=actor.organisation_id,
            at=now,
            kind=_RESUMED if active else _PAUSED,
            user_id=actor.user_id,
            campaign_id=row.id,
            before={"active": row.active},
            after={"active": active},
        )
        row.active = active
        row.updated_at = _later(row.updated_at, now)
        session.add(row)
        session.flush()
        kind = "campaign.resume" if active else "campaign.pause"
        log.acted(session, actor, at=now, kind=kind, target=str(row.id))
    return show(session, actor=actor, name=row.name)


def _later(before: datetime, now: datetime) -> datetime:
    """Always after the last change: the rules kept for a campaign go by this time."""
    return max(now, before + timedelta(microseconds=1))


def _by_name(session: Session, actor: Actor, name: str) -> Campaign | None:
    row: Campaign | None = session.execute(
        select(Campaign).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.name) == name.strip()
        )
    ).scalar_one_or_none()
    return row


def find(session: Session, *, actor: Actor, name: str) -> Campaign:
    """A campaign by name.

    Raises:
        NotFound: there is none; the line names the nearest.
    """
    row = _by_name(session, actor, name)
    if row is not None:
        return row
    if not name.strip():
        raise NotFound("An empty name is no campaign's. See: dialdeck campaigns list", code="no_campaign")
    names = {each.casefold(): each for each in _names(session, actor)}
    near = get_close_matches(name.strip().casefold(), names, n=1)
    hint = f"Did you mean {names[near[0]]}?" if near else "See: dialdeck campaigns list"
    raise NotFound(f"There is no campaign called {name}. {hint}", code="no_campaign")


def _names(session: Session, actor: Actor) -> list[str]:
    return list(
        session.execute(
            select(col(Campaign.name)).where(col(Campaign.organisation_id) == actor.organisation_id)
        ).scalars()
    )


def _requeue(session: Session, row: Campaign) -> None:
    """Other limits or statuses: mark exhausted leads anew and put every waiting lead where it belongs now."""
    retried = col(Lead.status).in_([s.value for s in RECYCLABLE_STATUSES if s.value != "callback"])
    spent = col(Lead.dial_attempts) >= row.max_attempts
    queue_state.recompute(
        session,
        organisation_id=row.organisation_id,
        dialable=policy_of(row).dialable,
        where=col(Lead.campaign_id) == row.id,
        exhausted=case((retried, spent), else_=col(Lead.exhausted)),
    )


def listing(session: Session, *, actor: Actor) -> list[CampaignLine]:
    """All campaigns with their number of leads, active ones first."""
    counts = (
        select(col(Lead.campaign_id).label("campaign_id"), func.count().label("leads"))
        .where(col(Lead.organisation_id) == actor.organisation_id)
        .group_by(col(Lead.campaign_id))
        .subquery()
    )
    rows = session.execute(
        select(Campaign, func.coalesce(counts.c.leads, 0))
        .outerjoin(counts, counts.c.campaign_id == col(Campaign.id))
        .where(col(Campaign.organisation_id) == actor.organisation_id)
        .order_by(col(Campaign.active).desc(), col(Campaign.name))
    )
    return [
        CampaignLine(
            id=row.id or 0,
            name=row.name,
            active=row.active,
            leads=leads,
            timezone=row.timezone,
            hours=policy_of(row).calendar.hours.describe(),
            start_date=row.start_date,
            end_date=row.end_date,
        )
        for row, leads in rows
    ]


def show(session: Session, *, actor: Actor, name: str) -> CampaignView:
    """A campaign's settings and counts.

    Raises:
        NotFound: no such campaign.
    """
    row = find(session, actor=actor, name=name)
    by_status = counts_by_status(session, organisation_id=actor.organisation_id, campaign_id=row.id or 0)
    hopper = session.execute(
        select(col(HopperEntry.state), func.count())
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id, col(HopperEntry.campaign_id) == row.id
        )
        .group_by(col(HopperEntry.state))
    )
    lists = session.execute(
        select(func.count()).select_from(LeadList).where(col(LeadList.campaign_id) == row.id)
    ).scalar_one()
    return _view(
        session,
        row,
        by_status,
        hopper=dict(iter(hopper)),
        lists=lists,
        pauses=_pauses(session, row),
    )


def _view(
    session: Session,
    row: Campaign,
    by_status: Mapping[str, int],
    *,
    hopper: Mapping[str, int] | None = None,
    lists: int = 0,
    pauses: tuple[Pause, ...] = (),
) -> CampaignView:
    policy = policy_of(row)
    product = session.get(Product, row.default_product_id) if row.default_product_id else None
    place = "-".join(part for part in (row.holidays_country, row.holidays_subdivision) if part)
    return CampaignView(
        id=row.id or 0,
        name=row.name,
        active=row.active,
        description=row.description,
        region=row.region,
        timezone=row.timezone,
        start_date=row.start_date,
        end_date=row.end_date,
        hours=policy.calendar.hours.describe(),
        always_callable=policy.calendar.hours.always,
        holidays=place or None,
        retry=policy.retry.describe(),
        recyclable=tuple(row.recyclable),
        max_attempts=row.max_attempts,
        hopper_level=row.hopper_level,
        hopper_auto=row.hopper_auto,
        cap_per_day=row.cap_per_day,
        cap_in_days=row.cap_in_days,
        cap_days=row.cap_days,
        call_later_seconds=row.call_later_seconds,
        callback_overdue_minutes=row.callback_overdue_minutes,
        close_exhausted=row.close_exhausted,
        promotion_days=row.promotion_days,
        script=row.script,
        default_product=product.name if product else None,
        leads=sum(by_status.values()),
        by_status=dict(by_status),
        hopper={state.value: 0 for state in HopperState} | dict(hopper or {}),
        lists=lists,
        pauses=pauses,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _pauses(session: Session, row: Campaign) -> tuple[Pause, ...]:
    """Found among the events of no single lead, which the index of the history keeps together."""
    rows = session.execute(
        select(col(HistoryEvent.at), col(User.name), col(HistoryEvent.kind))
        .outerjoin(User, col(User.id) == col(HistoryEvent.user_id))
        .where(
            col(HistoryEvent.organisation_id) == row.organisation_id,
            col(HistoryEvent.lead_id).is_(None),
            col(HistoryEvent.campaign_id) == row.id,
            col(HistoryEvent.kind).in_((_PAUSED, _RESUMED)),
        )
        .order_by(col(HistoryEvent.id).desc())
        .limit(_LAST_PAUSES)
    )
    return tuple(Pause(at, who, kind == _RESUMED) for at, who, kind in rows)


def counts_by_status(session: Session, *, organisation_id: int, campaign_id: int) -> dict[str, int]:
    """Leads per status present; a missing status counts as ``no_status``. The sum is the campaign's leads."""
    rows = session.execute(
        select(col(Lead.status), func.count())
        .where(col(Lead.organisation_id) == organisation_id, col(Lead.campaign_id) == campaign_id)
        .group_by(col(Lead.status))
    )
    counts: Counter[str] = Counter()
    for status, count in rows:
        counts[status or NO_STATUS_KEY] += count
    return dict(counts)

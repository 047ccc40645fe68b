"""Leads for those who look after them: counts by status, lists, one lead with why it may not be called, edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from domain.calling import lead_history, phones, queue_state, why
from domain.calling.callable_now import reasons_against
from domain.calling.models import Activity, HistoryEvent, HopperEntry, Lead
from domain.calling.why_buckets import Why
from domain.campaigns import lists
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.codes import (
    NO_STATUS_KEY,
    RECYCLABLE_STATUSES,
    DialStatus,
    Resolution,
)
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Invalid, NotAllowed, NotFound
from domain.people import users
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One lead in a list."""

    lead_id: int
    name: str
    phone: str | None
    status: str | None
    campaign_status: int
    campaign_resolution: str | None
    seller: str | None
    attempts: int
    next_attempt_at: datetime | None
    list_name: str | None


@dataclass(frozen=True, slots=True)
class LeadView:
    """One lead with everything about it; ``why_not`` is empty exactly when it may be called now."""

    lead_id: int
    version: int
    campaign: str
    contact_id: int
    name: str
    phones: tuple[dict[str, object], ...]
    list_name: str | None
    status: str | None
    campaign_status: int
    campaign_resolution: str | None
    resolution_reason: int | None
    last_console_action: str | None
    last_dial_attempt: datetime | None
    dial_result: str | None
    dial_attempts: int
    answered_count: int
    imported_attempts: int
    exhausted: bool
    last_status_change: datetime | None
    last_action_at: datetime | None
    assigned_at: datetime | None
    next_attempt_at: datetime | None
    priority: int
    external_id: str | None
    seller: str | None
    shift_wanted: str | None
    zone: str
    attributes: dict[str, str]
    created_at: datetime
    callable: bool
    why_not: tuple[str, ...]
    history: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads to list.

    ``eligible``: may be called now. ``bucket``: a row of the funnel ``domain.calling.why``.
    """

    statuses: tuple[str, ...] = ()
    seller: str | None = None
    resolution: str | None = None
    list_name: str | None = None
    eligible: bool = False
    recyclable: bool = False
    bucket: str | None = None


def listing(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    wanted: LeadFilter,
    now: datetime,
    limit: int = 100,
    after: int = 0,
) -> list[LeadLine]:
    """Leads of a campaign in the order of their numbers, a page at a time; sellers see their own only.

    Args:
        after: the last number of the page before.

    Raises:
        Invalid: an unknown status or resolution.  NotFound: no such seller, or no such list in the campaign.
    """
    _require_known(session, actor, campaign_id, wanted)
    conditions = [
        col(Lead.organisation_id) == actor.organisation_id,
        col(Lead.campaign_id) == campaign_id,
        *_conditions(wanted, now),
    ]
    if actor.role not in READING_ROLES:
        conditions.append(col(Lead.owner_id) == actor.user_id)
    rows = {wanted.bucket, Why.CALLABLE_NOW.value if wanted.eligible else None} - {None}
    for reason in rows:
        conditions.append(
            why.people(session, actor=actor, campaign_id=campaign_id, reason=str(reason), now=now)
        )
    return lines(session, conditions=conditions, after=after, limit=limit)


def lines(
    session: Session, *, conditions: Sequence[ColumnElement[bool]], after: int, limit: int
) -> list[LeadLine]:
    """The leads that fit, in the order of their numbers, a page at a time. One statement.

    The conditions are over the lead, its owner (``User``) and its list (``LeadList``), and name the shop.
    """
    first_phone = (
        select(col(ContactPhone.e164))
        .where(col(ContactPhone.contact_id) == col(Lead.contact_id))
        .order_by(col(ContactPhone.bad), col(ContactPhone.position))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Lead, col(Contact.name), col(Contact.company), first_phone, col(User.name), col(LeadList.name))
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .outerjoin(LeadList, col(LeadList.id) == col(Lead.list_id))
        .where(*conditions, col(Lead.id) > after)
        .order_by(col(Lead.id))
        .limit(limit)
    )
    return [
        LeadLine(
            lead_id=lead.id or 0,
            name=name or company or "",
            phone=phone,
            status=lead.status,
            campaign_status=lead.campaign_status,
            campaign_resolution=lead.campaign_resolution,
            seller=seller,
            attempts=lead.dial_attempts,
            next_attempt_at=queue_state.next_attempt(lead),
            list_name=list_name,
        )
        for lead, name, company, phone, seller, list_name in session.execute(statement)
    ]


def _require_known(session: Session, actor: Actor, campaign_id: int, wanted: LeadFilter) -> None:
    """A name that is nobody's is a mistake, not an empty page."""
    if wanted.seller is not None:
        users.require_known(session, actor=actor, name=wanted.seller)
    if wanted.list_name is not None:
        lists.require_in(session, actor=actor, campaign_id=campaign_id, name=wanted.list_name)


def _conditions(wanted: LeadFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(_status_condition(wanted.statuses))
    if wanted.recyclable:
        found.append(col(Lead.status).in_([status.value for status in RECYCLABLE_STATUSES]))
    if wanted.resolution is not None:
        if wanted.resolution not in set(Resolution):
            raise Invalid(
                f"{wanted.resolution} is no resolution; use {', '.join(Resolution)}.", code="resolution"
            )
        found.append(col(Lead.campaign_resolution) == wanted.resolution)
    if wanted.seller is not None:
        found.append(col(User.name) == wanted.seller)
    if wanted.list_name is not None:
        found.append(col(LeadList.name) == wanted.list_name)
    return found


def known_statuses(statuses: tuple[str, ...]) -> set[str]:
    """The status words there are.

    Raises:
        Invalid: one of ``statuses`` is none of them (``no_status`` may be named too).
    """
    known = {status.value for status in DialStatus}
    unknown = sorted(set(statuses) - known - {NO_STATUS_KEY})
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)}: no such status; use {', '.join(DialStatus)} or {NO_STATUS_KEY}.",
            code="status",
        )
    return known


def _status_condition(statuses: tuple[str, ...]) -> ColumnElement[bool]:
    known = known_statuses(statuses)
    listed: ColumnElement[bool] = col(Lead.status).in_([s for s in statuses if s in known])
    if NO_STATUS_KEY in statuses:
        listed = or_(listed, col(Lead.status).is_(None), col(Lead.status) == "")
    return listed


def show(session: Session, *, actor: Actor, lead_id: int, now: datetime) -> LeadView:
    """One lead: state, numbers, history, whether it may be called now and, if not, every reason.

    Raises:
        NotFound: no such lead.  NotAllowed: not this seller's.
    """
    row = session.execute(
        select(Lead, Contact, Campaign, LeadList, HopperEntry, col(User.name))
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .outerjoin(LeadList, col(LeadList.id) == col(Lead.list_id))
        .outerjoin(HopperEntry, col(HopperEntry.lead_id) == col(Lead.id))
        .outerjoin(User, col(User.id) == col(Lead.owner_id))
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.id) == lead_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no lead {lead_id}.", code="no_lead")
    lead, contact, campaign, batch, entry, seller = row
    _may_see(session, actor, lead, entry)
    policy = policy_of(campaign)
    numbers = phones.of_contact(
        session, organisation_id=actor.organisation_id, contact_id=lead.contact_id, now=now
    )
    against = reasons_against(
        session, actor=actor, lead=lead, campaign=campaign, batch=batch, entry=entry, numbers=numbers, now=now
    )
    return LeadView(
        lead_id=lead_id,
        version=lead.version,
        campaign=campaign.name,
        contact_id=lead.contact_id,
        name=contact.name or contact.company or "",
        phones=tuple(
            {"number": n.e164, "kind": n.kind, "bad": n.bad, "do_not_call": n.do_not_call} for n in numbers
        ),
        list_name=batch.name if batch is not None else None,
        status=lead.status or None,
        campaign_status=lead.campaign_status,
        campaign_resolution=lead.campaign_resolution,
        resolution_reason=lead.resolution_reason,
        last_console_action=lead.last_console_action,
        last_dial_attempt=lead.last_dial_attempt,
        dial_result=lead.dial_result,
        dial_attempts=lead.dial_attempts,
        answered_count=lead.answered_count,
        imported_attempts=lead.imported_attempts,
        exhausted=lead.exhausted,
        last_status_change=lead.last_status_change,
        last_action_at=lead.last_action_at,
        assigned_at=lead.assigned_at,
        next_attempt_at=queue_state.next_attempt(lead),
        priority=lead.priority,
        external_id=lead.external_id,
        seller=seller,
        shift_wanted=lead.shift_wanted,
        zone=policy.calendar.zones(lead.segment)[0].key,
        attributes=lead.attributes,
        created_at=lead.created_at,
        callable=not against,
        why_not=tuple(against),
        history=lead_history.of_lead(session, lead=lead),
    )


def _may_see(session: Session, actor: Actor, lead: Lead, entry: HopperEntry | None) -> None:
    """Sellers see leads they own, hold, have a callback for or have handled."""
    if actor.role in READING_ROLES or lead.owner_id == actor.user_id:
        return
    if entry is not None and entry.locked_by == actor.user_id:
        return
    handled = exists(
        select(col(HistoryEvent.id)).where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.lead_id) == lead.id,
            col(HistoryEvent.user_id) == actor.user_id,
        )
    )
    callback = exists(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == lead.id,
            col(Activity.state) == "pending",
            col(Activity.seller_id) == actor.user_id,
        )
    )
    if not session.execute(select(or_(handled, callback))).scalar_one():
        raise NotAllowed(f"Lead {lead.id} is not yours.", code="not_yours")

"""A supervisor's edits of one lead, each with its history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session, col

from domain.calling import expiry, lead_status, leads, queue_state
from domain.calling.lead_status import Event
from domain.calling.models import Activity, HopperEntry, Lead
from domain.calling.status_table import Cause
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import policy_of
from domain.codes import FINAL_STATUSES, NO_STATUS_KEY, CampaignStatus, DialStatus, Resolution
from domain.constructs import insert_ignore
from domain.contacts import do_not_call
from domain.contacts.models import ContactPhone
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import teams
from domain.people.models import User
from domain.people.rights import LEADING_ROLES, SELLING_ROLES, Actor, require
from domain.people.teams import require_visible
from domain.sql import affected


@dataclass(frozen=True, slots=True)
class LeadChanges:
    """What a supervisor may change; None leaves a value. ``clear`` names values to empty."""

    status: str | None = None
    campaign_status: int | None = None
    campaign_resolution: str | None = None
    priority: int | None = None
    seller: str | None = None
    next_attempt_at: datetime | None = None
    clear: tuple[str, ...] = ()


def edit(
    session: Session, *, actor: Actor, lead_id: int, changes: LeadChanges, now: datetime
) -> leads.LeadView:
    """Change a lead by hand (supervisors), with history.

    A lead that ends loses its callbacks; one that becomes *do not call*, by its status or its resolution, puts its
    numbers on the register.

    Raises:
        NotAllowed: a seller, or leaving *do not call* (take the number off the register instead).
        Conflict: in a seller's hands.  Invalid: an unknown code, or two that contradict each other.
        NotFound: no such lead, or no active seller of that name.
    """
    require(actor, *LEADING_ROLES, to="edit leads")
    changes = _with_do_not_call(changes)
    if changes.status == DialStatus.DNC:
        do_not_call.lock_leads(session, actor=actor, lead_id=lead_id)
    row = session.execute(
        select(Lead, Campaign)
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.id) == lead_id)
        .with_for_update(of=Lead, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no lead {lead_id}.", code="no_lead")
    lead, campaign = row
    entry: HopperEntry | None = session.execute(  # only now: nobody takes or leaves a lead that is locked
        select(HopperEntry)
        .where(col(HopperEntry.campaign_id) == lead.campaign_id, col(HopperEntry.lead_id) == lead_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if entry is not None and entry.locked_by is not None and (entry.expires_at or now) > now:
        raise Conflict(f"Lead {lead_id} is in a seller's hands; try again when it is free.", code="held")
    if lead.owner_id is not None:
        require_visible(session, actor, [lead.owner_id], to="edit their leads")
    values = _changed_values(session, actor, lead, campaign, changes, now)
    if entry is not None:
        if entry.locked_by is not None:
            expiry.note(session, entry=entry, lead=lead, now=now)
        affected(session, delete(HopperEntry).where(col(HopperEntry.id) == entry.id))
    event = Event(user_id=actor.user_id)
    lead_status.change(session, cause=Cause.EDIT, lead=lead, values=values, at=now, event=event)
    queue_state.keep_paused_out(session, lead_ids=[lead_id])
    if values.get("status") in FINAL_STATUSES:
        _cancel_callbacks(session, lead_id, now)
    if values.get("status") == DialStatus.DNC:
        _register(session, actor, lead, now)
    if "priority" in values or "segment" in values:
        session.execute(
            insert_ignore(CampaignSegment).values(
                organisation_id=lead.organisation_id,
                campaign_id=lead.campaign_id,
                segment=values.get("segment", lead.segment),
                rank=99 - int(str(values.get("priority", lead.priority))),
            )
        )
    return leads.show(session, actor=actor, lead_id=lead_id, now=now)


def _with_do_not_call(changes: LeadChanges) -> LeadChanges:
    """The resolution DN is a request not to be called: it comes with that status, or not at all."""
    if changes.campaign_resolution != Resolution.DN or changes.status == DialStatus.DNC:
        return changes
    if changes.status is not None or "status" in changes.clear:
        raise Invalid(
            f"The resolution {Resolution.DN} goes with the status {DialStatus.DNC} only; leave the status out.",
            code="resolution",
        )
    return replace(changes, status=DialStatus.DNC.value)


def _cancel_callbacks(session: Session, lead_id: int, now: datetime) -> None:
    affected(
        session,
        update(Activity)
        .where(
            col(Activity.lead_id) == lead_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .values(state="cancelled", completed_at=now),
    )


def _register(session: Session, actor: Actor, lead: Lead, now: datetime) -> None:
    numbers = session.execute(
        select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id) == lead.contact_id)
    ).scalars()
    do_not_call.register(
        session,
        actor=actor,
        numbers=list(numbers),
        contact_id=lead.contact_id,
        now=now,
        source="edit",
        except_lead=lead.id,
    )


def _registered(session: Session, lead: Lead) -> bool:
    found: int | None = session.execute(
        select(col(Lead.id)).where(col(Lead.id) == lead.id, do_not_call.on_register())
    ).scalar_one_or_none()
    return found is not None


def _changed_values(
    session: Session, actor: Actor, lead: Lead, campaign: Campaign, changes: LeadChanges, now: datetime
) -> dict[str, object]:
    _may_leave(session, lead, changes)
    values: dict[str, object] = _codes(changes)
    if lead.owner_id is not None and (changes.seller is not None or "seller" in changes.clear):
        teams.require_visible(session, actor, [lead.owner_id], to="take their leads")
    if changes.seller is not None:
        owner_id = _seller_id(session, actor, changes.seller)
        require_visible(session, actor, [owner_id], to="give them leads")
        values |= {"owner_id": owner_id, "assigned_at": now}
    if changes.next_attempt_at is not None:
        values["next_attempt_at"] = changes.next_attempt_at
    for name in changes.clear:
        if name not in ("campaign_resolution", "seller", "status", "resolution_reason"):
            raise Invalid(f"{name} cannot be cleared.", code="clear")
        if getattr(changes, name, None) is not None:
            said = name.removeprefix("campaign_")
            raise Invalid(f"The {said} is set and cleared at once; say which.", code="clear")
        values["owner_id" if name == "seller" else name] = None
    status = values.get("status", lead.status)
    if "status" in values and status != lead.status:
        values["exhausted"] = False
    pending = session.execute(
        select(
            exists(
                select(col(Activity.id)).where(
                    col(Activity.lead_id) == lead.id, col(Activity.state) == "pending"
                )
            )
        )
    ).scalar_one()
    owner = values.get("owner_id", lead.owner_id)
    state = queue_state.of_lead(
        status=str(status) if status else None,
        exhausted=bool(values.get("exhausted", lead.exhausted)),
        owner_id=int(str(owner)) if owner is not None else None,
        dialable=policy_of(campaign).dialable,
        callback_pending=bool(pending) and status not in FINAL_STATUSES,
    )
    return values | {"queue_state": state.value}


def _may_leave(session: Session, lead: Lead, changes: LeadChanges) -> None:
    """Refuse what would bring somebody back into play whose number is on the register."""
    emptied = "status" in changes.clear
    if lead.status == DialStatus.DNC and (emptied or changes.status not in (None, DialStatus.DNC.value)):
        raise NotAllowed(
            f"Lead {lead.id} is on the do-not-call register; take its number off with: dialdeck dnc remove",
            code="do_not_call",
        )
    reopens = emptied or (changes.status is not None and changes.status not in FINAL_STATUSES)
    if reopens and lead.status in FINAL_STATUSES and _registered(session, lead):
        raise NotAllowed(
            f"A number of lead {lead.id} is on the do-not-call register; take it off with: dialdeck dnc remove",
            code="do_not_call",
        )


def _codes(changes: LeadChanges) -> dict[str, object]:
    """The plain code changes, checked."""
    values: dict[str, object] = {}
    if changes.status is not None:
        leads.known_statuses((changes.status,))
        values["status"] = None if changes.status == NO_STATUS_KEY else changes.status
    if changes.campaign_status is not None:
        if changes.campaign_status not in set(CampaignStatus):
            raise Invalid("The campaign status is a number from 1 to 7.", code="campaign_status")
        values["campaign_status"] = changes.campaign_status
    if changes.campaign_resolution is not None:
        if changes.campaign_resolution not in set(Resolution):
            raise Invalid(f"Use a resolution such as {', '.join(Resolution)}.", code="resolution")
        values["campaign_resolution"] = changes.campaign_resolution
    if changes.priority is not None:
        if not 0 <= changes.priority <= 99:
            raise Invalid("The priority is a number from 0 to 99, higher is sooner.", code="priority")
        values["priority"] = changes.priority
    return values


def _seller_id(session: Session, actor: Actor, name: str) -> int:
    """Whoever may own leads: an import takes the same."""
    user_id: int | None = session.execute(
        select(col(User.id)).where(
            col(User.organisation_id) == actor.organisation_id,
            col(User.name) == name,
            col(User.active),
            col(User.role).in_([role.value for role in SELLING_ROLES]),
        )
    ).scalar_one_or_none()
    if user_id is None:
        raise NotFound(f'There is no active seller "{name}". See: dialdeck users list', code="no_user")
    teams.require_visible(session, actor, [user_id], to="give them leads")
    return user_id

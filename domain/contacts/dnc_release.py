"""What taking a number off the do-not-call register gives back: people, and their leads as they were before.

A person is free when none of their numbers is on the register any more.
Source: the calling specification, 1.1: *do not call* is left only by taking the number off the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlmodel import Session, col

from domain.calling import lead_status, queue_state
from domain.calling.lead_status import Event
from domain.calling.models import Activity, HistoryEvent, Lead
from domain.calling.status_table import Cause
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import FINAL_STATUSES, CampaignStatus, DialStatus
from domain.contacts.models import ContactPhone, DoNotCall
from domain.people.rights import Actor
from domain.privacy import keyed
from domain.sql import affected

_RESTORED = (
    "status",
    "campaign_status",
    "campaign_resolution",
    "resolution_reason",
    "last_console_action",
)


def release(session: Session, *, actor: Actor, number: str, now: datetime) -> int:
    """Take a number off the register, and what it alone held back with it.

    Returns:
        How many entries were taken off; 0 where the number was not on the register.
    """
    people = _people(session, actor, number)
    leads = _blocked_leads(session, actor, people)
    off = {"removed_at": now, "removed_by": actor.user_id}
    in_force = (col(DoNotCall.organisation_id) == actor.organisation_id, col(DoNotCall.removed_at).is_(None))
    removed = affected(
        session, update(DoNotCall).where(*in_force, col(DoNotCall.e164) == number).values(**off)
    )
    removed += keyed.take_off(session, organisation_id=actor.organisation_id, number=number, values=off)
    if not removed:
        return 0
    free = people - _still_registered(session, actor, people)
    removed += affected(
        session,
        update(DoNotCall)
        .where(*in_force, col(DoNotCall.e164).is_(None), col(DoNotCall.contact_id).in_(free))
        .values(**off),
    )
    _give_back(session, actor, [lead for lead in leads if lead.contact_id in free], now)
    return removed


def _people(session: Session, actor: Actor, number: str) -> set[int]:
    """Who has the number, or had it when it was registered."""
    with_number = select(col(ContactPhone.contact_id)).where(
        col(ContactPhone.organisation_id) == actor.organisation_id, col(ContactPhone.e164) == number
    )
    named = select(col(DoNotCall.contact_id)).where(
        col(DoNotCall.organisation_id) == actor.organisation_id,
        col(DoNotCall.e164) == number,
        col(DoNotCall.removed_at).is_(None),
        col(DoNotCall.contact_id).is_not(None),
    )
    return {contact_id for contact_id in session.execute(with_number.union(named)).scalars() if contact_id}


def _blocked_leads(session: Session, actor: Actor, people: set[int]) -> Sequence[Lead]:
    return (
        session.execute(
            select(Lead)
            .where(
                col(Lead.organisation_id) == actor.organisation_id,
                col(Lead.contact_id).in_(people),
                col(Lead.status) == DialStatus.DNC.value,
            )
            .order_by(col(Lead.id))
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )


def _still_registered(session: Session, actor: Actor, people: set[int]) -> set[int]:
    """Those with another number on the register."""
    registered = exists(
        select(col(DoNotCall.id)).where(
            col(DoNotCall.organisation_id) == actor.organisation_id,
            col(DoNotCall.e164) == col(ContactPhone.e164),
            col(DoNotCall.removed_at).is_(None),
        )
    )
    return set(
        session.execute(
            select(col(ContactPhone.contact_id)).where(col(ContactPhone.contact_id).in_(people), registered)
        ).scalars()
    )


def _give_back(session: Session, actor: Actor, leads: Sequence[Lead], now: datetime) -> None:
    if not leads:
        return
    former = _before(session, actor, [lead.id or 0 for lead in leads])
    event = Event(user_id=actor.user_id)
    blocked: dict[int, datetime | None] = {}
    for lead in leads:
        values = former.get(lead.id or 0) or _by_attempts(lead)
        if values.get("status") == DialStatus.NEW and lead.dial_attempts > 0:
            # The call in which they asked for it counts: a new lead has none.
            values = {**values, **_by_attempts(lead)}
        if values.get("status") not in FINAL_STATUSES:
            blocked[lead.id or 0] = lead.last_status_change
        lead_status.change(session, cause=Cause.OFF_REGISTER, lead=lead, values=values, at=now, event=event)
    _callbacks_again(session, actor, blocked)
    campaigns = select(Campaign).where(col(Campaign.id).in_({lead.campaign_id for lead in leads}))
    for campaign in session.execute(campaigns).scalars():
        ids = [lead.id for lead in leads if lead.campaign_id == campaign.id]
        queue_state.recompute(
            session,
            organisation_id=actor.organisation_id,
            dialable=policy_of(campaign).dialable,
            where=col(Lead.id).in_(ids),
        )


def _callbacks_again(session: Session, actor: Actor, blocked: Mapping[int, datetime | None]) -> None:
    """The callbacks that were cancelled at the very moment their leads were blocked are due as they were."""
    cancelled = session.execute(
        select(col(Activity.id), col(Activity.lead_id), col(Activity.completed_at)).where(
            col(Activity.organisation_id) == actor.organisation_id,
            col(Activity.lead_id).in_(blocked),
            col(Activity.kind) == "callback",
            col(Activity.state) == "cancelled",
        )
    )
    again = [number for number, lead_id, at in cancelled if at is not None and at == blocked[lead_id]]
    if again:
        values = {"state": "pending", "completed_at": None}
        affected(session, update(Activity).where(col(Activity.id).in_(again)).values(**values))


def _before(session: Session, actor: Actor, lead_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """What stood in each lead before it became *do not call*, as history has it."""
    events = session.execute(
        select(col(HistoryEvent.lead_id), col(HistoryEvent.before), col(HistoryEvent.after))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.lead_id).in_(lead_ids),
            col(HistoryEvent.kind).in_(("do_not_call", "outcome", "edit")),
        )
        .order_by(col(HistoryEvent.id))
    )
    found: dict[int, dict[str, object]] = {}
    for lead_id, before, after in events:
        if before and after and after.get("status") == DialStatus.DNC and "status" in before:
            found[lead_id] = {name: before[name] for name in _RESTORED if name in before}
    return found


def _by_attempts(lead: Lead) -> dict[str, object]:
    """For leads that came as *do not call*: what their last call, or their attempts, say."""
    known = {"no_answer", "busy", "failed", "dropped", "congestion"}
    if lead.dial_result in known:
        return {"status": lead.dial_result}
    tried = lead.dial_attempts > 0 or lead.campaign_status != CampaignStatus.NOT_CONTACTED
    return {"status": DialStatus.NO_ANSWER.value if tried else DialStatus.NEW.value}

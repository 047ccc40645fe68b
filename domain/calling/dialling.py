"""Dialling the person in hand: checked again at this very moment, counted as an attempt when it starts.

Source: the calling specification, 1.6 and 2: a dialled claim lasts sixty minutes; do-not-call and hours are
checked when a lead is claimed and again when it is dialled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from domain.calling import holding, phones
from domain.calling.models import Call, HeldNumber, HopperEntry, Lead
from domain.calling.phones import Number
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import without_shift
from domain.codes import FINAL_STATUSES, HopperState, SellerState
from domain.errors import Conflict, NotAllowed, NotFound
from domain.people import states
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sql import affected


@dataclass(frozen=True, slots=True)
class DialTicket:
    """A call that starts: what to dial, and the lead's version from now on."""

    call_id: int
    lead_id: int
    e164: str
    started_at: datetime
    version: int


def start(
    session: Session, *, actor: Actor, lead_id: int, now: datetime, e164: str | None = None
) -> DialTicket:
    """Start a call to the person in hand: counts an attempt, holds the claim for an hour.

    Args:
        e164: which number of the contact; None takes the one whose turn it is.

    Raises:
        NotFound: the person is not in this seller's hands, or has no such number.
        NotAllowed: on the do-not-call register, a bad number, a paused campaign, or outside calling hours.
        Conflict: a call is running, the lead has ended, or somebody else is dialling the number.
    """
    require(actor, *SELLING_ROLES, to="dial")
    entry = holding.own_entry(session, actor=actor)
    if entry is None or entry.lead_id != lead_id:
        raise NotFound("This person is not in your hands any more; take the next one.", code="no_claim")
    if entry.state == HopperState.DIALING:
        raise Conflict("A call is running already; end it first.", code="in_call")
    lead, campaign = _lead(session, lead_id)
    if lead.status in FINAL_STATUSES:
        raise Conflict("This lead has ended and must not be dialled.", code="already_handled")
    numbers = phones.of_contact(
        session, organisation_id=actor.organisation_id, contact_id=lead.contact_id, now=now
    )
    number = _number(numbers, e164, entry, actor)
    if not campaign.active:
        raise NotAllowed("This campaign is paused; nobody may be called for it now.", code="campaign_paused")
    if not policy_of(campaign).calendar.is_open(now, without_shift(lead.segment)):
        raise NotAllowed("Calling this contact is not allowed at this hour.", code="outside_hours")
    if not holding.still_held(session, actor=actor, entry=entry, numbers=numbers, now=now):
        raise Conflict("Somebody else took this person or one of the numbers.", code="held")
    call_id = _open_call(session, actor, lead, number, now)
    _count(session, lead, now)
    expires = now + holding.DIALLED_LEASE
    claimed = affected(
        session,
        update(HopperEntry)
        .where(
            col(HopperEntry.id) == entry.id,
            col(HopperEntry.locked_by) == actor.user_id,
            col(HopperEntry.state) == HopperState.LOCKED.value,
        )
        .values(
            state=HopperState.DIALING.value,
            call_id=call_id,
            dialled_at=now,
            e164=number.e164,
            expires_at=expires,
        ),
    )
    if not claimed:
        raise Conflict("A call is running already; end it first.", code="in_call")
    affected(
        session, update(HeldNumber).where(col(HeldNumber.entry_id) == entry.id).values(expires_at=expires)
    )
    states.enter(
        session,
        actor=actor,
        state=SellerState.TALKING,
        now=now,
        campaign_id=lead.campaign_id,
        lead_id=lead_id,
    )
    return DialTicket(call_id, lead_id, number.e164, now, lead.version + 1)


def _lead(session: Session, lead_id: int) -> tuple[Lead, Campaign]:
    row = session.execute(
        select(Lead, Campaign)
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.id) == lead_id)
        .with_for_update(of=Lead, key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    return row[0], row[1]


def _number(numbers: list[Number], e164: str | None, entry: HopperEntry, actor: Actor) -> Number:
    """The number to dial, good and free.

    Raises:
        NotFound: the contact has no such number.  NotAllowed: registered or bad.  Conflict: in a call elsewhere.
    """
    wanted = e164 or entry.e164
    number = next((each for each in numbers if each.e164 == wanted), None)
    if number is None and e164 is None:
        number = phones.choose(numbers, 0)
    if number is None:
        raise NotFound("This contact has no such number.", code="no_number")
    if number.do_not_call:
        raise NotAllowed(f"{number.e164} is on the do-not-call register.", code="do_not_call")
    if number.bad:
        raise NotAllowed(f"{number.e164} was marked as a wrong number.", code="bad_number")
    if number.held_by is not None and number.held_by != actor.user_id:
        raise Conflict(f"{number.e164} is in another seller's hands just now.", code="held")
    return number


def _open_call(session: Session, actor: Actor, lead: Lead, number: Number, now: datetime) -> int:
    statement = insert(Call).values(
        organisation_id=actor.organisation_id,
        campaign_id=lead.campaign_id,
        lead_id=lead.id,
        contact_id=lead.contact_id,
        seller_id=actor.user_id,
        e164=number.e164,
        started_at=now,
        source="console",
        applied_at=now,
    )
    return int(session.execute(statement.returning(col(Call.id))).scalar_one())


def _count(session: Session, lead: Lead, now: datetime) -> None:
    affected(
        session,
        update(Lead)
        .where(col(Lead.id) == lead.id)
        .values(
            dial_attempts=lead.dial_attempts + 1,
            last_dial_attempt=lead.latest_attempt(now),
            version=lead.version + 1,
            updated_at=now,
        ),
    )


def hang_up(session: Session, *, actor: Actor, now: datetime) -> None:
    """The call has ended; wrap-up begins. The person stays in hand until the outcome.

    Raises:
        Conflict: no call is running.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    entry = holding.own_entry(session, actor=actor)
    if entry is None or entry.state != HopperState.DIALING:
        raise Conflict("No call is running.", code="no_call")
    ended = affected(
        session,
        update(HopperEntry)
        .where(
            col(HopperEntry.id) == entry.id,
            col(HopperEntry.locked_by) == actor.user_id,
            col(HopperEntry.state) == HopperState.DIALING.value,
        )
        .values(state=HopperState.LOCKED.value),
    )
    if not ended:
        raise Conflict("No call is running.", code="no_call")
    affected(
        session,
        update(Call).where(col(Call.id) == entry.call_id, col(Call.ended_at).is_(None)).values(ended_at=now),
    )
    states.enter(
        session,
        actor=actor,
        state=SellerState.WRAP_UP,
        now=now,
        campaign_id=entry.campaign_id,
        lead_id=entry.lead_id,
    )

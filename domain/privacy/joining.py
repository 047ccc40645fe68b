"""Joining the leads of one person: what happened with each comes to the one that lives on, the counters with it.

Used by ``domain.privacy.merging`` only; all leads are locked and out of the hopper.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.calling import history, lead_status
from domain.calling.lead_status import Event
from domain.calling.models import Activity, Call, Draft, Lead
from domain.calling.status_table import Cause
from domain.campaigns import retry
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import FINAL_STATUSES, CampaignStatus, DialStatus, QueueState, Resolution
from domain.contacts import contact_edits, do_not_call
from domain.contacts.models import Contact
from domain.people.rights import Actor
from domain.privacy import traces
from domain.repair import facts
from domain.sales.models import Sale
from domain.sql import affected

_KIND = "merged"


def move_all(session: Session, *, others: Sequence[int], keep: int) -> None:
    """Calls, activities and sales of the others are the kept contact's."""
    for model in (Call, Activity, Sale):
        affected(session, update(model).where(col(model.contact_id).in_(others)).values(contact_id=keep))


def move(session: Session, *, actor: Actor, leads: Sequence[Lead], keep: int, now: datetime) -> None:
    """Leads in campaigns the kept contact was not in are its leads."""
    event = Event(kind=_KIND, user_id=actor.user_id)
    changes = [(lead, {"contact_id": keep}, event) for lead in leads]
    lead_status.change_each(session, cause=Cause.EDIT, changes=changes, at=now)


def join(
    session: Session, *, actor: Actor, survivor: Lead, ended: Sequence[Lead], keep: int, now: datetime
) -> None:
    """One lead of a campaign lives on with everything that happened with the others, which end."""
    assert survivor.id is not None
    gone = [lead.id or 0 for lead in ended]
    _move_work(session, survivor.id, gone)
    due = _callbacks(session, survivor, now)
    _make_room(session, survivor, ended, keep, now)
    _end(session, actor, survivor.id, ended, now)
    values = _counters(session, survivor, ended, now)
    values |= {"contact_id": keep, "next_attempt_at": due or survivor.next_attempt_at}
    if survivor.owner_id is None:
        owned = next((lead for lead in ended if lead.owner_id is not None), survivor)
        values |= {"owner_id": owned.owner_id, "assigned_at": owned.assigned_at}
    event = Event(kind=_KIND, user_id=actor.user_id, after={"leads": gone})
    lead_status.change(session, cause=Cause.EDIT, lead=survivor, values=values, at=now, event=event)


def _move_work(session: Session, survivor: int, gone: Sequence[int]) -> None:
    """Calls, activities, sales, the notes being typed, and the id by which another system knows the lead."""
    for model in (Call, Activity, Sale):
        affected(session, update(model).where(col(model.lead_id).in_(gone)).values(lead_id=survivor))
    theirs = aliased(Draft)
    for lead_id in gone:  # one by one: a seller has one draft for a lead
        taken = exists(
            select(col(theirs.id)).where(
                col(theirs.lead_id) == survivor, col(theirs.seller_id) == col(Draft.seller_id)
            )
        )
        affected(session, update(Draft).where(col(Draft.lead_id) == lead_id, ~taken).values(lead_id=survivor))
    known = session.execute(
        select(col(Lead.id), col(Lead.external_id))
        .where(col(Lead.id).in_([survivor, *gone]), col(Lead.external_id).is_not(None))
        .order_by(col(Lead.id))
    ).all()
    if known and survivor not in {lead_id for lead_id, _ in known}:
        lead_id, external_id = known[0]
        affected(session, update(Lead).where(col(Lead.id) == lead_id).values(external_id=None))
        affected(session, update(Lead).where(col(Lead.id) == survivor).values(external_id=external_id))


def _callbacks(session: Session, survivor: Lead, now: datetime) -> datetime | None:
    """The next callback of all stays, others are cancelled; with a lead that has ended all are. Returns its time."""
    pending = session.execute(
        select(col(Activity.id), col(Activity.due_at))
        .where(
            col(Activity.lead_id) == survivor.id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .order_by(col(Activity.due_at), col(Activity.id))
    ).all()
    open_lead = survivor.status not in FINAL_STATUSES
    spare = [activity_id for activity_id, _ in (pending[1:] if open_lead else pending)]
    affected(
        session,
        update(Activity).where(col(Activity.id).in_(spare)).values(state="cancelled", completed_at=now),
    )
    return pending[0][1] if pending and open_lead else None


def _make_room(session: Session, survivor: Lead, ended: Sequence[Lead], keep: int, now: datetime) -> None:
    """A contact has one lead in a campaign: an ended one of the kept contact goes to an empty contact."""
    for lead in ended:
        if lead.contact_id != keep or survivor.contact_id == keep:
            continue
        shell = Contact(
            organisation_id=lead.organisation_id,
            name=traces.MERGED_NAME,
            merged_into=keep,
            created_at=now,
            updated_at=now,
        )
        session.add(shell)
        session.flush()
        affected(session, update(Lead).where(col(Lead.id) == lead.id).values(contact_id=shell.id))


def _end(session: Session, actor: Actor, survivor: int, ended: Sequence[Lead], now: datetime) -> None:
    """The others end, with no attempts of their own any more; what had ended before keeps how."""
    nothing = {
        "queue_state": QueueState.OUT.value,
        "dial_attempts": 0,
        "answered_count": 0,
        "imported_attempts": 0,
        "last_dial_attempt": None,
        "exhausted": False,
    }
    closed = {
        "status": DialStatus.CLOSED.value,
        "campaign_status": CampaignStatus.ENDED_WITHOUT_CONTACT.value,
        "campaign_resolution": Resolution.CW.value,
        "resolution_reason": None,
    }
    event = Event(kind=_KIND, user_id=actor.user_id, after={"into_lead": survivor})
    before = [(lead, nothing, event) for lead in ended if lead.status in FINAL_STATUSES]
    now_too = [(lead, {**closed, **nothing}, event) for lead in ended if lead.status not in FINAL_STATUSES]
    for changes in (before, now_too):
        lead_status.change_each(session, cause=Cause.EDIT, changes=changes, at=now)


def _counters(session: Session, survivor: Lead, ended: Sequence[Lead], now: datetime) -> dict[str, object]:
    """Attempts of all, by the rule a repair goes by: what imports told adds up, calls are counted."""
    every = (survivor, *ended)
    resets = [lead.counting_from for lead in every if lead.counting_from is not None]
    began: dict[str, object] = {
        "imported_attempts": sum(lead.imported_attempts for lead in every),
        "answered_count": sum(lead.answered_count for lead in every),
        "counting_from": max(resets, default=None),
    }
    affected(session, update(Lead).where(col(Lead.id) == survivor.id).values(**began))
    [known] = facts.read(
        session, organisation_id=survivor.organisation_id, lead_ids=[survivor.id or 0], now=now
    )
    attempts = known.expected_attempts
    campaign = session.get_one(Campaign, survivor.campaign_id)
    retried = survivor.status in retry.RETRIED_STATUSES
    last = [lead.last_dial_attempt for lead in every if lead.last_dial_attempt is not None]
    return {
        **began,
        "dial_attempts": attempts,
        "answered_count": known.expected_answered,
        "last_dial_attempt": max(last, default=None),
        "exhausted": attempts >= policy_of(campaign).max_attempts if retried else survivor.exhausted,
    }


def requeue(session: Session, *, actor: Actor, contact: Contact, now: datetime) -> None:
    """The kept contact's leads wait where they belong now; those of somebody on the register are *do not call*."""
    contact_edits.requeue(session, actor, contact, now)
    ids = session.execute(
        select(col(Lead.id)).where(
            col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id) == contact.id
        )
    ).scalars()
    do_not_call.block_again(session, actor=actor, lead_ids=[each for each in ids if each], now=now)


def tell(session: Session, *, actor: Actor, others: Sequence[int], keep: int, now: datetime) -> None:
    """History of each contact that is no more says into which one it was merged."""
    rows = [
        {
            "organisation_id": actor.organisation_id,
            "at": now,
            "kind": "contact_merged",
            "user_id": actor.user_id,
            "contact_id": contact_id,
            "after": {"into": keep},
        }
        for contact_id in others
    ]
    history.write_many(session, rows)

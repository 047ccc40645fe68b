"""What an outcome writes beside the decision itself: call log, activities, sale, register, claim, undo.

Used by ``domain.calling.outcomes`` only; each function is one or two statements of its transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col

from domain.base import BigId
from domain.calling import history, late, queue_state
from domain.calling.models import Activity, Call, ConsoleAction, Draft, HopperEntry, Lead
from domain.calling.phones import Number
from domain.calling.plan import CLEAR, KEEP, Plan
from domain.calling.views import ReasonView
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import Policy
from domain.codes import CallResult, DialStatus
from domain.constructs import insert_ignore
from domain.contacts import do_not_call
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Conflict
from domain.people.rights import Actor
from domain.prepared import Prepared
from domain.sales import sales
from domain.sales.sales import SaleInput
from domain.sql import SELLER, add_row, affected, change_row


@dataclass
class Work:
    """One outcome on its way: what was read, what was asked, what has been written so far.

    ``dialled`` is the call that waits for this outcome, if it was dialled here. ``another_number``: whether the
    contact has another good number, where *wrong number* asked for it.
    """

    actor: Actor
    now: datetime
    lead: Lead
    contact: Contact
    campaign: Campaign
    policy: Policy
    entry: HopperEntry | None
    dialled: Call | None
    callback_pending: bool
    promoted: bool
    list_active: bool
    another_number: bool | None
    draft: str | None
    action: ConsoleAction
    reasons: tuple[ReasonView, ...]
    note: str | None
    language: str
    former: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """A plan, the number (E.164) it marks bad, and the contact's numbers where the action needed them."""

    plan: Plan
    wrong_number: str | None
    numbers: list[Number]


def call(session: Session, work: Work) -> int:
    """The call log row: the dialled call ended, or an attempt that was never dialled through Dialdeck."""
    entry, now = work.entry, work.now
    call = work.dialled
    if call is not None and call.id is not None:
        ended = call.ended_at or now
        work.former["call_before"] = history.plain(
            {"ended_at": call.ended_at, "result": call.result, "talk_seconds": call.talk_seconds}
        )
        change_row(
            session,
            "call",
            call.id,
            {
                "ended_at": ended,
                "result": work.action.result,
                "action": work.action.slug,
                **said(work.action.campaign_status, work.action.resolution),
                "talk_seconds": max(0, int((ended - call.started_at).total_seconds())),
                "wrap_seconds": max(0, int((now - ended).total_seconds())),
            },
        )
        return call.id
    values = {
        "organisation_id": work.lead.organisation_id,
        "campaign_id": work.lead.campaign_id,
        "lead_id": work.lead.id,
        "contact_id": work.lead.contact_id,
        "seller_id": work.actor.user_id,
        "e164": entry.e164 if entry is not None else None,
        "started_at": now,
        "ended_at": now,
        "result": work.action.result,
        "action": work.action.slug,
        **said(work.action.campaign_status, work.action.resolution),
        "source": "console",
        "applied_at": now,
    }
    return add_row(session, "call", values)


def said(campaign_status: str, resolution: str) -> dict[str, object]:
    """What a report counts a call by: the codes of its action when it was made, None for *keep* and *clear*."""
    return {
        "campaign_status": int(campaign_status) if campaign_status.isdigit() else None,
        "resolution": resolution if resolution not in (KEEP, CLEAR) else None,
    }


def close_callbacks(session: Session, work: Work) -> list[int]:
    """An outcome ends what was due: pending callbacks of this lead are completed."""
    if not work.callback_pending:
        return []
    statement = (
        update(Activity)
        .where(
            col(Activity.lead_id) == work.lead.id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .values(state="completed", completed_at=work.now)
        .returning(col(Activity.id))
    )
    return list(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def counters(work: Work) -> dict[str, object]:
    """The lead's counters with this call: one that was dialled here is counted already."""
    lead, dialled = work.lead, work.dialled is not None
    answered = work.action.result in (CallResult.ANSWERED, CallResult.IN_PROGRESS)
    return {
        "last_dial_attempt": lead.last_dial_attempt if dialled else lead.latest_attempt(work.now),
        "dial_attempts": lead.dial_attempts + (0 if dialled else 1),
        "answered_count": lead.answered_count + (1 if answered else 0),
    }


def lead_values(work: Work, planned: Planned, reason: int | None) -> dict[str, object]:
    lead, made, now = work.lead, planned.plan, work.now
    owner_id = None if made.shift is not None else lead.owner_id
    shift_wanted = lead.shift_wanted if made.segment == lead.segment else None
    if made.shift is not None:
        shift_wanted = made.shift.value
    state = queue_state.of_lead(
        status=made.status,
        exhausted=made.exhausted,
        owner_id=owner_id,
        dialable=work.policy.dialable,
        list_active=work.list_active,
        callback_pending=made.callback_at is not None,
        quick_retry=made.quick_retry,
    )
    return {
        "status": made.status,
        "campaign_status": made.campaign_status,
        "campaign_resolution": made.resolution,
        "resolution_reason": reason,
        "last_console_action": work.action.slug,
        "dial_result": work.action.result,
        **counters(work),
        "exhausted": made.exhausted,
        "last_action_at": now,
        "next_attempt_at": made.next_attempt_at or lead.next_attempt_at,
        "queue_state": state.value,
        "segment": made.segment,
        "shift_wanted": shift_wanted,
        "owner_id": owner_id,
    }


def activities(session: Session, work: Work, made: Plan, call_id: int) -> list[int]:
    """The completed call, and the callback if there is one, in one statement."""
    lead = work.lead
    common: dict[str, object] = {
        "organisation_id": lead.organisation_id,
        "contact_id": lead.contact_id,
        "campaign_id": lead.campaign_id,
        "lead_id": lead.id,
        "seller_id": work.actor.user_id,
        "created_by": work.actor.user_id,
        "action": work.action.slug,
        "notes": work.note,
        "at": work.now,
    }
    done = {**common, "kind": "call", "state": "completed", "call_id": call_id, "completed_at": work.now}
    if made.callback_at is None:
        return [add_row(session, "activity", done)]
    due = {**common, "kind": "callback", "state": "pending", "call_id": None, "completed_at": None}
    rows = [{**done, "due_at": None}, {**due, "due_at": made.callback_at}]
    return list(session.execute(insert(Activity).values(rows).returning(col(Activity.id))).scalars())


def know_segment(session: Session, work: Work, segment: str) -> None:
    session.execute(
        insert_ignore(CampaignSegment).values(
            organisation_id=work.lead.organisation_id,
            campaign_id=work.lead.campaign_id,
            segment=segment,
            rank=99 - work.lead.priority,
        )
    )


def consequences(
    session: Session, work: Work, planned: Planned, call_id: int, sale: SaleInput | None
) -> tuple[str, ...]:
    """What follows beside the lead itself: sale, register, bad number, last answered number."""
    lead, now = work.lead, work.now
    assert lead.id is not None
    notices: list[str] = []
    if planned.plan.status == DialStatus.SALE:
        work.former["sale"] = sales.record(
            session,
            organisation_id=lead.organisation_id,
            campaign_id=lead.campaign_id,
            lead_id=lead.id,
            contact_id=lead.contact_id,
            seller_id=work.actor.user_id,
            call_id=call_id,
            default_product_id=work.campaign.default_product_id,
            sale=sale,
            now=now,
        )
    if planned.plan.status == DialStatus.DNC:
        done = do_not_call.register(
            session,
            actor=work.actor,
            numbers=[number.e164 for number in planned.numbers],
            contact_id=lead.contact_id,
            now=now,
            source="outcome",
            except_lead=lead.id,
        )
        work.former["register"] = list(done.entry_ids)
        work.former["blocked"] = [[lead_id, version, values] for lead_id, version, values in done.blocked]
        work.former["cancelled"] = list(done.cancelled_callbacks)
        if done.blocked:
            notices.append(f"{len(done.blocked)} other lead(s) with these numbers blocked too")
    if planned.wrong_number is not None:
        work.former["bad_phone"] = mark_wrong(session, lead, planned.wrong_number)
    return tuple(notices)


def mark_wrong(session: Session, lead: Lead, e164: str) -> int | None:
    """The number is bad from now on; returns its phone, None where it was bad before."""
    marked: int | None = session.execute(
        update(ContactPhone)
        .where(
            col(ContactPhone.contact_id) == lead.contact_id,
            col(ContactPhone.e164) == e164,
            col(ContactPhone.bad).is_(False),
        )
        .values(bad=True)
        .returning(col(ContactPhone.id)),
        execution_options={"synchronize_session": False},
    ).scalar_one_or_none()
    return marked


_LEAVE_ANY = delete(HopperEntry).where(col(HopperEntry.id) == bindparam("entry", type_=BigId))
_LEAVE = Prepared(_LEAVE_ANY)
_LEAVE_MINE = Prepared(_LEAVE_ANY.where(col(HopperEntry.locked_by) == SELLER))


def leave_hopper(session: Session, work: Work) -> None:
    """Hopper entry, claim and held numbers go.

    Raises:
        Conflict: the seller's claim is gone; another terminal was faster by a moment.
    """
    entry = work.entry
    if entry is None:
        return
    mine = entry.locked_by == work.actor.user_id
    values = {"entry": entry.id, "seller": work.actor.user_id}
    gone = (_LEAVE_MINE if mine else _LEAVE).affect(session, values if mine else {"entry": entry.id})
    if mine and not gone:
        raise Conflict(late.handled(session, work.lead, actor=work.actor), code="already_handled")


def forget_draft(session: Session, work: Work) -> None:
    """The draft is the note now."""
    if work.draft is not None:
        affected(
            session,
            delete(Draft).where(
                col(Draft.organisation_id) == work.lead.organisation_id,
                col(Draft.seller_id) == work.actor.user_id,
                col(Draft.lead_id) == work.lead.id,
            ),
        )
        work.former["draft"] = True


def remember(session: Session, work: Work, event_id: int) -> None:
    """Push the outcome on the seller's undo stack."""
    values = {
        "organisation_id": work.lead.organisation_id,
        "seller_id": work.actor.user_id,
        "lead_id": work.lead.id,
        "campaign_id": work.lead.campaign_id,
        "event_id": event_id,
        "lead_version": work.lead.version + 1,
        "at": work.now,
        "former": work.former,
    }
    add_row(session, "undo_entry", values)

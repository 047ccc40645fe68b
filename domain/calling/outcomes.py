"""Recording an outcome: everything it sets, in one transaction, or nothing.

Lead, call log, activity, callback, sale, register, hopper, history and undo are written together; what the
screen shows beside the key (``domain.calling.plan``) is what is written.
Source: the calling specification, section 2 "outcome".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import String, and_, bindparam, exists, outerjoin, select
from sqlmodel import Session, col

from domain.calling import calls, history, late, lead_status, outcome_writes, phones, plan
from domain.calling.actions import label_of
from domain.calling.dossier import PROMOTED, facts_of
from domain.calling.lead_status import Event
from domain.calling.models import (
    Activity,
    Call,
    ConsoleAction,
    Draft,
    HistoryEvent,
    HopperEntry,
    Lead,
    Reason,
)
from domain.calling.outcome_writes import Planned, Work
from domain.calling.phones import Number
from domain.calling.plan import Plan
from domain.calling.status_table import Cause
from domain.calling.views import OutcomeResult, ReasonView
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.codes import FINAL_STATUSES, CallResult, DialStatus, ReasonMode, SellerState, status_label
from domain.contacts import do_not_call
from domain.contacts.models import Contact
from domain.errors import Conflict, Invalid, NotFound
from domain.people import states
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.prepared import Prepared
from domain.sales.sales import SaleInput
from domain.sql import LEAD, ORGANISATION, SELLER

_CALLBACK_PENDING = exists(
    select(col(Activity.id)).where(
        col(Activity.lead_id) == col(Lead.id),
        col(Activity.state) == "pending",
        col(Activity.kind) == "callback",
    )
).label("callback_pending")


def record(
    session: Session,
    *,
    actor: Actor,
    lead_id: int,
    action: str,
    now: datetime,
    reason: int | None = None,
    note: str | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
    sale: SaleInput | None = None,
    language: str = "en",
) -> OutcomeResult:
    """Record what came of a person in the seller's hands.

    Args:
        action: slug of a console action of this shop.
        reason: reason code; needed where the action requires one.
        note: what the seller noted; None takes the draft.
        at: chosen time (UTC) for actions that take one.
        expected_version: version of the lead the seller saw; None checks the claim only. With it the same outcome may
            be sent again where nobody knows whether it arrived (the connection broke): it is recorded once.

    Raises:
        NotFound: no such lead or action.  NotAllowed: an auditor, or a lead that is not this seller's.
        Invalid: ``reason_required``, ``unknown_reason``, ``time_required``, ``no_sale`` (something sold with an
            action that sells nothing); OutsideHours for a time that is not allowed.
        Conflict: ``already_handled`` by somebody else, or the lead has ended.
    """
    require(actor, *SELLING_ROLES, to="record outcomes")
    meaning = action_of(session, actor.organisation_id, action, language)
    if sale is not None and meaning[0].lead_status != DialStatus.SALE:
        raise Invalid(f"{action} is no sale: leave product, quantity and price out.", code="no_sale")
    if meaning[0].lead_status == DialStatus.DNC:
        do_not_call.lock_leads(session, actor=actor, lead_id=lead_id)
    work = read(session, actor, lead_id, meaning, now, note, language)
    expired = False
    if work.entry is None or work.entry.locked_by != actor.user_id:
        before = late.arrived(
            session, actor=actor, lead=work.lead, action=action, expected_version=expected_version
        )
        if before is not None:
            return _told_again(work, before)
        standing = late.without_claim(session, actor=actor, lead=work.lead, now=now)
        work.entry, work.dialled, expired = standing.entry, standing.dialled, standing.expired
        if standing.why is not None:
            return _store_only(session, work, standing.why)
    elif work.lead.status in FINAL_STATUSES:
        return _store_only(session, work, late.ended(session, work.lead, actor=actor))
    if work.lead.status in FINAL_STATUSES:
        raise Conflict(late.handled(session, work.lead, actor=actor), code="already_handled")
    if expected_version is not None and expected_version != work.lead.version and not expired:
        raise Conflict(late.handled(session, work.lead, actor=actor), code="already_handled")
    return _write(session, work, _planned(session, work, at), reason, sale)


_READ = (
    select(
        Lead,
        Contact,
        Campaign,
        HopperEntry,
        Call,
        col(Draft.text),
        _CALLBACK_PENDING,
        PROMOTED,
        col(LeadList.active),
    )
    .select_from(
        outerjoin(
            outerjoin(Lead, HopperEntry, col(HopperEntry.lead_id) == col(Lead.id)).outerjoin(
                Call, and_(col(Call.id) == col(HopperEntry.call_id), col(HopperEntry.locked_by) == SELLER)
            ),
            Draft,
            and_(
                col(Draft.organisation_id) == col(Lead.organisation_id),
                col(Draft.seller_id) == SELLER,
                col(Draft.lead_id) == col(Lead.id),
            ),
        )
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .outerjoin(LeadList, col(LeadList.id) == col(Lead.list_id))
    )
    .where(col(Lead.organisation_id) == ORGANISATION, col(Lead.id) == LEAD)
    .with_for_update(of=Lead, key_share=True)
)
_READ_FOR_WRONG_NUMBER = Prepared(_READ.add_columns(phones.another_good_number()))
_READ_FOR_ALL_OTHERS = Prepared(_READ)


def read(
    session: Session,
    actor: Actor,
    lead_id: int,
    meaning: tuple[ConsoleAction, tuple[ReasonView, ...]],
    now: datetime,
    note: str | None,
    language: str,
) -> Work:
    """Lead, contact, campaign, claim and draft in one statement; the lead is locked."""
    values = {"organisation": actor.organisation_id, "seller": actor.user_id, "lead": lead_id}
    statement = _READ_FOR_WRONG_NUMBER if meaning[0].marks_phone_bad else _READ_FOR_ALL_OTHERS
    row = statement.one_or_none(session, values)
    if row is None:
        raise NotFound(f"There is no lead {lead_id}.", code="no_lead")
    lead, contact, campaign, entry, dialled, draft, pending, promoted, list_active, *another = row
    action, reasons = meaning
    # Of an erased person no text is kept, however late it comes.
    text = None if contact.erased_at is not None else note if note is not None else draft
    return Work(
        actor=actor,
        now=now,
        lead=lead,
        contact=contact,
        campaign=campaign,
        policy=policy_of(campaign),
        entry=entry,
        dialled=dialled,
        callback_pending=pending,
        promoted=promoted,
        list_active=list_active is not False,
        another_number=another[0] if another and entry is not None and entry.e164 is not None else None,
        draft=draft,
        action=action,
        reasons=reasons,
        note=text.strip() or None if text else None,
        language=language,
    )


_ACTION = Prepared(
    select(ConsoleAction, Reason)
    .select_from(
        outerjoin(
            ConsoleAction,
            Reason,
            and_(
                col(Reason.organisation_id) == col(ConsoleAction.organisation_id),
                col(Reason.resolution) == col(ConsoleAction.resolution),
                col(Reason.active),
            ),
        )
    )
    .where(
        col(ConsoleAction.organisation_id) == ORGANISATION,
        col(ConsoleAction.slug) == bindparam("slug", type_=String()),
    )
    .order_by(col(Reason.position), col(Reason.code))
)


def action_of(
    session: Session, organisation_id: int, slug: str, language: str
) -> tuple[ConsoleAction, tuple[ReasonView, ...]]:
    """An active action with its reasons, in one statement.

    Raises:
        NotFound: there is none.
    """
    rows = _ACTION.all(session, {"organisation": organisation_id, "slug": slug})
    if not rows or not rows[0][0].active:
        raise NotFound(f"There is no active action {slug}. See: dialdeck actions list", code="unknown_action")
    reasons = (reason for _, reason in rows if reason is not None)
    return rows[0][0], tuple(
        ReasonView(reason.code, label_of(reason.labels, language, str(reason.code))) for reason in reasons
    )


def _planned(session: Session, work: Work, at: datetime | None) -> Planned:
    """The plan of the outcome; numbers are only read where the action needs them."""
    numbers: list[Number] = []
    wrong = work.entry.e164 if work.entry is not None else None
    unknown = work.action.marks_phone_bad and work.another_number is None
    if unknown or work.action.lead_status == DialStatus.DNC:
        numbers = phones.of_contact(
            session,
            organisation_id=work.actor.organisation_id,
            contact_id=work.lead.contact_id,
            now=work.now,
        )
    if unknown:
        turn = phones.choose(numbers, work.lead.dial_attempts)
        wrong = turn.e164 if turn is not None else None
    facts = facts_of(
        work.lead, numbers, dialled=work.dialled is not None, wrong=wrong, promoted=work.promoted
    )
    if work.another_number is not None:
        facts = replace(facts, last_good_number=not work.another_number)
    marks = work.action.marks_phone_bad
    made = plan.make(work.action, facts, work.policy, work.now, at=at, wrong_number=marks)
    return Planned(made, wrong if marks else None, numbers)


def checked_reason(work: Work, reason: int | None, resolution: str | None) -> int | None:
    """The reason to store.

    Raises:
        Invalid: required and missing, or not one of this action's.
    """
    if reason is None:
        if work.action.reason == ReasonMode.REQUIRED and work.reasons:
            codes = ", ".join(f"{each.code} {each.label}" for each in work.reasons)
            raise Invalid(f"{work.action.slug} needs a reason: {codes}.", code="reason_required")
        return work.lead.resolution_reason if work.action.resolution == plan.KEEP else None
    if reason not in {each.code for each in work.reasons}:
        raise Invalid(
            f"{reason} is no reason for {resolution or work.action.slug}. See: dialdeck reasons list",
            code="unknown_reason",
        )
    return reason


def _write(
    session: Session, work: Work, planned: Planned, reason: int | None, sale: SaleInput | None
) -> OutcomeResult:
    made, lead = planned.plan, work.lead
    assert lead.id is not None
    chosen_reason = checked_reason(work, reason, made.resolution)
    before = history.lead_values(lead)
    counters = history.plain(outcome_writes.counters(work))
    work.former = {"lead": before, "version": lead.version, "counters": counters}
    call_id = outcome_writes.call(session, work)
    closed = outcome_writes.close_callbacks(session, work)
    values = outcome_writes.lead_values(work, planned, chosen_reason)
    event = Event(user_id=work.actor.user_id, call_id=call_id, action=work.action.slug)
    event_id = lead_status.change(
        session, cause=Cause.OUTCOME, lead=lead, values=values, at=work.now, event=event
    )
    made_ids = outcome_writes.activities(session, work, made, call_id)
    if made.segment != lead.segment:
        outcome_writes.know_segment(session, work, made.segment)
    notices = outcome_writes.consequences(session, work, planned, call_id, sale)
    outcome_writes.leave_hopper(session, work)
    outcome_writes.forget_draft(session, work)
    work.former |= {"call": call_id, "closed": closed, "made": made_ids, "action": work.action.slug}
    outcome_writes.remember(session, work, event_id)
    states.enter(
        session, actor=work.actor, state=SellerState.READY, now=work.now, campaign_id=lead.campaign_id
    )
    return result_of(work, made, chosen_reason, event_id, notices)


def result_of(
    work: Work, made: Plan, reason: int | None, event_id: int, notices: tuple[str, ...]
) -> OutcomeResult:
    lead, action = work.lead, work.action
    offered = action.reason != ReasonMode.NEVER and reason is None
    return OutcomeResult(
        lead_id=lead.id or 0,
        name=work.contact.name or work.contact.company or "",
        action=action.slug,
        label=label_of(action.labels, work.language, action.slug),
        status=made.status,
        campaign_status=made.campaign_status,
        resolution=made.resolution,
        reason=reason,
        next_attempt_at=None if made.exhausted else made.next_attempt_at,
        callback_at=made.callback_at,
        event_id=event_id,
        exhausted=made.exhausted,
        zone=work.policy.calendar.zones(made.segment)[0].key,
        reasons=work.reasons if offered else (),
        notices=notices,
    )


def _told_again(work: Work, event: HistoryEvent) -> OutcomeResult:
    """What is told of an outcome that had arrived when it was sent again; nothing is written."""
    lead = work.lead
    stands = Plan(lead.status, lead.campaign_status, lead.campaign_resolution, ends=True)
    result = result_of(work, stands, lead.resolution_reason, event.id or 0, ())
    return replace(
        result,
        next_attempt_at=None if lead.exhausted or lead.status in FINAL_STATUSES else lead.next_attempt_at,
        exhausted=lead.exhausted,
        stored_only=event.kind == "outcome_refused",
    )


def _store_only(session: Session, work: Work, why: str) -> OutcomeResult:
    """The lead is out of this seller's hands: call and note are kept, its counters move.

    One that was new still stands as the call left it, so that nobody dialled is ever new. The version stays, so
    that whoever has the lead now is not told that it changed.
    """
    lead = work.lead
    call_id = outcome_writes.call(session, work)
    counters = outcome_writes.counters(work)
    values = {
        **counters,
        **calls.by_kept_call(
            session,
            lead=lead,
            policy=work.policy,
            result=CallResult(work.action.result),
            attempts=int(str(counters["dial_attempts"])),
            now=work.now,
        ),
        "version": lead.version,
    }
    status = str(values.get("status", lead.status) or "") or None
    ended = Plan(status, lead.campaign_status, lead.campaign_resolution, ends=True)
    outcome_writes.activities(session, work, ended, call_id)
    if work.entry is not None and work.entry.locked_by == work.actor.user_id:
        outcome_writes.leave_hopper(session, work)
    outcome_writes.forget_draft(session, work)
    event = Event(
        kind="outcome_refused", user_id=work.actor.user_id, call_id=call_id, action=work.action.slug
    )
    event_id = lead_status.change(
        session, cause=Cause.CALL, lead=lead, values=values, at=work.now, event=event
    )
    states.enter(session, actor=work.actor, state=SellerState.READY, now=work.now)
    name = work.contact.name or work.contact.company or "This person"
    result = result_of(work, ended, work.lead.resolution_reason, event_id, ())
    return replace(
        result,
        next_attempt_at=None,
        stored_only=True,
        reasons=(),
        notices=(f"{name} {why}; your call and note were kept, the lead is {status_label(status)}.",),
    )

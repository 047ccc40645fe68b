"""Calls reported from outside (an exchange, another system): recorded once, then applied to their leads.

The table of ``domain.calling.status_table`` says which change a result may make; a refused one keeps the status
and is recorded. The same report twice counts once; an older call that arrives late never overwrites a
newer one. Source: the calling specification, 1.1, 1.6 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    String,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import metadata
from domain.calling import lead_status, queue_state
from domain.calling.call_facts import AROUND, Around, around_of, around_values, decides, is_latest
from domain.calling.lead_status import Event
from domain.calling.models import Activity, Call, HopperEntry, Lead
from domain.calling.status_table import Cause, allows
from domain.campaigns import retry
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy, policy_of
from domain.codes import FINAL_STATUSES, CallResult, CampaignStatus, DialStatus, QueueState, Resolution
from domain.constructs import insert_ignore
from domain.contacts.models import Contact
from domain.errors import Conflict, Invalid, NotFound
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.prepared import Prepared
from domain.sql import LEAD, NOW, ORGANISATION, affected

SAME_CALL = timedelta(minutes=2)
"""A report this close to a console call on the same lead and number is the same call."""

_STATUS_OF = {
    result: DialStatus.CONTACTED
    if result in (CallResult.ANSWERED, CallResult.IN_PROGRESS)
    else DialStatus(result)
    for result in CallResult
}


def target_of(status: str | None, result: CallResult) -> DialStatus | None:
    """What a result makes of a status; None where the table of changes refuses it."""
    target = _STATUS_OF[result]
    return target if status not in FINAL_STATUSES and allows(Cause.CALL, status, target) else None


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """One call as another system reports it; ``e164`` where the number is known."""

    lead_id: int
    result: CallResult
    started_at: datetime
    ended_at: datetime | None = None
    answered_at: datetime | None = None
    external_id: str | None = None
    seller_id: int | None = None
    e164: str | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a report: ``duplicate`` (known already), ``applied`` to the lead, ``status`` afterwards."""

    call_id: int
    duplicate: bool
    applied: bool
    status: str | None


def record(session: Session, *, actor: Actor, call: ReportedCall, now: datetime) -> Recorded:
    """Record one reported call and apply it to its lead (supervisors and administrators).

    Raises:
        NotFound: no such lead.  Invalid: the call lies in the future.
        Conflict: the person was erased (``erased``); what another system says of them is not kept.
    """
    require(actor, *LEADING_ROLES, to="record calls from outside")
    if call.started_at > now + SAME_CALL:
        raise Invalid("A call cannot start in the future.", code="call_time")
    lead, campaign = _lead(session, actor, call.lead_id)
    same, around = _same_call(session, lead, call)
    if same is not None:
        return Recorded(same, True, False, lead.status)
    call_id = _insert(session, lead, call, now)
    if call_id is None:
        same, _ = _same_call(session, lead, call)
        return Recorded(same or 0, True, False, lead.status)
    around = around.and_reported(lead, call.counted, call.started_at)
    applied, status = _apply(session, actor, lead, policy_of(campaign), call, call_id, now, around)
    return Recorded(call_id, False, applied, status)


_LEAD = Prepared(
    select(Lead, Campaign, col(Contact.erased_at))
    .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
    .join(Contact, col(Contact.id) == col(Lead.contact_id))
    .where(col(Lead.organisation_id) == ORGANISATION, col(Lead.id) == LEAD)
    .with_for_update(of=Lead, key_share=True)
)


def _lead(session: Session, actor: Actor, lead_id: int) -> tuple[Lead, Campaign]:
    row = _LEAD.one_or_none(session, {"organisation": actor.organisation_id, "lead": lead_id})
    if row is None:
        raise NotFound(f"There is no lead {lead_id}.", code="no_lead")
    if row[2] is not None:
        raise Conflict(f"The person of lead {lead_id} was erased; its calls are not kept.", code="erased")
    return row[0], row[1]


def _same_statement(with_number: bool, with_id: bool) -> Prepared:
    """Asks for the call a report is about: by its own id, ours within two minutes, or the very same moment.

    Along with it, for it is one way to the database, what has to be known around the lead.
    """
    own = (
        (col(Call.source) == "console")
        & col(Call.started_at).between(_FROM, _UNTIL)
        & (col(Call.undone_at).is_(None))
    )
    told = (col(Call.source) == "external") & (col(Call.started_at) == NOW)
    if with_id:
        told = told & col(Call.external_id).is_(None)
    same = (col(Call.lead_id) == LEAD) & (own | told)
    if with_number:
        same = same & or_(col(Call.e164) == _NUMBER, col(Call.e164).is_(None))
    if with_id:
        same = same | ((col(Call.organisation_id) == ORGANISATION) & (col(Call.external_id) == _EXTERNAL))
    return Prepared(select(select(col(Call.id)).where(same).limit(1).scalar_subquery(), *AROUND))


_FROM, _UNTIL = bindparam("earliest", type_=UTCDateTime()), bindparam("latest", type_=UTCDateTime())
_NUMBER, _EXTERNAL = bindparam("number", type_=String()), bindparam("external", type_=String())
_SAME = {
    (with_number, with_id): _same_statement(with_number, with_id)
    for with_number in (False, True)
    for with_id in (False, True)
}


def _same_call(session: Session, lead: Lead, call: ReportedCall) -> tuple[int | None, Around]:
    """The call this report is about, if it is known; and what there is around the lead before it.

    That is one with the same external id; our own within two minutes; or a report of the very same moment where
    one of the two has no id. A call whose number nobody wrote down is the same on any number of the lead.
    """
    values: dict[str, object] = {
        **around_values(lead),
        "earliest": call.started_at - SAME_CALL,
        "latest": call.started_at + SAME_CALL,
        "now": call.started_at,
    }
    if call.e164 is not None:
        values["number"] = call.e164
    if call.external_id is not None:
        values |= {"organisation": lead.organisation_id, "external": call.external_id}
    statement = _SAME[call.e164 is not None, call.external_id is not None]
    ((same, *around),) = statement.all(session, values)
    return same, Around(*around)


_INSERT = Prepared(insert_ignore(metadata.tables["call"]).returning(metadata.tables["call"].c.id))


def _insert(session: Session, lead: Lead, call: ReportedCall, now: datetime) -> int | None:
    """The number of the new row; None where the same report came in from elsewhere at this moment."""
    talk = (call.ended_at - call.answered_at).total_seconds() if call.ended_at and call.answered_at else 0
    values = {
        "organisation_id": lead.organisation_id,
        "campaign_id": lead.campaign_id,
        "lead_id": lead.id,
        "contact_id": lead.contact_id,
        "seller_id": call.seller_id,
        "e164": call.e164,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "result": call.result.value,
        "source": "external",
        "external_id": call.external_id,
        "talk_seconds": max(0, int(talk)),
        "counted": call.counted,
        "applied_at": now,
    }
    row = _INSERT.one_or_none(session, values)
    return row.id if row is not None else None


def apply(
    session: Session,
    *,
    actor: Actor | None,
    lead: Lead,
    policy: Policy,
    call: ReportedCall,
    call_id: int,
    now: datetime,
) -> bool:
    """Let a recorded call count for its lead, and change its status where the table allows and it is the newest.

    Args:
        actor: who reported it; None for a job.

    Returns:
        Whether the status was decided by this call.
    """
    moved, _ = _apply(session, actor, lead, policy, call, call_id, now, around_of(session, lead))
    session.expire(lead)
    return moved


def _apply(
    session: Session,
    actor: Actor | None,
    lead: Lead,
    policy: Policy,
    call: ReportedCall,
    call_id: int,
    now: datetime,
    around: Around,
) -> tuple[bool, str | None]:
    """As ``apply``; also the status afterwards, for which the lead need not be read again."""
    newest = is_latest(lead, call.started_at)
    target = target_of(lead.status, call.result) if decides(lead, call.started_at) else None
    values: dict[str, object] = {}
    if call.counted:
        values["dial_attempts"] = around.attempts(lead)
        since_reset = lead.counting_from is None or call.started_at >= lead.counting_from
        if call.result in (CallResult.ANSWERED, CallResult.IN_PROGRESS) and since_reset:
            values["answered_count"] = lead.answered_count + 1
    if newest:
        values |= {"last_dial_attempt": call.started_at, "dial_result": call.result.value}
    if target is not None:
        values |= _moved(session, lead, policy, target, call, values, around, now)
    elif _used_up(lead, policy, values):
        values |= _waits(session, lead, policy, DialStatus(str(lead.status)), around, exhausted=True)
    if values.get("status") in FINAL_STATUSES:
        _cancel_callbacks(session, lead, now)
    event = Event(
        kind=None if target is not None else "call_refused",
        user_id=actor.user_id if actor is not None else None,
        call_id=call_id,
        action=call.result.value,
    )
    lead_status.change(session, cause=Cause.CALL, lead=lead, values=values, at=now, event=event)
    status = values.get("status", lead.status)
    return target is not None, None if status is None else str(status)


def by_kept_call(
    session: Session, *, lead: Lead, policy: Policy, result: CallResult, attempts: int, now: datetime
) -> dict[str, object]:
    """What a call makes of a new lead whose seller came too late to say more than that it took place.

    Nothing where the lead is not new, or a recycle made it so. A wrong number alone ends nobody.
    """
    if lead.status != DialStatus.NEW or lead.recycle_batch_id is not None or lead.id is None:
        return {}
    kept = CallResult.NO_ANSWER if result is CallResult.INVALID else result
    call = ReportedCall(lead_id=lead.id, result=kept, started_at=now)
    return _moved(
        session,
        lead,
        policy,
        _STATUS_OF[kept],
        call,
        {"dial_attempts": attempts},
        around_of(session, lead),
        now,
    )


def _moved(
    session: Session,
    lead: Lead,
    policy: Policy,
    target: DialStatus,
    call: ReportedCall,
    counters: dict[str, object],
    around: Around,
    now: datetime,
) -> dict[str, object]:
    """Status, campaign status, next attempt and queue for a lead that a call moved."""
    attempts = int(str(counters.get("dial_attempts", lead.dial_attempts)))
    exhausted = target in retry.RETRIED_STATUSES and attempts >= policy.max_attempts
    if exhausted and policy.close_exhausted:
        return {"last_status_change": now, **_waits(session, lead, policy, target, around, exhausted=True)}
    values: dict[str, object] = {"status": target.value}
    if target.value != lead.status:
        values["last_status_change"] = now
    if target is DialStatus.INVALID:
        values |= {"campaign_status": 5, "campaign_resolution": Resolution.UN.value}
    elif target is DialStatus.CONTACTED:
        values["campaign_status"] = 2 if lead.campaign_status in (1, 3) else lead.campaign_status
    elif lead.campaign_status == 1:
        values["campaign_status"] = 3
    dropped_before = lead.dial_result == DialStatus.DROPPED.value
    if target in retry.RETRIED_STATUSES:
        values["next_attempt_at"] = retry.next_attempt(
            policy.retry,
            target,
            attempts=attempts,
            dropped_before=dropped_before,
            now=max(call.ended_at or call.started_at, call.started_at),
            calendar=policy.calendar,
            segment=lead.segment,
        )
    quick = target is DialStatus.DROPPED and not dropped_before
    return values | _waits(session, lead, policy, target, around, exhausted=exhausted, quick_retry=quick)


def _used_up(lead: Lead, policy: Policy, counters: dict[str, object]) -> bool:
    """Whether an older call that came late was the last one allowed; the newest decides the status still."""
    attempts = int(str(counters.get("dial_attempts", lead.dial_attempts)))
    retried = {status.value for status in retry.RETRIED_STATUSES}
    return lead.status in retried and not lead.exhausted and attempts >= policy.max_attempts


def _waits(
    session: Session,
    lead: Lead,
    policy: Policy,
    status: DialStatus,
    around: Around,
    *,
    exhausted: bool,
    quick_retry: bool = False,
) -> dict[str, object]:
    """Where the lead waits with its new status; at the limit it is exhausted, or closed as the campaign says."""
    if lead.queue_state == QueueState.IN_HOPPER:
        _leave_hopper(session, lead)
    if exhausted and policy.close_exhausted:
        return {
            "status": DialStatus.CLOSED.value,
            "campaign_status": CampaignStatus.ENDED_WITHOUT_CONTACT.value,
            "campaign_resolution": Resolution.UN.value,
            "exhausted": False,
            "queue_state": QueueState.OUT.value,
        }
    state = queue_state.of_lead(
        status=status.value,
        exhausted=exhausted,
        owner_id=lead.owner_id,
        dialable=policy.dialable,
        list_active=not around.list_paused,
        callback_pending=around.callback_pending,
        quick_retry=quick_retry,
    )
    return {"exhausted": exhausted, "queue_state": state.value}


def _cancel_callbacks(session: Session, lead: Lead, now: datetime) -> None:
    """A lead that has ended is called back by nobody."""
    affected(
        session,
        update(Activity)
        .where(
            col(Activity.lead_id) == lead.id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .values(state="cancelled", completed_at=now),
    )


def _leave_hopper(session: Session, lead: Lead) -> None:
    """Somebody outside dialled a lead that was ready here: its free entry goes."""
    affected(
        session,
        delete(HopperEntry).where(col(HopperEntry.lead_id) == lead.id, col(HopperEntry.locked_by).is_(None)),
    )

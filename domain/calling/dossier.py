"""The dossier: everything the console shows about one person, assembled from two statements.

The claim has read lead, contact, draft and numbers already; here come the timeline and the other campaigns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import (
    Label,
    Row,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    outerjoin,
    select,
    union_all,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import Json
from domain.calling.actions import label_of
from domain.calling.effects import LeadRules
from domain.calling.models import Activity, Call, ConsoleAction, HopperEntry, Lead
from domain.calling.phones import Number, choose
from domain.calling.plan import LeadFacts
from domain.calling.views import CallbackView, Dossier, HistoryLine, OtherCampaign, PhoneView
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy
from domain.campaigns.segments import without_shift
from domain.codes import DialStatus, HopperState, Resolution, status_label
from domain.contacts.models import Contact
from domain.people.models import User
from domain.prepared import Prepared

HISTORY_LINES = 60
T = TypeVar("T")


@dataclass(frozen=True)
class InHand:
    """A claimed lead with what the claim has read already."""

    lead: Lead
    contact: Contact
    entry: HopperEntry
    numbers: list[Number]
    draft: str
    source: str
    promoted: bool = False


PROMOTED = exists(
    select(col(Activity.id))
    .join(
        ConsoleAction,
        and_(
            col(ConsoleAction.organisation_id) == col(Activity.organisation_id),
            col(ConsoleAction.slug) == col(Activity.action),
        ),
    )
    .where(
        col(Activity.contact_id) == col(Lead.contact_id),
        col(Activity.lead_id) == col(Lead.id),
        col(Activity.kind) == "call",
        col(Activity.state) == "completed",
        col(ConsoleAction.resolution) == Resolution.SP.value,
    )
).label("promoted")
"""Whether a promotion was started with a lead (and not undone), for a statement that reads ``Lead``."""


def facts_of(
    lead: Lead, numbers: list[Number], *, dialled: bool, wrong: str | None = None, promoted: bool = False
) -> LeadFacts:
    """The facts of a lead for planning its next outcome; an outcome without a dial counts one attempt.

    Args:
        wrong: the number that *wrong number* would mark.
    """
    return LeadFacts(
        status=lead.status,
        campaign_status=lead.campaign_status,
        resolution=lead.campaign_resolution,
        reason=lead.resolution_reason,
        attempts=lead.dial_attempts + (0 if dialled else 1),
        dropped_before=lead.dial_result == DialStatus.DROPPED,
        segment=lead.segment,
        last_good_number=not any(number.good and number.e164 != wrong for number in numbers),
        promoted=promoted,
    )


def build(
    session: Session, hand: InHand, policy: Policy, campaign: Campaign, *, now: datetime, language: str
) -> Dossier:
    """Assemble the dossier of a claimed lead (one statement)."""
    lead, contact, entry = hand.lead, hand.contact, hand.entry
    assert lead.id is not None
    assert contact.id is not None
    assert entry.expires_at is not None
    assert campaign.id is not None
    history, others, callback = timeline(
        session, organisation_id=lead.organisation_id, lead=lead, language=language
    )
    calendar = policy.calendar
    place = without_shift(lead.segment)
    phone_views = _phones(hand.numbers, entry.e164)
    facts = facts_of(
        lead,
        hand.numbers,
        dialled=entry.call_id is not None,
        wrong=entry.e164 or next((phone.e164 for phone in phone_views if phone.next), None),
        promoted=hand.promoted,
    )
    dialling = entry.state == HopperState.DIALING
    last_result, last_attempt_at = _last_attempt(lead, history)
    return Dossier(
        lead_id=lead.id,
        version=lead.version,
        campaign_id=campaign.id,
        campaign=campaign.name,
        contact_id=contact.id,
        name=contact.name or contact.company or "(no name)",
        source=hand.source,
        zone=calendar.zones(lead.segment)[0].key,
        callable_now=calendar.is_open(now, place),
        open_until=calendar.open_until(now, place),
        next_open=calendar.next_open(now, place),
        attempts=lead.dial_attempts,
        max_attempts=policy.max_attempts,
        status=lead.status,
        campaign_status=lead.campaign_status,
        resolution=lead.campaign_resolution,
        claim_expires_at=entry.expires_at,
        rules=LeadRules(facts, policy),
        last_result=last_result,
        last_attempt_at=last_attempt_at,
        company=contact.company,
        email=contact.email,
        address=_address(contact),
        tags=tuple(contact.tags),
        notes=contact.notes,
        attributes=tuple({**contact.attributes, **lead.attributes}.items()),
        phones=phone_views,
        draft=hand.draft,
        script=campaign.script,
        callback=callback,
        others=others,
        history=history,
        dialling_since=entry.dialled_at if dialling else None,
        dialled_number=entry.e164 if entry.call_id is not None else None,
    )


def _last_attempt(lead: Lead, history: tuple[HistoryLine, ...]) -> tuple[str | None, datetime | None]:
    """How the last attempt in this campaign ended, and when that one was; of a call whose outcome was taken
    back only the time is true.
    """
    calls = [line for line in history if line.kind == "call" and not line.campaign]
    for line in calls:
        if not line.undone:
            return line.label, line.at
    if calls or not lead.dial_attempts:
        return None, lead.last_dial_attempt
    return status_label(lead.status), lead.last_dial_attempt


def _address(contact: Contact) -> str | None:
    city = " ".join(part for part in (contact.postal_code, contact.city) if part)
    parts = (contact.address, city, contact.state, contact.country)
    return ", ".join(part for part in parts if part) or None


def _phones(numbers: list[Number], chosen: str | None) -> tuple[PhoneView, ...]:
    if chosen is None or not any(number.e164 == chosen and number.good for number in numbers):
        best = choose(numbers, 0)
        chosen = best.e164 if best else None
    return tuple(
        PhoneView(
            e164=number.e164,
            kind=number.kind,
            bad=number.bad,
            do_not_call=number.do_not_call,
            next=number.e164 == chosen,
            answered_at=number.answered_at,
        )
        for number in numbers
    )


def _nothing(name: str, kind: TypeEngine[T]) -> Label[T]:
    """A typed NULL, so that the parts of the timeline fit together on PostgreSQL."""
    return cast(null(), kind).label(name)


_WITH_NAMES = (
    outerjoin(Activity, Call, col(Call.id) == col(Activity.call_id))
    .outerjoin(User, col(User.id) == col(Activity.seller_id))
    .outerjoin(Campaign, col(Campaign.id) == col(Activity.campaign_id))
    .outerjoin(
        ConsoleAction,
        (col(ConsoleAction.organisation_id) == col(Activity.organisation_id))
        & (col(ConsoleAction.slug) == col(Activity.action)),
    )
)
_ACTIVITIES = (
    select(
        literal("activity").label("part"),
        col(Activity.id).label("id"),
        func.coalesce(col(Call.started_at), col(Activity.at)).label("at"),
        col(Activity.kind).label("kind"),
        col(Activity.state).label("state"),
        col(Activity.action).label("action"),
        col(ConsoleAction.labels).label("labels"),
        col(Activity.notes).label("notes"),
        col(Activity.due_at).label("due_at"),
        col(Call.result).label("result"),
        col(Call.talk_seconds).label("talk_seconds"),
        col(User.name).label("who"),
        col(Activity.lead_id).label("lead_id"),
        col(Campaign.name).label("campaign"),
        col(Campaign.active).label("active"),
        literal(0).label("campaign_status"),
        _nothing("resolution", String()),
    )
    .select_from(_WITH_NAMES)
    .where(col(Activity.contact_id) == bindparam("contact_id"), col(Activity.kind) != "draft")
    .order_by(col(Activity.at).desc(), col(Activity.id).desc())
    .limit(HISTORY_LINES)
    .subquery()
)
_REPORTED_CALLS = (
    select(
        literal("call").label("part"),
        col(Call.id).label("id"),
        col(Call.started_at).label("at"),
        literal("call").label("kind"),
        literal("completed").label("state"),
        col(Call.action).label("action"),
        _nothing("labels", Json),
        _nothing("notes", String()),
        _nothing("due_at", UTCDateTime()),
        col(Call.result).label("result"),
        col(Call.talk_seconds).label("talk_seconds"),
        col(User.name).label("who"),
        col(Call.lead_id).label("lead_id"),
        col(Campaign.name).label("campaign"),
        col(Campaign.active).label("active"),
        literal(0).label("campaign_status"),
        _nothing("resolution", String()),
    )
    .select_from(
        outerjoin(Call, User, col(User.id) == col(Call.seller_id)).outerjoin(
            Campaign, col(Campaign.id) == col(Call.campaign_id)
        )
    )
    .where(col(Call.contact_id) == bindparam("contact_id"), col(Call.source) != "console")
    .order_by(col(Call.started_at).desc())
    .limit(HISTORY_LINES)
    .subquery()
)
_OTHER_CAMPAIGNS = (
    select(
        literal("lead").label("part"),
        col(Lead.id).label("id"),
        col(Lead.last_action_at).label("at"),
        literal("lead").label("kind"),
        col(Lead.status).label("state"),
        _nothing("action", String()),
        _nothing("labels", Json),
        _nothing("notes", String()),
        _nothing("due_at", UTCDateTime()),
        _nothing("result", String()),
        literal(0).label("talk_seconds"),
        _nothing("who", String()),
        col(Lead.id).label("lead_id"),
        col(Campaign.name).label("campaign"),
        col(Campaign.active).label("active"),
        col(Lead.campaign_status).label("campaign_status"),
        col(Lead.campaign_resolution).label("resolution"),
    )
    .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
    .where(col(Lead.contact_id) == bindparam("contact_id"), col(Lead.id) != bindparam("lead_id"))
    .subquery()
)
_TIMELINE = Prepared(union_all(select(_ACTIVITIES), select(_REPORTED_CALLS), select(_OTHER_CAMPAIGNS)))


def timeline(
    session: Session, *, organisation_id: int, lead: Lead, language: str
) -> tuple[tuple[HistoryLine, ...], tuple[OtherCampaign, ...], CallbackView | None]:
    """The contact's history newest first, places in other campaigns, and this lead's pending callback."""
    rows = _TIMELINE.all(
        session, {"contact_id": lead.contact_id, "lead_id": lead.id, "organisation_id": organisation_id}
    )
    others = tuple(
        OtherCampaign(row.campaign, row.active, row.state, row.campaign_status, row.resolution, row.at)
        for row in rows
        if row.part == "lead"
    )
    lines = [row for row in rows if row.part != "lead"]
    pending = [row for row in lines if row.state == "pending" and row.lead_id == lead.id]
    callback = None
    if pending:
        first = min(pending, key=lambda row: row.due_at)
        callback = CallbackView(first.id, first.due_at, first.notes, first.who)
    lines.sort(key=lambda row: (row.at, row.id), reverse=True)
    history = tuple(_line(row, lead, language) for row in lines[:HISTORY_LINES])
    return history, others, callback


def _line(row: Row[tuple[object, ...]], lead: Lead, language: str) -> HistoryLine:
    what = row.action or row.result or row.kind
    label = label_of(row.labels or {}, language, str(what).replace("_", " ").replace("-", " "))
    return HistoryLine(
        at=row.due_at if row.kind == "callback" and row.due_at else row.at,
        kind=row.kind,
        label=label,
        glyph=_glyph(row),
        who=row.who,
        note=row.notes,
        campaign=row.campaign if row.lead_id != lead.id else None,
        result=row.result,
        action=row.action,
        talk_seconds=row.talk_seconds or 0,
        undone=row.state == "undone",
    )


def _glyph(row: Row[tuple[object, ...]]) -> str:
    """Undone, pending callback, spoken with, not reached, note: told apart without colour."""
    if row.state == "undone":
        return "↶"
    if row.kind == "callback":
        return "◷" if row.state == "pending" else "◆"
    if row.kind == "note":
        return "✎"
    return "●" if row.result in ("answered", "in_progress", "dropped") else "○"

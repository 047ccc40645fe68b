"""Undo: a seller's outcomes, newest first, each taken back exactly or refused; history keeps both.

Twenty deep, ten minutes. An outcome can be undone while its lead is unchanged since. One that was only kept, because
the lead had left the seller's hands, changed nothing to take back; what came before it is not undone in its stead.
Source: the calling specification, section 2 "undo".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Integer, bindparam, func, select, update
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import metadata
from domain.calling import claims, giving_back, history, holding, late, lead_status, queue_state
from domain.calling.actions import label_of
from domain.calling.lead_status import Event
from domain.calling.models import Activity, ConsoleAction, HistoryEvent, Lead, UndoEntry
from domain.calling.status_table import Cause
from domain.calling.views import UndoResult
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import HopperState
from domain.constructs import upsert
from domain.contacts import do_not_call
from domain.contacts.models import Contact, DoNotCall
from domain.errors import Conflict, NotFound
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sales import sales
from domain.sql import LEAD, ORGANISATION, SELLER, affected, change_row

DEPTH = 20
WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class _Former:
    """What an outcome wrote, as its undo entry keeps it."""

    lead: Mapping[str, object]
    version: int
    counters: Mapping[str, object]
    action: str
    call: int
    call_before: Mapping[str, object] | None
    made: list[int]
    closed: list[int]
    sale: int | None
    register: list[int]
    blocked: list[tuple[int, int, Mapping[str, object]]]
    cancelled: list[int]
    bad_phone: int | None


def _former(entry: UndoEntry) -> _Former:
    kept = entry.former
    return _Former(
        lead=cast(Mapping[str, object], kept["lead"]),
        version=cast(int, kept["version"]),
        counters=cast(Mapping[str, object], kept["counters"]),
        action=str(kept["action"]),
        call=cast(int, kept["call"]),
        call_before=cast(Mapping[str, object] | None, kept.get("call_before")),
        made=cast(list[int], kept.get("made", [])),
        closed=cast(list[int], kept.get("closed", [])),
        sale=cast(int | None, kept.get("sale")),
        register=cast(list[int], kept.get("register", [])),
        blocked=[
            (int(lead_id), int(version), values)
            for lead_id, version, values in cast(
                list[tuple[int, int, Mapping[str, object]]], kept.get("blocked", [])
            )
        ],
        cancelled=cast(list[int], kept.get("cancelled", [])),
        bad_phone=cast(int | None, kept.get("bad_phone")),
    )


_READ = (
    select(Lead, Contact, Campaign, ConsoleAction)
    .join(Contact, col(Contact.id) == col(Lead.contact_id))
    .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
    .outerjoin(
        ConsoleAction,
        (col(ConsoleAction.organisation_id) == col(Lead.organisation_id))
        & (col(ConsoleAction.slug) == col(Lead.last_console_action)),
    )
    .where(col(Lead.id) == LEAD)
    .execution_options(populate_existing=True)
)


def undo(session: Session, *, actor: Actor, now: datetime, language: str = "en") -> UndoResult:
    """Take back the seller's last outcome and bring the person back into their hands.

    The person now in hand goes to the front, with the draft, not as a skip.

    Raises:
        NotFound: nothing to undo (none in ten minutes).  Conflict: a call is running, the lead was changed since
            (the line says by whom), or the last outcome was only kept.
    """
    require(actor, *SELLING_ROLES, to="undo an outcome")
    in_hand = holding.own_entry(session, actor=actor)
    if in_hand is not None and in_hand.state == HopperState.DIALING:
        raise Conflict("A call is running: end it first.", code="in_call")
    entry = _last(session, actor, now)
    former = _former(entry)
    put_aside = [in_hand.lead_id] if in_hand is not None else []
    _lock(session, [entry.lead_id, *put_aside, *(lead_id for lead_id, _, _ in former.blocked)])
    lead, contact, campaign, action = session.execute(_READ, {"lead": entry.lead_id}).one()
    if lead.version != entry.lead_version:
        raise Conflict(
            f"{contact.name}: {late.handled(session, lead, actor=actor)}; it cannot be undone any more.",
            code="already_handled",
        )
    note = _take_back(session, actor, entry, former, now)
    kept = _unblock(session, actor, former, now)
    _restore_lead(session, actor, entry, lead, former, now)
    back = [lead_id for lead_id, _, _ in former.blocked if lead_id not in kept]
    _reopen_callbacks(session, former, [entry.lead_id, *back])
    queue_state.keep_paused_out(session, lead_ids=[entry.lead_id, *back])
    again = do_not_call.block_again(session, actor=actor, lead_ids=[entry.lead_id, *back], now=now)
    kept += [lead_id for lead_id in back if lead_id in again]
    if in_hand is not None:
        giving_back.put_to_front(session, actor=actor, entry=in_hand, now=now)
    if note:
        _draft_again(session, actor, entry.lead_id, note, now)
    claims.take_back(session, actor=actor, lead=lead, policy=policy_of(campaign), now=now)
    if former.call_before is not None:
        holding.link_call(session, lead_id=entry.lead_id, call_id=former.call, now=now)
    label = label_of(action.labels, language, former.action) if action is not None else former.action
    notices: tuple[str, ...] = (f"{len(kept)} lead(s) changed since stay on do not call",) if kept else ()
    if entry.lead_id in again:
        notices += (f"{contact.name} was put on the do-not-call register meanwhile",)
    return UndoResult(
        lead_id=entry.lead_id,
        campaign_id=entry.campaign_id,
        name=contact.name or contact.company or "",
        action=former.action,
        label=label,
        notices=notices,
        kept=tuple(kept),
    )


def depth(session: Session, *, actor: Actor, now: datetime) -> int:
    """How many outcomes could be undone now (their leads may have been changed since)."""
    return len(_stack(session, actor, now))


def _stack(session: Session, actor: Actor, now: datetime) -> list[int]:
    """The entries that can be undone, the newest last: what was pushed out at the bottom does not come back."""
    entries = session.execute(_ENTRIES, _lately(actor, now))
    stack: list[tuple[int, datetime | None]] = []
    for entry_id, at, undone_at in entries:
        standing = [(other, undone) for other, undone in stack if undone is None or undone >= at]
        stack = [*standing, (entry_id or 0, undone_at)][-DEPTH:]
    return [entry_id for entry_id, undone_at in stack if undone_at is None]


_SINCE = bindparam("since", type_=UTCDateTime())
_ONLY_KEPT = (
    col(HistoryEvent.organisation_id) == ORGANISATION,
    col(HistoryEvent.user_id) == SELLER,
    col(HistoryEvent.at) > _SINCE,
    col(HistoryEvent.kind) == "outcome_refused",
)
"""The outcomes of a seller of which only call and note were kept."""
_ENTRIES = (
    select(col(UndoEntry.id), col(UndoEntry.at), col(UndoEntry.undone_at))
    .where(
        col(UndoEntry.organisation_id) == ORGANISATION,
        col(UndoEntry.seller_id) == SELLER,
        col(UndoEntry.at) > _SINCE,
        col(UndoEntry.event_id)
        > select(func.coalesce(func.max(col(HistoryEvent.id)), 0)).where(*_ONLY_KEPT).scalar_subquery(),
    )
    .order_by(col(UndoEntry.id))
)
_LAST_KEPT = (
    select(col(Contact.name), col(Contact.company))
    .join(HistoryEvent, col(HistoryEvent.contact_id) == col(Contact.id))
    .where(*_ONLY_KEPT)
    .order_by(col(HistoryEvent.id).desc())
    .limit(1)
)


def _lately(actor: Actor, now: datetime) -> dict[str, object]:
    return {"organisation": actor.organisation_id, "seller": actor.user_id, "since": now - WITHIN}


def _refuse_only_kept(session: Session, actor: Actor, now: datetime) -> None:
    person = session.execute(_LAST_KEPT, _lately(actor, now)).one_or_none()
    if person is not None:
        raise Conflict(
            f"{person[0] or person[1] or 'This person'} was out of your hands: of your last outcome only call and "
            "note were kept, and that cannot be undone.",
            code="only_kept",
        )


def _last(session: Session, actor: Actor, now: datetime) -> UndoEntry:
    stack = _stack(session, actor, now)
    if not stack:
        _refuse_only_kept(session, actor, now)
        raise NotFound(
            "There is nothing to undo: no outcome of yours in the last 10 minutes.", code="no_undo"
        )
    entry: UndoEntry = session.execute(select(UndoEntry).where(col(UndoEntry.id) == stack[-1])).scalar_one()
    return entry


def _lock(session: Session, lead_ids: Sequence[int]) -> None:
    """The leads, in the order of their ids: whoever changes several takes them so, and nobody waits in a circle."""
    session.execute(
        select(col(Lead.id))
        .where(col(Lead.id).in_(lead_ids))
        .order_by(col(Lead.id))
        .with_for_update(key_share=True)
    ).all()


def _take_back(
    session: Session, actor: Actor, entry: UndoEntry, former: _Former, now: datetime
) -> str | None:
    """Call, activities, sale, phone mark and register as they were; returns the note that was recorded."""
    values: dict[str, object] = {"undone_at": now}
    if former.call_before is not None:
        # The call was dialled before the outcome: it stays an attempt, waiting for its outcome again.
        values = {"action": None, "campaign_status": None, "resolution": None, **_times(former.call_before)}
    change_row(session, "call", former.call, values)
    notes = session.execute(
        update(Activity)
        .where(col(Activity.id).in_(former.made))
        .values(state="undone")
        .returning(col(Activity.notes)),
        execution_options={"synchronize_session": False},
    ).scalars()
    note = next((text for text in notes if text), None)
    if former.sale is not None:
        sales.cancel(session, sale_id=former.sale, now=now)
    if former.bad_phone is not None:
        change_row(session, "contact_phone", former.bad_phone, {"bad": False})
    if former.register:
        affected(
            session,
            update(DoNotCall)
            .where(col(DoNotCall.id).in_(former.register), col(DoNotCall.removed_at).is_(None))
            .values(removed_at=now, removed_by=actor.user_id),
        )
    change_row(session, "undo_entry", entry.id or 0, {"undone_at": now})
    return note


def _reopen_callbacks(session: Session, former: _Former, lead_ids: Sequence[int]) -> None:
    """Callbacks that the outcome ended are pending again, but for leads that stay as they are."""
    ended = [*former.closed, *former.cancelled]
    if ended:
        affected(
            session,
            update(Activity)
            .where(col(Activity.id).in_(ended), col(Activity.lead_id).in_(lead_ids))
            .values(state="pending", completed_at=None),
        )


def _times(values: Mapping[str, object]) -> dict[str, object]:
    return {
        key: datetime.fromisoformat(value) if key == "ended_at" and isinstance(value, str) else value
        for key, value in values.items()
    }


def _unblock(session: Session, actor: Actor, former: _Former, now: datetime) -> list[int]:
    """Leads the register had blocked come back; returns those somebody changed since."""
    if not former.blocked:
        return []
    found = session.execute(
        select(Lead)
        .where(col(Lead.id).in_([lead_id for lead_id, _, _ in former.blocked]))
        .execution_options(populate_existing=True)
    ).scalars()
    leads = {lead.id: lead for lead in found}
    kept: list[int] = []
    for lead_id, version, values in former.blocked:
        lead = leads.get(lead_id)
        if lead is None or lead.version != version:
            kept.append(lead_id)
            continue
        back = _back({name: values[name] for name in do_not_call.BLOCKED_VALUES if name in values})
        event = Event(user_id=actor.user_id)
        lead_status.change(session, cause=Cause.UNDO, lead=lead, values=back, at=now, event=event)
        _follow(session, lead_id, version - 1, version + 1)
    return kept


_FOLLOWED = (
    update(UndoEntry)
    .where(
        col(UndoEntry.lead_id) == LEAD,
        col(UndoEntry.lead_version) == bindparam("known_as", type_=Integer()),
        col(UndoEntry.undone_at).is_(None),
    )
    .values(lead_version=bindparam("now_as", type_=Integer()))
)


def _follow(session: Session, lead_id: int, former: int, version: int) -> None:
    """The lead is as it was at its ``former`` version: what was done before that can be undone still."""
    affected(session, _FOLLOWED, {"lead": lead_id, "known_as": former, "now_as": version})


def _back(values: Mapping[str, object]) -> dict[str, object]:
    """Former values of a lead; one that stood in the hopper waits in the pool again."""
    restored = history.restored(values)
    if restored.get("queue_state") == 1:
        restored["queue_state"] = 0
    return restored


def _counters_back(former: _Former, lead: Lead) -> dict[str, object]:
    """The counters without this outcome: a call that was only kept may have been counted since."""
    now, then, added = history.lead_values(lead), former.lead, former.counters
    values: dict[str, object] = {
        name: cast(int, now[name]) - cast(int, added[name]) + cast(int, then[name])
        for name in ("dial_attempts", "answered_count")
    }
    if now["last_dial_attempt"] != added["last_dial_attempt"]:
        values["last_dial_attempt"] = lead.last_dial_attempt
    return values


def _restore_lead(
    session: Session, actor: Actor, entry: UndoEntry, lead: Lead, former: _Former, now: datetime
) -> None:
    values = _back(former.lead) | _counters_back(former, lead)
    event = Event(user_id=actor.user_id, call_id=former.call, action=former.action, undoes=entry.event_id)
    lead_status.change(session, cause=Cause.UNDO, lead=lead, values=values, at=now, event=event)
    _follow(session, entry.lead_id, former.version, lead.version + 1)


_RENEWED_DRAFT = upsert(
    metadata.tables["draft"], keys=("organisation_id", "seller_id", "lead_id"), update=("text", "updated_at")
)


def _draft_again(session: Session, actor: Actor, lead_id: int, note: str, now: datetime) -> None:
    """The note that went with the outcome is the draft again."""
    values = {
        "organisation_id": actor.organisation_id,
        "seller_id": actor.user_id,
        "lead_id": lead_id,
        "text": note,
        "updated_at": now,
    }
    session.execute(_RENEWED_DRAFT, values)

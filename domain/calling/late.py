"""Outcomes that come late, or for a lead that is not in the seller's hands: accepted, kept aside, or refused.

Source: the calling specification, section 2 "getting a lead": an outcome after expiry is accepted if nobody
took the lead since; otherwise call and note are stored and the seller is told who has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from domain.calling import expiry
from domain.calling.models import Activity, Call, HistoryEvent, HopperEntry, Lead
from domain.campaigns.segments import zone_named
from domain.codes import FINAL_STATUSES, DialStatus
from domain.errors import Conflict, NotAllowed
from domain.people.models import User
from domain.people.rights import Actor


@dataclass(frozen=True)
class Standing:
    """What an outcome without a claim may do.

    ``why``: None where it may be recorded, else why only call and note are kept ("is in ben's hands now").
    ``expired``: the seller's own claim was the last thing that happened to the lead.
    ``entry``: the lead's hopper entry as it is now. ``dialled``: the call that still waits for an outcome.
    """

    why: str | None
    expired: bool
    entry: HopperEntry | None
    dialled: Call | None


def without_claim(session: Session, *, actor: Actor, lead: Lead, now: datetime) -> Standing:
    """Whether an outcome without a claim may be recorded.

    Raises:
        NotAllowed: the lead is not this seller's.  Conflict: somebody else has it in hand.
    """
    entry = _entry(session, lead)
    last = _last_event(session, lead)
    expired = last is not None and last[0].kind == "claim_expired" and last[0].user_id == actor.user_id
    had_it = expired or _had_claim(session, lead, actor)
    dialled = _waiting_call(session, lead, actor) if had_it else None
    if entry is not None and entry.locked_by is not None and entry.locked_by != actor.user_id:
        if (entry.expires_at or now) > now:
            holder = session.execute(
                select(col(User.name)).where(col(User.id) == entry.locked_by)
            ).scalar_one()
            if had_it:
                return Standing(f"is in {holder}'s hands now", False, entry, dialled)
            raise Conflict(f"{holder} has lead {lead.id} in hand.", code="held")
        expiry.note(session, entry=entry, lead=lead, now=now)
    if had_it and (not expired or lead.status in FINAL_STATUSES):
        return Standing(ended(session, lead, actor=actor), False, entry, dialled)
    if expired or actor.leads_others or lead.owner_id == actor.user_id or _own_callback(session, lead, actor):
        return Standing(None, expired, entry, dialled)
    raise NotAllowed(
        f"Lead {lead.id} is not in your hands; take the next one with: dialdeck leads next", code="no_claim"
    )


def arrived(
    session: Session, *, actor: Actor, lead: Lead, action: str, expected_version: int | None
) -> HistoryEvent | None:
    """The event of this very outcome, where it was recorded before and only the answer did not come back.

    It is the last thing that happened to the lead since the seller saw it in ``expected_version``.
    """
    last = _last_event(session, lead) if expected_version is not None else None
    if last is None or (last[0].user_id, last[0].action) != (actor.user_id, action):
        return None
    versions = {"outcome": 1, "outcome_refused": 0}
    if last[0].kind not in versions or lead.version - versions[last[0].kind] != expected_version:
        return None
    return last[0]


def ended(session: Session, lead: Lead, *, actor: Actor) -> str:
    """Why a lead that was in the seller's hands takes no outcome any more."""
    if lead.status == DialStatus.DNC:
        return "was put on the do-not-call register meanwhile"
    return f"was {handled(session, lead, actor=actor)}"


def _entry(session: Session, lead: Lead) -> HopperEntry | None:
    """Read anew: the lead is locked by now, so this cannot change any more."""
    entry: HopperEntry | None = session.execute(
        select(HopperEntry)
        .where(col(HopperEntry.campaign_id) == lead.campaign_id, col(HopperEntry.lead_id) == lead.id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return entry


def _waiting_call(session: Session, lead: Lead, actor: Actor) -> Call | None:
    """The seller's last dialled call of this lead, if nobody has said how it ended."""
    call: Call | None = session.execute(
        select(Call)
        .where(
            col(Call.organisation_id) == lead.organisation_id,
            col(Call.lead_id) == lead.id,
            col(Call.seller_id) == actor.user_id,
            col(Call.source) == "console",
            col(Call.undone_at).is_(None),
        )
        .order_by(col(Call.started_at).desc(), col(Call.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return call if call is not None and call.action is None else None


def _own_callback(session: Session, lead: Lead, actor: Actor) -> bool:
    mine = exists(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == lead.id,
            col(Activity.state) == "pending",
            col(Activity.seller_id) == actor.user_id,
        )
    )
    return bool(session.execute(select(mine)).scalar_one())


def _had_claim(session: Session, lead: Lead, actor: Actor) -> bool:
    """Whether a claim of this seller on the lead expired and they have not recorded an outcome for it since."""
    row = session.execute(
        select(col(HistoryEvent.kind))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.lead_id) == lead.id,
            col(HistoryEvent.user_id) == actor.user_id,
            col(HistoryEvent.kind).in_(("claim_expired", "outcome", "outcome_refused")),
        )
        .order_by(col(HistoryEvent.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    return row == "claim_expired"


def _last_event(session: Session, lead: Lead) -> tuple[HistoryEvent, str | None] | None:
    row = session.execute(
        select(HistoryEvent, col(User.name))
        .outerjoin(User, col(User.id) == col(HistoryEvent.user_id))
        .where(
            col(HistoryEvent.organisation_id) == lead.organisation_id, col(HistoryEvent.lead_id) == lead.id
        )
        .order_by(col(HistoryEvent.id).desc())
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def handled(session: Session, lead: Lead, *, actor: Actor) -> str:
    """Who changed the lead last and when, in the shop's time: "already handled by ana at 10:32"."""
    last = _last_event(session, lead)
    if last is None:
        return "changed meanwhile"
    event, name = last
    when = event.at.astimezone(zone_named(actor.timezone))
    return f"already handled by {name or 'the system'} at {when:%H:%M}"

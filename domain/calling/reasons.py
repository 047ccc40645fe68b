"""Adding a reason to an outcome that is recorded already: one digit, nobody is held up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from domain.calling import history, holding, late, outcomes
from domain.calling.models import Lead, UndoEntry
from domain.calling.plan import Plan
from domain.calling.views import OutcomeResult
from domain.codes import FINAL_STATUSES
from domain.errors import Conflict, NotFound
from domain.people.rights import SELLING_ROLES, Actor, require
from domain.sql import affected


def add_reason(
    session: Session, *, actor: Actor, code: int, now: datetime, language: str = "en"
) -> OutcomeResult:
    """Add a reason to the seller's last outcome, until the next dial or outcome.

    Raises:
        NotFound: there is no outcome to explain.  Invalid: not a reason of that outcome.
        Conflict: the next call has begun, or the lead was changed since.
    """
    require(actor, *SELLING_ROLES, to="record outcomes")
    entry = session.execute(
        select(UndoEntry)
        .where(
            col(UndoEntry.organisation_id) == actor.organisation_id,
            col(UndoEntry.seller_id) == actor.user_id,
            col(UndoEntry.undone_at).is_(None),
        )
        .order_by(col(UndoEntry.id).desc())
        .limit(1)
    ).scalar_one_or_none()
    if entry is None:
        raise NotFound("There is no outcome yet to give a reason for.", code="no_outcome")
    in_hand = holding.own_entry(session, actor=actor)
    if in_hand is not None and in_hand.dialled_at is not None and in_hand.dialled_at > entry.at:
        raise Conflict("Your next call has begun; the reason can be given by a supervisor.", code="too_late")
    former: Mapping[str, object] = entry.former
    meaning = outcomes.action_of(session, actor.organisation_id, str(former["action"]), language)
    work = outcomes.read(session, actor, entry.lead_id, meaning, now, None, language)
    if work.lead.version != entry.lead_version:
        raise Conflict(late.handled(session, work.lead, actor=actor), code="already_handled")
    chosen = outcomes.checked_reason(work, code, work.lead.campaign_resolution)
    affected(
        session,
        update(Lead)
        .where(col(Lead.id) == entry.lead_id)
        .values(resolution_reason=chosen, version=work.lead.version + 1, updated_at=now),
    )
    affected(
        session,
        update(UndoEntry).where(col(UndoEntry.id) == entry.id).values(lead_version=entry.lead_version + 1),
    )
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="reason",
        user_id=actor.user_id,
        lead_id=entry.lead_id,
        contact_id=work.lead.contact_id,
        campaign_id=entry.campaign_id,
        action=work.action.slug,
        before={"resolution_reason": work.lead.resolution_reason},
        after={"resolution_reason": chosen},
    )
    unchanged = Plan(
        work.lead.status,
        work.lead.campaign_status,
        work.lead.campaign_resolution,
        ends=work.lead.status in FINAL_STATUSES,
        next_attempt_at=None if work.lead.status in FINAL_STATUSES else work.lead.next_attempt_at,
        segment=work.lead.segment,
    )
    return outcomes.result_of(work, unchanged, chosen, entry.event_id, ())

"""Giving one claim back: to the hopper, to the front for its seller, behind the others, or to wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from domain.calling import expiry, history
from domain.calling.models import HeldNumber, HopperEntry, Lead
from domain.codes import FINAL_STATUSES, HopperState, QueueState
from domain.errors import Conflict
from domain.people.rights import Actor
from domain.sql import affected

KEPT = timedelta(minutes=10)
SKIPPED = timedelta(minutes=10)


def release(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> None:
    """Give a claim back to where it came from.

    A dialled person without an outcome stays in hand until the lease ends, so that the call is not lost.

    Raises:
        Conflict: a call is running or waits for its outcome.
    """
    if entry.call_id is not None and _still_mine(session, actor, entry):
        raise Conflict(
            "The person you called last still waits for an outcome; record it first.", code="outcome_missing"
        )
    free(session, actor, entry, now)


def _still_mine(session: Session, actor: Actor, entry: HopperEntry) -> bool:
    """Whether a claim read before stands; its outcome may have been recorded at another terminal since."""
    found: int | None = session.execute(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.id) == entry.id, col(HopperEntry.locked_by) == actor.user_id
        )
    ).scalar_one_or_none()
    return found is not None


def free(session: Session, actor: Actor, entry: HopperEntry, now: datetime, **values: object) -> bool:
    """Back into the hopper where the lead came from there and its time has come, else to wait where it belongs.

    False where the claim was not this seller's any more.
    """
    mine = (col(HopperEntry.id) == entry.id, col(HopperEntry.locked_by) == actor.user_id)
    found = session.execute(
        select(Lead)
        .join(HopperEntry, col(HopperEntry.lead_id) == col(Lead.id))
        .where(*mine)
        .with_for_update(of=[Lead, HopperEntry], key_share=True)  # the lead first, as an outcome does
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return False
    lead, due = found[0], found[0].next_attempt_at <= now
    affected(session, delete(HeldNumber).where(col(HeldNumber.entry_id) == entry.id))
    pooled = entry.from_pool and lead.queue_state == QueueState.IN_HOPPER
    if lead.status in FINAL_STATUSES:
        expiry.note(
            session, entry=entry, lead=lead, now=now
        )  # what the seller says of the call is kept still
        affected(session, delete(HopperEntry).where(*mine))
    elif (pooled and due) or "kept_for" in values or (values and not entry.from_pool):
        free = {**_FREE, **values, "from_pool": pooled and due}
        affected(session, update(HopperEntry).where(*mine).values(free))
    else:
        affected(session, delete(HopperEntry).where(*mine))
    if pooled and not due:
        wait = update(Lead).where(
            col(Lead.id) == entry.lead_id, col(Lead.queue_state) == QueueState.IN_HOPPER.value
        )
        affected(session, wait.values(queue_state=QueueState.READY.value))
    return True


_FREE: dict[str, object] = {
    "state": HopperState.NEW.value,
    "locked_by": None,
    "locked_at": None,
    "expires_at": None,
    "dialled_at": None,
    "call_id": None,
    "kept_for": None,
    "kept_until": None,
}


def put_to_front(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> None:
    """The person in hand steps back for a moment and is the next one for this seller (no skip).

    A call that waits for its outcome goes along, so that it is not counted twice.
    """
    free(session, actor, entry, now, kept_for=actor.user_id, kept_until=now + KEPT, call_id=entry.call_id)


def skip(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> None:
    """Put off for ten minutes, then behind the others who wait; recorded with who and when.

    Raises:
        Conflict: the claim ended at this very moment.
    """
    if not free(session, actor, entry, now, ready_at=now, kept_until=now + SKIPPED):
        raise Conflict("This person is not in your hands any more.", code="no_claim")
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="skip",
        user_id=actor.user_id,
        lead_id=entry.lead_id,
        campaign_id=entry.campaign_id,
    )

"""Taking, keeping and giving back one claim: the writes behind ``domain.calling.claims``."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, or_, outerjoin, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from domain.calling import history, phones
from domain.calling.candidates import Candidate
from domain.calling.dossier import InHand
from domain.calling.models import Activity, Draft, HeldNumber, HistoryEvent, HopperEntry, Lead
from domain.calling.phones import Number
from domain.campaigns.policy import Policy
from domain.codes import FINAL_STATUSES, HopperSource, HopperState, QueueState
from domain.contacts.models import Contact
from domain.errors import Conflict, NotFound
from domain.people.models import User
from domain.people.rights import Actor
from domain.sql import affected, timed

LEASE = timedelta(minutes=10)
DIALLED_LEASE = timedelta(minutes=60)
KEPT = timedelta(minutes=10)
SKIPPED = timedelta(minutes=10)

_SOURCES = {
    "callback": HopperSource.CALLBACK,
    "callback_any": HopperSource.CALLBACK,
    "dropped": HopperSource.DROPPED,
    "assigned": HopperSource.RETRY,
}

_CLAIM_SQL = timed(
    """INSERT INTO hopper_entry (organisation_id, campaign_id, lead_id, e164, segment, rank, source, state,
 from_pool, ready_at, locked_by, locked_at, expires_at, created_at)
 VALUES (:organisation, :campaign, :lead, :e164, :segment, :rank, :source, 'locked', :from_pool,
 :now, :seller, :now, :expires, :now)
 ON CONFLICT (campaign_id, lead_id) DO UPDATE SET state = 'locked', e164 = excluded.e164,
 locked_by = excluded.locked_by,
 locked_at = excluded.locked_at, expires_at = excluded.expires_at, kept_for = NULL, kept_until = NULL,
 dialled_at = NULL,
 call_id = CASE WHEN hopper_entry.kept_for = :seller THEN hopper_entry.call_id ELSE NULL END
 WHERE hopper_entry.state = 'new' OR hopper_entry.expires_at <= :now OR hopper_entry.locked_by = :seller
 RETURNING id, call_id""",
    "now",
    "expires",
)
_HOLD_SQL = """INSERT INTO held_number (organisation_id, e164, entry_id, expires_at) VALUES {rows}
 ON CONFLICT (organisation_id, e164) DO UPDATE SET entry_id = excluded.entry_id, expires_at = excluded.expires_at
 WHERE held_number.expires_at <= :now OR held_number.entry_id = excluded.entry_id RETURNING e164"""


def own_entry(session: Session, *, actor: Actor) -> HopperEntry | None:
    """The seller's claim, whatever the campaign (one statement)."""
    return session.execute(
        select(HopperEntry)
        .where(
            col(HopperEntry.organisation_id) == actor.organisation_id,
            col(HopperEntry.locked_by) == actor.user_id,
        )
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def lead_of(session: Session, *, actor: Actor, lead_id: int) -> Lead:
    """A lead of this shop.

    Raises:
        NotFound: there is none with this number.
    """
    lead: Lead | None = session.execute(
        select(Lead).where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.id) == lead_id)
    ).scalar_one_or_none()
    if lead is None:
        raise NotFound(f"There is no lead {lead_id}.", code="no_lead")
    return lead


def _load(session: Session, actor: Actor, lead_id: int) -> tuple[Lead, Contact, str] | None:
    """Lead, contact and the seller's draft in one statement; None when somebody is writing the lead just now."""
    row = session.execute(
        select(Lead, Contact, col(Draft.text))
        .select_from(
            outerjoin(
                Lead,
                Draft,
                and_(col(Draft.lead_id) == col(Lead.id), col(Draft.seller_id) == actor.user_id),
            ).join(Contact, col(Contact.id) == col(Lead.contact_id))
        )
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.id) == lead_id)
        .with_for_update(of=Lead, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (row[0], row[1], row[2] or "") if row is not None else None


def take(
    session: Session,
    *,
    actor: Actor,
    policy: Policy,
    candidate: Candidate,
    now: datetime,
    chosen: bool = False,
) -> InHand | None:
    """Claim one candidate, or None where it is not to be had (somebody has it, or one of its numbers).

    Args:
        chosen: the seller asked for this very lead: it may be shown outside its hours or without a number,
            and a lead that has ended is shown without a claim.
    """
    loaded = _load(session, actor, candidate.lead_id)
    if loaded is None:
        return None
    lead, contact, draft = loaded
    assert lead.id is not None
    numbers = phones.of_contact(
        session, organisation_id=actor.organisation_id, contact_id=lead.contact_id, now=now
    )
    if lead.status in FINAL_STATUSES:
        if chosen:
            return InHand(lead, contact, _nobodys(lead, now), numbers, draft, candidate.source)
        _drop_entry(session, lead)
        return None
    number = phones.choose(numbers, lead.dial_attempts)
    if number is None and not chosen:
        _set_aside(session, lead)
        return None
    if any(each.held_by is not None and each.held_by != actor.user_id for each in numbers):
        return None
    entry = _claim(session, actor, policy, lead, number, numbers, candidate.source, now)
    return InHand(lead, contact, entry, numbers, draft, candidate.source) if entry else None


def _nobodys(lead: Lead, now: datetime) -> HopperEntry:
    """A stand-in for the claim of a lead that is only looked at; never stored."""
    assert lead.id is not None
    return HopperEntry(
        organisation_id=lead.organisation_id,
        campaign_id=lead.campaign_id,
        lead_id=lead.id,
        ready_at=now,
        expires_at=now,
        created_at=now,
    )


def _claim(
    session: Session,
    actor: Actor,
    policy: Policy,
    lead: Lead,
    number: Number | None,
    numbers: list[Number],
    source: str,
    now: datetime,
) -> HopperEntry | None:
    # A lead that waits in the pool (after an undo, a jump) is as if the fill had put it into the hopper.
    waited = lead.queue_state == QueueState.READY
    values = {
        "organisation": actor.organisation_id,
        "campaign": policy.campaign_id,
        "lead": lead.id,
        "e164": number.e164 if number else None,
        "segment": lead.segment,
        "rank": lead.rank,
        "source": _SOURCES.get(source, HopperSource.MANUAL).value,
        "from_pool": waited,
        "seller": actor.user_id,
        "now": now,
        "expires": now + LEASE,
    }
    try:
        with session.begin_nested() as savepoint:
            claimed = session.execute(_CLAIM_SQL, values).one_or_none()
            if claimed is None or not _hold(session, actor, claimed.id, numbers, now):
                savepoint.rollback()
                return None
            if waited:
                in_hopper = {"queue_state": QueueState.IN_HOPPER.value}
                affected(session, update(Lead).where(col(Lead.id) == lead.id).values(**in_hopper))
    except IntegrityError as error:
        raise Conflict(
            f"{actor.name} took somebody at another terminal at this very moment; ask again.",
            code="claimed_twice",
        ) from error
    return HopperEntry(
        id=claimed.id,
        call_id=claimed.call_id,
        organisation_id=actor.organisation_id,
        campaign_id=policy.campaign_id,
        lead_id=lead.id or 0,
        e164=number.e164 if number else None,
        segment=lead.segment,
        state=HopperState.LOCKED.value,
        ready_at=now,
        locked_by=actor.user_id,
        locked_at=now,
        expires_at=now + LEASE,
        created_at=now,
    )


def _hold(session: Session, actor: Actor, entry_id: int, numbers: list[Number], now: datetime) -> bool:
    """Hold all numbers of the contact; False where another claim was faster with one of them."""
    wanted = sorted({number.e164 for number in numbers})
    if not wanted:
        return True
    rows = ", ".join(f"(:organisation, :e164_{n}, :entry, :expires)" for n in range(len(wanted)))
    values: dict[str, object] = {f"e164_{n}": e164 for n, e164 in enumerate(wanted)}
    values |= {"organisation": actor.organisation_id, "entry": entry_id, "now": now, "expires": now + LEASE}
    held = session.execute(timed(_HOLD_SQL.format(rows=rows), "now", "expires"), values).all()
    return len(held) == len(wanted)


def _drop_entry(session: Session, lead: Lead) -> None:
    affected(
        session,
        delete(HopperEntry).where(
            col(HopperEntry.campaign_id) == lead.campaign_id, col(HopperEntry.lead_id) == lead.id
        ),
    )


def _set_aside(session: Session, lead: Lead) -> None:
    """No number of this lead may be dialled: out of the queue, visible as such."""
    _drop_entry(session, lead)
    affected(session, update(Lead).where(col(Lead.id) == lead.id).values(queue_state=QueueState.OUT.value))


def read(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> InHand | None:
    """What the seller has in hand; None where the lead ended meanwhile (the claim is then given back)."""
    loaded = _load(session, actor, entry.lead_id)
    if loaded is None:
        raise Conflict("This person is being changed at this moment; try again.", code="busy_lead")
    lead, contact, draft = loaded
    if lead.status in FINAL_STATUSES and entry.call_id is None:
        return None
    numbers = phones.of_contact(
        session, organisation_id=actor.organisation_id, contact_id=lead.contact_id, now=now
    )
    if entry.expires_at is not None and entry.expires_at <= now:
        assert entry.id is not None
        if not _hold(session, actor, entry.id, numbers, now):
            return None
    return InHand(lead, contact, entry, numbers, draft, _source_word(entry))


def _source_word(entry: HopperEntry) -> str:
    words = {"callback": "callback", "dropped": "dropped", "manual": "kept"}
    return "pool" if entry.from_pool else words.get(entry.source, "assigned")


def link_call(session: Session, *, lead_id: int, call_id: int, now: datetime) -> None:
    """The claim on a lead waits for the outcome of this call again (its outcome was undone)."""
    affected(
        session,
        update(HopperEntry)
        .where(col(HopperEntry.lead_id) == lead_id, col(HopperEntry.locked_by).is_not(None))
        .values(call_id=call_id, expires_at=now + DIALLED_LEASE),
    )


def renew_entry(session: Session, *, entry: HopperEntry, now: datetime) -> datetime:
    """A new lease for a claim and its numbers; never shorter than the one running (dialled: an hour)."""
    expires = max(entry.expires_at or now, now + (DIALLED_LEASE if entry.call_id is not None else LEASE))
    if entry.expires_at != expires:
        affected(
            session, update(HopperEntry).where(col(HopperEntry.id) == entry.id).values(expires_at=expires)
        )
        affected(
            session, update(HeldNumber).where(col(HeldNumber.entry_id) == entry.id).values(expires_at=expires)
        )
        entry.expires_at = expires
    return expires


def release(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> None:
    """Give a claim back to where it came from.

    A dialled person without an outcome stays in hand until the lease ends, so that the call is not lost.

    Raises:
        Conflict: a call is running or waits for its outcome.
    """
    if entry.call_id is not None:
        raise Conflict(
            "The person you called last still waits for an outcome; record it first.", code="outcome_missing"
        )
    _free(session, entry)


def _free(session: Session, entry: HopperEntry, **values: object) -> None:
    """Back into the hopper where the fill had put it (and the lead may still be dialled), else gone."""
    affected(session, delete(HeldNumber).where(col(HeldNumber.entry_id) == entry.id))
    still_pooled = exists(
        select(col(Lead.id)).where(
            col(Lead.id) == entry.lead_id, col(Lead.queue_state) == QueueState.IN_HOPPER.value
        )
    )
    kept = 0
    if entry.from_pool:
        kept = affected(
            session,
            update(HopperEntry)
            .where(col(HopperEntry.id) == entry.id, still_pooled)
            .values({**_FREE, **values}),
        )
    elif values:
        kept = affected(
            session, update(HopperEntry).where(col(HopperEntry.id) == entry.id).values({**_FREE, **values})
        )
    if not kept:
        affected(session, delete(HopperEntry).where(col(HopperEntry.id) == entry.id))


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
    _free(session, entry, kept_for=actor.user_id, kept_until=now + KEPT, call_id=entry.call_id)


def skip(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> None:
    """Behind the others: at the end of the hopper, or put off for ten minutes where it came from a tier."""
    if entry.from_pool:
        _free(session, entry, ready_at=now)
    else:
        _free(session, entry, kept_until=now + SKIPPED)
    history.write(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        kind="skip",
        user_id=actor.user_id,
        lead_id=entry.lead_id,
        campaign_id=entry.campaign_id,
    )


def may_open(session: Session, *, actor: Actor, lead: Lead) -> bool:
    """Whether a lead is a seller's own: owner, own callback, handled before; or free in the hopper."""
    if lead.owner_id == actor.user_id:
        return True
    mine = or_(
        exists(
            select(col(Activity.id)).where(
                col(Activity.lead_id) == lead.id,
                col(Activity.state) == "pending",
                or_(col(Activity.seller_id) == actor.user_id, col(Activity.seller_id).is_(None)),
            )
        ),
        exists(
            select(col(HistoryEvent.id)).where(
                col(HistoryEvent.organisation_id) == actor.organisation_id,
                col(HistoryEvent.lead_id) == lead.id,
                col(HistoryEvent.user_id) == actor.user_id,
            )
        ),
        exists(
            select(col(HopperEntry.id)).where(
                col(HopperEntry.campaign_id) == lead.campaign_id,
                col(HopperEntry.lead_id) == lead.id,
                col(HopperEntry.state) == HopperState.NEW.value,
                or_(col(HopperEntry.kept_for).is_(None), col(HopperEntry.kept_for) == actor.user_id),
            )
        ),
    )
    return bool(session.execute(select(mine)).scalar_one())


def holder_name(session: Session, *, lead_id: int, contact_id: int, now: datetime) -> str | None:
    """Who has this lead, or one of its contact's numbers, in hand."""
    numbers = select(col(HeldNumber.entry_id)).where(
        col(HeldNumber.expires_at) > now,
        col(HeldNumber.e164).in_(
            text("SELECT p.e164 FROM contact_phone p WHERE p.contact_id = :contact").bindparams(
                contact=contact_id
            )
        ),
    )
    return session.execute(
        select(col(User.name))
        .join(HopperEntry, col(HopperEntry.locked_by) == col(User.id))
        .where(or_(col(HopperEntry.lead_id) == lead_id, col(HopperEntry.id).in_(numbers)))
        .limit(1)
    ).scalar_one_or_none()


def last_handled(session: Session, *, actor: Actor, campaign_id: int) -> int | None:
    """The lead this seller handled or skipped last in a campaign, other than the one in hand."""
    in_hand = select(col(HopperEntry.lead_id)).where(
        col(HopperEntry.organisation_id) == actor.organisation_id, col(HopperEntry.locked_by) == actor.user_id
    )
    return session.execute(
        select(col(HistoryEvent.lead_id))
        .where(
            col(HistoryEvent.organisation_id) == actor.organisation_id,
            col(HistoryEvent.user_id) == actor.user_id,
            col(HistoryEvent.campaign_id) == campaign_id,
            col(HistoryEvent.kind).in_(("outcome", "skip")),
            col(HistoryEvent.lead_id).not_in(in_hand),
        )
        .order_by(col(HistoryEvent.at).desc(), col(HistoryEvent.id).desc())
        .limit(1)
    ).scalar_one_or_none()

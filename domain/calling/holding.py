"""Taking, keeping and giving back one claim: the writes behind ``domain.calling.claims``."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import String, and_, delete, outerjoin, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from domain.base import BigId
from domain.calling import giving_back, phones
from domain.calling.candidates import Candidate
from domain.calling.dossier import PROMOTED, InHand
from domain.calling.models import Draft, HeldNumber, HopperEntry, Lead
from domain.calling.phones import Number
from domain.campaigns.policy import Policy
from domain.codes import FINAL_STATUSES, HopperSource, HopperState, QueueState
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Conflict, NotFound
from domain.people.rights import Actor
from domain.prepared import Prepared, row_object
from domain.sql import LEAD, ORGANISATION, SELLER, affected, timed

LEASE = timedelta(minutes=10)
DIALLED_LEASE = timedelta(minutes=60)

# Appointments, and people a seller asked for by name, are not held back by caps.
_CAPPED_SOURCES = frozenset({"dropped", "assigned", "pool"})

_SOURCES = {
    "callback": HopperSource.CALLBACK,
    "callback_any": HopperSource.CALLBACK,
    "dropped": HopperSource.DROPPED,
    "assigned": HopperSource.RETRY,
}

_CLAIM_SQL = Prepared(
    timed(
        """INSERT INTO hopper_entry (organisation_id, campaign_id, lead_id, e164, segment, rank, source, state,
 from_pool, ready_at, locked_by, locked_at, expires_at, created_at)
 VALUES (:organisation, :campaign, :lead, :e164, :segment, :rank, :source, 'locked', :from_pool,
 :now, :seller, :now, :expires, :now)
 ON CONFLICT (campaign_id, lead_id) DO UPDATE SET state = 'locked', e164 = excluded.e164,
 locked_by = excluded.locked_by,
 locked_at = excluded.locked_at, expires_at = excluded.expires_at, kept_for = NULL, kept_until = NULL,
 dialled_at = NULL, from_pool = excluded.from_pool OR hopper_entry.from_pool,
 call_id = CASE WHEN hopper_entry.kept_for = :seller THEN hopper_entry.call_id ELSE NULL END
 WHERE hopper_entry.state = 'new' OR hopper_entry.expires_at <= :now OR hopper_entry.locked_by = :seller
 RETURNING id, call_id""",
        "now",
        "expires",
    ).columns(id=BigId, call_id=BigId)
)
_HOLD_SQL = """INSERT INTO held_number (organisation_id, e164, entry_id, expires_at) VALUES {rows}
 ON CONFLICT (organisation_id, e164) DO UPDATE SET entry_id = excluded.entry_id, expires_at = excluded.expires_at
 WHERE held_number.expires_at <= :now OR held_number.entry_id = excluded.entry_id RETURNING e164"""


class ClaimedElsewhere(Conflict):
    """The same seller took somebody at another terminal at this very moment."""

    default_code = "claimed_twice"


_OWN_ENTRY = Prepared(
    select(HopperEntry).where(
        col(HopperEntry.organisation_id) == ORGANISATION, col(HopperEntry.locked_by) == SELLER
    )
)


def own_entry(session: Session, *, actor: Actor) -> HopperEntry | None:
    """The seller's claim, whatever the campaign (one statement)."""
    values = {"organisation": actor.organisation_id, "seller": actor.user_id}
    row = _OWN_ENTRY.one_or_none(session, values)
    return row[0] if row is not None else None


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


_PERSON = (
    select(Lead, Contact, col(Draft.text), PROMOTED)
    .select_from(
        outerjoin(
            Lead,
            Draft,
            and_(
                col(Draft.organisation_id) == col(Lead.organisation_id),
                col(Draft.seller_id) == SELLER,
                col(Draft.lead_id) == col(Lead.id),
            ),
        ).join(Contact, col(Contact.id) == col(Lead.contact_id))
    )
    .where(col(Lead.organisation_id) == ORGANISATION, col(Lead.id) == LEAD)
)
_PERSON_IF_FREE = Prepared(_PERSON.with_for_update(of=Lead, skip_locked=True, key_share=True))
_PERSON_WHEN_FREE = Prepared(_PERSON.with_for_update(of=Lead, key_share=True))


def _load(
    session: Session, actor: Actor, lead_id: int, *, wait: bool = False
) -> tuple[Lead, Contact, str, bool] | None:
    """Lead, contact, the seller's draft and whether a promotion was started, in one statement.

    None when somebody is writing the lead just now, unless ``wait``.
    """
    values = {"organisation": actor.organisation_id, "seller": actor.user_id, "lead": lead_id}
    row = (_PERSON_WHEN_FREE if wait else _PERSON_IF_FREE).one_or_none(session, values)
    return (row[0], row[1], row[2] or "", row[3]) if row is not None else None


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
    lead, contact, draft, promoted = loaded
    assert lead.id is not None
    if candidate.version is not None and lead.version != candidate.version:
        return None
    obeys_caps = candidate.source in _CAPPED_SOURCES
    numbers = phones.of_contact(
        session,
        organisation_id=actor.organisation_id,
        contact_id=lead.contact_id,
        now=now,
        policy=policy if obeys_caps else None,
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
    if obeys_caps and number is not None and number.capped:
        _put_off(session, lead, now)
        return None
    if any(each.held_by is not None and each.held_by != actor.user_id for each in numbers):
        return None
    entry = _claim(session, actor, policy, lead, number, numbers, candidate.source, now)
    return InHand(lead, contact, entry, numbers, draft, candidate.source, promoted) if entry else None


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
    e164s = [each.e164 for each in numbers]
    try:
        with session.connection().begin_nested() as savepoint:
            claimed = _CLAIM_SQL.one_or_none(session, values)
            if claimed is None or not _hold(session, actor, claimed.id, e164s, now):
                savepoint.rollback()
                return None
            if waited:
                in_hopper = {"queue_state": QueueState.IN_HOPPER.value}
                affected(session, update(Lead).where(col(Lead.id) == lead.id).values(**in_hopper))
    except IntegrityError as error:
        raise ClaimedElsewhere(
            f"{actor.name} took somebody at another terminal at this very moment; ask again."
        ) from error
    held = {
        **dict.fromkeys(HopperEntry.model_fields),
        "id": claimed.id,
        "call_id": claimed.call_id,
        "organisation_id": actor.organisation_id,
        "campaign_id": policy.campaign_id,
        "lead_id": lead.id,
        "e164": values["e164"],
        "segment": lead.segment,
        "rank": lead.rank,
        "source": values["source"],
        "state": HopperState.LOCKED.value,
        "from_pool": waited,
        "ready_at": now,
        "locked_by": actor.user_id,
        "locked_at": now,
        "expires_at": now + LEASE,
        "created_at": now,
    }
    return row_object(HopperEntry, held)


def _hold(session: Session, actor: Actor, entry_id: int, e164s: list[str], now: datetime) -> bool:
    """Hold all numbers of the contact; False where another claim was faster with one of them."""
    wanted = sorted(set(e164s))
    if not wanted:
        return True
    values: dict[str, object] = {f"e164_{n}": e164 for n, e164 in enumerate(wanted)}
    values |= {"organisation": actor.organisation_id, "entry": entry_id, "now": now, "expires": now + LEASE}
    return len(_holding(len(wanted)).all(session, values)) == len(wanted)


@lru_cache(maxsize=16)
def _holding(numbers: int) -> Prepared:
    """The statement that holds so many numbers."""
    rows = ", ".join(f"(:organisation, :e164_{n}, :entry, :expires)" for n in range(numbers))
    return Prepared(timed(_HOLD_SQL.format(rows=rows), "now", "expires").columns(e164=String()))


def _drop_entry(session: Session, lead: Lead) -> None:
    """The free entry goes; somebody who took the lead meanwhile keeps it."""
    affected(
        session,
        delete(HopperEntry).where(
            col(HopperEntry.campaign_id) == lead.campaign_id,
            col(HopperEntry.lead_id) == lead.id,
            col(HopperEntry.state) == HopperState.NEW.value,
        ),
    )


def _set_aside(session: Session, lead: Lead) -> None:
    """No number of this lead may be dialled: out of the queue, visible as such."""
    _drop_entry(session, lead)
    affected(session, update(Lead).where(col(Lead.id) == lead.id).values(queue_state=QueueState.OUT.value))


def _put_off(session: Session, lead: Lead, now: datetime) -> None:
    """Its numbers were called as often as allowed: looked at again later, from the pool or by its owner."""
    _drop_entry(session, lead)
    pooled = lead.queue_state == QueueState.IN_HOPPER
    affected(
        session,
        update(Lead)
        .where(col(Lead.id) == lead.id)
        .values(
            queue_state=QueueState.READY.value if pooled else lead.queue_state,
            next_attempt_at=now + phones.PUT_OFF,
        ),
    )


def read(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> InHand | None:
    """What the seller has in hand, the claim renewed.

    None where the lead ended meanwhile, or the lease did and somebody else has the lead or one of its numbers.
    """
    loaded = _load(session, actor, entry.lead_id, wait=True)
    if loaded is None:
        return None
    lead, contact, draft, promoted = loaded
    if lead.status in FINAL_STATUSES and entry.call_id is None:
        return None
    numbers = phones.of_contact(
        session, organisation_id=actor.organisation_id, contact_id=lead.contact_id, now=now
    )
    if not _renewed(session, actor, entry, [number.e164 for number in numbers], now):
        return None
    return InHand(lead, contact, entry, numbers, draft, _source_word(entry), promoted)


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


def keep(session: Session, *, actor: Actor, entry: HopperEntry, now: datetime) -> datetime | None:
    """A new lease for the seller's claim; returns its end, None where the claim was lost meanwhile."""
    e164s: list[str] = []
    if entry.expires_at is None or entry.expires_at <= now:
        contact_id = select(col(Lead.contact_id)).where(col(Lead.id) == entry.lead_id).scalar_subquery()
        numbers = select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id) == contact_id)
        e164s = list(session.execute(numbers).scalars())
    if _renewed(session, actor, entry, e164s, now):
        return entry.expires_at
    if entry.call_id is None:
        giving_back.free(session, actor, entry, now)
    return None


def _renewed(session: Session, actor: Actor, entry: HopperEntry, e164s: list[str], now: datetime) -> bool:
    """Renew a claim and its numbers, never to a shorter lease than the one running (dialled: an hour).

    False where it is not the seller's any more: after the lease somebody took the lead, or one of ``e164s``.
    """
    assert entry.id is not None
    over = entry.expires_at is None or entry.expires_at <= now
    expires = max(entry.expires_at or now, now + (DIALLED_LEASE if entry.call_id is not None else LEASE))
    if entry.expires_at == expires:
        return True
    renewed = affected(
        session,
        update(HopperEntry)
        .where(col(HopperEntry.id) == entry.id, col(HopperEntry.locked_by) == actor.user_id)
        .values(expires_at=expires),
    )
    if not renewed or (over and not _hold(session, actor, entry.id, e164s, now)):
        return False
    affected(
        session, update(HeldNumber).where(col(HeldNumber.entry_id) == entry.id).values(expires_at=expires)
    )
    entry.expires_at = expires
    return True


def still_held(
    session: Session, *, actor: Actor, entry: HopperEntry, numbers: list[Number], now: datetime
) -> bool:
    """Whether the seller still holds all numbers of a claim; holds them again where the lease is over."""
    over = entry.expires_at is None or entry.expires_at <= now
    return not over or _renewed(session, actor, entry, [number.e164 for number in numbers], now)

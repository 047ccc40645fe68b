"""Merging duplicates: several contacts that are one person become one, with everything that happened with any of them.

The kept one's fields win, the others' fill its gaps. In each campaign one lead lives on. It cannot be undone: what
belonged to whom is not kept apart. Whoever was merged stays as an empty contact for history to refer to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from domain.audit import log as audit
from domain.calling.models import Activity, Call, Lead
from domain.codes import FINAL_STATUSES, DialStatus
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.errors import Conflict, Invalid
from domain.intake.batches import hold_imports
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.people.teams import require_visible
from domain.privacy import joining, traces
from domain.sql import affected

MOST: Final = 20
"""Contacts that are merged at once; more are no duplicates but a mistake."""

_DECIDED: Final = frozenset({DialStatus.SALE.value, DialStatus.NOT_INTERESTED.value, DialStatus.DNC.value})
"""What the person themselves said: a lead with one of these lives on, lest they are asked again."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A campaign in which both had a lead: which lives on, which end."""

    campaign_id: int
    survivor: int
    ended: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """What merging would do, or did.

    ``filled``: gaps of the kept contact that are filled. ``moved``: leads of campaigns the kept one was not in.
    ``calls``, ``activities``: how many come to the kept one.
    """

    keep: int
    others: tuple[int, ...]
    name: str
    filled: tuple[str, ...]
    numbers: tuple[str, ...]
    tags: tuple[str, ...]
    moved: tuple[int, ...]
    joined: tuple[Joined, ...]
    calls: int
    activities: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was read, and what follows from it; the contacts in the order they were named."""

    keep: Contact
    others: tuple[Contact, ...]
    leads: Mapping[int, Lead]
    values: Mapping[str, object]
    told: Merging


def preview(session: Session, *, actor: Actor, keep: int, others: Sequence[int]) -> Merging:
    """What merging ``others`` into ``keep`` would do; writes nothing. Raises as ``merge``, but for claims."""
    _check(actor, keep, others)
    return _plan(session, actor, keep, others, lock=False).told


def merge(session: Session, *, actor: Actor, keep: int, others: Sequence[int], now: datetime) -> Merging:
    """Make one contact of several, for good (supervisors).

    Raises:
        NotAllowed: a seller, or a lead of another team's seller.  NotFound: no such contact.
        Invalid: none or too many others, or the kept one among them.
        Conflict: one was erased or merged already, or a seller has one in hand at this moment (``held``).
    """
    _check(actor, keep, others)
    hold_imports(session, actor.organisation_id)  # they find people by their numbers, which move now
    plan = _plan(session, actor, keep, others, lock=True)
    traces.leave_hopper(session, leads=list(plan.leads.values()), now=now)
    _contact(session, actor, plan, now)
    _register(session, others, keep, now)
    joining.move_all(session, others=others, keep=keep)
    for each in plan.told.joined:
        survivor, ended = plan.leads[each.survivor], [plan.leads[lead_id] for lead_id in each.ended]
        joining.join(session, actor=actor, survivor=survivor, ended=ended, keep=keep, now=now)
    moved = [plan.leads[lead_id] for lead_id in plan.told.moved]
    joining.move(session, actor=actor, leads=moved, keep=keep, now=now)
    joining.requeue(session, actor=actor, contact=plan.keep, now=now)
    _write_down(session, actor, plan.told, now)
    return plan.told


def _check(actor: Actor, keep: int, others: Sequence[int]) -> None:
    require(actor, *LEADING_ROLES, to="merge contacts")
    if not others or keep in others or len(set(others)) != len(others):
        raise Invalid("Name the contact to keep, then the others, each once.", code="merge")
    if len(others) > MOST:
        raise Invalid(f"At most {MOST} contacts are merged at once.", code="merge")


def _plan(session: Session, actor: Actor, keep: int, others: Sequence[int], *, lock: bool) -> _Plan:
    ids = [keep, *others]
    contacts = traces.lock_contacts(session, actor=actor, contact_ids=ids, lock=lock)
    for contact in contacts.values():
        if contact.erased_at is not None:
            raise Conflict(f"Contact {contact.id} was erased.", code="erased")
        if contact.merged_into is not None:
            raise Conflict(
                f"Contact {contact.id} was merged into contact {contact.merged_into} before.", code="merged"
            )
    leads = traces.lock_leads(session, actor=actor, contact_ids=ids, lock=lock)
    owners = {lead.owner_id for lead in leads if lead.owner_id is not None}
    require_visible(session, actor, sorted(owners), to="merge people they call")
    kept, rest = contacts[keep], tuple(contacts[each] for each in others)
    values = _united(kept, rest)
    joined, moved = _leads(leads, keep, _weights(session, leads))
    calls, activities = (
        int(session.execute(select(func.count()).where(column.in_(others))).scalar_one())
        for column in (col(Call.contact_id), col(Activity.contact_id))
    )
    told = Merging(
        keep=keep,
        others=tuple(others),
        name=str(values["name"] or values["company"] or ""),
        filled=tuple(name for name in ("name", *traces.TEXTS) if values[name] != getattr(kept, name)),
        numbers=tuple(_numbers(session, ids)),
        tags=tuple(values["tags"]),
        moved=moved,
        joined=joined,
        calls=calls,
        activities=activities,
    )
    return _Plan(kept, rest, {lead.id or 0: lead for lead in leads}, values, told)


def _united(keep: Contact, others: Sequence[Contact]) -> dict[str, Any]:
    """The fields of the one contact: the kept one's, then the first other's that has one."""
    every = (keep, *others)
    values: dict[str, Any] = {
        name: next((found for each in every if (found := getattr(each, name))), getattr(keep, name))
        for name in ("name", *traces.TEXTS)
    }
    values["tags"] = list(dict.fromkeys(tag for each in every for tag in each.tags))
    values["attributes"] = {name: text for each in reversed(every) for name, text in each.attributes.items()}
    return values


def _numbers(session: Session, ids: Sequence[int]) -> list[str]:
    """The numbers of all, each once, the kept one's first."""
    rows = session.execute(
        select(col(ContactPhone.contact_id), col(ContactPhone.e164))
        .where(col(ContactPhone.contact_id).in_(ids))
        .order_by(col(ContactPhone.position), col(ContactPhone.id))
    ).all()
    ordered = sorted(rows, key=lambda row: ids.index(row[0]))
    return list(dict.fromkeys(e164 for _, e164 in ordered))


def _weights(session: Session, leads: Sequence[Lead]) -> Mapping[int, int]:
    """How much happened with each lead: its calls and activities."""
    ids = [lead.id for lead in leads]
    weights: dict[int, int] = defaultdict(int)
    for column in (col(Call.lead_id), col(Activity.lead_id)):
        counts = session.execute(select(column, func.count()).where(column.in_(ids)).group_by(column))
        for lead_id, count in counts:
            weights[lead_id or 0] += count
    return weights


def _leads(
    leads: Sequence[Lead], keep: int, weights: Mapping[int, int]
) -> tuple[tuple[Joined, ...], tuple[int, ...]]:
    """Which leads are joined and which just move.

    Of several in a campaign the one lives on in which the person decided; else the one with more history; else the
    one that has not ended; else the kept contact's.
    """

    def rank(lead: Lead) -> tuple[object, ...]:
        return (
            lead.status in _DECIDED,
            weights.get(lead.id or 0, 0),
            lead.dial_attempts,
            lead.status not in FINAL_STATUSES,
            lead.contact_id == keep,
            -(lead.id or 0),
        )

    of_campaign: dict[int, list[Lead]] = defaultdict(list)
    for lead in leads:
        of_campaign[lead.campaign_id].append(lead)
    joined, moved = [], []
    for campaign_id, found in of_campaign.items():
        first, *rest = sorted(found, key=rank, reverse=True)
        if rest:
            joined.append(Joined(campaign_id, first.id or 0, tuple(lead.id or 0 for lead in rest)))
        elif first.contact_id != keep:
            moved.append(first.id or 0)
    return tuple(joined), tuple(moved)


def _contact(session: Session, actor: Actor, plan: _Plan, now: datetime) -> None:
    """Fields and numbers of the kept contact; the others are emptied and say who they are."""
    keep, others = plan.told.keep, plan.told.others
    bad = set(
        session.execute(
            select(col(ContactPhone.e164)).where(
                col(ContactPhone.contact_id).in_(others), col(ContactPhone.bad)
            )
        ).scalars()
    )
    have = set(
        session.execute(select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id) == keep)).scalars()
    )
    last = session.execute(
        select(func.coalesce(func.max(col(ContactPhone.position)), -1)).where(
            col(ContactPhone.contact_id) == keep
        )
    ).scalar_one()
    traces.empty_contacts(session, contact_ids=others, name=traces.MERGED_NAME, now=now, merged_into=keep)
    new = [e164 for e164 in plan.told.numbers if e164 not in have]
    session.add_all(
        ContactPhone(
            organisation_id=actor.organisation_id,
            contact_id=keep,
            e164=e164,
            position=last + number,
            bad=e164 in bad,
        )
        for number, e164 in enumerate(new, 1)
    )
    session.flush()
    affected(session, update(Contact).where(col(Contact.merged_into).in_(others)).values(merged_into=keep))
    affected(session, update(Contact).where(col(Contact.id) == keep).values(**plan.values, updated_at=now))
    session.refresh(plan.keep)


def _register(session: Session, others: Sequence[int], keep: int, now: datetime) -> None:
    """Entries of the register that named one of the others name the kept one; as a whole it stands there once."""
    in_force = col(DoNotCall.removed_at).is_(None)
    whole = session.execute(
        select(col(DoNotCall.id), col(DoNotCall.contact_id))
        .where(
            in_force,
            col(DoNotCall.e164).is_(None),
            col(DoNotCall.contact_id).in_([keep, *others]),
        )
        .order_by(col(DoNotCall.id))
    ).all()
    named = [entry_id for entry_id, contact_id in whole if contact_id == keep]
    spare = [entry_id for entry_id, contact_id in whole if contact_id != keep]
    if not named:
        spare = spare[1:]
    affected(session, update(DoNotCall).where(col(DoNotCall.id).in_(spare)).values(removed_at=now))
    affected(session, update(DoNotCall).where(col(DoNotCall.contact_id).in_(others)).values(contact_id=keep))


def _write_down(session: Session, actor: Actor, told: Merging, now: datetime) -> None:
    """Who merged whom: ids only."""
    joining.tell(session, actor=actor, others=told.others, keep=told.keep, now=now)
    audit.acted(
        session,
        actor,
        at=now,
        kind="contact.merge",
        target=str(told.keep),
        detail={"others": list(told.others), "moved": len(told.moved), "joined": len(told.joined)},
    )

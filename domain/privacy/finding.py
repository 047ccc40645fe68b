"""Whom a request is about: people by number in any writing or by e-mail, erased ones included, and likely duplicates.

For whoever answers somebody who asks what is known about them, and for tidying up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, union
from sqlmodel import Session, col

from domain.calling.in_sight import in_sight
from domain.calling.models import Lead
from domain.constructs import people_with_words, words_of
from domain.contacts.details import is_email
from domain.contacts.models import Contact, ContactPhone
from domain.contacts.phones import InvalidPhone, normalise
from domain.errors import Invalid
from domain.people.rights import READING_ROLES, Actor, require
from domain.privacy import keyed

AT_MOST = 200
_WITHOUT_SIGNS = str.maketrans("", "", "@.-_+")

By = Literal["number", "email"]


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, with as much as is needed to tell whether it is the one that is meant."""

    contact_id: int
    name: str
    numbers: tuple[str, ...]
    email: str | None
    leads: int


@dataclass(frozen=True, slots=True)
class Found:
    """Who has a number or an e-mail. ``erased``: somebody with this number was erased and must not come back."""

    wanted: str
    people: tuple[Person, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Contacts that share a number or an e-mail."""

    by: By
    shared: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """A page of them; ``next`` is what to ask for the page after it with, empty where this is the last."""

    groups: tuple[Duplicates, ...]
    next: str


def find(session: Session, *, actor: Actor, wanted: str, region: str | None) -> Found:
    """Everybody with a number (in any writing) or an e-mail, the first two hundred.

    Args:
        region: two letters, for numbers without a country code.

    Raises:
        NotAllowed: a seller.  Invalid: neither a number nor an e-mail address.
    """
    require(actor, *READING_ROLES, to="look for people by number or e-mail")
    text = wanted.strip()
    erased = False
    if is_email(text):
        who = select(col(Contact.id)).where(*_with_email(actor, [text]))
    else:
        phone = normalise(text, region)
        if isinstance(phone, InvalidPhone):
            raise Invalid(
                f"{text}: {phone.message}; give a number (with +countrycode, or --region) or an e-mail address.",
                code="phone",
            )
        text = phone.e164
        who = select(col(ContactPhone.contact_id)).where(
            col(ContactPhone.organisation_id) == actor.organisation_id, col(ContactPhone.e164) == text
        )
        erased = bool(keyed.erased_among(session, organisation_id=actor.organisation_id, numbers=[text]))
    ids = list(session.execute(who.distinct().order_by(who.selected_columns[0]).limit(AT_MOST)).scalars())
    return Found(text, _people(session, actor, ids), erased)


def duplicates(
    session: Session,
    *,
    actor: Actor,
    by: By = "number",
    after: str = "",
    limit: int = 100,
) -> DuplicatesPage:
    """Contacts that share a number or an e-mail, a page at a time (``after`` is the last shared one before).

    Who stands with nobody else the actor may see is left out, so that a page can be short and not the last:
    ``next`` says after what the next one begins.

    Raises:
        NotAllowed: a seller.
    """
    require(actor, *READING_ROLES, to="look for duplicates")
    shared: Any
    person: Any
    if by == "number":
        shared, person = col(ContactPhone.e164), col(ContactPhone.contact_id)
        mine = col(ContactPhone.organisation_id) == actor.organisation_id
    else:
        shared, person = func.lower(col(Contact.email)), col(Contact.id)
        mine = (col(Contact.organisation_id) == actor.organisation_id) & (col(Contact.email) > "")
    keys = list(
        session.execute(
            select(shared)
            .where(mine, shared > after)
            .group_by(shared)
            .having(func.count() > 1)  # nobody has one twice
            .order_by(shared)
            .limit(limit)
        ).scalars()
    )
    rows = session.execute(
        select(shared, person).where(mine, shared.in_(keys)).order_by(shared, person)
    ).all()
    people = {each.contact_id: each for each in _people(session, actor, [who for _, who in rows])}
    of_key: dict[str, list[Person]] = {key: [] for key in keys}
    for key, who in rows:
        if who in people:
            of_key[key].append(people[who])
    groups = [Duplicates(by, key, tuple(found)) for key, found in of_key.items() if len(found) > 1]
    return DuplicatesPage(tuple(groups), keys[-1] if len(keys) == limit else "")


def alike(session: Session, *, actor: Actor, contact_ids: Collection[int]) -> tuple[Person, ...]:
    """Others with a number or the e-mail of these contacts: the same person once more, or the same household."""
    require(actor, *READING_ROLES, to="look for the same person")
    numbers = select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id).in_(contact_ids))
    same_number = select(col(ContactPhone.contact_id)).where(
        col(ContactPhone.organisation_id) == actor.organisation_id, col(ContactPhone.e164).in_(numbers)
    )
    emails = [
        each
        for each in session.execute(
            select(col(Contact.email)).where(col(Contact.id).in_(contact_ids))
        ).scalars()
        if each
    ]
    same: Any = union(same_number, select(col(Contact.id)).where(*_with_email(actor, emails)))
    found = {who for who in session.execute(same).scalars() if who not in contact_ids}
    return _people(session, actor, sorted(found)[:AT_MOST])


def _with_email(actor: Actor, emails: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    """By the index of words, where an address is one word, or a few where it has unusual signs."""
    same: list[ColumnElement[bool]] = []
    for email in emails:
        words = words_of(email.translate(_WITHOUT_SIGNS))
        equal = func.lower(col(Contact.email)) == email.lower()
        if words:
            worded = people_with_words((), words)
            equal = equal & col(Contact.id).in_(select(worded.c.contact_id))
        same.append(equal)
    return (col(Contact.organisation_id) == actor.organisation_id, or_(literal(False), *same))


def _people(session: Session, actor: Actor, ids: Sequence[int]) -> tuple[Person, ...]:
    """The contacts with these numbers that the actor may see, in their order: a few statements."""
    only = in_sight(session, actor)
    if only:
        theirs = exists(select(col(Lead.id)).where(col(Lead.contact_id) == col(Contact.id)))
        seen = exists(select(col(Lead.id)).where(col(Lead.contact_id) == col(Contact.id), *only))
        found = select(col(Contact.id)).where(col(Contact.id).in_(ids), or_(~theirs, seen))
        ids = [each for each in session.execute(found.order_by(col(Contact.id))).scalars() if each]
    numbers: dict[int, list[str]] = {contact_id: [] for contact_id in ids}
    for contact_id, e164 in session.execute(
        select(col(ContactPhone.contact_id), col(ContactPhone.e164))
        .where(col(ContactPhone.contact_id).in_(ids))
        .order_by(col(ContactPhone.position), col(ContactPhone.id))
    ):
        numbers[contact_id].append(e164)
    leads: dict[int, int] = {
        contact_id: int(count)
        for contact_id, count in session.execute(
            select(col(Lead.contact_id), func.count())
            .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.contact_id).in_(ids))
            .group_by(col(Lead.contact_id))
        )
    }
    rows = session.execute(
        select(col(Contact.id), col(Contact.name), col(Contact.company), col(Contact.email))
        .where(col(Contact.organisation_id) == actor.organisation_id, col(Contact.id).in_(ids))
        .order_by(col(Contact.id))
    )
    return tuple(
        Person(contact_id, name or company or "", tuple(numbers[contact_id]), email, leads.get(contact_id, 0))
        for contact_id, name, company, email in rows
        if contact_id is not None
    )

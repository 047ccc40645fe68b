"""The person of a row put together with the person there is: gaps filled, or values replaced.

For the import: rows that meet a contact which exists already, in the database or earlier in the same chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from domain.contacts.models import Contact, ContactPhone
from domain.contacts.numbering import kind_of
from domain.contacts.phones import Phone
from domain.intake.rows import Row

_TEXTS = (
    "name",
    "first_name",
    "last_name",
    "company",
    "email",
    "address",
    "city",
    "state",
    "postal_code",
    "country",
    "language",
    "timezone",
    "notes",
    "external_id",
)
_KEPT = (*_TEXTS, "tags", "attributes")

PHONE_COLUMNS = ("organisation_id", "contact_id", "e164", "kind", "position", "bad")


def merged(rows: Sequence[Row]) -> Row:
    """One row of several of the same person: later values replace earlier ones, numbers and tags add up."""
    first, *later = rows
    for row in later:
        values = _combined(_values(first), _values(row), replace=True)
        phones = dict.fromkeys((*first.phones, *row.phones))
        first = first._replace(
            phones=tuple(_by_number(phones)),
            tags=tuple(values.pop("tags")),  # type: ignore[arg-type]  # a list of text
            attributes=values.pop("attributes") or None,  # type: ignore[arg-type]  # a dictionary of text
            **values,  # type: ignore[arg-type]  # texts by their names
        )
    return first


def _by_number(phones: dict[Phone, None]) -> list[Phone]:
    return list({phone.e164: phone for phone in reversed(phones)}.values())[::-1]


def _values(row: Row) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in _TEXTS}
    return {**values, "tags": list(row.tags), "attributes": row.attributes or {}}


def _combined(old: dict[str, object], new: dict[str, object], *, replace: bool) -> dict[str, object]:
    values: dict[str, object] = {}
    for name in _TEXTS:
        first, second = (new, old) if replace else (old, new)
        values[name] = first[name] or second[name]
    old_tags, new_tags = old["tags"], new["tags"]
    assert isinstance(old_tags, list)
    assert isinstance(new_tags, list)
    values["tags"] = list(dict.fromkeys([*old_tags, *new_tags]))
    old_attributes, new_attributes = old["attributes"], new["attributes"]
    assert isinstance(old_attributes, dict)
    assert isinstance(new_attributes, dict)
    pair = (old_attributes, new_attributes) if replace else (new_attributes, old_attributes)
    values["attributes"] = {**pair[0], **pair[1]}
    return values


def merge_contacts(
    session: Session,
    merges: Sequence[tuple[int, Row, bool]],
    *,
    organisation_id: int,
    now: datetime,
) -> list[tuple[object, ...]]:
    """Bring what rows say into contacts that exist; two statements, whatever their number.

    merges: contact, row, whether the row's values replace those there are. Returns the numbers that are new to
    their contacts, as rows of `PHONE_COLUMNS`.
    """
    if not merges:
        return []
    contacts = sorted({contact for contact, _, _ in merges})
    fields = [col(getattr(Contact, name)) for name in _KEPT]
    found = session.execute(select(col(Contact.id), *fields).where(col(Contact.id).in_(contacts)))
    before = {row[0]: dict(zip(_KEPT, row[1:], strict=True)) for row in found}
    after = dict(before)
    for contact, row, replace in merges:
        after[contact] = _combined(after[contact], _values(row), replace=replace)
    changed = [
        {"of": contact, "updated_at": now, **values}
        for contact, values in after.items()
        if values != before[contact]
    ]
    if changed:
        session.connection().execute(
            update(Contact).where(col(Contact.id) == bindparam("of")),
            changed,
        )
    return _new_numbers(session, merges, contacts, organisation_id)


def _new_numbers(
    session: Session, merges: Sequence[tuple[int, Row, bool]], contacts: Sequence[int], organisation_id: int
) -> list[tuple[object, ...]]:
    have: dict[int, set[str]] = {contact: set() for contact in contacts}
    last: dict[int, int] = dict.fromkeys(contacts, -1)
    columns = (col(ContactPhone.contact_id), col(ContactPhone.e164), col(ContactPhone.position))
    for contact, e164, position in session.execute(
        select(*columns).where(col(ContactPhone.contact_id).in_(contacts))
    ):
        have[contact].add(e164)
        last[contact] = max(last[contact], position)
    rows: list[tuple[object, ...]] = []
    for contact, row, _ in merges:
        for phone in row.phones:
            if phone.e164 not in have[contact]:
                have[contact].add(phone.e164)
                last[contact] += 1
                rows.append((organisation_id, contact, phone.e164, kind_of(phone.e164), last[contact], False))
    return rows

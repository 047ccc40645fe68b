"""Whom a supervisor means by a few letters or digits, among all people of the shop.

Whole numbers in any writing and external ids are found by index; only where there is none of these are names and
numbers read through, and no further than there is room for on a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union_all
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign
from domain.contacts.models import Contact, ContactPhone

AT_MOST = 200
"""So many people are looked at; more would not be read, but looked for again with another letter."""
_WHOLE = 7
"""From so many digits on a number is taken to be written from its beginning."""
_LONGEST = "9" * 15
_DIALLED_BEFORE = "0"


def by_index(session: Session, *, organisation_id: int, wanted: str) -> list[ColumnElement[bool]]:
    """Conditions on ``Lead``, all answered by index: the external id, or the number, is what was typed."""
    numbers = _begin_with(organisation_id, _beginnings(session, organisation_id, wanted))
    outside = select(col(Contact.id)).where(
        col(Contact.organisation_id) == organisation_id, col(Contact.external_id) == wanted
    )
    return [
        col(Lead.external_id) == wanted,
        col(Lead.contact_id).in_(union_all(outside, *(select(each.subquery()) for each in numbers))),
    ]


def by_reading(*, organisation_id: int, wanted: str, campaign_id: int | None) -> ColumnElement[bool]:
    """A condition on ``Lead``: names, companies or numbers of the person contain what was typed."""
    named = select(col(Contact.id)).where(
        col(Contact.organisation_id) == organisation_id, or_(*names_contain(wanted))
    )
    parts = [_few(named, col(Contact.id), campaign_id)]
    digits = parts_of_number(wanted)
    if digits:
        person = col(ContactPhone.contact_id)
        numbered = select(person).where(
            col(ContactPhone.organisation_id) == organisation_id,
            or_(*(col(ContactPhone.e164).contains(part) for part in digits)),
        )
        parts.append(_few(numbered, person, campaign_id))
    return col(Lead.contact_id).in_(union_all(*(select(each.subquery()) for each in parts)))


def names_contain(wanted: str) -> Iterator[ColumnElement[bool]]:
    """Whether name or company of ``Contact`` contain a text, in capitals or not."""
    for column in (col(Contact.name), col(Contact.company)):
        yield func.lower(column).contains(wanted.lower(), autoescape=True)
        # The databases' own lower() may know plain letters only, so accents are tried as people write them.
        for written in sorted({wanted, wanted.lower(), wanted.upper(), wanted.title()}):
            if not written.isascii():
                yield column.contains(written, autoescape=True)


def parts_of_number(wanted: str) -> list[str]:
    """What a number in E.164 contains that was typed as part of it; nothing for less than three digits.

    Numbers are kept without the 0 that people dial before them inside a country.
    """
    digits = _digits(wanted)
    if len(digits) < 3:
        return []
    national = digits.removeprefix(_DIALLED_BEFORE) if len(digits) > 6 else digits
    return sorted({digits, national})


def _digits(wanted: str) -> str:
    return "".join(sign for sign in wanted if sign.isascii() and sign.isdigit())


def _beginnings(session: Session, organisation_id: int, wanted: str) -> list[str]:
    """How numbers begin (E.164) that were typed with or without their country, as the shop's campaigns call."""
    digits = _digits(wanted)
    if len(digits) < _WHOLE or any(sign.isalpha() for sign in wanted):
        return []
    if wanted.startswith("+"):
        return [f"+{digits}"]
    from domain.contacts.numbering import region_named  # reads numbering plans: not before somebody asks

    regions = session.execute(
        select(col(Campaign.region)).where(col(Campaign.organisation_id) == organisation_id).distinct()
    ).scalars()
    found = {f"+{digits.removeprefix('00')}"}
    for plan in (region_named(region) for region in regions if region):
        if plan is not None:
            found |= {
                f"+{plan.country_code}{part}" for part in (digits, digits.removeprefix(_DIALLED_BEFORE))
            }
    return sorted(found)


def _begin_with(organisation_id: int, beginnings: Sequence[str]) -> list[Select[int]]:
    return [
        select(col(ContactPhone.contact_id))
        .where(
            col(ContactPhone.organisation_id) == organisation_id,
            # Digits sort the same in every language of a server; signs do not.
            col(ContactPhone.e164).between(beginning, beginning + _LONGEST),
        )
        .limit(AT_MOST)
        for beginning in beginnings
    ]


def _few(people: Select[Any], person: Mapped[Any], campaign_id: int | None) -> Select[Any]:
    if campaign_id is not None:
        there = select(col(Lead.id)).where(
            col(Lead.contact_id) == person, col(Lead.campaign_id) == campaign_id
        )
        people = people.where(exists(there.correlate(Contact, ContactPhone)))
    return people.limit(AT_MOST)

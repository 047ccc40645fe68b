"""Whom a supervisor means by a few letters or digits, among all people of the shop.

In this order, each only where the one before finds nobody: an external id or the beginning of a number in any
writing; the beginnings of words in name, company or e-mail; last, read through, any part of a name or a number.
The first two are answered by index, however many people there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, or_, select, union_all
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign
from domain.constructs import people_with_words, words_of
from domain.contacts.models import Contact, ContactPhone

AT_MOST = 200
"""So many people with a number that begins as typed are looked at; who needs more types another digit."""
FEWEST_LETTERS = 3
"""From so many letters on the beginning of a word is looked for; a shorter word is taken as it stands."""
BY_INDEX = 2
"""So many of the first ``sources`` are answered by index."""
_WHOLE = 4
"""From so many digits on a number is taken to be written from its beginning."""
_LONGEST = "9" * 15
_DIALLED_BEFORE = "0"
_BETWEEN_WORDS = " -'."

Source = Callable[[Session], FromClause | None]
"""People as a table with one column, ``contact_id``; None where the text cannot be meant so."""


def sources(organisation_id: int, wanted: str) -> tuple[Source, ...]:
    """The ways a text can be meant, in the order they are tried."""
    return (
        lambda session: _exactly(session, organisation_id, wanted),
        lambda _session: _worded(organisation_id, wanted),
        lambda _session: _read(organisation_id, wanted),
    )


def _exactly(session: Session, organisation_id: int, wanted: str) -> FromClause:
    person: Select[Any] = select(col(Contact.id).label("contact_id")).where(
        col(Contact.organisation_id) == organisation_id, col(Contact.external_id) == wanted
    )
    lead = select(col(Lead.contact_id)).where(
        col(Lead.organisation_id) == organisation_id, col(Lead.external_id) == wanted
    )
    numbers = _begin_with(organisation_id, _beginnings(session, organisation_id, wanted))
    parts = union_all(person, lead, *(select(each.subquery()) for each in numbers)).subquery()
    return select(parts.c.contact_id).distinct().subquery("exactly")


def _worded(organisation_id: int, wanted: str) -> FromClause | None:
    """By the index of words; what is too short for it is asked of those it finds."""
    words = words_of(_email_as_word(wanted))
    long = [word for word in words if len(word) >= FEWEST_LETTERS]
    short = [word for word in words if len(word) < FEWEST_LETTERS]
    if not words:
        return None
    found = people_with_words(long) if long else people_with_words((), short)
    asked = [or_(*_word_begins(word)) for word in short] if long else []
    if not asked:
        return found
    return (
        select(found.c.contact_id)
        .join(Contact, col(Contact.id) == found.c.contact_id)
        .where(col(Contact.organisation_id) == organisation_id, *asked)
        .subquery("worded_too")
    )


def _email_as_word(wanted: str) -> str:
    """Where an @ stands in it, the word is an address, which the index has without its signs."""
    return " ".join("".join(words_of(part)) if "@" in part.strip("@") else part for part in wanted.split())


def _word_begins(word: str) -> Iterator[ColumnElement[bool]]:
    for column in (col(Contact.name), col(Contact.company)):
        yield func.lower(column).startswith(word, autoescape=True)
        for sign in _BETWEEN_WORDS:
            yield func.lower(column).contains(f"{sign}{word}", autoescape=True)


def _read(organisation_id: int, wanted: str) -> FromClause:
    """Any part of a name or a number, found by reading them all."""
    named: Select[Any] = select(col(Contact.id).label("contact_id")).where(
        col(Contact.organisation_id) == organisation_id, or_(*names_contain(wanted))
    )
    digits = parts_of_number(wanted)
    if not digits or any(sign.isalpha() for sign in wanted):
        return named.subquery("read")
    numbered = select(col(ContactPhone.contact_id)).where(
        col(ContactPhone.organisation_id) == organisation_id,
        or_(*(col(ContactPhone.e164).contains(part) for part in digits)),
    )
    parts = union_all(named, numbered).subquery()
    return select(parts.c.contact_id).distinct().subquery("read")


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

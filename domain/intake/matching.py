"""Who of a file is known already, by number: contacts, their leads within a scope, and the do-not-call register.

For the import. A chunk of rows is looked up in a fixed number of statements, then decided row by row in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

from sqlalchemy import CompoundSelect, Select, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.codes import DialStatus, Resolution
from domain.constructs import among
from domain.contacts.models import ContactPhone, DoNotCall
from domain.intake.rows import NO_TRACKING, Row
from domain.privacy import keyed

_DNC = DialStatus.DNC.value
_Item = TypeVar("_Item")

# SQLite takes 32,766 parameters, PostgreSQL 65,535.
_AT_ONCE = 10_000


class Duplicates(StrEnum):
    """What happens to a row whose number is known within the scope."""

    SKIP = "skip"
    UPDATE = "update"
    ALLOW = "allow"


class Scope(StrEnum):
    """Within what a number makes a row a duplicate; the file itself always counts."""

    FILE = "file"
    LIST = "list"
    CAMPAIGN = "campaign"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows go: shop, campaign, list, and the first lead this import made (0 before it made one)."""

    organisation_id: int
    campaign_id: int
    list_id: int
    first_lead_id: int = 0


class Match(NamedTuple):
    """A contact that has a number: whether it has a lead in the scope, and one in this campaign."""

    contact_id: int
    in_scope: bool
    in_campaign: bool


@dataclass(slots=True)
class Known:
    """What the database says of the numbers of a chunk; ``erased``: those of persons who must not come back."""

    matches: dict[str, list[Match]] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    blocked_contacts: set[int] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)


def look_up(session: Session, place: Place, scope: Scope, rows: Sequence[Row]) -> Known:
    """What is known of the numbers of these rows, in at most four statements per ten thousand numbers.

    One more asks whether anybody was ever erased; only then the numbers are looked for among those too.
    """
    numbers = sorted({phone.e164 for row in rows for phone in row.phones})
    known = Known(erased=keyed.erased_among(session, organisation_id=place.organisation_id, numbers=numbers))
    for part in _parts(numbers):
        for e164, contact_id, lead_id, campaign_id, list_id in session.execute(_with_leads(place, part)):
            match = Match(
                contact_id,
                lead_id is not None and _in_scope(place, scope, lead_id, campaign_id, list_id),
                campaign_id == place.campaign_id,
            )
            known.matches.setdefault(e164, []).append(match)
        known.registered.update(session.execute(_on_register(place, part)).scalars())
    for e164, found in known.matches.items():
        known.matches[e164] = _together(found)
    contacts = {match.contact_id for found in known.matches.values() for match in found}
    for group in _parts(sorted(contacts)):
        known.blocked_contacts.update(session.execute(_blocked(place, group)).scalars())
    return known


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _with_leads(place: Place, numbers: Sequence[str]) -> Select[str, int, int | None, int | None, int | None]:
    lead = (col(Lead.contact_id) == col(ContactPhone.contact_id)) & (
        col(Lead.organisation_id) == place.organisation_id
    )
    return (
        select(
            col(ContactPhone.e164),
            col(ContactPhone.contact_id),
            col(Lead.id),
            col(Lead.campaign_id),
            col(Lead.list_id),
        )
        .outerjoin(Lead, lead)
        .where(
            col(ContactPhone.organisation_id) == place.organisation_id, among(col(ContactPhone.e164), numbers)
        )
        .order_by(col(ContactPhone.contact_id))
    )


def _in_scope(place: Place, scope: Scope, lead_id: int, campaign_id: int | None, list_id: int | None) -> bool:
    if scope is Scope.ALL:
        return True
    if scope is Scope.CAMPAIGN:
        return campaign_id == place.campaign_id
    if list_id != place.list_id:
        return False
    return scope is Scope.LIST or 0 < place.first_lead_id <= lead_id


def _together(found: list[Match]) -> list[Match]:
    """One match per contact, whatever number of leads it has."""
    if len(found) == 1:
        return found
    contacts: dict[int, Match] = {}
    for match in found:
        other = contacts.get(match.contact_id, match)
        contacts[match.contact_id] = Match(
            match.contact_id,
            match.in_scope or other.in_scope,
            match.in_campaign or other.in_campaign,
        )
    return list(contacts.values())


def _on_register(place: Place, numbers: Sequence[str]) -> Select[str | None]:
    return select(col(DoNotCall.e164)).where(
        col(DoNotCall.organisation_id) == place.organisation_id,
        among(col(DoNotCall.e164), numbers),
        col(DoNotCall.removed_at).is_(None),
    )


def _blocked(place: Place, contacts: Sequence[int]) -> CompoundSelect[int]:
    """Contacts on the register as a whole, or by any of their numbers."""
    by_number = (
        select(col(ContactPhone.contact_id))
        .join(
            DoNotCall,
            (col(DoNotCall.organisation_id) == place.organisation_id)
            & (col(DoNotCall.e164) == col(ContactPhone.e164)),
        )
        .where(col(ContactPhone.contact_id).in_(contacts), col(DoNotCall.removed_at).is_(None))
    )
    as_a_whole = select(col(DoNotCall.contact_id)).where(
        col(DoNotCall.organisation_id) == place.organisation_id,
        col(DoNotCall.contact_id).in_(contacts),
        col(DoNotCall.e164).is_(None),
        col(DoNotCall.removed_at).is_(None),
    )
    return by_number.union(as_a_whole)


def forbids_calls(row: Row) -> bool:
    """Whether a row itself says that the person must not be called: its numbers go on the register."""
    if row.tracking is NO_TRACKING:
        return row.status == _DNC
    return row.status == DialStatus.DNC or row.tracking.campaign_resolution == Resolution.DN


class NewLead(NamedTuple):
    """A lead to be made: its row, its contact (negative: a new one, see `Decided.contacts`), and whether it is
    imported as *do not call*."""

    row: Row
    contact: int
    blocked: bool


@dataclass(slots=True)
class Decided:
    """What is to be written for a chunk of rows.

    ``contacts``: the rows of new contacts by their (negative) key. ``merges``: existing contact, row, and whether
    the row's values replace those there are (else they only fill gaps). ``numbers``: to go on the register.
    ``erased``: not to be taken, for a number of theirs belonged to an erased person.
    """

    contacts: dict[int, list[Row]] = field(default_factory=dict)
    leads: list[NewLead] = field(default_factory=list)
    merges: list[tuple[int, Row, bool]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    erased: list[Row] = field(default_factory=list)
    updated: int = 0
    duplicates: int = 0

    @property
    def do_not_call(self) -> int:
        """How many of the leads are imported as *do not call*."""
        return sum(lead.blocked for lead in self.leads)


class Matcher:
    """Decides for every row: a new person, a known person's new lead, or a duplicate.

    remember: keep what earlier chunks decided (a dry run, which writes nothing the database could tell later).
    """

    def __init__(self, duplicates: Duplicates, *, remember: bool = False) -> None:
        self._duplicates = duplicates
        self._remember = remember
        self._here: dict[str, int] = {}
        self._taken: set[int] = set()
        self._registered: set[str] = set()
        self._next = -1

    def decide(self, rows: Iterable[Row], known: Known) -> Decided:
        """What becomes of the rows of a chunk, in their order."""
        if not self._remember:
            self._here, self._taken, self._registered, self._next = {}, set(), set(), -1
        decided = Decided()
        if known.erased:
            rows = list(rows)
            decided.erased = [row for row in rows if any(phone.e164 in known.erased for phone in row.phones)]
        back = {row.line for row in decided.erased}
        rows = [row for row in rows if row.line not in back]
        forbidding = [phone.e164 for row in rows if forbids_calls(row) for phone in row.phones]
        decided.numbers = [e164 for e164 in dict.fromkeys(forbidding) if e164 not in known.registered]
        self._registered.update(known.registered, forbidding)
        for row in rows:
            self._decide_one(row, known, decided)
        return decided

    def _decide_one(self, row: Row, known: Known, decided: Decided) -> None:
        same = None if self._duplicates is Duplicates.ALLOW else self._same_person(row, known)
        if same is not None:
            if self._duplicates is Duplicates.SKIP:
                decided.duplicates += 1
                return
            decided.updated += 1
            if same in decided.contacts:
                decided.contacts[same].append(row)
            elif same > 0:
                decided.merges.append((same, row, True))
            self._note(row, same)
            return
        contact = self._from_elsewhere(row, known)
        if contact is None:
            contact = self._next
            self._next -= 1
            decided.contacts[contact] = [row]
        else:
            self._taken.add(contact)
            decided.merges.append((contact, row, False))
        self._note(row, contact)
        blocked = bool(self._registered or known.blocked_contacts) and (
            contact in known.blocked_contacts or any(phone.e164 in self._registered for phone in row.phones)
        )
        decided.leads.append(NewLead(row, contact, blocked))

    def _note(self, row: Row, contact: int) -> None:
        for phone in row.phones:
            self._here.setdefault(phone.e164, contact)

    def _same_person(self, row: Row, known: Known) -> int | None:
        """The contact with one of the row's numbers and a lead in the scope, if there is one."""
        for phone in row.phones:
            here = self._here.get(phone.e164)
            if here is not None:
                return here
            for match in known.matches.get(phone.e164, ()):
                if match.in_scope or match.contact_id in self._taken:
                    return match.contact_id
        return None

    def _from_elsewhere(self, row: Row, known: Known) -> int | None:
        """A contact with one of the row's numbers that has no lead in this campaign yet, if there is one."""
        for phone in row.phones:
            for match in known.matches.get(phone.e164, ()):
                if not match.in_campaign and match.contact_id not in self._taken:
                    return match.contact_id
        return None

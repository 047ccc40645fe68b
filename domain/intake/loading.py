"""Writing a decided chunk of rows: contacts, numbers, leads, register, segments, in one open transaction.

For the import. Goes through a bulk port, for table objects would cost many times as much.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple, Protocol

from sqlalchemy import Table
from sqlmodel import Session

from domain.base import metadata
from domain.calling.models import Lead
from domain.campaigns.models import CampaignSegment
from domain.campaigns.policy import Policy
from domain.constructs import insert_ignore
from domain.contacts import do_not_call
from domain.contacts.models import Contact, ContactPhone
from domain.contacts.numbering import kind_of
from domain.intake.matching import Decided, Place
from domain.intake.people import PHONE_COLUMNS, merge_contacts, merged
from domain.intake.rows import Row
from domain.intake.standing import Standings
from domain.people.rights import Actor

_NUMBERS_AT_ONCE = 1_000


class BulkLoader(Protocol):
    """Writes many rows at the driver's speed inside the transaction that is open (``storage.bulk``)."""

    def reserve_ids(self, session: Session, table: Table, count: int) -> Sequence[int]:
        """Numbers for new rows, ascending, that nobody else gets."""
        ...

    def insert_rows(
        self, session: Session, table: Table, columns: Sequence[str], rows: Collection[Sequence[object]]
    ) -> int:
        """Insert rows given as values in the order of the columns."""
        ...

    def know_sizes(self, session: Session, tables: Sequence[Table]) -> None:
        """Let the database look at tables that have just grown much."""
        ...


CONTACT_TABLE = metadata.tables[Contact.__tablename__]
PHONE_TABLE = metadata.tables[ContactPhone.__tablename__]
LEAD_TABLE = metadata.tables[Lead.__tablename__]

CONTACT_COLUMNS = (
    "id",
    "organisation_id",
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
    "tags",
    "attributes",
    "created_at",
    "updated_at",
)
LEAD_COLUMNS = (
    "id",
    "organisation_id",
    "campaign_id",
    "contact_id",
    "list_id",
    "owner_id",
    "shift_wanted",
    "status",
    "campaign_status",
    "campaign_resolution",
    "resolution_reason",
    "last_dial_attempt",
    "dial_result",
    "dial_attempts",
    "answered_count",
    "imported_attempts",
    "exhausted",
    "assigned_at",
    "next_attempt_at",
    "queue_state",
    "segment",
    "priority",
    "external_id",
    "attributes",
    "version",
    "created_at",
    "updated_at",
)


class Terms(NamedTuple):
    """The campaign's rules, and whether the list may be called, when a chunk is written."""

    policy: Policy
    list_active: bool


class Loader:
    """Writes the chunks of one import; now: its time."""

    def __init__(self, bulk: BulkLoader, *, actor: Actor, now: datetime) -> None:
        self._bulk = bulk
        self._actor = actor
        self._now = now
        self._terms: Terms | None = None
        self._standings: Standings
        self._segments: set[tuple[str, int]] = set()

    def write(self, session: Session, place: Place, decided: Decided, terms: Terms) -> int:
        """Write a chunk; returns the number of its first lead, 0 if it has none."""
        if terms != self._terms:
            self._terms = terms
            self._standings = Standings(terms.policy, now=self._now, list_active=terms.list_active)
        organisation_id = place.organisation_id
        for start in range(0, len(decided.numbers), _NUMBERS_AT_ONCE):
            do_not_call.register(
                session,
                actor=self._actor,
                numbers=decided.numbers[start : start + _NUMBERS_AT_ONCE],
                contact_id=None,
                now=self._now,
                source="import",
            )
        phones = merge_contacts(session, decided.merges, organisation_id=organisation_id, now=self._now)
        numbers = self._contacts(session, organisation_id, decided, phones)
        phones.sort(key=itemgetter(2))
        self._bulk.insert_rows(session, PHONE_TABLE, PHONE_COLUMNS, phones)
        return self._leads(session, place, decided, numbers)

    def know_sizes(self, session: Session) -> None:
        """The tables have grown much: plans made from now on are to be for tables of this size."""
        self._bulk.know_sizes(session, (CONTACT_TABLE, PHONE_TABLE, LEAD_TABLE))

    def _contacts(
        self, session: Session, organisation_id: int, decided: Decided, phones: list[tuple[object, ...]]
    ) -> dict[int, int]:
        """Write the new contacts, add their numbers to ``phones``; returns their ids by key."""
        now = self._now
        ids: dict[int, int] = {}
        rows: list[tuple[object, ...]] = []
        reserved = self._bulk.reserve_ids(session, CONTACT_TABLE, len(decided.contacts))
        for (key, given), contact_id in zip(decided.contacts.items(), reserved, strict=True):
            row = given[0] if len(given) == 1 else merged(given)
            ids[key] = contact_id
            rows.append(_contact_values(row, contact_id, organisation_id, now))
            for position, phone in enumerate(row.phones):
                phones.append((organisation_id, contact_id, phone.e164, kind_of(phone.e164), position, False))
        self._bulk.insert_rows(session, CONTACT_TABLE, CONTACT_COLUMNS, rows)
        return ids

    def _leads(self, session: Session, place: Place, decided: Decided, contacts: dict[int, int]) -> int:
        now = self._now
        organisation_id, campaign_id, list_id = place.organisation_id, place.campaign_id, place.list_id
        reserved = self._bulk.reserve_ids(session, LEAD_TABLE, len(decided.leads))
        rows: list[tuple[object, ...]] = []
        segments: set[tuple[str, int]] = set()
        standing_of = self._standings.of
        for (row, contact, blocked), lead_id in zip(decided.leads, reserved, strict=True):
            standing = standing_of(row, blocked=blocked)
            given = row.tracking
            segments.add((standing.segment, 99 - row.priority))
            rows.append(
                (
                    lead_id,
                    organisation_id,
                    campaign_id,
                    contacts[contact] if contact < 0 else contact,
                    list_id,
                    row.owner_id,
                    standing.shift_wanted,
                    standing.status,
                    standing.campaign_status,
                    standing.campaign_resolution,
                    given.resolution_reason,
                    given.last_dial_attempt,
                    given.dial_result,
                    given.dial_attempts,
                    given.answered_count,
                    given.dial_attempts,
                    standing.exhausted,
                    None if row.owner_id is None else now,
                    standing.next_attempt_at,
                    standing.queue_state,
                    standing.segment,
                    row.priority,
                    row.external_id,
                    _NO_ATTRIBUTES,
                    1,
                    now,
                    now,
                )
            )
        self._bulk.insert_rows(session, LEAD_TABLE, LEAD_COLUMNS, rows)
        self._know_segments(session, place, segments)
        return reserved[0] if len(reserved) else 0

    def _know_segments(self, session: Session, place: Place, segments: set[tuple[str, int]]) -> None:
        new = segments - self._segments
        if new:
            values = [
                {
                    "organisation_id": place.organisation_id,
                    "campaign_id": place.campaign_id,
                    "segment": segment,
                    "rank": rank,
                }
                for segment, rank in sorted(new)
            ]
            session.execute(insert_ignore(CampaignSegment).values(values))
            self._segments |= new


_NO_TAGS: list[str] = []
_NO_ATTRIBUTES: dict[str, str] = {}


def _contact_values(row: Row, contact_id: int, organisation_id: int, now: datetime) -> tuple[object, ...]:
    return (
        contact_id,
        organisation_id,
        row.name,
        row.first_name,
        row.last_name,
        row.company,
        row.email,
        row.address,
        row.city,
        row.state,
        row.postal_code,
        row.country,
        row.language,
        row.timezone,
        row.notes,
        row.external_id,
        list(row.tags) if row.tags else _NO_TAGS,
        row.attributes or _NO_ATTRIBUTES,
        now,
        now,
    )

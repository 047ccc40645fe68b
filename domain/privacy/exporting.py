"""Everything the shop holds about one person, as one document to hand to them: all campaigns, nothing left out.

Rows are given with all their columns, so that what is added to a table is in the document by itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from domain.audit import log as audit
from domain.base import metadata
from domain.calling.models import Activity, Call, Draft, HistoryEvent, Lead
from domain.campaigns.models import Campaign
from domain.codes import Role
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.errors import NotFound
from domain.people.models import User
from domain.people.rights import Actor, require
from domain.sales.models import Product, Sale

Row = Mapping[str, object]

_OURS: Final = frozenset({"organisation_id", "number_hash"})
"""Columns that are about the shop, not about the person."""
_SELLERS: Final = frozenset(
    {"owner_id", "seller_id", "created_by", "added_by", "removed_by", "user_id", "kept_for"}
)
_NAMED: Final = {"campaign_id": "campaign", "product_id": "product"}


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One person: the contact (``contacts`` where others were merged into it), numbers, and what happened.

    Sellers stand with the names they sign in with; ``exported_at`` is when this was true.
    """

    contact_id: int
    exported_at: datetime
    contacts: tuple[Row, ...]
    numbers: tuple[Row, ...]
    leads: tuple[Row, ...]
    calls: tuple[Row, ...]
    activities: tuple[Row, ...]
    drafts: tuple[Row, ...]
    sales: tuple[Row, ...]
    do_not_call: tuple[Row, ...]
    history: tuple[Row, ...]


def export_contact(session: Session, *, actor: Actor, contact_id: int, now: datetime) -> PersonalData:
    """Everything about one person; that it was read out is kept in the audit log. A fixed number of statements.

    Raises:
        NotAllowed: anybody but an administrator.  NotFound: no such contact, or it was merged into another.
    """
    require(actor, Role.ADMIN, to="export everything about a person")
    ids = _ids(session, actor, contact_id)
    leads = _rows(session, Lead, col(Lead.contact_id).in_(ids))
    lead_ids = [int(str(lead["id"])) for lead in leads]
    found = {
        "contacts": _rows(session, Contact, col(Contact.id).in_(ids)),
        "numbers": _rows(session, ContactPhone, col(ContactPhone.contact_id).in_(ids)),
        "leads": leads,
        "calls": _rows(session, Call, col(Call.contact_id).in_(ids)),
        "activities": _rows(session, Activity, col(Activity.contact_id).in_(ids)),
        "drafts": _rows(session, Draft, col(Draft.lead_id).in_(lead_ids)),
        "sales": _rows(session, Sale, col(Sale.contact_id).in_(ids)),
        "do_not_call": _rows(session, DoNotCall, _registered(actor, ids)),
        "history": _rows(session, HistoryEvent, _told_of(actor, ids, lead_ids)),
    }
    names = _Names(session, actor)
    audit.acted(session, actor, at=now, kind="contact.export", target=str(contact_id))
    return PersonalData(
        contact_id,
        now,
        **{part: tuple(names.told(row) for row in rows) for part, rows in found.items()},
    )


def written(found: PersonalData) -> str:
    """The document as text: JSON, times ISO 8601 UTC."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=_as_text) + "\n"


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _ids(session: Session, actor: Actor, contact_id: int) -> list[int]:
    """The contact and those that were merged into it."""
    rows = session.execute(
        select(col(Contact.id), col(Contact.merged_into)).where(
            col(Contact.organisation_id) == actor.organisation_id,
            or_(col(Contact.id) == contact_id, col(Contact.merged_into) == contact_id),
        )
    )
    into = {number: other for number, other in rows}  # noqa: C416 - rows are no pairs to the type checker
    if contact_id not in into:
        raise NotFound(f"There is no contact {contact_id}.", code="no_contact")
    if into[contact_id] is not None:
        raise NotFound(
            f"Contact {contact_id} was merged into contact {into[contact_id]}; export that one.",
            code="merged",
        )
    return sorted(number for number in into if number is not None)


def _rows(session: Session, model: Any, where: ColumnElement[bool]) -> Sequence[Row]:
    """The rows of a table with all columns, in the order of their ids."""
    rows = metadata.tables[model.__tablename__]
    statement = select(rows).where(where).order_by(rows.c.id)
    return [dict(row._mapping) for row in session.connection().execute(statement)]


def _registered(actor: Actor, ids: Collection[int]) -> ColumnElement[bool]:
    """Entries of the register that name the person, or a number of theirs."""
    theirs = select(col(ContactPhone.e164)).where(col(ContactPhone.contact_id).in_(ids))
    return (col(DoNotCall.organisation_id) == actor.organisation_id) & or_(
        col(DoNotCall.contact_id).in_(ids), col(DoNotCall.e164).in_(theirs)
    )


def _told_of(actor: Actor, ids: Collection[int], lead_ids: Collection[int]) -> ColumnElement[bool]:
    """History of the leads (by index), and of the contact itself by whoever changed it."""
    event = HistoryEvent
    own = col(event.lead_id).is_(None) & col(event.contact_id).in_(ids)
    return (col(event.organisation_id) == actor.organisation_id) & or_(col(event.lead_id).in_(lead_ids), own)


class _Names:
    """Names for the numbers of campaigns, products and users."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._of: dict[str, dict[object, str]] = {}
        for kind, model in (("campaign", Campaign), ("product", Product), ("user", User)):
            table: Any = model
            rows = session.execute(
                select(table.id, table.name).where(table.organisation_id == actor.organisation_id)
            )
            self._of[kind] = {row.id: row.name for row in rows}

    def told(self, row: Row) -> Row:
        """A row for people: without what is the shop's, with names beside numbers."""
        told: dict[str, object] = {}
        for name, value in row.items():
            if name in _OURS:
                continue
            if name in _SELLERS:
                told[name.removesuffix("_id")] = self._of["user"].get(value)
                continue
            told[name] = value
            if name in _NAMED:
                told[_NAMED[name]] = self._of[_NAMED[name]].get(value)
        return told

"""Tables of contacts, their phones and the do-not-call register."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from domain.base import BigId, Entity, Json, partial_index


class Contact(Entity, table=True):
    """A person or company; one for all campaigns, calls and messages.

    ``timezone`` is an IANA name where the data gave one (otherwise the number decides, see
    ``Lead.segment``). ``attributes`` keeps every imported column that is no field, text to text.
    Of an erased person (``erased_at``) and of one that was found to be another (``merged_into``) only the number
    is left, for history and figures to refer to.
    """

    __tablename__: ClassVar[str] = "contact"
    __table_args__ = (
        partial_index(
            "ix_contact_external",
            "organisation_id",
            "external_id",
            where="external_id IS NOT NULL",
        ),
        partial_index("ix_contact_merged", "merged_into", where="merged_into IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )

    name: str = ""
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    language: str | None = None
    timezone: str | None = None
    notes: str | None = None
    external_id: str | None = None
    tags: list[str] = Field(default_factory=list, sa_type=Json)
    attributes: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None
    merged_into: int | None = Field(default=None, sa_type=BigId)


class ContactPhone(Entity, table=True):
    """One number of a contact in E.164 (``+`` and digits). ``position`` is the list order, from 0.

    ``bad`` numbers (wrong number) are never dialled. When a number was last answered is for the call log to say.
    """

    __tablename__: ClassVar[str] = "contact_phone"
    __table_args__ = (
        UniqueConstraint("contact_id", "e164"),
        Index("ix_contact_phone_number", "organisation_id", "e164"),
    )

    contact_id: int = Field(foreign_key="contact.id", sa_type=BigId, ondelete="CASCADE")
    e164: str
    kind: str = "phone"
    position: int = 0
    bad: bool = False


class DoNotCall(Entity, table=True):
    """One entry of the do-not-call register; it is in force while ``removed_at`` is empty.

    Either a number (``e164``) or, for a person as a whole, a contact (``contact_id`` with ``e164`` empty);
    an entry for a number remembers the contact it came from, if any. A number of an erased person stands here as
    ``number_hash`` alone (``domain.privacy.keyed``), without number and contact.
    """

    __tablename__: ClassVar[str] = "do_not_call"
    __table_args__ = (
        partial_index(
            "uq_do_not_call_number",
            "organisation_id",
            "e164",
            unique=True,
            where="removed_at IS NULL AND e164 IS NOT NULL",
        ),
        partial_index(
            "uq_do_not_call_contact",
            "organisation_id",
            "contact_id",
            unique=True,
            where="removed_at IS NULL AND e164 IS NULL",
        ),
        partial_index("ix_do_not_call_contact", "contact_id", where="contact_id IS NOT NULL"),
        partial_index(
            "uq_do_not_call_hash",
            "organisation_id",
            "number_hash",
            unique=True,
            where="removed_at IS NULL AND number_hash IS NOT NULL",
        ),
    )

    e164: str | None = None
    number_hash: str | None = None
    contact_id: int | None = Field(default=None, foreign_key="contact.id", sa_type=BigId)
    reason: str | None = None
    source: str = "manual"
    added_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    added_at: datetime
    removed_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    removed_at: datetime | None = None


class NumberKey(Entity, table=True):
    """The secret of the organisation with which numbers of erased persons are hashed; made with the first of them."""

    __tablename__: ClassVar[str] = "number_key"
    __table_args__ = (UniqueConstraint("organisation_id"),)

    key: str
    created_at: datetime

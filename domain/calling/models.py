"""Tables of the calling queue."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Computed, Index, Integer, SmallInteger, UniqueConstraint
from sqlmodel import Field

from domain.base import BigId, Entity, Json, partial_index


class Lead(Entity, table=True):
    """One contact's place in one campaign.

    Codes are those of ``domain.codes``; ``status`` may be missing (data from elsewhere), never guessed.
    ``version`` grows with every change of the lead's outcome state (not with claims or queue moves).
    Columns the queue relies on, written together by ``domain.calling.queue_state`` and by the import:

    * ``queue_state``: where the lead waits (``domain.codes.QueueState``);
    * ``segment``: key of the contact's time zone(s) and wanted shift (``domain.campaigns.hours.segment_key``),
      whose triple (campaign, segment, rank) must stand in ``campaign_segment``;
    * ``next_attempt_at``: never empty; a new lead has its creation time, later ones the computed time;
    * ``priority``: 0 to 99, higher is sooner, 50 unless told; ``rank`` (99 − priority) is computed by the
      database so that an ascending index gives the order.

    ``dial_attempts`` = max(imported_attempts, calls from elsewhere) + own calls, all since ``counting_from``.
    ``recycle_batch_id`` names the recycle that put the lead where it stands, until its status changes again.
    """

    __tablename__: ClassVar[str] = "lead"
    __table_args__ = (
        UniqueConstraint("organisation_id", "campaign_id", "contact_id"),
        Index("ix_lead_contact", "contact_id"),
        Index("ix_lead_status", "organisation_id", "campaign_id", "status"),
        Index("ix_lead_list", "organisation_id", "list_id"),
        partial_index(
            "ix_lead_ready",
            "organisation_id",
            "campaign_id",
            "segment",
            "rank",
            "next_attempt_at",
            "id",
            where="queue_state = 0",
        ),
        partial_index(
            "ix_lead_owned",
            "organisation_id",
            "campaign_id",
            "owner_id",
            "rank",
            "next_attempt_at",
            "id",
            "segment",
            where="queue_state = 2",
        ),
        partial_index(
            "ix_lead_dropped", "organisation_id", "campaign_id", "next_attempt_at", where="queue_state = 4"
        ),
        partial_index(
            "ix_lead_retry",
            "organisation_id",
            "campaign_id",
            "segment",
            "rank",
            "next_attempt_at",
            "id",
            where="queue_state = 0 AND status IN ('no_answer', 'busy', 'failed', 'congestion', 'dropped')",
        ),
        partial_index(
            "ix_lead_cut",
            "organisation_id",
            "campaign_id",
            "next_attempt_at",
            where="status = 'dropped' AND queue_state < 3",
        ),
        partial_index("ix_lead_owner", "organisation_id", "owner_id", where="owner_id IS NOT NULL"),
        partial_index("ix_lead_external", "organisation_id", "external_id", where="external_id IS NOT NULL"),
        partial_index(
            "ix_lead_no_status", "organisation_id", "campaign_id", where="status IS NULL OR status = ''"
        ),
        partial_index(
            "ix_lead_dialled_new",
            "organisation_id",
            "campaign_id",
            where="status = 'new' AND dial_attempts > 0 AND recycle_batch_id IS NULL",
        ),
        {"sqlite_autoincrement": True},
    )

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    contact_id: int = Field(foreign_key="contact.id", sa_type=BigId)
    list_id: int | None = Field(default=None, foreign_key="lead_list.id", sa_type=BigId)
    owner_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    shift_wanted: str | None = None
    status: str | None = None
    campaign_status: int = Field(default=1, sa_type=SmallInteger)
    campaign_resolution: str | None = None
    resolution_reason: int | None = None
    last_console_action: str | None = None
    last_dial_attempt: datetime | None = None
    dial_result: str | None = None
    dial_attempts: int = 0
    answered_count: int = 0
    imported_attempts: int = 0
    counting_from: datetime | None = None
    exhausted: bool = False
    recycle_batch_id: int | None = Field(default=None, sa_type=BigId)
    last_status_change: datetime | None = None
    last_action_at: datetime | None = None
    assigned_at: datetime | None = None
    next_attempt_at: datetime
    queue_state: int = Field(default=0, sa_type=SmallInteger)
    segment: str = ""
    priority: int = Field(default=50, sa_type=SmallInteger)
    rank: int | None = Field(
        default=None, sa_column=Column(SmallInteger, Computed("99 - priority", persisted=True))
    )
    external_id: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    version: int = Field(default=1, sa_type=Integer)
    created_at: datetime
    updated_at: datetime

    def latest_attempt(self, at: datetime) -> datetime:
        """The last attempt once there is one at ``at``; the clock of a call from outside may have been ahead."""
        return max(at, self.last_dial_attempt or at)


class HopperEntry(Entity, table=True):
    """A lead that is ready to be called, or in a seller's hands: one per lead, one claimed per seller.

    A claim is an entry with ``locked_by``; it is a lease until ``expires_at``. ``kept_for`` puts a free entry
    at the front for one seller (the person on screen when an undo or a jump came between) until ``kept_until``;
    ``kept_until`` alone puts the lead off until then (it was skipped).
    ``from_pool`` tells whether the fill put it here (on release it goes back to ``new``) or the claim made it.
    """

    __tablename__: ClassVar[str] = "hopper_entry"
    __table_args__ = (
        UniqueConstraint("campaign_id", "lead_id"),
        Index("ix_hopper_entry_lead", "lead_id"),
        Index("ix_hopper_entry_number", "organisation_id", "e164"),
        partial_index(
            "ix_hopper_entry_free",
            "organisation_id",
            "campaign_id",
            "rank",
            "ready_at",
            "id",
            where="state = 'new'",
        ),
        partial_index(
            "uq_hopper_entry_claim",
            "organisation_id",
            "locked_by",
            unique=True,
            where="locked_by IS NOT NULL",
        ),
        partial_index(
            "ix_hopper_entry_expiry", "organisation_id", "expires_at", where="expires_at IS NOT NULL"
        ),
        partial_index("ix_hopper_entry_kept", "organisation_id", "kept_for", where="kept_for IS NOT NULL"),
    )

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    lead_id: int = Field(foreign_key="lead.id", sa_type=BigId, ondelete="CASCADE")
    e164: str | None = None
    segment: str = ""
    shift: str | None = None
    rank: int = Field(default=49, sa_type=SmallInteger)
    source: str = "fresh"
    state: str = "new"
    from_pool: bool = True
    ready_at: datetime
    locked_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    locked_at: datetime | None = None
    dialled_at: datetime | None = None
    expires_at: datetime | None = None
    call_id: int | None = Field(default=None, sa_type=BigId)
    kept_for: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    kept_until: datetime | None = None
    created_at: datetime


class HeldNumber(Entity, table=True):
    """A number of a claimed lead: one number is in one seller's hands at a time, whatever the campaign."""

    __tablename__: ClassVar[str] = "held_number"
    __table_args__ = (
        UniqueConstraint("organisation_id", "e164"),
        Index("ix_held_number_entry", "entry_id"),
    )

    e164: str
    entry_id: int = Field(foreign_key="hopper_entry.id", sa_type=BigId, ondelete="CASCADE")
    expires_at: datetime


class Call(Entity, table=True):
    """One attempt: the call log. ``source`` is ``console`` for our own, ``external`` for one reported to us.

    ``result`` is a code of ``CallResult`` or empty while it runs; ``counted`` tells whether the attempt counts;
    ``applied_at`` when a reported call reached its lead; ``undone_at`` when its outcome was undone.
    ``campaign_status`` and ``resolution`` are what its outcome said, empty where it left them as they were.
    Times of talk and wrap-up are in seconds.
    """

    __tablename__: ClassVar[str] = "call"
    __table_args__ = (
        Index("ix_call_lead", "lead_id", "started_at"),
        Index("ix_call_contact", "contact_id", "started_at"),
        Index("ix_call_seller", "organisation_id", "seller_id", "started_at"),
        Index("ix_call_number", "organisation_id", "e164", "started_at"),
        partial_index(
            "ix_call_counted",
            "organisation_id",
            "campaign_id",
            "lead_id",
            "source",
            "started_at",
            "result",
            "counted",
            "undone_at",
            where="counted AND undone_at IS NULL",
        ),
        # What reports ask of the calls of some days, so that they need not read the calls themselves.
        partial_index(
            "ix_call_acted",
            "organisation_id",
            "campaign_id",
            "started_at",
            "lead_id",
            "seller_id",
            "campaign_status",
            "resolution",
            "result",
            "talk_seconds",
            "wrap_seconds",
            "counted",
            "undone_at",
            where="counted AND undone_at IS NULL",
        ),
        partial_index(
            "ix_call_unapplied",
            "organisation_id",
            "started_at",
            where="applied_at IS NULL AND source = 'external'",
        ),
        partial_index(
            "uq_call_external",
            "organisation_id",
            "external_id",
            unique=True,
            where="external_id IS NOT NULL",
        ),
    )

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    lead_id: int = Field(foreign_key="lead.id", sa_type=BigId)
    contact_id: int = Field(foreign_key="contact.id", sa_type=BigId)
    seller_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    e164: str | None = None
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None
    action: str | None = None
    campaign_status: int | None = Field(default=None, sa_type=SmallInteger)
    resolution: str | None = None
    source: str = "console"
    external_id: str | None = None
    talk_seconds: int = 0
    wrap_seconds: int = 0
    counted: bool = True
    applied_at: datetime | None = None
    undone_at: datetime | None = None


class Activity(Entity, table=True):
    """Anything that happened or is due with a contact: call, note, callback (and, later, messages).

    A callback is a pending activity with ``due_at``; ``seller_id`` empty means anybody's. ``state`` is
    ``pending``, ``completed``, ``cancelled`` or ``undone``. ``action`` is the slug of the outcome, if any.
    """

    __tablename__: ClassVar[str] = "activity"
    __table_args__ = (
        Index("ix_activity_contact", "contact_id", "at"),
        Index("ix_activity_lead", "lead_id"),
        partial_index(
            "ix_activity_due",
            "organisation_id",
            "seller_id",
            "campaign_id",
            "due_at",
            where="state = 'pending'",
        ),
        partial_index(
            "ix_activity_callback",
            "organisation_id",
            "campaign_id",
            "due_at",
            "lead_id",
            where="state = 'pending' AND kind = 'callback'",
        ),
        partial_index("ix_activity_pending_lead", "lead_id", where="state = 'pending'"),
    )

    contact_id: int = Field(foreign_key="contact.id", sa_type=BigId)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", sa_type=BigId)
    lead_id: int | None = Field(default=None, foreign_key="lead.id", sa_type=BigId)
    seller_id: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    call_id: int | None = Field(default=None, sa_type=BigId)
    kind: str
    state: str = "completed"
    action: str | None = None
    notes: str | None = None
    at: datetime
    due_at: datetime | None = None
    created_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    completed_at: datetime | None = None


class HistoryEvent(Entity, table=True):
    """One change, append-only: who, when, what before, what after, and why. Ids and codes only, no text.

    ``kind`` names the use case (``outcome``, ``undo``, ``skip``, ``claim_expired``, ``import``, ``do_not_call``,
    ``edit`` …); ``before`` and ``after`` hold the changed values; ``undoes`` the event taken back; ``batch_id`` the
    recycle, hand-out, release or bulk edit it was part of, each numbered by itself: ``kind`` says which.
    The database refuses updates and deletes of these rows.
    """

    __tablename__: ClassVar[str] = "history_event"
    __table_args__ = (
        Index("ix_history_event_lead", "organisation_id", "lead_id", "id"),
        Index("ix_history_event_user", "organisation_id", "user_id", "at"),
        partial_index("ix_history_event_batch", "batch_id", "lead_id", where="batch_id IS NOT NULL"),
    )

    at: datetime
    user_id: int | None = Field(default=None, sa_type=BigId)
    lead_id: int | None = Field(default=None, sa_type=BigId)
    contact_id: int | None = Field(default=None, sa_type=BigId)
    campaign_id: int | None = Field(default=None, sa_type=BigId)
    call_id: int | None = Field(default=None, sa_type=BigId)
    kind: str
    action: str | None = None
    before: dict[str, object] | None = Field(default=None, sa_type=Json)
    after: dict[str, object] | None = Field(default=None, sa_type=Json)
    undoes: int | None = Field(default=None, sa_type=BigId)
    batch_id: int | None = Field(default=None, sa_type=BigId)


class UndoEntry(Entity, table=True):
    """One outcome a seller can take back: the exact former state, as ids and codes, until it is undone."""

    __tablename__: ClassVar[str] = "undo_entry"
    __table_args__ = (
        Index("ix_undo_entry_seller", "organisation_id", "seller_id", "id"),
        Index("ix_undo_entry_lead", "lead_id"),
    )

    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    lead_id: int = Field(foreign_key="lead.id", sa_type=BigId, ondelete="CASCADE")
    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    event_id: int = Field(sa_type=BigId)
    lead_version: int
    at: datetime
    former: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    undone_at: datetime | None = None


class Draft(Entity, table=True):
    """A note being typed for a lead: it outlives the terminal and goes with the outcome."""

    __tablename__: ClassVar[str] = "draft"
    __table_args__ = (UniqueConstraint("organisation_id", "seller_id", "lead_id"),)

    seller_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    lead_id: int = Field(foreign_key="lead.id", sa_type=BigId, ondelete="CASCADE")
    text: str = ""
    updated_at: datetime


class ConsoleAction(Entity, table=True):
    """What a key of the console does. Data, edited by an administrator.

    ``campaign_status``, ``resolution`` and ``lead_status`` each hold a code, ``keep`` or ``clear``.
    ``labels`` maps language to text. ``result`` is the call result an outcome of this kind records.
    ``marks_phone_bad``: the number dialled was wrong. ``origin``: ``seed`` or ``shop``.
    """

    __tablename__: ClassVar[str] = "console_action"
    __table_args__ = (UniqueConstraint("organisation_id", "slug"),)

    slug: str
    labels: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    type: str
    key: str | None = None
    colour: str = "neutral"
    campaign_status: str
    resolution: str
    lead_status: str
    reason: str = "never"
    confirm: bool = False
    result: str = "answered"
    marks_phone_bad: bool = False
    active: bool = True
    position: int = 0
    origin: str = "shop"


class Reason(Entity, table=True):
    """A finer cause under a resolution, with the shop's own code. ``labels`` maps language to text."""

    __tablename__: ClassVar[str] = "reason"
    __table_args__ = (UniqueConstraint("organisation_id", "resolution", "code"),)

    resolution: str
    code: int
    labels: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    active: bool = True
    position: int = 0

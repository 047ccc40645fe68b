"""What the seller's use cases return: plain, frozen data that a screen or a command can print.

No table object leaves a use case; times are aware UTC, the reader turns them local.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.calling.effects import LeadRules


@dataclass(frozen=True, slots=True)
class PhoneView:
    """One number of the contact on screen. ``next`` marks the one the dial key takes."""

    e164: str
    kind: str
    bad: bool = False
    do_not_call: bool = False
    next: bool = False
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the contact's history, newest first.

    ``kind``: ``call``, ``note``, ``callback``. ``label`` is the outcome's or result's label in the reader's
    language; ``campaign`` is set when it happened in another campaign; ``undone`` lines are kept and marked.
    """

    at: datetime
    kind: str
    label: str
    glyph: str
    who: str | None = None
    note: str | None = None
    campaign: str | None = None
    result: str | None = None
    action: str | None = None
    talk_seconds: int = 0
    undone: bool = False


@dataclass(frozen=True, slots=True)
class OtherCampaign:
    """The same contact's place in another campaign."""

    name: str
    active: bool
    status: str | None
    campaign_status: int
    resolution: str | None
    last_action_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason a digit can choose."""

    code: int
    label: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """A console action ready for a key: label in the reader's language, what it sets, what it asks."""

    slug: str
    label: str
    key: str | None
    type: str
    colour: str
    campaign_status: str
    resolution: str
    lead_status: str
    reason: str
    confirm: bool
    active: bool = True
    position: int = 0
    origin: str = "seed"
    marks_phone_bad: bool = False
    reasons: tuple[ReasonView, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What pressing an action's key now would do to this person.

    ``kind``: ``ends``, ``retry`` (comes back at ``at``), ``callback`` (a callback at ``at``), ``choose`` (asks
    for a time), ``shift`` (back to the pool for a shift, from ``at``), ``everywhere`` (do not call),
    ``exhausted`` (was the last attempt).
    ``sets`` is the short code pair, such as ``4 S2``.
    """

    kind: str
    sets: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallbackView:
    """The callback that brought this person, with its note."""

    activity_id: int
    due_at: datetime
    note: str | None = None
    seller: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the console shows about the person on the line.

    ``source`` says why this person came: ``callback`` (own), ``callback_any``, ``dropped``, ``assigned``,
    ``pool``, ``kept`` (was on screen before), ``jump``, ``previous``. ``zone`` is the contact's IANA zone;
    ``open_until``/``next_open`` tell until or from when calling is allowed. ``dialling_since`` is set during a
    call. ``rules`` computes the effect of each action at any moment.
    """

    lead_id: int
    version: int
    campaign_id: int
    campaign: str
    contact_id: int
    name: str
    source: str
    zone: str
    callable_now: bool
    open_until: datetime | None
    next_open: datetime | None
    attempts: int
    max_attempts: int
    status: str | None
    campaign_status: int
    resolution: str | None
    claim_expires_at: datetime
    rules: LeadRules
    last_result: str | None = None
    last_attempt_at: datetime | None = None
    company: str | None = None
    email: str | None = None
    address: str | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    phones: tuple[PhoneView, ...] = ()
    draft: str = ""
    script: str = ""
    callback: CallbackView | None = None
    others: tuple[OtherCampaign, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    dialling_since: datetime | None = None
    dialled_number: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The seller's queue figures: ready in this campaign, own callbacks due in all campaigns, own day so far."""

    ready: int = 0
    due: int = 0
    done_today: int = 0
    sales_today: int = 0


@dataclass(frozen=True, slots=True)
class NextLead:
    """The next person, or why there is none and when there will be (``next_at``). ``low``: the hopper runs low."""

    dossier: Dossier | None
    figures: Figures
    why: str | None = None
    next_at: datetime | None = None
    low: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """What an outcome did. ``stored_only``: the lead was out of this seller's hands, so only call and note were kept.

    ``reasons`` are those now offered for a digit; ``notices`` are lines the seller should read.
    """

    lead_id: int
    name: str
    action: str
    label: str
    status: str | None
    campaign_status: int
    resolution: str | None
    reason: int | None
    next_attempt_at: datetime | None
    callback_at: datetime | None = None
    event_id: int = 0
    exhausted: bool = False
    stored_only: bool = False
    zone: str = "UTC"
    reasons: tuple[ReasonView, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What was taken back; ``kept`` names leads of a do-not-call that were touched since and stay."""

    lead_id: int
    campaign_id: int
    name: str
    action: str
    label: str
    notices: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One person of the queue or of a search, with the reason they stand there.

    ``why``: ``callback``, ``callback_any``, ``dropped``, ``assigned``, ``pool``, ``handled``.
    """

    lead_id: int
    name: str
    why: str
    at: datetime | None = None
    status: str | None = None
    resolution: str | None = None
    phone: str | None = None
    campaign: str | None = None
    attempts: int = 0
    due: bool = False


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """What waits for this seller in one campaign, for the picker."""

    campaign_id: int
    name: str
    active: bool
    open_now: bool
    hours: str
    leads: int
    ready: int
    due: int
    due_later: int
    assigned: int
    waiting: int
    done_today: int
    next_at: datetime | None = None
    closed_because: str | None = None
    zones: tuple[str, ...] = field(default=())

"""The closed sets of the product: codes with label, class, glyph and group, in one place for every room.

Source of the codes and groups: the calling specification, sections 1.1 to 1.5.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class StatusClass(StrEnum):
    """What a dial status means for the next call; the screen adds a glyph and a word to the colour."""

    FRESH = "fresh"
    RECYCLABLE = "recyclable"
    OPEN = "open"
    FINAL = "final"
    PROBLEMATIC = "problematic"

    @property
    def glyph(self) -> str:
        return {"fresh": "•", "recyclable": "↻", "open": "○", "final": "✕", "problematic": "⚠"}[self.value]


class DialStatus(StrEnum):
    """What the telephone told us about a lead. A lead may also have none (``None``), shown as *No status*."""

    NEW = "new"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    DROPPED = "dropped"
    CONGESTION = "congestion"
    CALLBACK = "callback"
    CONTACTED = "contacted"
    SALE = "sale"
    NOT_INTERESTED = "not_interested"
    DNC = "dnc"
    INVALID = "invalid"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]

    @property
    def status_class(self) -> StatusClass:
        if self is DialStatus.NEW:
            return StatusClass.FRESH
        if self in RECYCLABLE_STATUSES:
            return StatusClass.RECYCLABLE
        return StatusClass.FINAL if self in FINAL_STATUSES else StatusClass.OPEN


NO_STATUS_KEY = "no_status"
NO_STATUS_LABEL = "No status"

_STATUS_LABELS = {
    DialStatus.NEW: "New",
    DialStatus.NO_ANSWER: "No answer",
    DialStatus.BUSY: "Busy",
    DialStatus.FAILED: "Failed",
    DialStatus.DROPPED: "Dropped",
    DialStatus.CONGESTION: "Congestion",
    DialStatus.CALLBACK: "Callback",
    DialStatus.CONTACTED: "Contacted",
    DialStatus.SALE: "Sale",
    DialStatus.NOT_INTERESTED: "Not interested",
    DialStatus.DNC: "Do not call",
    DialStatus.INVALID: "Invalid",
    DialStatus.CLOSED: "Closed",
}

RECYCLABLE_STATUSES = frozenset(
    {
        DialStatus.NO_ANSWER,
        DialStatus.BUSY,
        DialStatus.FAILED,
        DialStatus.DROPPED,
        DialStatus.CONGESTION,
        DialStatus.CALLBACK,
    }
)
IN_PLAY = frozenset({DialStatus.NEW, *RECYCLABLE_STATUSES})
"""Statuses with which a lead may wait in the queue, as far as its campaign retries them."""
FINAL_STATUSES = frozenset(
    {DialStatus.SALE, DialStatus.NOT_INTERESTED, DialStatus.DNC, DialStatus.INVALID, DialStatus.CLOSED}
)


def status_label(status: str | None) -> str:
    """The label of a stored status; *No status* for none, the word itself for one unknown to this version."""
    if not status or status.isspace():
        return NO_STATUS_LABEL
    return DialStatus(status).label if status in set(DialStatus) else status


def status_class(status: str | None) -> StatusClass:
    """The class of a stored status; no status (or an unknown word) is problematic."""
    if not status or status not in set(DialStatus):
        return StatusClass.PROBLEMATIC
    return DialStatus(status).status_class


class CampaignStatus(IntEnum):
    """How far the campaign got with a person."""

    NOT_CONTACTED = 1
    CONTACTED = 2
    COULD_NOT_CONTACT = 3
    ENDED_WITH_CONTACT = 4
    ENDED_WITHOUT_CONTACT = 5
    SWITCH_TO_MORNING = 6
    SWITCH_TO_AFTERNOON = 7

    @property
    def label(self) -> str:
        return _CAMPAIGN_STATUS_LABELS[self]


_CAMPAIGN_STATUS_LABELS = {
    CampaignStatus.NOT_CONTACTED: "Not yet contacted",
    CampaignStatus.CONTACTED: "Contacted",
    CampaignStatus.COULD_NOT_CONTACT: "Called, could not contact",
    CampaignStatus.ENDED_WITH_CONTACT: "Ended with contact",
    CampaignStatus.ENDED_WITHOUT_CONTACT: "Ended without contact",
    CampaignStatus.SWITCH_TO_MORNING: "Switch to morning",
    CampaignStatus.SWITCH_TO_AFTERNOON: "Switch to afternoon",
}
CONTACTED_CAMPAIGN_STATUSES = frozenset({2, 4, 6, 7})
FINISHED_CAMPAIGN_STATUSES = frozenset({4, 5})


class Resolution(StrEnum):
    """Why a lead ended, or stands, as it does."""

    S1 = "S1"
    S2 = "S2"
    SP = "SP"
    NI = "NI"
    DN = "DN"
    LO = "LO"
    AS = "AS"
    EP = "EP"
    UN = "UN"
    CW = "CW"
    SC = "SC"
    CL = "CL"
    NF = "NF"

    @property
    def label(self) -> str:
        return _RESOLUTION_LABELS[self]


_RESOLUTION_LABELS = {
    Resolution.S1: "Success with promotion",
    Resolution.S2: "Success with direct sale",
    Resolution.SP: "Started promotion",
    Resolution.NI: "Not interested",
    Resolution.DN: "Do not call anymore",
    Resolution.LO: "Logistics",
    Resolution.AS: "Already a subscriber",
    Resolution.EP: "Error in promotion",
    Resolution.UN: "Cannot find contact",
    Resolution.CW: "Close without contact",
    Resolution.SC: "Scheduled",
    Resolution.CL: "Call later",
    Resolution.NF: "Not found",
}
SUCCESS_RESOLUTIONS = frozenset({Resolution.S1, Resolution.S2})
REJECTED_RESOLUTIONS = frozenset({Resolution.AS, Resolution.DN, Resolution.LO, Resolution.NI})


class ActionType(StrEnum):
    """The kind of a console action: it decides what follows an outcome."""

    SUCCESS = "success"
    DECLINED = "declined"
    NO_CONTACT = "no contact"
    NOT_FOUND = "not found"
    CALL_LATER = "call later"
    SCHEDULED = "scheduled"
    PENDING = "pending"


class ReasonMode(StrEnum):
    """Whether an action asks for a reason: not at all, after it was recorded, or before."""

    NEVER = "never"
    OFFERED = "offered"
    REQUIRED = "required"


class CallResult(StrEnum):
    """How one call ended, as the telephone or another system reported it."""

    ANSWERED = "answered"
    IN_PROGRESS = "in_progress"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    DROPPED = "dropped"
    CONGESTION = "congestion"
    INVALID = "invalid"


class Role(StrEnum):
    """What a user may do; the rights themselves stand in ``domain.people.rights``."""

    SELLER = "seller"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Shift(StrEnum):
    """The half of the day a seller works, or a lead wants to be called in."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


class SellerState(StrEnum):
    """What a seller is doing; each change is kept with its time."""

    READY = "ready"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    AWAY = "away"

    @property
    def label(self) -> str:
        return {"wrap_up": "wrap-up"}.get(self.value, self.value)


class QueueState(IntEnum):
    """Where a lead waits. One writer computes it (``domain.calling.queue_state``); indexes rely on it.

    READY: in the campaign's pool, taken by the hopper fill when its time comes and its hours are open.
    IN_HOPPER: has a hopper entry made by the fill.  OWNED: like READY, but kept for its owner.
    CALLBACK: waits for its pending callback.  DROPPED: waits for the one quick retry after a cut call.
    OUT: not to be dialled (final, outcome missing, no status, exhausted, no good number, list paused).
    """

    READY = 0
    IN_HOPPER = 1
    OWNED = 2
    CALLBACK = 3
    DROPPED = 4
    OUT = 9


class HopperSource(StrEnum):
    """Why an entry is in the hopper."""

    FRESH = "fresh"
    RETRY = "retry"
    CALLBACK = "callback"
    DROPPED = "dropped"
    RECYCLED = "recycled"
    MANUAL = "manual"


class HopperState(StrEnum):
    """Free to take, in a seller's hands, or being dialled."""

    NEW = "new"
    LOCKED = "locked"
    DIALING = "dialing"

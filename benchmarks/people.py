"""Made-up leads in any number, spread as in a campaign that has run for some weeks.

About fifty time zones, four ranks, all statuses, a register; four in five of those that may be dialled wait.
The numbers (+999…) belong to no country and the names to nobody. The same count gives the same people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.codes import FINAL_STATUSES, QueueState

AT_ONCE = 20_000

ZONES = (
    "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver", "Europe/London",
    "America/Sao_Paulo", "America/Mexico_City", "America/Argentina/Buenos_Aires", "America/Montevideo",
    "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Lisbon", "America/Bogota",
    "America/Lima", "America/Santiago", "America/Caracas", "America/Phoenix", "America/Toronto",
    "America/Halifax", "America/Anchorage", "Pacific/Honolulu", "Europe/Amsterdam", "Europe/Warsaw",
    "Europe/Athens", "Europe/Helsinki", "Europe/Istanbul", "Africa/Johannesburg", "Africa/Lagos",
    "Africa/Cairo", "Asia/Jerusalem", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu",
    "Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore", "Asia/Manila", "Asia/Shanghai", "Asia/Tokyo",
    "Asia/Seoul", "Australia/Perth", "Australia/Adelaide", "Australia/Sydney", "Pacific/Auckland",
    "America/La_Paz", "America/Asuncion", "America/Guayaquil",
)  # fmt: skip
"""Half of the leads are in the first six zones, as in real lists; at any hour some zones are open."""

PRIORITIES = ((50, 85), (70, 8), (30, 5), (90, 2))
STATUSES = (
    ("new", 15), ("no_answer", 47), ("busy", 12), ("failed", 3), ("congestion", 1), ("dropped", 2),
    ("callback", 5), ("contacted", 1), ("sale", 5), ("not_interested", 6), ("dnc", 1), ("invalid", 1),
    ("closed", 1),
)  # fmt: skip
OWNED_PERCENT = 2
DUE_PERCENT = 20
SMALL = 5_000
"""In a shop with fewer leads nobody waits, so that there are enough to work with."""
SEVERAL_ZONES_PERCENT = 1
DUE_FOR = timedelta(days=7)
WAITS_FOR = timedelta(days=1000)
"""How long the last of those who wait still have: so long that a database kept for later runs stays as it is."""

_GIVEN = ("Ada", "Bruno", "Celia", "Dario", "Elsa", "Fabio", "Greta", "Hugo", "Irma", "Joel", "Karin", "Luis")
_FAMILY = ("Ample", "Brook", "Cedar", "Dale", "Elm", "Fern", "Grove", "Heath", "Ivy", "Juniper", "Knoll")
NAME = rf"(?:{'|'.join(_GIVEN)}) (?:{'|'.join(_FAMILY)}) \d{{7}}"
"""How a name looks, for who reads it from a screen."""
_RESULT_ACTIONS = {"no_answer": "not-found", "busy": "busy", "failed": "not-found", "congestion": "not-found"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the people go: ids of the shop, campaign and list, the sellers, and the moment they were made."""

    organisation_id: int
    campaign_id: int
    list_id: int
    sellers: tuple[int, ...]
    now: datetime


CONTACT_COLUMNS = (
    "id", "organisation_id", "name", "city", "timezone", "tags", "attributes", "created_at", "updated_at",
)  # fmt: skip
PHONE_COLUMNS = ("organisation_id", "contact_id", "e164", "kind", "position", "bad")
LEAD_COLUMNS = (
    "id", "organisation_id", "campaign_id", "contact_id", "list_id", "owner_id", "status", "campaign_status",
    "campaign_resolution", "last_console_action", "last_dial_attempt", "dial_result", "dial_attempts",
    "answered_count", "imported_attempts", "exhausted", "last_status_change", "last_action_at",
    "next_attempt_at", "queue_state", "segment", "priority", "attributes", "version", "created_at",
    "updated_at",
)  # fmt: skip
CALL_COLUMNS = (
    "id", "organisation_id", "campaign_id", "lead_id", "contact_id", "seller_id", "e164", "started_at", "ended_at",
    "result", "action", "source", "talk_seconds", "wrap_seconds", "counted", "applied_at",
)  # fmt: skip
ACTIVITY_COLUMNS = (
    "organisation_id", "contact_id", "campaign_id", "lead_id", "seller_id", "call_id", "kind", "state",
    "action", "notes", "at", "due_at", "created_by", "completed_at",
)  # fmt: skip
REGISTER_COLUMNS = ("organisation_id", "e164", "contact_id", "source", "added_by", "added_at")
EVENT_COLUMNS = (
    "organisation_id", "at", "user_id", "lead_id", "contact_id", "campaign_id", "call_id", "kind", "action",
    "before", "after",
)  # fmt: skip
TABLES = (
    ("contact", CONTACT_COLUMNS),
    ("contact_phone", PHONE_COLUMNS),
    ("lead", LEAD_COLUMNS),
    ("call", CALL_COLUMNS),
    ("activity", ACTIVITY_COLUMNS),
    ("do_not_call", REGISTER_COLUMNS),
    ("history_event", EVENT_COLUMNS),
)
"""The tables in the order in which they must be written, each with its columns."""

Row = tuple[object, ...]


class Crowd:
    """Makes the people, batch after batch; rows of each batch stand in lists in the order of ``TABLES``."""

    def __init__(self, count: int, place: Place) -> None:
        self.count = count
        self.place = place
        self.segments: set[tuple[str, int]] = set()
        self._chance = Random(58_466)
        self._calls = 0
        self._due_percent = DUE_PERCENT if count >= SMALL else 100
        self._lists: tuple[list[Row], ...] = ()

    def batches(self) -> Iterator[tuple[list[Row], ...]]:
        """``count`` people with one number and one lead each, numbered from 1."""
        chance = self._chance
        zone_weights = [1 / (n + 1) ** 0.8 for n in range(len(ZONES))]
        for start in range(0, self.count, AT_ONCE):
            size = min(AT_ONCE, self.count - start)
            zones = chance.choices(ZONES, zone_weights, k=size)
            priorities = chance.choices([p for p, _ in PRIORITIES], [w for _, w in PRIORITIES], k=size)
            statuses = chance.choices([s for s, _ in STATUSES], [w for _, w in STATUSES], k=size)
            self._lists = tuple([] for _ in TABLES)
            for n, zone, priority, status in zip(range(size), zones, priorities, statuses, strict=True):
                self._add(start + n + 1, zone, priority, status)
            yield self._lists

    def _happens(self, percent: int) -> bool:
        return self._chance.random() * 100 < percent

    def _add(self, number: int, zone: str, priority: int, status: str) -> None:
        place, chance = self.place, self._chance
        shop, now = place.organisation_id, place.now
        created = now - timedelta(days=30)
        name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)} {number:07d}"
        plan = {"plan": chance.choice(("basic", "plus"))}
        e164 = f"+999{number:09d}"
        several = (
            zone.startswith("Europe/") and zone > "Europe/London" and self._happens(SEVERAL_ZONES_PERCENT)
        )
        segment = f"Europe/London|{zone}" if several else zone
        self.segments.add((segment, 99 - priority))
        due = self._happens(self._due_percent)
        at = now - DUE_FOR * chance.random() if due else now + timedelta(days=1) + WAITS_FOR * chance.random()
        at = at.replace(second=0, microsecond=0)
        attempts = 0 if status == "new" else chance.randint(1, 4)
        last = (now - DUE_FOR - timedelta(hours=chance.randint(1, 400))) if attempts else None
        owner, state = self._waits(status, due)
        final = status in FINAL_STATUSES
        told = due and not final and last is not None and state != QueueState.CALLBACK
        calls = min(attempts, 2) if told else 0
        answered = 1 if final else 0 if status in _RESULT_ACTIONS else calls
        # Attempts without calls came with the file, so they were made before the lead was here.
        here = last if last is not None and not calls else created
        contacts, phones, leads, _, activities, register, _ = self._lists
        contacts.append((number, shop, name, "Elsewhere", None, [], plan, created, created))
        phones.append((shop, number, e164, "phone", 0, False))
        leads.append((
            number, shop, place.campaign_id, number, place.list_id, owner, status,
            4 if final else 3 if attempts else 1, None, None, last,
            status if status in _RESULT_ACTIONS else "answered" if attempts else None, attempts,
            answered, attempts - calls, False, last, last, at, state, segment, priority, {}, 1, here, here,
        ))  # fmt: skip
        if status == "dnc":
            register.append((shop, e164, number, "outcome", chance.choice(place.sellers), created))
        if state == QueueState.CALLBACK:
            activities.append(self._callback(number, at))
        elif told and last is not None:
            self._remember(number, e164, status, calls, last)

    def _waits(self, status: str, due: bool) -> tuple[int | None, int]:
        """Owner and queue state. Owned leads all wait for later, so that who comes next comes from the pool."""
        if status in FINAL_STATUSES or status == "contacted":
            return None, QueueState.OUT.value
        if status == "callback" and not due:
            return None, QueueState.CALLBACK.value
        if not due and self._happens(OWNED_PERCENT):
            return self._chance.choice(self.place.sellers), QueueState.OWNED.value
        return None, QueueState.READY.value

    def _callback(self, number: int, at: datetime) -> Row:
        place, seller = self.place, self._chance.choice(self.place.sellers)
        return (
            place.organisation_id, number, place.campaign_id, number, seller, None, "callback", "pending",
            "schedule", None, place.now - timedelta(days=8), at, seller, None,
        )  # fmt: skip

    def _remember(self, number: int, e164: str, status: str, count: int, last: datetime) -> None:
        """The last calls of somebody who may be dialled now, for the screen to show."""
        place = self.place
        action = _RESULT_ACTIONS.get(status, "call-later")
        result = status if status in _RESULT_ACTIONS else "answered"
        _, _, _, calls, activities, _, events = self._lists
        for n in range(count):
            self._calls += 1
            at = last - timedelta(days=2 * n)
            seller = self._chance.choice(place.sellers)
            calls.append((
                self._calls, place.organisation_id, place.campaign_id, number, number, seller, e164, at, at,
                result, action, "console", 20, 5, True, at,
            ))  # fmt: skip
            activities.append((
                place.organisation_id, number, place.campaign_id, number, seller, self._calls, "call",
                "completed", action, "asked to be called another day" if n == 0 else None, at, None, seller, at,
            ))  # fmt: skip
            events.append((
                place.organisation_id, at, seller, number, number, place.campaign_id, self._calls, "outcome",
                action, {"status": "new", "dial_attempts": n}, {"status": status, "dial_attempts": n + 1},
            ))  # fmt: skip

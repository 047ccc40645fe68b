"""Writes stories down as the rows an import, a dial and an outcome would have left: leads, calls, history."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from domain.calling import queue_state
from domain.calling.action_seed import ACTION_SEED
from domain.calling.outcome_writes import said
from domain.codes import DialStatus
from storage.demo.ahead import Agreed
from storage.demo.cast import Somebody
from storage.demo.offers import Offer
from storage.demo.replay import Standing, Step, moment
from storage.demo.sheets import Sheets
from storage.demo.story import Story

# How often a seller leaves a note, by action; one in ten else.
_NOTE_SHARES = {
    "schedule": 0.8,
    "start-promotion": 0.5,
    "do-not-call": 0.8,
    "sale": 0.25,
    "not-interested": 0.3,
}
_PRIORITY, _BOUGHT_BEFORE_PRIORITY = 50, 60


# What a report counts a call by; a call that only has a result says nothing more.
_SAID = {
    slug: tuple(said(meaning["campaign_status"], meaning["resolution"]).values())
    for slug, meaning, _ in ACTION_SEED
} | {None: (None, None)}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What all rows of a campaign share. `sellers` and `products` are ids, in the order of the stories."""

    organisation_id: int
    campaign_id: int
    opened: datetime
    dialable: frozenset[str]
    sellers: Sequence[int]
    products: Sequence[tuple[int, Offer]]


@dataclass(frozen=True, slots=True)
class Handed:
    """A lead given to a seller: to whom, when, by which supervisor."""

    owner_id: int
    at: datetime
    by: int


@dataclass(frozen=True, slots=True)
class Place:
    """The numbers of one lead's rows: contact, lead, list, and the first of its calls."""

    contact_id: int
    lead_id: int
    list_id: int
    first_call_id: int


class Ledger:
    """Adds rows to the sheets; the same seed and order give the same rows."""

    def __init__(self, sheets: Sheets, seed: int) -> None:
        self._sheets = sheets
        self._segments: set[tuple[int, int, str, int]] = set()
        self._rng = random.Random(f"ledger {seed}")
        notes = tomllib.loads((files("storage.demo") / "notes.toml").read_text(encoding="utf-8"))
        self._notes: Mapping[str, list[str]] = notes["notes"]

    def contact(
        self,
        contact_id: int,
        somebody: Somebody,
        *,
        organisation_id: int,
        opened: datetime,
        external_id: str | None = None,
    ) -> None:
        """A contact without numbers yet (they come with `phones`)."""
        person = somebody.person
        self._sheets.contacts.rows.append(
            (
                contact_id,
                organisation_id,
                person.name,
                person.first_name,
                person.last_name,
                somebody.company,
                person.email,
                somebody.address,
                somebody.city,
                somebody.state,
                somebody.country,
                person.language,
                None,
                external_id,
                list(somebody.tags),
                somebody.attributes,
                opened,
                opened,
            )
        )

    def phones(self, contact_id: int, somebody: Somebody, *, organisation_id: int, bad: bool = False) -> None:
        """The numbers of a contact."""
        for position, number in enumerate(somebody.numbers):
            self._sheets.phones.rows.append(
                (organisation_id, contact_id, number.e164, somebody.kinds[position], position, bad)
            )

    def story(
        self,
        story: Story,
        standing: Standing,
        somebody: Somebody,
        place: Place,
        shelf: Shelf,
        *,
        agreed: Agreed | None = None,
        handed: Handed | None = None,
        due: datetime | None = None,
    ) -> None:
        """A lead with everything that happened to it; `due` is when it is tried again."""
        answered: list[int | None] = [None, None]
        for count, step in enumerate(standing.steps):
            number = _dialled(count, answered, len(somebody.numbers))
            if step.answered:
                answered[number] = step.attempt.started
            followed = story.attempts[count + 1].ended if count + 1 < len(story.attempts) else None
            note = self._note(step.attempt.action)
            self._call(step, place, shelf, count, somebody.numbers[number].e164, note)
            if step.attempt.action in ("schedule", "start-promotion"):
                self._callback(step, place, shelf, note, followed, standing, agreed)
        self.phones(place.contact_id, somebody, organisation_id=shelf.organisation_id, bad=story.wrong_number)
        self._lead(story, standing, place, shelf, handed, due)
        last = standing.steps[-1].attempt
        if last.action == "sale":
            self._sale(place, shelf, shelf.sellers[last.seller], last.ended, len(standing.steps) - 1)
        if standing.status == DialStatus.DNC:
            self._registered(place, shelf, somebody, shelf.sellers[last.seller], last.ended)

    def _note(self, action: str | None) -> str | None:
        texts = self._notes.get(action or "")
        if not texts or self._rng.random() >= _NOTE_SHARES.get(action or "", 0.1):
            return None
        return texts[int(self._rng.random() * len(texts))]

    def _call(self, step: Step, place: Place, shelf: Shelf, count: int, e164: str, note: str | None) -> None:
        attempt = step.attempt
        call_id, seller = place.first_call_id + count, shelf.sellers[attempt.seller]
        started, ended = moment(attempt.started), moment(attempt.ended)
        self._sheets.calls.rows.append(
            (
                call_id,
                shelf.organisation_id,
                shelf.campaign_id,
                place.lead_id,
                place.contact_id,
                seller,
                e164,
                started,
                ended,
                step.result,
                attempt.action,
                *_SAID[attempt.action],
                "console",
                attempt.seconds,
                attempt.wrap,
                True,
                ended,
            )
        )
        self._sheets.activities.rows.append(
            (
                shelf.organisation_id,
                place.contact_id,
                shelf.campaign_id,
                place.lead_id,
                seller,
                call_id,
                "call",
                "completed",
                attempt.action,
                note,
                ended,
                None,
                seller,
                ended,
            )
        )
        self._sheets.history.rows.append(
            (
                shelf.organisation_id,
                ended,
                seller,
                place.lead_id,
                place.contact_id,
                shelf.campaign_id,
                call_id,
                "outcome" if attempt.action else "call",
                attempt.action,
                step.before,
                step.after,
            )
        )

    def _callback(
        self,
        step: Step,
        place: Place,
        shelf: Shelf,
        note: str | None,
        followed: int | None,
        standing: Standing,
        agreed: Agreed | None,
    ) -> None:
        """The callback an outcome made: kept by the next call, or pending where that is still to come."""
        seller = shelf.sellers[step.attempt.seller]
        made = moment(step.attempt.ended)
        if followed is None:
            due, kept = standing.callback_at, None
        else:
            due = kept = moment(followed)
        personal = agreed is None or agreed.personal
        self._sheets.activities.rows.append(
            (
                shelf.organisation_id,
                place.contact_id,
                shelf.campaign_id,
                place.lead_id,
                seller if personal else None,
                None,
                "callback",
                "pending" if kept is None else "completed",
                step.attempt.action,
                note,
                made,
                due,
                seller,
                kept,
            )
        )

    def _lead(
        self,
        story: Story,
        standing: Standing,
        place: Place,
        shelf: Shelf,
        handed: Handed | None,
        due: datetime | None,
    ) -> None:
        client, last = story.client, story.attempts[-1]
        ended = moment(last.ended)
        state = queue_state.of_lead(
            status=standing.status,
            exhausted=standing.exhausted,
            owner_id=handed.owner_id if handed else None,
            dialable=shelf.dialable,
            good_number=not story.wrong_number,
            callback_pending=standing.callback_at is not None,
            quick_retry=standing.quick_retry,
        )
        priority = _BOUGHT_BEFORE_PRIORITY if client.previous_outcome == "success" else _PRIORITY
        self._know(shelf.organisation_id, shelf.campaign_id, standing.segment, priority)
        self._sheets.leads.rows.append(
            (
                place.lead_id,
                shelf.organisation_id,
                shelf.campaign_id,
                place.contact_id,
                place.list_id,
                handed.owner_id if handed else None,
                standing.shift.value if standing.shift else None,
                standing.status,
                standing.campaign_status,
                standing.resolution,
                standing.reason,
                standing.last_action,
                moment(last.started),
                standing.result,
                standing.attempts,
                standing.answered,
                0,
                standing.exhausted,
                _maybe(standing.last_status_change),
                _maybe(standing.last_action_at),
                handed.at if handed else None,
                due or ended,
                state.value,
                standing.segment,
                priority,
                external_id(client.number),
                {},
                1 + standing.attempts + (handed is not None),
                shelf.opened,
                handed.at if handed else ended,
            )
        )
        if handed:
            self._hand(handed, place.lead_id, place.contact_id, shelf.organisation_id, shelf.campaign_id)

    def fresh_lead(
        self,
        lead_id: int,
        contact_id: int,
        *,
        organisation_id: int,
        campaign_id: int,
        list_id: int,
        handed: Handed | None,
        status: str,
        segment: str,
        state: int,
        at: datetime,
    ) -> None:
        """A lead nobody has called yet."""
        self._know(organisation_id, campaign_id, segment, _PRIORITY)
        owner_id, handed_at = (handed.owner_id, handed.at) if handed else (None, None)
        version = 1 + (handed is not None)
        never = (None,) * 5  # resolution, reason, console action, last attempt, call result
        self._sheets.leads.rows.append(
            (
                *(lead_id, organisation_id, campaign_id, contact_id, list_id, owner_id, None, status, 1),
                *never,
                *(0, 0, 0, False, None, None, handed_at, at, state, segment, _PRIORITY, None, {}, version),
                *(at, handed_at or at),
            )
        )
        if handed:
            self._hand(handed, lead_id, contact_id, organisation_id, campaign_id)

    def _hand(
        self, handed: Handed, lead_id: int, contact_id: int, organisation_id: int, campaign_id: int
    ) -> None:
        before, after = {"owner_id": None}, {"owner_id": handed.owner_id}
        numbers = (lead_id, contact_id, campaign_id)
        self._sheets.history.rows.append(
            (organisation_id, handed.at, handed.by, *numbers, None, "assign", None, before, after)
        )

    def _know(self, organisation_id: int, campaign_id: int, segment: str, priority: int) -> None:
        """The campaign has leads of this segment and priority: the queue has to find them."""
        row = (organisation_id, campaign_id, segment, 99 - priority)
        if row not in self._segments:
            self._segments.add(row)
            self._sheets.segments.rows.append(row)

    def _sale(self, place: Place, shelf: Shelf, seller: int, ended: int, count: int) -> None:
        product_id, offer = shelf.products[int(self._rng.random() * len(shelf.products))]
        self._sheets.sales.rows.append(
            (
                shelf.organisation_id,
                shelf.campaign_id,
                place.lead_id,
                place.contact_id,
                seller,
                product_id,
                place.first_call_id + count,
                1,
                offer.price_minor,
                offer.price_minor,
                offer.currency,
                moment(ended),
            )
        )

    def _registered(self, place: Place, shelf: Shelf, somebody: Somebody, seller: int, ended: int) -> None:
        """The person and every number of theirs on the do-not-call register."""
        for e164 in (None, *(number.e164 for number in somebody.numbers)):
            self._sheets.register.rows.append(
                (shelf.organisation_id, e164, place.contact_id, None, "outcome", seller, moment(ended))
            )


def external_id(number: int) -> str:
    """How a client of the data is called outside: its row in the file."""
    return f"BM-{number:05d}"


def _maybe(seconds: int | None) -> datetime | None:
    return None if seconds is None else moment(seconds)


def _dialled(attempts: int, answered: Sequence[int | None], numbers: int) -> int:
    """Which number the next attempt takes: last answered first, then list order, rotating by attempt."""
    if numbers == 1:
        return 0
    order = sorted(range(numbers), key=lambda place: (-(answered[place] or 0), place))
    return order[attempts % numbers]

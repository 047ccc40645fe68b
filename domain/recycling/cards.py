"""A card for every status present, *No status* included: what the recycling screen shows all the time.

Summed from the tally, so that it costs the same at any size; the sum of the cards is the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from domain.calling import tally
from domain.codes import (
    NO_STATUS_KEY,
    RECYCLABLE_STATUSES,
    DialStatus,
    QueueState,
    StatusClass,
    status_class,
    status_label,
)
from domain.people.rights import READING_ROLES, Actor, require

_ORDER = {status.value: place for place, status in enumerate(DialStatus)}


@dataclass(frozen=True, slots=True)
class Card:
    """The leads with one status (``no_status`` for none).

    ``share`` of all leads, 0 to 1. ``callbacks``: those among them with a pending callback, which no recycle takes;
    ``exhausted``: those whose attempts are used up.
    """

    status: str
    label: str
    cls: StatusClass
    glyph: str
    count: int
    share: float
    callbacks: int
    exhausted: int


@dataclass(frozen=True, slots=True)
class Cards:
    """All cards of a campaign or of one of its lists; ``total`` is the sum of their counts.

    ``recyclable``: leads with a recyclable status, those with a pending callback included.
    """

    total: int
    recyclable: int
    rows: tuple[Card, ...]

    @property
    def by_status(self) -> dict[str, int]:
        """The count of each status present."""
        return {card.status: card.count for card in self.rows}


def cards(session: Session, *, actor: Actor, campaign_id: int, list_id: int | None = None) -> Cards:
    """The status cards of a campaign, or of one of its lists (supervisors and auditors). One statement.

    Raises:
        NotAllowed: a seller.
    """
    require(actor, *READING_ROLES, to="count a campaign's leads")
    counts: dict[str, int] = {}
    callbacks: dict[str, int] = {}
    spent: dict[str, int] = {}
    for place, leads in tally.places(
        session, organisation_id=actor.organisation_id, campaign_id=campaign_id, list_id=list_id
    ).items():
        key = place.status or NO_STATUS_KEY
        counts[key] = counts.get(key, 0) + leads
        if place.waits == QueueState.CALLBACK:
            callbacks[key] = callbacks.get(key, 0) + leads
        if place.exhausted:
            spent[key] = spent.get(key, 0) + leads
    total = sum(counts.values())
    rows = tuple(
        _card(key, counts[key], total, callbacks.get(key, 0), spent.get(key, 0))
        for key in sorted(counts, key=lambda key: (_ORDER.get(key, len(_ORDER)), key))
        if counts[key]
    )
    recyclable = sum(counts.get(status.value, 0) for status in RECYCLABLE_STATUSES)
    return Cards(total, recyclable, rows)


def _card(key: str, count: int, total: int, callbacks: int, exhausted: int) -> Card:
    status = None if key == NO_STATUS_KEY else key
    cls = status_class(status)
    return Card(
        status=key,
        label=status_label(status),
        cls=cls,
        glyph=cls.glyph,
        count=count,
        share=count / total,
        callbacks=callbacks,
        exhausted=exhausted,
    )


def recyclable_statuses(found: Cards) -> tuple[str, ...]:
    """What *select recyclable* ticks: the recyclable statuses present with somebody a recycle would take."""
    recyclable = {status.value for status in RECYCLABLE_STATUSES}
    return tuple(
        card.status for card in found.rows if card.status in recyclable and card.count > card.callbacks
    )

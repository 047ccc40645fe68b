"""A card for every status present, *No status* included: what the recycling screen shows all the time.

Summed from the tally, so that it costs the same at any size; the sum of the cards is the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from domain.calling.tally_model import LeadTally
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
from domain.repair import find

_ORDER = {status.value: place for place, status in enumerate(DialStatus)}


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """The leads of a campaign by status (``no_status`` for none). ``problems``: leads that need to be set right."""

    total: int
    by_status: dict[str, int]
    recyclable: int
    problems: int


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
    waits, exhausted, leads = col(LeadTally.waits), col(LeadTally.exhausted), func.sum(col(LeadTally.leads))
    of_list = [] if list_id is None else [col(LeadTally.list_id) == list_id]
    rows = session.execute(
        select(
            col(LeadTally.status),
            leads,
            func.sum(case((waits == QueueState.CALLBACK.value, col(LeadTally.leads)), else_=0)),
            func.sum(case((exhausted, col(LeadTally.leads)), else_=0)),
        )
        .where(
            col(LeadTally.organisation_id) == actor.organisation_id,
            col(LeadTally.campaign_id) == campaign_id,
            *of_list,
        )
        .group_by(col(LeadTally.status))
    )
    found = {
        status or NO_STATUS_KEY: (int(count), int(callbacks), int(spent))
        for status, count, callbacks, spent in rows
        if count
    }
    total = sum(count for count, _, _ in found.values())
    shown = tuple(
        _card(key, total, *found[key])
        for key in sorted(found, key=lambda key: (_ORDER.get(key, len(_ORDER)), key))
    )
    recyclable = sum(card.count for card in shown if card.cls is StatusClass.RECYCLABLE)
    return Cards(total, recyclable, shown)


def _card(key: str, total: int, count: int, callbacks: int, exhausted: int) -> Card:
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


def status_counts(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> StatusCounts:
    """Leads per status present, with what is recyclable and what is wrong (supervisors and auditors)."""
    found = cards(session, actor=actor, campaign_id=campaign_id)
    problems = find.report(session, actor=actor, campaign_id=campaign_id, now=now)
    return StatusCounts(found.total, found.by_status, found.recyclable, problems.total)

"""Which leads are handed out or taken back: what a supervisor chose, and who is left out whatever was chosen.

Preview, hand-out and its recheck under lock ask with the very same conditions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select, tuple_
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.calling.queue_state import IN_POOL
from domain.codes import (
    FINAL_STATUSES,
    FINISHED_CAMPAIGN_STATUSES,
    NO_STATUS_KEY,
    DialStatus,
    QueueState,
    Resolution,
)
from domain.contacts import do_not_call
from domain.errors import Invalid
from domain.people.rights import Actor
from domain.recycling.selection import Filters, chosen, in_hands

_FINAL: Final = tuple(status.value for status in FINAL_STATUSES)
_WHOLE: Final = 200_000
"""How many are looked for at once where all there are were asked for."""
_SPARE: Final = 200


class LeftOut(StrEnum):
    """Why a lead that was chosen stays as it is."""

    FINISHED = "finished"
    DO_NOT_CALL = "do not call"
    OWNED = "another seller's"
    IN_HANDS = "in a seller's hands"
    THERE = "in this shift's pool already"


def check(filters: Filters) -> None:
    """Refuse a choice that makes no sense.

    Raises:
        Invalid: an unknown status or resolution, or attempts the wrong way round.
    """
    known = (*DialStatus, NO_STATUS_KEY)
    unknown = sorted(set(filters.statuses) - set(known))
    if unknown:
        raise Invalid(f"{', '.join(unknown)}: no such status; use {', '.join(known)}.", code="status")
    if filters.resolution is not None and filters.resolution not in set(Resolution):
        raise Invalid(
            f"{filters.resolution} is no resolution; use {', '.join(Resolution)}.", code="resolution"
        )
    least, most = filters.min_attempts, filters.max_attempts
    if (least or 0) < 0 or (most or 0) < 0 or (least is not None and most is not None and least > most):
        raise Invalid("Attempts are numbers from 0, the least not above the most.", code="attempts")


def of_campaign(actor: Actor, campaign_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    """The leads that were chosen, those among them that will be left out included."""
    return chosen(organisation_id=actor.organisation_id, campaign_id=campaign_id, filters=filters)


def why_not_handed(filters: Filters, *, shift: str | None = None) -> ColumnElement[str]:
    """Why a chosen lead is not handed out (a ``LeftOut``), the first reason that fits; '' where it is.

    Args:
        filters: with a seller, that seller's leads are handed on; without, only leads of nobody are.
        shift: the pool all of them go to.
    """
    reasons = _never()
    if filters.seller_id is None:
        reasons.insert(2, (col(Lead.owner_id).is_not(None), literal(LeftOut.OWNED.value)))
        if shift is not None:
            reasons.insert(3, (col(Lead.shift_wanted) == shift, literal(LeftOut.THERE.value)))
    return case(*reasons, else_=literal(""))


def why_not_taken() -> ColumnElement[str]:
    """Why a lead of a seller is not taken back (a ``LeftOut``); '' where it is."""
    return case(*_never()[:-1], else_=literal(""))


def _never() -> list[tuple[ColumnElement[bool], ColumnElement[str]]]:
    """Leads nobody hands out; the register last, for it is the dearest to ask."""
    return [
        (col(Lead.status) == DialStatus.DNC.value, literal(LeftOut.DO_NOT_CALL.value)),
        (
            or_(
                col(Lead.status).in_(_FINAL),
                col(Lead.campaign_status).in_(sorted(FINISHED_CAMPAIGN_STATUSES)),
            ),
            literal(LeftOut.FINISHED.value),
        ),
        (in_hands(), literal(LeftOut.IN_HANDS.value)),
        (do_not_call.on_register(), literal(LeftOut.DO_NOT_CALL.value)),
    ]


# Who is next ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search for leads stands: the part of the queue, and the key of the last one found."""

    part: int = 0
    after: tuple[Any, ...] | None = None


_POOL, _REST = 0, 1


def page(
    session: Session, actor: Actor, campaign_id: int, filters: Filters, at: Place, wanted: int | None
) -> tuple[list[int], Place | None]:
    """The next leads that may be handed out, in the order of the queue, and where to look on (None: nowhere).

    Those who may be called soon come first: the pool by priority and waiting time, then who waits elsewhere, then
    leads that are not dialled now. Only looked at; whether each is free is asked again under lock.
    """
    limit = min(_WHOLE, wanted + _SPARE) if wanted is not None else _WHOLE
    statement, keys = _part(actor, campaign_id, filters, at.part)
    if at.after is not None:
        statement = statement.where(tuple_(*keys) > tuple_(*_literals(keys, at.after)))
    found = [row[0] for row in session.connection().execute(statement.limit(limit))]
    if len(found) >= limit:
        last = session.connection().execute(select(*keys).where(col(Lead.id) == found[-1])).one()
        return found, replace(at, after=tuple(last))
    return found, Place(_REST) if at.part == _POOL else None


def first_place(filters: Filters) -> Place:
    """Where to begin: leads of a seller never wait in the pool."""
    return Place(_POOL if filters.seller_id is None else _REST)


def _part(actor: Actor, campaign_id: int, filters: Filters, part: int) -> tuple[Select[Any], list[Any]]:
    of = of_campaign(actor, campaign_id, filters)
    keys: list[Any] = [col(Lead.rank), col(Lead.next_attempt_at), col(Lead.id)]
    if part == _POOL:
        # Who waits in the pool is nobody's and open; the index of those has all that is asked.
        return select(col(Lead.id)).where(*of, IN_POOL).order_by(*keys), keys
    out = case((col(Lead.queue_state) == QueueState.OUT.value, literal(1)), else_=literal(0))
    keys = [out, *keys]
    open_still = and_(
        or_(col(Lead.status).is_(None), col(Lead.status).not_in(_FINAL)),
        col(Lead.campaign_status).not_in(sorted(FINISHED_CAMPAIGN_STATUSES)),
    )
    whose = [col(Lead.owner_id).is_(None), col(Lead.queue_state) != QueueState.READY.value]
    scope = whose if filters.seller_id is None else []
    return select(col(Lead.id)).where(*of, open_still, *scope).order_by(*keys), keys


def _literals(keys: list[Any], values: tuple[Any, ...]) -> list[ColumnElement[Any]]:
    return [
        literal(value, key.type if isinstance(value, datetime) else None)
        for key, value in zip(keys, values, strict=True)
    ]

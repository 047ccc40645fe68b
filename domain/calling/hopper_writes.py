"""The writes of a fill: leads of the pool become free entries of the hopper, or go back to the pool."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    case,
    column,
    delete,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import Json, metadata
from domain.calling.models import HopperEntry, Lead
from domain.calling.ready import Candidate
from domain.campaigns.segments import parse_segment
from domain.codes import DialStatus, HopperSource, HopperState, QueueState, Shift
from domain.constructs import among_numbers, insert_ignore
from domain.json_sql import JsonRows, json_member


def take_back(
    session: Session, organisation_id: int, campaign_id: int, segments: Sequence[str] | None = None
) -> list[int]:
    """Free entries leave the hopper: those of segments whose hours have ended, or all; returns their leads.

    Those that somebody has locked just now stay for the next time.
    """
    entry = aliased(HopperEntry)
    free = (
        select(col(entry.id))
        .join(Lead, col(Lead.id) == col(entry.lead_id))
        .where(
            col(entry.organisation_id) == organisation_id,
            col(entry.campaign_id) == campaign_id,
            col(entry.state) == HopperState.NEW.value,
            *([] if segments is None else [col(entry.from_pool), col(entry.segment).in_(segments)]),
        )
        .order_by(col(Lead.id))
        .with_for_update(key_share=True, skip_locked=True)
    )
    statement = delete(HopperEntry).where(col(HopperEntry.id).in_(free)).returning(col(HopperEntry.lead_id))
    return list(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def mark(
    session: Session,
    wanted: Sequence[int],
    returned: Sequence[int],
    put_off: Sequence[tuple[int, datetime | None]],
) -> set[int]:
    """One statement: chosen leads are in the hopper, returned ones in the pool again, others put off.

    Put off are leads whose number may not be called now: they are looked at again at their time; and leads
    without a number that may be called: they are out. Returns the chosen ones that were still free and that
    nobody is writing at this moment.
    """
    numberless = [each for each, moment in put_off if moment is None]
    lead_id = col(Lead.id)
    state = case(
        (among_numbers(lead_id, wanted), literal(QueueState.IN_HOPPER.value)),
        (among_numbers(lead_id, numberless), literal(QueueState.OUT.value)),
        else_=literal(QueueState.READY.value),
    )
    expected = case(
        (among_numbers(lead_id, returned), literal(QueueState.IN_HOPPER.value)),
        else_=literal(QueueState.READY.value),
    )
    free = (
        select(lead_id)
        .where(
            among_numbers(lead_id, [*wanted, *returned, *(each for each, _ in put_off)]),
            col(Lead.queue_state) == expected,
        )
        .order_by(lead_id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    moments = sorted({moment for _, moment in put_off if moment is not None})
    later = [
        (among_numbers(lead_id, [each for each, its in put_off if its == moment]), literal(moment))
        for moment in moments
    ]
    values: dict[str, ColumnElement[int] | ColumnElement[datetime]] = {"queue_state": state}
    if later:
        values["next_attempt_at"] = case(*later, else_=col(Lead.next_attempt_at))
    statement = update(Lead).where(lead_id.in_(free)).values(values).returning(lead_id)
    return set(session.execute(statement, execution_options={"synchronize_session": False}).scalars())


def insert(
    session: Session,
    organisation_id: int,
    campaign_id: int,
    chosen: Sequence[tuple[Candidate, str]],
    now: datetime,
) -> set[int]:
    """Put the chosen into the hopper and return them; whom somebody asked for by name meanwhile stays there."""
    statement = insert_ignore(metadata.tables["hopper_entry"]).from_select(
        _ENTRY, _entries(organisation_id, campaign_id, chosen, now)
    )
    ids = {each.lead_id for each, _ in chosen}
    added = session.connection().execute(statement.execution_options(preserve_rowcount=True)).rowcount
    if added == len(chosen):
        return ids
    entry = exists(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.lead_id) == col(Lead.id), col(HopperEntry.from_pool)
        )
    )
    elsewhere = (
        update(Lead)
        .where(among_numbers(col(Lead.id), ids), col(Lead.queue_state) == QueueState.IN_HOPPER.value, ~entry)
        .values(queue_state=QueueState.READY.value)
        .returning(col(Lead.id))
    )
    return ids - set(session.execute(elsewhere, execution_options={"synchronize_session": False}).scalars())


_ENTRY = (
    "organisation_id",
    "campaign_id",
    "lead_id",
    "e164",
    "segment",
    "shift",
    "rank",
    "source",
    "state",
    "from_pool",
    "ready_at",
    "created_at",
)


def _entries(
    organisation_id: int, campaign_id: int, chosen: Sequence[tuple[Candidate, str]], now: datetime
) -> Select[Any]:
    """The entries of the chosen in their order: what their leads say, with the rest as one document beside them."""
    listed = [
        {
            "id": each.lead_id,
            "place": place,
            "e164": e164,
            "shift": _shift_of(each.segment),
            "source": _source_of(each).value,
        }
        for place, (each, e164) in enumerate(chosen)
    ]
    value = JsonRows(literal(json.dumps(listed), Text())).table_valued(column("value", Json)).c.value
    told = {
        "lead_id": col(Lead.id),
        "e164": json_member(value, "e164", HopperEntry.e164),
        "segment": col(Lead.segment),
        "shift": json_member(value, "shift", HopperEntry.shift),
        "rank": col(Lead.rank),
        "source": json_member(value, "source", HopperEntry.source),
        "state": literal(HopperState.NEW.value),
        "from_pool": literal(True),
        "ready_at": col(Lead.next_attempt_at),
        "created_at": literal(now, UTCDateTime()),
    }
    return (
        select(col(Lead.organisation_id), col(Lead.campaign_id), *told.values())
        .where(
            col(Lead.id) == json_member(value, "id", Lead.id),
            col(Lead.organisation_id) == organisation_id,
            col(Lead.campaign_id) == campaign_id,
        )
        .order_by(json_member(value, "place", Lead.id))
    )


@lru_cache(maxsize=1024)
def _shift_of(segment: str) -> str | None:
    shift = parse_segment(segment).shift
    return None if shift is Shift.ANY else shift.value


def _source_of(candidate: Candidate) -> HopperSource:
    if candidate.recycled:
        return HopperSource.RECYCLED
    if candidate.status == DialStatus.NEW:
        return HopperSource.FRESH
    return HopperSource.CALLBACK if candidate.status == DialStatus.CALLBACK else HopperSource.RETRY

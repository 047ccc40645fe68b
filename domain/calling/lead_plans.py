"""Part of the one writer of a lead's status: many leads at once, each with values of its own.

What each becomes is handed to the database as one document, so that any number of leads are three statements.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Text, column, insert, literal, select, update
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId, Json
from domain.calling.models import HistoryEvent, Lead
from domain.calling.status_table import Cause, allows
from domain.constructs import among_numbers
from domain.json_sql import JsonRows, json_member, json_object
from domain.sql import affected


def change_planned(
    session: Session,
    *,
    cause: Cause,
    organisation_id: int,
    plans: Mapping[int, Mapping[str, object]],
    at: datetime,
    user_id: int | None = None,
) -> set[int]:
    """Set columns of many leads, each to its own values, with a history row each: three statements.

    Args:
        plans: by lead, the columns to set (of all the same ones, ``status`` among them). What goes with a status
            (its time, the recycle it came from) is the caller's to say.

    Returns:
        The leads that were changed: those the table does not let ``cause`` change are left out.
    """
    if not plans:
        return set()
    now_standing = session.execute(
        select(col(Lead.id), col(Lead.status))
        .where(col(Lead.organisation_id) == organisation_id, among_numbers(col(Lead.id), plans))
        .order_by(col(Lead.id))
        .with_for_update(key_share=True)
    )
    changing = {
        int(lead_id): plans[lead_id]
        for lead_id, status in now_standing
        if allows(cause, status, _text(plans[lead_id]["status"]))
    }
    if not changing:
        return set()
    planned = _document(changing)
    mine = json_member(planned.c.value, "id", Lead.id) == col(Lead.id)
    names = list(next(iter(changing.values())))
    values: dict[str, ColumnElement[Any]] = {
        name: json_member(planned.c.value, name, getattr(Lead, name)) for name in names
    }
    values["version"] = col(Lead.version) + 1
    before = {name: getattr(Lead, name) for name in values}
    told = select(
        col(Lead.organisation_id),
        literal(at, UTCDateTime()),
        literal(user_id, BigId),
        col(Lead.id),
        col(Lead.contact_id),
        col(Lead.campaign_id),
        literal(cause.value),
        json_object(before),
        json_object(values),
    ).where(mine)
    session.execute(insert(HistoryEvent).from_select(_TOLD, told))
    affected(
        session,
        update(Lead).where(mine).values(**values, updated_at=at).execution_options(writes_status=True),
    )
    return set(changing)


_TOLD: Final = (
    "organisation_id",
    "at",
    "user_id",
    "lead_id",
    "contact_id",
    "campaign_id",
    "kind",
    "before",
    "after",
)


def _text(status: object) -> str | None:
    return None if status is None else str(status)


def _document(plans: Mapping[int, Mapping[str, object]]) -> FromClause:
    """The plans as rows with one column, ``value``: an object with the lead's ``id`` and its values."""
    rows = [{"id": lead_id, **plan} for lead_id, plan in plans.items()]
    written = json.dumps(rows, default=_moment)
    return JsonRows(literal(written, Text())).table_valued(column("value", Json)).alias("planned")


def _moment(value: object) -> str:
    """Times with all their digits: the database takes their text apart by place."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return value.astimezone(UTC).isoformat(timespec="microseconds")

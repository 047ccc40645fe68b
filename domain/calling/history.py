"""Writing history: one append-only row per change, ids and codes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from domain.calling.models import HistoryEvent
from domain.sql import add_row

# The values of a lead that history keeps before and after a change, and that an undo restores.
LEAD_VALUES: tuple[str, ...] = (
    "status",
    "campaign_status",
    "campaign_resolution",
    "resolution_reason",
    "last_console_action",
    "last_dial_attempt",
    "dial_result",
    "dial_attempts",
    "answered_count",
    "imported_attempts",
    "counting_from",
    "exhausted",
    "last_status_change",
    "last_action_at",
    "assigned_at",
    "next_attempt_at",
    "queue_state",
    "segment",
    "shift_wanted",
    "owner_id",
    "recycle_batch_id",
)


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """Values as JSON can hold them: times become ISO 8601 UTC text."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}


def lead_values(lead: object) -> dict[str, object]:
    """The lead's values of ``LEAD_VALUES``, as JSON can hold them."""
    return plain({name: getattr(lead, name) for name in LEAD_VALUES})


def restored(values: Mapping[str, object]) -> dict[str, object]:
    """The reverse of ``lead_values``: times are datetimes again."""
    times = {
        "last_dial_attempt",
        "counting_from",
        "last_status_change",
        "last_action_at",
        "assigned_at",
        "next_attempt_at",
    }
    return {
        key: datetime.fromisoformat(value) if key in times and isinstance(value, str) else value
        for key, value in values.items()
    }


def write(
    session: Session,
    *,
    organisation_id: int,
    at: datetime,
    kind: str,
    user_id: int | None = None,
    lead_id: int | None = None,
    contact_id: int | None = None,
    campaign_id: int | None = None,
    call_id: int | None = None,
    action: str | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    undoes: int | None = None,
) -> int:
    """Append one event (one statement) and return its number."""
    values: dict[str, object] = {
        "organisation_id": organisation_id,
        "at": at,
        "kind": kind,
        "user_id": user_id,
        "lead_id": lead_id,
        "contact_id": contact_id,
        "campaign_id": campaign_id,
        "call_id": call_id,
        "action": action,
        "before": dict(before) if before is not None else None,
        "after": dict(after) if after is not None else None,
        "undoes": undoes,
    }
    return add_row(session, "history_event", values)


def write_many(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Append many events in one statement; every row needs ``organisation_id``, ``at`` and ``kind``."""
    if rows:
        session.execute(insert(HistoryEvent), [dict(row) for row in rows])


def changed(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Only what differs, before and after."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}

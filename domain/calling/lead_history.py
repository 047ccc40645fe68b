"""What happened to one lead, as it is shown: with names instead of numbers, and each outcome with its note.

History itself keeps ids and codes only; where a lead waits in the queue is nothing people read.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import and_, select
from sqlmodel import Session, col

from domain.calling import history
from domain.calling.models import Activity, HistoryEvent, Lead
from domain.people.models import User

AT_MOST = 200
"""How many events are shown, the newest."""

_INTERNAL = frozenset({"queue_state", "segment", "recycle_batch_id", "counting_from"})
_SELLERS = frozenset({"owner_id", "seller_id"})


def of_lead(session: Session, *, lead: Lead) -> tuple[dict[str, object], ...]:
    """The events of a lead, newest first (two statements); a seller in ``before`` and ``after`` is a name."""
    rows = session.execute(
        select(HistoryEvent, col(User.name), col(Activity.notes))
        .outerjoin(User, col(User.id) == col(HistoryEvent.user_id))
        .outerjoin(
            Activity,
            and_(
                col(Activity.lead_id) == col(HistoryEvent.lead_id),
                col(Activity.call_id) == col(HistoryEvent.call_id),
                col(Activity.at) == col(HistoryEvent.at),
                col(HistoryEvent.kind).in_(("outcome", "outcome_refused")),
            ),
        )
        .where(
            col(HistoryEvent.organisation_id) == lead.organisation_id, col(HistoryEvent.lead_id) == lead.id
        )
        .order_by(col(HistoryEvent.id).desc())
        .limit(AT_MOST)
    ).all()
    names = _names(session, lead.organisation_id, [event for event, _, _ in rows])
    return tuple(
        {
            "id": event.id,
            "at": event.at,
            "kind": event.kind,
            "action": event.action,
            "user": name,
            "note": note,
            "before": _told(event.before, names),
            "after": _told(event.after, names),
            "undoes": event.undoes,
            "batch_id": event.batch_id,
        }
        for event, name, note in rows
    )


def _names(session: Session, organisation_id: int, events: list[HistoryEvent]) -> dict[object, str]:
    values = [each for event in events for each in (event.before, event.after) if each]
    ids = {found[key] for found in values for key in _SELLERS & set(found)} - {None}
    if not ids:
        return {}
    rows = session.execute(
        select(col(User.id), col(User.name)).where(
            col(User.organisation_id) == organisation_id, col(User.id).in_(ids)
        )
    )
    return {row.id: row.name for row in rows}


def _told(values: Mapping[str, object] | None, names: Mapping[object, str]) -> dict[str, object] | None:
    """Changed values in the words of the product; their times are times again."""
    if values is None:
        return None
    told: dict[str, object] = {}
    for key, value in history.restored(values).items():
        if key in _SELLERS:
            told["seller"] = names.get(value)
        elif key not in _INTERNAL:
            told[key] = value
    return told

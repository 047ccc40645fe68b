"""Leads with problems, made behind the domain's back, and asking which there are."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.calling.models import Call, HopperEntry
from domain.repair import find
from domain.repair.kinds import Problems
from tests.support.floor import Floor


def problems(floor: Floor, **where: object) -> Problems:
    with floor.database.reading() as session:
        return find.report(session, actor=floor["sup"], now=floor.now, **where)  # type: ignore[arg-type]


def told(floor: Floor, lead_id: int, at: datetime | None = None, **values: object) -> None:
    """A call from elsewhere that did not move its lead, as a history of calls is imported."""
    lead = floor.row(lead_id)
    columns: dict[str, object] = {
        "started_at": at or floor.now - timedelta(hours=3),
        "result": "no_answer",
        "source": "external",
        "applied_at": floor.now,
        **values,
    }
    with floor.database.transaction() as session:
        session.add(
            Call(
                organisation_id=floor.organisation_id,
                campaign_id=lead.campaign_id,
                lead_id=lead_id,
                contact_id=lead.contact_id,
                **columns,  # type: ignore[arg-type]  # columns of the call
            )
        )


def free_entry(floor: Floor, lead_id: int) -> None:
    """A place in the hopper nobody has taken."""
    with floor.database.transaction() as session:
        session.add(
            HopperEntry(
                organisation_id=floor.organisation_id,
                campaign_id=floor.campaign_id,
                lead_id=lead_id,
                ready_at=floor.now,
                created_at=floor.now,
            )
        )

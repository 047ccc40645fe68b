"""A campaign with a crowd of people to recycle, and short ways to work its screen and read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from sqlalchemy import text
from sqlmodel import Session, select
from textual.pilot import Pilot

from domain.calling.models import Activity, Lead
from domain.codes import NO_STATUS_KEY, QueueState
from domain.contacts.models import Contact, ContactPhone
from tests.tui.screens_text import shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.leading.recycling import RecyclingScreen

CROWD = {
    "no_answer": 30, "busy": 8, "failed": 6, "callback": 4, "sale": 5, "not_interested": 2, "dnc": 1,
    NO_STATUS_KEY: 3,
}  # fmt: skip
TOTAL = 12 + sum(CROWD.values())
PATIENCE = 60.0


def crowd(shop: SmallShop, wanted: dict[str, int]) -> None:
    """So many more people with these statuses, each called twice before (an import says so)."""
    now = shop.clock()

    def add(session: Session) -> None:
        one = session.exec(select(Lead).where(Lead.id == next(iter(shop.leads.values())))).one()
        number = 0
        for status, leads in wanted.items():
            people = [
                Contact(
                    organisation_id=one.organisation_id, name=f"{status} {place}", created_at=now, updated_at=now
                )
                for place in range(leads)
            ]  # fmt: skip
            session.add_all(people)
            session.flush()
            session.add_all(
                ContactPhone(
                    organisation_id=one.organisation_id,
                    contact_id=person.id,
                    e164=f"+1212555{120 + (number + place) % 60:04}",
                )
                for place, person in enumerate(people)
            )
            ended = status in ("sale", "not_interested", "dnc", NO_STATUS_KEY)
            rows = [
                Lead(
                    organisation_id=one.organisation_id,
                    campaign_id=one.campaign_id,
                    contact_id=person.id,
                    status=None if status == NO_STATUS_KEY else status,
                    queue_state=QueueState.OUT if ended else QueueState.READY,
                    segment=one.segment,
                    dial_attempts=2,
                    imported_attempts=2,
                    last_dial_attempt=now - timedelta(days=1),
                    next_attempt_at=now,
                    created_at=now,
                    updated_at=now,
                )
                for person in people
            ]
            session.add_all(rows)
            session.flush()
            if status == "callback":
                _promise(session, rows[:3])
            number += leads

    shop.write(add)


def _promise(session: Session, leads: list[Lead]) -> None:
    for lead in leads:
        lead.queue_state = QueueState.CALLBACK
        session.add(
            Activity(
                organisation_id=lead.organisation_id,
                contact_id=lead.contact_id,
                campaign_id=lead.campaign_id,
                lead_id=lead.id,
                kind="callback",
                state="pending",
                at=lead.created_at,
                due_at=lead.created_at,
            )
        )


def leading(shop: SmallShop, who: str = "sofia") -> DialdeckApp:
    """The application with a supervisor (she has a password) or somebody else."""
    return DialdeckApp(shop.desk(), user=who, password="open sesame" if who == "sofia" else None)


async def until(pilot: Pilot[object], holds: Callable[[], bool]) -> None:
    """Let the application go on until it is so; for work that goes on meanwhile."""
    end = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < end, shown(pilot.app)
        await pilot.pause()


def statuses(shop: SmallShop) -> dict[str, int]:
    """How many leads of the campaign have which status, straight from the table."""
    with shop.database.reading() as session:
        rows = session.execute(
            text(
                "SELECT coalesce(status, 'no_status'), count(*) FROM lead WHERE campaign_id = :id GROUP BY 1"
            ),
            {"id": shop.campaigns["spring"]},
        )
        return {str(status): int(leads) for status, leads in rows}


def figure(app: DialdeckApp, words: str) -> int:
    """The number after these words in a window."""
    found = re.search(re.escape(words) + r" +([\d,]+)", shown(app))
    assert found is not None, shown(app)
    return int(found[1].replace(",", ""))


def screen_of(app: DialdeckApp) -> RecyclingScreen:
    assert isinstance(app.screen, RecyclingScreen)
    return app.screen

"""A desk whose work is reported on: a seeded day of calls, and the report asked for in one line."""

from __future__ import annotations

import random

import pytest

from domain.codes import DialStatus, SellerState
from domain.people import states
from domain.reporting.figures import CampaignReport
from domain.reporting.filters import ReportFilters
from domain.reporting.report import campaign_report
from storage.database import Database
from tests.support.floor import Floor

EVERY_STATUS = ReportFilters(statuses=(*(each.value for each in DialStatus), "no_status"))
"""All leads, but asked for in a way the kept figures do not know: counted from leads and calls."""

OUTCOMES = ("sale", "not-found", "busy", "call-later", "not-interested", "wrong-number", "move-afternoon")


class Desk:
    """A shop and its reports."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    def report(
        self,
        filters: ReportFilters | None = None,
        who: str = "sup",
        campaign_id: int | None = None,
        minimum: int = 1,
    ) -> CampaignReport:
        with self.floor.database.reading() as session:
            return campaign_report(
                session,
                actor=self.floor[who],
                campaign_id=campaign_id or self.floor.campaign_id,
                filters=filters or ReportFilters(),
                now=self.floor.now,
                minimum=minimum,
            )

    def work(self, calls: int, *, seed: int = 1, sellers: tuple[str, ...] = ("ana", "ben", "eva")) -> None:
        """Outcomes of every kind, some dialled by the desk, some taken back."""
        rng = random.Random(seed)
        for who in sellers:
            self.enter(who, SellerState.READY)
        for _ in range(calls):
            self.floor.later(minutes=rng.randrange(1, 30))
            who = rng.choice(sellers)
            found = self.floor.next_id(who)
            if found is None:
                self.floor.fill()
                found = self.floor.next_id(who)
            if found is None:
                continue
            self.floor.record(who, found, rng.choice(OUTCOMES))
            if rng.random() < 0.2:
                self.floor.undo(who)

    def enter(self, who: str, state: SellerState) -> None:
        """The seller does something else from now on."""
        with self.floor.database.transaction() as session:
            states.enter(
                session,
                actor=self.floor[who],
                state=state,
                now=self.floor.now,
                campaign_id=self.floor.campaign_id,
            )


@pytest.fixture
def desk(floor: Floor) -> Desk:
    floor.leads(30)
    return Desk(floor)


_worked: dict[str, Desk] = {}


@pytest.fixture
def worked(floor_database: Database) -> Desk:
    """A desk after sixty calls, for tests that only read: the same for all of them, one of each kind of database."""
    if floor_database.url not in _worked:
        made = Desk(Floor(floor_database))
        made.floor.leads(30)
        made.work(60, seed=3)
        _worked[floor_database.url] = made
    return _worked[floor_database.url]

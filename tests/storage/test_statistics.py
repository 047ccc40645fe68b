"""SQLite is told how large our tables grow, and then never walks through all of them for one person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from domain.calling import claims, dialling, hopper, outcomes, undo
from domain.reporting.filters import ReportFilters
from domain.reporting.report import campaign_report
from storage import schema
from storage.database import Database
from storage.statistics import has_statistics
from tests.support.factories import NOON, ShopFixture, build_shop

GROWING = (
    "(activity|call|contact|contact_phone|do_not_call|history_event|lead|sale|seller_state_event|undo_entry"
    "|[adklp])(_[0-9]+)?"  # as statements written by hand, and SQLAlchemy, abbreviate them
)
WALKS = re.compile(rf"^(SCAN {GROWING}\b|SEARCH {GROWING}\b.*\((organisation_id=\?|campaign_id=\?)?\)$)")


def test_a_new_database_is_described(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert has_statistics(session.connection())


def test_an_upgrade_describes_a_database_that_is_not(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        session.execute(text("DELETE FROM sqlite_stat1 WHERE tbl = 'lead'"))
        assert not has_statistics(session.connection())
    sqlite_database.close()
    schema.upgrade(sqlite_database.url)
    with sqlite_database.reading() as session:
        assert has_statistics(session.connection())


@contextmanager
def plans(database: Database) -> Iterator[list[tuple[str, str]]]:
    """What SQLite means to do for each statement of the block: (line of its plan, statement)."""
    sent: list[tuple[str, object]] = []

    def before(
        connection: object, cursor: object, statement: str, parameters: object, context: object, many: bool
    ) -> None:
        if statement.split(None, 1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            values = parameters[0] if many else parameters  # type: ignore[index]  # a list
            sent.append((statement, tuple(values) if isinstance(values, list) else values))

    found: list[tuple[str, str]] = []
    event.listen(database.engine, "before_cursor_execute", before)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
    with database.reading() as session:
        for statement, parameters in sent:
            lines = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            found.extend((str(line[3]), statement) for line in lines)


def work_a_person(made: ShopFixture) -> None:
    """Everything a seller does with somebody, and takes back."""
    database, ana, later = made.database, made.ana, NOON + timedelta(minutes=1)

    def fill() -> None:
        with database.transaction() as session:
            hopper.top_up(
                session, organisation_id=ana.organisation_id, campaign_id=made.campaign_id, now=NOON
            )

    def take() -> int:
        with database.transaction() as session:
            got = claims.next_lead(session, actor=ana, campaign_id=made.campaign_id, now=NOON)
        assert got.dossier is not None
        return got.dossier.lead_id

    fill()
    lead_id = take()
    with database.transaction() as session:
        dialling.start(session, actor=ana, lead_id=lead_id, e164=None, now=NOON)
        dialling.hang_up(session, actor=ana, now=later)
    for action in ("not-found", "sale", "call-later", "wrong-number", "do-not-call"):
        with database.transaction() as session:
            outcomes.record(session, actor=ana, lead_id=lead_id, action=action, now=later, note="a note")
        with database.transaction() as session:
            undo.undo(session, actor=ana, now=later)
        assert take() == lead_id


def test_a_sellers_work_never_walks_through_a_growing_table(sqlite_database: Database) -> None:
    made = build_shop(sqlite_database, leads=5)

    with plans(sqlite_database) as found:
        work_a_person(made)

    assert len(found) > 100
    assert [(line, statement) for line, statement in found if WALKS.match(line)] == []


def test_the_report_of_a_week_reads_the_calls_of_that_week_from_their_index(
    sqlite_database: Database,
) -> None:
    made = build_shop(sqlite_database, leads=5)
    week = ReportFilters(acted_from=NOON.date() - timedelta(days=6), acted_to=NOON.date())

    with plans(sqlite_database) as found, sqlite_database.transaction() as session:
        campaign_report(session, actor=made.sup, campaign_id=made.campaign_id, filters=week, now=NOON)

    of_days = [line for line, _ in found if "started_at>? AND started_at<?" in line]
    assert len(of_days) == 2  # who made them, and to which leads
    assert all(line.startswith("SEARCH call USING COVERING INDEX ix_call_acted") for line in of_days), of_days


@pytest.mark.parametrize(
    "line",
    ["SCAN lead", "SEARCH l USING INDEX ix_lead_status (organisation_id=?)", "SCAN call_1 USING INDEX x"],
)
def test_a_walk_is_known_when_it_is_seen(line: str) -> None:
    assert WALKS.match(line)

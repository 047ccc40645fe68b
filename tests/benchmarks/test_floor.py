"""The floor in a box: a short evening leaves everything in order, and what is out of order is found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from benchmarks.floor import campaign, invariants
from benchmarks.floor.campaign import Place
from benchmarks.floor.command import main
from benchmarks.floor.log import Hold, Log
from benchmarks.floor.seats import Seat, Shift
from storage.database import Database

KEYS = {
    "campaign", "dispositions", "dispositions_per_second", "next_p50_ms", "next_p99_ms", "outcome_p50_ms",
    "outcome_p99_ms", "violations", "peak_rss_mb",
}  # fmt: skip


def test_a_short_evening_breaks_no_rule_and_tells_its_figures(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database.close()
    arguments = ["--database", database.url, "--sellers", "3", "--think-ms", "5", "--seconds", "2", "--json"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() >= KEYS
    assert found["violations"] == []
    assert found["dispositions"] > 0
    assert found["around"]


@pytest.fixture
def place(sqlite_database: Database) -> Place:
    return campaign.make(sqlite_database, sellers=2, supervisors=1, leads=30, now=datetime.now(UTC))


@pytest.fixture
def log(sqlite_database: Database, place: Place) -> Log:
    """Three people of one seller, nobody disturbed."""
    seat = Seat(sqlite_database, Shift(sqlite_database.url, place.sellers[0], place.campaign_id, 0.0, 1))
    for _ in range(3):
        assert seat.take()
        seat.record()
    return seat.log


def broken(database: Database, place: Place, *logs: Log) -> list[str]:
    return invariants.broken(database, place, logs, before=set(), now=datetime.now(UTC))


def test_undisturbed_work_breaks_nothing(sqlite_database: Database, place: Place, log: Log) -> None:
    assert broken(sqlite_database, place, log) == []


def test_a_person_in_two_hands_is_found(sqlite_database: Database, place: Place, log: Log) -> None:
    held = log.holds[1]
    other = Log("somebody else", holds=[replace(held, numbers=(), begin=held.end - 1, end=held.end + 5)])
    assert [
        f"lead {held.lead_id}: in the hands of" in told for told in broken(sqlite_database, place, log, other)
    ] == [True]


def test_a_number_in_two_calls_is_found(sqlite_database: Database, place: Place, log: Log) -> None:
    held = log.holds[0]
    other = Log("somebody else", holds=[Hold(999_999, held.numbers, held.asked, held.begin, held.end)])
    found = broken(sqlite_database, place, log, other)
    assert [told.startswith(f"number of leads {held.lead_id}, 999999") for told in found] == [True]


def test_somebody_called_after_registering_is_found_unless_released(
    sqlite_database: Database, place: Place, log: Log
) -> None:
    held = log.holds[2]
    log.registered = [(held.numbers[0], held.asked - 10)]
    assert ["after its number was registered" in told for told in broken(sqlite_database, place, log)] == [
        True
    ]
    log.released = [(held.numbers[0], held.asked - 5)]
    assert broken(sqlite_database, place, log) == []


def test_an_outcome_that_is_lost_or_doubled_is_found(
    sqlite_database: Database, place: Place, log: Log
) -> None:
    log.events.append(log.events[-1] + 1000)
    assert ["1 told but not kept" in told for told in broken(sqlite_database, place, log)] == [True]
    del log.events[-2:]
    assert ["1 kept but not told" in told for told in broken(sqlite_database, place, log)] == [True]


def test_counters_and_figures_that_are_not_history_are_found(
    sqlite_database: Database, place: Place, log: Log
) -> None:
    with sqlite_database.transaction() as session:
        session.execute(
            text("UPDATE lead SET dial_attempts = dial_attempts + 1 WHERE id = :lead"),
            {"lead": log.holds[0].lead_id},
        )
        session.execute(
            text("UPDATE lead_tally SET leads = leads + 1 WHERE campaign_id = :campaign"),
            {"campaign": place.campaign_id},
        )
    found = broken(sqlite_database, place, log)
    assert any("counters that are not their calls" in told for told in found)
    assert any("figures are not what history says" in told for told in found)
    assert any("the funnel's rows add up" in told for told in found)


@pytest.mark.parametrize(
    "wrong", [["--sellers", "0"], ["--think-ms", "-1"], ["--seconds", "soon"], ["--sellers", "many"]]
)
def test_wrong_arguments_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(wrong)
    assert refused.value.code == 2
    assert wrong[0] in capsys.readouterr().err

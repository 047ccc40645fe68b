"""The known case, through the import commands: 58,466 people, 954 of them wrong in three ways, nobody else touched."""

from __future__ import annotations

import csv
import time
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from domain.codes import DialStatus
from domain.repair.kinds import KINDS
from storage.database import Database
from storage.demo.numbers import ranges
from tests.cli.conftest import Shell
from tests.support.factories import NOON

PEOPLE = 58_466
DIALLED_BUT_NEW, UNTRACKED, WITHOUT_STATUS = 458, 127, 369
WRONG = DIALLED_BUT_NEW + UNTRACKED + WITHOUT_STATUS
RESULTS = ("no_answer", "busy", "answered", "failed", "dropped")
HEADER = ("phone", "name", "external_id", "status", "dial_attempts", "answered_count", "last_dial_attempt")


def write_files(people: Path, calls: Path) -> set[str]:
    """Everybody, mixed: the wrong ones (returned), the others in every status with counters that agree."""
    chance = Random(58_466)
    numbers = (each.number(index).e164 for each in ranges() for index in range(each.size))
    places = list(range(PEOPLE))
    chance.shuffle(places)
    kind_of = dict.fromkeys(places[:DIALLED_BUT_NEW], "dialled")
    kind_of |= dict.fromkeys(places[DIALLED_BUT_NEW : DIALLED_BUT_NEW + UNTRACKED], "untracked")
    kind_of |= dict.fromkeys(places[DIALLED_BUT_NEW + UNTRACKED : WRONG], "none")
    statuses = [status.value for status in DialStatus if status is not DialStatus.DNC]
    with people.open("w", newline="") as leads_file, calls.open("w", newline="") as calls_file:
        leads, log = csv.writer(leads_file), csv.writer(calls_file)
        leads.writerow(HEADER)
        log.writerow(("external_id", "lead_external_id", "started_at", "result"))
        for place, number in enumerate(islice(numbers, PEOPLE)):
            kind, last = kind_of.get(place), NOON - timedelta(days=1, minutes=place % 1000)
            status, attempts, answered, told = chance.choice(statuses), 0, 0, 0
            if kind == "dialled":
                status, attempts = "new", 1 + place % 3
            elif kind == "untracked":
                status, told = "new", 1 + place % 3
            elif kind == "none":
                status = ""
            elif status != "new":
                attempts = 1 + place % 4
                told = attempts if place % 10 == 0 else 0  # a tenth brings the log of its calls along
                answered = told
            leads.writerow((number, f"Person {place}", f"p{place}", status, attempts or "", answered or "",
                            f"{last:%Y-%m-%d %H:%M}" if attempts else ""))  # fmt: skip
            for n in range(told):
                result = RESULTS[(place + n) % len(RESULTS)]
                log.writerow(
                    (f"c{place}-{n}", f"p{place}", f"{last - timedelta(hours=n):%Y-%m-%d %H:%M}", result)
                )
    return {f"p{place}" for place in kind_of}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, set[str]]:
    """The people, their calls, and who of them is wrong."""
    folder = tmp_path_factory.mktemp("known")
    people, calls = folder / "people.csv", folder / "calls.csv"
    return people, calls, write_files(people, calls)


def rows(database: Database) -> dict[str, tuple[object, ...]]:
    """Every lead with all its columns, by its external id, as the driver reads them."""
    with database.reading() as session:
        found = session.connection().exec_driver_sql("SELECT external_id, lead.* FROM lead")
        return {str(row[0]): tuple(row) for row in found.all()}


def test_exactly_the_wrong_ones_are_found_and_fixed_and_everybody_else_is_untouched(
    shell: Shell, files: tuple[Path, Path, set[str]]
) -> None:
    people, calls, wrong = files
    shell.done("campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00")
    took = shell.json("leads", "import", str(people), "--campaign", "Spring", "--yes")
    assert (took["imported"], took["rejected"]) == (PEOPLE, 0)
    kept = shell.json("calls", "import", str(calls), "--history-only")
    assert kept["rejected"] == 0
    assert kept["imported"] == kept["rows"]
    before = rows(shell.database)

    begun = time.perf_counter()
    done = shell.json("leads", "fix-status", "--campaign", "Spring")
    took_seconds = time.perf_counter() - begun

    expected = {
        "no_status": WITHOUT_STATUS,
        "dialed_but_new": DIALLED_BUT_NEW,
        "missing_dial_tracking": UNTRACKED,
        "counter_mismatch": 0,
        "stale_claims": 0,
    }
    assert {kind.value: done[kind.value] for kind in KINDS} == expected
    assert (done["total_issues"], done["leads_fixed"], done["errors"]) == (WRONG, WRONG, 0)
    assert done["leads_checked"] == PEOPLE
    given, standing = done["status_assigned"], done["by_status"]
    assert isinstance(given, dict)
    assert isinstance(standing, dict)
    assert sum(given.values()) == WRONG
    assert given["new"] == WITHOUT_STATUS
    assert sum(standing.values()) == PEOPLE
    assert "no_status" not in standing
    assert took_seconds < 5

    after = rows(shell.database)
    assert after.keys() == before.keys()
    assert {name for name, row in after.items() if row != before[name]} == wrong
    with shell.database.reading() as session:
        told = session.execute(
            text(
                "SELECT lead.external_id FROM history_event JOIN lead ON lead.id = lead_id WHERE kind = 'repair'"
            )
        ).scalars()
        assert sorted(told) == sorted(wrong)
    again = shell.json("leads", "fix-status", "--campaign", "Spring")
    assert (again["total_issues"], again["leads_fixed"], again["leads_checked"]) == (0, 0, PEOPLE)
    assert "58,466" in shell.done("leads", "fix-status", "--report-only").out

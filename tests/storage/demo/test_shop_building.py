"""The demonstration shop is built wholly or not at all, never over a real one, and the same from the same seed."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import Conflict, Invalid
from domain.models import metadata
from domain.people import shop as organisation
from storage.database import Database, open_database
from storage.demo import shop
from storage.demo.offers import DEPOSITS
from storage.demo.summary import summarise
from storage.errors import NotADialdeckDatabase
from storage.integrity import check
from storage.roll_ups import roll_ups
from storage.statistics import has_statistics
from tests.storage.demo.shops import NOW, build

ROOT = Path(__file__).parents[3]


def digest(database: Database) -> dict[str, str]:
    """One fingerprint for each table, the same on both databases."""
    found, kept = {}, {each.table for each in roll_ups(database.dialect)}
    with database.reading() as session:
        for table in metadata.sorted_tables:
            order = list(table.primary_key.columns)
            rows = [list(row) for row in session.execute(table.select().order_by(*order))]
            if table.name in kept:  # numbered as each kind of database draws it together
                rows = sorted(row[1:] for row in rows)
            whole = json.dumps(rows, sort_keys=True, default=str)
            found[table.name] = f"{len(rows)} {hashlib.sha256(whole.encode()).hexdigest()}"
    return found


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Inés,\n" * 100)
    with pytest.raises(NotADialdeckDatabase):
        build(f"sqlite:///{file}", leads=10)
    assert file.read_text() == "Dear Inés,\n" * 100


def test_an_empty_file_becomes_the_shop(tmp_path: Path) -> None:
    file = tmp_path / "shop.sqlite3"
    file.touch()
    build(f"sqlite:///{file}", leads=10)
    assert shop.stands(f"sqlite:///{file}")
    with closing(open_database(f"sqlite:///{file}")) as database, database.engine.connect() as connection:
        assert has_statistics(connection), "without them whole tables are walked through"


def test_the_same_seed_within_an_hour_makes_the_same_shop_on_either_database(
    database: Database, small: Database
) -> None:
    build(database.url, now=NOW + timedelta(minutes=25))
    assert digest(database) == digest(small)


def test_another_seed_makes_another_shop(tmp_path: Path, small: Database) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    build(url, seed=6)
    with closing(open_database(url)) as database:
        assert digest(database)["contact"] != digest(small)["contact"]


def test_a_database_with_a_shop_is_refused_unless_reset(database: Database) -> None:
    build(database.url, leads=50)
    before = digest(database)
    with pytest.raises(Conflict) as refused:
        build(database.url, leads=60)
    assert refused.value.code == "shop_exists"
    assert digest(database) == before
    assert build(database.url, leads=60, reset=True).campaigns[0].leads == 60
    assert check(database) == []


def test_a_real_shop_is_never_replaced(database: Database) -> None:
    build(database.url, leads=20)
    with database.transaction() as session:
        session.execute(text("UPDATE organisation SET settings = '{}'"))
    with pytest.raises(Conflict) as refused:
        build(database.url, leads=20, reset=True)
    assert refused.value.code == "not_a_demo"
    assert not shop.stands(database.url)


@pytest.mark.parametrize("leads", [1, 3])
def test_a_tiny_shop_is_sound_and_its_largest_campaign_is_that_of_the_data(
    tmp_path: Path, leads: int
) -> None:
    url = f"sqlite:///{tmp_path / 'tiny.sqlite3'}"
    largest = build(url, leads=leads).campaigns[0]
    assert (largest.name, largest.leads) == (DEPOSITS, leads)
    with closing(open_database(url)) as database:
        assert check(database) == []


def test_a_shop_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        build(f"sqlite:///{tmp_path / 'none.sqlite3'}", leads=0)
    assert [file.name for file in tmp_path.iterdir() if "sqlite3" in file.name] == []


class Stopped(BaseException):
    """Ctrl-C, as far as the shop is concerned."""


def stop_half_way(phase: str, done: int, total: int) -> None:
    if phase == "Writing people and calls" and done:
        raise Stopped


def test_a_stopped_build_leaves_nothing_and_the_next_one_succeeds(database: Database) -> None:
    with pytest.raises(Stopped):
        shop.build(database.url, now=NOW, leads=50, progress=stop_half_way)
    assert not shop.stands(database.url)
    with database.reading() as session:
        assert organisation.find(session) is None
    assert build(database.url, leads=50).campaigns[0].leads == 50


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from storage.roll_ups import roll_ups
from storage.demo import shop

def die(phase, done, total):
    if phase == "Writing people and calls" and done:
        os.kill(os.getpid(), signal.SIGKILL)

shop.build(sys.argv[1], now=datetime(2026, 3, 11, 15, tzinfo=UTC), leads=50, progress=die)
"""


def test_a_killed_build_is_built_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    died = subprocess.run([sys.executable, "-c", _KILLED, url], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert not (tmp_path / "killed.sqlite3").exists()
    assert not shop.stands(url)
    build(url, leads=50)
    assert shop.stands(url)
    left = sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("killed"))
    assert not [name for name in left if ".building" in name or ".demo" in name]


def test_two_builds_at_once_make_one_shop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    code = (
        "import sys; from datetime import UTC, datetime; from storage.demo import shop;"
        "shop.build(sys.argv[1], now=datetime(2026, 3, 11, 15, tzinfo=UTC), leads=100)"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE, env=dict(os.environ)
        )
        for _ in range(2)
    ]
    errors = [process.communicate()[1].decode() for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum("There is a shop in" in error for error in errors) == 1
    assert shop.stands(url)


def test_somebody_who_has_the_old_shop_open_sees_the_new_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    build(url, leads=30)
    with closing(open_database(url)) as reader:
        with reader.reading() as session:
            assert summarise(session, now=NOW).campaigns[0].leads == 30
        build(url, leads=40, reset=True)
        with reader.reading() as session:
            assert summarise(session, now=NOW).campaigns[0].leads == 40
        assert check(reader) == []


def test_progress_is_told_from_beginning_to_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    shop.build(url, now=NOW, leads=40, progress=lambda *step: told.append(step))
    assert told[0] == ("Preparing the database", 0, 1)
    assert ("Writing people and calls", 40, 40) in told
    assert told[-1] == ("Finishing", 1, 1)

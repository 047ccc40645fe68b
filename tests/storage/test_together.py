"""Many processes on one database: the first open of a new one, and changes to the same row."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from storage import schema
from storage.database import Database, open_database
from tests.storage.workers import NEW_SHOP, count_up, open_and_write
from tests.support.postgres import Server
from tests.support.processes import run_together

PROCESSES = 8


def shops(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.execute(text("SELECT name FROM organisation")).scalars())


def test_eight_processes_may_open_a_brand_new_file_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'shop.sqlite3'}"
    names = run_together(open_and_write, [(url, f"Shop {number}") for number in range(PROCESSES)])
    assert shops(open_database(url)) == names


@pytest.mark.postgresql
def test_eight_processes_may_open_an_empty_database_of_a_server_at_once(postgres_server: Server) -> None:
    name = postgres_server.create()
    url = postgres_server.url(name)
    names = run_together(open_and_write, [(url, f"Shop {number}") for number in range(PROCESSES)])
    database = open_database(url)
    assert shops(database) == names
    assert schema.state(url).kind == "current"
    database.close()
    postgres_server.drop(name)


def test_no_update_is_lost_when_eight_processes_change_one_row(database: Database) -> None:
    with database.transaction() as session:
        session.execute(NEW_SHOP, {"name": "0"})
    done = run_together(count_up, [(database.url, 40)] * PROCESSES)
    assert shops(database) == [str(sum(done))] == ["320"]

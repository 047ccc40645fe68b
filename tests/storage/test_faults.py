"""Faults of disk, server and process: one clear line, nothing half-written, and work goes on afterwards."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import text

from domain.errors import Unavailable
from storage.database import Database, open_database
from storage.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnreachable, DiskFull
from tests.storage.workers import NEW_SHOP
from tests.support.postgres import Server

WRITER = """
import sys
from storage.database import open_database
from tests.storage.workers import NEW_SHOP
database = open_database(sys.argv[1])
with database.transaction() as session:
    session.execute(NEW_SHOP, {"name": "half"})
    print("written", flush=True)
    sys.stdin.readline()
"""


def shops(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.execute(text("SELECT name FROM organisation")).scalars())


def add_shop(database: Database, name: str) -> None:
    with database.transaction() as session:
        session.execute(NEW_SHOP, {"name": name})


def test_a_writer_killed_in_the_middle_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, database.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.kill()
    add_shop(database, "whole")
    assert shops(database) == ["whole"]


def test_a_full_disk_is_told_and_keeps_nothing_of_the_transaction(sqlite_database: Database) -> None:
    with pytest.raises(DiskFull, match="no room left"), sqlite_database.transaction() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(100_000):
            session.execute(NEW_SHOP, {"name": f"Shop {number}"})
    assert shops(sqlite_database) == []


def test_a_program_that_does_not_use_the_gate_is_waited_for_then_told(sqlite_database: Database) -> None:
    with closing(sqlite3.connect(sqlite_database.address.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with sqlite_database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA busy_timeout = 20")
        with pytest.raises(DatabaseBusy, match="another program is writing"):
            add_shop(sqlite_database, "waiting")
        other.execute("ROLLBACK")
    add_shop(sqlite_database, "later")
    assert shops(sqlite_database) == ["later"]


def test_a_lock_that_is_not_let_go_on_the_server_is_told(postgres_database: Database) -> None:
    add_shop(postgres_database, "Shop")
    join = "&" if "?" in postgres_database.url else "?"
    hasty = open_database(f"{postgres_database.url}{join}options=-c%20lock_timeout%3D50")
    rename = text("UPDATE organisation SET name = 'other'")
    with postgres_database.transaction() as first:
        first.execute(rename)
        with pytest.raises(DatabaseBusy), hasty.transaction() as second:
            second.execute(rename)
    hasty.close()


def test_a_file_that_breaks_while_it_is_open_is_told(sqlite_database: Database) -> None:
    add_shop(sqlite_database, "Shop")
    sqlite_database.close()
    sqlite_database.address.file.write_bytes(
        sqlite_database.address.file.read_bytes()[:4096] + b"\xff" * 200_000
    )
    with pytest.raises(DatabaseDamaged, match="dialdeck db restore"):
        shops(sqlite_database)


def test_connections_the_server_dropped_are_replaced(
    postgres_database: Database, postgres_server: Server
) -> None:
    add_shop(postgres_database, "before")
    drop_connections(postgres_database, postgres_server)
    add_shop(postgres_database, "after")
    assert shops(postgres_database) == ["after", "before"]


def test_a_connection_lost_in_the_middle_is_told_and_keeps_nothing(
    postgres_database: Database, postgres_server: Server
) -> None:
    with (
        pytest.raises(DatabaseUnreachable, match=r"was lost\. Try again"),
        postgres_database.transaction() as session,
    ):
        session.execute(NEW_SHOP, {"name": "half"})
        drop_connections(postgres_database, postgres_server)
        session.execute(NEW_SHOP, {"name": "other half"})
    assert shops(postgres_database) == []


def drop_connections(database: Database, server: Server) -> None:
    name = database.address.url.database
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_every_fault_is_an_error_the_doors_know() -> None:
    for kind in (DatabaseBusy, DatabaseDamaged, DatabaseUnreachable, DiskFull):
        assert issubclass(kind, Unavailable)
        assert kind("text").code != Unavailable("text").code

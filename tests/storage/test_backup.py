"""Backup and restore: a copy of one moment while others write, put back whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import Conflict, DomainError, NotFound
from storage import integrity, schema
from storage.backup import backup, restore
from storage.database import Database, open_database
from storage.errors import DatabaseBusy, DatabaseDamaged, NotADialdeckDatabase
from tests.storage.workers import NEW_SHOP
from tests.support.postgres import Server


@pytest.fixture(autouse=True)
def servers_own_tools(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump must not be older than the server."""
    if "postgres" in str(request.node.name) or "postgres_database" in request.fixturenames:
        server = request.getfixturevalue("postgres_server")
        assert isinstance(server, Server)
        if server.binaries is not None:
            monkeypatch.setenv("PATH", f"{server.binaries}{os.pathsep}{os.environ['PATH']}")


def add_shop(database: Database, name: str) -> None:
    with database.transaction() as session:
        session.execute(NEW_SHOP, {"name": name})


def shops(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(text("SELECT name FROM organisation ORDER BY id")).scalars())


def test_what_was_backed_up_comes_back(database: Database, tmp_path: Path) -> None:
    add_shop(database, "kept")
    copy = backup(database, tmp_path / "copy")
    add_shop(database, "later")
    database.close()
    restore(copy, database.url, force=True)
    assert shops(database) == ["kept"]
    assert integrity.check(database) == []


def test_a_backup_never_overwrites_unless_told(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    file.write_text("mine")
    with pytest.raises(Conflict, match="exists already"):
        backup(database, file)
    assert file.read_text() == "mine"
    backup(database, file, force=True)
    assert file.read_bytes() != b"mine"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_backup_to_a_folder_that_is_not_there_is_a_clear_line(database: Database, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="nowhere"):
        backup(database, tmp_path / "nowhere" / "copy")


def test_a_backup_while_a_seller_writes_holds_whole_transactions(
    sqlite_database: Database, tmp_path: Path
) -> None:
    begun, enough = threading.Event(), threading.Event()

    def write_pairs() -> None:
        number = 0
        while not enough.is_set():
            with sqlite_database.transaction() as session:
                session.execute(NEW_SHOP, {"name": f"{number} left"})
                session.execute(NEW_SHOP, {"name": f"{number} right"})
            number += 1
            begun.set()

    writer = threading.Thread(target=write_pairs)
    writer.start()
    assert begun.wait(30)
    copies = [backup(sqlite_database, tmp_path / f"copy{number}") for number in range(5)]
    enough.set()
    writer.join()
    for copy in copies:
        found = shops(open_database(f"sqlite:///{copy}"))
        assert found
        assert len(found) % 2 == 0
    assert len(found) <= len(shops(sqlite_database))


def test_a_backup_is_one_file_that_stands_alone(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    copy = backup(sqlite_database, tmp_path / "backups" / "copy")
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]
    copy.chmod(0o444)
    target = f"sqlite:///{tmp_path / 'other' / 'shop.sqlite3'}"
    restore(copy, target)
    assert schema.state(target).kind == "current"
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_the_database_itself_is_no_place_for_its_backup(sqlite_database: Database) -> None:
    file = sqlite_database.address.file
    for deed in (
        lambda: backup(sqlite_database, file, force=True),
        lambda: restore(file, sqlite_database.url),
    ):
        with pytest.raises(Conflict, match="the database itself"):
            deed()
    assert shops(sqlite_database) == []


def test_a_shop_is_not_replaced_unless_told(database: Database, tmp_path: Path) -> None:
    add_shop(database, "kept")
    copy = backup(database, tmp_path / "copy")
    add_shop(database, "later")
    with pytest.raises(Conflict, match=r"already.*--force"):
        restore(copy, database.url)
    assert shops(database) == ["kept", "later"]


def test_a_shop_somebody_works_in_is_not_replaced(sqlite_database: Database, tmp_path: Path) -> None:
    copy = backup(sqlite_database, tmp_path / "copy")
    add_shop(sqlite_database, "later")
    other = open_database(sqlite_database.url)
    assert shops(other) == ["later"]
    with pytest.raises(DatabaseBusy, match="Close Dialdeck everywhere"):
        restore(copy, sqlite_database.url, force=True)
    add_shop(other, "still working")
    assert shops(sqlite_database) == ["later", "still working"]
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_nothing_but_a_sound_backup_is_restored(sqlite_database: Database, tmp_path: Path) -> None:
    add_shop(sqlite_database, "kept")
    whole = backup(sqlite_database, tmp_path / "copy").read_bytes()
    sqlite_database.close()
    words, other, torn = tmp_path / "words.txt", tmp_path / "other.db", tmp_path / "torn"
    words.write_text("not a database, " * 400)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    middle = len(whole) // 2
    torn.write_bytes(whole[:middle] + b"\xff" * 40_000 + whole[middle + 40_000 :])
    for file, error in (
        (words, NotADialdeckDatabase),
        (other, NotADialdeckDatabase),
        (torn, DatabaseDamaged),
    ):
        with pytest.raises(error, match=file.name):
            restore(file, sqlite_database.url, force=True)
    with pytest.raises(NotFound, match="There is no file"):
        restore(tmp_path / "none", sqlite_database.url, force=True)
    assert shops(sqlite_database) == ["kept"]


def test_what_is_no_archive_is_not_restored_to_a_server(postgres_database: Database, tmp_path: Path) -> None:
    add_shop(postgres_database, "kept")
    file = tmp_path / "words.txt"
    file.write_text("not an archive")
    with pytest.raises(NotADialdeckDatabase, match=r"words\.txt"):
        restore(file, postgres_database.url, force=True)
    assert shops(postgres_database) == ["kept"]


def test_without_the_servers_tools_a_backup_says_what_to_install(
    postgres_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DomainError, match="pg_dump was not found") as caught:
        backup(postgres_database, tmp_path / "copy")
    assert caught.value.code == "tool_missing"
    assert not (tmp_path / "copy").exists()


def test_a_foreign_database_is_never_replaced(sqlite_database: Database, tmp_path: Path) -> None:
    copy = backup(sqlite_database, tmp_path / "copy")
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    before = other.read_bytes()
    with pytest.raises(NotADialdeckDatabase):
        restore(copy, f"sqlite:///{other}", force=True)
    assert other.read_bytes() == before

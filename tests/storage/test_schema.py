"""Whether a database fits: what is recognised, what is refused, what an upgrade keeps."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from domain.errors import DomainError, Invalid
from domain.models import metadata
from storage import integrity, migrations, schema
from storage.address import parse_address
from storage.database import Database, open_database
from storage.engines import postgresql_engine
from storage.errors import (
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    DatabaseReadOnly,
    DatabaseUnreachable,
    NotADialdeckDatabase,
)
from storage.roll_ups import roll_ups
from storage.triggers import IN_TURN, trigger_names
from tests.support.postgres import Server
from tests.support.rights import open_folder, ordinary_account


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


def set_revision(database: Database, revision: str) -> None:
    with database.transaction() as session:
        session.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = :to"), {"to": revision})
    database.close()


def test_the_migrations_form_one_line() -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations.FOLDER))
    assert script.get_heads() == [migrations.head()]
    assert [step.revision for step in script.walk_revisions()] == list(reversed(migrations.revisions()))


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    assert integrity.schema_differences(database) == []
    assert {table.name for table in metadata.sorted_tables} <= set(inspect(database.engine).get_table_names())


def test_a_column_the_models_do_not_have_is_found(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE product ADD COLUMN colour VARCHAR"))
    found = integrity.schema_differences(database)
    assert len(found) == 1
    assert "colour" in found[0]


def test_a_fresh_database_breaks_no_rule(database: Database) -> None:
    assert integrity.check(database) == []


def test_an_upgrade_of_a_current_database_changes_nothing(database: Database) -> None:
    assert schema.upgrade(database.url).kind == "current"
    assert schema.state(database.url).kind == "current"


def test_history_can_be_written_but_never_changed_or_removed(database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO organisation (id, name, settings, created_at) "
                "VALUES (1, 'Shop', '{}', '2026-03-02 09:30:00')"
            )
        )
        session.execute(
            text(
                "INSERT INTO history_event (organisation_id, at, kind) VALUES (1, '2026-03-02 09:30:00', 'edit')"
            )
        )
    for statement in ("UPDATE history_event SET kind = 'other'", "DELETE FROM history_event"):
        with (
            pytest.raises(IntegrityError, match="history is append-only"),
            database.transaction() as session,
        ):
            session.execute(text(statement))


def test_the_triggers_come_back_after_they_were_lost(database: Database) -> None:
    with database.transaction() as session:
        source = {each.table: each.source for each in roll_ups(database.dialect)}
        source[IN_TURN.rsplit("_", 1)[0]] = IN_TURN.removesuffix("_in_turn")
        for name in trigger_names():
            table = name.partition("_no_")[0]
            on = (
                f" ON {source.get(name.rsplit('_', 1)[0], table)}" if database.dialect == "postgresql" else ""
            )
            session.execute(text(f"DROP TRIGGER {name}{on}"))
    assert [violation.code for violation in integrity.check(database)] == ["triggers_missing"]
    schema.upgrade(database.url)
    assert integrity.check(database) == []


def test_a_missing_file_is_missing_and_stays_so(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "none.sqlite3")
    assert schema.state(url).kind == "missing"
    with pytest.raises(DatabaseMissing, match=r"none\.sqlite3.*dialdeck init"):
        open_database(url)
    assert list(tmp_path.glob("none*")) == []


def test_an_empty_file_becomes_a_database_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "shop.sqlite3"
    file.touch()
    assert schema.state(sqlite_url(file)).kind == "empty"
    with pytest.raises(DatabaseMissing):
        open_database(sqlite_url(file))
    open_database(sqlite_url(file), create=True)
    assert schema.state(sqlite_url(file)).kind == "current"


@pytest.mark.parametrize(
    "content", [b"name;phone\nAna;1\n", b"x", b"SQLite format 3\x00 but not really" * 200]
)
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    for create in (False, True):
        with pytest.raises(DomainError, match=r"list\.csv"):
            open_database(sqlite_url(file), create=create)
    with pytest.raises(DomainError):
        schema.upgrade(sqlite_url(file))
    assert file.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    before = file.read_bytes()
    assert schema.state(sqlite_url(file)).kind == "foreign"
    for attempt in (
        lambda: open_database(sqlite_url(file), create=True),
        lambda: schema.upgrade(sqlite_url(file)),
    ):
        with pytest.raises(NotADialdeckDatabase, match="not a Dialdeck database"):
            attempt()
    assert file.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADialdeckDatabase, match="is a folder"):
        open_database(sqlite_url(tmp_path), create=True)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DomainError, match="check the path"):
        open_database(sqlite_url(tmp_path / "file" / "shop.sqlite3"), create=True)


def test_a_file_without_rights_is_refused_with_a_clear_line() -> None:
    with open_folder() as folder:
        file = folder / "shop.sqlite3"
        open_database(sqlite_url(file), create=True).close()
        file.chmod(0)
        with ordinary_account(), pytest.raises(DatabaseReadOnly, match="No right"):
            open_database(sqlite_url(file))


def test_a_file_that_may_only_be_read_is_refused_with_a_clear_line() -> None:
    with open_folder() as folder:
        file = folder / "shop.sqlite3"
        open_database(sqlite_url(file), create=True).close()
        file.chmod(0o444)
        with ordinary_account(), pytest.raises(DatabaseReadOnly, match="read-only for you"):
            open_database(sqlite_url(file))


def test_a_newer_database_is_refused(database: Database) -> None:
    set_revision(database, "9999")
    assert schema.state(database.url).kind == "newer"
    for upgrade in (False, True):
        with pytest.raises(DatabaseNewer, match=r"9999.*Install the newer version"):
            open_database(database.url, create=True, upgrade=upgrade)
    with pytest.raises(DatabaseNewer):
        schema.upgrade(database.url)


def test_an_older_database_asks_for_the_upgrade(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    known = (*migrations.revisions(), "9999")
    monkeypatch.setattr(migrations, "revisions", lambda: known)
    assert schema.state(database.url).kind == "older"
    with pytest.raises(DatabaseOlder, match="dialdeck db upgrade"):
        open_database(database.url, create=True)


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        open_database(f"postgresql://ana:secret-word@/shop?host={tmp_path}")
    assert "no server answers there" in str(caught.value)
    assert "secret-word" not in str(caught.value)


@pytest.mark.postgresql
def test_a_database_the_server_does_not_have_is_named(postgres_server: Server) -> None:
    with pytest.raises(DatabaseUnreachable, match="no such database"):
        open_database(postgres_server.url("not_there"))


@pytest.mark.postgresql
def test_a_servers_database_of_another_program_is_refused(postgres_server: Server) -> None:
    name = postgres_server.create()
    url = postgres_server.url(name)
    assert schema.state(url).kind == "empty"
    engine = postgresql_engine(parse_address(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipe (name TEXT)"))
    engine.dispose()
    with pytest.raises(NotADialdeckDatabase):
        open_database(url, create=True)
    postgres_server.drop(name)


@pytest.mark.parametrize(
    "url", ["shop.db", "mysql://host/shop", "sqlite://", "sqlite:///:memory:", "://", ""]
)
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(Invalid, match="postgresql://user@host/database") as caught:
        open_database(url)
    assert caught.value.code == "database_address"

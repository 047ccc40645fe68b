"""Fixtures for all rooms: a home of its own for every test, and fresh databases of both kinds.

``database`` runs a test on SQLite and on PostgreSQL; ``sqlite_database`` and ``postgres_database`` on one.
Several processes may work on a test's database, so nothing hides it in an outer transaction.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import Database
from tests.support import databases
from tests.support.postgres import NoPostgres, Server, running_server
from tests.support.sparing import hash_cheaply, share_compiled_statements, share_styles

share_compiled_statements()
share_styles()
hash_cheaply()


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the collector need not look at them again and again (a fifth of the time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 20)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data and logs of a test go to its own folder, never to the user's."""
    return move_home(tmp_path / "home", monkeypatch)


def move_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let ``home`` be the user's folder, with nothing set."""
    home.mkdir()
    for name in list(os.environ):
        if name.startswith(("DIALDECK_", "PG")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    return home


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server for this run (or this worker); its absence skips, or fails with ``REQUIRE_PG=1``."""
    try:
        with running_server() as server:
            yield server
    except NoPostgres as reason:
        if os.environ.get("REQUIRE_PG") == "1":
            pytest.fail(f"PostgreSQL is required: {reason}")
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: Server) -> Iterator[str]:
    name = databases.postgres_template(postgres_server)
    yield name
    postgres_server.drop(name)


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh shop database in a file."""
    with databases.sqlite_copy(_sqlite_template, tmp_path / "shop.sqlite3") as database:
        yield database


@pytest.fixture(scope="session")
def _lent_by_postgres(postgres_server: Server, _postgres_template: str) -> Iterator[databases.Lent]:
    with closing(databases.Lent(postgres_server, _postgres_template)) as lent:
        yield lent


@pytest.fixture
def postgres_database(_lent_by_postgres: databases.Lent) -> Iterator[Database]:
    """A fresh shop database on the server."""
    with _lent_by_postgres.database() as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh shop database, once of each kind."""
    kind = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found = request.getfixturevalue(kind)
    assert isinstance(found, Database)
    return found

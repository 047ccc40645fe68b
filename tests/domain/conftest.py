"""A shop of its own for every test of the domain, many shops to a database, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from storage import integrity
from storage.database import Database
from tests.conftest import move_home
from tests.support import databases
from tests.support.floor import Floor


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One home for all tests of the domain: it knows no settings, thousands would be made for nothing."""
    with pytest.MonkeyPatch.context() as patch:
        yield move_home(tmp_path_factory.mktemp("domain") / "home", patch)


@pytest.fixture(scope="session")
def sqlite_floor(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("floor") / "shops.sqlite3"
    with databases.sqlite_copy(_sqlite_template, file) as database:
        event.listen(database.engine, "connect", _leave_it_to_the_system)
        database.engine.dispose()
        yield database


def _leave_it_to_the_system(connection: DBAPIConnection, _record: object) -> None:
    """No test pulls the plug, so this process need not wait for the disk; others that open the file still do."""
    connection.cursor().execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def postgres_floor(request: pytest.FixtureRequest) -> Iterator[Database]:
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("_postgres_template")
    with databases.postgres_copy(server, template) as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def floor_database(request: pytest.FixtureRequest) -> Database:
    """A database with room for many shops, once of each kind."""
    kind = "sqlite_floor" if request.param == "sqlite" else "postgres_floor"
    found = request.getfixturevalue(kind)
    assert isinstance(found, Database)
    return found


@pytest.fixture
def floor(floor_database: Database) -> Floor:
    """A shop with its people and one campaign that may always call."""
    return Floor(floor_database)


Unbroken = Callable[[], bool]


@pytest.fixture
def unbroken(floor: Floor) -> Unbroken:
    """Whether the test broke no rule of ``db check``; other shops of the database stand as their tests left them."""
    before = integrity.check(floor.database)

    def holds() -> bool:
        after = integrity.check(floor.database)
        assert after == before
        return True

    return holds

"""What a transaction keeps, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from domain.models import people
from storage.database import Database
from storage.errors import DatabaseReadOnly

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_what_a_transaction_wrote_is_there_afterwards(database: Database) -> None:
    with database.transaction() as session:
        shop = people.Organisation(name="Shop", created_at=NOW)
        session.add(shop)
    with database.reading() as session:
        found = session.exec(select(people.Organisation)).one()
    assert (found.id, found.name, found.created_at) == (shop.id, "Shop", NOW)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(people.Organisation(name="Shop", created_at=NOW))
        session.flush()
        raise ZeroDivisionError
    with database.reading() as session:
        assert session.exec(select(people.Organisation)).all() == []


def test_reading_refuses_to_write(database: Database) -> None:
    with pytest.raises(DatabaseReadOnly), database.reading() as session:
        session.add(people.Organisation(name="Shop", created_at=NOW))
        session.flush()


def test_reading_does_not_wait_for_a_writer_and_sees_the_moment_it_began(database: Database) -> None:
    with database.transaction() as writer:
        writer.add(people.Organisation(name="Shop", created_at=NOW))
        writer.flush()
        with database.reading() as session:
            assert session.exec(select(people.Organisation)).all() == []


def test_the_state_bar_names_the_kind_of_database(database: Database) -> None:
    assert database.label() == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database.dialect]

"""What a transaction keeps, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
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


def test_the_server_plans_once_what_says_so_and_the_rest_as_it_likes(postgres_database: Database) -> None:
    often = text("SELECT count(*) FROM organisation WHERE name = :name")
    plans = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE :part")
    for _ in range(8):
        for statement in (often.execution_options(planned_once=True), text(f"{often} AND id = :id")):
            with postgres_database.transaction() as session:
                session.execute(
                    statement, {"name": "Shop", "id": 1} if ":id" in statement.text else {"name": "Shop"}
                )
    with postgres_database.transaction() as session:
        [once] = session.execute(plans, {"part": "SELECT count(*)%$1"}).all()
        [usual] = session.execute(plans, {"part": "SELECT count(*)%id = $2"}).all()
    assert (once.generic_plans > 0, once.custom_plans) == (True, 0)
    assert (usual.generic_plans, usual.custom_plans > 0) == (0, True)

"""An upgrade with people in the database: what it keeps, and that a failed one leaves no trace."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from domain.calling import tally
from storage import migrations, schema
from storage.database import Database, open_database
from storage.errors import DatabaseDamaged, DatabaseOlder
from storage.triggers import present_triggers, trigger_names
from tests.support import tallies
from tests.support.factories import build_shop

STEP = """
import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"


def upgrade() -> None:
    with op.batch_alter_table("contact", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("nickname", sa.String(), nullable=True))
    with op.batch_alter_table("history_event", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("place", sa.String(), nullable=True))
    {ending}
"""

AddStep = Callable[[str], str]


@pytest.fixture
def add_step(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddStep:
    """Give the program one more migration than the database has; it rebuilds tables where that is needed."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = migrations.head()
    number = f"{int(before) + 1:04d}"
    recreate = "always" if database.dialect == "sqlite" else "never"

    def write(ending: str) -> str:
        step = STEP.format(number=number, before=before, recreate=recreate, ending=ending)
        (folder / "versions" / f"{number}_try.py").write_text(step)
        monkeypatch.setattr(migrations, "FOLDER", folder)
        found = migrations.revisions.__wrapped__()
        monkeypatch.setattr(migrations, "revisions", lambda: found)
        return number

    return write


@pytest.fixture
def people(database: Database) -> Database:
    """A database with a contact, its phone and an event."""
    at = "'2026-03-02 09:30:00.000000'"
    with database.transaction() as session:
        for statement in (
            f"INSERT INTO organisation (id, name, settings, created_at) VALUES (1, 'Shop', '{{}}', {at})",
            (
                "INSERT INTO contact (id, organisation_id, name, tags, attributes, created_at, updated_at) "
                f"VALUES (1, 1, 'Ana', '[]', '{{}}', {at}, {at})"
            ),
            (
                "INSERT INTO contact_phone (id, organisation_id, contact_id, e164, kind, position, bad) "
                "VALUES (1, 1, 1, '+59899000001', 'phone', 0, false)"
            ),
            f"INSERT INTO history_event (id, organisation_id, at, kind) VALUES (1, 1, {at}, 'edit')",
        ):
            session.connection().exec_driver_sql(statement)
    database.close()
    return database


def counts(database: Database) -> list[int]:
    with database.reading() as session:
        return [
            session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("contact", "contact_phone", "history_event")
        ]


def columns(database: Database, table: str) -> set[str]:
    return {column["name"] for column in inspect(database.engine).get_columns(table)}


def test_an_upgrade_that_rebuilds_tables_keeps_every_row_and_trigger(
    people: Database, add_step: AddStep
) -> None:
    number = add_step("")
    with pytest.raises(DatabaseOlder):
        open_database(people.url)
    database = open_database(people.url, upgrade=True)
    assert schema.state(people.url).revision == number
    assert "nickname" in columns(database, "contact")
    assert counts(database) == [1, 1, 1]
    with database.reading() as session:
        assert present_triggers(session.connection()) == set(trigger_names())
    database.close()


def test_an_upgrade_that_fails_half_way_leaves_no_trace(people: Database, add_step: AddStep) -> None:
    before = schema.state(people.url).revision
    add_step("raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(people.url)
    assert schema.state(people.url).revision == before
    assert "nickname" not in columns(people, "contact")
    assert counts(people) == [1, 1, 1]
    with people.reading() as session:
        assert present_triggers(session.connection()) == set(trigger_names())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_upgrade_that_would_break_references_is_taken_back(people: Database, add_step: AddStep) -> None:
    add_step('op.execute("DELETE FROM contact")')
    with pytest.raises(DatabaseDamaged, match="taken back: 1 rows refer"):
        schema.upgrade(people.url)
    assert counts(people) == [1, 1, 1]


def test_the_tally_begins_with_the_leads_that_are_there(database: Database) -> None:
    shop = build_shop(database, leads=7)
    file = migrations.FOLDER / "versions" / "0002_background_work_and_recycling.py"
    step = runpy.run_path(str(file))
    with database.transaction() as session:
        session.execute(
            text("UPDATE lead SET status = NULL, list_id = NULL, queue_state = 9 WHERE id % 3 = 0")
        )
        session.execute(text("DELETE FROM lead_tally"))
        session.execute(text(step["COUNT_LEADS"]))
        organisation = shop.root.organisation_id
        assert tally.places(
            session, organisation_id=organisation, campaign_id=shop.campaign_id
        ) == tallies.counted(session, organisation_id=organisation)

"""Several shops in one database of a server: what SQL written by hand can do there as the login of one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.constructs import people_with_words
from domain.errors import Conflict, Invalid, NotAllowed
from domain.models import metadata
from domain.people import shop
from storage import access, figures, integrity, logins, schema
from storage.database import Database, open_database
from tests.support.postgres import Server
from tests.support.shops import NOW, TwoShops, a_row, count, fill_every_table, two_shops

pytestmark = pytest.mark.postgresql
TABLES = sorted(metadata.tables)


@pytest.fixture(scope="module")
def shops(postgres_server: Server, _postgres_template: str) -> Iterator[TwoShops]:
    with two_shops(postgres_server, _postgres_template) as found:
        fill_every_table(found.owner, found.north_id)
        fill_every_table(found.owner, found.south_id)
        yield found


def key(table: str) -> str:
    return "id" if table == "organisation" else "organisation_id"


def attempt(database: Database, statement: str, **values: object) -> int | None:
    """How many rows it changed; None where the server refused it for want of a right."""
    with database.engine.connect() as connection:
        try:
            return connection.execute(text(statement), values).rowcount
        except DBAPIError as error:
            if isinstance(error.orig, InsufficientPrivilege):
                return None
            raise


@pytest.mark.parametrize("table", TABLES)
def test_a_login_sees_its_own_rows_and_no_others(shops: TwoShops, table: str) -> None:
    for database, own, other in (
        (shops.north, shops.north_id, shops.south_id),
        (shops.south, shops.south_id, shops.north_id),
    ):
        with database.engine.connect() as connection:
            assert count(connection, table, own) >= 1
            assert count(connection, table, other) == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_login_changes_and_takes_away_nothing_of_another_shop(shops: TwoShops, table: str) -> None:
    of_south = f"WHERE {key(table)} = {shops.south_id}"
    assert not attempt(shops.north, f"UPDATE {table} SET {key(table)} = {key(table)} {of_south}")
    assert not attempt(shops.north, f"DELETE FROM {table} {of_south}")


@pytest.mark.parametrize("table", TABLES)
def test_a_login_writes_no_row_into_another_shop(shops: TwoShops, table: str) -> None:
    row = {"id": shops.south_id + 100} if table == "organisation" else {}
    row |= {
        name: value
        for name, value in a_row(metadata.tables[table], shops.south_id).items()
        if name in metadata.tables[table].columns
    }
    with shops.north.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(metadata.tables[table].insert().values(row))
    assert isinstance(refused.value.orig, InsufficientPrivilege)
    moved = f"UPDATE {table} SET {key(table)} = {shops.south_id} WHERE {key(table)} = {shops.north_id}"
    assert attempt(shops.north, moved) is None


@pytest.mark.parametrize("table", ["history_event", "audit_event"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_login_only_adds_to_what_happened(shops: TwoShops, table: str, deed: str) -> None:
    assert attempt(shops.north, deed.format(table)) is None


BEYOND = (
    "UPDATE organisation SET login_role = NULL",
    "UPDATE organisation SET login_role = current_user",
    "UPDATE organisation SET name = 'south'",
    "INSERT INTO organisation (name, settings, created_at) VALUES ('west', '{}', now())",
    "DELETE FROM organisation",
    "UPDATE dialdeck_schema SET version_num = '0001'",
    "ALTER TABLE lead DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE history_event DISABLE TRIGGER ALL",
    "DROP POLICY dialdeck_shop ON lead",
    "CREATE POLICY mine ON lead USING (true)",
    "CREATE TABLE mine (id integer)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "SET session_replication_role = replica",
    "TRUNCATE lead",
    "LOCK TABLE organisation IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE history_event IN ACCESS EXCLUSIVE MODE",
    "SELECT setval('contact_id_seq', 1)",
    "SELECT last_value FROM contact_id_seq",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "SELECT pg_read_file('PG_VERSION')",
    "COPY contact TO PROGRAM 'cat'",
)


@pytest.mark.parametrize("statement", BEYOND)
def test_a_login_cannot_widen_its_rights(shops: TwoShops, statement: str) -> None:
    assert attempt(shops.north, statement) is None


def test_a_login_cannot_become_another_account(shops: TwoShops) -> None:
    owner = shops.owner.address.url.username
    for other in (shops.added[1].login, owner):
        assert attempt(shops.north, f'SET ROLE "{other}"') is None
        assert attempt(shops.north, f'SET SESSION AUTHORIZATION "{other}"') is None


def test_rights_given_away_by_a_login_are_none(shops: TwoShops) -> None:
    other = shops.added[1].login
    with shops.north.engine.begin() as connection:
        connection.execute(text(f'GRANT SELECT, UPDATE ON dialdeck_schema TO PUBLIC, "{other}"'))  # a warning
    with shops.owner.reading() as session:
        assert access.faults(session.connection()) == []


def test_asking_for_all_rows_is_an_error_and_not_all_rows(shops: TwoShops) -> None:
    with shops.north.engine.connect() as connection:
        connection.execute(text("SET row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text("SELECT count(*) FROM lead"))


def test_what_the_server_knows_of_the_columns_shows_nobody(shops: TwoShops) -> None:
    with shops.owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE contact"))
        stats = "SELECT count(*) FROM pg_stats WHERE tablename = 'contact'"
        assert connection.execute(text(stats)).scalar_one() > 0
    with shops.north.engine.connect() as connection:
        assert connection.execute(text(stats)).scalar_one() == 0


def test_every_table_keeps_shops_apart_and_the_check_says_so(shops: TwoShops) -> None:
    for database in (shops.owner, shops.north):
        with database.reading() as session:
            assert access.faults(session.connection()) == []
        assert not [each for each in integrity.check(database) if each.code == "access_open"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("ALTER TABLE lead DISABLE ROW LEVEL SECURITY", "table lead does not keep shops apart"),
        ("CREATE POLICY all_of_it ON sale USING (true)", "table sale does not keep shops apart"),
        ("DROP POLICY dialdeck_shop ON draft", "table draft does not keep shops apart"),
        ('GRANT DELETE ON history_event TO "{login}"', "may DELETE history_event"),
        ('REVOKE SELECT ON lead FROM "{login}"', "may not SELECT lead"),
        ('GRANT UPDATE (login_role) ON organisation TO "{login}"', "may do more than work in its shop"),
        ('REVOKE USAGE ON SCHEMA public FROM "{login}"', "lacks a right"),
    ],
)
def test_a_hole_is_found_and_closed_by_the_next_upgrade(shops: TwoShops, damage: str, told: str) -> None:
    with shops.owner.transaction() as session:
        session.connection().exec_driver_sql(damage.format(login=shops.added[0].login))
    found = [each.message for each in integrity.check(shops.owner) if each.code == "access_open"]
    assert len(found) == 1
    assert told in found[0]
    schema.upgrade(shops.owner.url)
    with shops.owner.reading() as session:
        assert access.faults(session.connection()) == []


def test_the_owner_of_several_shops_works_in_none(shops: TwoShops) -> None:
    with shops.owner.reading() as session:
        with pytest.raises(Conflict, match="dialdeck db shops"):
            shop.current(session)
        assert [each.name for each in shop.every(session)] == ["north", "south"]
    with shops.south.reading() as session:
        assert shop.current(session).name == "south"
        assert [each.name for each in shop.every(session)] == ["south"]


def test_what_concerns_all_shops_is_the_owners(shops: TwoShops) -> None:
    for refused in (
        lambda: logins.shops(shops.north),
        lambda: logins.named(shops.north, "south"),
        lambda: logins.give(shops.north, organisation_id=shops.north_id, new_password=True),
        lambda: logins.add_shop(shops.north, name="west", administrator="root", timezone="UTC", now=NOW),
        lambda: figures.rebuild(shops.north),
    ):
        with pytest.raises(NotAllowed, match="Only the owner of the database may"):
            refused()
    assert [(line.name, line.login_exists, line.login) for line in logins.shops(shops.owner)] == [
        ("north", True, shops.added[0].login),
        ("south", True, shops.added[1].login),
    ]


def test_a_login_is_told_once_and_anew_only_when_wanted(shops: TwoShops) -> None:
    assert shops.added[0].login_url is not None
    again = logins.give(shops.owner, organisation_id=shops.north_id)
    assert (again.role, again.url) == (shops.added[0].login, None)
    renewed = logins.give(shops.owner, organisation_id=shops.north_id, new_password=True)
    assert renewed.url is not None
    assert renewed.url != shops.added[0].login_url
    reopened = open_database(renewed.url)
    with reopened.reading() as session:
        assert shop.current(session).name == "north"
    reopened.close()


def test_a_password_is_kept_as_what_proves_it_only(shops: TwoShops) -> None:
    with shops.owner.engine.connect() as connection:
        kept = connection.execute(
            text("SELECT rolpassword FROM pg_authid WHERE rolname = :role"), {"role": shops.added[0].login}
        ).scalar_one()
    assert kept.startswith("SCRAM-SHA-256$")


def test_a_role_that_may_more_is_not_taken_for_a_login(shops: TwoShops) -> None:
    login = shops.added[1].login
    with shops.owner.transaction() as session:
        session.connection().exec_driver_sql(f'ALTER ROLE "{login}" BYPASSRLS')
    with pytest.raises(Conflict, match="may do more"):
        logins.give(shops.owner, organisation_id=shops.south_id)
    assert "may do more" in str(integrity.check(shops.owner))
    with shops.owner.transaction() as session:
        session.connection().exec_driver_sql(f'ALTER ROLE "{login}" NOBYPASSRLS')


def test_logins_are_named_by_database_and_shop_and_stay_apart_when_cut() -> None:
    assert logins.role_name("sales", 2) == "sales_shop_2"
    long = [logins.role_name(f"{'é' * 40}{ending}", 12) for ending in ("a", "b")]
    assert all(len(name.encode()) <= 63 and name.endswith("_shop_12") for name in long)
    assert long[0] != long[1]


def test_a_file_has_one_shop_and_no_logins(sqlite_database: Database) -> None:
    with pytest.raises(Invalid, match="holds one shop"):
        logins.add_shop(sqlite_database, name="west", administrator="root", timezone="UTC", now=NOW)


@pytest.mark.parametrize(
    "asked", ["dialdeck_ids_with_words(to_tsquery('simple', 'x'))", "dialdeck_ids_tagged('[\"vip\"]')"]
)
def test_the_index_of_people_answers_a_login_about_its_own_only(shops: TwoShops, asked: str) -> None:
    with shops.owner.transaction() as session:
        session.execute(text("UPDATE contact SET tags = '[\"vip\"]'"))
        people = session.execute(text("SELECT organisation_id, id FROM contact ORDER BY id")).all()
    for database, own in ((shops.north, shops.north_id), (shops.south, shops.south_id)):
        with database.reading() as session:
            found = session.execute(text(f"SELECT id FROM {asked} AS found (id) ORDER BY id")).scalars().all()
        assert found == [number for shop_id, number in people if shop_id == own]
        assert found
    with shops.owner.reading() as session:
        everybody = session.execute(text(f"SELECT id FROM {asked} AS found (id) ORDER BY id")).scalars().all()
    assert everybody == [number for _, number in people]


def test_a_login_asks_the_index_of_words_and_does_not_read_through_everybody(shops: TwoShops) -> None:
    asked = select(people_with_words(["x"]).c.contact_id)
    with shops.north.reading() as session:
        connection = session.connection()
        written = asked.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        steps = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN ANALYZE {written}")]
    assert any("Function Scan on dialdeck_ids_with_words" in step and "actual" in step for step in steps)
    assert all("never executed" in step for step in steps if " on contact " in step)

"""Shops on a server by command: a login is told once, the owner adds shops, each login works in its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from cli import main
from storage.database import Database
from tests.cli.conftest import Answer, Shell
from tests.support.postgres import Server

pytestmark = pytest.mark.postgresql
Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``dialdeck WORDS`` on an address."""

    def on(url: object, *words: str) -> Answer:
        return Shell(str(url), capsys)(*words)

    return on


def test_init_tells_the_login_of_the_shop_once(postgres_database: Database, run: Run) -> None:
    first = run(postgres_database.url, "init", "--admin", "marta", "--json")
    assert first.code == 0
    login = str(first["login"])
    assert login.endswith("_shop_1")
    url = make_url(str(first["login_url"]))
    assert (url.username, url.database) == (login, postgres_database.address.url.database)
    assert len(str(url.password)) >= 32
    again = run(postgres_database.url, "init", "--json")
    assert (again["login"], again["login_url"]) == (login, None)
    assert run(first["login_url"], "init", "--json")["admin"] == "marta"
    assert run(first["login_url"], "users", "list", "--json").code == 0


def test_people_read_what_seats_use_beside_the_answer(postgres_database: Database, run: Run) -> None:
    made = run(postgres_database.url, "init")
    assert "Seats of this shop use (told only now): postgresql://" in made.err
    assert "Seats" not in made.out
    assert "Seats" not in run(postgres_database.url, "init").err


def test_an_account_that_makes_no_roles_says_that_shops_are_not_kept_apart(
    postgres_database: Database, run: Run
) -> None:
    name, owner = (
        postgres_database.address.url.database,
        f"{postgres_database.address.url.database}_shop_owner",
    )
    with postgres_database.engine.begin() as connection:
        connection.execute(text(f'CREATE ROLE "{owner}" LOGIN'))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text(f'CREATE SCHEMA public AUTHORIZATION "{owner}"'))
        connection.execute(text(f'GRANT ALL ON DATABASE "{name}" TO "{owner}"'))
    postgres_database.close()
    url = postgres_database.address.url.set(username=owner, drivername="postgresql")
    made = run(url.render_as_string(hide_password=False), "init")
    assert made.code == 0, made
    assert "This account may not make roles" in made.err
    refused = run(url.render_as_string(hide_password=False), "db", "login", "main", "--new-password")
    assert refused.code == 1
    assert "may not make roles" in refused.err


def test_the_owner_adds_a_shop_and_each_login_works_in_its_own(postgres_database: Database, run: Run) -> None:
    owner = postgres_database.url
    first = run(owner, "init", "--admin", "marta", "--json")
    second = run(owner, "db", "add-shop", "north", "--admin", "nils", "--json")
    assert (second["shop"], second["admin"]) == ("north", "nils")
    assert run(first["login_url"], "users", "list", "--json").out.count("nils") == 0
    assert "nils" in run(second["login_url"], "users", "list", "--json").out
    refused = run(owner, "users", "list")
    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "dialdeck db shops" in refused.err
    listed = run(owner, "db", "shops")
    assert str(first["login"]) in listed.out
    assert str(second["login"]) in listed.out
    assert run(owner, "db", "check").code == 0
    assert run(owner, "db", "tally").code == 0
    for words in (("db", "shops"), ("db", "add-shop", "x"), ("db", "login", "main"), ("db", "tally")):
        told = run(first["login_url"], *words)
        assert (told.code, told.err.count("\n")) == (1, 1)
        assert "Only the owner of the database may" in told.err


def test_a_new_password_is_told_and_the_shop_must_be_there(postgres_database: Database, run: Run) -> None:
    url = postgres_database.url
    made = run(url, "init", "--json")
    kept = run(url, "db", "login", "main", "--json")
    assert (kept["login"], kept["login_url"]) == (made["login"], None)
    renewed = run(url, "db", "login", "main", "--new-password", "--json")
    assert renewed["login_url"] not in (None, made["login_url"])
    assert "There is no shop nowhere" in run(url, "db", "login", "nowhere").err
    assert "There is a shop main already" in run(url, "db", "add-shop", "main").err


def test_a_login_gets_its_rights_back_where_they_were_taken(postgres_database: Database, run: Run) -> None:
    made = run(postgres_database.url, "init", "--json")
    with postgres_database.engine.begin() as connection:
        connection.execute(text(f'REVOKE ALL ON lead FROM "{made["login"]}"'))
    found = run(postgres_database.url, "db", "check", "--json")
    assert found.code == 1
    assert "access_open" in found.out
    assert run(postgres_database.url, "db", "upgrade").code == 0
    assert run(postgres_database.url, "db", "check").code == 0


def test_a_file_has_one_shop(sqlite_database: Database, run: Run) -> None:
    assert main.run(["init", "--admin", "marta", "--database", sqlite_database.url]) == 0
    assert "holds one shop" in run(sqlite_database.url, "db", "add-shop", "north").err
    assert run(sqlite_database.url, "db", "shops", "--json").document == [
        {"name": "main", "login": None, "login_exists": False, "users": 1}
    ]


@pytest.mark.parametrize(("said", "code"), [("none", 0), ("3", 0), ("soon", 1)])
def test_prepared_statements_can_be_left_out_for_a_pooler(
    postgres_database: Database, run: Run, said: str, code: int
) -> None:
    url = postgres_database.address.url.update_query_dict({"prepare_threshold": said})
    made = run(url.set(drivername="postgresql").render_as_string(hide_password=False), "init")
    assert made.code == code, made


def test_a_restored_database_keeps_shops_apart_as_before(
    postgres_database: Database,
    postgres_server: Server,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if postgres_server.binaries is not None:  # pg_dump must not be older than the server
        monkeypatch.setenv("PATH", f"{postgres_server.binaries}{os.pathsep}{os.environ['PATH']}")
    owner = postgres_database.url
    made = run(owner, "init", "--json")
    run(owner, "db", "add-shop", "north", "--json")
    file = str(tmp_path / "both.backup")
    assert "Only the owner" in run(made["login_url"], "db", "backup", file).err
    assert run(owner, "db", "backup", file).code == 0
    other = postgres_server.create()
    try:
        assert run(postgres_server.url(other), "db", "restore", file, "--yes").code == 0
        assert run(postgres_server.url(other), "db", "check").code == 0
        seat = make_url(str(made["login_url"])).set(database=other).render_as_string(hide_password=False)
        assert run(seat, "users", "list", "--json").code == 0
        assert "Only the owner" in run(seat, "db", "shops").err
    finally:
        postgres_server.drop(other)


def test_an_owner_who_is_no_superuser_sets_everything_up(postgres_server: Server, run: Run) -> None:
    name = postgres_server.create()
    owner = f"{name}_shop_owner"
    postgres_server.execute(f'CREATE ROLE "{owner}" LOGIN CREATEROLE')
    postgres_server.execute(f'ALTER DATABASE "{name}" OWNER TO "{owner}"')
    url = make_url(postgres_server.url(name)).set(username=owner).render_as_string(hide_password=False)
    try:
        made = run(url, "init", "--admin", "marta", "--json")
        assert made.code == 0, made
        north = run(url, "db", "add-shop", "north", "--json")
        assert run(url, "db", "login", "main", "--new-password").code == 0
        assert run(url, "db", "check").code == 0
        assert "marta" in run(made["login_url"], "users", "list", "--json").out
        assert "marta" not in run(north["login_url"], "users", "list", "--json").out
        assert run(north["login_url"], "campaigns", "create", "Spring").code == 0
        assert run(north["login_url"], "leads", "search", "nobody").code == 0
    finally:
        postgres_server.drop(name)

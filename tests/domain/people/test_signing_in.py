"""Signing in through a door: what is counted, what locks, what is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from domain.audit import reading
from domain.audit.models import AuditEvent
from domain.codes import Role
from domain.errors import Invalid, NotAllowed, NotFound
from domain.people import entry, shop, signing_in, users
from domain.people.models import User
from domain.people.rights import Actor
from storage.database import Database
from tests.support.factories import NOON

PASSWORD = "correct horse"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def root(database: Database) -> Actor:
    """The administrator of a shop with a seller who has a password and one who has none."""
    with database.transaction() as session:
        shop.create(session, now=NOON)
        users.first_administrator(session, name="root", now=NOON)
        root = entry.sign_in(session, name="root", password=None, now=NOON)
        users.add(session, actor=root, name="ana", role=Role.SELLER, password=PASSWORD, now=NOON)
        users.add(session, actor=root, name="ben", role=Role.SELLER, now=NOON)
        return root


def come_in(
    database: Database,
    name: str = "ana",
    password: str | None = PASSWORD,
    *,
    at: datetime = NOON,
    server: bool = False,
) -> Actor:
    return signing_in.sign_in(
        database, name=name, password=password, now=at, server=server, door="application"
    )


def refused(database: Database, name: str = "ana", password: str | None = "wrong", **given: object) -> str:
    """The code and message of the refusal."""
    with pytest.raises((NotAllowed, NotFound)) as error:
        come_in(database, name, password, **given)  # type: ignore[arg-type]  # as come_in takes them
    return f"{error.value.code}: {error.value.message}"


def log(database: Database, root: Actor, kind: str = "sign_in") -> list[reading.AuditLine]:
    """The events of a kind, oldest first."""
    with database.reading() as session:
        found = reading.listing(session, actor=root, wanted=reading.Wanted(kind=kind))
    return found[::-1]


def test_every_sign_in_and_every_failure_is_in_the_log_without_what_was_typed(
    database: Database, root: Actor
) -> None:
    come_in(database)
    assert refused(database).startswith("wrong_password")
    assert refused(database, "my secret word").startswith("no_user")
    with database.transaction() as session:
        users.set_active(session, actor=root, name="ben", active=False, now=NOON)
    assert refused(database, "ben", None).startswith("user_disabled")
    assert [(each.user, each.kind, each.refused, each.detail["door"]) for each in log(database, root)] == [
        ("ana", "sign_in", False, "application"),
        ("ana", "sign_in.failed", True, "application"),
        ("", "sign_in.failed", True, "application"),
        ("ben", "sign_in.failed", True, "application"),
    ]
    assert [each.detail.get("code") for each in log(database, root, "sign_in.failed")] == [
        "wrong_password", "no_user", "user_disabled",
    ]  # fmt: skip
    with database.reading() as session:
        written = repr([row.model_dump() for row in session.exec(select(AuditEvent))])
    assert "wrong" not in written.replace("wrong_password", "")
    assert "secret" not in written


def test_asking_for_the_password_is_no_failure(database: Database, root: Actor) -> None:
    assert refused(database, "ana", None).startswith("password_needed")
    assert log(database, root) == []


def test_who_only_reads_leaves_no_trace_of_getting_in_but_failures_count(
    database: Database, root: Actor
) -> None:
    given = {"now": NOON, "server": False, "door": "command", "only_reads": True}
    signing_in.sign_in(database, name="ana", password=PASSWORD, **given)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        signing_in.sign_in(database, name="ana", password="wrong", **given)  # type: ignore[arg-type]
    assert [each.kind for each in log(database, root)] == ["sign_in.failed"]


def test_five_wrong_passwords_lock_for_five_minutes_even_for_the_right_one(
    database: Database, root: Actor
) -> None:
    told = [refused(database) for _ in range(5)]
    assert told[1] == "wrong_password: That is not the password of ana."
    assert told[2].endswith("Two more wrong ones lock ana for 5 minutes.")
    assert told[3].endswith("One more wrong one locks ana for 5 minutes.")
    assert told[4].endswith("ana is locked for 5 minutes now.")
    later = refused(database, password=PASSWORD, at=NOON + 4 * MINUTE)
    assert later.startswith("locked: ana is locked after 5 wrong passwords; try again in 1 minute,")
    assert "dialdeck users unlock ana" in later
    assert come_in(database, at=NOON + 5 * MINUTE).name == "ana"


def test_a_lock_lasts_twice_as_long_each_time_until_the_right_password(
    database: Database, root: Actor
) -> None:
    at = NOON
    for minutes in (5, 10, 20):
        for _ in range(5):
            last = refused(database, at=at)
        assert last.endswith(f"ana is locked for {minutes} minutes now.")
        assert refused(database, at=at + (minutes - 1) * MINUTE).startswith("locked")
        at += minutes * MINUTE
    come_in(database, at=at)
    for _ in range(5):
        last = refused(database, at=at)
    assert last.endswith("ana is locked for 5 minutes now.")


def test_no_lock_lasts_longer_than_a_day(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        session.exec(select(User).where(User.name == "ana")).one().failed_sign_ins = 499
    assert refused(database).endswith("ana is locked for 1440 minutes now.")


def test_tries_while_locked_do_not_make_it_longer(database: Database, root: Actor) -> None:
    for _ in range(5):
        refused(database)
    for _ in range(10):
        assert refused(database, at=NOON + MINUTE).startswith("locked")
    assert come_in(database, at=NOON + 5 * MINUTE).name == "ana"


def test_an_administrator_unlocks_and_nobody_else(database: Database, root: Actor) -> None:
    for _ in range(5):
        refused(database)
    ben = come_in(database, "ben", None)
    with database.transaction() as session, pytest.raises(NotAllowed):
        signing_in.unlock(session, actor=ben, name="ana", now=NOON)
    assert refused(database, password=PASSWORD).startswith("locked")
    with database.transaction() as session:
        signing_in.unlock(session, actor=root, name="ana", now=NOON)
    assert come_in(database).name == "ana"
    assert [(each.user, each.target) for each in log(database, root, "user.unlock")] == [("root", "ana")]


def test_another_password_from_an_administrator_lets_in_again(database: Database, root: Actor) -> None:
    for _ in range(5):
        refused(database)
    with database.transaction() as session:
        users.set_password(session, actor=root, name="ana", password="another one", now=NOON)
    assert come_in(database, password="another one").name == "ana"


def test_a_lock_of_one_user_is_nobody_elses(database: Database, root: Actor) -> None:
    for _ in range(5):
        refused(database)
    assert come_in(database, "ben", None).name == "ben"


def test_right_passwords_guessed_while_others_lock_the_account_come_too_late(
    database: Database, root: Actor
) -> None:
    with database.reading() as session:
        actor = entry.sign_in(session, name="ana", password=PASSWORD, now=NOON)
    for _ in range(5):
        refused(database)
    with database.transaction() as session, pytest.raises(NotAllowed) as error:
        signing_in._got_in(session, actor, NOON, "application")
    assert error.value.code == "locked"


# ── on a server ──────────────────────────────────────────────────────────────────────────────────────────


def test_on_a_server_a_shop_without_any_password_is_still_being_set_up(
    database: Database, root: Actor
) -> None:
    assert come_in(database, "root", None, server=True).name == "root"
    assert come_in(database, "ben", None, server=True).name == "ben"


def test_on_a_server_everybody_needs_a_password_once_an_administrator_has_one(
    database: Database, root: Actor
) -> None:
    with database.transaction() as session:
        users.set_password(session, actor=root, name="root", password="root has one", now=NOON)
    told = refused(database, "ben", None, server=True)
    assert told.startswith("password_missing: ben has no password yet")
    assert "dialdeck users password ben" in told
    assert come_in(database, "ben", None, server=False).name == "ben"
    assert come_in(database, "ana", PASSWORD, server=True).name == "ana"
    with database.transaction() as session, pytest.raises(Invalid) as error:
        users.set_password(session, actor=root, name="ana", password=None, now=NOON, server=True)
    assert error.value.code == "password_required"


def test_on_a_server_an_unknown_name_is_refused_like_a_wrong_password(
    database: Database, root: Actor
) -> None:
    with database.transaction() as session:
        users.set_password(session, actor=root, name="root", password="root has one", now=NOON)
    assert (
        refused(database, "eve", "guess", server=True) == "wrong_password: That is not the password of eve."
    )
    assert refused(database, "eve", None, server=True).startswith("password_needed: eve needs a password")


def test_an_unknown_name_takes_as_long_as_a_known_one(
    database: Database, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    checked: list[str] = []
    real = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, typed: checked.append(kept) or real(self, kept, typed)
    )
    refused(database, "ana", "guess")
    refused(database, "eve", "guess")
    known, unknown = checked
    assert known.split("$")[1:4] == unknown.split("$")[1:4]  # the same work: algorithm, version, cost


def test_the_database_refuses_to_change_the_log(database: Database, root: Actor) -> None:
    come_in(database)
    for statement in ("UPDATE audit_event SET name = 'eve'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert log(database, root)[-1].user == "ana"

"""Users: who may sign in, with what, and who may change whom."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from domain.codes import Role, Shift
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import entry, passwords, shop, users
from domain.people.models import User
from domain.people.rights import LEADING_ROLES, READING_ROLES, SELLING_ROLES, Actor, require
from storage.database import Database
from tests.support.factories import NOON

PASSWORD = "correct horse"


@pytest.fixture
def root(database: Database) -> Actor:
    """The administrator of a new shop in a database of its own."""
    with database.transaction() as session:
        shop.create(session, now=NOON, timezone="America/Montevideo")
        users.first_administrator(session, name="root", now=NOON)
        return entry.sign_in(session, name="root", password=None, now=NOON)


def add(
    session: Session, root: Actor, name: str, role: Role = Role.SELLER, **given: object
) -> users.UserView:
    return users.add(session, actor=root, name=name, role=role, now=NOON, **given)  # type: ignore[arg-type]


def test_an_empty_database_says_what_to_do(database: Database) -> None:
    with database.reading() as session:
        assert shop.find(session) is None
        with pytest.raises(NotFound, match="dialdeck init"):
            shop.current(session)
        with pytest.raises(NotFound):
            entry.sign_in_choices(session)


def test_making_the_shop_twice_makes_one(database: Database) -> None:
    with database.transaction() as session:
        first = shop.create(session, now=NOON, name="ours", timezone="Europe/Paris")
        again = shop.create(session, now=NOON, name="other")
    assert first == again
    assert (first.name, first.timezone, first.demo) == ("ours", "Europe/Paris", False)


def test_the_first_administrator_is_made_once(database: Database, root: Actor) -> None:
    assert (root.role, root.timezone, root.leads_others) == (Role.ADMIN, "America/Montevideo", True)
    with database.transaction() as session:
        assert users.first_administrator(session, name="root", now=NOON).id == root.user_id
        with pytest.raises(NotAllowed) as refused:
            users.first_administrator(session, name="mallory", now=NOON)
        assert refused.value.code == "has_users"
        assert len(session.exec(select(User)).all()) == 1


def test_signing_in_without_a_password_where_none_is_set(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        add(session, root, "ana", shift=Shift.MORNING, full_name="Ana Arias")
        actor = entry.sign_in(session, name="ana", password=None, now=NOON)
    assert (actor.name, actor.full_name, actor.role, actor.shift) == (
        "ana", "Ana Arias", Role.SELLER, Shift.MORNING,
    )  # fmt: skip
    assert not actor.leads_others


def test_a_password_is_asked_for_checked_and_never_stored(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        view = add(session, root, "ana", password=PASSWORD)
        assert view.has_password
        for given, code in (
            (None, "password_needed"),
            ("", "wrong_password"),
            ("wrong horse", "wrong_password"),
        ):
            with pytest.raises(NotAllowed) as refused:
                entry.sign_in(session, name="ana", password=given, now=NOON)
            assert refused.value.code == code
            assert PASSWORD not in refused.value.message
        assert entry.sign_in(session, name="ana", password=PASSWORD, now=NOON).name == "ana"
        stored = session.exec(select(User.password_hash).where(User.name == "ana")).one()
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not passwords.matches("nonsense", PASSWORD)
    assert not passwords.matches("", "")
    assert passwords.hash_password(PASSWORD) != passwords.hash_password(PASSWORD)


def test_a_short_password_is_refused(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        for word in ("", "1234567"):
            with pytest.raises(Invalid) as refused:
                users.set_password(session, actor=root, name="root", password=word, now=NOON)
            assert refused.value.code == "password_short"


def test_everybody_changes_their_own_password_an_administrator_anybodys(
    database: Database, root: Actor
) -> None:
    with database.transaction() as session:
        add(session, root, "ana")
        add(session, root, "sup", Role.SUPERVISOR)
        ana = entry.sign_in(session, name="ana", password=None, now=NOON)
        sup = entry.sign_in(session, name="sup", password=None, now=NOON)
        users.set_password(session, actor=ana, name="ana", password=PASSWORD, now=NOON)
        for actor, name in ((ana, "sup"), (sup, "ana"), (ana, "root")):
            with pytest.raises(NotAllowed):
                users.set_password(session, actor=actor, name=name, password=PASSWORD, now=NOON)
        users.set_password(session, actor=root, name="ana", password=None, now=NOON)
        assert entry.sign_in(session, name="ana", password=None, now=NOON).name == "ana"


def test_a_disabled_user_is_out_and_not_offered(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        add(session, root, "ana")
        users.set_active(session, actor=root, name="ana", active=False, now=NOON)
        with pytest.raises(NotAllowed) as refused:
            entry.sign_in(session, name="ana", password=None, now=NOON)
        assert refused.value.code == "user_disabled"
        assert [choice.name for choice in entry.sign_in_choices(session)] == ["root"]
        users.set_active(session, actor=root, name="ana", active=True, now=NOON)
        assert entry.sign_in(session, name="ana", password=None, now=NOON).name == "ana"


def test_the_only_administrator_stays_one(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        for change in ("disable", "demote"):
            with pytest.raises(Conflict) as refused:
                if change == "disable":
                    users.set_active(session, actor=root, name="root", active=False, now=NOON)
                else:
                    users.edit(session, actor=root, name="root", role=Role.SELLER, now=NOON)
            assert refused.value.code == "last_admin"
        add(session, root, "boss", Role.ADMIN)
        assert users.edit(session, actor=root, name="root", role=Role.SELLER, now=NOON).role == "seller"


def test_names_are_one_word_and_taken_once(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        for name in ("", "two words", "a/b", "x" * 65, "tab\t", "new\nline"):
            with pytest.raises(Invalid) as refused:
                add(session, root, name)
            assert refused.value.code == "user_name"
        for name in ("ana", "ana.b-c_d@e", "José", "李"):
            add(session, root, name)
        with pytest.raises(Conflict):
            add(session, root, "ana")


def test_only_administrators_look_after_users(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        for role in (Role.SUPERVISOR, Role.SELLER, Role.AUDITOR):
            add(session, root, role.value, role)
            actor = entry.sign_in(session, name=role.value, password=None, now=NOON)
            with pytest.raises(NotAllowed):
                add(session, actor, "eve")
            with pytest.raises(NotAllowed):
                users.edit(session, actor=actor, name="root", role=Role.SELLER, now=NOON)
            with pytest.raises(NotAllowed):
                users.set_active(session, actor=actor, name="root", active=False, now=NOON)


def test_a_seller_sees_only_themselves_in_the_list(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        add(session, root, "ana")
        add(session, root, "sup", Role.SUPERVISOR)
        ana = entry.sign_in(session, name="ana", password=None, now=NOON)
        sup = entry.sign_in(session, name="sup", password=None, now=NOON)
        assert [view.name for view in users.listing(session, actor=ana)] == ["ana"]
        assert [view.name for view in users.listing(session, actor=sup)] == ["ana", "root", "sup"]


def test_sellers_stand_first_where_one_signs_in(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        add(session, root, "zoe", Role.SUPERVISOR)
        add(session, root, "ben")
        add(session, root, "ana", password=PASSWORD)
        choices = entry.sign_in_choices(session)
    assert [(choice.name, choice.has_password) for choice in choices] == [
        ("ana", True), ("ben", False), ("zoe", False), ("root", False),
    ]  # fmt: skip


def test_whom_a_command_acts_for_when_nobody_is_named(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        assert entry.default_name(session, embedded=False) == "root"
        add(session, root, "ana")
        assert entry.default_name(session, embedded=True) == "root"
        with pytest.raises(Invalid) as refused:
            entry.default_name(session, embedded=False)
        assert refused.value.code == "user_needed"


def test_an_unknown_user_is_named(database: Database, root: Actor) -> None:
    with database.transaction() as session, pytest.raises(NotFound, match="eve"):
        entry.sign_in(session, name="eve", password=None, now=NOON)


def test_a_shift_may_change(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        add(session, root, "ana")
        view = users.edit(
            session, actor=root, name="ana", shift=Shift.AFTERNOON, full_name="Ana A.", now=NOON
        )
        assert (view.shift, view.full_name, view.role) == ("afternoon", "Ana A.", "seller")


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_may_do(role: Role) -> None:
    actor = Actor(1, 1, "x", "X", role)
    for allowed in (SELLING_ROLES, LEADING_ROLES, READING_ROLES):
        if role in allowed:
            require(actor, *allowed)
        else:
            with pytest.raises(NotAllowed, match=f"x is an? {role}"):
                require(actor, *allowed, to="do that")
    assert actor.leads_others == (role in (Role.SUPERVISOR, Role.ADMIN))
    assert (role in SELLING_ROLES) == (role is not Role.AUDITOR)

"""The audit log: what administrators do is in it, who may read it, and how it is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.audit import log, reading
from domain.audit.reading import AuditLine, Wanted
from domain.calling import actions, reason_list
from domain.campaigns import campaigns
from domain.campaigns.settings import CampaignSettings
from domain.codes import Resolution, Role
from domain.errors import Conflict, NotAllowed
from domain.people import entry, shop, teams, users
from domain.people.rights import Actor, require
from domain.sales import products
from storage.database import Database
from tests.support.factories import NOON


@pytest.fixture
def root(database: Database) -> Actor:
    with database.transaction() as session:
        shop.create(session, now=NOON)
        users.first_administrator(session, name="root", now=NOON)
        return entry.sign_in(session, name="root", password=None, now=NOON)


def events(database: Database, actor: Actor, **wanted: object) -> list[AuditLine]:
    with database.reading() as session:
        return reading.listing(session, actor=actor, wanted=Wanted(**wanted))  # type: ignore[arg-type]


def somebody(database: Database, root: Actor, role: Role) -> Actor:
    with database.transaction() as session:
        users.add(session, actor=root, name=role.value, role=role, now=NOON)
        return entry.sign_in(session, name=role.value, password=None, now=NOON)


def test_what_an_administrator_does_to_users_and_teams_is_in_the_log(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        users.add(session, actor=root, name="ana", role=Role.SELLER, now=NOON)
        users.edit(session, actor=root, name="ana", role=Role.SUPERVISOR, full_name="Ana Arias", now=NOON)
        users.set_password(session, actor=root, name="ana", password="correct horse", now=NOON)
        users.set_active(session, actor=root, name="ana", active=False, now=NOON)
        users.set_active(session, actor=root, name="ana", active=True, now=NOON)
        teams.add(session, actor=root, name="North", now=NOON, supervisors=("ana",))
        teams.edit(session, actor=root, name="North", now=NOON, members=("root",))
        teams.remove(session, actor=root, name="North", now=NOON)
    found = events(database, root)[::-1]
    assert [(each.user, each.kind, each.target) for each in found] == [
        ("root", "user.add", "root"), ("root", "user.add", "ana"), ("root", "user.edit", "ana"),
        ("root", "user.password", "ana"), ("root", "user.disable", "ana"), ("root", "user.enable", "ana"),
        ("root", "team.add", "North"), ("root", "team.edit", "North"), ("root", "team.remove", "North"),
    ]  # fmt: skip
    assert found[2].detail == {"role": "supervisor", "full_name": True}
    assert found[3].detail == {"set": True}
    assert found[6].detail == {"lead": ["ana"]}


def test_an_act_that_fails_is_not_in_the_log(database: Database, root: Actor) -> None:
    with pytest.raises(Conflict), database.transaction() as session:
        users.add(session, actor=root, name="eve", role=Role.SELLER, now=NOON)
        users.set_active(session, actor=root, name="root", active=False, now=NOON)
    assert [each.target for each in events(database, root)] == ["root"]


def test_what_was_refused_is_in_the_log_with_what_it_was(database: Database, root: Actor) -> None:
    ana = somebody(database, root, Role.SELLER)
    with pytest.raises(NotAllowed) as error:
        require(ana, Role.ADMIN, to="add users")
    with database.transaction() as session:
        log.refusal(session, ana, error.value, at=NOON, place="users add")
    (found,) = events(database, root, refused=True)
    assert (found.user, found.kind, found.target, found.refused) == ("seller", "refused", "users add", True)
    assert found.detail == {"code": "not_allowed", "to": "add users"}


@pytest.mark.parametrize("role", list(Role))
def test_only_administrators_and_auditors_read_it(database: Database, root: Actor, role: Role) -> None:
    actor = somebody(database, root, role)
    if role in (Role.ADMIN, Role.AUDITOR):
        assert len(events(database, actor)) == 2
        assert len(list(reading.stream(database, actor=actor))) == 2
        return
    with pytest.raises(NotAllowed):
        events(database, actor)
    with pytest.raises(NotAllowed):
        next(reading.stream(database, actor=actor))
    with database.reading() as session, pytest.raises(NotAllowed):
        reading.kinds(session, actor=actor)


def test_events_are_found_by_user_kind_and_time(database: Database, root: Actor) -> None:
    with database.transaction() as session:
        for day, (name, kind) in enumerate(
            [("a_a", "x.one"), ("aba", "x.two"), ("a_a", "x%"), ("a_a", "xx")]
        ):
            log.record(
                session, organisation_id=root.organisation_id, at=NOON + timedelta(days=day), user_id=None,
                name=name, kind=kind, refused=day == 1,
            )  # fmt: skip

    def kinds(**wanted: object) -> list[str]:
        return [each.kind for each in events(database, root, **wanted)]

    assert kinds(kind="x") == ["x.two", "x.one"]
    assert kinds(kind="x.one") == ["x.one"]
    assert kinds(kind="x%") == ["x%"]
    assert kinds(user="a_a") == ["xx", "x%", "x.one"]
    assert kinds(refused=True) == ["x.two"]
    after = NOON + timedelta(days=1)
    assert kinds(since=after, before=after + timedelta(days=1)) == ["x.two"]
    with database.reading() as session:
        assert reading.kinds(session, actor=root) == ["user.add", "x%", "x.one", "x.two", "xx"]


def test_pages_and_the_stream_go_through_everything_once(
    database: Database, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        for number in range(10):
            log.acted(session, root, at=NOON, kind="test", target=str(number))
    with database.reading() as session:
        first = reading.listing(session, actor=root, limit=4)
        second = reading.listing(session, actor=root, limit=4, after=first[-1].id)
    assert [each.target for each in (*first, *second)] == list("98765432")
    monkeypatch.setattr(reading, "_PAGE", 3)
    wanted = Wanted(kind="test")
    assert [each.target for each in reading.stream(database, actor=root, wanted=wanted)] == list("0123456789")


def test_an_auditor_of_another_shop_sees_nothing_of_it(database: Database, root: Actor) -> None:
    from dataclasses import replace

    stranger = replace(root, organisation_id=root.organisation_id + 1)
    assert events(database, root) != []
    assert events(database, stranger) == []
    assert list(reading.stream(database, actor=stranger)) == []


def test_changes_of_actions_reasons_products_and_campaigns_are_in_the_log(
    database: Database, root: Actor
) -> None:
    with database.transaction() as session:
        actions.seed(session, actor=root, now=NOON)
        actions.edit(session, actor=root, slug="sale", changes={"key": "Z"}, now=NOON)
        reason_list.edit(session, actor=root, resolution=Resolution.NI, code=1, active=False, now=NOON)
        products.add(session, actor=root, name="Paper", price_minor=100, currency="EUR", now=NOON)
        campaigns.create(session, actor=root, name="Spring", now=NOON)
        changed = CampaignSettings(max_attempts=3, clear=("end_date",))
        campaigns.edit(session, actor=root, name="Spring", now=NOON, settings=changed)
        campaigns.set_active(session, actor=root, name="Spring", active=False, now=NOON)
        campaigns.set_active(session, actor=root, name="Spring", active=False, now=NOON)
    found = events(database, root)[::-1][1:]
    assert [each.kind for each in found] == [
        "action.seed", "action.edit", "reason.edit", "product.add", "campaign.add", "campaign.edit",
        "campaign.pause",
    ]  # fmt: skip
    assert (found[1].target, found[1].detail) == ("sale", {"changed": ["key"]})
    assert (found[2].target, found[2].detail) == ("NI 1", {"changed": ["active"]})
    assert found[5].detail == {"changed": ["end_date", "max_attempts"]}

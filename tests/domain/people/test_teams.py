"""Teams: who sees whom, and who may change that."""

from __future__ import annotations

import pytest

from domain.calling import callbacks, lead_edits, leads
from domain.calling.lead_edits import LeadChanges
from domain.calling.leads import LeadFilter
from domain.codes import Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import entry, shop, teams, users
from domain.people.rights import Actor
from domain.recycling import choosing
from storage.database import Database
from tests.support.factories import NOON
from tests.support.floor import Floor

Names = dict[str, Actor]


@pytest.fixture
def people(database: Database) -> Names:
    """An administrator, an auditor, two supervisors and three sellers."""
    with database.transaction() as session:
        shop.create(session, now=NOON)
        users.first_administrator(session, name="root", now=NOON)
        root = entry.sign_in(session, name="root", password=None, now=NOON)
        for name, role in (
            ("aud", Role.AUDITOR), ("sue", Role.SUPERVISOR), ("tom", Role.SUPERVISOR),
            ("ana", Role.SELLER), ("ben", Role.SELLER), ("eva", Role.SELLER),
        ):  # fmt: skip
            users.add(session, actor=root, name=name, role=role, now=NOON)
        return {
            name: entry.sign_in(session, name=name, password=None, now=NOON)
            for name in ("root", "aud", "sue", "tom", "ana", "ben", "eva")
        }


def seen(database: Database, people: Names, name: str) -> str:
    """The names ``name`` sees; "*" is everybody."""
    known = {actor.user_id: actor.name for actor in people.values()}
    with database.reading() as session:
        found = teams.visible_sellers(session, people[name])
    return "*" if found is None else " ".join(sorted(known[each] for each in found))


def add(database: Database, people: Names, name: str, *, led_by: str = "", of: str = "") -> teams.TeamView:
    with database.transaction() as session:
        return teams.add(
            session, actor=people["root"], name=name, now=NOON,
            supervisors=tuple(led_by.split()), members=tuple(of.split()),
        )  # fmt: skip


def test_without_teams_who_leads_sees_everybody_and_a_seller_only_themselves(
    database: Database, people: Names
) -> None:
    assert [seen(database, people, name) for name in ("root", "aud", "sue", "ana")] == ["*", "*", "*", "ana"]


def test_a_supervisor_sees_the_own_teams_and_administrators_and_auditors_everybody(
    database: Database, people: Names
) -> None:
    add(database, people, "North", led_by="sue", of="ana ben")
    add(database, people, "Night", led_by="sue")
    add(database, people, "South", led_by="tom", of="eva")
    assert seen(database, people, "sue") == "ana ben sue"
    assert seen(database, people, "tom") == "eva tom"
    assert [seen(database, people, name) for name in ("root", "aud", "ben")] == ["*", "*", "ben"]


def test_a_supervisor_of_two_teams_sees_both_and_of_an_empty_one_nobody(
    database: Database, people: Names
) -> None:
    add(database, people, "North", led_by="sue", of="ana")
    add(database, people, "South", led_by="sue", of="eva")
    add(database, people, "New", led_by="tom")
    assert seen(database, people, "sue") == "ana eva sue"
    assert seen(database, people, "tom") == "tom"


def test_the_list_of_users_shows_a_supervisor_the_own_teams(database: Database, people: Names) -> None:
    add(database, people, "North", led_by="sue", of="ana ben")
    with database.reading() as session:
        found = users.listing(session, actor=people["sue"])
        assert [(user.name, user.team) for user in found] == [
            ("ana", "North"),
            ("ben", "North"),
            ("sue", None),
        ]
        assert len(users.listing(session, actor=people["aud"])) == 7
        assert [team.name for team in teams.listing(session, actor=people["sue"])] == ["North"]


def test_acting_on_a_seller_of_another_team_is_refused_by_name(database: Database, people: Names) -> None:
    add(database, people, "North", led_by="sue", of="ana")
    add(database, people, "South", led_by="tom", of="eva")
    with database.reading() as session:
        teams.require_visible(session, people["sue"], [people["ana"].user_id], to="hand out leads")
        teams.require_visible(session, people["root"], [people["eva"].user_id], to="hand out leads")
        with pytest.raises(NotAllowed, match="eva is in no team of sue") as refused:
            teams.require_visible(
                session, people["sue"], [people["ana"].user_id, people["eva"].user_id], to="hand out leads"
            )
        assert (refused.value.code, refused.value.refused) == ("other_team", "hand out leads")


def test_a_user_moves_from_one_team_to_another_and_to_none(database: Database, people: Names) -> None:
    add(database, people, "North", led_by="sue", of="ana")
    add(database, people, "South", of="ben")
    with database.transaction() as session:
        assert users.edit(session, actor=people["root"], name="ana", team="south", now=NOON).team == "South"
        with pytest.raises(NotFound, match="Did you mean South"):
            users.edit(session, actor=people["root"], name="ana", team="Sout", now=NOON)
    assert seen(database, people, "sue") == "sue"
    with database.transaction() as session:
        assert users.edit(session, actor=people["root"], name="ana", team="", now=NOON).team is None
        view = users.add(session, actor=people["root"], name="zoe", role=Role.SELLER, team="North", now=NOON)
        assert view.team == "North"


def test_editing_a_team_changes_its_name_who_leads_it_and_who_is_in_it(
    database: Database, people: Names
) -> None:
    add(database, people, "North", led_by="sue", of="ana ben")
    with database.transaction() as session:
        view = teams.edit(
            session, actor=people["root"], name="north", now=NOON, rename="Up  north", supervisors=("tom",),
            not_supervisors=("sue",), members=("eva",), not_members=("ana",),
        )  # fmt: skip
        again = teams.edit(session, actor=people["root"], name="up north", now=NOON, supervisors=("tom",))
    assert (view.name, view.supervisors, view.members) == ("Up north", ("tom",), ("ben", "eva"))
    assert again == view
    assert seen(database, people, "tom") == "ben eva tom"
    assert seen(database, people, "sue") == "*"


def test_a_dissolved_team_leaves_its_members_in_none(database: Database, people: Names) -> None:
    add(database, people, "North", led_by="sue", of="ana ben")
    with database.transaction() as session:
        assert teams.remove(session, actor=people["root"], name="North", now=NOON) == 2
        assert teams.listing(session, actor=people["root"]) == []
        assert {user.team for user in users.listing(session, actor=people["root"])} == {None}
    assert seen(database, people, "sue") == "*"


def test_a_seller_cannot_be_made_to_lead_and_names_are_taken_once(database: Database, people: Names) -> None:
    add(database, people, "North")
    with database.transaction() as session:
        root = people["root"]
        for name, error in (("north", Conflict), (" ", Invalid), ("x" * 65, Invalid), ("a\x1bb", Invalid)):
            with pytest.raises(error):
                teams.add(session, actor=root, name=name, now=NOON)
        with pytest.raises(Invalid, match="users edit ana --role supervisor"):
            teams.edit(session, actor=root, name="North", now=NOON, supervisors=("ana",))
        with pytest.raises(NotFound, match="no user called nobody"):
            teams.edit(session, actor=root, name="North", now=NOON, members=("nobody",))


@pytest.mark.parametrize("name", ["sue", "aud", "ana"])
def test_only_administrators_change_teams(database: Database, people: Names, name: str) -> None:
    add(database, people, "North", led_by="sue")
    with database.transaction() as session:
        actor = people[name]
        with pytest.raises(NotAllowed):
            teams.add(session, actor=actor, name="South", now=NOON)
        with pytest.raises(NotAllowed):
            teams.edit(session, actor=actor, name="North", now=NOON, members=("ana",))
        with pytest.raises(NotAllowed):
            teams.remove(session, actor=actor, name="North", now=NOON)
        if name == "ana":
            with pytest.raises(NotAllowed):
                teams.listing(session, actor=actor)


def test_work_on_sellers_of_another_team_is_refused_everywhere(floor: Floor) -> None:
    """Leads given or taken, callbacks listed, leads listed and recycled by seller."""
    database, sup, root = floor.database, floor["sup"], floor["root"]
    (lead,) = floor.own("ben")
    free = floor.lead()
    campaign_id = floor.campaign_id
    floor.callback(lead, NOON, who="ben")
    with database.transaction() as session:
        teams.add(session, actor=root, name="Ours", now=NOON, supervisors=("sup",), members=("ana",))
    with database.reading() as session:
        assert len(callbacks.listing(session, actor=root, now=NOON, everybody=True)) == 1
        assert callbacks.listing(session, actor=sup, now=NOON, everybody=True) == []
        for refused in (
            lambda: leads.listing(
                session, actor=sup, campaign_id=campaign_id, wanted=LeadFilter(seller="ben"), now=NOON
            ),
            lambda: choosing.filters_named(
                session, actor=sup, campaign_id=campaign_id, statuses=("busy",), seller="ben"
            ),
        ):
            with pytest.raises(NotAllowed, match="in no team of sup"):
                refused()
    for lead_id, seller in ((lead, "ana"), (free, "ben")):
        with database.transaction() as session, pytest.raises(NotAllowed, match="ben is in no team of sup"):
            lead_edits.edit(session, actor=sup, lead_id=lead_id, changes=LeadChanges(seller=seller), now=NOON)
    with database.transaction() as session:
        lead_edits.edit(session, actor=sup, lead_id=free, changes=LeadChanges(seller="ana"), now=NOON)

"""Changing many leads at once: what is shown is what happens, and an undo brings back what nobody touched since."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from domain.bulk import applying, batches, undoing
from domain.bulk.applying import Edited, Preview
from domain.bulk.selection import Change, Kind, Selection
from domain.calling.models import HistoryEvent, Lead
from domain.campaigns.models import LeadList
from domain.contacts.models import Contact
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import teams
from storage.counting import count_statements
from tests.domain.conftest import Unbroken
from tests.support.floor import Floor


class Bulk:
    """A supervisor who edits many leads of a shop."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    def chosen(self, **given: object) -> Selection:
        return Selection(self.floor.campaign_id, **given)  # type: ignore[arg-type]  # names of the selection

    def preview(self, kind: Kind, value: str = "", who: str = "sup", **given: object) -> Preview:
        with self.floor.database.reading() as session:
            return applying.preview(
                session, actor=self.floor[who], selection=self.chosen(**given), change=Change(kind, value)
            )

    def edit(self, kind: Kind, value: str = "", who: str = "sup", **given: object) -> Edited:
        return applying.run(
            self.floor.database,
            actor=self.floor[who],
            selection=self.chosen(**given),
            change=Change(kind, value),
            clock=lambda: self.floor.now,
        )

    def undo(self, bulk_edit_id: int, who: str = "sup") -> undoing.Undone:
        return undoing.undo(
            self.floor.database,
            actor=self.floor[who],
            bulk_edit_id=bulk_edit_id,
            clock=lambda: self.floor.now,
        )

    def tags(self, lead_id: int) -> list[str]:
        return self.person(lead_id).tags

    def person(self, lead_id: int) -> Contact:
        with self.floor.database.reading() as session:
            return session.get_one(Contact, self.floor.row(lead_id).contact_id)

    def new_list(self, name: str, active: bool = True) -> int:
        with self.floor.database.transaction() as session:
            made = LeadList(
                organisation_id=self.floor["sup"].organisation_id,
                campaign_id=self.floor.campaign_id,
                name=name,
                active=active,
                created_at=self.floor.now,
            )
            session.add(made)
            session.flush()
            assert made.id is not None
            return made.id


@pytest.fixture
def bulk(floor: Floor) -> Bulk:
    return Bulk(floor)


def test_a_tag_is_set_for_those_who_lack_it_and_taken_back(floor: Floor, bulk: Bulk) -> None:
    ids = floor.leads(4)
    assert bulk.edit(Kind.TAG, "vip", lead_ids=(ids[0],)).changed == 1
    assert bulk.preview(Kind.TAG, "vip", statuses=("new",)) == Preview(4, 3, 1, 0, 0)
    done = bulk.edit(Kind.TAG, "vip", statuses=("new",))
    assert (done.selected, done.changed, done.finished) == (4, 3, True)
    assert [bulk.tags(each) for each in ids] == [["vip"]] * 4
    assert bulk.edit(Kind.UNTAG, "vip", lead_ids=(ids[3],)).changed == 1
    back = bulk.undo(done.bulk_edit_id)
    assert (back.restored, back.kept) == (2, 1)
    assert [bulk.tags(each) for each in ids] == [["vip"], [], [], []]


def test_a_removed_tag_comes_back(floor: Floor, bulk: Bulk) -> None:
    ids = floor.leads(2)
    bulk.edit(Kind.TAG, "warm", lead_ids=tuple(ids))
    done = bulk.edit(Kind.UNTAG, "warm", tag="warm")
    assert [bulk.tags(each) for each in ids] == [[], []]
    assert bulk.undo(done.bulk_edit_id).restored == 2
    assert [bulk.tags(each) for each in ids] == [["warm"], ["warm"]]


def test_a_priority_is_set_with_history_but_not_in_a_sellers_hands(
    floor: Floor, bulk: Bulk, unbroken: Unbroken
) -> None:
    ids = floor.leads(3)
    held = floor.take("ana").lead_id
    free = [each for each in ids if each != held]
    assert bulk.preview(Kind.PRIORITY, "90", statuses=("new",)) == Preview(3, 2, 0, 1, 0)
    done = bulk.edit(Kind.PRIORITY, "90", statuses=("new",))
    assert done.changed == 2
    assert [floor.row(each).priority for each in free] == [90, 90]
    assert floor.row(held).priority == 50
    with floor.database.reading() as session:
        events = session.exec(select(HistoryEvent).where(col(HistoryEvent.kind) == "bulk_edit")).all()
    ours = [each for each in events if each.lead_id in free]
    assert [(each.before, each.after) for each in ours] == [
        ({"priority": 50}, {"priority": 90, "bulk_edit": done.bulk_edit_id})
    ] * 2
    floor.edit(free[0], priority=10)
    back = bulk.undo(done.bulk_edit_id)
    assert (back.restored, back.kept) == (1, 1)
    assert [floor.row(each).priority for each in free] == [10, 50]
    assert unbroken()


def test_leads_go_to_a_list_and_rest_with_it(floor: Floor, bulk: Bulk, unbroken: Unbroken) -> None:
    ids = floor.leads(2)
    floor.fill()
    resting = bulk.new_list("Resting", active=False)
    done = bulk.edit(Kind.LIST, str(resting), lead_ids=tuple(ids))
    assert [floor.row(each).list_id for each in ids] == [resting] * 2
    assert floor.next_id("ana") is None
    assert bulk.undo(done.bulk_edit_id).restored == 2
    assert floor.next_id("ana") in ids
    assert unbroken()


def test_a_zone_moves_where_people_wait_and_an_undo_moves_them_back(
    floor: Floor, bulk: Bulk, unbroken: Unbroken
) -> None:
    ids = floor.leads(2)
    former = [floor.row(each).segment for each in ids]
    done = bulk.edit(Kind.ZONE, "Asia/Tokyo", statuses=("new",))
    assert [floor.row(each).segment for each in ids] == ["Asia/Tokyo"] * 2
    assert bulk.person(ids[0]).timezone == "Asia/Tokyo"
    assert unbroken()
    assert bulk.undo(done.bulk_edit_id).restored == 2
    assert [floor.row(each).segment for each in ids] == former
    assert bulk.person(ids[0]).timezone is None
    assert unbroken()


def test_do_not_call_blocks_everywhere_and_an_undo_frees_whom_it_blocked(
    floor: Floor, bulk: Bulk, unbroken: Unbroken
) -> None:
    numbered, known, *_ = floor.leads(2)
    nobody = floor.leads(1, numbers=[[]])[0]
    bulk.edit(Kind.DO_NOT_CALL, "asked by letter", lead_ids=(known,))
    assert floor.row(known).status == "dnc"
    assert bulk.preview(Kind.DO_NOT_CALL, lead_ids=(numbered, known, nobody)) == Preview(3, 1, 1, 0, 1)
    done = bulk.edit(Kind.DO_NOT_CALL, lead_ids=(numbered, known, nobody))
    assert done.changed == 1
    assert floor.row(numbered).status == "dnc"
    back = bulk.undo(done.bulk_edit_id)
    assert (back.restored, back.kept) == (1, 0)
    assert (floor.row(numbered).status, floor.row(known).status) == ("new", "dnc")
    assert unbroken()


def test_a_chunk_takes_the_same_statements_for_any_number_of_leads(floor: Floor, bulk: Bulk) -> None:
    few, many = floor.leads(2), floor.leads(20)

    def statements(edit: Callable[[], object]) -> int:
        with count_statements(floor.database) as counted:
            edit()
        return counted.count

    for kind, value in (
        (Kind.TAG, "x"),
        (Kind.PRIORITY, "70"),
        (Kind.ZONE, "Europe/Paris"),
        (Kind.DO_NOT_CALL, ""),
    ):
        first = statements(lambda kind=kind, value=value: bulk.edit(kind, value, lead_ids=tuple(few)))
        assert (
            statements(lambda kind=kind, value=value: bulk.edit(kind, value, lead_ids=tuple(many))) == first
        )


def test_what_cannot_be_is_refused_in_one_line(floor: Floor, bulk: Bulk) -> None:
    floor.leads(1)
    with pytest.raises(Invalid, match="0 to 99"):
        bulk.preview(Kind.PRIORITY, "100", statuses=("new",))
    with pytest.raises(Invalid, match="Say which leads"):
        bulk.edit(Kind.TAG, "vip")
    with pytest.raises(Invalid, match="needs a text"):
        bulk.edit(Kind.TAG, " ", statuses=("new",))
    with pytest.raises(Invalid, match="no time zone"):
        bulk.edit(Kind.ZONE, "Moon/Base", statuses=("new",))
    with pytest.raises(NotFound, match="list"):
        bulk.edit(Kind.LIST, "999999", statuses=("new",))
    with pytest.raises(NotFound, match="bulk edit 999"):
        bulk.undo(999_999)


def test_sellers_and_auditors_change_nothing(floor: Floor, bulk: Bulk) -> None:
    floor.leads(1)
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed):
            bulk.edit(Kind.TAG, "vip", who=who, statuses=("new",))
        with pytest.raises(NotAllowed):
            bulk.undo(1, who=who)
    assert bulk.preview(Kind.TAG, "vip", who="aud", statuses=("new",)).changed == 1


def test_a_bulk_edit_is_taken_back_once_and_listed(floor: Floor, bulk: Bulk) -> None:
    floor.leads(2)
    done = bulk.edit(Kind.TAG, "vip", statuses=("new",))
    bulk.undo(done.bulk_edit_id)
    with pytest.raises(Conflict, match="Nothing"):
        bulk.undo(done.bulk_edit_id)
    with floor.database.reading() as session:
        [line] = batches.batches(session, actor=floor["aud"], campaign_id=floor.campaign_id)
    assert (line.kind, line.value, line.changed, line.restored, line.kept, line.state, line.who) == (
        "tag", "vip", 2, 2, 0, "undone", "sup",
    )  # fmt: skip


def test_a_stopped_edit_leaves_what_it_did_and_can_be_taken_back(floor: Floor, bulk: Bulk) -> None:
    ids = floor.leads(2)
    done = applying.run(
        floor.database,
        actor=floor["sup"],
        selection=bulk.chosen(statuses=("new",)),
        change=Change(Kind.TAG, "vip"),
        clock=lambda: floor.now,
        should_stop=lambda: True,
    )
    assert (done.changed, done.finished) == (0, False)
    with floor.database.reading() as session:
        assert session.exec(select(Lead).where(col(Lead.id).in_(ids))).all()
        [line] = batches.batches(session, actor=floor["sup"], campaign_id=floor.campaign_id)
    assert line.state == "stopped"


def test_a_supervisor_of_a_team_finds_and_changes_no_leads_of_others_sellers(
    floor: Floor, bulk: Bulk
) -> None:
    bens, anas, free = floor.leads(3)
    floor.edit(bens, seller="ben")
    floor.edit(anas, seller="ana")
    with floor.database.transaction() as session:
        teams.add(
            session, actor=floor["root"], name="North", supervisors=("sup",), members=("ana",), now=floor.now
        )
    assert floor.search("sup", "person") == [anas, free]
    assert floor.search("aud", "person") == [bens, anas, free]
    assert bulk.edit(Kind.PRIORITY, "90", lead_ids=(bens, anas, free)).changed == 2
    assert [floor.row(each).priority for each in (bens, anas, free)] == [50, 90, 90]
    with pytest.raises(NotAllowed, match="team"):
        floor.edit(bens, priority=10)
    with pytest.raises(NotAllowed, match="team"):
        floor.edit(free, seller="ben")

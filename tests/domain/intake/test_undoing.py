"""An import taken back: what nobody touched goes, what somebody worked with stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import claims, hopper, lead_edits
from domain.calling.lead_edits import LeadChanges
from domain.contacts import do_not_call
from domain.errors import Conflict, NotAllowed, NotFound
from domain.intake import importing, undoing
from domain.intake.options import Progress
from domain.intake.undoing import UndoneImport, undo_import
from storage.integrity import check
from tests.domain.intake.importing_support import Desk, listed, local, people
from tests.support.factories import NOON

LATER = NOON + timedelta(minutes=5)


def undone(desk: Desk, list_id: int | None) -> UndoneImport:
    assert list_id is not None
    return undo_import(desk.shop.database, actor=desk.shop.sup, list_id=list_id, now=LATER)


def test_an_untouched_import_goes_without_a_trace_but_its_history(desk: Desk) -> None:
    desk.run(people(3, first=50), list_name="stays")
    result = desk.run(people(7))
    assert undone(desk, result.list_id) == UndoneImport(
        result.list_id or 0, removed=7, kept=0, list_removed=True
    )
    assert len(desk.leads()) == len(desk.contacts()) == len(desk.numbers()) == 3
    assert [row.name for row in desk.lists()] == ["stays"]
    (event,) = desk.events("import_undone")
    assert event.after == {"list_id": result.list_id, "removed": 7, "kept": 0}


def test_it_works_in_chunks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 4)
    seen: list[int] = []
    result = desk.run(people(10))
    undo_import(
        desk.shop.database, actor=desk.shop.sup, list_id=result.list_id or 0, now=LATER, progress=seen.append
    )
    assert seen == [4, 8, 10]
    assert desk.leads() == []


def test_leads_somebody_worked_with_stay(desk: Desk) -> None:
    shop = desk.shop
    result = desk.run(people(6))
    ids = [lead.id or 0 for lead in desk.leads()]
    with shop.database.transaction() as session:
        hopper.fill(session, actor=shop.sup, campaign_id=shop.campaign_id, now=NOON)
    with shop.database.transaction() as session:
        held = claims.next_lead(session, actor=shop.ana, campaign_id=shop.campaign_id, now=NOON).dossier
    assert held is not None
    with shop.database.transaction() as session:
        lead_edits.edit(session, actor=shop.sup, lead_id=ids[3], changes=LeadChanges(priority=9), now=NOON)
        do_not_call.add(session, actor=shop.sup, numbers=["+33199000005"], now=NOON)
    assert undone(desk, result.list_id) == UndoneImport(
        result.list_id or 0, removed=3, kept=3, list_removed=False
    )
    assert [row.state for row in desk.lists()] == ["undone"]
    assert {lead.id for lead in desk.leads()} == {held.lead_id, ids[3], ids[5]}
    assert len(desk.contacts()) == 3
    assert check(shop.database) == []


def test_a_person_known_elsewhere_stays(desk: Desk) -> None:
    desk.run(people(2))
    other = desk.campaign("Autumn")
    result = desk.run(people(3), campaign_id=other, now=LATER)
    assert undone(desk, result.list_id).removed == 3
    assert len(desk.contacts()) == len(desk.leads()) == 2


def test_numbers_it_registered_stay_registered(desk: Desk) -> None:
    result = desk.run(listed("phone;status", f"{local(1)};dnc"))
    undone(desk, result.list_id)
    assert desk.leads() == []
    assert desk.register() == {"+33199000001"}


def test_the_same_file_can_be_imported_again_afterwards(desk: Desk) -> None:
    first = desk.run(people(4))
    undone(desk, first.list_id)
    again = desk.run(people(4), now=LATER)
    assert again.counts.imported == 4
    assert desk.lists()[0].state == "complete"


def test_undoing_a_running_import_stops_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)

    def undo(progress: Progress) -> None:
        undone(desk, desk.lists()[0].id)

    with pytest.raises(Conflict):
        desk.run(people(6), progress=undo)
    assert desk.leads() == []


def test_sellers_do_not_undo_and_an_unknown_list_is_named(desk: Desk) -> None:
    result = desk.run(people(1))
    with pytest.raises(NotAllowed):
        undo_import(desk.shop.database, actor=desk.shop.ana, list_id=result.list_id or 0, now=LATER)
    with pytest.raises(NotFound, match="no lead list 99"):
        undone(desk, 99)


def test_stopped_half_way_it_goes_on_when_it_is_run_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 4)
    result = desk.run(people(10))
    asked = iter([False, True])
    half = undo_import(
        desk.shop.database,
        actor=desk.shop.sup,
        list_id=result.list_id or 0,
        now=LATER,
        stop=lambda: next(asked),
    )
    assert (half.removed, half.kept, half.finished, half.list_removed) == (4, 0, False, False)
    assert len(desk.leads()) == 6
    rest = undone(desk, result.list_id)
    assert (rest.removed, rest.finished, rest.list_removed) == (6, True, True)

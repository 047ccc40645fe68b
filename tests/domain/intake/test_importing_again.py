"""An import that stopped or is run again, and the list its leads stand in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.campaigns import lists
from domain.codes import QueueState
from domain.errors import Conflict, Invalid
from domain.intake import importing
from domain.intake.importing import import_leads
from domain.intake.matching import Duplicates
from domain.intake.options import Counts, ImportOptions, Progress
from storage import bulk
from tests.domain.intake.importing_support import Desk, listed, local, people
from tests.support.factories import NOON


@pytest.mark.parametrize("duplicates", list(Duplicates))
def test_a_stopped_import_is_run_again_and_continues_without_duplicates(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, duplicates: Duplicates
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 10)
    lines = [local(index) if index % 9 else "12" for index in range(45)]
    text = listed("phone", *lines, *lines[:20])
    rejects = tmp_path / "rejects.csv"
    seen: list[Progress] = []
    stopped = desk.run(text, duplicates=duplicates, progress=seen.append, stop=lambda: len(seen) == 3)
    assert not stopped.finished
    assert stopped.counts.rows == 30
    assert desk.lists()[0].state == "importing"
    assert (desk.lists()[0].position, desk.lists()[0].counts["rows"]) == (31, 30)
    result = desk.run(text, duplicates=duplicates, rejects=rejects, now=NOON + timedelta(hours=1))
    assert result.resumed
    assert result.finished
    assert result.list_id == stopped.list_id
    assert result.counts.rows == 65
    assert result.counts.rejected == 5 + 3
    imported = {Duplicates.SKIP: 40, Duplicates.UPDATE: 40, Duplicates.ALLOW: 57}[duplicates]
    assert result.counts.imported == imported == len(desk.leads())
    assert rejects.read_text(encoding="utf-8-sig").count("phone_too_short") == 8
    assert desk.lists()[0].state == "complete"
    assert len(desk.events("import")) == 1


def test_an_import_that_dies_in_the_middle_of_a_chunk_leaves_whole_chunks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 10)

    class Dies:
        """Writes like the real one, until the third chunk of leads."""

        chunks = 0
        reserve_ids = staticmethod(bulk.reserve_ids)

        def insert_rows(self, session, table, columns, rows):  # type: ignore[no-untyped-def]
            self.chunks += table.name == "lead"
            if self.chunks == 3:
                raise KeyboardInterrupt
            return bulk.insert_rows(session, table, columns, rows)

    text = people(50)
    with pytest.raises(KeyboardInterrupt):
        import_leads(
            desk.shop.database,
            Dies(),
            actor=desk.shop.sup,
            path=desk.file(text),
            campaign_id=desk.shop.campaign_id,
            options=ImportOptions(),
            now=NOON,
        )
    assert (len(desk.leads()), len(desk.contacts()), len(desk.numbers())) == (20, 20, 20)
    result = desk.run(text)
    assert result.counts == Counts(rows=50, imported=50)
    assert len(desk.leads()) == len(desk.contacts()) == 50


def test_importing_the_same_file_again_finds_only_duplicates(desk: Desk) -> None:
    first = desk.run(people(5))
    again = desk.run(people(5))
    assert again.counts == Counts(rows=5, duplicates=5)
    assert again.list_id == first.list_id
    assert not again.resumed


@pytest.mark.parametrize("text", [listed("name;phone"), listed("name;phone", "Bad;12"), people(3)])
def test_an_import_that_brings_in_nobody_leaves_no_list(desk: Desk, text: str) -> None:
    desk.run(people(3), list_name="March")
    result = desk.run(text, name="again.csv")
    assert (result.counts.imported, result.list_id, result.finished) == (0, None, True)
    assert [row.name for row in desk.lists()] == ["March"]
    assert desk.events("import")[-1].after["list_id"] is None
    assert desk.run(text, list_name="March").list_id == desk.lists()[0].id


def test_another_file_of_the_same_name_gets_a_list_of_its_own(desk: Desk) -> None:
    desk.run(people(2))
    other = desk.run(people(3, first=10))
    third = desk.run(people(3, first=20))
    assert [row.name for row in desk.lists()] == ["list.csv", "list.csv (2)", "list.csv (3)"]
    assert (other.list_name, third.list_name) == ("list.csv (2)", "list.csv (3)")


def test_a_list_that_is_named_is_added_to(desk: Desk) -> None:
    first = desk.run(people(2), list_name="March")
    other = desk.run(people(3, first=10), list_name="March")
    assert other.list_id == first.list_id
    assert [lead.list_id for lead in desk.leads()] == [first.list_id] * 5
    for name in (" ", "x" * 300):
        with pytest.raises(Invalid, match="needs a name"):
            desk.run(people(1), list_name=name)


def test_a_corrected_file_starts_anew_in_the_unfinished_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    calls: list[Progress] = []
    desk.run(people(6), progress=calls.append, stop=lambda: len(calls) == 1)
    result = desk.run(people(7))
    assert not result.resumed
    assert result.counts == Counts(rows=7, imported=5, duplicates=2)
    [batch] = desk.lists()
    assert (batch.counts["rows"], batch.counts["imported"], batch.counts["duplicates"]) == (9, 7, 2)


def test_a_list_counts_what_was_imported_before_a_stop_only_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    desk.run(people(3), list_name="March")
    calls: list[Progress] = []
    desk.run(people(5), list_name="March", progress=calls.append, stop=lambda: len(calls) == 2)
    assert desk.run(people(5), list_name="March").counts == Counts(rows=5, imported=2, duplicates=3)
    [batch] = desk.lists()
    assert (batch.counts["rows"], batch.counts["imported"], batch.counts["duplicates"]) == (8, 5, 3)
    assert not any(name.startswith("earlier") for name in batch.counts)


def test_two_imports_into_one_list_at_once_do_not_mix(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    inner: list[object] = []

    def meanwhile(progress: Progress) -> None:
        if not inner:
            inner.append(None)
            inner.append(desk.run(people(6)))

    with pytest.raises(Conflict, match="Somebody else is importing"):
        desk.run(people(6), progress=meanwhile)
    assert len(desk.leads()) == 6


def test_a_list_paused_during_the_import_keeps_the_rest_out_of_the_queue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)

    def pause(progress: Progress) -> None:
        with desk.shop.database.transaction() as session:
            lists.set_active(session, actor=desk.shop.sup, name_or_id="list.csv", active=False, now=NOON)

    desk.run(people(4), progress=pause)
    assert {lead.queue_state for lead in desk.leads()} == {QueueState.OUT}

"""Erasing and merging while others work on the very person: waited for, refused, never half done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

from domain.calling import claims
from domain.contacts import contact_edits
from domain.contacts.contact_edits import ContactChanges
from domain.errors import DomainError
from domain.intake.importing import import_leads
from domain.intake.options import ImportOptions, ImportResult
from domain.privacy import erasing, merging
from storage import bulk, integrity
from storage.database import Database
from tests.support.floor import Floor


class Meanwhile(Thread):
    """Something another person does at the same time: its result, or how it was refused."""

    def __init__(self, does: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._does = does
        self.result: object = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._does()
        except DomainError as error:
            self.result = error.code

    def ended(self) -> object:
        self.join(30)
        assert not self.is_alive()
        return self.result


def erase(floor: Floor, contact_id: int) -> object:
    with floor.database.transaction() as session:
        return erasing.erase(session, actor=floor["root"], contact_id=contact_id, now=floor.now)


def test_a_person_taken_at_this_very_moment_is_not_erased(database: Database) -> None:
    floor = Floor(database)
    lead_id = floor.lead()
    contact_id = floor.row(lead_id).contact_id
    with database.transaction() as session:
        taken = claims.next_lead(session, actor=floor["ana"], campaign_id=floor.campaign_id, now=floor.now)
        other = Meanwhile(lambda: erase(floor, contact_id))
    assert taken.dossier is not None
    assert other.ended() == "held"
    assert floor.row(lead_id).status == "new"


def test_a_person_being_erased_is_given_to_nobody(database: Database) -> None:
    floor = Floor(database)
    lead_id = floor.lead()
    with database.transaction() as session:
        erasing.erase(session, actor=floor["root"], contact_id=floor.row(lead_id).contact_id, now=floor.now)
        other = Meanwhile(lambda: floor.next_id("ana"))
    assert other.ended() is None
    assert floor.next_id("ana") is None
    assert integrity.check(database) == []


def test_an_import_waits_for_the_erasing_and_leaves_the_person_out(
    database: Database, tmp_path: Path
) -> None:
    floor = Floor(database)
    [number] = floor.spare(1)
    lead_id = floor.lead(numbers=[[number]])
    file = tmp_path / "people.csv"
    file.write_text(f"name,phone\nAda Marlow,{number}\n", encoding="utf-8")

    def bring_in() -> ImportResult:
        return import_leads(
            database,
            bulk,
            actor=floor["sup"],
            path=file,
            campaign_id=floor.campaign_id,
            options=ImportOptions(),
            now=floor.now,
        )

    with database.transaction() as session:
        erasing.erase(session, actor=floor["root"], contact_id=floor.row(lead_id).contact_id, now=floor.now)
        other = Meanwhile(bring_in)
    result = other.ended()
    assert isinstance(result, ImportResult)
    assert (result.counts.imported, result.counts.rejected, result.reasons) == (0, 1, {"erased": 1})


def test_an_edit_of_somebody_being_erased_or_merged_is_refused(database: Database) -> None:
    floor = Floor(database)
    erased, kept, merged = (floor.row(lead_id).contact_id for lead_id in floor.leads(3))

    def note(contact_id: int) -> object:
        with database.transaction() as session:
            changes = ContactChanges(fields={"notes": "moved to Lyon"})
            return contact_edits.edit(
                session, actor=floor["sup"], contact_id=contact_id, changes=changes, now=floor.now
            )

    with database.transaction() as session:
        erasing.erase(session, actor=floor["root"], contact_id=erased, now=floor.now)
        first = Meanwhile(lambda: note(erased))
    assert first.ended() == "erased"
    with database.transaction() as session:
        merging.merge(session, actor=floor["sup"], keep=kept, others=[merged], now=floor.now)
        second = Meanwhile(lambda: note(merged))
    assert second.ended() == "merged"


def test_two_who_merge_the_same_people_the_other_way_round_leave_one(database: Database) -> None:
    floor = Floor(database)
    first, second = (floor.row(lead_id).contact_id for lead_id in floor.leads(2))

    def merge(keep: int, other: int) -> object:
        with database.transaction() as session:
            return merging.merge(session, actor=floor["sup"], keep=keep, others=[other], now=floor.now)

    with database.transaction() as session:
        merging.merge(session, actor=floor["sup"], keep=first, others=[second], now=floor.now)
        other = Meanwhile(lambda: merge(second, first))
    assert other.ended() == "merged"
    assert integrity.check(database) == []

"""Whom supervisors find: by a number in any writing, by an external id, by part of a name."""

from __future__ import annotations

import pytest

from domain.calling import lookup, queue
from domain.contacts.models import Contact
from storage.database import Database
from tests.support.floor import Floor


@pytest.mark.parametrize(
    "typed", ["{e164}", "+33 {national}", "00{digits}", "0{national}", "{digits}", "0{part}"]
)
def test_a_supervisor_finds_a_number_in_any_writing(floor: Floor, typed: str) -> None:
    e164, other = floor.spare(2)
    lead_id, beside = floor.leads(2, numbers=[[e164], [other]])
    national = f"{e164[3:6]} {e164[6:8]}-{e164[8:]}"
    found = floor.search(
        "sup", typed.format(e164=e164, digits=e164[1:], national=national, part=national[:-2])
    )
    assert found == ([lead_id, beside] if "part" in typed else [lead_id])


def test_a_supervisor_finds_by_external_id_before_names(floor: Floor) -> None:
    named, numbered, known = floor.leads(3)
    floor.rename(named, "A-17 Limited")
    floor.change(numbered, external_id="A-17")
    with floor.database.transaction() as session:
        session.get_one(Contact, floor.row(known).contact_id).external_id = "A-18"
    assert floor.search("sup", " A-17 ") == [numbered]
    assert floor.search("sup", "A-18") == [known]
    assert floor.search("sup", "A-17 L") == [named]


def test_a_supervisor_finds_within_a_campaign_whoever_stands_in_others_too(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "AT_MOST", 3)
    floor.leads(5)
    autumn = floor.campaign("Autumn")
    [there] = floor.leads(1, campaign_id=autumn)
    with floor.database.reading() as session:
        found = queue.search(session, actor=floor["sup"], text="person", campaign_id=autumn)
        everywhere = queue.search(session, actor=floor["sup"], text="person")
    assert [line.lead_id for line in found] == [there]
    assert len(everywhere) == 3


def test_a_search_finds_nobody_of_another_shop(floor: Floor, floor_database: Database) -> None:
    elsewhere = Floor(floor_database)
    [lead_id] = elsewhere.leads(1, numbers=[elsewhere.spare(1)])
    elsewhere.change(lead_id, external_id="only there")
    elsewhere.rename(lead_id, "Zacharias Elsewhere")
    [e164] = [phone.e164 for phone in elsewhere.phones(lead_id)]
    for typed in (e164, "only there", "Zacharias"):
        assert elsewhere.search("sup", typed) == [lead_id]
        assert lead_id not in floor.search("sup", typed)

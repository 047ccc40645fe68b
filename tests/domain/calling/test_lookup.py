"""Whom supervisors find: by a number in any writing, by an external id, by part of a name."""

from __future__ import annotations

import pytest

from domain.calling import finding, queue
from domain.contacts.models import Contact
from domain.errors import NotAllowed
from storage.counting import count_statements
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


def test_a_supervisor_finds_within_a_campaign_whoever_stands_in_others_too(floor: Floor) -> None:
    floor.leads(5)
    autumn = floor.campaign("Autumn")
    [there] = floor.leads(1, campaign_id=autumn)
    with floor.database.reading() as session:
        found = queue.search(session, actor=floor["sup"], text="person", campaign_id=autumn)
        few = queue.search(session, actor=floor["sup"], text="person", limit=3)
    assert [line.lead_id for line in found] == [there]
    assert len(few) == 3


@pytest.mark.parametrize("typed", ["perez", "PÉRÉZ", "gom", "ana gomez", "g ana", "nácar", "ana.p@x", "érez"])
def test_names_are_found_by_the_beginnings_of_their_words_without_accents(floor: Floor, typed: str) -> None:
    [ana, _other] = floor.leads(2)
    with floor.database.transaction() as session:
        contact = session.get_one(Contact, floor.row(ana).contact_id)
        contact.name, contact.company, contact.email = "Ana Pérez-Gómez", "Nácar & Cía", "ana.p@x.example"
    assert floor.search("sup", typed) == [ana]


def test_the_index_of_words_follows_every_change_of_a_person(floor: Floor) -> None:
    [lead_id] = floor.leads(1)
    floor.rename(lead_id, "Zacharias Oldname")
    assert floor.search("sup", "zach old") == [lead_id]
    floor.rename(lead_id, "Zora Newname")
    assert floor.search("sup", "zach") == []
    assert floor.search("sup", "zor new") == [lead_id]


def test_people_are_found_by_tag_and_status_and_page_by_page(floor: Floor) -> None:
    ids = floor.leads(7)
    with floor.database.transaction() as session:
        for number, lead_id in enumerate(ids):
            contact = session.get_one(Contact, floor.row(lead_id).contact_id)
            contact.tags = ["Café au lait"] if number % 2 else ["Café"]
    for lead_id in ids[:3]:
        floor.change(lead_id, status="busy")

    def pages(typed: str) -> list[list[int]]:
        found, after = [], 0
        with floor.database.reading() as session:
            while True:
                page = finding.search(
                    session, actor=floor["sup"], wanted=finding.said(typed), after=after, limit=2
                )
                found.append([line.lead_id for line in page.lines])
                if page.next is None:
                    return found
                after = page.next

    assert pages("person") == [ids[0:2], ids[2:4], ids[4:6], ids[6:]]
    assert pages('#"Café au lait"') == [[ids[1], ids[3]], [ids[5]]]
    assert pages("#Café") == [[ids[0], ids[2]], [ids[4], ids[6]]]
    assert pages("status:busy") == [ids[0:2], ids[2:3]]
    assert pages("#Café status:busy person") == [[ids[0], ids[2]]]
    assert pages("status:busy status:new")[0] == ids[0:2]
    assert pages("#nobody") == [[]]


def test_a_first_page_takes_the_same_few_statements_however_many_there_are(floor: Floor) -> None:
    def statements(typed: str) -> int:
        with count_statements(floor.database) as counted, floor.database.reading() as session:
            finding.search(session, actor=floor["sup"], wanted=finding.said(typed), limit=5)
        return counted.count

    floor.leads(3)
    few = [statements(typed) for typed in ("person", "+3319900", "status:new", "#vip")]
    floor.leads(30)
    assert [statements(typed) for typed in ("person", "+3319900", "status:new", "#vip")] == few
    assert max(few) <= 6


def test_sellers_do_not_search_among_all(floor: Floor) -> None:
    with floor.database.reading() as session, pytest.raises(NotAllowed, match="seller"):
        finding.search(session, actor=floor["ana"], wanted=finding.said("person"))


def test_a_search_finds_nobody_of_another_shop(floor: Floor, floor_database: Database) -> None:
    elsewhere = Floor(floor_database)
    [lead_id] = elsewhere.leads(1, numbers=[elsewhere.spare(1)])
    elsewhere.change(lead_id, external_id="only there")
    elsewhere.rename(lead_id, "Zacharias Elsewhere")
    [e164] = [phone.e164 for phone in elsewhere.phones(lead_id)]
    for typed in (e164, "only there", "Zacharias"):
        assert elsewhere.search("sup", typed) == [lead_id]
        assert lead_id not in floor.search("sup", typed)

"""Whom an import knows already: duplicates, and numbers that may not be called."""

from __future__ import annotations

import pytest
from sqlmodel import select

from domain.codes import QueueState
from domain.contacts import do_not_call
from domain.contacts.models import ContactPhone
from domain.intake.matching import Duplicates, Scope
from domain.intake.options import Counts
from tests.domain.intake.importing_support import Desk, listed, local, people
from tests.support.factories import NOON


def test_a_number_known_in_the_campaign_is_a_duplicate_however_it_is_written(desk: Desk) -> None:
    desk.run(people(2))
    counts = desk.counts(
        listed("phone;phone2", f"+33 1 99 00 00 00;{local(50)}", f"{local(51)};{local(1)}", f"{local(52)};"),
        name="second.csv",
    )
    assert counts == Counts(rows=3, imported=1, duplicates=2)


def test_a_person_known_from_another_campaign_gets_a_lead_not_a_second_contact(desk: Desk) -> None:
    desk.run(listed("phone;name;city;tags", f"{local(1)};Ana;;old"))
    other = desk.campaign("Autumn")
    counts = desk.counts(
        listed("phone;phone2;name;city;tags", f"{local(1)};{local(2)};Anna;Lyon;new"), campaign_id=other
    )
    assert counts == Counts(rows=1, imported=1)
    (contact,) = desk.contacts()
    assert (contact.name, contact.city, contact.tags) == ("Ana", "Lyon", ["old", "new"])
    assert desk.numbers(contact.id) == ["+33199000001", "+33199000002"]
    assert [lead.contact_id for lead in desk.leads(other)] == [contact.id]


def test_a_mobile_number_is_known_as_one(desk: Desk) -> None:
    desk.run(listed("phone;phone2", f"{local(1)};+61 491 570 006"))
    desk.run(
        listed("phone;phone2", f"{local(1)};+61 491 570 156"), name="more.csv", duplicates=Duplicates.UPDATE
    )
    with desk.shop.database.reading() as session:
        kinds = {phone.e164: phone.kind for phone in session.exec(select(ContactPhone))}
    assert kinds == {"+33199000001": "phone", "+61491570006": "mobile", "+61491570156": "mobile"}


@pytest.mark.parametrize(
    ("scope", "duplicates"), [(Scope.FILE, 1), (Scope.LIST, 2), (Scope.CAMPAIGN, 3), (Scope.ALL, 4)]
)
def test_the_scope_says_where_a_number_counts_as_known(desk: Desk, scope: Scope, duplicates: int) -> None:
    desk.run(people(1, first=1), list_name="mine")
    desk.run(people(1, first=2), list_name="other")
    desk.run(people(1, first=3), campaign_id=desk.campaign("Autumn"))
    text = listed("phone", *(local(index) for index in (0, 0, 1, 2, 3)))
    result = desk.run(text, name="new.csv", list_name="mine", scope=scope)
    assert result.counts == Counts(rows=5, imported=5 - duplicates, duplicates=duplicates)
    assert len({(lead.campaign_id, lead.contact_id) for lead in desk.leads()}) == len(desk.leads())


def test_updating_brings_new_values_to_the_known_person_and_leaves_the_lead_alone(desk: Desk) -> None:
    desk.run(listed("phone;name;city;notes;age", f"{local(1)};Ana;Lyon;old note;30"))
    counts = desk.counts(
        listed("phone;name;city;email;age;job", f"{local(1)} / {local(2)};Anna;;anna@example.com;31;baker"),
        name="second.csv",
        duplicates=Duplicates.UPDATE,
    )
    assert counts == Counts(rows=1, updated=1)
    (contact,) = desk.contacts()
    assert (contact.name, contact.city, contact.notes) == ("Anna", "Lyon", "old note")
    assert contact.email == "anna@example.com"
    assert contact.attributes == {"age": "31", "job": "baker"}
    assert desk.numbers(contact.id) == ["+33199000001", "+33199000002"]
    (lead,) = desk.leads()
    assert (lead.status, lead.version) == ("new", 1)


def test_updating_within_the_file_puts_rows_of_one_person_together(desk: Desk) -> None:
    text = listed(
        "phone;name;city", f"{local(1)};Ana;", f"{local(1)} / {local(2)};Anna;Lyon", f"{local(2)};;Paris"
    )
    assert desk.counts(text, duplicates=Duplicates.UPDATE) == Counts(rows=3, imported=1, updated=2)
    (contact,) = desk.contacts()
    assert (contact.name, contact.city) == ("Anna", "Paris")
    assert desk.numbers() == ["+33199000001", "+33199000002"]


def test_allowing_duplicates_makes_a_person_of_every_row(desk: Desk) -> None:
    text = listed("phone;name", f"{local(1)};Ana", f"{local(1)};Eva")
    assert desk.counts(text, duplicates=Duplicates.ALLOW) == Counts(rows=2, imported=2)
    assert [contact.name for contact in desk.contacts()] == ["Ana", "Eva"]


def test_numbers_on_the_register_come_in_as_do_not_call(desk: Desk) -> None:
    with desk.shop.database.transaction() as session:
        do_not_call.add(session, actor=desk.shop.sup, numbers=["+33199000001"], now=NOON)
    counts = desk.counts(listed("phone;phone2", f"{local(0)};", f"{local(5)};{local(1)}", f"{local(2)};"))
    assert counts == Counts(rows=3, imported=3, do_not_call=1)
    assert [lead.status for lead in desk.leads()] == ["new", "dnc", "new"]
    blocked = desk.leads()[1]
    assert (blocked.campaign_resolution, blocked.campaign_status, blocked.queue_state) == (
        "DN",
        5,
        QueueState.OUT,
    )


def test_a_number_taken_off_the_register_comes_in_as_given(desk: Desk) -> None:
    with desk.shop.database.transaction() as session:
        do_not_call.add(session, actor=desk.shop.sup, numbers=["+33199000001"], now=NOON)
        do_not_call.remove(session, actor=desk.shop.sup, number="+33199000001", now=NOON)
    assert desk.counts(listed("phone", local(1))) == Counts(rows=1, imported=1)


def test_a_row_that_forbids_calls_registers_its_numbers_and_blocks_other_campaigns(desk: Desk) -> None:
    other = desk.campaign("Autumn")
    desk.run(people(3), campaign_id=other)
    counts = desk.counts(
        listed(
            "phone;status;campaign_resolution",
            f"{local(0)} / {local(7)};dnc;",
            f"{local(1)};not_interested;DN",
            f"{local(2)};not_interested;NI",
        )
    )
    assert counts == Counts(rows=3, imported=3, do_not_call=2)
    assert desk.register() == {"+33199000000", "+33199000007", "+33199000001"}
    assert [lead.status for lead in desk.leads()] == ["dnc", "dnc", "not_interested"]
    assert [lead.status for lead in desk.leads(other)] == ["dnc", "dnc", "new"]


def test_a_duplicate_that_forbids_calls_blocks_the_person_there_is(desk: Desk) -> None:
    desk.run(people(1))
    assert desk.counts(listed("phone;status", f"{local(0)};dnc"), name="b.csv").duplicates == 1
    assert desk.leads()[0].status == "dnc"
    assert desk.register() == {"+33199000000"}

"""Erasing a person: what goes, what stays, and that nothing brings them back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from domain.calling import call_log
from domain.calling.calls import ReportedCall
from domain.calling.models import Activity, Call, Draft, HistoryEvent, Lead
from domain.codes import CallResult
from domain.contacts import contact_edits, do_not_call
from domain.contacts.contact_edits import ContactChanges
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.errors import Conflict, DomainError, NotAllowed, NotFound
from domain.privacy import erasing, finding
from domain.privacy.erasing import Erasing
from domain.sales.sales import SaleInput
from storage import figures
from tests.support.floor import Floor


def erase(floor: Floor, lead_id: int, who: str = "root") -> Erasing:
    with floor.database.transaction() as session:
        return erasing.erase(
            session, actor=floor[who], contact_id=floor.row(lead_id).contact_id, now=floor.now
        )


def person(floor: Floor, lead_id: int) -> Contact:
    with floor.database.reading() as session:
        return session.get_one(Contact, floor.row(lead_id).contact_id)


def add_number(floor: Floor, lead_id: int, e164: str) -> None:
    with floor.database.transaction() as session:
        contact_edits.edit(
            session,
            actor=floor["sup"],
            contact_id=floor.row(lead_id).contact_id,
            changes=ContactChanges(add_phones=(e164,)),
            now=floor.now,
        )


def test_identity_and_texts_go_and_the_figures_stay(floor: Floor) -> None:
    [number] = floor.spare(1)
    lead_id = floor.lead(numbers=[[number]])
    floor.handle("ana", "sale", lead_id, note="likes tea", sale=SaleInput(quantity=2, price_minor=500))
    before = floor.row(lead_id)
    told = erase(floor, lead_id)
    assert (told.numbers, told.leads, told.closed, told.calls, told.activities) == (1, 1, 0, 1, 1)
    contact, lead = person(floor, lead_id), floor.row(lead_id)
    assert (contact.name, contact.email, contact.tags, contact.erased_at) == ("(erased)", None, [], floor.now)
    assert (lead.status, lead.campaign_status, lead.campaign_resolution, lead.dial_attempts) == (
        before.status,
        before.campaign_status,
        before.campaign_resolution,
        before.dial_attempts,
    )
    with floor.database.reading() as session:
        assert session.exec(select(ContactPhone).where(ContactPhone.contact_id == contact.id)).all() == []
        [call] = session.exec(select(Call).where(Call.lead_id == lead_id)).all()
        [activity] = session.exec(select(Activity).where(Activity.lead_id == lead_id)).all()
        assert (call.e164, call.action, activity.notes) == (None, "sale", None)
        assert figures.differing(session) == {}
    assert [sale.total_minor for sale in floor.sales(lead_id)] == [1000]


def test_leads_that_had_not_ended_end_and_their_callbacks_with_them(floor: Floor) -> None:
    autumn = floor.campaign("Autumn")
    lead_id = floor.lead()
    elsewhere = floor.also_in(autumn, lead_id)
    floor.callback(lead_id, floor.now + timedelta(days=1), "ana", note="ask for the daughter")
    floor.fill(autumn)
    assert erase(floor, lead_id).closed == 2
    assert [floor.row(each).status for each in (lead_id, elsewhere)] == ["closed", "closed"]
    assert [each.state for each in floor.activities(lead_id)] == ["cancelled"]
    assert floor.next_id("ana", autumn) is None
    [event] = floor.events(elsewhere)
    assert (event.kind, event.user_id, event.before) == ("erased", floor["root"].user_id, event.before)
    with pytest.raises(DomainError, match="register"):
        floor.edit(lead_id, status="new")


def test_the_register_keeps_a_hash_and_no_number(floor: Floor) -> None:
    mobile, home = floor.spare(2)
    lead_id = floor.lead(numbers=[[mobile, home]])
    floor.register(mobile)
    erase(floor, lead_id)
    with floor.database.reading() as session:
        entries = session.exec(
            select(DoNotCall).where(DoNotCall.organisation_id == floor.organisation_id)
        ).all()
        lines = do_not_call.listing(session, actor=floor["sup"], number=home)
    assert [entry.e164 for entry in entries] == [None, None, None]
    hashes = [entry.number_hash for entry in entries if entry.number_hash is not None]
    assert len(set(hashes)) == 2
    assert all(len(each) == 64 for each in hashes)
    assert [(line.number, line.erased) for line in lines] == [(None, True)]


def test_a_number_of_an_erased_person_is_not_added_to_anybody(floor: Floor) -> None:
    [number] = floor.spare(1)
    first, other = floor.lead(numbers=[[number]]), floor.lead()
    erase(floor, first)
    with pytest.raises(Conflict, match="erased"):
        add_number(floor, other, number)
    with pytest.raises(Conflict, match="erased"):
        add_number(floor, first, "+33199009999")


def test_taken_off_the_register_the_number_may_come_back(floor: Floor) -> None:
    [number] = floor.spare(1)
    first, other = floor.lead(numbers=[[number]]), floor.lead()
    erase(floor, first)
    with floor.database.transaction() as session:
        assert do_not_call.remove(session, actor=floor["sup"], number=number, now=floor.now) == 1
    add_number(floor, other, number)
    assert floor.row(first).status == "closed"


def test_who_shares_the_number_stays_and_stays_blocked(floor: Floor) -> None:
    [number] = floor.spare(1)
    first, housemate = floor.lead(numbers=[[number]]), floor.lead(numbers=[[number]])
    floor.handle("ana", "do-not-call", first)
    told = erase(floor, first)
    assert [each.contact_id for each in told.alike] == [floor.row(housemate).contact_id]
    assert floor.row(housemate).status == "dnc"
    with floor.database.reading() as session:
        assert do_not_call.registered(session, actor=floor["sup"], numbers=[number]) == {number}
    erase(floor, housemate)
    with floor.database.reading() as session:
        assert do_not_call.registered(session, actor=floor["sup"], numbers=[number]) == set()
        assert finding.find(session, actor=floor["aud"], wanted=number, region=None).erased


def test_a_person_in_a_sellers_hands_is_not_erased(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.hold("ana", lead_id)
    with pytest.raises(Conflict, match="ana has lead"):
        erase(floor, lead_id)
    floor.leave("ana")
    erase(floor, lead_id)


def test_what_a_seller_says_too_late_is_counted_but_not_written_down(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.hold("ana", lead_id)
    floor.dial("ana", lead_id)
    floor.later(hours=2)
    erase(floor, lead_id)
    floor.draft("ana", lead_id, "spoke with her son")
    result = floor.record("ana", lead_id, "busy", note="spoke with her son")
    assert result.stored_only
    assert floor.row(lead_id).status == "closed"
    with floor.database.reading() as session:
        notes = session.exec(select(Activity.notes).where(col(Activity.lead_id) == lead_id)).all()
        assert [note for note in notes if note] == []
        assert session.exec(select(Draft).where(Draft.lead_id == lead_id)).all() == []


def test_an_outcome_of_before_cannot_be_undone(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "busy", lead_id)
    erase(floor, lead_id)
    with pytest.raises(Conflict, match="cannot be undone"):
        floor.undo("ana")


def test_calls_of_another_system_are_refused(floor: Floor) -> None:
    lead_id = floor.lead()
    erase(floor, lead_id)
    call = ReportedCall(lead_id=lead_id, result=CallResult.BUSY, started_at=floor.now, e164="+33199008888")
    with pytest.raises(Conflict, match="erased"):
        floor.report(call)


def test_a_number_another_system_writes_into_the_call_log_is_not_kept(floor: Floor) -> None:
    lead_id, other = floor.leads(2)
    erase(floor, lead_id)
    with floor.database.transaction() as session:
        for each in (lead_id, other):
            lead = session.get_one(Lead, each)
            row = Call(
                organisation_id=floor.organisation_id,
                campaign_id=lead.campaign_id,
                lead_id=each,
                contact_id=lead.contact_id,
                e164="+33199008888",
                started_at=floor.now,
                ended_at=floor.now,
                result="busy",
                source="external",
            )
            session.add(row)
    call_log.apply_unapplied(floor.database, organisation_id=floor.organisation_id, now=floor.now)
    assert [call.e164 for each in (lead_id, other) for call in floor.calls(each)] == [None, "+33199008888"]
    assert floor.row(lead_id).status == "closed"


def test_only_administrators_erase_and_nobody_twice(floor: Floor) -> None:
    lead_id = floor.lead()
    for who in ("ana", "sup", "aud"):
        with pytest.raises(NotAllowed):
            erase(floor, lead_id, who)
    erase(floor, lead_id)
    with pytest.raises(Conflict, match="was erased on"):
        erase(floor, lead_id)
    with floor.database.transaction() as session, pytest.raises(NotFound):
        erasing.erase(session, actor=floor["root"], contact_id=999_999, now=floor.now)


def test_history_says_who_erased_whom_and_no_more(floor: Floor) -> None:
    lead_id = floor.lead()
    erase(floor, lead_id)
    with floor.database.reading() as session:
        event = session.exec(
            select(HistoryEvent).where(
                HistoryEvent.kind == "contact_erased",
                HistoryEvent.contact_id == floor.row(lead_id).contact_id,
            )
        ).one()
    assert event.user_id == floor["root"].user_id
    assert event.after == {"numbers": 1, "leads": 1, "closed": 1}


def test_a_preview_says_as_much_and_changes_nothing(floor: Floor) -> None:
    lead_id = floor.lead()
    with floor.database.reading() as session:
        told = erasing.preview(session, actor=floor["root"], contact_id=floor.row(lead_id).contact_id)
    assert (told.leads, told.closed, told.numbers) == (1, 1, 1)
    assert erase(floor, lead_id) == told

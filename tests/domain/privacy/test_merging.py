"""Merging duplicates: one contact with everything that happened with any of them, and true figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from domain.calling.calls import ReportedCall
from domain.calling.models import HistoryEvent
from domain.codes import CallResult, QueueState
from domain.contacts import contact_edits, contacts
from domain.contacts.contact_edits import ContactChanges
from domain.contacts.models import Contact
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import teams
from domain.privacy import erasing, exporting, finding, merging
from domain.privacy.merging import Merging
from domain.repair import find as repair
from storage import figures, integrity
from tests.support.floor import Floor


@pytest.fixture(autouse=True)
def sound(floor: Floor) -> Iterator[None]:
    """Whatever was merged: figures are those of leads and calls, counters those of the calls, no rule is broken.

    Other shops of this database may stand as their tests left them.
    """
    with floor.database.reading() as session:
        before = integrity._rules(session)
    yield
    with floor.database.reading() as session:
        assert figures.differing(session) == {}
        problems = repair.report(session, actor=floor["sup"], now=floor.now)
        assert integrity._rules(session) == before
    assert problems.total == 0


def contact_of(floor: Floor, lead_id: int) -> int:
    return floor.row(lead_id).contact_id


def merge(floor: Floor, keep: int, *others: int, who: str = "sup") -> Merging:
    """Merge the persons of leads."""
    with floor.database.transaction() as session:
        return merging.merge(
            session,
            actor=floor[who],
            keep=contact_of(floor, keep),
            others=[contact_of(floor, each) for each in others],
            now=floor.now,
        )


def edit(floor: Floor, lead_id: int, **changes: object) -> None:
    with floor.database.transaction() as session:
        contact_edits.edit(
            session,
            actor=floor["sup"],
            contact_id=contact_of(floor, lead_id),
            changes=ContactChanges(**changes),  # type: ignore[arg-type]  # names and types of the changes
            now=floor.now,
        )


def person(floor: Floor, contact_id: int) -> Contact:
    with floor.database.reading() as session:
        return session.get_one(Contact, contact_id)


def test_the_kept_ones_fields_win_and_the_others_fill_its_gaps(floor: Floor) -> None:
    mobile, home, office = floor.spare(3)
    keep = floor.lead(numbers=[[mobile, home]])
    other = floor.lead(numbers=[[home, office]])
    edit(floor, keep, fields={"email": "ada@example.org"}, add_tags=("vip",), attributes={"colour": "red"})
    edit(
        floor,
        other,
        fields={"email": "a@example.org", "city": "Lyon"},
        add_tags=("new", "vip"),
        attributes={"colour": "blue", "size": "M"},
    )
    name = person(floor, contact_of(floor, keep)).name
    told = merge(floor, keep, other)
    kept = person(floor, told.keep)
    assert (kept.name, kept.email, kept.city) == (name, "ada@example.org", "Lyon")
    assert (kept.tags, kept.attributes) == (["vip", "new"], {"colour": "red", "size": "M"})
    assert [phone.e164 for phone in floor.phones(keep)] == [mobile, home, office]
    assert told.filled == ("city",)


def test_leads_of_the_same_campaign_are_joined_in_the_one_with_more_history(floor: Floor) -> None:
    fresh, worked = floor.lead(), floor.lead()
    floor.handle("ana", "busy", worked, note="engaged")
    floor.later(days=1)
    floor.handle("ana", "busy", worked)
    told = merge(floor, fresh, worked)
    [joined] = told.joined
    assert (joined.survivor, joined.ended) == (worked, (fresh,))
    alive, ended = floor.row(worked), floor.row(fresh)
    assert (alive.contact_id, alive.status, alive.dial_attempts) == (told.keep, "busy", 2)
    assert (ended.status, ended.dial_attempts, ended.queue_state) == ("closed", 0, QueueState.OUT)
    assert person(floor, ended.contact_id).merged_into == told.keep
    assert {call.contact_id for call in floor.calls(worked)} == {told.keep}
    assert [event.kind for event in floor.events(fresh)] == ["merged"]
    assert floor.events(fresh)[0].after is not None
    assert floor.events(fresh)[0].after["into_lead"] == worked


def test_attempts_calls_sales_and_callbacks_of_both_are_those_of_the_one(floor: Floor) -> None:
    first, second = floor.leads(2, imported_attempts=2, dial_attempts=2)
    for lead_id, minutes in ((first, 5), (first, 9), (second, 30)):
        at = floor.now - timedelta(minutes=minutes)
        floor.report(ReportedCall(lead_id=lead_id, result=CallResult.BUSY, started_at=at))
    floor.handle("ana", "busy", second)
    due = floor.now + timedelta(days=2)
    floor.callback(second, due, "ana", note="after work")
    before = floor.row(second)
    told = merge(floor, first, second)
    [joined] = told.joined
    lead = floor.row(joined.survivor)
    assert (lead.imported_attempts, lead.dial_attempts) == (4, 5)
    assert lead.last_dial_attempt == before.last_dial_attempt
    assert (lead.queue_state, lead.next_attempt_at) == (QueueState.CALLBACK, due)
    assert [each.notes for each in floor.pending(joined.survivor)] == ["after work"]
    assert len(floor.calls(joined.survivor)) == 4


def test_what_the_person_decided_lives_on_whatever_happened_more(floor: Floor) -> None:
    bought, tried = floor.lead(), floor.lead()
    floor.handle("ana", "sale", bought)
    for _ in range(2):
        floor.later(days=1)
        floor.handle("ben", "busy", tried)
    floor.callback(tried, floor.now + timedelta(days=1))
    [joined] = merge(floor, tried, bought).joined
    assert joined.survivor == bought
    assert (floor.row(bought).status, floor.row(tried).status) == ("sale", "closed")
    assert floor.pending(bought) == []
    assert len(floor.sales(bought)) == 1
    assert floor.row(bought).contact_id == contact_of(floor, bought)


def test_leads_of_other_campaigns_move(floor: Floor) -> None:
    keep = floor.lead()
    other = floor.lead(campaign_id=floor.campaign("Autumn"))
    told = merge(floor, keep, other)
    assert (told.moved, told.joined) == ((other,), ())
    assert floor.row(other).contact_id == told.keep
    assert floor.next_id("eva", floor.row(other).campaign_id) == other


def test_whoever_of_them_must_not_be_called_holds_for_the_one(floor: Floor) -> None:
    keep, other = floor.lead(), floor.lead(campaign_id=floor.campaign("Autumn"))
    floor.handle("ana", "do-not-call", other)
    told = merge(floor, keep, other)
    assert floor.row(keep).status == "dnc"
    with floor.database.reading() as session:
        shown = contacts.show(session, actor=floor["sup"], contact_id=told.keep, now=floor.now)
    assert [phone.do_not_call for phone in shown.phones] == [True, True]


def test_somebody_in_a_sellers_hands_is_not_merged(floor: Floor) -> None:
    keep, other = floor.lead(), floor.lead()
    floor.hold("ana", other)
    with pytest.raises(Conflict, match="ana has lead"):
        merge(floor, keep, other)
    floor.leave("ana")
    merge(floor, keep, other)


def test_an_outcome_of_before_cannot_be_undone(floor: Floor) -> None:
    keep, other = floor.lead(), floor.lead()
    floor.handle("ana", "busy", other)
    merge(floor, keep, other)
    with pytest.raises(Conflict, match="cannot be undone"):
        floor.undo("ana")


def test_whoever_was_merged_is_shown_as_the_one_they_became(floor: Floor) -> None:
    keep, other, third = floor.leads(3)
    merged = contact_of(floor, other)
    told = merge(floor, keep, other)
    with floor.database.reading() as session:
        shown = contacts.show(session, actor=floor["sup"], contact_id=merged, now=floor.now)
        with pytest.raises(NotFound, match=f"into contact {told.keep}"):
            contacts.find(session, actor=floor["sup"], contact_id=merged)
    assert shown.contact_id == told.keep
    final = merge(floor, third, keep)
    assert person(floor, merged).merged_into == final.keep
    with floor.database.reading() as session:
        event = session.exec(select(HistoryEvent).where(HistoryEvent.contact_id == merged)).all()[-1]
    assert (event.kind, event.after) == ("contact_merged", {"into": told.keep})


def test_erasing_and_exporting_take_in_whoever_was_merged(floor: Floor) -> None:
    keep, other = floor.lead(), floor.lead()
    floor.handle("ana", "busy", keep, note="secret one")
    told = merge(floor, keep, other)
    with floor.database.transaction() as session:
        data = exporting.export_contact(session, actor=floor["root"], contact_id=told.keep, now=floor.now)
    assert {row["id"] for row in data.leads} == {keep, other}
    assert {row["id"] for row in data.contacts} == {told.keep, *told.others}
    with floor.database.transaction() as session:
        gone = erasing.erase(session, actor=floor["root"], contact_id=told.keep, now=floor.now)
    assert (gone.leads, gone.numbers) == (2, 2)


def test_duplicates_are_found_by_number_and_by_email(floor: Floor) -> None:
    shared, own = floor.spare(2)
    first, second = floor.lead(numbers=[[shared]]), floor.lead(numbers=[[own, shared]])
    third = floor.lead()
    edit(floor, first, fields={"email": "Ada@example.org"})
    edit(floor, third, fields={"email": "ada@EXAMPLE.org"})
    with floor.database.reading() as session:
        [by_number] = finding.duplicates(session, actor=floor["sup"]).groups
        [by_email] = finding.duplicates(session, actor=floor["aud"], by="email").groups
        assert finding.duplicates(session, actor=floor["sup"], after=shared).groups == ()
        with pytest.raises(NotAllowed):
            finding.duplicates(session, actor=floor["ana"])
    assert [each.contact_id for each in by_number.people] == [
        contact_of(floor, each) for each in (first, second)
    ]
    assert [each.contact_id for each in by_email.people] == [
        contact_of(floor, each) for each in (first, third)
    ]
    merge(floor, first, second, third)
    with floor.database.reading() as session:
        assert finding.duplicates(session, actor=floor["sup"]).groups == ()


def test_a_supervisor_of_a_team_neither_finds_nor_merges_who_others_call(floor: Floor) -> None:
    [shared] = floor.spare(1)
    bens, free = floor.leads(2, numbers=[[shared], [shared]])
    floor.edit(bens, seller="ben")
    with floor.database.transaction() as session:
        teams.add(
            session, actor=floor["root"], name="North", supervisors=("sup",), members=("ana",), now=floor.now
        )
    with floor.database.reading() as session:
        found = finding.find(session, actor=floor["sup"], wanted=shared, region=None)
        assert [each.contact_id for each in found.people] == [contact_of(floor, free)]
        assert finding.duplicates(session, actor=floor["sup"]).groups == ()
        assert len(finding.duplicates(session, actor=floor["root"]).groups) == 1
    with pytest.raises(NotAllowed, match="team"):
        merge(floor, free, bens)
    merge(floor, free, bens, who="root")


def test_a_preview_says_the_same_and_changes_nothing(floor: Floor) -> None:
    keep, other = floor.lead(), floor.lead()
    with floor.database.reading() as session:
        seen = merging.preview(
            session, actor=floor["sup"], keep=contact_of(floor, keep), others=[contact_of(floor, other)]
        )
    assert floor.events() == []
    assert merge(floor, keep, other) == seen


def test_what_is_no_merging_is_refused(floor: Floor) -> None:
    keep, other = floor.lead(), floor.lead()
    with pytest.raises(Invalid):
        merge(floor, keep, keep)
    with pytest.raises(Invalid):
        merge(floor, keep)
    with pytest.raises(NotAllowed):
        merge(floor, keep, other, who="ana")
    with floor.database.transaction() as session:
        erasing.erase(session, actor=floor["root"], contact_id=contact_of(floor, other), now=floor.now)
    with pytest.raises(Conflict, match="erased"):
        merge(floor, keep, other)

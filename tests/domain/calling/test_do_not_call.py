"""Do not call: everywhere, at once, undone exactly (calling specification, 1.1 and 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling.models import HistoryEvent
from domain.codes import FINAL_STATUSES, DialStatus, QueueState
from domain.contacts import do_not_call
from domain.errors import Conflict, DomainError, NotAllowed, NotFound
from domain.repair import find
from tests.support.floor import Floor

OPEN = [None, *(status.value for status in DialStatus if status not in FINAL_STATUSES)]


def listed(floor: Floor) -> set[str | None]:
    """The numbers on the register; None stands for a person as a whole."""
    with floor.database.reading() as session:
        return {line.number for line in do_not_call.listing(session, actor=floor["sup"])}


def remove(floor: Floor, e164: str, who: str = "sup") -> int:
    with floor.database.transaction() as session:
        return do_not_call.remove(session, actor=floor[who], number=e164, now=floor.now)


def test_the_contact_and_all_its_numbers_go_into_the_register(floor: Floor) -> None:
    mobile, home = floor.spare(2)
    lead_id = floor.lead(numbers=[[mobile, home]])
    floor.handle("ana", "do-not-call", lead_id)
    assert listed(floor) == {mobile, home, None}
    assert (floor.row(lead_id).status, floor.row(lead_id).campaign_resolution) == ("dnc", "DN")


@pytest.mark.parametrize("status", OPEN, ids=[str(status) for status in OPEN])
def test_every_lead_with_such_a_number_that_has_not_ended_is_blocked_in_every_campaign(
    floor: Floor, status: str | None
) -> None:
    shared, other = floor.spare(2)
    autumn = floor.campaign("Autumn")
    here = floor.lead(numbers=[[shared]])
    same_person = floor.also_in(autumn, here, status=status)
    same_number = floor.lead(numbers=[[other, shared]], status=status, campaign_status=3)
    same_elsewhere = floor.lead(campaign_id=autumn, numbers=[[shared]], status=status)
    stranger = floor.lead(numbers=[[other]])
    result = floor.handle("ana", "do-not-call", here)
    for lead_id in (same_person, same_number, same_elsewhere):
        lead = floor.row(lead_id)
        assert (lead.status, lead.queue_state, lead.last_status_change) == ("dnc", QueueState.OUT, floor.now)
        [event] = floor.events(lead_id)
        assert (event.kind, event.user_id) == ("do_not_call", floor["ana"].user_id)
        assert event.before is not None
        assert event.before["status"] == status
    assert (floor.row(same_number).campaign_status, floor.row(same_number).campaign_resolution) == (3, None)
    assert floor.row(stranger).status == "new"
    assert "3" in result.notices[0]


@pytest.mark.parametrize("status", sorted(FINAL_STATUSES))
def test_finals_keep_their_status_and_show_the_mark(floor: Floor, status: str) -> None:
    [shared] = floor.spare(1)
    here, ended = floor.leads(2, numbers=[[shared], [shared]])
    floor.change(ended, status=status, queue_state=QueueState.OUT.value)
    floor.handle("ana", "do-not-call", here)
    assert (floor.row(ended).status, floor.row(ended).version) == (status, 1)
    dossier = floor.jump("sup", ended).dossier
    assert dossier is not None
    assert [phone.do_not_call for phone in dossier.phones] == [True]


def test_a_blocked_lead_leaves_the_queue_and_its_callbacks_are_cancelled(floor: Floor) -> None:
    [shared] = floor.spare(1)
    pooled, called = floor.leads(2, numbers=[[shared], [shared]])
    floor.callback(called, floor.now + timedelta(hours=1), "ben")
    floor.fill()
    assert [entry.lead_id for entry in floor.entries()] == [pooled]
    floor.register(shared)
    assert floor.entries() == []
    assert [each.state for each in floor.activities(called)] == ["cancelled"]
    floor.later(hours=2)
    assert floor.next_id("ben") is None
    assert floor.next("ben").figures.due == 0


def test_a_lead_in_another_sellers_hands_is_blocked_too(floor: Floor) -> None:
    [shared] = floor.spare(1)
    held = floor.lead(numbers=[[shared]])
    assert floor.next_id("ben") == held
    floor.register(shared, who="ana")
    assert floor.row(held).status == "dnc"
    with pytest.raises(DomainError) as refused:
        floor.dial("ben", held)
    assert refused.value.code in ("do_not_call", "already_handled")
    assert floor.record("ben", held, "not-interested", note="said no").stored_only


def test_a_number_on_the_register_is_not_handed_out_though_its_lead_came_later(floor: Floor) -> None:
    blocked, good = floor.spare(2)
    floor.register(blocked)
    floor.lead(numbers=[[blocked]])
    both = floor.lead(numbers=[[blocked, good]])
    dossier = floor.take("ana")
    assert dossier.lead_id == both
    assert [(phone.e164, phone.do_not_call, phone.next) for phone in dossier.phones] == [
        (blocked, True, False),
        (good, False, True),
    ]
    floor.leave("ana")
    floor.own("ana", numbers=[[blocked]])
    assert floor.next_id("ana") == both


def test_a_person_registered_as_a_whole_is_not_called_on_a_new_number_either(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "do-not-call", lead_id)
    autumn = floor.campaign("Autumn")
    floor.add_number(lead_id, *floor.spare(1))
    again = floor.also_in(autumn, lead_id)
    assert floor.fill(autumn).added == 0
    assert floor.next_id("ana", autumn) is None
    assert floor.row(again).queue_state == QueueState.OUT


def test_a_longer_number_is_not_the_same_number(floor: Floor) -> None:
    lead_id = floor.lead(numbers=[["+33199009999"]])
    floor.register("+3319900999", "+331990099991")
    assert floor.row(lead_id).status == "new"


def test_registering_twice_changes_nothing_more(floor: Floor) -> None:
    [shared] = floor.spare(1)
    lead_id = floor.lead(numbers=[[shared]])
    assert len(floor.register(shared).blocked) == 1
    version = floor.row(lead_id).version
    again = floor.register(shared, shared)
    assert (again.entry_ids, again.blocked) == ((), ())
    assert floor.row(lead_id).version == version
    assert listed(floor) == {shared}


def test_registering_a_number_nobody_has_is_written_down_too(floor: Floor) -> None:
    floor.register("+33199009998")
    assert [event.kind for event in floor.events()] == ["do_not_call_added"]


def test_another_shops_register_and_leads_are_its_own(floor: Floor) -> None:
    [shared] = floor.spare(1)
    other = Floor(floor.database)
    theirs = other.lead(numbers=[[shared]])
    floor.register(shared)
    assert other.row(theirs).status == "new"
    assert other.next_id("ana") == theirs


# ── taken off again ──────────────────────────────────────────────────────────────────────────────────────


def test_undo_takes_back_exactly_the_entries_and_the_leads(floor: Floor) -> None:
    [shared] = floor.spare(1)
    known = floor.spare(1)[0]
    floor.register(known)
    autumn = floor.campaign("Autumn")
    here = floor.lead(numbers=[[known, shared]])
    there = floor.lead(
        campaign_id=autumn, numbers=[[shared]], status="busy", dial_attempts=2, campaign_status=3
    )
    floor.callback(there, floor.now + timedelta(hours=3), "ben", note="ring at three")
    before = floor.row(there)
    floor.handle("ana", "do-not-call", here)
    assert listed(floor) == {known, shared, None}
    result = floor.undo("ana")
    assert result.kept == ()
    assert listed(floor) == {known}
    after = floor.row(there)
    for name in ("status", "campaign_status", "campaign_resolution", "dial_attempts", "next_attempt_at",
                 "queue_state", "last_status_change", "exhausted", "owner_id"):  # fmt: skip
        assert getattr(after, name) == getattr(before, name), name
    assert [(each.due_at, each.notes) for each in floor.pending(there)] == [
        (floor.now + timedelta(hours=3), "ring at three")
    ]
    assert [event.kind for event in floor.events(there)] == ["do_not_call", "undo"]


def test_leads_touched_since_are_listed_instead_and_keep_what_they_have(floor: Floor) -> None:
    [shared] = floor.spare(1)
    autumn = floor.campaign("Autumn")
    here = floor.lead(numbers=[[shared]])
    touched = floor.lead(campaign_id=autumn, numbers=[[shared]])
    untouched = floor.lead(campaign_id=autumn, numbers=[[shared]])
    floor.callback(touched, floor.now + timedelta(hours=3), "ben")
    floor.handle("ana", "do-not-call", here)
    floor.edit(touched, priority=70)
    result = floor.undo("ana")
    assert result.kept == (touched,)
    assert result.notices
    assert floor.row(touched).status == "dnc"
    assert floor.pending(touched) == []
    assert floor.row(untouched).status == "new"


def test_an_unblocked_lead_stays_out_if_its_list_was_paused_meanwhile(floor: Floor) -> None:
    [shared] = floor.spare(1)
    here = floor.lead(numbers=[[shared]])
    other = floor.lead(numbers=[[shared]])
    floor.handle("ana", "do-not-call", here)
    floor.pause_list(other)
    floor.undo("ana")
    assert (floor.row(other).status, floor.row(other).queue_state) == ("new", QueueState.OUT)
    floor.pause_list(other, active=True)
    assert floor.row(other).queue_state == QueueState.READY


def test_a_lead_blocked_in_a_sellers_hands_is_still_theirs_after_the_undo(floor: Floor) -> None:
    [shared] = floor.spare(1)
    autumn = floor.campaign("Autumn")
    there = floor.lead(campaign_id=autumn, numbers=[[shared]])
    here = floor.lead(numbers=[[floor.spare(1)[0], shared]])
    assert floor.next_id("ben", autumn) == there
    floor.record("sup", here, "do-not-call")
    assert floor.row(there).status == "dnc"
    with pytest.raises(Conflict, match="ben"):
        floor.undo("sup")
    assert floor.row(there).status == "dnc"
    floor.leave("ben")
    floor.undo("sup")
    assert (floor.row(here).status, floor.row(there).status) == ("new", "new")
    floor.leave("sup")
    assert floor.next_id("ben", autumn) == there


def test_dnc_is_left_by_taking_the_number_off_the_register(floor: Floor) -> None:
    [shared] = floor.spare(1)
    blocked = floor.lead(numbers=[[shared]], status="busy", dial_attempts=1, campaign_status=3)
    [said_so] = floor.own("ana", numbers=[[shared]])
    floor.handle("ana", "do-not-call", said_so)
    assert remove(floor, shared) >= 1
    assert listed(floor) == set()
    lead = floor.row(blocked)
    assert (lead.status, lead.campaign_status, lead.queue_state) == ("busy", 3, QueueState.READY)
    back = floor.row(said_so)
    assert (back.status, back.campaign_resolution, back.dial_attempts) == ("no_answer", None, 1)
    assert back.last_console_action is None
    with floor.database.reading() as session:
        found = find.listing(session, find.Scope(floor.organisation_id))
    assert said_so not in [lead_id for lead_id, _ in found]
    assert floor.events(blocked)[-1].kind == "do_not_call_removed"
    assert floor.next_id("ana") == said_so, "her own comes first"
    assert floor.next_id("ben") is None, "the same number is in her hands"


def test_but_not_while_another_of_its_numbers_is_on_it(floor: Floor) -> None:
    first, second = floor.spare(2)
    lead_id = floor.lead(numbers=[[first, second]])
    floor.handle("ana", "do-not-call", lead_id)
    remove(floor, first)
    assert floor.row(lead_id).status == "dnc"
    assert listed(floor) == {second, None}
    remove(floor, second)
    assert floor.row(lead_id).status == "no_answer"
    assert listed(floor) == set()


def test_a_lead_that_came_as_dnc_gets_the_status_its_attempts_tell(floor: Floor) -> None:
    [fresh, tried] = floor.spare(2)
    floor.register(fresh, tried)
    never = floor.lead(numbers=[[fresh]], status="dnc", queue_state=QueueState.OUT.value)
    before = floor.lead(
        numbers=[[tried]], status="dnc", dial_attempts=2, dial_result="busy", queue_state=QueueState.OUT.value
    )
    remove(floor, fresh)
    remove(floor, tried)
    assert (floor.row(never).status, floor.row(before).status) == ("new", "busy")


def test_dnc_is_not_left_by_an_edit_while_on_the_register(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "do-not-call", lead_id)
    with pytest.raises(NotAllowed) as refused:
        floor.edit(lead_id, status="new")
    assert refused.value.code == "do_not_call"


@pytest.mark.parametrize("status", ["sale", "closed"])
def test_nor_is_an_end_left_by_an_edit_while_a_number_is_on_the_register(floor: Floor, status: str) -> None:
    lead_id = floor.lead(status=status, queue_state=QueueState.OUT.value)
    floor.register(floor.phones(lead_id)[0].e164)
    with pytest.raises(NotAllowed) as refused:
        floor.edit(lead_id, status="new")
    assert refused.value.code == "do_not_call"
    remove(floor, floor.phones(lead_id)[0].e164)
    assert floor.row(lead_id).status == status
    assert floor.edit(lead_id, status="new").callable


def test_an_undone_end_of_somebody_registered_meanwhile_is_do_not_call(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "sale", lead_id)
    floor.register(floor.phones(lead_id)[0].e164)
    assert floor.row(lead_id).status == "sale"
    result = floor.undo("ana")
    assert "do-not-call" in result.notices[0]
    assert (floor.row(lead_id).status, floor.row(lead_id).campaign_status) == ("dnc", 1)
    assert [sale.cancelled_at is None for sale in floor.sales(lead_id)] == [False]
    assert floor.next_id("ana") is None


def test_nor_do_other_leads_come_back_whose_other_number_was_registered_meanwhile(floor: Floor) -> None:
    shared, own = floor.spare(2)
    here, there = floor.leads(2, numbers=[[shared], [shared, own]])
    floor.handle("ana", "do-not-call", here)
    floor.register(own)
    assert floor.undo("ana").kept == (there,)
    assert (floor.row(here).status, floor.row(there).status) == ("new", "dnc")


def test_a_person_put_to_the_front_and_blocked_does_not_wait_in_the_queue(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.fill()
    floor.take("ana")
    floor.register(floor.phones(first)[0].e164)
    floor.jump("ana", second)
    assert floor.entries(first) == []
    assert floor.record("ana", first, "not-interested", note="said so").stored_only


def test_a_supervisor_who_sets_dnc_by_hand_registers_the_numbers(floor: Floor) -> None:
    [shared] = floor.spare(1)
    edited, other = floor.leads(2, numbers=[[shared], [shared]])
    floor.edit(edited, status="dnc")
    assert listed(floor) == {shared, None}
    assert floor.row(other).status == "dnc"


def test_only_supervisors_take_numbers_off(floor: Floor) -> None:
    floor.register("+33199009997")
    with pytest.raises(NotAllowed):
        remove(floor, "+33199009997", who="ana")
    with pytest.raises(NotFound):
        remove(floor, "+33199009996")
    with pytest.raises(NotAllowed), floor.database.transaction() as session:
        do_not_call.add(session, actor=floor["aud"], numbers=["+33199009995"], now=floor.now)


def test_history_says_who_took_a_number_off(floor: Floor) -> None:
    floor.register("+33199009997")
    remove(floor, "+33199009997")
    event: HistoryEvent = floor.events()[-1]
    assert (event.kind, event.user_id) == ("do_not_call_removed", floor["sup"].user_id)

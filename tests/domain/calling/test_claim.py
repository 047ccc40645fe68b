"""The lead in hand: who holds it, for how long, what comes with it (calling specification, section 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.codes import QueueState
from domain.errors import Conflict, NotAllowed, NotFound
from tests.support.floor import Floor

MINUTE = timedelta(minutes=1)


def test_asked_again_the_same_lead_comes_back_and_its_lease_is_renewed(floor: Floor) -> None:
    floor.leads(3)
    before = floor.take("ana")
    floor.later(minutes=9)
    after = floor.take("ana")
    assert after.lead_id == before.lead_id
    assert before.claim_expires_at == floor.now + MINUTE
    assert after.claim_expires_at == floor.now + 10 * MINUTE
    assert [entry.lead_id for entry in floor.entries() if entry.locked_by] == [before.lead_id]


def test_two_sellers_never_hold_the_same_lead(floor: Floor) -> None:
    floor.leads(2)
    found = {floor.next_id(who) for who in ("ana", "ben", "eva")}
    assert len(found) == 3
    assert None in found


def test_two_sellers_never_hold_leads_with_a_number_in_common(floor: Floor) -> None:
    shared, first, second = floor.spare(3)
    floor.leads(2, numbers=[[first, shared], [shared, second]])
    assert floor.next_id("ana") is not None
    assert floor.next_id("ben") is None


def test_nor_in_different_campaigns(floor: Floor) -> None:
    here = floor.lead()
    elsewhere = floor.campaign("Autumn")
    there = floor.also_in(elsewhere, here)
    assert floor.next_id("ana") == here
    assert floor.next_id("ben", elsewhere) is None
    floor.record("ana", here, "not-found")
    assert floor.next_id("ben", elsewhere) == there


def test_the_number_is_free_again_when_the_claim_ends(floor: Floor) -> None:
    shared = floor.spare(1)
    first, second = floor.leads(2, numbers=[shared, shared])
    assert floor.next_id("ana") == first
    floor.leave("ana")
    floor.change(first, queue_state=QueueState.OUT.value, status="closed")
    floor.later(minutes=15)  # the other lead with this number was put off when the first came into the hopper
    assert floor.next_id("ben") == second


def test_other_shops_neither_see_nor_hold_each_others_leads_and_numbers(floor: Floor) -> None:
    other = Floor(floor.database)
    mine = floor.lead()
    assert other.next_id("ana") is None
    theirs = other.lead(numbers=[[floor.phones(mine)[0].e164]])
    assert floor.next_id("ana") == mine
    assert other.next_id("ana") == theirs
    with pytest.raises(NotFound):
        floor.next("ana", other.campaign_id)
    with pytest.raises(NotFound):
        floor.jump("sup", theirs)
    with pytest.raises(NotFound):
        floor.record("sup", theirs, "not-found")


def test_asking_for_another_campaign_gives_the_lead_in_hand_back(floor: Floor) -> None:
    here = floor.lead()
    elsewhere = floor.campaign("Autumn")
    there = floor.lead(campaign_id=elsewhere)
    assert floor.next_id("ana") == here
    assert floor.next_id("ana", elsewhere) == there
    assert floor.next_id("ben") == here


def test_leaving_the_console_gives_the_lead_back(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.leave("ana")
    assert floor.next_id("ben") == lead_id


def test_renewing_keeps_the_claim_for_ten_more_minutes(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    for _ in range(4):
        floor.later(minutes=8)
        assert floor.renew("ana") == floor.now + 10 * MINUTE
    assert floor.next_id("ben") is None
    assert floor.next_id("ana") == lead_id


def test_renewing_without_a_claim_says_so(floor: Floor) -> None:
    assert floor.renew("ana") is None


def test_a_claim_ends_by_itself_after_ten_minutes(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.later(minutes=9, seconds=59)
    assert floor.next_id("ben") is None
    floor.later(seconds=1)
    assert floor.next_id("ben") == lead_id
    assert [event.kind for event in floor.events(lead_id)] == ["claim_expired"]


def test_an_expired_claim_is_back_in_its_place_not_behind_the_others(floor: Floor) -> None:
    urgent = floor.lead(priority=90)
    floor.leads(3)
    assert floor.next_id("ana") == urgent
    floor.later(minutes=11)
    assert floor.next_id("ben") == urgent


def test_an_expired_claim_whose_number_went_to_another_seller_is_not_renewed(floor: Floor) -> None:
    shared = floor.spare(1)
    elsewhere = floor.campaign("Autumn")
    first = floor.lead(numbers=[shared])
    second = floor.lead(numbers=[shared], campaign_id=elsewhere)
    assert floor.next_id("ana") == first
    floor.later(minutes=11)
    assert floor.next_id("ben", elsewhere) == second
    assert floor.renew("ana") is None
    assert floor.next_id("ana") is None


def test_dialling_makes_the_lease_an_hour(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.later(minutes=59)
    assert floor.next_id("ben") is None
    assert floor.take("ana").claim_expires_at == floor.now + 60 * MINUTE


def test_a_dialled_person_whose_outcome_never_came_stands_as_contacted_outcome_missing(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.later(minutes=61)
    assert floor.next_id("ben") is None
    lead = floor.row(lead_id)
    assert (lead.status, lead.campaign_status, lead.queue_state) == ("contacted", 2, QueueState.OUT)
    assert lead.dial_attempts == 1
    event = floor.events(lead_id)[-1]
    assert (event.kind, event.user_id) == ("claim_expired", floor["ana"].user_id)
    assert event.before is not None
    assert event.after is not None
    assert (event.before["status"], event.after["status"]) == ("new", "contacted")


def test_an_expired_claim_does_not_come_back_when_its_list_was_paused_meanwhile(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.pause_list(lead_id)
    floor.later(minutes=11)
    assert floor.next_id("ben") is None
    assert floor.entries(lead_id) == []


def test_a_lead_given_back_after_its_list_was_paused_is_not_taken_by_the_next(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.pause_list(lead_id)
    floor.leave("ana")
    assert floor.next_id("ben") is None


def test_whom_a_seller_has_in_hand_when_the_campaign_is_paused_stays_but_is_not_dialled(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.set_active(False)
    assert floor.next_id("ana") == lead_id
    with pytest.raises(NotAllowed) as refused:
        floor.dial("ana", lead_id)
    assert refused.value.code == "campaign_paused"
    assert floor.record("ana", lead_id, "not-found").status == "no_answer"


def test_a_lead_that_ended_while_in_hand_is_not_shown_again(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.take("ana")
    floor.register(floor.phones(first)[0].e164)
    assert floor.next_id("ana") == second


def test_the_claimed_person_comes_with_everything_the_screen_shows(floor: Floor) -> None:
    mobile, home = floor.spare(2)
    lead_id = floor.lead(numbers=[[mobile, home]])
    elsewhere = floor.also_in(floor.campaign("Autumn"), lead_id, campaign_status=4, campaign_resolution="NI")
    floor.handle("ana", "call-dropped", lead_id, note="likes mornings")
    floor.later(minutes=3)
    dossier = floor.take("ana")
    assert (dossier.lead_id, dossier.source, dossier.zone) == (lead_id, "dropped", "UTC")
    assert (dossier.callable_now, dossier.attempts, dossier.max_attempts) == (True, 1, 5)
    assert [(phone.e164, phone.do_not_call, phone.bad) for phone in dossier.phones] == [
        (mobile, False, False),
        (home, False, False),
    ]
    assert sum(phone.next for phone in dossier.phones) == 1
    assert [(line.action, line.note, line.who) for line in dossier.history] == [
        ("call-dropped", "likes mornings", "ana")
    ]
    assert [(other.name, other.resolution) for other in dossier.others] == [("Autumn", "NI")]
    assert elsewhere


def test_the_figures_count_own_due_callbacks_of_all_campaigns_and_the_day(floor: Floor) -> None:
    elsewhere = floor.campaign("Autumn")
    due_here, later_here = floor.leads(2)
    due_there = floor.lead(campaign_id=elsewhere)
    floor.callback(due_here, floor.now, "ana")
    floor.callback(later_here, floor.now + timedelta(hours=1), "ana")
    floor.callback(due_there, floor.now, "ana")
    floor.handle("ana", "sale", floor.lead())
    floor.handle("ana", "not-found", floor.lead())
    figures = floor.next("ana").figures
    assert (figures.due, figures.done_today, figures.sales_today) == (2, 2, 1)


def test_an_unknown_lead_is_said_to_be_unknown(floor: Floor) -> None:
    with pytest.raises(NotFound):
        floor.jump("ana", 10**9)
    with pytest.raises(NotFound):
        floor.record("ana", 10**9, "not-found")


def test_a_lead_held_by_a_seller_says_who_has_it(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    with pytest.raises(Conflict, match="ana"):
        floor.jump("sup", lead_id)

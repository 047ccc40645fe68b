"""What a recycle would do, said beforehand: how many, who is left out and why, when they may be called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.campaigns.campaigns import CampaignSettings
from domain.campaigns.hours import parse_hours
from domain.codes import QueueState
from domain.errors import Invalid, NotAllowed, NotFound
from domain.recycling.selection import Filters, LeftOut
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor

OUT = {"queue_state": QueueState.OUT.value}


def test_only_the_chosen_statuses_are_selected(floor: Floor, desk: Desk) -> None:
    floor.leads(3, status="busy")
    floor.leads(2, status="no_answer")
    floor.leads(4, status="new")
    found = desk.preview("busy", "no_answer")
    assert (found.selected, found.recycled) == (5, 5)
    assert found.by_status == {"busy": 3, "no_answer": 2}
    assert (found.callable_now, found.left_out) == (5, {})


def test_leads_without_a_status_and_with_the_outcome_missing_can_be_chosen(floor: Floor, desk: Desk) -> None:
    floor.lead(status=None, **OUT)
    floor.lead(status="", **OUT)
    floor.lead(status="contacted", **OUT)
    assert desk.preview("no_status", "contacted").by_status == {"no_status": 2, "contacted": 1}
    assert desk.preview("no_status").callable_now == 2


def test_finals_are_left_out_unless_asked_for_and_do_not_call_always(floor: Floor, desk: Desk) -> None:
    floor.leads(2, status="sale", **OUT)
    floor.leads(3, status="dnc", **OUT)
    without = desk.preview("sale", "dnc")
    assert (without.recycled, without.left_out) == (0, {"do not call": 3, "final": 2})
    asked = desk.preview("sale", "dnc", include_final=True)
    assert (asked.by_status, asked.left_out) == ({"sale": 2}, {"do not call": 3})


def test_somebody_whose_number_or_person_is_on_the_register_is_left_out(floor: Floor, desk: Desk) -> None:
    sold, busy, free = floor.lead(status="sale", **OUT), floor.lead(status="busy"), floor.lead(status="busy")
    floor.register_quietly(floor.phones(sold)[0].e164)
    floor.register_quietly(floor.phones(busy)[0].e164)
    found = desk.preview("sale", "busy", include_final=True)
    assert (found.recycled, found.left_out) == (1, {LeftOut.DO_NOT_CALL.value: 2})
    assert floor.row(free).status == "busy"


def test_a_lead_in_a_sellers_hands_is_left_out(floor: Floor, desk: Desk) -> None:
    floor.leads(2, status="busy")
    floor.fill()
    floor.take("ana")
    found = desk.preview("busy")
    assert (found.selected, found.recycled, found.left_out) == (2, 1, {LeftOut.IN_HANDS.value: 1})


def test_pending_callbacks_are_left_out_and_orphaned_ones_are_not(floor: Floor, desk: Desk) -> None:
    floor.callback(floor.lead(), floor.now + timedelta(days=1))
    floor.lead(status="callback")
    found = desk.preview("callback")
    assert (found.by_status, found.left_out) == ({"callback": 1}, {LeftOut.CALLBACK.value: 1})


def test_recycled_to_new_a_lead_may_be_called_at_once_and_otherwise_when_its_retry_comes(
    floor: Floor, desk: Desk
) -> None:
    due = floor.now + timedelta(hours=3)
    floor.lead(status="busy", next_attempt_at=due)
    assert desk.preview("busy").callable_now == 1
    again = desk.preview("busy", target="no_answer")
    assert (again.callable_now, again.later, again.next_at) == (0, 1, due)
    assert desk.preview("busy", target="no_answer", reset_attempts=True).callable_now == 1


def test_used_up_attempts_are_told_and_a_reset_brings_them_back(floor: Floor, desk: Desk) -> None:
    floor.leads(2, status="busy", dial_attempts=5, exhausted=True, **OUT)
    kept = desk.preview("busy")
    assert (kept.recycled, kept.callable_now, kept.exhausted) == (2, 0, 2)
    reset = desk.preview("busy", reset_attempts=True)
    assert (reset.callable_now, reset.exhausted) == (2, 0)


def test_a_paused_list_a_bad_number_and_a_status_not_retried_block(floor: Floor, desk: Desk) -> None:
    paused, bad, good = floor.lead(status="busy"), floor.lead(status="busy"), floor.lead(status="busy")
    floor.pause_list(paused)
    floor.bad(bad, floor.phones(bad)[0].e164)
    found = desk.preview("busy")
    assert (found.recycled, found.callable_now, found.blocked) == (3, 1, 2)
    floor.set(recyclable=("no_answer",))
    assert desk.preview("busy", target="congestion").blocked == 3
    assert floor.row(good).status == "busy"


def test_outside_calling_hours_they_are_called_when_the_hours_begin(floor: Floor, desk: Desk) -> None:
    floor.lead(status="busy")
    floor.set(hours=parse_hours("13:00-15:00"))
    found = desk.preview("busy")
    assert (found.callable_now, found.later) == (0, 1)
    assert found.next_at == floor.now.replace(hour=13, minute=0)
    floor.set_active(False)
    assert (desk.preview("busy").later, desk.preview("busy").next_at) == (1, None)


def test_every_filter_narrows(floor: Floor, desk: Desk) -> None:
    wanted = floor.lead(
        status="busy",
        owner_id=floor["ana"].user_id,
        campaign_resolution="NF",
        dial_attempts=3,
        last_dial_attempt=floor.now - timedelta(days=10),
    )
    floor.lead(status="busy", dial_attempts=1, last_dial_attempt=floor.now)
    with floor.database.transaction() as session:
        from domain.contacts.models import Contact

        session.get_one(Contact, floor.row(wanted).contact_id).tags = ["vip", "old"]
    for narrowed in (
        {"list_id": floor.row(wanted).list_id},
        {"seller_id": floor["ana"].user_id},
        {"resolution": "NF"},
        {"tag": "vip"},
        {"min_attempts": 2},
        {"last_before": floor.now - timedelta(days=1)},
    ):
        assert desk.preview(filters=Filters(("busy",), **narrowed)).selected == 1, narrowed
    assert desk.preview(filters=Filters(("busy",), max_attempts=1)).selected == 1
    assert desk.preview(filters=Filters(("busy",), tag="v")).selected == 0
    assert desk.preview("busy").selected == 2


def test_filters_survive_being_kept_and_read_as_words(floor: Floor) -> None:
    filters = Filters(
        ("busy", "no_status"), list_id=4, resolution="NF", tag="vip", min_attempts=2, last_before=floor.now
    )
    assert Filters.from_json(filters.as_json()) == filters
    assert filters.in_words(list_name="March", when="yesterday") == (
        "Busy, No status · list March · resolution NF · tag vip · at least 2 attempts"
        " · last attempt before yesterday"
    )


@pytest.mark.parametrize(
    ("filters", "target"),
    [
        (Filters(()), "new"),
        (Filters(("bussy",)), "new"),
        (Filters(("busy",)), "callback"),
        (Filters(("busy",)), "sale"),
        (Filters(("busy",)), "contacted"),
        (Filters(("busy",)), "nonsense"),
        (Filters(("busy",), resolution="XX"), "new"),
        (Filters(("busy",), min_attempts=3, max_attempts=2), "new"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(desk: Desk, filters: Filters, target: str) -> None:
    with pytest.raises(Invalid):
        desk.preview(filters=filters, target=target)


def test_sellers_may_not_and_other_shops_cannot_preview(floor: Floor, desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.preview("busy", who="ana")
    other = Desk(Floor(floor.database, settings=CampaignSettings()))
    other.floor.campaign_id = floor.campaign_id
    with pytest.raises(NotFound):
        other.preview("busy")


def test_a_preview_costs_two_statements_and_writes_nothing(floor: Floor, desk: Desk) -> None:
    leads = floor.leads(3, status="busy")
    with desk.counted(2):
        desk.preview("busy")
    assert [floor.row(lead).version for lead in leads] == [1, 1, 1]

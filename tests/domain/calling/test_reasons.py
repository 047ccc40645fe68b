"""Reasons: never asked, offered after the outcome, required before it (calling specification, 1.4)."""

from __future__ import annotations

import pytest

from domain.calling import reason_list
from domain.calling.action_seed import ACTION_SEED, REASON_SEED
from domain.codes import Resolution
from domain.errors import Conflict, Invalid, NotFound
from tests.support.floor import Floor


def without_reasons(floor: Floor, resolution: Resolution) -> None:
    with floor.database.transaction() as session:
        for line in reason_list.listing(session, actor=floor["root"], resolution=resolution):
            reason_list.edit(
                session,
                actor=floor["root"],
                now=floor.now,
                resolution=resolution,
                code=line.code,
                active=False,
            )


def test_every_action_that_offers_reasons_ships_with_some(floor: Floor) -> None:
    for slug, meaning, _ in ACTION_SEED:
        assert bool(floor.action(slug).reasons) == (meaning["reason"] == "offered"), slug
    assert set(REASON_SEED) == {"NI", "DN", "LO", "AS", "EP", "UN"}


def test_offered_the_outcome_stands_at_once_and_the_digit_adds_the_reason(floor: Floor) -> None:
    lead_id = floor.lead()
    result = floor.handle("ana", "not-interested", lead_id)
    assert (result.reason, [reason.code for reason in result.reasons]) == (None, [1, 2, 3, 4, 5, 6])
    added = floor.add_reason("ana", 3)
    assert (added.reason, added.reasons) == (3, ())
    assert (floor.row(lead_id).resolution_reason, floor.row(lead_id).status) == (3, "not_interested")
    event = floor.events(lead_id)[-1]
    assert (event.kind, event.before, event.after) == (
        "reason", {"resolution_reason": None}, {"resolution_reason": 3},
    )  # fmt: skip


def test_the_next_person_does_not_hold_it_up(floor: Floor) -> None:
    first, _ = floor.leads(2)
    floor.handle("ana", "not-interested", first)
    floor.take("ana")
    floor.add_reason("ana", 2)
    assert floor.row(first).resolution_reason == 2


def test_it_may_be_given_with_the_outcome(floor: Floor) -> None:
    result = floor.handle("ana", "logistics", floor.lead(), reason=2)
    assert (result.reason, result.reasons) == (2, ())


def test_another_digit_changes_it(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-interested", lead_id)
    floor.add_reason("ana", 1)
    floor.add_reason("ana", 2)
    assert floor.row(lead_id).resolution_reason == 2


def test_after_the_next_outcome_the_digit_is_the_next_ones(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.handle("ana", "not-interested", first)
    floor.handle("ana", "uncontactable", second)
    floor.add_reason("ana", 4)
    assert (floor.row(first).resolution_reason, floor.row(second).resolution_reason) == (None, 4)


def test_after_the_next_outcome_without_reasons_a_digit_says_nothing(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.handle("ana", "not-interested", first)
    floor.handle("ana", "not-found", second)
    with pytest.raises(Invalid):
        floor.add_reason("ana", 1)
    assert floor.row(first).resolution_reason is None


def test_after_the_next_dial_it_is_too_late(floor: Floor) -> None:
    first, second = floor.leads(2)
    floor.handle("ana", "not-interested", first)
    assert floor.next_id("ana") == second
    floor.later(seconds=5)
    floor.dial("ana", second)
    with pytest.raises(Conflict) as refused:
        floor.add_reason("ana", 1)
    assert refused.value.code == "too_late"
    assert floor.row(first).resolution_reason is None


def test_without_any_outcome_there_is_nothing_to_explain(floor: Floor) -> None:
    with pytest.raises(NotFound):
        floor.add_reason("ana", 1)


def test_one_that_is_not_of_this_resolution_is_refused(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    with pytest.raises(Invalid) as refused:
        floor.record("ana", lead_id, "not-interested", reason=77)
    assert refused.value.code == "unknown_reason"
    assert floor.row(lead_id).version == 1
    floor.record("ana", lead_id, "not-interested")
    with pytest.raises(Invalid):
        floor.add_reason("ana", 77)


def test_required_the_outcome_waits_for_it_and_nothing_is_written(floor: Floor) -> None:
    floor.edit_action("not-interested", reason="required")
    lead_id = floor.lead()
    floor.take("ana")
    with pytest.raises(Invalid) as refused:
        floor.record("ana", lead_id, "not-interested", note="hm")
    assert refused.value.code == "reason_required"
    assert (floor.calls(lead_id), floor.activities(lead_id), floor.row(lead_id).version) == ([], [], 1)
    assert floor.record("ana", lead_id, "not-interested", reason=1).reason == 1


@pytest.mark.parametrize("mode", ["offered", "required"])
def test_where_none_are_configured_nothing_is_asked(floor: Floor, mode: str) -> None:
    floor.edit_action("not-interested", reason=mode)
    without_reasons(floor, Resolution.NI)
    result = floor.handle("ana", "not-interested", floor.lead())
    assert (result.status, result.reason, result.reasons) == ("not_interested", None, ())


def test_never_asks_nothing_even_where_there_are_reasons(floor: Floor) -> None:
    floor.edit_action("not-interested", reason="never")
    assert floor.handle("ana", "not-interested", floor.lead()).reasons == ()


def test_a_reason_belongs_to_the_lead_until_it_was_changed_by_somebody_else(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-interested", lead_id)
    floor.edit(lead_id, priority=10)
    with pytest.raises(Conflict, match="already handled by sup"):
        floor.add_reason("ana", 1)


def test_an_outcome_with_its_reason_is_undone_in_one(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "not-interested", lead_id)
    floor.add_reason("ana", 1)
    floor.undo("ana")
    lead = floor.row(lead_id)
    assert (lead.status, lead.campaign_resolution, lead.resolution_reason) == ("new", None, None)

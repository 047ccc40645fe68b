"""An outcome sent again, because nobody knows whether it arrived when the connection broke: recorded once."""

from __future__ import annotations

import pytest

from domain.calling.views import OutcomeResult
from domain.errors import Conflict, DomainError
from tests.support.floor import Floor


def pressed(floor: Floor, who: str, lead_id: int, version: int, action: str = "not-found") -> OutcomeResult:
    return floor.record(who, lead_id, action, expected_version=version)


def outcomes(floor: Floor, lead_id: int) -> list[str]:
    return [event.kind for event in floor.events(lead_id) if event.kind.startswith("outcome")]


@pytest.mark.parametrize("owner", [None, "ana"])
@pytest.mark.parametrize("action", ["not-found", "not-interested", "do-not-call"])
def test_the_same_outcome_again_is_told_as_recorded_and_written_once(
    floor: Floor, owner: str | None, action: str
) -> None:
    lead_id = floor.own(owner, 1)[0] if owner else floor.lead()
    version = floor.hold("ana", lead_id).version if not owner else floor.take("ana").version
    first = pressed(floor, "ana", lead_id, version, action)
    stands = floor.row(lead_id).model_dump()
    again = pressed(floor, "ana", lead_id, version, action)
    assert (again.event_id, again.status, again.resolution) == (
        first.event_id,
        first.status,
        first.resolution,
    )
    assert (again.next_attempt_at, again.exhausted) == (first.next_attempt_at, first.exhausted)
    assert outcomes(floor, lead_id) == ["outcome"]
    assert floor.row(lead_id).model_dump() == stands
    assert len(floor.calls(lead_id)) == 1


def test_another_outcome_after_it_is_refused(floor: Floor) -> None:
    lead_id = floor.own("ana", 1)[0]
    version = floor.take("ana").version
    pressed(floor, "ana", lead_id, version)
    with pytest.raises(Conflict, match="already handled by ana"):
        pressed(floor, "ana", lead_id, version, "not-interested")
    assert outcomes(floor, lead_id) == ["outcome"]


def test_one_that_was_taken_back_meanwhile_is_not_told_as_recorded(floor: Floor) -> None:
    lead_id = floor.lead()
    version = floor.hold("ana", lead_id).version
    pressed(floor, "ana", lead_id, version)
    floor.undo("ana")
    with pytest.raises(Conflict):
        pressed(floor, "ana", lead_id, version)
    assert floor.row(lead_id).status == "new"


def test_somebody_elses_outcome_is_not_mine(floor: Floor) -> None:
    lead_id = floor.lead()
    version = floor.hold("ana", lead_id).version
    pressed(floor, "ana", lead_id, version)
    with pytest.raises(DomainError):
        pressed(floor, "eva", lead_id, version)
    assert outcomes(floor, lead_id) == ["outcome"]


def test_without_a_version_every_outcome_is_one_of_its_own(floor: Floor) -> None:
    lead_id = floor.own("ana", 1)[0]
    floor.take("ana")
    floor.record("ana", lead_id, "not-found")
    floor.record("ana", lead_id, "not-found")
    assert outcomes(floor, lead_id) == ["outcome", "outcome"]

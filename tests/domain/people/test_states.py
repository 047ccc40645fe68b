"""What a seller does, one state after another, and the time that is summed up of them."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.codes import SellerState
from domain.people import states
from domain.people.models import SellerStateEvent
from storage import figures
from tests.support.floor import Floor


def enter(floor: Floor, state: SellerState, seconds: float) -> None:
    with floor.database.transaction() as session:
        at = floor.now + timedelta(seconds=seconds)
        states.enter(session, actor=floor["ana"], state=state, now=at, campaign_id=floor.campaign_id)


def seen(floor: Floor) -> list[tuple[str, float]]:
    """Every state of Ana with the seconds after noon at which it began, in order."""
    rows = select(col(SellerStateEvent.state), col(SellerStateEvent.at)).where(
        col(SellerStateEvent.organisation_id) == floor.organisation_id,
        col(SellerStateEvent.seller_id) == floor["ana"].user_id,
    )
    with floor.database.reading() as session:
        ordered = session.execute(rows.order_by(col(SellerStateEvent.at), col(SellerStateEvent.id))).all()
    return [(state, round((at - floor.now).total_seconds(), 3)) for state, at in ordered]


def test_a_state_that_comes_late_is_the_latest_and_the_sums_stay_right(floor: Floor) -> None:
    enter(floor, SellerState.READY, 0)
    enter(floor, SellerState.PAUSED, 10)
    enter(floor, SellerState.WRAP_UP, 5)
    enter(floor, SellerState.AWAY, 30)
    assert seen(floor) == [("ready", 0), ("paused", 10), ("wrap_up", 10), ("away", 30)]
    with floor.database.reading() as session:
        assert "seller_state_figure" not in figures.differing(session)


@pytest.mark.postgresql
def test_two_terminals_of_one_seller_at_the_same_moment_wait_for_each_other(floor: Floor) -> None:
    enter(floor, SellerState.READY, 0)

    def press() -> None:
        for second in range(1, 15):
            enter(floor, SellerState.PAUSED if second % 2 else SellerState.READY, second)

    terminals = [Thread(target=press) for _ in range(3)]
    for each in terminals:
        each.start()
    for each in terminals:
        each.join()
    assert len(seen(floor)) == 1 + 3 * 14
    with floor.database.reading() as session:
        assert "seller_state_figure" not in figures.differing(session)

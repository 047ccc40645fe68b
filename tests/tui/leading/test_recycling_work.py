"""What a recycle does: preview, the question, the steps, stop and go on, undo, repair."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.calling import calls
from domain.codes import CallResult
from domain.errors import Unavailable
from domain.people import entry
from tests.tui.leading.crowd import PATIENCE, figure, leading, screen_of, statuses, until
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.recycling import RecyclingScreen
from tui.screens.message import MessageScreen


class Gate:
    """Lets a recycle pause after each step until the test says so."""

    def __init__(self, app: DialdeckApp) -> None:
        self.open = threading.Event()
        recycle = app.desk.recycle

        def gated(wanted: object, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> object:
            def told(done: int, total: int) -> None:
                tell(done, total)
                assert self.open.wait(PATIENCE)

            return recycle(wanted, told, stop)

        app.desk.recycle = gated


async def test_the_preview_and_the_question_say_the_same_and_no_changes_nothing(
    crowded_shop: SmallShop,
) -> None:
    before = statuses(crowded_shop)
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a", "p")
        assert isinstance(app.screen, MessageScreen)
        assert figure(app, "Will be recycled to New") == 45
        assert figure(app, "↻ No answer") == 30
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Put 45 leads back into play as New?" in shown(app)
        assert "No answer 30 · Busy 8 · Failed 6 · Callback 1" in shown(app)
        await press(pilot, "enter")
        assert screen_of(app).selected, "Enter leaves it as it is"
    assert statuses(crowded_shop) == before


async def test_a_recycle_is_listed_explained_and_taken_back(crowded_shop: SmallShop) -> None:
    before = statuses(crowded_shop)
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a", "enter", "y")
        assert statuses(crowded_shop) == {
            "new": 57, "callback": 3, "sale": 5, "not_interested": 2, "dnc": 1, "no_status": 3,
        }  # fmt: skip
        await press(pilot, "tab", "enter")
        assert isinstance(app.screen, MessageScreen)
        assert "today 12:00 by sofia" in shown(app)
        assert figure(app, "Recycled") == 45
        await press(pilot, "escape", "z")
        assert "45 leads recycled today 12:00 by sofia" in shown(app)
        await press(pilot, "y")
        assert "Undo of recycle #1: 45 leads stand as before." in shown(app)
        assert "↶ undone" in shown(app)
        await press(pilot, "z")
        assert isinstance(app.screen, RecyclingScreen), "nothing is left to take back"
    assert statuses(crowded_shop) == before


async def test_the_screen_stays_alive_esc_stops_and_it_goes_on_where_it_was(long_shop: SmallShop) -> None:
    app = leading(long_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        gate = Gate(app)
        await press(pilot, "c", "a", "enter")
        await pilot.press("y")
        await until(pilot, lambda: "2,000 of 4,500" in shown(app))
        assert "Recycling …" in shown(app)
        await pilot.press("right", "space", "f1")
        await until(pilot, lambda: "Keys that work here" in shown(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "stopping after this step" in shown(app))
        gate.open.set()
        await settled(pilot)
        assert "‖ Recycle #1 stopped: 2,000 leads put back so far. o goes on, z takes it back." in shown(
            app
        ).replace("\n ", " ")
        assert "‖ stopped" in shown(app)
        assert statuses(long_shop) == {"new": 2_012, "busy": 2_500}
        await press(pilot, "o", "y")
        assert "4,500 leads put back into play" in shown(app)
    assert statuses(long_shop) == {"new": 4_512}


async def test_leaving_in_the_middle_ends_with_the_step_and_loses_nothing(long_shop: SmallShop) -> None:
    app = leading(long_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        gate = Gate(app)
        await press(pilot, "c", "a", "enter")
        await pilot.press("y")
        await until(pilot, lambda: "2,000 of 4,500" in shown(app))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._leaving)
        assert app.return_value is None, "it waits for the step"
        gate.open.set()
        await until(pilot, lambda: app.return_value == 0)
    assert statuses(long_shop) == {"new": 2_012, "busy": 2_500}
    again = leading(long_shop)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "z", "y")
        assert "2,000 leads stand as before" in shown(again)
    assert statuses(long_shop) == {"new": 12, "busy": 4_500}


async def test_an_error_in_the_middle_is_told_and_the_screen_counts_again(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)

        def broken(*_given: object) -> object:
            raise Unavailable("The database is gone. [/x]")

        app.desk.recycle = broken
        await press(pilot, "c", "a", "enter", "y")
        assert isinstance(app.screen, MessageScreen)
        assert "The database is gone. [/x]" in shown(app)
        await press(pilot, "escape")
        assert "✕ Ended early; what was saved before stays." in shown(app)
        assert not screen_of(app).working


async def test_who_was_called_since_stays_and_is_counted(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "right", "right", "space", "enter", "y")
        assert "#1 today 12:00 sofia   Busy → New" in shown(app)
        crowded_shop.clock.forward(minutes=1)

        def call(session: Session) -> None:
            recycled = text("SELECT min(lead_id) FROM history_event WHERE batch_id = 1")
            called = calls.ReportedCall(
                session.execute(recycled).scalar_one(), CallResult.NO_ANSWER, crowded_shop.clock()
            )
            root = entry.sign_in(session, name="root", password=None, now=crowded_shop.clock())
            calls.record(session, actor=root, call=called, now=crowded_shop.clock())

        crowded_shop.write(call)
        await press(pilot, "r")
        assert "8 of 8 recycled · called 1 · contacted 0 · sold 0" in shown(app)
        await press(pilot, "z", "y")
        assert "7 leads stand as before. 1 was touched since and stays." in shown(app)


@pytest.mark.parametrize("place", ["recycling", "why"])
async def test_problems_are_tried_out_shown_and_set_right(crowded_shop: SmallShop, place: str) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c" if place == "recycling" else "w", "F")
        assert isinstance(app.screen, ConfirmScreen)
        assert figure(app, "No status") == 3
        assert "nothing has changed yet" in shown(app)
        assert statuses(crowded_shop)["no_status"] == 3
        await press(pilot, "n")
        assert "Nothing was changed." in shown(app)
        await press(pilot, "F", "y")
        assert "✓ 3 leads of 3 set right." in shown(app)
        assert "no_status" not in statuses(crowded_shop)
        await press(pilot, "F")
        assert not isinstance(app.screen, ConfirmScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, CampaignsScreen)

"""Why is the queue empty: the funnel on screen, the people of a row, one of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from textual.pilot import Pilot

from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.app import DialdeckApp

OpenApp = Callable[..., DialdeckApp]
Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture
def mixed_shop(small_shop: SmallShop) -> SmallShop:
    """Some have no status, some are sold, some wait."""
    names = list(small_shop.leads)
    with small_shop.database.transaction() as session:
        for name, values in (
            (names[2], "status = NULL, queue_state = 9"),
            (names[5], "status = 'sale', queue_state = 9"),
            (names[6], "status = 'busy', queue_state = 0, next_attempt_at = '2025-11-20 15:30:00.000000'"),
        ):
            lead = {"id": small_shop.leads[name]}
            session.execute(text("DELETE FROM hopper_entry WHERE lead_id = :id"), lead)
            session.execute(text(f"UPDATE lead SET {values} WHERE id = :id"), lead)
    return small_shop


@SIZES
def test_the_funnel(snap_compare: Snap, mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "w")
        app = pilot.app
        assert "12 leads loaded" in shown(app)
        assert line_with(app, "no status").split()[-2] == "1"
        assert "final: Sale 1" in line_with(app, "final")
        assert "12:30" in line_with(app, "waiting for the next attempt")
        assert "9" in line_with(app, "callable now: in hopper").split()
        assert "= 12 ✓" in shown(app)

    assert snap_compare(DialdeckApp(mixed_shop.desk(), user="audrey"), terminal_size=size, run_before=run)


@SIZES
def test_the_people_of_a_row(snap_compare: Snap, mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "w", "enter")
        assert MARKUP in line_with(pilot.app, "No status")
        assert "1 person" in shown(pilot.app)

    assert snap_compare(DialdeckApp(mixed_shop.desk(), user="audrey"), terminal_size=size, run_before=run)


@SIZES
def test_one_lead(snap_compare: Snap, mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "w", "enter", "enter")
        assert MARKUP in shown(pilot.app)
        assert "✕ it has no status" in shown(pilot.app)

    assert snap_compare(DialdeckApp(mixed_shop.desk(), user="audrey"), terminal_size=size, run_before=run)


async def test_it_goes_back_the_way_it_came(mixed_shop: SmallShop) -> None:
    app = DialdeckApp(mixed_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "w", "enter", "enter", "escape")
        assert line_with(app, MARKUP)
        await press(pilot, "escape")
        assert "= 12 ✓" in shown(app)
        await press(pilot, "escape")
        assert "Spring subscriptions" in shown(app)


async def test_sellers_have_no_such_key(mixed_shop: SmallShop) -> None:
    app = DialdeckApp(mixed_shop.desk(), user="ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "why" not in shown(app).splitlines()[-1]
        await press(pilot, "w")
        assert "callable now" not in shown(app)

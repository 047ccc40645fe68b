"""How the campaign report looks; each picture asserts on its text before it is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from tests.tui.leading.crowd import leading
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop

Snap = Callable[..., bool]
Steps = Callable[[Pilot[object]], Awaitable[None]]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def steps(*keys: str, holds: tuple[str, ...]) -> Steps:
    """Open the report, press keys one by one, then find each of the texts on the screen."""

    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "r", *keys)
        for text in holds:
            assert text in shown(pilot.app), shown(pilot.app)
        assert pilot.app.return_code is None

    return run


@SIZES
def test_progress(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    holds = (
        "▸ 1 Progress",
        "12 leads",
        "Contacted                         4   33.3 %",
        "All leads and all days",
    )
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=steps(holds=holds))


@SIZES
def test_resolutions(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    holds = ("Success 16.7 % = 2 / 12 leads", "Success with direct sale         2   16.7 %")
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=steps("2", holds=holds))


@SIZES
def test_sellers(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    holds = ("▸ Ana Silva", "Conversion 50.0 % = 1 success / 2 contacts", "no rank: fewer than 30")
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=steps("5", holds=holds))


@SIZES
def test_over_time(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    holds = ("▸ Wed 19 Nov 2025", "contact rate 50.0 % = 2 contacts / 4 calls; 1 success")
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=steps("6", holds=holds))


@SIZES
def test_before_the_first_call(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    holds = ("No calls yet in what is chosen.",)
    assert snap_compare(leading(small_shop), terminal_size=size, run_before=steps("7", holds=holds))


@SIZES
def test_two_periods(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    run = steps(
        "f", *"today", "enter", "c", "enter", "4",
        holds=("Only: acted on Thu 20 Nov 2025", "Beside it: Spring subscriptions, acted on 2025-11-19",
               "this one: Contact rate", "+0.0 pp"),
    )  # fmt: skip
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=run)


@SIZES
def test_the_filters(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    run = steps(
        "f", *"this week", "tab", "tab", *"busy, no answer", "tab", *"none",
        holds=("Only: acted on Mon 17 Nov 2025 – Thu 20 Nov 2025", "status Busy, No", "none No resolution"),
    )  # fmt: skip
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=run)


@SIZES
def test_saved_filters(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    run = steps(
        "f", *"today", "enter", "s", *"[/x] day", "enter",
        holds=("✓ Kept as [/x] day.", "acted on Thu 20 Nov 2025"),
    )  # fmt: skip
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=run)


@SIZES
def test_to_a_file(snap_compare: Snap, called_shop: SmallShop, size: tuple[int, int]) -> None:
    run = steps("e", "down", holds=("report-spring-subscriptions-2025-11-20.csv", "CSV for a spreadsheet"))
    assert snap_compare(leading(called_shop), terminal_size=size, run_before=run)

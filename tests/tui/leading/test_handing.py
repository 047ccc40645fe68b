"""Handing leads out on screen: how it looks, numbers typed, evenly, filters, taking back, undo, and who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from textual import events
from textual.pilot import Pilot

from tests.tui.leading.crowd import leading, until
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.handing import HandingScreen
from tui.screens.message import MessageScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def owned(shop: SmallShop) -> dict[str, int]:
    """How many leads of the campaign each seller has, straight from the table."""
    with shop.database.reading() as session:
        rows = session.execute(
            text(
                "SELECT u.name, count(*) FROM lead l JOIN user_account u ON u.id = l.owner_id "
                "WHERE l.campaign_id = :id GROUP BY u.name"
            ),
            {"id": shop.campaigns["spring"]},
        )
        return {str(name): int(leads) for name, leads in rows}


def screen_of(app: DialdeckApp) -> HandingScreen:
    assert isinstance(app.screen, HandingScreen)
    return app.screen


@SIZES
def test_sellers_with_what_they_have_and_what_they_get(
    snap_compare: Snap, crowded_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "a", "1", "2", "down", "7")
        assert "71 open leads are nobody's · 19 typed" in shown(pilot.app)
        assert "open leads" in shown(pilot.app)
        assert "the morning's pool" in shown(pilot.app)
        assert "Nothing was handed out in this campaign yet." in shown(pilot.app)

    assert snap_compare(leading(crowded_shop), terminal_size=size, run_before=run)


@SIZES
def test_what_was_handed_out(snap_compare: Snap, crowded_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "a", "1", "2", "enter", "y")
        assert "✓ 12 leads handed out: ana 12. z undoes it." in shown(pilot.app)
        assert "#1 today 12:00 sofia  → ana 12" in shown(pilot.app)

    assert snap_compare(leading(crowded_shop), terminal_size=size, run_before=run)


async def test_numbers_are_typed_shown_beforehand_asked_and_handed_out(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "2", "5", "backspace", "0", "down", "5")
        assert list(screen_of(app).numbers.values()) == [20, 5]
        await press(pilot, "p")
        assert isinstance(app.screen, MessageScreen)
        assert "finished" in shown(app)
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Hand 25 leads out?" in shown(app)
        assert "ana 20, bruno 5" in shown(app)
        await press(pilot, "n")
        assert owned(crowded_shop) == {}
        await press(pilot, "enter", "y")
        assert "✓ 25 leads handed out: ana 20, bruno 5." in shown(app).replace("\n ", " ")
    assert owned(crowded_shop) == {"ana": 20, "bruno": 5}


async def test_numbers_typed_at_once_stand_on_the_lines_they_were_typed_on(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a")
        for key in ("6", "down", "7", "0", "backspace", "down", "1", "2", "enter"):
            character = {"backspace": "\x08", "enter": "\r"}.get(key, key if len(key) == 1 else None)
            app.post_message(events.Key(key, character))
        await settled(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        assert "Hand 25 leads out?" in shown(app)
        await press(pilot, "n")
        assert list(screen_of(app).numbers.values()) == [6, 7, 12]


async def test_evenly_all_there_are_or_so_many(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "e", "8", "enter")
        assert list(screen_of(app).numbers.values()) == [3, 3, 2]
        await press(pilot, "enter", "y")
        assert owned(crowded_shop) == {"ana": 3, "bruno": 3, "carla": 2}
        await press(pilot, "e", "enter")
        assert "all evenly to 3" in shown(app)
        assert "a share" in shown(app)
        await press(pilot, "4")
        assert list(screen_of(app).numbers.values()) == [4], "a number takes the place of the shares"
        await press(pilot, "n")
        assert screen_of(app).numbers == {}


async def test_only_the_chosen_ones_and_into_a_shifts_pool(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "f")
        await press(pilot, "2", "enter")
        assert "only at least 2 attempts" in shown(app)
        await press(pilot, "down", "down", "down", "9", "enter")
        assert "the morning's pool 9" in shown(app)
        await press(pilot, "y")
    with crowded_shop.database.reading() as session:
        wanted = "SELECT count(*), min(dial_attempts) FROM lead WHERE shift_wanted = 'morning'"
        assert tuple(session.execute(text(wanted)).one()) == (9, 2)


async def test_a_hand_out_is_undone_and_leads_are_taken_back(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "6", "enter", "y", "z")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "y")
        assert "Undo of #1: 6 leads are as before." in shown(app)
        assert "↶ undone" in shown(app)
        assert owned(crowded_shop) == {}
        await press(pilot, "6", "down", "3", "enter", "y", "x")
        assert "Take 3 leads back into the pool?" in shown(app)
        assert "bruno" in shown(app)
        await press(pilot, "y")
        assert "✓ 3 leads taken back." in shown(app)
        assert owned(crowded_shop) == {"ana": 6}
        await press(pilot, "X", "y")
        assert owned(crowded_shop) == {}
        await press(pilot, "x")
        assert "No lead to take back" in shown(app)


async def test_everything_about_one_of_the_past(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "4", "c", "enter", "y", "G", "enter")
        assert isinstance(app.screen, MessageScreen)
        assert "4  ana of 4 asked for" in shown(app)
        assert "Callbacks stayed" in shown(app)
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, CampaignsScreen)


async def test_it_is_stopped_in_the_middle_and_goes_on(long_shop: SmallShop) -> None:
    app = leading(long_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        hand_out = app.desk.hand_out
        app.desk.hand_out = lambda wanted, tell, stop: hand_out(wanted, tell, iter([False, True]).__next__)
        await press(pilot, "a", "4", "0", "0", "0", "enter", "y")
        await until(pilot, lambda: "stopped: 2,000 leads handed out so far" in shown(app))
        assert owned(long_shop) == {"ana": 2_000}
        await press(pilot, "G", "o", "y")
        assert "✓ 4,000 leads handed out" in shown(app)
    assert owned(long_shop) == {"ana": 4_000}


async def test_an_auditor_looks_and_hands_nothing_out(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "a", "5", "enter")
        assert "handing out is for supervisors" in shown(app)
        await press(pilot, "p")
        assert isinstance(app.screen, MessageScreen)
        await press(pilot, "escape", "x", "z")
        assert isinstance(app.screen, HandingScreen)
    assert owned(crowded_shop) == {}

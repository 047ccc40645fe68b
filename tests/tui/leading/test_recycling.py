"""Recycling on screen: how it looks, and who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from textual.pilot import Pilot

from domain.codes import NO_STATUS_KEY
from tests.tui.leading.crowd import TOTAL, leading, screen_of, statuses
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui import commands
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading.recycling import RecyclingScreen
from tui.screens.leading.why import WhyScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


# ── how it looks ─────────────────────────────────────────────────────────────────────────────────────────────


@SIZES
def test_cards_and_figures(snap_compare: Snap, crowded_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "c", "a")
        app = pilot.app
        assert f"{TOTAL} leads · 48 recyclable" in shown(app)
        assert "[x] ↻ No answer" in shown(app)
        assert "[ ] ⚠ No status" in shown(app)
        assert "–  ✕ Sale" in shown(app)
        assert "Selected 48 leads in 4 statuses  →  45 recycled: 45 callable now" in shown(app)
        assert "3 pending callback" in shown(app)
        assert "⚠ 3 problems, F fixes them: 3 no status" in shown(app)
        assert "42.3 %" in shown(app)

    assert snap_compare(leading(crowded_shop), terminal_size=size, run_before=run)


@SIZES
def test_a_recycle_and_what_it_did(
    snap_compare: Snap, crowded_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "c", "a", "enter", "y")
        app = pilot.app
        assert "✓ Recycle #1: 45 leads put back into play. 3 stayed as they were." in shown(app)
        assert "#1 today 12:00 sofia" in shown(app)
        assert "✓ done" in shown(app)

    assert snap_compare(leading(crowded_shop), terminal_size=size, run_before=run)


@SIZES
def test_the_filters(snap_compare: Snap, crowded_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(
            pilot, "c", "f", "2", "tab", "3", "tab", *"2025-11-20", "tab", "tab", "tab", "tab", *"[/x]"
        )
        assert "tag [/x] · 2 to 3 attempts · last attempt before today 00:00" in shown(pilot.app)

    assert snap_compare(leading(crowded_shop), terminal_size=size, run_before=run)


def test_each_command_has_its_method() -> None:
    for name, screen in (("recycling", RecyclingScreen), ("why", WhyScreen)):
        for command in commands.for_screen(name):
            assert hasattr(screen, f"action_{command.action}"), command.id


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_auditors_look_and_change_nothing(crowded_shop: SmallShop) -> None:
    before = statuses(crowded_shop)
    app = leading(crowded_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a")
        assert "⚠ 3 problems: 3 no status" in shown(app)
        assert "45 recycled" in shown(app)
        await press(pilot, "enter", "z", "o", "F")
        assert isinstance(app.screen, RecyclingScreen)
        await press(pilot, "p")
        assert "Will be recycled to New" in shown(app)
    assert statuses(crowded_shop) == before


async def test_sellers_have_no_such_key(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "recycle" not in shown(app).splitlines()[-1]
        await press(pilot, "c")
        assert isinstance(app.screen, CampaignsScreen)


async def test_a_campaign_without_leads_says_how_to_bring_some(small_shop: SmallShop) -> None:
    small_shop.write(lambda session: session.execute(text("DELETE FROM hopper_entry")))
    small_shop.write(lambda session: session.execute(text("DELETE FROM lead")))
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "space", "a", "p", "enter", "z", "F", "down", "end", "G")
        assert "No leads yet. Bring people in: dialdeck leads import FILE" in shown(app)
        assert "none in this campaign yet" in shown(app)


@pytest.mark.parametrize("size", [(40, 12), (60, 14), (200, 60)])
async def test_it_can_be_used_in_any_terminal(crowded_shop: SmallShop, size: tuple[int, int]) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "c", "end")
        assert "⚠ No status" in shown(app), "the card one stands on can be seen"
        await press(pilot, "space", "tab")
        assert screen_of(app).selected == {NO_STATUS_KEY}

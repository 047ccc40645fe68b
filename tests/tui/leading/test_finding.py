"""Finding anybody of the shop: live while typing, page by page, Enter opens the lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading import finding
from tui.screens.leading.finding import FindScreen
from tui.screens.leading.lead import LeadScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


async def typed(pilot: Pilot[object], text: str) -> None:
    """Type it, and what comes of it."""
    await pilot.press(*text)
    assert isinstance(pilot.app.screen, FindScreen)
    pilot.app.screen.search()
    await settled(pilot)


@SIZES
def test_picture_of_the_search(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "status:new")
        assert MARKUP in line_with(pilot.app, "O[k]eefe")
        assert "13 leads" in shown(pilot.app)

    assert snap_compare(DialdeckApp(small_shop.desk(), user="audrey"), terminal_size=size, run_before=run)


async def test_a_name_without_accents_opens_the_lead(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "nunez")
        assert "Tomás Núñez" in shown(app)
        assert "1 lead" in shown(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, LeadScreen)
        assert app.screen.lead_id == small_shop.leads["Tomás Núñez"]
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, CampaignsScreen)


async def test_enter_looks_inside_names_where_nobody_begins_so(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "kafor")
        assert "Enter looks inside" in shown(app)
        await press(pilot, "enter")
        assert "Sam Okafor" in shown(app)


async def test_pages_are_turned(small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE", 5)
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "status:new")
        assert "María González" in shown(app)
        await press(pilot, "pagedown")
        assert "page 2" in shown(app)
        assert "María González" not in shown(app)
        await press(pilot, "pageup")
        assert "María González" in shown(app)


async def test_a_status_nobody_knows_is_said_in_the_line(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        await typed(pilot, "status:bussy")
        assert "no such status" in shown(app)


async def test_sellers_have_no_search_of_everybody(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "slash")
        assert isinstance(app.screen, CampaignsScreen)

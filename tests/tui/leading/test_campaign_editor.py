"""A campaign's settings on screen: typed, judged beside the field, written whole; a new campaign."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select
from textual.pilot import Pilot
from textual.widgets import TextArea

from domain.campaigns.models import Campaign
from tests.tui.leading.crowd import leading
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import SmallShop
from tui import commands
from tui.screens.ask_text import TextScreen
from tui.screens.campaigns import CampaignsScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.campaign import CampaignScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
SPRING = "Spring subscriptions"


def _campaign(shop: SmallShop, name: str = SPRING) -> Campaign | None:
    with shop.database.reading() as session:
        return session.exec(select(Campaign).where(Campaign.name == name)).first()


async def _put(pilot: Pilot[object], key: str, text: str) -> None:
    """Type another text for a setting."""
    screen = pilot.app.screen
    assert isinstance(screen, CampaignScreen)
    screen.rows.highlighted = [row.key for row in screen.rows._rows].index(key)
    await press(pilot, "enter", *text, "enter")


@SIZES
def test_the_settings_and_what_is_wrong(
    snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "e")
        await _put(pilot, "end_date", "2025-12-24")
        await _put(pilot, "start_date", "2026-01-02")
        app = pilot.app
        assert SPRING in line_with(app, "Name")
        assert "2026-01-02" in line_with(app, "• First day")
        assert "✕ The campaign would end" in line_with(app, "• Last day")
        assert "✕ Last day: The campaign would end before it starts." in shown(app)

    assert snap_compare(leading(small_shop), terminal_size=size, run_before=run)


@SIZES
def test_the_script_beside_its_preview(
    snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "e", "G", "enter")
        assert "# Hello {name}" in shown(pilot.app)
        if size[0] < 100:
            await press(pilot, "f4")
        assert "• Two for one until Friday" in shown(pilot.app)

    assert snap_compare(leading(small_shop), terminal_size=size, run_before=run)


async def test_changes_are_written_together_when_they_are_saved(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "e")
        await _put(pilot, "name", "Summer")
        await _put(pilot, "hours_mon", "9-13, 14-20")
        await _put(pilot, "max_attempts", "7")
        assert "3 settings changed; s saves" in shown(app)
        before = _campaign(small_shop)
        assert before is not None
        assert before.max_attempts == 5
        await press(pilot, "s")
        assert "✓ Summer is saved." in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, CampaignsScreen)
        assert "Summer" in shown(app)
    after = _campaign(small_shop, "Summer")
    assert after is not None
    assert (after.max_attempts, after.hours["mon"]) == (7, ["09:00-13:00", "14:00-20:00"])


async def test_what_is_wrong_by_itself_is_told_while_it_is_typed(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "e")
        await _put(pilot, "promotion_days", "soon")
        assert isinstance(app.screen, TextScreen), "Enter waits for something that can be used"
        assert "✕ soon is no number." in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, CampaignScreen)
        assert not app.screen.changed


async def test_with_something_wrong_nothing_is_saved_and_one_change_is_taken_back(
    small_shop: SmallShop,
) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "e")
        await _put(pilot, "max_attempts", "9")
        await _put(pilot, "region", "XX")
        await press(pilot, "s")
        assert "✕ XX is no region" in line_with(app, "• Region")
        found = _campaign(small_shop)
        assert found is not None
        assert found.max_attempts == 5
        await press(pilot, "z", "s")
        assert "is saved" in shown(app)
    found = _campaign(small_shop)
    assert found is not None
    assert (found.max_attempts, found.region) == (9, "US")


async def test_leaving_with_changes_asks(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "e")
        await _put(pilot, "max_attempts", "9")
        await press(pilot, "escape")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "n")
        assert isinstance(app.screen, CampaignScreen)
        await press(pilot, "escape", "y")
        assert isinstance(app.screen, CampaignsScreen)
    found = _campaign(small_shop)
    assert found is not None
    assert found.max_attempts == 5


async def test_a_new_campaign_is_made_with_a_script(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "n")
        assert "New campaign" in shown(app)
        await _put(pilot, "name", f"{SPRING}")
        assert "✕ There is already a campaign called" in line_with(app, "• Name")
        await _put(pilot, "name", "Winter [/x]")
        await press(pilot, "G", "enter")
        app.screen.query_one(TextArea).text = "# Good day"
        await press(pilot, "f2", "s")
        assert "✓ Winter [/x] is saved." in shown(app)
    found = _campaign(small_shop, "Winter [/x]")
    assert found is not None
    assert (found.script, found.active) == ("# Good day", True)


async def test_auditors_look_and_sellers_have_no_such_keys(small_shop: SmallShop) -> None:
    app = leading(small_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "e", "enter")
        assert isinstance(app.screen, CampaignScreen), "nothing opens to be changed"
        await press(pilot, "escape", "n")
        assert isinstance(app.screen, CampaignsScreen)
    app = leading(small_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "e", "n", "K")
        assert isinstance(app.screen, CampaignsScreen)


def test_each_command_has_its_method() -> None:
    for command in commands.for_screen("campaign"):
        assert hasattr(CampaignScreen, f"action_{command.action}"), command.id

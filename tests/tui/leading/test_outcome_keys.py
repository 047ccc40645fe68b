"""Outcome keys and reasons on screen: an administrator changes them, a clash is told, the others look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from domain.calling import actions, reason_list
from domain.calling.views import ActionView
from tests.tui.leading.crowd import leading
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import SmallShop
from tui import commands
from tui.screens.leading.outcome_keys import OutcomeKeysScreen
from tui.screens.leading.reason_texts import ReasonsScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def _action(shop: SmallShop, slug: str) -> ActionView:
    with shop.database.reading() as session:
        found = actions.for_console(session, organisation_id=1, include_inactive=True)
    return next(each for each in found if each.slug == slug)


async def _stand_on(pilot: Pilot[object], key: str) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, OutcomeKeysScreen | ReasonsScreen)
    screen.rows.highlighted = [row.key for row in screen.rows._rows].index(key)
    await settled(pilot)


@SIZES
def test_the_keys(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "K")
        assert "sale · 4 · S2" in line_with(pilot.app, "Sale")
        assert "Not interested" in shown(pilot.app)

    assert snap_compare(leading(small_shop, "root"), terminal_size=size, run_before=run)


@SIZES
def test_the_reasons(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "K", "r")
        assert shown(pilot.app).splitlines()[3].strip() == "NI  Not interested", (
            "those with reasons come first"
        )
        assert "price" in shown(pilot.app)

    assert snap_compare(leading(small_shop, "root"), terminal_size=size, run_before=run)


async def test_label_key_and_asking_again_are_changed(small_shop: SmallShop) -> None:
    app = leading(small_shop, "root")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "K")
        await _stand_on(pilot, "busy")
        await press(pilot, "enter", "enter", *"Engaged", "enter")
        assert "✓ Engaged was changed." in shown(app)
        await press(pilot, "enter", "down", "enter", "B", "enter")
        await press(pilot, "enter", "down", "down", "down", "enter")
        assert "press twice" in line_with(app, "Engaged")
        await press(pilot, "space")
        assert "✕ not in the console" in line_with(app, "Engaged")
    found = _action(small_shop, "busy")
    assert (found.label, found.key, found.confirm, found.active) == ("Engaged", "B", True, False)


async def test_a_key_another_action_has_is_told_and_nothing_changes(small_shop: SmallShop) -> None:
    app = leading(small_shop, "root")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "K")
        await _stand_on(pilot, "busy")
        await press(pilot, "enter", "down", "enter", "s", "enter")
        assert "✕ The key s already belongs to sale; choose another." in shown(app)
        await press(pilot, "enter", "down", "enter", "k", "enter")
        assert "in the console; choose another." in shown(app)
    assert _action(small_shop, "busy").key == "o"


async def test_an_action_of_the_shop_is_added_and_what_it_sets_is_changed(small_shop: SmallShop) -> None:
    app = leading(small_shop, "root")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "K", "n", *"Moved away", "tab", "s", "enter")
        assert "✕ The key s already belongs to sale; choose another." in shown(app)
        await press(pilot, "backspace", "ñ", "enter")
        assert "✓ Moved away is in the console." in shown(app)
        assert "not_interested · 4 · NI" in line_with(app, "Moved away")
        await _stand_on(pilot, "moved-away")
        app.screen._what(_action(small_shop, "moved-away"), "resolution")
        await settled(pilot)
        assert "LO Logistics" in shown(app)
        await press(pilot, "j", "j", "enter")
        assert "not_interested · 4 · LO" in line_with(app, "Moved away")
    found = _action(small_shop, "moved-away")
    assert (found.key, found.resolution, found.active, found.origin) == ("ñ", "LO", True, "shop")


async def test_reasons_get_texts_rest_and_are_added(small_shop: SmallShop) -> None:
    app = leading(small_shop, "root")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "K", "r")
        await _stand_on(pilot, "NI:1")
        await press(pilot, "enter", *"Dear", "enter")
        assert "✓ Dear is kept." in shown(app)
        await press(pilot, "space")
        assert "✕ not offered" in line_with(app, "Dear")
        await press(pilot, "n", *"Holidays", "enter")
        assert "✓ Holidays is kept." in shown(app)
        await _stand_on(pilot, "SC:")
        await press(pilot, "enter", "space")
        assert isinstance(app.screen, ReasonsScreen), "there is nothing to change yet"
        await press(pilot, "n", *"Asked", "enter")
        assert "1   Asked" in shown(app)
    with small_shop.database.reading() as session:
        root = leading(small_shop, "root").desk
        root._database = small_shop.database
        lines = reason_list.listing(session, actor=root.sign_in("root"))
    mine = {each.label: each for each in lines if each.resolution == "NI"}
    assert mine["Dear"].code == 1
    assert not mine["Dear"].active
    assert mine["Holidays"].code == max(each.code for each in mine.values())


async def test_supervisors_look_and_change_nothing(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "K", "enter", "space")
        assert isinstance(app.screen, OutcomeKeysScreen)
        assert "An administrator changes them." in shown(app)
        await press(pilot, "r", "n", "enter")
        assert isinstance(app.screen, ReasonsScreen)
    assert _action(small_shop, "sale").active


def test_each_command_has_its_method() -> None:
    for name, screen in (("outcomes", OutcomeKeysScreen), ("reasons", ReasonsScreen)):
        for command in commands.for_screen(name):
            assert hasattr(screen, f"action_{command.action}"), command.id

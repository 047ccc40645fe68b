"""Keys, help, palette, themes and the last line, on the running application."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tui.screens_text import line_with, settled, shown
from tests.tui.shop import MARKUP
from tui import theme
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.help import HelpScreen
from tui.screens.message import MessageScreen
from tui.screens.sign_in import SignInScreen

OpenApp = Callable[..., DialdeckApp]


async def test_what_is_wrong_with_the_keymap_is_told_once_at_the_start(open_app: OpenApp) -> None:
    app = open_app(user="ana", keymap={"console.dail": "x", "[/x]": "y"}, theme="no-such-theme")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, MessageScreen)
        assert "no command console.dail. Did you mean" in shown(app)
        assert "there is no command [/x]" in shown(app)
        assert "no theme no-such-theme. There are dark," in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.theme == theme.DARK


async def test_a_theme_may_be_called_by_its_short_name(open_app: OpenApp) -> None:
    app = open_app(user="ana", theme="light")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.theme == theme.LIGHT


async def test_a_moved_key_works_and_is_the_one_shown(open_app: OpenApp) -> None:
    app = open_app(user="ana", keymap={"campaigns.sign_out": "x"})
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "x sign out" in line_with(app, "sign out")
        await pilot.press("o")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        await pilot.press("f1")
        await settled(pilot)
        assert line_with(app, "sign out").split("│")[1].split()[0] == "x"
        await pilot.press("escape", "x")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_help_searches_and_enter_runs(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("question_mark", *"somebody else")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert "refresh" not in shown(app).split("Application")[0].split("▸")[1]
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_help_finds_nothing_without_falling_over(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("f1", *"[/x]", "enter", "down")
        await settled(pilot)
        assert "No key here has that" in shown(app)


async def test_f9_goes_round_the_themes(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        seen = []
        for _each in theme.ROUND:
            await pilot.press("f9")
            await settled(pilot)
            seen.append(app.theme)
            assert "Spring subscriptions" in shown(app)
        assert seen == [*theme.ROUND[1:], theme.ROUND[0]]


async def test_every_theme_there_is_can_be_used(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        for name in app.available_themes:
            app.use_theme(name)
            await pilot.pause()
            assert "Spring subscriptions" in shown(app)


async def test_the_palette_finds_a_command_and_runs_it(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"sign out")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_the_last_line_can_be_clicked(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        line = line_with(app, "sign out")
        await pilot.click(offset=(line.index("sign out"), 23))
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


@pytest.mark.parametrize("width", [20, 40, 60, 80])
async def test_the_last_line_keeps_help_whatever_the_width(open_app: OpenApp, width: int) -> None:
    app = open_app(user="ana")
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(pilot)
        assert "F1 help" in shown(app).splitlines()[-1]


async def test_copying_shows_what_was_copied(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test(notifications=True) as pilot:
        await settled(pilot)
        app.copy(f"{MARKUP} +12125550123", "the number")
        await settled(pilot)
        assert app.clipboard == f"{MARKUP} +12125550123"
        assert f"Copied the number: {MARKUP}" in shown(app)


async def test_the_palette_says_what_to_do_when_nothing_is_found(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"xyz[/x]")
        await settled(pilot)
        assert "No command has “xyz[/x]” in its name" in shown(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "Keys that work here" in shown(app)

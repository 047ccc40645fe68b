"""Pictures of the screens outside the console, each with what must be readable on it.

A picture alone does not notice a crash, so every one asserts on its text before it is taken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from domain.errors import Conflict
from tests.tui.screens_text import line_with, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.app import DialdeckApp
from tui.screens.confirm import ConfirmScreen
from tui.screens.first_start import FirstStartScreen

OpenApp = Callable[..., DialdeckApp]
Snap = Callable[..., bool]
Steps = Callable[[Pilot[object]], Awaitable[None]]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def steps(*keys: str, holds: tuple[str, ...] = ()) -> Steps:
    """Press keys one by one, then find each of the texts on the screen."""

    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        for text in holds:
            assert text in shown(pilot.app), shown(pilot.app)
        assert pilot.app.return_code is None

    return run


@SIZES
def test_sign_in(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    holds = ("Who is working here?", "▸ ana", MARKUP, "supervisor", "F1 help")
    assert snap_compare(open_app(), terminal_size=size, run_before=steps(holds=holds))


@SIZES
def test_wrong_password(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    run = steps(*"sofia", "enter", *"guess", "enter", holds=("✕ That is not the password of sofia.",))
    assert snap_compare(open_app(), terminal_size=size, run_before=run)


@SIZES
def test_campaigns(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await steps(holds=("▸ Spring subscriptions", "● open", "☾ closed", f"{MARKUP} Renewals"))(pilot)
        assert "12" in line_with(pilot.app, "Spring").split()
        assert "today 17:00 (in 5 h)" in line_with(pilot.app, "closed")

    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@pytest.mark.parametrize("theme", ["dialdeck-light", "dialdeck-contrast", "ansi-dark"])
def test_themes(snap_compare: Snap, open_app: OpenApp, theme: str) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await steps(holds=("▸ Spring subscriptions", "● open"))(pilot)
        assert pilot.app.theme == theme

    assert snap_compare(open_app(user="ana", theme=theme), run_before=run)


def test_without_colour(snap_compare: Snap, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(open_app(user="ana"), run_before=steps(holds=("▸ Spring", "● open", "☾ closed")))


def test_a_seller_without_campaigns(snap_compare: Snap, empty_shop: SmallShop) -> None:
    run = steps(holds=("Nothing to call yet", "Ask a supervisor"))
    assert snap_compare(DialdeckApp(empty_shop.desk(), user="ana"), run_before=run)


def test_an_administrator_without_campaigns(snap_compare: Snap, empty_shop: SmallShop) -> None:
    run = steps(holds=("There is no campaign yet.", "dialdeck campaigns create NAME", "dialdeck demo"))
    assert snap_compare(DialdeckApp(empty_shop.desk(), user="root"), run_before=run)


def test_an_auditor_sees_the_campaigns_without_a_key_to_work_there(
    snap_compare: Snap, open_app: OpenApp
) -> None:
    assert snap_compare(
        open_app(user="audrey"),
        run_before=steps(holds=("audrey · auditor", "Spring subscriptions", "w why")),
    )


@SIZES
def test_help(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    holds = ("Keys that work here", "Campaigns", "work here", "Application", "F1 ?", "^q")
    assert snap_compare(
        open_app(user="ana"), terminal_size=size, run_before=steps("question_mark", holds=holds)
    )


@SIZES
def test_palette(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    run = steps("ctrl+p", *"refresh", holds=("Refresh",))
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@SIZES
def test_an_error(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        app = pilot.app
        assert isinstance(app, DialdeckApp)
        app.show_error(Conflict(f"{MARKUP} was already handled by Ana at 10:32. The note was kept."))
        await steps(holds=("✕ Changed meanwhile", MARKUP, "handled by Ana at 10:32", "Enter close"))(pilot)

    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@SIZES
def test_a_question(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        pilot.app.push_screen(ConfirmScreen("Database needs an upgrade", f"{MARKUP}\n\nUpgrade it now?"))
        await steps(holds=("Database needs an upgrade", MARKUP, "y  Yes", "n  No"))(pilot)

    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@SIZES
def test_first_start(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        pilot.app.push_screen(FirstStartScreen("/home/ana/dialdeck.sqlite3", "ana"))
        await steps(holds=("There is no shop here yet", "name of its administrator", "dialdeck demo"))(pilot)

    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)

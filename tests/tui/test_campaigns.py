"""The campaign picker: figures in place, opening a campaign, what is paused, errors in one line."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlmodel import Session, select
from textual import events

from domain.campaigns.models import Campaign
from domain.errors import Unavailable
from tests.tui.screens_text import line_with, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.console import ConsoleScreen
from tui.screens.leading.why import WhyScreen
from tui.screens.message import MessageScreen

OpenApp = Callable[..., DialdeckApp]


async def test_figures_change_in_place_and_one_stays_where_one_is(
    open_app: OpenApp, small_shop: SmallShop
) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("j")
        await settled(pilot)
        assert line_with(app, "Renewals").startswith(" ▸")
        small_shop.clock.forward(hours=6)
        await pilot.press("f5")
        await settled(pilot)
        assert line_with(app, "Renewals").startswith(" ▸")
        assert "counted at 18:00" in shown(app)
        assert "☾ closed" not in shown(app)


async def test_an_error_while_counting_is_one_line_and_no_window(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)

        def busy() -> object:
            raise Unavailable("The database is busy. [/x]")

        app.desk.cards = busy
        await pilot.press("f5")
        await settled(pilot)
        assert "✕ The database is busy. [/x]" in shown(app)
        assert isinstance(app.screen, CampaignsScreen)


@pytest.mark.parametrize("how", ["enter", "mouse"])
async def test_a_campaign_is_opened_and_f2_leads_back(open_app: OpenApp, how: str) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        if how == "enter":
            await pilot.press("enter")
        else:
            row = next(i for i, line in enumerate(shown(app).splitlines()) if "Spring" in line)
            await pilot.click(offset=(10, row))
        await settled(pilot)
        assert isinstance(app.screen, ConsoleScreen)
        assert "María González" in shown(app)
        await pilot.press("f2")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert line_with(app, "Spring").startswith(" ▸")


async def test_a_paused_campaign_says_so_and_is_not_opened(open_app: OpenApp, small_shop: SmallShop) -> None:
    def pause(session: Session) -> None:
        session.exec(select(Campaign).where(Campaign.name == "Spring subscriptions")).one().active = False

    small_shop.write(pause)
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "‖ paused · round the clock" in shown(app)
        await pilot.press("G", "enter")
        await settled(pilot)
        assert isinstance(app.screen, MessageScreen)
        assert "dialdeck campaigns resume" in shown(app)


async def test_the_figures_are_counted_again_after_ten_seconds(
    open_app: OpenApp, small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.campaigns.REFRESH_SECONDS", 0.05)
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        small_shop.clock.forward(hours=1)
        for _try in range(100):
            if "counted at 13:00" in shown(app):
                break
            await pilot.pause()
        assert "counted at 13:00" in shown(app)


async def test_an_auditor_sees_where_the_leads_stand_but_cannot_work(open_app: OpenApp) -> None:
    app = open_app(user="audrey")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, WhyScreen)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert "work here" not in shown(app)


async def test_enter_pressed_before_the_campaigns_are_counted_opens_the_first(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    gate = threading.Event()
    cards = app.desk.cards

    def slow() -> object:
        gate.wait(10)
        return cards()

    app.desk.cards = slow
    async with app.run_test() as pilot:
        while not isinstance(app.screen, CampaignsScreen):
            await pilot.pause()
        await pilot.press("enter")
        assert isinstance(app.screen, CampaignsScreen)
        gate.set()
        await settled(pilot)
        assert isinstance(app.screen, ConsoleScreen)


async def test_people_of_a_closed_campaign_are_counted_as_waiting(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        due, ready, yours, later, waiting, done = line_with(app, "Renewals").split()[-6:]
        assert (due, ready, yours, later, waiting, done) == ("0", "0", "0", "0", "1", "0")


async def test_enter_opens_the_campaign_an_arrow_led_to_however_fast_and_once(
    open_app: OpenApp, small_shop: SmallShop
) -> None:
    small_shop.clock.forward(hours=3)
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        for key in ("down", "enter", "enter"):
            app.post_message(events.Key(key, None))
        await settled(pilot)
        assert [screen.name or type(screen).__name__ for screen in app.screen_stack][1:] == [
            "CampaignsScreen",
            "ConsoleScreen",
        ]
        assert "Renewals" in shown(app).splitlines()[0]

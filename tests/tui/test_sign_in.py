"""Signing in: by arrows or typing, with a password only where one was set."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import Session, select
from textual import events

from domain.people.models import User
from tests.tui.screens_text import line_with, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.sign_in import SignInScreen

OpenApp = Callable[..., DialdeckApp]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])


@SIZES
async def test_everybody_who_may_sign_in_is_listed_with_their_role(
    open_app: OpenApp, size: tuple[int, int]
) -> None:
    app = open_app()
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)
        assert line_with(app, "ana").strip().startswith("▸ ana")
        for name in ("bruno", "carla", "sofia", "root", "audrey"):
            assert name in shown(app)


async def test_a_full_name_with_brackets_is_shown_as_it_is(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        assert MARKUP in line_with(app, "carla")


async def test_arrows_and_enter_sign_in(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.desk.actor.name == "bruno"


async def test_typing_finds_by_name_or_full_name(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"paz")
        await settled(pilot)
        assert "ana" not in shown(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.desk.actor.name == "bruno"


async def test_a_name_nobody_has_is_told_and_enter_does_nothing(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"[/x]q", "enter")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)
        assert "Nobody here is called [/x]q." in shown(app)


async def test_a_wrong_password_is_told_and_may_be_tried_again(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"sofia", "enter")
        await settled(pilot)
        assert "Password of sofia" in shown(app)
        await pilot.press(*"wrong", "enter")
        await settled(pilot)
        assert "That is not the password of sofia." in shown(app)
        assert "wrong" not in shown(app)
        await pilot.press(*"open", "space", *"sesame", "enter")
        await settled(pilot)
        assert app.desk.actor.name == "sofia"


async def test_escape_leads_from_the_password_back_to_the_names(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"sofia", "enter", "escape", "escape")
        await settled(pilot)
        await pilot.press(*"ana", "enter")
        await settled(pilot)
        assert app.desk.actor.name == "ana"


async def test_the_user_given_with_as_is_not_asked(open_app: OpenApp) -> None:
    app = open_app(user="bruno")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.desk.actor.name == "bruno"


async def test_the_user_given_with_as_is_asked_only_for_the_password(open_app: OpenApp) -> None:
    app = open_app(user="sofia")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "Password of sofia" in shown(app)
        await pilot.press(*"open", "space", *"sesame", "enter")
        await settled(pilot)
        assert app.desk.actor.name == "sofia"


async def test_a_password_from_the_environment_is_used(open_app: OpenApp) -> None:
    app = open_app(user="sofia", password="open sesame")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.desk.actor.name == "sofia"


async def test_an_unknown_user_ends_with_one_clear_line(open_app: OpenApp) -> None:
    app = open_app(user="nobody")
    async with app.run_test() as pilot:
        await settled(pilot)
    assert app.return_code == 1
    assert "nobody" in app.last_line


async def test_the_only_user_without_a_password_is_not_asked(
    open_app: OpenApp, small_shop: SmallShop
) -> None:
    def keep_one(session: Session) -> None:
        for user in session.exec(select(User).where(User.name != "ana")).all():
            user.active = False

    small_shop.write(keep_one)
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.desk.actor.name == "ana"


async def test_somebody_disabled_since_the_list_was_made_is_refused(
    open_app: OpenApp, small_shop: SmallShop
) -> None:
    def disable(session: Session) -> None:
        session.exec(select(User).where(User.name == "ana")).one().active = False

    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        small_shop.write(disable)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)
        assert "ana is disabled" in shown(app)


async def test_a_name_typed_as_fast_as_a_machine_types_is_the_one_who_signs_in(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        for key in (*"audrey", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(pilot)
        assert app.desk.actor.name == "audrey"


async def test_a_password_typed_so_fast_arrives_as_a_whole(open_app: OpenApp) -> None:
    app = open_app(user="sofia")
    async with app.run_test() as pilot:
        await settled(pilot)
        for key in (*"open", "space", *"sesame", "enter"):
            app.post_message(events.Key(key, {"space": " ", "enter": None}.get(key, key)))
        await settled(pilot)
        assert app.desk.actor.name == "sofia"

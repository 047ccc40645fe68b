"""The wallboard on screen: figures, alerts, campaigns, sellers; refreshed in place; acting from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import Session
from textual.pilot import Pilot
from textual.widgets import Digits

from domain.calling import claims, dialling, outcomes
from domain.codes import SellerState
from domain.people import entry, messages, presence, states
from domain.people.rights import Actor
from tests.tui.leading.crowd import leading
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.hopper import HopperScreen
from tui.screens.leading.line_to_seller import LineScreen
from tui.screens.leading.wallboard import SellerQueueScreen, WallboardScreen
from tui.screens.leading.why import WhyScreen
from tui.widgets.rows import Rows

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def acting(shop: SmallShop, session: Session, name: str) -> Actor:
    return entry.sign_in(session, name=name, password=None, now=shop.clock())


def work(shop: SmallShop, who: str, action: str) -> None:
    """Take the next person, call, and say what came of it."""
    spring = shop.campaigns["spring"]
    with shop.database.transaction() as session:
        seller = acting(shop, session, who)
        got = claims.next_lead(session, actor=seller, campaign_id=spring, now=shop.clock())
        assert got.dossier is not None
        lead_id = got.dossier.lead_id
        dialling.start(session, actor=seller, lead_id=lead_id, now=shop.clock())
        outcomes.record(session, actor=seller, lead_id=lead_id, action=action, now=shop.clock())


def at_work(shop: SmallShop) -> SmallShop:
    """Ana sold and talks again; Bruno has a break; Carla's terminal died with somebody on screen."""
    spring = shop.campaigns["spring"]
    work(shop, "ana", "sale")
    work(shop, "ana", "not-interested")
    work(shop, "bruno", "not-found")
    with shop.database.transaction() as session:
        carla = acting(shop, session, "carla")
        presence.beat(session, actor=carla, now=shop.clock())
        states.enter(session, actor=carla, state=SellerState.READY, now=shop.clock(), campaign_id=spring)
        claims.next_lead(session, actor=carla, campaign_id=spring, now=shop.clock())
    shop.clock.forward(minutes=5)
    with shop.database.transaction() as session:
        ana, bruno = acting(shop, session, "ana"), acting(shop, session, "bruno")
        got = claims.next_lead(session, actor=ana, campaign_id=spring, now=shop.clock())
        assert got.dossier is not None
        dialling.start(session, actor=ana, lead_id=got.dossier.lead_id, now=shop.clock())
        states.pause(session, actor=bruno, code="lunch", now=shop.clock(), campaign_id=spring)
    shop.clock.forward(seconds=90)
    with shop.database.transaction() as session:
        for who in ("ana", "bruno"):
            presence.beat(session, actor=acting(shop, session, who), now=shop.clock())
        session.execute(
            text("UPDATE lead SET status = NULL, queue_state = 9 WHERE id = :id"),
            {"id": shop.leads["Sam Okafor"]},
        )
    return shop


async def board(pilot: Pilot[object]) -> WallboardScreen:
    await settled(pilot)
    await press(pilot, "b")
    screen = pilot.app.screen
    assert isinstance(screen, WallboardScreen)
    return screen


async def stand_on(pilot: Pilot[object], key: str) -> None:
    """Go to the row of this key."""
    await press(pilot, "g")
    for _step in range(12):
        if pilot.app.screen.query_one(Rows).chosen == key:
            return
        await press(pilot, "j")
    raise AssertionError(f"{key} is no row:\n{shown(pilot.app)}")


def seller_key(shop: SmallShop, name: str) -> str:
    with shop.database.reading() as session:
        return f"seller:{acting(shop, session, name).user_id}"


@SIZES
def test_the_wallboard(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        screen = await board(pilot)
        app = pilot.app
        values = {each.id: each.value for each in screen.query(Digits)}
        assert values == {"successes": "1", "calls": "4", "contacts": "2", "rate": "50.0"}
        lines = shown(app).splitlines()
        first = next(number for number, line in enumerate(lines) if "⚠" in line)
        assert "Spring subscriptions: the queue runs dry at 12:32" in lines[first]
        assert "Spring subscriptions: 1 lead cannot be right" in lines[first + 1]
        assert first < next(number for number, line in enumerate(lines) if "Campaigns" in line)
        assert "☎ talking 01:30" in line_with(app, "Ana Silva")
        assert "‖ lunch 01:30" in line_with(app, "Bruno Paz")
        assert line_with(app, "○ no sign 06:30").strip().startswith(MARKUP[:10])
        assert "Not int" in line_with(app, "Ana Silva")
        assert line_with(app, "☾ closed").strip().startswith(f"{MARKUP} R")

    assert snap_compare(leading(at_work(small_shop)), terminal_size=size, run_before=run)


async def test_only_what_changed_is_exchanged_when_it_is_looked_at_again(small_shop: SmallShop) -> None:
    at_work(small_shop)
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await board(pilot)
        exchanged: list[int] = []
        rows = screen.rows
        before = rows.replace_option_prompt_at_index
        rows.replace_option_prompt_at_index = lambda at, prompt: (exchanged.append(at), before(at, prompt))[1]  # type: ignore[method-assign,assignment,func-returns-value]  # only watched
        await press(pilot, "f5")
        assert exchanged == []
        small_shop.clock.forward(seconds=2)
        await press(pilot, "f5")
        changed = {rows._rows[at].key for at in exchanged}
        assert changed == {seller_key(small_shop, name) for name in ("ana", "bruno", "carla")}
        assert "01:32" in line_with(app, "Ana Silva")


async def test_a_slow_answer_is_not_asked_for_again_before_it_is_there(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await board(pilot)
        asked: list[str] = []
        read = app.desk.wallboard

        def slow() -> object:
            asked.append("asked")
            return read()

        app.desk.wallboard = slow  # type: ignore[method-assign,assignment]  # counted
        screen._asked = True
        screen._tick()
        assert asked == []
        screen._asked = False
        screen._tick()
        await settled(pilot)
        assert asked == ["asked"]
        assert not screen._asked


async def test_enter_opens_the_queue_of_a_seller_a_hopper_and_an_alert(small_shop: SmallShop) -> None:
    at_work(small_shop)
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await board(pilot)
        await stand_on(pilot, seller_key(small_shop, "ana"))
        await press(pilot, "enter")
        assert isinstance(app.screen, SellerQueueScreen)
        assert "1 person" in shown(app)
        await press(pilot, "escape")
        await stand_on(pilot, f"campaign:{small_shop.campaigns['spring']}")
        await press(pilot, "enter")
        assert isinstance(app.screen, HopperScreen)
        await press(pilot, "escape")
        await stand_on(pilot, "alert:1")
        await press(pilot, "enter")
        assert "Recycle" in shown(app).splitlines()[0]


async def test_an_alert_of_a_dry_queue_leads_to_the_reasons(small_shop: SmallShop) -> None:
    with small_shop.database.transaction() as session:
        session.execute(text("DELETE FROM hopper_entry"))
        session.execute(text("UPDATE lead SET queue_state = 9, status = 'closed'"))
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await board(pilot)
        assert "Spring subscriptions: the queue is dry" in shown(app)
        await stand_on(pilot, "alert:0")
        await press(pilot, "enter")
        assert isinstance(app.screen, WhyScreen)


async def test_a_line_is_written_to_a_seller(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await board(pilot)
        await stand_on(pilot, seller_key(small_shop, "bruno"))
        await press(pilot, "m")
        assert isinstance(app.screen, LineScreen)
        await pilot.press(*"call", "space", *"me", "enter")
        await settled(pilot)
        assert "Sent to Bruno Paz" in shown(app)
    with small_shop.database.reading() as session:
        [message] = messages.unread(session, actor=acting(small_shop, session, "bruno"))
    assert (message.sender, message.text) == ("Sofía Duarte", "call me")


async def test_a_dead_terminals_person_is_taken_back_after_a_question(small_shop: SmallShop) -> None:
    at_work(small_shop)
    app = leading(small_shop)
    carla = seller_key(small_shop, "carla")
    async with app.run_test(size=(80, 24)) as pilot:
        await board(pilot)
        await stand_on(pilot, carla)
        await press(pilot, "x")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "n")
        await press(pilot, "x", "y")
        assert "hands any more" in shown(app)
        screen = app.screen
        assert isinstance(screen, WallboardScreen)
        assert screen.seller is not None
        assert screen.seller.lead_id is None
        await press(pilot, "x")
        assert screen is app.screen


async def test_space_lets_a_campaign_rest_and_go_on(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await board(pilot)
        await stand_on(pilot, f"campaign:{small_shop.campaigns['spring']}")
        await press(pilot, "space")
        assert "Spring subscriptions is paused" in shown(app)
        assert "‖ paused" in shown(app)
        await press(pilot, "space")
        assert "Spring subscriptions goes on" in shown(app)


async def test_auditors_look_and_change_nothing(small_shop: SmallShop) -> None:
    at_work(small_shop)
    app = leading(small_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await board(pilot)
        await stand_on(pilot, seller_key(small_shop, "carla"))
        keys = shown(app).splitlines()[-1]
        assert "message" not in keys
        await press(pilot, "x", "m", "space")
        assert app.screen is screen
        assert screen.seller is not None
        assert screen.seller.lead_id is not None


async def test_sellers_have_no_such_key(small_shop: SmallShop) -> None:
    app = leading(small_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "b")
        assert not isinstance(app.screen, WallboardScreen)

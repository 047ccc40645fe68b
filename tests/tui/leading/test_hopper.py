"""The hopper on screen: in order and why, in whose hands; refill, clear, pause, take out; pages; why it is empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import Session
from textual.pilot import Pilot

from domain.calling import claims, dialling, hopper
from domain.people import entry
from domain.people.rights import Actor
from storage.database import Database
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import MARKUP, Clock, SmallShop, build
from tui.app import DialdeckApp
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading import hopper as screen
from tui.screens.leading.hopper import HopperScreen
from tui.widgets.rows import Rows

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def leading(shop: SmallShop, who: str = "sofia") -> DialdeckApp:
    """The application with a supervisor (she has a password) or somebody else."""
    return DialdeckApp(shop.desk(), user=who, password="open sesame" if who == "sofia" else None)


def acting(shop: SmallShop, session: Session, name: str) -> Actor:
    return entry.sign_in(session, name=name, password=None, now=shop.clock())


def busy(shop: SmallShop) -> SmallShop:
    """Ana has somebody, Bruno is on the telephone, two are retries."""
    names = list(shop.leads)
    for name, values in (
        (names[6], "status = 'busy', dial_attempts = 2"),
        (names[7], "status = 'no_answer', dial_attempts = 1"),
    ):
        with shop.database.transaction() as session:
            session.execute(text(f"UPDATE lead SET {values} WHERE id = :id"), {"id": shop.leads[name]})
            session.execute(
                text("UPDATE hopper_entry SET source = 'retry' WHERE lead_id = :id"), {"id": shop.leads[name]}
            )
    with shop.database.transaction() as session:
        ana, bruno = acting(shop, session, "ana"), acting(shop, session, "bruno")
        claims.next_lead(session, actor=ana, campaign_id=shop.campaigns["spring"], now=shop.clock())
        claims.next_lead(session, actor=bruno, campaign_id=shop.campaigns["spring"], now=shop.clock())
        dialling.start(session, actor=bruno, lead_id=shop.leads[names[1]], now=shop.clock())
    shop.clock.forward(minutes=1)
    return shop


@SIZES
def test_the_hopper(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "h")
        app = pilot.app
        assert "● active" in shown(app)
        assert "10 free of 200 · 2 in sellers' hands, 1 of them on the telephone" in shown(app)
        assert "+1 212-555-0100" in line_with(app, "María González")
        assert "in a seller's hands" in shown(app)
        assert "Ana Silva until 12:10" in shown(app)
        assert "Bruno Paz until 13:00" in shown(app)
        assert MARKUP in line_with(app, " 3 ▶")
        assert "1–12 of 12, in the order sellers get them" in shown(app)

    assert snap_compare(leading(busy(small_shop)), terminal_size=size, run_before=run)


@SIZES
def test_an_empty_hopper_says_why_and_what_to_do(
    snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "down", "h")
        assert "Nobody may be called now." in shown(pilot.app)
        assert "Next: today 17:00, outside calling hours." in shown(pilot.app)
        assert "w tells where every lead stands" in shown(pilot.app)

    assert snap_compare(leading(small_shop), terminal_size=size, run_before=run)


async def test_w_leads_to_the_reasons_and_enter_to_the_lead(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h", "w")
        assert "= 12 ✓" in shown(app)
        await press(pilot, "escape", "enter")
        assert f"Lead {small_shop.leads['María González']}" in shown(app)
        await press(pilot, "escape", "escape")
        assert "Spring subscriptions" in shown(app)
        assert "Enter work here" in shown(app)


async def test_clearing_asks_first_and_refilling_brings_them_back(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h", "c")
        assert isinstance(app.screen, ConfirmScreen)
        assert "12 free entries leave the hopper." in shown(app)
        await press(pilot, "n")
        assert "12 free of 200" in shown(app)
        await press(pilot, "c", "y")
        assert "✓ 12 taken out; they wait in the pool" in shown(app)
        assert "12 could be called now: f fills the hopper" in shown(app)
        await press(pilot, "f")
        assert "✓ 12 added, 12 ready of 200" in shown(app)
        assert "María González" in shown(app)


async def test_one_is_taken_out_and_one_stays_in_the_same_place(small_shop: SmallShop) -> None:
    names = list(small_shop.leads)
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h", "down", "x")
        assert f"✓ {names[1]} is taken out" in shown(app)
        assert names[1] not in shown(app).replace(f"✓ {names[1]}", "")
        assert line_with(app, "▸").split("▶")[1].strip().startswith(names[2])
        assert "11 free of 200" in shown(app)


async def test_who_is_in_a_sellers_hands_stays(small_shop: SmallShop) -> None:
    app = leading(busy(small_shop))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h", "x")
        assert "stays: in somebody's hands, or gone by now" in shown(app)
        assert "1–12 of 12" not in shown(app)
        await press(pilot, "r")
        assert "1–12 of 12" in shown(app)


async def test_pausing_and_going_on(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h", "space")
        assert "‖ paused" in line_with(app, "Spring subscriptions")
        assert "✓ Paused: sellers finish whom they have" in shown(app)
        await press(pilot, "c", "y")
        assert "The campaign is paused: Space lets it go on." in shown(app)
        await press(pilot, "space")
        assert "● active" in line_with(app, "Spring subscriptions")
        assert "✓ Going on: sellers get people again" in shown(app)


async def test_the_same_row_stays_in_the_same_place_when_others_come_and_go(
    sqlite_database: Database, clock: Clock
) -> None:
    shop = build(sqlite_database, clock, names=[f"Person {number:02}" for number in range(40)])
    app = leading(shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h", *["down"] * 20, *["up"] * 3)
        before = shown(app).splitlines().index(line_with(app, "▸"))
        assert "Person 17" in line_with(app, "▸")
        with shop.database.transaction() as session:
            session.execute(
                text("DELETE FROM hopper_entry WHERE lead_id = :id"), {"id": shop.leads["Person 04"]}
            )
        assert isinstance(app.screen, HopperScreen)
        app.screen._tick()
        await settled(pilot)
        assert "17 ▶ Person 17" in line_with(app, "▸")
        assert shown(app).splitlines().index(line_with(app, "▸")) == before


async def test_nothing_is_painted_where_nothing_changed(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h")
        assert isinstance(app.screen, HopperScreen)
        painted: list[int] = []
        rows = app.screen.query_one(Rows)
        monkeypatch.setattr(
            rows, "replace_option_prompt_at_index", lambda index, _text: painted.append(index)
        )
        monkeypatch.setattr(rows, "set_options", lambda _options: painted.append(-1))
        app.screen._tick()
        await settled(pilot)
        assert painted == []


async def test_pages_follow_one_another(small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "PAGE", 5)
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h")
        assert "1–5 of 12" in shown(app)
        await press(pilot, "n")
        assert "6–10 of 12" in shown(app)
        await press(pilot, "n", "n")
        assert "11–12 of 12" in shown(app)
        with small_shop.database.transaction() as session:
            root = acting(small_shop, session, "root")
            hopper.clear(session, actor=root, campaign_id=small_shop.campaigns["spring"])
            hopper.fill(
                session,
                actor=root,
                campaign_id=small_shop.campaigns["spring"],
                now=small_shop.clock(),
                target=3,
            )
        await press(pilot, "r")
        assert "1–3 of 3" in shown(app)


async def test_auditors_look_and_change_nothing(small_shop: SmallShop) -> None:
    app = leading(small_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "h")
        assert "12 free of 200" in shown(app)
        keys = shown(app).splitlines()[-1]
        assert "refill" not in keys
        assert "w why" in keys
        await press(pilot, "x", "c", "space", "f")
        assert "12 free of 200" in shown(app)
        assert "● active" in shown(app)


async def test_sellers_have_no_such_key(small_shop: SmallShop) -> None:
    app = leading(small_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "hopper" not in shown(app).splitlines()[-1]
        await press(pilot, "h")
        assert "in the order sellers get them" not in shown(app)

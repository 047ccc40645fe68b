"""Mending one lead and its person from the lead screen: fields, numbers, tags, do-not-call; auditors look only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select
from textual.pilot import Pilot
from textual.widgets import Input, Select

from domain.calling.models import Lead
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.leading.form import FormScreen
from tui.screens.leading.lead import LeadScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
WHO = "Juan Pérez"


async def opened(pilot: Pilot[object], shop: SmallShop) -> None:
    """The lead of somebody, on the screen."""
    await settled(pilot)
    pilot.app.push_screen(LeadScreen(shop.leads[WHO]))
    await settled(pilot)


def fill(app: object, **texts: str) -> None:
    """Write into fields of the window that is open."""
    assert isinstance(app, DialdeckApp)
    for name, text in texts.items():
        app.screen.query_one(f"#{name}", Input).value = text


def row(shop: SmallShop) -> Lead:
    with shop.database.reading() as session:
        return session.get_one(Lead, shop.leads[WHO])


def person(shop: SmallShop) -> Contact:
    with shop.database.reading() as session:
        return session.get_one(Contact, row(shop).contact_id)


def numbers(shop: SmallShop) -> dict[str, bool]:
    with shop.database.reading() as session:
        found = session.exec(
            select(ContactPhone).where(ContactPhone.contact_id == row(shop).contact_id)
        ).all()
        return {each.e164: each.bad for each in found}


@SIZES
def test_picture_of_changing_a_person(
    snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await opened(pilot, small_shop)
        await press(pilot, "c")
        assert "Wrong numbers" in shown(pilot.app)
        assert "Enter saves" in shown(pilot.app)

    assert snap_compare(DialdeckApp(small_shop.desk(), user="root"), terminal_size=size, run_before=run)


async def test_a_lead_is_changed_by_the_one_writer_with_history(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "e")
        assert isinstance(app.screen, FormScreen)
        app.screen.query_one("#status", Select).value = "busy"
        fill(app, priority="80", seller="ana")
        await press(pilot, "enter")
        assert "✓ The lead is changed." in shown(app)
        assert "Busy" in shown(app)
        assert "New → Busy" in shown(app)
        assert "priority 50 → 80" in shown(app)
        assert "seller – → ana" in shown(app)
    assert (row(small_shop).status, row(small_shop).priority) == ("busy", 80)
    assert row(small_shop).owner_id is not None


async def test_what_cannot_be_is_said_and_nothing_changes(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "e")
        fill(app, priority="many")
        await press(pilot, "enter")
        assert "number from 0 to 99" in shown(app)
        await press(pilot, "e")
        fill(app, seller="nobody")
        await press(pilot, "enter")
        assert "no active seller" in shown(app)
        await press(pilot, "e")
        fill(app, priority="90")
        await press(pilot, "escape")
    assert row(small_shop).priority == 50


async def test_a_person_gets_tags_numbers_and_a_zone(small_shop: SmallShop) -> None:
    [had] = numbers(small_shop)
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "c")
        fill(app, name="Juan Pérez Soto", tags="vip, new client", timezone="Europe/Paris")
        fill(app, phones=f"{had}, (212) 555-0177", wrong=had)
        await press(pilot, "enter")
        assert "✓ The person is changed." in shown(app)
        assert "#vip" in shown(app)
        assert "contact edit" in shown(app)
    found = person(small_shop)
    assert (found.name, found.tags, found.timezone) == (
        "Juan Pérez Soto",
        ["vip", "new client"],
        "Europe/Paris",
    )
    assert numbers(small_shop) == {had: True, "+12125550177": False}
    assert row(small_shop).segment == "Europe/Paris"


async def test_do_not_call_is_put_on_with_a_reason_and_taken_off(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "x")
        fill(app, reason="asked by letter")
        await press(pilot, "enter")
        assert "is on the do-not-call register" in shown(app)
        assert "⊘ on the do-not-call register since today 12:00: asked by letter" in shown(app)
        assert row(small_shop).status == "dnc"
        with small_shop.database.reading() as session:
            reasons = {entry.reason for entry in session.exec(select(DoNotCall)).all()}
        assert reasons == {"asked by letter"}
        await press(pilot, "x", "y")
        assert "is off the do-not-call register" in shown(app)
        assert "⊘" not in shown(app)
    assert row(small_shop).status == "new"


async def test_auditors_look_only(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        assert "change lead" not in shown(app)
        await press(pilot, "e", "c", "x")
        assert isinstance(app.screen, LeadScreen)

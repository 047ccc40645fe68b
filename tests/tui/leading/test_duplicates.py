"""Contacts that may be one person, on their screen: found by number and e-mail, opened, merged; auditors look only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from domain.contacts.models import Contact
from tests.tui.leading.test_lead_care import WHO, person
from tests.tui.leading.test_personal import write_to
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.leading.duplicates import DuplicatesScreen
from tui.screens.leading.lead import LeadScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@SIZES
def test_picture_of_the_duplicates(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    write_to(small_shop, WHO, "juan@example.org")
    write_to(small_shop, "María González", "Juan@example.org")

    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "D", "e")
        assert "juan@example.org · 2 contacts" in shown(pilot.app)
        assert WHO in shown(pilot.app)

    assert snap_compare(DialdeckApp(small_shop.desk(), user="root"), terminal_size=size, run_before=run)


async def test_the_one_one_stands_on_is_kept_and_the_others_become_it(small_shop: SmallShop) -> None:
    keep = write_to(small_shop, WHO, "juan@example.org")
    other = write_to(small_shop, "María González", "Juan@example.org")
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "D")
        assert "No two contacts share a number." in shown(app)
        await press(pilot, "e", "g")
        while WHO not in line_with(app, "▸"):
            await press(pilot, "down")
        await press(pilot, "m")
        assert f"Contact {other} becomes this one, contact {keep}." in shown(app)
        await press(pilot, "n")
        assert "2 contacts" in shown(app)
        await press(pilot, "m", "y")
        assert "✓ They are one person now." in shown(app)
        assert "2 contacts" not in shown(app)
    with small_shop.database.reading() as session:
        assert session.get_one(Contact, other).merged_into == person(small_shop).id


async def test_a_contact_opens_its_lead_and_auditors_merge_nobody(small_shop: SmallShop) -> None:
    write_to(small_shop, WHO, "juan@example.org")
    other = write_to(small_shop, "María González", "Juan@example.org")
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "D", "e", "m")
        assert isinstance(app.screen, DuplicatesScreen)
        await press(pilot, "enter")
        assert isinstance(app.screen, LeadScreen)
        await press(pilot, "escape")
        assert "2 contacts" in shown(app)
    with small_shop.database.reading() as session:
        assert session.get_one(Contact, other).merged_into is None

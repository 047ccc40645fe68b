"""A person as a whole on the screen of one lead: merged with a duplicate, written to a file, erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from domain.calling.models import Lead
from domain.contacts import contact_edits
from domain.contacts.contact_edits import ContactChanges
from domain.contacts.models import Contact
from domain.people import entry
from tests.tui.leading.test_lead_care import WHO, opened, person
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def write_to(shop: SmallShop, name: str, email: str) -> int:
    """Give somebody an e-mail; returns the contact."""
    with shop.database.transaction() as session:
        actor = entry.sign_in(session, name="root", password=None, now=shop.clock())
        contact_id = session.get_one(Lead, shop.leads[name]).contact_id
        changes = ContactChanges(fields={"email": email})
        contact_edits.edit(session, actor=actor, contact_id=contact_id, changes=changes, now=shop.clock())
        return contact_id


@SIZES
def test_picture_of_the_question_before_erasing(
    snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await opened(pilot, small_shop)
        await press(pilot, "delete")
        await settled(pilot)
        assert f"Erase {WHO} for good?" in shown(pilot.app)
        assert "history stay" in shown(pilot.app)

    assert snap_compare(DialdeckApp(small_shop.desk(), user="root"), terminal_size=size, run_before=run)


async def test_a_person_is_erased_after_a_yes(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "delete")
        await settled(pilot)
        await press(pilot, "n")
        assert person(small_shop).erased_at is None
        await press(pilot, "delete")
        await settled(pilot)
        await press(pilot, "y")
        await settled(pilot)
        assert "✓ This person is erased." in shown(app)
        assert "(erased)" in shown(app)
        assert WHO not in shown(app)
    assert person(small_shop).name == "(erased)"


async def test_everything_about_a_person_goes_to_a_file(small_shop: SmallShop, tmp_path: Path) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    file = tmp_path / "answer.json"
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "o")
        app.screen.query_one(Input).value = str(file)
        await press(pilot, "enter")
        await settled(pilot)
        assert "✓ Everything about this person is in" in shown(app)
    assert json.loads(file.read_text(encoding="utf-8"))["contacts"][0]["name"] == WHO


async def test_a_duplicate_is_chosen_and_merged(small_shop: SmallShop) -> None:
    write_to(small_shop, WHO, "juan@example.org")
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        await press(pilot, "m")
        await settled(pilot)
        assert "Nobody else has a number or the e-mail" in shown(app)
        other = write_to(small_shop, "María González", "Juan@example.org")
        await press(pilot, "m")
        await settled(pilot)
        assert "María González" in shown(app)
        await press(pilot, "enter")
        await settled(pilot)
        assert "becomes this one" in shown(app)
        await press(pilot, "y")
        await settled(pilot)
        assert "✓ They are one person now." in shown(app)
    with small_shop.database.reading() as session:
        assert session.get_one(Contact, other).merged_into == person(small_shop).id


async def test_auditors_have_none_of_these_keys(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, small_shop)
        for key in ("m", "o", "delete"):
            await press(pilot, key)
            await settled(pilot)
            assert "for good" not in shown(app)
    assert person(small_shop).name == WHO

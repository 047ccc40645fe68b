"""An auditor on every screen of those who lead: reads all of it, and no key there changes anything."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from domain.base import metadata
from domain.codes import Role
from tests.tui.leading.crowd import leading
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui import commands

WAYS = {
    "campaigns": ("", "due"),
    "report": ("r", "Not contacted yet"),
    "people": ("r 2 enter", "2 people"),
    "lead": ("r 2 enter enter", "History"),
    "why": ("w", "loaded"),
    "hopper": ("h", "level"),
    "recycling": ("c", "recyclable"),
    "handing": ("a", "open leads"),
    "wallboard": ("b", "sales today"),
    "jobs": ("t", "fill_hopper"),
    "runs": ("t enter", "fill_hopper"),
    "campaign": ("e", "Name"),
    "outcomes": ("K", "Sale"),
    "reasons": ("K r", "price"),
    "users": ("u", "audrey"),
    "audit": ("l", "sign_in"),
    "bulk_past": ("M", "Nothing was changed"),
    "duplicates": ("D", "No two contacts"),
}
"""How one comes there from the list of campaigns, and something to be read."""

CLOSED = {"import", "bulk", "console"}
"""Screens that are only for changing things."""

TYPING = {"sign_in", "first_start", "find"}
SIGNED_IN = ("audit_event", "seller_presence")
"""Being signed in leaves its traces there."""


def everything(shop: SmallShop) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables but those that tell who is here."""
    with shop.database.reading() as session:
        return {
            name: [tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}" ORDER BY 1'))]
            for name in metadata.tables
            if name not in SIGNED_IN
        }


def test_every_screen_is_tried_or_closed() -> None:
    assert {*WAYS, *CLOSED, *TYPING, commands.EVERYWHERE} == set(commands.SCREENS)


@pytest.mark.parametrize("name", WAYS)
async def test_an_auditor_reads_and_no_key_changes_anything(called_shop: SmallShop, name: str) -> None:
    way, words = WAYS[name]
    app = leading(called_shop, "audrey")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, *way.split())
        here = app.screen
        assert getattr(here, "REGISTRY", "") == name
        assert words in shown(app)
        before = everything(called_shop)
        for command in commands.for_screen(name):
            if Role.AUDITOR not in command.roles:
                for key in command.keys:
                    await pilot.press(key, "y", "enter")
                    await settled(pilot)
                    while app.screen is not here:  # Enter may lead further, to look
                        await press(pilot, "escape")
        assert everything(called_shop) == before

"""One change for many leads on screen: counted while it is put together, done after a question, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select
from textual.pilot import Pilot
from textual.widgets import Input, Select

from domain.calling.models import Lead
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading.bulk import BulkScreen
from tui.screens.leading.bulk_past import PastBulkScreen
from tui.screens.leading.people import PeopleScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


async def asked(pilot: Pilot[object], **given: str) -> BulkScreen:
    """Fill in the fields and let them be counted."""
    screen = pilot.app.screen
    assert isinstance(screen, BulkScreen)
    for name, value in given.items():
        if name in ("kind", "status", "list", "seller"):
            screen.query_one(f"#{name}", Select).value = value
        else:
            screen.query_one(f"#{name}", Input).value = value
    await pilot.pause()
    screen.look()
    await settled(pilot)
    return screen


def priorities(shop: SmallShop) -> set[int]:
    with shop.database.reading() as session:
        leads = session.exec(select(Lead).where(Lead.campaign_id == shop.campaigns["spring"])).all()
        return {lead.priority for lead in leads}


@SIZES
def test_picture_of_changing_many(snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "m")
        await asked(pilot, status="new", kind="priority", value="80")
        assert "12 leads chosen" in shown(pilot.app)
        assert "12 would change" in shown(pilot.app)

    assert snap_compare(DialdeckApp(small_shop.desk(), user="root"), terminal_size=size, run_before=run)


async def test_many_are_changed_after_a_question_and_taken_back(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "m")
        await asked(pilot, status="new", kind="priority", value="80")
        await press(pilot, "enter", "n")
        assert priorities(small_shop) == {50}
        await press(pilot, "enter", "y")
        assert "✓ 12 leads changed" in shown(app)
        assert priorities(small_shop) == {80}
        await press(pilot, "f6")
        assert "✓ 12 leads as before" in shown(app)
        assert priorities(small_shop) == {50}
        await press(pilot, "escape")
        assert isinstance(app.screen, CampaignsScreen)


async def test_the_people_of_a_page_get_a_tag(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        people = PeopleScreen(small_shop.campaigns["spring"], "Spring", "callable_now", "callable now")
        app.push_screen(people)
        await settled(pilot)
        assert len(people.people) == 12
        await press(pilot, "m")
        await asked(pilot, kind="tag", value="spring fair")
        assert "12 would change" in shown(app)
        await press(pilot, "enter", "y")
        assert "✓ 12 leads changed" in shown(app)
        assert "12 stay: so already" in shown(app)


async def test_what_cannot_be_is_said_while_it_is_put_together(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "m")
        await asked(pilot, status="new", kind="zone", value="Moon/Base")
        assert "no time zone" in shown(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, BulkScreen)


async def test_auditors_change_nothing(small_shop: SmallShop) -> None:
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "m")
        assert isinstance(app.screen, CampaignsScreen)


@SIZES
async def test_an_earlier_change_is_found_and_taken_back(
    small_shop: SmallShop, size: tuple[int, int]
) -> None:
    app = DialdeckApp(small_shop.desk(), user="root")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "m")
        await asked(pilot, status="new", kind="priority", value="80")
        await press(pilot, "enter", "y", "escape", "M")
        assert isinstance(app.screen, PastBulkScreen)
        assert "root  set the priority – 80" in line_with(app, "#1 ")
        assert line_with(app, "#1 ").rstrip().endswith("12  ✓ done")
        await press(pilot, "enter")
        assert "12 leads were chosen" in shown(app)
        await press(pilot, "escape", "z", "y")
        assert "✓ 12 leads as before" in shown(app)
        assert priorities(small_shop) == {50}
        assert line_with(app, "#1 ").rstrip().endswith("↶ 12 back")
        await press(pilot, "z")
        assert isinstance(app.screen, PastBulkScreen)


async def test_auditors_read_what_was_changed_and_take_nothing_back(small_shop: SmallShop) -> None:
    supervisor = DialdeckApp(small_shop.desk(), user="root")
    async with supervisor.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "m")
        await asked(pilot, status="new", kind="tag", value="fair")
        await press(pilot, "enter", "y", "f7")
        assert "set a tag – fair" in line_with(supervisor, "#1 ")
    app = DialdeckApp(small_shop.desk(), user="audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "M", "z")
        assert isinstance(app.screen, PastBulkScreen)
        assert "set a tag – fair" in line_with(app, "#1 ")

"""Choosing whom to recycle: cards, switches, the status they get, filters."""

from __future__ import annotations

import threading

from sqlalchemy import text
from sqlmodel import Session, select

from domain.calling.models import Lead
from domain.campaigns.models import LeadList
from domain.recycling.models import RecycleBatch
from domain.recycling.selection import Filters
from tests.tui.leading.crowd import PATIENCE, TOTAL, leading, screen_of, until
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.screens.leading.recycling_filters import FiltersScreen
from tui.screens.message import MessageScreen


async def test_finals_are_chosen_only_when_asked_for_and_do_not_call_never(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        cards = screen_of(app).grid
        places = {card.status: place for place, card in enumerate(cards.cards)}

        async def choose(status: str) -> None:
            cards.go(places[status])
            await press(pilot, "space")

        await choose("sale")
        assert screen_of(app).selected == set()
        assert "✕ Sale: final: i includes finals" in shown(app)
        await press(pilot, "i")
        await choose("sale")
        assert screen_of(app).selected == {"sale"}
        assert "5 recycled" in shown(app)
        await choose("dnc")
        assert screen_of(app).selected == {"sale"}
        assert "✕ Do not call: never recycled" in shown(app)
        await press(pilot, "i")
        assert screen_of(app).selected == set()


async def test_a_status_of_a_later_version_is_a_card_and_cannot_be_chosen(crowded_shop: SmallShop) -> None:
    strange = text(
        "UPDATE lead SET status = :status WHERE id = (SELECT max(id) FROM lead WHERE status = 'busy')"
    )
    crowded_shop.write(lambda session: session.execute(strange, {"status": MARKUP}))
    app = leading(crowded_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "end", "left", "space")
        assert f"⚠ {MARKUP}" in shown(app)
        assert f"{TOTAL} leads" in shown(app)
        assert f"✕ {MARKUP}: no status this version knows" in shown(app)
        assert screen_of(app).selected == set()


async def test_cards_are_clicked_and_walked_and_cleared(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        lines = shown(app).splitlines()
        row = next(place for place, line in enumerate(lines) if "↻ Busy" in line)
        await pilot.click(offset=(lines[row].index("↻ Busy"), row + 1))
        await settled(pilot)
        assert screen_of(app).selected == {"busy"}
        await press(pilot, "left", "space")
        assert screen_of(app).selected == {"busy", "no_answer"}
        await press(pilot, "home", "down", "up", "end", "k", "j", "space")
        assert "no_status" in screen_of(app).selected
        await press(pilot, "c")
        assert screen_of(app).selected == set()
        assert "Nothing selected" in shown(app)
        await press(pilot, "enter")
        assert "Choose at least one status first" in shown(app)


async def test_switches_are_clicked_and_the_target_is_chosen(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        lines = shown(app).splitlines()
        row = next(place for place, line in enumerate(lines) if "reset attempts" in line)
        await pilot.click(offset=(lines[row].index("reset attempts"), row))
        await settled(pilot)
        assert screen_of(app).reset
        await press(pilot, "t", "down", "down", "enter")
        assert screen_of(app).target == "busy"
        assert "To Busy" in shown(app)


async def test_an_answer_about_an_earlier_choice_is_dropped(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c")
        preview, go_on, asked = app.desk.preview, threading.Event(), []

        def slow(wanted: object) -> object:
            asked.append(wanted)
            assert go_on.wait(PATIENCE)
            return preview(wanted)

        app.desk.preview = slow
        cards = screen_of(app).grid
        cards.go(1)
        await pilot.press("space")
        await until(pilot, lambda: len(asked) == 1)
        cards.go(2)
        await pilot.press("space", "e", "e")
        await pilot.pause()
        assert len(asked) == 1, "one question at a time"
        go_on.set()
        await settled(pilot)
        await until(pilot, lambda: "38 leads in 2 statuses" in shown(app))
        assert [len(each.filters.statuses) for each in asked] == [1, 2]


async def test_filters_narrow_what_is_chosen_and_the_cards_follow_the_list(crowded_shop: SmallShop) -> None:
    def divide(session: Session) -> None:
        lead = session.exec(select(Lead).where(Lead.status == "busy")).first()
        assert lead is not None
        made = LeadList(
            organisation_id=lead.organisation_id, campaign_id=lead.campaign_id, name=MARKUP,
            created_at=crowded_shop.clock(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        lead.list_id = made.id
        session.add(lead)

    crowded_shop.write(divide)
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a", "f", "tab", "tab", "tab", "space", "down", "enter")
        assert isinstance(app.screen, FiltersScreen)
        assert f"list {MARKUP}" in shown(app)
        await press(pilot, "enter")
        assert f"only: list {MARKUP}" in shown(app)
        assert "1 lead of the list" in shown(app)
        assert "Selected 1 lead in 1 status  →  1 recycled" in shown(app)
        await press(pilot, "f", "ctrl+l")
        assert f"{TOTAL} leads" in shown(app)


async def test_a_past_recycle_tells_its_filters_on_the_readers_clock(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(
            pilot, "c", "right", "right", "space", "f", "2", "tab", "tab", *"2025-11-20 09:30", "enter"
        )
        told = "at least 2 attempts · last attempt before today 09:30"
        assert f"only: {told}" in shown(app)
        await press(pilot, "enter", "y")
        assert f"Busy · {told} → New" in shown(app)
        await press(pilot, "tab", "enter")
        assert isinstance(app.screen, MessageScreen)


async def test_past_recycles_are_turned_page_by_page(crowded_shop: SmallShop) -> None:
    def past(session: Session) -> None:
        campaign = session.execute(text("SELECT id, organisation_id FROM campaign ORDER BY id LIMIT 1")).one()
        for _ in range(45):
            session.add(
                RecycleBatch(
                    organisation_id=campaign.organisation_id,
                    campaign_id=campaign.id,
                    target="new",
                    filters=Filters(("busy",)).as_json(),
                    state="done",
                    created_at=crowded_shop.clock(),
                    touched_at=crowded_shop.clock(),
                )
            )

    crowded_shop.write(past)
    app = leading(crowded_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "tab", "end")
        pages = [set(screen_of(app).batches)]
        assert "older recycles …" in shown(app)
        for _ in range(2):
            await press(pilot, "enter")
            assert screen_of(app).marked is not None
            pages.append(set(screen_of(app).batches))
            await press(pilot, "end")
        assert [len(page) for page in pages] == [20, 20, 5]
        assert len(set.union(*pages)) == 45
        assert "older recycles …" not in shown(app)
        await press(pilot, "home", "enter")
        assert set(screen_of(app).batches) == pages[1]


async def test_a_filter_that_cannot_be_understood_says_so_and_is_not_taken(crowded_shop: SmallShop) -> None:
    app = leading(crowded_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "f", "5", "tab", "3", "enter")
        assert isinstance(app.screen, FiltersScreen)
        assert "at least 5 and at most 3 attempts fit nobody" in shown(app)
        await press(pilot, "tab", *"soon", "shift+tab", "backspace", "enter")
        assert '"soon" is not understood' in shown(app)
        await press(pilot, "escape")
        assert screen_of(app).wanted.filters == Filters(())

"""Recycling on screen: cards and choice, live figures, preview, recycle, stop and go on, undo, repair, who may."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text
from sqlmodel import Session, select
from textual.pilot import Pilot

from domain.calling import calls
from domain.calling.models import Activity, Lead
from domain.campaigns.models import LeadList
from domain.codes import NO_STATUS_KEY, CallResult, QueueState
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Unavailable
from domain.people import users
from domain.recycling.selection import Filters
from tests.tui.screens_text import settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui import commands
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.recycling import RecyclingScreen
from tui.screens.leading.recycling_filters import FiltersScreen
from tui.screens.leading.why import WhyScreen
from tui.screens.message import MessageScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
CROWD = {
    "no_answer": 30, "busy": 8, "failed": 6, "callback": 4, "sale": 5, "not_interested": 2, "dnc": 1,
    NO_STATUS_KEY: 3,
}  # fmt: skip
TOTAL = 12 + sum(CROWD.values())
PATIENCE = 60.0


def crowd(shop: SmallShop, wanted: dict[str, int]) -> None:
    """So many more people with these statuses, each called twice before (an import says so)."""
    now = shop.clock()

    def add(session: Session) -> None:
        one = session.exec(select(Lead).where(Lead.id == next(iter(shop.leads.values())))).one()
        number = 0
        for status, leads in wanted.items():
            people = [
                Contact(
                    organisation_id=one.organisation_id, name=f"{status} {place}", created_at=now, updated_at=now
                )
                for place in range(leads)
            ]  # fmt: skip
            session.add_all(people)
            session.flush()
            session.add_all(
                ContactPhone(
                    organisation_id=one.organisation_id,
                    contact_id=person.id,
                    e164=f"+1212555{120 + (number + place) % 60:04}",
                )
                for place, person in enumerate(people)
            )
            ended = status in ("sale", "not_interested", "dnc", NO_STATUS_KEY)
            rows = [
                Lead(
                    organisation_id=one.organisation_id,
                    campaign_id=one.campaign_id,
                    contact_id=person.id,
                    status=None if status == NO_STATUS_KEY else status,
                    queue_state=QueueState.OUT if ended else QueueState.READY,
                    segment=one.segment,
                    dial_attempts=2,
                    imported_attempts=2,
                    last_dial_attempt=now - timedelta(days=1),
                    next_attempt_at=now,
                    created_at=now,
                    updated_at=now,
                )
                for person in people
            ]
            session.add_all(rows)
            session.flush()
            if status == "callback":
                _promise(session, rows[:3])
            number += leads

    shop.write(add)


def _promise(session: Session, leads: list[Lead]) -> None:
    for lead in leads:
        lead.queue_state = QueueState.CALLBACK
        session.add(
            Activity(
                organisation_id=lead.organisation_id,
                contact_id=lead.contact_id,
                campaign_id=lead.campaign_id,
                lead_id=lead.id,
                kind="callback",
                state="pending",
                at=lead.created_at,
                due_at=lead.created_at,
            )
        )


@pytest.fixture
def mixed_shop(small_shop: SmallShop) -> SmallShop:
    """Twelve new people in the hopper, and the crowd."""
    crowd(small_shop, CROWD)
    return small_shop


@pytest.fixture
def long_shop(small_shop: SmallShop) -> SmallShop:
    """So many busy ones that they take three steps."""
    crowd(small_shop, {"busy": 4_500})
    return small_shop


def leading(shop: SmallShop, who: str = "sofia") -> DialdeckApp:
    """The application with a supervisor (she has a password) or somebody else."""
    return DialdeckApp(shop.desk(), user=who, password="open sesame" if who == "sofia" else None)


async def press(pilot: Pilot[object], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def until(pilot: Pilot[object], holds: Callable[[], bool]) -> None:
    """Let the application go on until it is so; for work that goes on meanwhile."""
    end = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < end, shown(pilot.app)
        await pilot.pause()


def statuses(shop: SmallShop) -> dict[str, int]:
    """How many leads of the campaign have which status, straight from the table."""
    with shop.database.reading() as session:
        rows = session.execute(
            text(
                "SELECT coalesce(status, 'no_status'), count(*) FROM lead WHERE campaign_id = :id GROUP BY 1"
            ),
            {"id": shop.campaigns["spring"]},
        )
        return {str(status): int(leads) for status, leads in rows}


def figure(app: DialdeckApp, words: str) -> int:
    """The number after these words in a window."""
    found = re.search(re.escape(words) + r" +([\d,]+)", shown(app))
    assert found is not None, shown(app)
    return int(found[1].replace(",", ""))


def screen_of(app: DialdeckApp) -> RecyclingScreen:
    assert isinstance(app.screen, RecyclingScreen)
    return app.screen


class Gate:
    """Lets a recycle pause after each step until the test says so."""

    def __init__(self, app: DialdeckApp) -> None:
        self.open = threading.Event()
        recycle = app.desk.recycle

        def gated(wanted: object, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> object:
            def told(done: int, total: int) -> None:
                tell(done, total)
                assert self.open.wait(PATIENCE)

            return recycle(wanted, told, stop)

        app.desk.recycle = gated


# ── how it looks ─────────────────────────────────────────────────────────────────────────────────────────────


@SIZES
def test_cards_and_figures(snap_compare: Snap, mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "c", "a")
        app = pilot.app
        assert f"{TOTAL} leads · 48 recyclable" in shown(app)
        assert "[x] ↻ No answer" in shown(app)
        assert "[ ] ⚠ No status" in shown(app)
        assert "–  ✕ Sale" in shown(app)
        assert "Selected 48 leads in 4 statuses  →  45 recycled: 45 callable now" in shown(app)
        assert "3 pending callback" in shown(app)
        assert "⚠ 3 problems, F fixes them: 3 no status" in shown(app)
        assert "42.3 %" in shown(app)

    assert snap_compare(leading(mixed_shop), terminal_size=size, run_before=run)


@SIZES
def test_a_recycle_and_what_it_did(snap_compare: Snap, mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "c", "a", "enter", "y")
        app = pilot.app
        assert "✓ Recycle #1: 45 leads put back into play. 3 stayed as they were." in shown(app)
        assert "#1 today 12:00 sofia" in shown(app)
        assert "✓ done" in shown(app)

    assert snap_compare(leading(mixed_shop), terminal_size=size, run_before=run)


@SIZES
def test_the_filters(snap_compare: Snap, mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(
            pilot, "c", "f", "2", "tab", "3", "tab", *"2025-11-20", "tab", "tab", "tab", "tab", *"[/x]"
        )
        assert "tag [/x] · 2 to 3 attempts · last attempt before today 00:00" in shown(pilot.app)

    assert snap_compare(leading(mixed_shop), terminal_size=size, run_before=run)


def test_each_command_has_its_method() -> None:
    for name, screen in (("recycling", RecyclingScreen), ("why", WhyScreen)):
        for command in commands.for_screen(name):
            assert hasattr(screen, f"action_{command.action}"), command.id


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_finals_are_chosen_only_when_asked_for_and_do_not_call_never(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
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


async def test_a_status_of_a_later_version_is_a_card_and_cannot_be_chosen(mixed_shop: SmallShop) -> None:
    strange = text(
        "UPDATE lead SET status = :status WHERE id = (SELECT max(id) FROM lead WHERE status = 'busy')"
    )
    mixed_shop.write(lambda session: session.execute(strange, {"status": MARKUP}))
    app = leading(mixed_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "end", "left", "space")
        assert f"⚠ {MARKUP}" in shown(app)
        assert f"{TOTAL} leads" in shown(app)
        assert f"✕ {MARKUP}: no status this version knows" in shown(app)
        assert screen_of(app).selected == set()


async def test_cards_are_clicked_and_walked_and_cleared(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
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


async def test_switches_are_clicked_and_the_target_is_chosen(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
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


async def test_an_answer_about_an_earlier_choice_is_dropped(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
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


async def test_filters_narrow_what_is_chosen_and_the_cards_follow_the_list(mixed_shop: SmallShop) -> None:
    def divide(session: Session) -> None:
        lead = session.exec(select(Lead).where(Lead.status == "busy")).first()
        assert lead is not None
        made = LeadList(
            organisation_id=lead.organisation_id, campaign_id=lead.campaign_id, name=MARKUP,
            created_at=mixed_shop.clock(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        lead.list_id = made.id
        session.add(lead)

    mixed_shop.write(divide)
    app = leading(mixed_shop)
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


async def test_a_past_recycle_tells_its_filters_on_the_readers_clock(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
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


async def test_a_filter_that_cannot_be_understood_says_so_and_is_not_taken(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "f", "5", "tab", "3", "enter")
        assert isinstance(app.screen, FiltersScreen)
        assert "at least 5 and at most 3 attempts fit nobody" in shown(app)
        await press(pilot, "tab", *"soon", "shift+tab", "backspace", "enter")
        assert '"soon" is not understood' in shown(app)
        await press(pilot, "escape")
        assert screen_of(app).wanted.filters == Filters(())


# ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_preview_and_the_question_say_the_same_and_no_changes_nothing(
    mixed_shop: SmallShop,
) -> None:
    before = statuses(mixed_shop)
    app = leading(mixed_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a", "p")
        assert isinstance(app.screen, MessageScreen)
        assert figure(app, "Will be recycled to New") == 45
        assert figure(app, "↻ No answer") == 30
        await press(pilot, "escape", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Put 45 leads back into play as New?" in shown(app)
        assert "No answer 30 · Busy 8 · Failed 6 · Callback 1" in shown(app)
        await press(pilot, "enter")
        assert screen_of(app).selected, "Enter leaves it as it is"
    assert statuses(mixed_shop) == before


async def test_a_recycle_is_listed_explained_and_taken_back(mixed_shop: SmallShop) -> None:
    before = statuses(mixed_shop)
    app = leading(mixed_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a", "enter", "y")
        assert statuses(mixed_shop) == {
            "new": 57, "callback": 3, "sale": 5, "not_interested": 2, "dnc": 1, "no_status": 3,
        }  # fmt: skip
        await press(pilot, "tab", "enter")
        assert isinstance(app.screen, MessageScreen)
        assert "today 12:00 by sofia" in shown(app)
        assert figure(app, "Recycled") == 45
        await press(pilot, "escape", "z")
        assert "45 leads recycled today 12:00 by sofia" in shown(app)
        await press(pilot, "y")
        assert "Undo of recycle #1: 45 leads stand as before." in shown(app)
        assert "↶ undone" in shown(app)
        await press(pilot, "z")
        assert isinstance(app.screen, RecyclingScreen), "nothing is left to take back"
    assert statuses(mixed_shop) == before


async def test_the_screen_stays_alive_esc_stops_and_it_goes_on_where_it_was(long_shop: SmallShop) -> None:
    app = leading(long_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        gate = Gate(app)
        await press(pilot, "c", "a", "enter")
        await pilot.press("y")
        await until(pilot, lambda: "2,000 of 4,500" in shown(app))
        assert "Recycling …" in shown(app)
        await pilot.press("right", "space", "f1")
        await until(pilot, lambda: "Keys that work here" in shown(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "stopping after this step" in shown(app))
        gate.open.set()
        await settled(pilot)
        assert "‖ Recycle #1 stopped: 2,000 leads put back so far. o goes on, z takes it back." in shown(
            app
        ).replace("\n ", " ")
        assert "‖ stopped" in shown(app)
        assert statuses(long_shop) == {"new": 2_012, "busy": 2_500}
        await press(pilot, "o", "y")
        assert "4,500 leads put back into play" in shown(app)
    assert statuses(long_shop) == {"new": 4_512}


async def test_leaving_in_the_middle_ends_with_the_step_and_loses_nothing(long_shop: SmallShop) -> None:
    app = leading(long_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        gate = Gate(app)
        await press(pilot, "c", "a", "enter")
        await pilot.press("y")
        await until(pilot, lambda: "2,000 of 4,500" in shown(app))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._leaving)
        assert app.return_value is None, "it waits for the step"
        gate.open.set()
        await until(pilot, lambda: app.return_value == 0)
    assert statuses(long_shop) == {"new": 2_012, "busy": 2_500}
    again = leading(long_shop)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "z", "y")
        assert "2,000 leads stand as before" in shown(again)
    assert statuses(long_shop) == {"new": 12, "busy": 4_500}


async def test_an_error_in_the_middle_is_told_and_the_screen_counts_again(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)

        def broken(*_given: object) -> object:
            raise Unavailable("The database is gone. [/x]")

        app.desk.recycle = broken
        await press(pilot, "c", "a", "enter", "y")
        assert isinstance(app.screen, MessageScreen)
        assert "The database is gone. [/x]" in shown(app)
        await press(pilot, "escape")
        assert "✕ Ended early; what was saved before stays." in shown(app)
        assert not screen_of(app).working


async def test_who_was_called_since_stays_and_is_counted(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "right", "right", "space", "enter", "y")
        assert "#1 today 12:00 sofia   Busy → New" in shown(app)
        mixed_shop.clock.forward(minutes=1)

        def call(session: Session) -> None:
            recycled = text("SELECT min(lead_id) FROM history_event WHERE batch_id = 1")
            called = calls.ReportedCall(
                session.execute(recycled).scalar_one(), CallResult.NO_ANSWER, mixed_shop.clock()
            )
            root = users.sign_in(session, name="root", password=None, now=mixed_shop.clock())
            calls.record(session, actor=root, call=called, now=mixed_shop.clock())

        mixed_shop.write(call)
        await press(pilot, "r")
        assert "8 of 8 recycled · called 1 · contacted 0 · sold 0" in shown(app)
        await press(pilot, "z", "y")
        assert "7 leads stand as before. 1 was touched since and stays." in shown(app)


@pytest.mark.parametrize("place", ["recycling", "why"])
async def test_problems_are_tried_out_shown_and_set_right(mixed_shop: SmallShop, place: str) -> None:
    app = leading(mixed_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c" if place == "recycling" else "w", "F")
        assert isinstance(app.screen, ConfirmScreen)
        assert figure(app, "No status") == 3
        assert "nothing has changed yet" in shown(app)
        assert statuses(mixed_shop)["no_status"] == 3
        await press(pilot, "n")
        assert "Nothing was changed." in shown(app)
        await press(pilot, "F", "y")
        assert "✓ 3 leads of 3 set right." in shown(app)
        assert "no_status" not in statuses(mixed_shop)
        await press(pilot, "F")
        assert not isinstance(app.screen, ConfirmScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, CampaignsScreen)


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_auditors_look_and_change_nothing(mixed_shop: SmallShop) -> None:
    before = statuses(mixed_shop)
    app = leading(mixed_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "a")
        assert "⚠ 3 problems: 3 no status" in shown(app)
        assert "45 recycled" in shown(app)
        await press(pilot, "enter", "z", "o", "F")
        assert isinstance(app.screen, RecyclingScreen)
        await press(pilot, "p")
        assert "Will be recycled to New" in shown(app)
    assert statuses(mixed_shop) == before


async def test_sellers_have_no_such_key(mixed_shop: SmallShop) -> None:
    app = leading(mixed_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "recycle" not in shown(app).splitlines()[-1]
        await press(pilot, "c")
        assert isinstance(app.screen, CampaignsScreen)


async def test_a_campaign_without_leads_says_how_to_bring_some(small_shop: SmallShop) -> None:
    small_shop.write(lambda session: session.execute(text("DELETE FROM hopper_entry")))
    small_shop.write(lambda session: session.execute(text("DELETE FROM lead")))
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "c", "space", "a", "p", "enter", "z", "F", "down", "end", "G")
        assert "No leads yet. Bring people in: dialdeck leads import FILE" in shown(app)
        assert "none in this campaign yet" in shown(app)


@pytest.mark.parametrize("size", [(40, 12), (60, 14), (200, 60)])
async def test_it_can_be_used_in_any_terminal(mixed_shop: SmallShop, size: tuple[int, int]) -> None:
    app = leading(mixed_shop)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "c", "end")
        assert "⚠ No status" in shown(app), "the card one stands on can be seen"
        await press(pilot, "space", "tab")
        assert screen_of(app).selected == {NO_STATUS_KEY}

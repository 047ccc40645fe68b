"""The campaign report on screen: blocks, formulas, what is behind a figure, filters, a comparison."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from domain.errors import Unavailable
from domain.reporting.filters import ReportFilters
from tests.tui.leading import called
from tests.tui.leading.called import CALLS, LEADS
from tests.tui.leading.crowd import PATIENCE, leading, until
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui import commands
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading import report
from tui.screens.leading.lead import LeadScreen
from tui.screens.leading.report import ReportScreen
from tui.screens.leading.report_lines import Block, Line, plot_lines, rows
from tui.screens.leading.report_people import ReportPeopleScreen


def report_of(app: DialdeckApp) -> ReportScreen:
    assert isinstance(app.screen, ReportScreen)
    return app.screen


# ── what is behind a figure ──────────────────────────────────────────────────────────────────────────────────


async def test_a_figure_opens_its_people_and_a_person_the_lead(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "2", "enter")
        assert isinstance(app.screen, ReportPeopleScreen)
        assert "2 people" in shown(app)
        assert "María González" in shown(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, LeadScreen)
        await press(pilot, "escape", "escape")
        assert "16.7 %" in line_with(app, "▸ Success"), "back on the figure it came from"


async def test_every_number_has_as_many_people_as_it_says(called_shop: SmallShop) -> None:
    """Calls stand for the leads they were made to, so these can be fewer."""
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r")
        screen = report_of(app)
        seen = 0
        for place in range(len(screen.query_one("#blocks").options)):
            screen.action_block(place)
            for line in screen.shown.lines if screen.shown else ():
                if line.people:
                    found = app.desk.report_people(
                        screen.campaign_id, ReportFilters(), line.people, after=0, limit=100
                    )
                    assert len(found) == int(line.value if not line.is_share else line.number), line
                    seen += 1
        assert seen > 15


async def test_a_seller_and_a_day_open_their_own_figures(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "5")
        assert " –      4        2       1  50.0 %" in line_with(app, "▸ Ana Silva")
        assert "no rank: fewer than 30" in shown(app)
        await press(pilot, "enter", "down")
        assert "Calls: 4 counted calls" in shown(app)
        await press(pilot, "enter")
        assert "4 people" in shown(app)
        assert "Ana Silva: Calls" in shown(app).splitlines()[0]
        await press(pilot, "escape", "escape")
        assert "▸ Ana Silva" in shown(app), "back on the line it came from"
        await press(pilot, "6", "down", "enter")
        assert "Thu 20 Nov 2025" in shown(app)
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, CampaignsScreen)


# ── filters ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_filters_are_told_in_words_and_narrow_every_block(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "f", *"yesterday")
        assert "Only: acted on Wed 19 Nov 2025" in shown(app)
        await press(pilot, "enter")
        assert "Only: acted on Wed 19 Nov 2025" in line_with(app, "Only")
        assert "4 of them chosen" in shown(app)
        await press(pilot, "6")
        assert "Thu 20 Nov" not in shown(app)
        await press(pilot, "enter", "enter")
        assert "Wed 19 Nov 2025: Calls" in shown(app).splitlines()[0]
        assert "Only: acted on Wed 19 Nov 2025" in shown(app)
        assert "4 people" in shown(app)
        await press(pilot, "escape", "escape", "f", "ctrl+l")
        assert "All leads and all days, no filter" in shown(app)
        assert "Thu 20 Nov" in shown(app)


async def test_what_cannot_be_understood_is_said_and_not_taken(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "f", *"soon", "enter")
        assert '✕ "soon" is no day' in shown(app)
        await press(pilot, *["backspace"] * 4, "tab", "tab", *"bussy", "enter")
        assert '✕ there is no status "bussy". Did you mean busy?' in shown(app)
        await press(pilot, "backspace", "backspace", *"y, sale", "enter")
        assert report_of(app).filters.statuses == ("busy", "sale")
        assert "Only: status Busy, Sale" in shown(app)


# ── compared ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_another_campaign_stands_beside_it(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "c", "tab", "space", "down", "enter", "enter")
        assert f"Beside it: {MARKUP} Renewals, with the same filters" in shown(app)
        assert line_with(app, "Not contacted").endswith(" 7  58.3 %   1 100.0 % +41.7 pp")
        await press(pilot, "down", "down", "down", "o")
        assert isinstance(app.screen, ReportPeopleScreen)
        assert "1 person" in shown(app)
        assert f"{MARKUP} Renewals" in shown(app)
        await press(pilot, "escape", "c", "ctrl+l")
        assert "Beside it" not in shown(app)
        await press(pilot, "o")
        assert isinstance(app.screen, ReportScreen), "nothing stands beside it"


async def test_two_periods_stand_beside_each_other(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "f", *"today", "enter", "c")
        assert "acted on 2025-11-19" in shown(app), "the day before is proposed"
        await press(pilot, "enter", "6")
        assert line_with(app, "▸ Thu 20 Nov").split()[-7:-1]
        assert "2025-11-19: Wed 19 Nov 2025: contact rate 50.0 % = 2 contacts / 4 calls" in shown(app)
        assert "this one: Thu 20 Nov 2025: contact rate 66.7 % = 2 contacts / 3 calls" in shown(app)
        await press(pilot, "enter")
        assert line_with(app, "▸ Calls").split()[-3:] == ["3", "4", "+1"]
        await press(pilot, "o")
        assert "Wed 19 Nov 2025: Calls" in shown(app).splitlines()[0]
        assert "4 people" in shown(app)
        await press(pilot, "escape", "enter")
        assert "3 people" in shown(app)


# ── while it reads, and when there is nothing ────────────────────────────────────────────────────────────────


async def test_it_never_waits_for_the_figures(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        reports, go_on = app.desk.reports, threading.Event()

        def slow(*asked: object) -> object:
            assert go_on.wait(PATIENCE)
            return reports(*asked)

        app.desk.reports = slow
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("3", "right")
        await pilot.pause()
        assert "Counting …" in shown(app)
        assert "▸ 4 Rates" in shown(app)
        go_on.set()
        await until(pilot, lambda: "Contact rate 80.0 %" in shown(app))
        assert "Counting …" not in shown(app)


async def test_it_counts_again_by_itself_and_one_stays_where_one_is(
    called_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "REFRESH_SECONDS", 0.5)
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "5", "enter", "down", "down")
        assert "▸ Contacts" in shown(app)

        def calls() -> int:
            return int(line_with(app, "Calls").partition("Calls")[2].split()[0])

        made = calls()
        called.call(called_shop, "ana", "not-interested")
        await until(pilot, lambda: calls() == made + 1)
        assert "▸ Contacts" in shown(app)


async def test_a_refusal_is_one_line_and_f5_tries_again(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        reports = app.desk.reports

        def busy(*asked: object) -> object:
            raise Unavailable("The database is busy. [/x]")

        app.desk.reports = busy
        await press(pilot, "r")
        assert "✕ The database is busy. [/x]" in shown(app)
        app.desk.reports = reports
        await press(pilot, "f5")
        assert f"{LEADS} leads" in shown(app)


async def test_before_the_first_call_each_block_says_so(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "4")
        assert "Contact rate – = 0 contacted / 0 called leads" in shown(app)
        for key, words in (
            ("3", "No outcome with a reason"),
            ("5", "Nobody has called"),
            ("6", "No calls yet"),
        ):
            await press(pilot, key, "enter", "down")
            assert words in shown(app)


async def test_a_campaign_without_leads_says_how_to_bring_some(small_shop: SmallShop) -> None:
    small_shop.write(lambda session: session.execute(text("DELETE FROM hopper_entry")))
    small_shop.write(lambda session: session.execute(text("DELETE FROM lead")))
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "8")
        assert "No leads yet. Bring people in: dialdeck leads import FILE" in shown(app)


# ── who may, and with what ───────────────────────────────────────────────────────────────────────────────────


async def test_sellers_have_no_such_key_and_auditors_look(called_shop: SmallShop) -> None:
    app = leading(called_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r")
        assert isinstance(app.screen, CampaignsScreen)
    app = leading(called_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "4")
        assert "Contact rate 80.0 % = 4 contacted / 5 called leads" in shown(app)


async def test_the_mouse_chooses_blocks_and_opens_figures(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r")
        for words in ("4 Rates", "Conversion"):
            lines = shown(app).splitlines()
            row = next(place for place, line in enumerate(lines) if words in line)
            await pilot.click(offset=(lines[row].index(words), row))
            await settled(pilot)
        assert isinstance(app.screen, ReportPeopleScreen)
        assert "2 people" in shown(app)


async def test_the_digits_stand_in_the_help(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "f1", *"by hour", "enter")
        assert "▸ 7 By hour" in shown(app)


def test_each_command_has_its_method() -> None:
    for command in commands.for_screen("report"):
        assert hasattr(ReportScreen, f"action_{command.action}"), command.id


@pytest.mark.parametrize("size", [(40, 12), (60, 14), (200, 60)])
async def test_it_can_be_used_in_any_terminal(called_shop: SmallShop, size: tuple[int, int]) -> None:
    app = leading(called_shop)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "r", "right", "right", "left", "down", "end", "home", "f", "escape", "c", "escape")
        for digit in "12345678":
            await press(pilot, digit)
        assert app.return_code is None
        assert report_of(app).report.attempts_made == CALLS


def test_a_plot_stands_above_the_table_also_in_a_low_terminal() -> None:
    block = Block(
        "days",
        "By day",
        tuple(Line(f"day:{day}", f"Day {day}") for day in range(1, 11)),
        plot=tuple(float(day) for day in range(1, 11)),
        plotted="Successes, in all 55",
    )
    for height, lines in ((40, 8), (24, 4)):
        plot, *table = rows(block, plot_lines=plot_lines(height))
        drawn = plot.draw(60).plain.split("\n")
        assert len(drawn) == lines
        assert drawn[0] == "Successes, in all 55"
        assert "█" in drawn[2]
        assert (drawn[3] if height == 24 else drawn[6]).split() == ["Day", "1", "Day", "10"]
        assert len(table) == 10
    assert rows(block, plot_lines=plot_lines(20))[0].key == "day:1"

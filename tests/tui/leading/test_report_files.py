"""The campaign report's saved filters and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.reporting.filters import ReportFilters
from tests.tui.leading.crowd import leading
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui.screens.leading.report import ReportScreen
from tui.screens.leading.report_views import ViewsScreen


async def test_filters_are_kept_for_their_user_taken_and_forgotten(called_shop: SmallShop) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "f", *"today", "enter", "s", *"daily", "enter", "escape", "f", "ctrl+l")
        assert isinstance(app.screen, ReportScreen)
        assert app.screen.filters == ReportFilters()
        await press(pilot, "s", "enter")
        assert "Only: acted on Thu 20 Nov 2025" in shown(app)
        await press(pilot, "s", "x")
        assert "✓ daily is forgotten." in shown(app)
        assert "None yet." in shown(app)
        assert isinstance(app.screen, ViewsScreen)
        await press(pilot, "enter")
        assert "A name is needed" in shown(app)
    app = leading(called_shop, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "s")
        assert "None yet." in shown(app), "everybody has their own"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the application was started in."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


async def test_a_report_is_written_and_over_a_file_only_when_asked_twice(
    called_shop: SmallShop, folder: Path
) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "e", "down", "down", "enter")
        file = folder / "report-spring-subscriptions-2025-11-20.json"
        assert "✓ Written to" in shown(app)
        assert json.loads(file.read_text())["base"]["leads"] == 12
        file.write_text("mine")
        await press(pilot, "e", "down", "down", "enter")
        assert "is there already" in shown(app)
        assert file.read_text() == "mine"
        await press(pilot, "enter")
        assert json.loads(file.read_text())["attempts_made"] == 7


async def test_each_kind_is_written_and_a_bad_place_is_refused_in_a_line(
    called_shop: SmallShop, folder: Path
) -> None:
    app = leading(called_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "r", "e", "enter", "e", "down", "enter")
        page = (folder / "report-spring-subscriptions-2025-11-20.html").read_text(encoding="utf-8")
        table = (folder / "report-spring-subscriptions-2025-11-20.csv").read_text(encoding="utf-8")
        assert "<html" in page
        assert "Spring subscriptions" in page
        assert table.startswith("\ufeff")
        assert "resolution:S2" in table
        await press(pilot, "e", "home", *"nowhere/", "enter")
        assert "✕ nowhere/report-spring-subscriptions-2025-11-20.html cannot be written" in " ".join(
            shown(app).replace("│", " ").split()
        )

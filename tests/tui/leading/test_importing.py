"""The import on screen: choosing a file, changing its columns, a trial, the import, its undo."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, func, select
from textual.pilot import Pilot
from textual.widgets import Input

from domain.calling.models import Lead
from tests.tui.leading.crowd import PATIENCE, leading, until
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import SmallShop
from tui import commands
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading.importing import ImportScreen

Snap = Callable[..., bool]
Tell = Callable[[int, int], None]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
PEOPLE = """Nombre completo,Celular,Ciudad,Puntos
Ada [Marlow],+1 212-555-0180,Rivera,12
Bruno Keel,+1 212-555-0181,Salto,7
Cleo Varga,not a number,Salto,3
Dora Lind,+1 212-555-0100,Artigas,1
"""


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the folder one stands in: two new people, one without a number, one who is there already."""
    folder = tmp_path / "lists"
    folder.mkdir()
    file = folder / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    monkeypatch.chdir(folder)
    return file


def _leads(shop: SmallShop) -> int:
    def count(session: Session) -> int:
        return session.exec(select(func.count()).select_from(Lead)).one()

    with shop.database.reading() as session:
        return count(session)


async def _chosen(pilot: Pilot[object], file: Path) -> DialdeckApp:
    """The import screen with the file read."""
    app = pilot.app
    assert isinstance(app, DialdeckApp)
    await settled(pilot)
    await press(pilot, "i")
    app.screen.query_one(Input).value = str(file)
    await settled(pilot)
    await press(pilot, "enter")
    assert isinstance(app.screen, ImportScreen)
    return app


@SIZES
def test_the_mapping_says_why(
    snap_compare: Snap, small_shop: SmallShop, people: Path, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        app = await _chosen(pilot, people)
        assert isinstance(app.screen, ImportScreen)
        app.screen.options = app.screen.options.__class__()  # the path of the rejects is the test's own
        app.screen._draw()
        await settled(pilot)
        assert "people.csv · utf-8, separated by comma, with a header · 5 lines" in shown(app)
        assert "phone" in line_with(app, "Celular")
        assert "attribute" in line_with(app, "Puntos")
        assert "Ada [Marlow]" in shown(app)
        assert "t tries it, i imports it" in shown(app)

    assert snap_compare(leading(small_shop), terminal_size=size, run_before=run)


@SIZES
def test_choosing_the_file(
    snap_compare: Snap, small_shop: SmallShop, people: Path, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "i")
        field = pilot.app.screen.query_one(Input)
        field.value = ""
        await settled(pilot)
        assert "people.csv" in shown(pilot.app)

    assert snap_compare(leading(small_shop), terminal_size=size, run_before=run)


async def test_a_trial_counts_and_writes_nothing(small_shop: SmallShop, people: Path) -> None:
    before = _leads(small_shop)
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await _chosen(pilot, people)
        await press(pilot, "t")
        assert "Would import 2 of 4 rows · 1 there already · 1 rejected: phone not a number 1" in shown(app)
    assert _leads(small_shop) == before
    assert [each.name for each in people.parent.iterdir()] == ["people.csv"]


async def test_an_import_leaves_the_rejects_in_a_file_and_is_taken_back(
    small_shop: SmallShop, people: Path
) -> None:
    before = _leads(small_shop)
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await _chosen(pilot, people)
        await press(pilot, "i")
        assert "Import its people into the campaign Spring subscriptions" in shown(app)
        await press(pilot, "y")
        assert "✓ Imported 2 of 4 rows into people" in shown(app)
        assert _leads(small_shop) == before + 2
        rejects = people.with_name("people.rejects.csv").read_text(encoding="utf-8-sig")
        assert "Cleo Varga" in rejects
        await press(pilot, "z", "y")
        assert "↶ Import taken back: 2 leads removed." in shown(app)
        await press(pilot, "z")
        assert isinstance(app.screen, ImportScreen), "nothing is left to take back"
    assert _leads(small_shop) == before


async def test_a_column_gets_another_field_or_none_and_the_proposal_comes_back(
    small_shop: SmallShop, people: Path
) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await _chosen(pilot, people)
        screen = app.screen
        assert isinstance(screen, ImportScreen)
        screen.rows.highlighted = 6 + 3
        await press(pilot, "enter")
        assert 'What is "Puntos"?' in shown(app)
        await press(pilot, *["down"] * 19, "enter")
        assert "priority" in line_with(app, "Puntos")
        assert "chosen here" in line_with(app, "Puntos")
        screen.rows.highlighted = 6 + 1
        await press(pilot, "enter", *["up"] * 1, "enter")
        assert "No column with telephone numbers was found" in shown(app)
        await press(pilot, "i", "t")
        assert isinstance(app.screen, ImportScreen), "it cannot be imported like this"
        await press(pilot, "p")
        assert "phone" in line_with(app, "Celular")
        assert "attribute" in line_with(app, "Puntos")


async def test_settings_are_typed_and_a_wrong_one_changes_nothing(
    small_shop: SmallShop, people: Path
) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await _chosen(pilot, people)
        screen = app.screen
        assert isinstance(screen, ImportScreen)
        screen.rows.highlighted = 0
        await press(pilot, "enter", *"March", "enter")
        assert "March" in line_with(app, "List")
        await press(pilot, "down", "down", "enter", "down", "enter")
        assert "fill in and renew their data" in line_with(app, "Somebody there already")
        await press(pilot, "i", "y")
        assert "✓ Imported 2 of 4 rows into March · 1 updated · 1 rejected" in shown(app)


async def test_esc_leaves_without_a_file_and_sellers_have_no_such_key(
    small_shop: SmallShop, people: Path
) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "i", "escape")
        assert isinstance(app.screen, CampaignsScreen)
    app = leading(small_shop, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "i")
        assert isinstance(app.screen, CampaignsScreen)


def test_each_command_has_its_method() -> None:
    for command in commands.for_screen("import"):
        assert hasattr(ImportScreen, f"action_{command.action}"), command.id


async def test_esc_stops_after_a_portion_and_the_same_import_goes_on(
    small_shop: SmallShop, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.intake.importing.CHUNK", 1)
    before = _leads(small_shop)
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await _chosen(pilot, people)
        open_gate, work = threading.Event(), app.desk.import_file

        def gated(
            path: Path, campaign_id: int, options: object, tell: Tell, stop: Callable[[], bool]
        ) -> object:
            def told(done: int, total: int) -> None:
                tell(done, total)
                assert open_gate.wait(PATIENCE)

            return work(path, campaign_id, options, told, stop)

        app.desk.import_file = gated
        await press(pilot, "i")
        await pilot.press("y")
        await until(pilot, lambda: "2 of 5" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: "stopping after this step" in shown(app))
        open_gate.set()
        await settled(pilot)
        assert "Stopped: imported 1 of 1 rows so far into people" in shown(app)
        assert _leads(small_shop) == before + 1
        await press(pilot, "i", "y")
        assert "✓ Imported 2 of 4 rows into people" in shown(app)
    assert _leads(small_shop) == before + 2

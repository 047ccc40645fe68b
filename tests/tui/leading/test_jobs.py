"""The background jobs on screen: how they stand, who leads, run now, let one rest, the runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from domain.jobs import runs, schedules
from domain.people import rights
from scheduler import jobs as bodies
from scheduler.work import Work
from tests.tui.leading.jobs_at_work import ERROR, leading
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.desk import Desk
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading.jobs_words import schedule, took

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def by_the_wall(shop: SmallShop, who: str = "root") -> DialdeckApp:
    """An application with the real time, by which jobs run."""
    return DialdeckApp(Desk(shop.url), user=who)


# ── how they stand ───────────────────────────────────────────────────────────────────────────────────────


@SIZES
def test_the_jobs(snap_compare: Snap, worked: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "t")
        app = pilot.app
        assert "● Run by front-desk, process 4711." in shown(app)
        assert "every 1 min" in line_with(app, "fill_hopper")
        assert line_with(app, "fill_hopper").split()[-4:] == ["12:00", "2.00", "s", "12:01"]
        assert "campaigns 2, added 12 · front-desk, process 4711" in shown(app)
        assert f"failed 2 times in a row: {ERROR}" in shown(app)
        assert "‖ recycle_failed_calls" in shown(app)
        assert "paused · brought 3" in shown(app)
        assert "◔ cleanup_stale_hopper_entries" in shown(app)
        assert "daily at 02:00" in line_with(app, "reconcile_lead_status")

    assert snap_compare(leading(worked), terminal_size=size, run_before=run)


@SIZES
def test_where_no_job_has_ever_run_it_says_what_to_do(
    snap_compare: Snap, small_shop: SmallShop, size: tuple[int, int]
) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "t")
        assert "⚠ Nobody runs the jobs: dialdeck scheduler run" in shown(pilot.app)
        assert "has not run yet" in shown(pilot.app)

    assert snap_compare(leading(small_shop), terminal_size=size, run_before=run)


@SIZES
def test_the_runs_of_a_job(snap_compare: Snap, worked: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "t", "down", "enter")
        assert "puts dropped calls whose wait is over to the front" in shown(pilot.app)
        assert "by hand" in line_with(pilot.app, "✕ failed")
        assert ERROR in shown(pilot.app)
        assert "2 runs, newest first" in shown(pilot.app)

    assert snap_compare(leading(worked), terminal_size=size, run_before=run)


async def test_jobs_nobody_runs_any_more(worked: SmallShop) -> None:
    worked.clock.forward(hours=1)
    app = leading(worked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert "⚠ Nobody runs the jobs: dialdeck scheduler run" in shown(app)
        assert "overdue: nobody runs it" in shown(app)


async def test_enter_opens_the_row_an_arrow_led_to_however_fast(worked: SmallShop) -> None:
    app = leading(worked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        for key in ("down", "enter"):
            app.post_message(events.Key(key, None))
        await settled(pilot)
        assert "puts dropped calls whose wait is over to the front" in shown(app)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every 30s", "every 30 s"),
        ("every 5m", "every 5 min"),
        ("every 2h", "every 2 h"),
        ("at 02:00 America/Montevideo", "daily at 02:00"),
        ("off", "switched off"),
    ],
)
def test_schedules_in_words(text: str, words: str) -> None:
    assert schedule(text) == words
    if text != "off":
        assert schedules.parse(text)


def test_lengths_of_runs_in_words() -> None:
    assert [took(each) for each in (None, 0.31, 42.4, 240.0)] == ["–", "0.31 s", "42 s", "4 min"]


# ── run now ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_r_runs_a_job_here_and_shows_its_figures(small_shop: SmallShop) -> None:
    app = by_the_wall(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t", "r")
        assert "✓ fill_hopper done in" in shown(app)
        assert "campaigns 2, added" in shown(app)
        assert "· this application" in shown(app)
        await press(pilot, "enter")
        assert "by hand" in line_with(app, "✓ done")


async def test_a_run_that_fails_says_why(small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(work: Work) -> None:
        raise ValueError("[/x] somebody's number")

    monkeypatch.setitem(bodies.BODIES, "fill_hopper", breaks)
    app = by_the_wall(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t", "r")
        assert "✕ fill_hopper failed: ValueError at test_jobs.py" in shown(app)
        assert "somebody's number" not in shown(app)
        assert "⚠ fill_hopper failed" in shown(app).splitlines()[0]


async def test_a_run_goes_on_when_its_screen_is_closed(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(work: Work) -> None:
        begun.set()
        assert go_on.wait(20)
        work.add(rows=7)

    monkeypatch.setitem(bodies.BODIES, "fill_hopper", waits)
    app = by_the_wall(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        await pilot.press("r")
        while not begun.is_set():
            await pilot.pause()
        assert "fill_hopper runs …" in shown(app)
        await pilot.press("r")
        await pilot.pause()
        assert "Still at it: fill_hopper." in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, CampaignsScreen)
        go_on.set()
        await settled(pilot)
        assert "✓ fill_hopper done in" in shown(app)
        assert "rows 7" in shown(app)
    with small_shop.database.reading() as session:
        assert len(runs.listing(session, actor=rights.system(1), job="fill_hopper")) == 1


async def test_leaving_ends_a_run_early_and_writes_that_down(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def long(work: Work) -> None:
        while not work.should_stop():
            with work.transaction():
                begun.set()

    monkeypatch.setitem(bodies.BODIES, "fill_hopper", long)
    app = by_the_wall(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        await pilot.press("r")
        while not begun.is_set():
            await pilot.pause()
        await pilot.press("ctrl+q")
    ended = threading.Event()
    for _ in range(200):
        with small_shop.database.reading() as session:
            found = runs.listing(session, actor=rights.system(1), job="fill_hopper")
        if found[0].result != "running":
            break
        ended.wait(0.05)
    assert found[0].result == "stopped"


# ── rest, roles ──────────────────────────────────────────────────────────────────────────────────────────


async def test_space_lets_a_job_rest_and_run_again(small_shop: SmallShop) -> None:
    app = leading(small_shop)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t", "space")
        assert "‖ fill_hopper" in shown(app)
        assert "✓ fill_hopper is paused" in shown(app)
        await press(pilot, "space")
        assert "‖ fill_hopper" not in shown(app)
        assert "✓ fill_hopper runs again" in shown(app)


async def test_auditors_look_and_change_nothing(worked: SmallShop) -> None:
    app = leading(worked, "audrey")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert "run now" not in shown(app).splitlines()[-1]
        await press(pilot, "r", "space")
        assert "‖ fill_hopper" not in shown(app)
        assert "campaigns 2, added 12" in shown(app)
        await press(pilot, "enter")
        assert "1 runs" in shown(app) or "1 run" in shown(app)


async def test_sellers_have_no_such_key(worked: SmallShop) -> None:
    app = leading(worked, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, CampaignsScreen)
        assert "jobs" not in shown(app).splitlines()[-1]


# ── the application leads ────────────────────────────────────────────────────────────────────────────────


async def test_the_application_itself_is_shown_as_the_one_who_leads(
    small_shop: SmallShop, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    file.write_text('[scheduler]\nlook = "1s"\n[scheduler.jobs.fold_figures]\nevery = "1s"\n')
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    desk = Desk("")
    app = DialdeckApp(desk, user="root", options={"database": small_shop.url, "user": "root"})
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            await press(pilot, "t")
            assert "● They run in this application, while it is open." in shown(app)
            for _ in range(200):
                await pilot.pause(0.05)
                await press(pilot, "f5")
                if "rows saved" in shown(app):
                    break
            assert "this application" in line_with(app, "rows saved")
    finally:
        desk.close()

"""What supervisors are told of background jobs in trouble, on every screen, and sellers are not."""

from __future__ import annotations

from tests.tui.leading.jobs_at_work import ERROR, leading, prepare, ran
from tests.tui.screens_text import press, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.console import ConsoleScreen
from tui.screens.leading.jobs import JobsScreen


def tick(app: DialdeckApp) -> None:
    screen = app.screen
    assert isinstance(screen, CampaignsScreen)
    screen._tick()


async def test_a_failing_job_is_told_until_it_runs_well_again(worked: SmallShop) -> None:
    app = leading(worked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        tick(app)
        await settled(pilot)
        assert "⚠ retry_dropped_calls failed 12:00" in shown(app).splitlines()[0]
        await press(pilot, "enter")
        assert isinstance(app.screen, ConsoleScreen)
        assert "⚠ retry_dropped_calls failed 12:00" in shown(app).splitlines()[0]
        assert "root ● ready" in shown(app).splitlines()[0]
        await press(pilot, "f2", "t")
        assert "⚠ retry_dropped_calls failed 12:00" in shown(app).splitlines()[0]
        ran(worked, "retry_dropped_calls")
        assert isinstance(app.screen, JobsScreen)
        app.screen._look_out()
        await settled(pilot)
        assert "⚠" not in shown(app).splitlines()[0]


async def test_several_are_told_in_one(worked: SmallShop) -> None:
    worked.clock.forward(seconds=1)
    ran(worked, "fold_figures", "failed", ERROR)
    app = leading(worked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        tick(app)
        await settled(pilot)
        assert "⚠ fold_figures failed 12:00, 1 more" in shown(app).splitlines()[0]


async def test_that_nobody_runs_the_jobs_is_told(small_shop: SmallShop) -> None:
    prepare(small_shop)
    small_shop.clock.forward(hours=1)
    app = leading(small_shop)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        tick(app)
        await settled(pilot)
        assert "⚠ nobody runs the jobs since 12:01" in shown(app).splitlines()[0]


async def test_sellers_are_not_alarmed(worked: SmallShop) -> None:
    app = leading(worked, "ana")
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        tick(app)
        await settled(pilot)
        assert "⚠" not in shown(app).splitlines()[0]


async def test_whoever_signs_in_next_sees_no_alert_of_others(worked: SmallShop) -> None:
    app = leading(worked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        tick(app)
        await settled(pilot)
        assert app.alert
        await press(pilot, "o")
        assert "⚠" not in shown(app)

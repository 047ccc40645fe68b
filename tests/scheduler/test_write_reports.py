"""Reports written regularly: once for each day or week that is over, whole, and one that fails holds up no other."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.errors import Invalid, NotAllowed
from domain.people.rights import Actor, system
from domain.reporting import orders
from domain.reporting.filters import ReportFilters
from domain.reporting.orders import Order, last_day
from scheduler import by_hand
from scheduler.by_hand import JobFailed
from storage.database import Database
from storage.scheduler_settings import SchedulerSettings
from tests.support.factories import NOON, ShopFixture, build_shop


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    return build_shop(database, leads=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    return made


def order(shop: ShopFixture, folder: Path, who: Actor | None = None, **given: str) -> Order:
    wanted = {"format": "json", "every": "daily", **given}
    with shop.database.transaction() as session:
        return orders.add(
            session,
            actor=who or shop.root,
            campaign_id=shop.campaign_id,
            folder=str(folder),
            filters=ReportFilters(),
            now=NOON,
            **wanted,
        )


def run(shop: ShopFixture) -> dict[str, int]:
    done = by_hand.once(shop.database, SchedulerSettings(), actor=shop.sup, job="write_reports")
    return dict(done.counts)


def listed(shop: ShopFixture) -> list[Order]:
    with shop.database.reading() as session:
        return orders.listing(session, actor=shop.root)


def test_a_report_is_written_once_for_every_day_that_is_over(shop: ShopFixture, folder: Path) -> None:
    made = order(shop, folder)
    assert run(shop)["written"] == 1
    [file] = folder.iterdir()
    [kept] = listed(shop)
    assert kept.written_until is not None
    assert file.name == f"spring-{made.id}-{kept.written_until}.json"
    assert json.loads(file.read_text())["base"]["leads"] == 3
    file.unlink()
    assert run(shop)["written"] == 0
    assert list(folder.iterdir()) == []


def test_a_process_that_died_before_it_said_so_writes_the_same_file_again(
    shop: ShopFixture, folder: Path
) -> None:
    order(shop, folder, format="csv")
    run(shop)
    with shop.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE report_order SET written_until = NULL")
    assert run(shop)["written"] == 1
    assert len(list(folder.iterdir())) == 1


def test_what_cannot_be_written_is_told_and_tried_again(shop: ShopFixture, folder: Path) -> None:
    order(shop, folder / "gone")
    order(shop, folder, format="html")
    with pytest.raises(JobFailed):
        run(shop)
    bad, good = sorted(listed(shop), key=lambda each: each.id)
    assert bad.problem is not None
    assert "cannot be written" in bad.problem
    assert (good.problem, bad.written_until) == (None, None)
    (folder / "gone").mkdir()
    assert run(shop)["written"] == 1
    assert [each.problem for each in listed(shop)] == [None, None]


@pytest.mark.parametrize(
    ("every", "today", "until"),
    [
        ("daily", "2026-11-21", "2026-11-20"),
        ("weekly", "2026-11-21", "2026-11-15"),
        ("weekly", "2026-11-22", "2026-11-15"),
        ("weekly", "2026-11-23", "2026-11-22"),
    ],
)
def test_a_week_is_over_on_sunday(every: str, today: str, until: str) -> None:
    assert last_day(every, date.fromisoformat(today)) == date.fromisoformat(until)


def test_a_period_is_the_day_or_week_that_is_over(shop: ShopFixture, folder: Path) -> None:
    order(shop, folder, every="weekly", period="due")
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday in London, still Sunday in Montevideo
    for zone, first, until in (
        ("UTC", "2026-11-16", "2026-11-22"),
        ("America/Montevideo", "2026-11-09", "2026-11-15"),
    ):
        with shop.database.reading() as session:
            actor = system(shop.root.organisation_id, timezone=zone)
            [due] = orders.due(session, actor=actor, now=at)
        assert (str(due.filters.acted_from), str(due.filters.acted_to)) == (first, until)


def test_only_an_administrator_has_files_written_and_sense_is_asked_for(
    shop: ShopFixture, folder: Path
) -> None:
    with pytest.raises(NotAllowed):
        order(shop, folder, who=shop.sup)
    for wrong in ({"format": "pdf"}, {"every": "hourly"}, {"period": "never"}):
        with pytest.raises(Invalid):
            order(shop, folder, **wrong)
    with pytest.raises(Invalid):
        order(shop, Path(" "))

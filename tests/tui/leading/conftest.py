"""Shops with people to recycle, and one whose background jobs have run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from domain.jobs import states
from domain.people import rights
from tests.support import databases
from tests.tui.leading.called import work
from tests.tui.leading.crowd import CROWD, crowd
from tests.tui.leading.jobs_at_work import ERROR, prepare, ran, take
from tests.tui.shop import Clock, SmallShop

History = Callable[[SmallShop], object]
Told = Callable[[History], SmallShop]


class Histories:
    """Files of the small shop after something happened in it, each made once in a run."""

    def __init__(self, file: Path, shop: SmallShop, folder: Callable[[], Path]) -> None:
        self._file, self._shop, self._folder = file, shop, folder
        self._told: dict[History, tuple[Path, Clock]] = {}

    def of(self, history: History) -> tuple[Path, Clock]:
        """The file, and the clock as it stood then."""
        if history not in self._told:
            file, clock = self._folder() / "shop.sqlite3", Clock()
            with databases.sqlite_copy(self._file, file) as database:
                history(replace(self._shop, database=database, clock=clock))
            self._told[history] = file, clock
        return self._told[history]


@pytest.fixture(scope="session")
def histories(_built_shop: tuple[Path, SmallShop], tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """The made files of this run."""
    return Histories(*_built_shop, lambda: tmp_path_factory.mktemp("history"))


@pytest.fixture
def told(histories: Histories, small_shop: SmallShop, tmp_path: Path) -> Iterator[Told]:
    """Brings the test's small shop to where a history ends."""
    with ExitStack() as stack:

        def tell(history: History) -> SmallShop:
            file, clock = histories.of(history)
            small_shop.database.close()
            small_shop.database = stack.enter_context(databases.sqlite_copy(file, tmp_path / "shop.sqlite3"))
            small_shop.clock.at = clock.at
            return small_shop

        yield tell


def _crowded(shop: SmallShop) -> None:
    crowd(shop, CROWD)


def _long(shop: SmallShop) -> None:
    crowd(shop, {"busy": 4_500})


def _worked(shop: SmallShop) -> None:
    prepare(shop)
    ran(shop, "fill_hopper", campaigns=2, added=12)
    shop.clock.forward(seconds=10)
    ran(shop, "retry_dropped_calls", "failed", ERROR, brought=1)
    ran(shop, "retry_dropped_calls", "failed", ERROR)
    ran(shop, "recycle_failed_calls", brought=3)
    with shop.database.transaction() as session:
        states.pause(session, actor=rights.system(1), job="recycle_failed_calls")
    take(shop, "cleanup_stale_hopper_entries")
    shop.clock.forward(seconds=20)


@pytest.fixture
def crowded_shop(told: Told) -> SmallShop:
    """Twelve new people in the hopper, and the crowd."""
    return told(_crowded)


@pytest.fixture
def long_shop(told: Told) -> SmallShop:
    """So many busy ones that they take three steps."""
    return told(_long)


@pytest.fixture
def worked(told: Told) -> SmallShop:
    """A shop with every kind of job state."""
    return told(_worked)


@pytest.fixture
def called_shop(told: Told) -> SmallShop:
    """Seven calls in two days."""
    return told(work)

"""Fixtures for the screens: a small real shop, a clock that stands still, a terminal that does not blink.

``App.run`` uses eager tasks on Python 3.12 and newer, ``run_test`` does not; here both do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual import constants
from textual.widgets import Input, TextArea

from storage.database import Database
from tests.support import databases
from tests.tui.shop import Clock, SmallShop, build
from tui import i18n
from tui.app import DialdeckApp


@pytest.fixture(autouse=True)
async def eager_tasks() -> None:
    """Tasks as in a real terminal."""
    if hasattr(asyncio, "eager_task_factory"):
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)


@pytest.fixture(autouse=True)
def still_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No animation, no blinking cursor, no colours of the machine that runs the tests, English."""
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Input.cursor_blink, "_default", False)
    monkeypatch.setattr(TextArea.cursor_blink, "_default", False)
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture
def clock() -> Clock:
    """Stands at noon until told."""
    return Clock()


@pytest.fixture(scope="session")
def _built_shop(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SmallShop]:
    """The small shop, built once in a run: hashing its password takes longer than many a test."""
    file = tmp_path_factory.mktemp("small") / "shop.sqlite3"
    with databases.sqlite_copy(_sqlite_template, file) as database:
        return file, build(database, Clock())


@pytest.fixture
def small_shop(_built_shop: tuple[Path, SmallShop], tmp_path: Path, clock: Clock) -> Iterator[SmallShop]:
    """The shop of ``tests.tui.shop``, in a file of the test's own."""
    file, built = _built_shop
    with databases.sqlite_copy(file, tmp_path / "shop.sqlite3") as database:
        yield replace(
            built, database=database, clock=clock, campaigns=dict(built.campaigns), leads=dict(built.leads)
        )


@pytest.fixture
def empty_shop(sqlite_database: Database, clock: Clock) -> SmallShop:
    """A shop with users and nothing to call."""
    return build(sqlite_database, clock, campaigns=False)


@pytest.fixture
def open_app(small_shop: SmallShop) -> Callable[..., DialdeckApp]:
    """Makes an application on the small shop: ``open_app(user="ana", theme=…)``."""

    def make(*, user: str | None = None, password: str | None = None, **preferences: object) -> DialdeckApp:
        return DialdeckApp(small_shop.desk(**preferences), user=user, password=password)

    return make

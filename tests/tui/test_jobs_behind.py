"""The background jobs behind the screens: they run while somebody has the application open, and hold nobody up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from domain.jobs import runs
from domain.jobs.runs import RunView
from domain.people import rights
from tests.tui.shop import SmallShop

terminal = pytest.importorskip("tests.tui.terminal", reason="needs a pseudo-terminal")

LEFT = b"\x1b[?1049l"
SECONDS = 30.0
HANGS = """
import threading
from scheduler import jobs
def hangs(work):
    with work.transaction(): pass
    threading.Event().wait()
jobs.BODIES["fold_figures"] = hangs
"""
Start = Callable[[str], object]


@pytest.fixture
def start(small_shop: SmallShop, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts the application on the small shop, with a job every second, after some code."""
    file = own_home / "dialdeck.toml"
    file.write_text('[scheduler]\nlook = "1s"\n[scheduler.jobs.fold_figures]\nevery = "1s"\n')
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    begun = []

    def make(before: str = "") -> object:
        code = f"{before}\nimport sys; from tui.app import run; sys.exit(run({small_shop.url!r}, 'ana'))"
        begun.append(terminal.Terminal(code))
        return begun[-1]

    yield make
    for each in begun:
        each.kill()


def ran(small_shop: SmallShop, result: str, opened: object) -> RunView:
    """The newest run that ended so, waiting for one; the screen is read meanwhile."""
    end = monotonic() + SECONDS
    while monotonic() < end:
        opened._read(0.1)
        with small_shop.database.reading() as session:
            for run in runs.listing(session, actor=rights.system(1), job="fold_figures"):
                if run.result == result:
                    return run
    raise AssertionError(f"no run was {result}")


def test_jobs_run_while_the_application_is_open(start: Start, small_shop: SmallShop) -> None:
    before = datetime.now(UTC)
    opened = start("")
    opened.wait_for("Spring subscriptions")
    assert ran(small_shop, "done", opened).started_at > before
    opened.send("\x11")
    assert opened.wait_for_end() == 0
    assert b"fold_figures" not in opened.written, "runs are told in the log, not in the terminal"
    assert b"Traceback" not in opened.written


def test_leaving_does_not_wait_for_a_job_that_hangs(start: Start, small_shop: SmallShop) -> None:
    opened = start(HANGS)
    opened.wait_for("Spring subscriptions")
    ran(small_shop, "running", opened)
    begun = monotonic()
    opened.send("\x11")
    assert opened.wait_for_end() == 0
    assert monotonic() - begun < 8
    assert LEFT in opened.written

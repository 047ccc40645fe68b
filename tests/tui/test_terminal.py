"""The application as a process in a real terminal: it starts, ends, and puts the terminal in order."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from storage.gate import gate_for
from tests.tui.shop import SmallShop

terminal = pytest.importorskip("tests.tui.terminal", reason="needs a pseudo-terminal")

LEFT = b"\x1b[?1049l"
Start = Callable[[str], object]


@pytest.fixture
def start(small_shop: SmallShop) -> Iterator[Start]:
    """Starts the application on the small shop: ``start("user='ana'")``."""
    begun = []

    def make(arguments: str = "") -> object:
        code = f"import sys; from tui.app import run; sys.exit(run({small_shop.url!r}, {arguments}))"
        begun.append(terminal.Terminal(code))
        return begun[-1]

    yield make
    for each in begun:
        each.kill()


def test_it_opens_and_leaves_with_the_terminal_in_order(start: Start) -> None:
    opened = start("")
    opened.wait_for("Who is working here?")
    opened.send("\r")
    opened.wait_for("Spring subscriptions")
    opened.send("\x11")
    assert opened.wait_for_end() == 0
    assert opened.written.rstrip().endswith(LEFT) or LEFT in opened.written[-400:]


def test_sigterm_leaves_as_the_quit_key_does(start: Start) -> None:
    opened = start("'ana'")
    opened.wait_for("Spring subscriptions")
    opened.signal(signal.SIGTERM)
    assert opened.wait_for_end() == 0
    assert LEFT in opened.written


def test_what_stops_it_is_one_line_on_the_terminal(start: Start) -> None:
    opened = start("'nobody'")
    assert opened.wait_for_end() == 1
    told = opened.written.split(LEFT)[-1].decode()
    assert "nobody" in told
    assert "Traceback" not in told


def test_quitting_twice_does_not_wait_for_a_busy_database(start: Start, small_shop: SmallShop) -> None:
    opened = start("'ana'")
    opened.wait_for("Spring subscriptions")
    opened.send("\r")
    opened.wait_for("María González")
    path = small_shop.database.address.path
    assert path is not None
    with gate_for(Path(path)).hold():
        opened.send("\x11")
        opened.wait_for("Saving")
        begun = monotonic()
        opened.send("\x11")
        assert opened.wait_for_end() == 0
        assert monotonic() - begun < 5
    assert LEFT in opened.written

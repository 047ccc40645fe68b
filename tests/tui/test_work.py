"""Threads: late answers are dropped, writes keep their order, leaving waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from domain.errors import Conflict
from tests.tui.screens_text import settled, shown
from tests.tui.shop import MARKUP
from tui.app import DialdeckApp
from tui.screens.base import CommandScreen

OpenApp = Callable[..., DialdeckApp]


class Counter(CommandScreen[None]):
    """A screen that writes down what its threads brought."""

    REGISTRY = "campaigns"

    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.left: list[str] = []

    def farewell(self) -> Callable[[], None] | None:
        return lambda: self.left.append(threading.current_thread().name)


async def test_of_two_questions_only_the_later_answer_counts(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        gate = threading.Event()

        def slow() -> str:
            gate.wait(10)
            return "first"

        screen.ask(slow, screen.got.append, group="g")
        screen.ask(lambda: "second", screen.got.append, group="g")
        await pilot.pause()
        gate.set()
        await settled(pilot)
        assert screen.got == ["second"]


async def test_writes_happen_in_the_order_of_the_keys_and_none_is_lost(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        gate = threading.Event()
        written: list[int] = []

        def write(number: int) -> int:
            if number == 0:
                gate.wait(10)
            written.append(number)
            return number

        for number in range(5):
            screen.do(lambda number=number: write(number), screen.got.append)
        app.pop_screen()
        gate.set()
        while app.writing:
            await settled(pilot)
        assert written == [0, 1, 2, 3, 4]


async def test_a_refused_write_is_told_even_when_its_screen_is_gone(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        gate = threading.Event()

        def refused() -> None:
            gate.wait(10)
            raise Conflict(f"{MARKUP} was already handled.")

        screen.do(refused)
        await app.pop_screen()
        gate.set()
        await settled(pilot)
        assert f"{MARKUP} was already handled." in shown(app)


async def test_leaving_first_writes_what_is_still_to_be_written(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        await pilot.press("ctrl+q")
        await settled(pilot)
    assert len(screen.left) == 1
    assert screen.left[0] != threading.main_thread().name
    assert app.return_code == 0

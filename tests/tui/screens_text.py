"""What a person would press, and read on the screen then."""

from __future__ import annotations

from contextlib import suppress

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled, WorkerFailed


def shown(app: App[object]) -> str:
    """The letters on the screen now, a line each."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def line_with(app: App[object], text: str) -> str:
    """The first line of the screen that holds ``text``."""
    for line in shown(app).splitlines():
        if text in line:
            return line
    raise AssertionError(f"{text!r} is not on the screen:\n{shown(app)}")


async def settled(pilot: Pilot[object]) -> None:
    """Wait until the threads are done and what they brought is painted, twice in a row with no thread at work."""
    rested = 0
    for _round in range(6):
        at_work = len(pilot.app.workers) > 0
        with suppress(WorkerCancelled, WorkerFailed):  # the application is leaving
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        rested = 0 if at_work else rested + 1
        if rested == 2:
            return


async def press(pilot: Pilot[object], *keys: str) -> None:
    """One key after another, each when all that came of the one before is on the screen."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)

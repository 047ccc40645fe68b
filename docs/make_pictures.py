"""The pictures of the documentation, made by running the application on a demonstration shop (`make pictures`).

Each is an SVG of what the terminal shows; the clock stands at a Tuesday afternoon so that a rerun makes the same.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from storage.demo import shop
from tui.app import DialdeckApp
from tui.desk import Desk
from tui.look import early

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "pictures"

# name, columns, rows, who signs in, keys on the list of campaigns and after
PICTURES: tuple[tuple[str, int, int, str, tuple[str, ...]], ...] = (
    ("console", 120, 40, "ana", ("down", "enter", "wait")),
    ("console-80x24", 80, 24, "ana", ("down", "enter", "wait")),
    ("after-an-outcome", 80, 24, "ana", ("down", "enter", "wait", "i")),
    ("help", 80, 24, "ana", ("down", "enter", "f1")),
    ("recycling", 120, 40, "ines", ("down", "c", "space", "right", "space", "enter", "y", "a")),
    ("report", 120, 40, "ines", ("down", "r", "6")),
)


def _without_fonts(svg: str) -> str:
    """The picture with the reader's own fixed-width font: nothing is fetched to show it."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


async def _settled(app: DialdeckApp, pilot: Pilot[int]) -> None:
    """Wait until the workers have answered and everything is painted."""
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def _picture(url: str, name: str, columns: int, rows: int, user: str, keys: tuple[str, ...]) -> None:
    desk = Desk(url, early(), now=lambda: NOW)
    app = DialdeckApp(desk, user=user)
    async with app.run_test(size=(columns, rows), notifications=True) as pilot:
        await _settled(app, pilot)
        for key in keys:
            if key == "wait":
                # The queue and its figures come in the background, after the person.
                await asyncio.sleep(3)
                await _settled(app, pilot)
                continue
            await pilot.press(key)
            await _settled(app, pilot)
        (FOLDER / f"{name}.svg").write_text(_without_fonts(app.export_screenshot()), encoding="utf-8")
        app.exit(0)
    desk.close()


def main() -> None:
    """Make all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, columns, rows, user, keys in PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/demo.sqlite3"
            shop.build(url, now=NOW, leads=3000, seed=1)
            asyncio.run(_picture(url, name, columns, rows, user, keys))


if __name__ == "__main__":
    main()

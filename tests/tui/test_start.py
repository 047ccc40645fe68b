"""What happens before the first picture: little is loaded, and the picture says what is going on."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.screens_text import settled, shown
from tui.app import DialdeckApp
from tui.look import early
from tui.opening import shown_address
from tui.screens.sign_in import SignInScreen

OpenApp = Callable[..., DialdeckApp]
HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "alembic",
    "phonenumbers",
    "babel",
    "holidays",
    "psycopg",
    "argon2",
)


def test_nothing_heavy_is_loaded_for_the_first_picture() -> None:
    program = f"import sys, tui.app, tui.look; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_the_first_picture_says_what_is_being_opened(open_app: OpenApp) -> None:
    app = open_app()
    gate = threading.Event()
    opened = app.desk.open

    def slow() -> object:
        gate.wait(10)
        return opened()

    app.desk.open = slow
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Opening" in shown(app)
        assert "test_the_first_picture" in shown(app)
        assert "^q quit" in shown(app)
        gate.set()
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("sqlite:////srv/shop.sqlite3", "/srv/shop.sqlite3"),
        ("postgresql://ana:secret@db.example.org/shop", "postgresql://ana@db.example.org/shop"),
        ("postgresql:///shop", "postgresql:///shop"),
        ("", "the database"),
    ],
)
def test_the_address_is_shown_without_its_password(url: str, seen: str) -> None:
    assert shown_address(url) == seen


def test_theme_and_mouse_are_known_before_the_configuration_is_checked(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    file.write_text('theme = "dialdeck-light"\nmouse = false\nlanguage = "es"\n')
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    look = early()
    assert (look.theme, look.mouse, look.language) == ("dialdeck-light", False, "es")
    monkeypatch.setenv("DIALDECK_MOUSE", "on")
    monkeypatch.setenv("DIALDECK_THEME", "nord")
    look = early()
    assert (look.theme, look.mouse) == ("nord", True)


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe", b"theme = 5\nmouse = 'no'"])
def test_a_configuration_that_cannot_be_read_is_left_to_the_strict_reading(
    content: bytes, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    file.write_bytes(content)
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    assert early().theme == "dialdeck-dark"

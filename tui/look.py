"""How the first picture looks, read in a hurry: the strict reading of the configuration follows in a thread.

Whatever cannot be read or understood here is left to that one, which names file, key and what was meant.
"""

from __future__ import annotations

import os
import tomllib

from storage import chosen
from storage.config import PREFIX, config_path
from tui.preferences import Preferences

_NO = frozenset({"0", "false", "no", "off", "n", "f"})


def early() -> Preferences:
    """Language, theme and mouse as configured; the keymap only matters once somebody can press keys."""
    values: dict[str, object] = {}
    try:
        with open(config_path(), "rb") as file:
            values = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        values = {}
    for key in ("language", "theme", "mouse"):
        given = os.environ.get(f"{PREFIX}{key.upper()}")
        if given:
            values[key] = given
    plain = Preferences()
    configured = _text(values.get("theme"), plain.theme)
    mouse = values.get("mouse", True)
    return Preferences(
        language=_text(values.get("language"), plain.language),
        theme=chosen.theme(configured),
        configured_theme=configured,
        mouse=mouse.lower() not in _NO if isinstance(mouse, str) else mouse is not False,
    )


def _text(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value else otherwise

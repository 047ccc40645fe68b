"""What a person set for the screens: language, colours, mouse, keys, how a telephone is reached.

Filled from the configuration by whoever opens the application; knows no file and no environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Preferences:
    """``configured_theme`` is what the configuration says where ``theme`` is what the person chose on the screen
    instead; None where no configuration was read. ``tel_command`` opens a telephone link (``xdg-open {uri}``;
    ``{number}`` is the bare number), empty: none. ``zone`` is the reader's time zone, None: the computer's own.
    ``keymap`` maps ids to keys.
    """

    language: str = "en"
    theme: str = "dialdeck-dark"
    configured_theme: str | None = None
    mouse: bool = True
    keymap: Mapping[str, str] = field(default_factory=dict)
    tel_command: str = ""
    zone: ZoneInfo | None = None

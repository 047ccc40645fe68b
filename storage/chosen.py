"""What a person chose on the screens and wants to find again at the next start: the colours.

Kept in a file of the program's own, for the configuration belongs to the person. A choice holds as long as the
configuration says what it said then: whoever configures other colours afterwards gets those.
Read before the first picture, so nothing heavy is imported here.
"""

from __future__ import annotations

import json
from pathlib import Path


def chosen_path() -> Path:
    """Where the choice is kept, or would be."""
    from platformdirs import user_state_path

    return user_state_path("dialdeck", appauthor=False) / "chosen.json"


def theme(configured: str) -> str:
    """The theme to open in: the one chosen last in place of ``configured``, else that one.

    A file that cannot be read or understood counts as no choice: colours must never keep anybody from working.
    """
    try:
        kept = json.loads(chosen_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return configured
    if not isinstance(kept, dict) or kept.get("instead_of") != configured:
        return configured
    chosen = kept.get("theme")
    return chosen if isinstance(chosen, str) and chosen else configured


def keep_theme(name: str, configured: str) -> None:
    """Open in theme ``name`` from now on, as long as the configuration says ``configured``.

    Raises:
        DomainError: the file cannot be written.
    """
    from storage.errors import file_errors

    path = chosen_path()
    with file_errors(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"theme": name, "instead_of": configured}), encoding="utf-8")
        new.replace(path)

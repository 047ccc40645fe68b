"""Writes `keys.md` from the registry of commands and the standard outcomes; a test holds that it is current."""

from __future__ import annotations

from pathlib import Path

from domain.calling.action_seed import ACTION_SEED
from tui import commands

PAGE = Path(__file__).parent / "keys.md"

_HEAD = """# Keys

Made from the registry of commands (`python docs/make_keys.py`). On every screen `F1` shows the keys that work there now, with your own
in place of the standard ones; it can be searched, and Enter runs a line.

## Commands

"""

_OUTCOMES = """
## Outcomes

What a shop starts with. An administrator changes keys and adds outcomes with `dialdeck actions`; the console shows them at once. `L` asks
when to call later. `‼` asks for the key again. Digits add a reason to the last outcome.

| Key | Outcome | Name in the keymap |
|---|---|---|
"""

_OWN = """
## Your own keys

In the configuration file (`dialdeck config path` says where), for yourself alone:

```toml
[keymap]
"console.dial" = "f5"
"console.note" = "n, f6"     # several keys: with commas
"action.not-found" = "w"     # an outcome
```

Keys are letters, signs, `f1` to `f12`, `ctrl+x`, `alt+x`, `up`, `pageup` and the like. What cannot be is told at the start and the standard
key stays: an unknown name, a key that two commands of one screen would share, a digit in the console, a key a terminal cannot tell from
another (`ctrl+h` `ctrl+i` `ctrl+j` `ctrl+m`), a letter alone for a command that must work where text is typed. A key given to a command is
taken from the outcome that had it; the start says so.
"""


def page() -> str:
    """The whole page."""
    outcomes = "".join(
        f"| `{key}` | {meaning['labels']['en']}{' ‼' if meaning['confirm'] else ''} | `action.{slug}` |\n"
        for slug, meaning, key in ACTION_SEED
    )
    return _HEAD + commands.documentation() + _OUTCOMES + outcomes + _OWN


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

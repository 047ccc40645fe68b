"""The commands of personal data and duplicates, on the screen of one lead."""

from __future__ import annotations

from domain.codes import Role
from tui.command import LEADING, Command
from tui.i18n import mark

_LEAD = ("lead",)
_ADMIN = frozenset({Role.ADMIN})

PRIVACY_COMMANDS: tuple[Command, ...] = (
    Command(
        "lead.merge", ("m",), "merge", mark("merge"),
        mark("Merge somebody with the same number or e-mail into this person, for good"),
        mark("One lead"), _LEAD, LEADING, "known", 20,
    ),
    Command(
        "lead.export", ("o",), "export", mark("export person"),
        mark("Write everything the shop holds about this person to a file, to answer their request"),
        mark("One lead"), _LEAD, _ADMIN, "known", 21,
    ),
    Command(
        "lead.erase", ("delete",), "erase", mark("erase person"),
        mark("Erase this person for good, at their request: name, numbers and texts go, figures stay"),
        mark("One lead"), _LEAD, _ADMIN, "known", 22,
    ),
)  # fmt: skip

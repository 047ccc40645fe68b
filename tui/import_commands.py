"""The commands of the import screen."""

from __future__ import annotations

from tui.command import LEADING, Command, ScreenInfo
from tui.i18n import mark

_GROUP = mark("Import")
_HERE = ("import",)

IMPORT_SCREENS = (ScreenInfo("import", mark("Import")),)

IMPORT_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.import", ("i",), "import", mark("import"),
        mark("Bring people in from a file: how it is read, a trial, the import, its undo"),
        mark("Leading"), ("campaigns",), LEADING, "campaign", 17,
    ),
    Command(
        "import.open", ("enter",), "open", mark("change"),
        mark("Change this column's field, or this setting of the import"), _GROUP, _HERE, LEADING, "file", 10, True,
    ),
    Command(
        "import.go", ("i",), "go", mark("import"),
        mark("Import the file like this, after a question"), _GROUP, _HERE, LEADING, "ready", 11,
    ),
    Command(
        "import.trial", ("t",), "trial", mark("trial run"),
        mark("Count what the import would do, writing nothing"), _GROUP, _HERE, LEADING, "ready", 12,
    ),
    Command(
        "import.sample", ("s",), "sample", mark("sample"),
        mark("The first rows as they would be imported"), _GROUP, _HERE, LEADING, "ready", 13,
    ),
    Command(
        "import.undo", ("z",), "undo", mark("undo"),
        mark("Take the import back that was just made, but for the leads somebody worked with"),
        _GROUP, _HERE, LEADING, "imported", 14,
    ),
    Command(
        "import.file", ("f",), "file", mark("other file"),
        mark("Choose another file"), _GROUP, _HERE, LEADING, "idle", 15,
    ),
    Command(
        "import.propose", ("p",), "propose", mark("as proposed"),
        mark("Take back what was changed of the columns"), _GROUP, _HERE, LEADING, "changed", 16,
    ),
)  # fmt: skip

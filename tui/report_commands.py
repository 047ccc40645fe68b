"""The commands of the campaign report."""

from __future__ import annotations

from tui.command import LOOKING, Command
from tui.i18n import mark

_GROUP = mark("Report")
_HERE = ("report",)

REPORT_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.report", ("r",), "report", mark("report"),
        mark("What came of this campaign, in figures with their formulas, and the people behind each"),
        mark("Leading"), ("campaigns",), LOOKING, "campaign", 11,
    ),
    Command(
        "report.open", ("enter",), "open", mark("people"),
        mark("The people behind this figure; on a seller, a day, an hour: the figures of that one"),
        _GROUP, _HERE, LOOKING, "people", 10, True,
    ),
    Command(
        "report.open_beside", ("o",), "open_beside", mark("people beside"),
        mark("In a comparison: the people behind this figure on the other side"),
        _GROUP, _HERE, LOOKING, "beside", 11,
    ),
    Command(
        "report.next", ("right", "tab"), "next_block", mark("next block"),
        mark("The next block of figures; a digit goes straight to its block"),
        _GROUP, _HERE, LOOKING, "", 12, True,
    ),
    Command(
        "report.before", ("left", "shift+tab"), "block_before", mark("block before"),
        mark("The block of figures before"), _GROUP, _HERE, LOOKING, priority=True,
    ),
    Command(
        "report.filter", ("f",), "filter", mark("filter"),
        mark("Only some of it: seller, list, dates, status, resolution, reason, tags"),
        _GROUP, _HERE, LOOKING, "", 13,
    ),
    Command(
        "report.views", ("s",), "views", mark("saved"),
        mark("Your saved filters: take one, keep the present ones under a name, forget one"),
        _GROUP, _HERE, LOOKING, "", 16,
    ),
    Command(
        "report.compare", ("c",), "compare", mark("compare"),
        mark("Another campaign or other days beside it"), _GROUP, _HERE, LOOKING, "", 14,
    ),
    Command(
        "report.export", ("e",), "export", mark("export"),
        mark("Write this report to a file: table (CSV), JSON or a page to send (HTML)"),
        _GROUP, _HERE, LOOKING, "read", 15,
    ),
    Command(
        "report.refresh", ("f5",), "refresh", mark("refresh"),
        mark("Count again now (it happens by itself every 30 seconds)"), _GROUP, _HERE, LOOKING, "", 20,
    ),
)  # fmt: skip

"""The commands of the recycling screen, and the repair's key on the screens that have it."""

from __future__ import annotations

from tui.command import LEADING, LOOKING, Command
from tui.i18n import mark

_GROUP = mark("Recycling")
_HERE = ("recycling",)

RECYCLING_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.recycle", ("c",), "recycle", mark("recycle"),
        mark("Put leads of chosen statuses back into play; what came of earlier recycles"),
        mark("Leading"), ("campaigns",), LOOKING, "campaign", 14,
    ),
    Command(
        "recycling.enter", ("enter",), "enter", mark("recycle"),
        mark("Put the chosen leads back into play, after a question"),
        _GROUP, _HERE, LEADING, "idle", 12,
    ),
    Command(
        "recycling.select", ("space",), "select", mark("select"),
        mark("Select the card under the cursor, or not"), _GROUP, _HERE, LOOKING, "idle", 10,
    ),
    Command(
        "recycling.all", ("a",), "select_recyclable", mark("all"),
        mark("Select every recyclable status that has somebody without a pending callback"),
        _GROUP, _HERE, LOOKING, "idle", 14,
    ),
    Command(
        "recycling.clear", ("c",), "clear", mark("clear"),
        mark("Select none"), _GROUP, _HERE, LOOKING, "idle", 22,
    ),
    Command(
        "recycling.preview", ("p",), "preview", mark("preview"),
        mark("Who would be recycled, when they may be called, and who stays"), _GROUP, _HERE, LOOKING, "idle", 11,
    ),
    Command(
        "recycling.filter", ("f",), "filter", mark("filter"),
        mark("Only some of them: list, attempts, last attempt, resolution, seller, tag"),
        _GROUP, _HERE, LOOKING, "idle", 15,
    ),
    Command(
        "recycling.target", ("t",), "target", mark("to"),
        mark("The status they get: new, or another recyclable one"), _GROUP, _HERE, LOOKING, "idle", 23,
    ),
    Command(
        "recycling.reset", ("e",), "reset_attempts", mark("reset attempts"),
        mark("Count their attempts from nought again, or keep counting; the history stays"),
        _GROUP, _HERE, LOOKING, "idle", 24,
    ),
    Command(
        "recycling.final", ("i",), "include_final", mark("include final"),
        mark("Let leads that have ended be selected too; do-not-call never"),
        _GROUP, _HERE, LOOKING, "idle", 25,
    ),
    Command(
        "recycling.undo", ("z",), "undo", mark("undo"),
        mark("Take the marked past recycle back, for the leads nobody touched since"),
        _GROUP, _HERE, LEADING, "past", 16,
    ),
    Command(
        "recycling.resume", ("o",), "resume", mark("go on"),
        mark("Go on with the marked recycle, which was stopped"), _GROUP, _HERE, LEADING, "stopped", 17,
    ),
    Command(
        "leads.fix", ("F",), "fix", mark("fix"),
        mark("Set right leads whose status or counters cannot be true: shown first, then asked"),
        _GROUP, ("recycling", "why"), LEADING, "problems", 18,
    ),
    Command(
        "recycling.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Count again now (the cards do so by themselves every 10 seconds)"), _GROUP, _HERE, LOOKING, "", 50,
    ),
)  # fmt: skip

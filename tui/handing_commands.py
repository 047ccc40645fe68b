"""The commands of the screen that hands leads out and takes them back."""

from __future__ import annotations

from tui.command import LEADING, LOOKING, Command, ScreenInfo
from tui.i18n import mark

_GROUP = mark("Handing out")
_HERE = ("handing",)

HANDING_SCREENS: tuple[ScreenInfo, ...] = (ScreenInfo("handing", mark("Handing out"), digits=True),)

HANDING_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.hand_out", ("a",), "hand_out", mark("hand out"),
        mark("Hand leads of this campaign to sellers, take them back; what was handed out before"),
        mark("Leading"), ("campaigns",), LOOKING, "campaign", 15,
    ),
    Command(
        "handing.enter", ("enter",), "enter", mark("hand out"),
        mark("Hand the numbers typed out, after a question; on a line of the past, everything about it"),
        _GROUP, _HERE, LOOKING, "idle", 10, True,
    ),
    Command(
        "handing.preview", ("p",), "preview", mark("preview"),
        mark("Who would get how many, and which leads stay and why"), _GROUP, _HERE, LOOKING, "idle", 11,
    ),
    Command(
        "handing.evenly", ("e",), "evenly", mark("evenly"),
        mark("The same number for every seller: so many in all, or all there are"),
        _GROUP, _HERE, LOOKING, "idle", 12,
    ),
    Command(
        "handing.filter", ("f",), "filter", mark("filter"),
        mark("Only some of them: status, list, attempts, last attempt, resolution, tag; of a seller, to hand on"),
        _GROUP, _HERE, LOOKING, "idle", 13,
    ),
    Command(
        "handing.callbacks", ("c",), "callbacks", mark("callbacks"),
        mark("Callbacks to come move with their leads, or stay whose they are"),
        _GROUP, _HERE, LOOKING, "idle", 22,
    ),
    Command(
        "handing.clear", ("n",), "clear", mark("none"),
        mark("Forget the numbers typed"), _GROUP, _HERE, LOOKING, "idle", 23,
    ),
    Command(
        "handing.take_back", ("x",), "take_back", mark("take back"),
        mark("Take the open leads of the marked seller back into the pool, after a question"),
        _GROUP, _HERE, LEADING, "seller", 14,
    ),
    Command(
        "handing.take_all", ("X",), "take_all", mark("all back"),
        mark("Take the open leads of all sellers of this campaign back, after a question"),
        _GROUP, _HERE, LEADING, "idle", 24,
    ),
    Command(
        "handing.undo", ("z",), "undo", mark("undo"),
        mark("Undo the marked hand-out (else the last one), for the leads nobody touched since"),
        _GROUP, _HERE, LEADING, "past", 15,
    ),
    Command(
        "handing.resume", ("o",), "resume", mark("go on"),
        mark("Go on with the marked hand-out, which was stopped"), _GROUP, _HERE, LEADING, "stopped", 16,
    ),
    Command(
        "handing.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Count again now (it happens by itself every 10 seconds)"), _GROUP, _HERE, LOOKING, "", 50,
    ),
)  # fmt: skip

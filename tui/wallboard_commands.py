"""The commands of the wallboard."""

from __future__ import annotations

from tui.command import LEADING, LOOKING, Command, ScreenInfo
from tui.i18n import mark

_GROUP = mark("Wallboard")
_HERE = ("wallboard",)

WALLBOARD_SCREENS = (ScreenInfo("wallboard", mark("Wallboard")),)

WALLBOARD_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.wallboard", ("b",), "wallboard", mark("wallboard"),
        mark("Everybody at this moment: sellers, campaigns, what needs somebody"),
        mark("Leading"), ("campaigns",), LOOKING, "", 16,
    ),
    Command(
        "wallboard.open", ("enter",), "open", mark("open"),
        mark("A seller's queue, a campaign's hopper, or what an alert is about"),
        _GROUP, _HERE, LOOKING, "row", 10, True,
    ),
    Command(
        "wallboard.message", ("m",), "message", mark("message"),
        mark("Write a line to this seller; it appears on their console"), _GROUP, _HERE, LEADING, "seller", 11,
    ),
    Command(
        "wallboard.take_back", ("x",), "take_back", mark("take back"),
        mark("Take the person out of this seller's hands, after a question"), _GROUP, _HERE, LEADING, "claim", 12,
    ),
    Command(
        "wallboard.pause", ("space",), "pause", mark("pause"),
        mark("Let this campaign rest, or go on: sellers finish whom they have and get nobody new"),
        _GROUP, _HERE, LEADING, "campaign", 13,
    ),
    Command(
        "wallboard.refresh", ("f5",), "refresh", mark("refresh"),
        mark("Look again now (it happens by itself every 2 seconds)"), _GROUP, _HERE, LOOKING, "", 40,
    ),
)  # fmt: skip

"""The commands of finding and mending people: the search, the lead, one change for many."""

from __future__ import annotations

from tui.command import LOOKING, Command, ScreenInfo
from tui.i18n import mark

CARE_SCREENS: tuple[ScreenInfo, ...] = (ScreenInfo("find", mark("Find anybody"), typing=True),)

_FIND = ("find",)
_LEAD = ("lead",)

CARE_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.find", ("slash",), "find", mark("find"),
        mark("Find anybody of the shop by name, number, e-mail, id, tag or status"),
        mark("Leading"), ("campaigns",), LOOKING, "", 16,
    ),
    Command(
        "find.open", ("enter",), "open", mark("open"),
        mark("Everything about this lead; where nobody was found: look inside names and numbers"),
        mark("Find anybody"), _FIND, LOOKING, "", 10, True,
    ),
    Command("find.up", ("up",), "up", mark("up"), mark("One line up"), mark("Find anybody"), _FIND, LOOKING),
    Command(
        "find.down", ("down",), "down", mark("down"), mark("One line down"), mark("Find anybody"), _FIND, LOOKING,
    ),
    Command(
        "find.more", ("pagedown", "f8"), "more", mark("next page"), mark("The next page"),
        mark("Find anybody"), _FIND, LOOKING, "more", 20,
    ),
    Command(
        "find.back", ("pageup", "f7"), "page_back", mark("page before"), mark("The page before"),
        mark("Find anybody"), _FIND, LOOKING, "before", 21,
    ),
)  # fmt: skip

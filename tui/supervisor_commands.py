"""The commands of those who lead: supervisors, administrators, and auditors who only look."""

from __future__ import annotations

from domain.people.rights import LEADING_ROLES, READING_ROLES
from tui.command import Command, ScreenInfo
from tui.i18n import mark

LEADING = frozenset(LEADING_ROLES)
LOOKING = frozenset(READING_ROLES)

SUPERVISOR_SCREENS: tuple[ScreenInfo, ...] = (
    ScreenInfo("why", mark("Why is the queue empty?")),
    ScreenInfo("people", mark("People of a row")),
    ScreenInfo("lead", mark("One lead")),
)

_CAMPAIGNS = ("campaigns",)

SUPERVISOR_COMMANDS: tuple[Command, ...] = (
    # From the list of campaigns
    Command(
        "campaigns.why", ("w",), "why", mark("why"),
        mark("Where every lead of this campaign stands, and why it is not callable"),
        mark("Leading"), _CAMPAIGNS, LOOKING, "campaign", 12,
    ),
    # Why is the queue empty?
    Command(
        "why.open", ("enter",), "open", mark("people"),
        mark("The people of this row"), mark("Leading"), ("why",), LOOKING, "people", 10, True,
    ),
    Command(
        "why.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Count again now (it happens by itself every 10 seconds)"), mark("Leading"), ("why",), LOOKING, "", 20,
    ),
    # People of a row, one lead
    Command(
        "people.open", ("enter",), "open", mark("open"),
        mark("Everything about this lead"), mark("Leading"), ("people",), LOOKING, "people", 10, True,
    ),
    Command(
        "people.more", ("n",), "more", mark("next page"),
        mark("The next page"), mark("Leading"), ("people",), LOOKING, "more", 20,
    ),
    Command(
        "people.back", ("p",), "page_back", mark("page before"),
        mark("The page before"), mark("Leading"), ("people",), LOOKING, "before", 21,
    ),
    Command(
        "leading.close", ("escape",), "close", mark("back"),
        mark("Back to where you came from"), mark("Leading"), ("why", "people", "lead"), show=60,
    ),
)  # fmt: skip

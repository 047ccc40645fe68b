"""The commands of the editors: campaigns, outcome keys, reasons."""

from __future__ import annotations

from domain.codes import Role
from tui.command import LEADING, LOOKING, Command, ScreenInfo
from tui.i18n import mark

_ADMIN = frozenset({Role.ADMIN})
_GROUP = mark("Campaign settings")
_KEYS = mark("Outcome keys")

EDITING_SCREENS = (
    ScreenInfo("campaign", mark("Campaign settings")),
    ScreenInfo("outcomes", mark("Outcome keys")),
    ScreenInfo("reasons", mark("Reasons")),
)

EDITING_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.edit", ("e",), "edit", mark("settings"),
        mark("This campaign's name, dates, hours, attempts, hopper, script"),
        mark("Leading"), ("campaigns",), LOOKING, "campaign", 18,
    ),
    Command(
        "campaigns.new", ("n",), "new", mark("new campaign"),
        mark("Make a campaign"), mark("Leading"), ("campaigns",), LEADING, "", 26,
    ),
    Command(
        "campaigns.outcomes", ("K",), "outcomes", mark("outcome keys"),
        mark("What the keys of the console do: labels, keys, reasons"),
        mark("Leading"), ("campaigns",), LOOKING, "", 27,
    ),
    Command(
        "campaign.open", ("enter",), "open", mark("change"),
        mark("Change this setting"), _GROUP, ("campaign",), LEADING, "known", 10, True,
    ),
    Command(
        "campaign.save", ("s",), "save", mark("save"),
        mark("Write all changes at once; with something wrong nothing is written"),
        _GROUP, ("campaign",), LEADING, "changed", 11,
    ),
    Command(
        "campaign.back", ("z",), "put_back", mark("as before"),
        mark("Take the change of this setting back"), _GROUP, ("campaign",), LEADING, "touched", 12,
    ),
    Command(
        "outcomes.open", ("enter",), "open", mark("change"),
        mark("Change this action: label, key, reason, whether it asks again"),
        _KEYS, ("outcomes",), _ADMIN, "known", 10, True,
    ),
    Command(
        "outcomes.new", ("n",), "new", mark("new"),
        mark("Add an action of the shop's own; it appears in the console with its key"),
        _KEYS, ("outcomes",), _ADMIN, "", 13,
    ),
    Command(
        "outcomes.switch", ("space",), "switch", mark("on or off"),
        mark("Show this action in the console, or not"), _KEYS, ("outcomes",), _ADMIN, "known", 11,
    ),
    Command(
        "outcomes.reasons", ("r",), "reasons", mark("reasons"),
        mark("The reasons under each resolution"), _KEYS, ("outcomes",), LOOKING, "", 12,
    ),
    Command(
        "reasons.open", ("enter",), "open", mark("change"),
        mark("Change the text of this reason"), _KEYS, ("reasons",), _ADMIN, "known", 10, True,
    ),
    Command(
        "reasons.switch", ("space",), "switch", mark("on or off"),
        mark("Offer this reason, or not"), _KEYS, ("reasons",), _ADMIN, "known", 11,
    ),
    Command(
        "reasons.new", ("n",), "new", mark("new"),
        mark("Add a reason under the resolution one stands on"), _KEYS, ("reasons",), _ADMIN, "known", 12,
    ),
)  # fmt: skip

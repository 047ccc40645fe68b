"""The commands of finding and mending people: the search, the lead, one change for many."""

from __future__ import annotations

from tui.command import LEADING, LOOKING, Command, ScreenInfo
from tui.i18n import mark

CARE_SCREENS: tuple[ScreenInfo, ...] = (
    ScreenInfo("find", mark("Find anybody"), typing=True),
    ScreenInfo("bulk", mark("Change many"), typing=True),
    ScreenInfo("bulk_past", mark("Changes of many")),
)

_FIND = ("find",)
_LEAD = ("lead",)
_BULK = ("bulk",)
_PAST = ("bulk_past",)

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
    Command(
        "lead.edit", ("e",), "edit", mark("change lead"),
        mark("Status, campaign status, resolution, priority, seller, next attempt of this lead"),
        mark("One lead"), _LEAD, LEADING, "known", 10,
    ),
    Command(
        "lead.person", ("c",), "person", mark("change person"),
        mark("Name, numbers, tags, time zone and other data of this person, for every campaign"),
        mark("One lead"), _LEAD, LEADING, "known", 11,
    ),
    Command(
        "lead.do_not_call", ("x",), "do_not_call", mark("do not call"),
        mark("Put this person on the do-not-call register with a reason, or take them off"),
        mark("One lead"), _LEAD, LEADING, "known", 12,
    ),
    Command(
        "campaigns.many", ("m",), "many", mark("change many"),
        mark("One change for many leads of this campaign: tag, priority, zone, list, do-not-call"),
        mark("Leading"), ("campaigns",), LEADING, "campaign", 28,
    ),
    Command(
        "people.many", ("m",), "many", mark("change all"),
        mark("One change for all people of this page: tag, priority, zone, list, do-not-call"),
        mark("Leading"), ("people",), LEADING, "people", 30,
    ),
    Command(
        "bulk.apply", ("enter",), "apply", mark("change"),
        mark("Change the leads that were counted, after a question"),
        mark("Change many"), _BULK, LEADING, "changes", 10, True,
    ),
    Command(
        "bulk.back", ("f6",), "take_back", mark("take back"),
        mark("Take back what was just changed, for leads nobody changed since"),
        mark("Change many"), _BULK, LEADING, "done", 11,
    ),
    Command(
        "campaigns.changed", ("M",), "changed", mark("changes of many"),
        mark("What was changed for many leads of this campaign at once, by whom; any of it is taken back there"),
        mark("Leading"), ("campaigns",), LOOKING, "campaign", 29,
    ),
    Command(
        "bulk.past", ("f7",), "past", mark("past changes"),
        mark("Earlier changes of many leads of this campaign, to look at or take back"),
        mark("Change many"), _BULK, LOOKING, "", 12,
    ),
    Command(
        "bulk_past.open", ("enter",), "open", mark("tell all"), mark("Everything about this change"),
        mark("Changes of many"), _PAST, LOOKING, "marked", 10, True,
    ),
    Command(
        "bulk_past.undo", ("z",), "undo", mark("take back"),
        mark("Take this change back, for leads nobody changed since"),
        mark("Changes of many"), _PAST, LEADING, "past", 11,
    ),
    Command(
        "bulk_past.more", ("n",), "more", mark("older"), mark("The next page"),
        mark("Changes of many"), _PAST, LOOKING, "more", 20,
    ),
    Command(
        "bulk_past.back", ("p",), "page_back", mark("newer"), mark("The page before"),
        mark("Changes of many"), _PAST, LOOKING, "before", 21,
    ),
    Command(
        "bulk_past.refresh", ("f5",), "refresh", mark("refresh"), mark("Read them again"),
        mark("Changes of many"), _PAST, LOOKING, "", 40,
    ),
)  # fmt: skip

"""The commands of personal data and duplicates, on the screen of one lead and on their own."""

from __future__ import annotations

from domain.codes import Role
from tui.command import LEADING, LOOKING, Command, ScreenInfo
from tui.i18n import mark

_LEAD = ("lead",)
_HERE = ("duplicates",)
_ADMIN = frozenset({Role.ADMIN})

PRIVACY_SCREENS: tuple[ScreenInfo, ...] = (ScreenInfo("duplicates", mark("Duplicates")),)

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
    Command(
        "campaigns.duplicates", ("D",), "duplicates", mark("duplicates"),
        mark("Contacts of the shop that share a number or an e-mail, and may be one person"),
        mark("Leading"), ("campaigns",), LOOKING, "", 30,
    ),
    Command(
        "duplicates.open", ("enter",), "open", mark("open"), mark("Everything about this person's lead"),
        mark("Duplicates"), _HERE, LOOKING, "person", 10, True,
    ),
    Command(
        "duplicates.merge", ("m",), "merge", mark("keep this one"),
        mark("Merge the others of the group into this one, for good, after a question"),
        mark("Duplicates"), _HERE, LEADING, "person", 11,
    ),
    Command(
        "duplicates.share", ("e",), "share", mark("number/e-mail"),
        mark("Those with the same e-mail, or those with the same number"),
        mark("Duplicates"), _HERE, LOOKING, "", 12,
    ),
    Command(
        "duplicates.more", ("n",), "more", mark("next page"), mark("The next page"),
        mark("Duplicates"), _HERE, LOOKING, "more", 20,
    ),
    Command(
        "duplicates.back", ("p",), "page_back", mark("page before"), mark("The page before"),
        mark("Duplicates"), _HERE, LOOKING, "before", 21,
    ),
    Command(
        "duplicates.refresh", ("f5",), "refresh", mark("refresh"), mark("Look again now"),
        mark("Duplicates"), _HERE, LOOKING, "", 40,
    ),
)  # fmt: skip

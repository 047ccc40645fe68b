"""The commands of the screens about users and the audit log."""

from __future__ import annotations

from domain.codes import Role
from tui.command import LOOKING, Command, ScreenInfo
from tui.i18n import mark

ADMINISTERING = frozenset({Role.ADMIN})
AUDITING = frozenset({Role.ADMIN, Role.AUDITOR})

USER_SCREENS: tuple[ScreenInfo, ...] = (
    ScreenInfo("users", mark("Users")),
    ScreenInfo("audit", mark("Audit log")),
)

_USERS = mark("Users")
_AUDIT = mark("Audit log")

USER_COMMANDS: tuple[Command, ...] = (
    Command(
        "campaigns.users", ("u",), "users", mark("users"),
        mark("Who may sign in, and as what; their teams, passwords and locks"),
        mark("Leading"), ("campaigns",), LOOKING, "", 26,
    ),
    Command(
        "campaigns.audit", ("l",), "audit", mark("audit log"),
        mark("Who signed in, what was refused, what administrators did"),
        mark("Leading"), ("campaigns",), AUDITING, "", 27,
    ),
    # Users
    Command(
        "users.open", ("enter",), "open", mark("edit"),
        mark("Change this user's name, role, shift and team"), _USERS, ("users",), ADMINISTERING, "user", 10, True,
    ),
    Command(
        "users.add", ("a",), "add", mark("add"),
        mark("Add a user"), _USERS, ("users",), ADMINISTERING, "known", 11,
    ),
    Command(
        "users.password", ("p",), "password", mark("password"),
        mark("Give this user another password, or none"), _USERS, ("users",), ADMINISTERING, "user", 12,
    ),
    Command(
        "users.unlock", ("u",), "unlock", mark("unlock"),
        mark("Let this user try again at once after too many wrong passwords"),
        _USERS, ("users",), ADMINISTERING, "locked", 13,
    ),
    Command(
        "users.disable", ("d",), "disable", mark("disable"),
        mark("Let this user sign in no more, after a question, or again; their history stays"),
        _USERS, ("users",), ADMINISTERING, "user", 14,
    ),
    Command(
        "users.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Look again now"), _USERS, ("users",), LOOKING, "", 40,
    ),
    # The audit log
    Command(
        "audit.filter", ("f",), "filter", mark("filter"),
        mark("Only some: a user, a kind, days, only what was refused"), _AUDIT, ("audit",), AUDITING, "", 10,
    ),
    Command(
        "audit.export", ("x",), "export", mark("export"),
        mark("Write these events to a file, for a spreadsheet"), _AUDIT, ("audit",), AUDITING, "", 11,
    ),
    Command(
        "audit.more", ("n",), "more", mark("older"), mark("The next page, older events"),
        _AUDIT, ("audit",), AUDITING, "more", 20,
    ),
    Command(
        "audit.back", ("p",), "page_back", mark("newer"), mark("The page before, newer events"),
        _AUDIT, ("audit",), AUDITING, "before", 21,
    ),
    Command(
        "audit.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Look again now, from the newest event on"), _AUDIT, ("audit",), AUDITING, "", 40,
    ),
)  # fmt: skip

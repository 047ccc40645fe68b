"""The windows behind the audit log: only some of the events, and the file they are written to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalGroup
from textual.content import Content
from textual.widgets import Input, Label, Select, Static, Switch
from textual.widgets._select import SelectOverlay

from domain.audit.reading import EVERYTHING, Wanted
from domain.errors import DomainError
from domain.intake.moments import parse_moment
from tui.i18n import _
from tui.screens.base import Window
from tui.text import clean, data


class AuditFilterScreen(Window[Wanted]):
    """None where the window was closed without taking them."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("ctrl+l", "nothing", show=False),
    ]
    CSS = """
    AuditFilterScreen { align: center middle; }
    AuditFilterScreen > VerticalGroup {
        width: 66; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    AuditFilterScreen Grid { grid-size: 2; grid-columns: 20 1fr; grid-rows: 1; height: auto; margin: 1 0; }
    AuditFilterScreen Label { width: 1fr; }
    AuditFilterScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    AuditFilterScreen Input:focus { border: none; background: $primary 30%; }
    AuditFilterScreen Select > SelectCurrent { background: $panel; padding: 0 1; }
    AuditFilterScreen Select:focus > SelectCurrent { background: $primary 30%; }
    AuditFilterScreen Switch { border: none; height: 1; padding: 0; }
    AuditFilterScreen Switch:focus { border: none; background-tint: $primary 30%; }
    AuditFilterScreen #said { height: auto; max-height: 3; min-height: 1; }
    AuditFilterScreen #keys { color: $quiet; margin: 1 0 0 0; }
    """
    AUTO_FOCUS = "#user"

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        old = self.wanted
        with VerticalGroup():
            yield Static(Content.styled(_("Only these events"), "bold"))
            with Grid():
                yield Label(_("Who"))
                yield _choice("user", old.user)
                yield Label(_("What"))
                yield _choice("kind", old.kind)
                yield Label(_("From"))
                yield Input(self._shown(old.since), id="since", placeholder="2026-11-25 10:30", compact=True)
                yield Label(_("Before"))
                yield Input(self._shown(old.before), id="before", placeholder="2026-11-26", compact=True)
                yield Label(_("Refused only"))
                yield Switch(old.refused, animate=False, id="refused")
            yield Static(Content(""), id="said")
            yield Static(
                Content(_("Enter takes them · Tab next · Space opens a choice · ^l everything · Esc back")),
                id="keys",
            )

    def on_mount(self) -> None:
        self.ask(self.desk.audit_choices, self._offer, group="choices", failed=self._failed)

    def _offer(self, found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        kinds, users = found
        # The first parts come first: "user" is all that was done to users.
        parts = sorted({kind.partition(".")[0] for kind in kinds if "." in kind} | set(kinds))
        for name, offered, value in (("kind", parts, self.wanted.kind), ("user", users, self.wanted.user)):
            choice = self._select(name)
            choice.set_options([(Text(clean(each), no_wrap=True), each) for each in offered])
            if value in offered and value is not None:
                choice.value = value

    def _shown(self, at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(self.desk.preferences.zone):%Y-%m-%d %H:%M}"

    def _select(self, name: str) -> Select[str]:
        return cast("Select[str]", self.query_one(f"#{name}", Select))

    def _failed(self, error: DomainError) -> None:
        self._say(error.message)

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(data(f"✕ {text}", "$class-final"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter on an open choice is the choice's."""
        return not (action == "take" and isinstance(self.focused, SelectOverlay))

    def action_take(self) -> None:
        """Take them, where the times can be understood."""
        try:
            since, before = self._moment("since"), self._moment("before")
        except ValueError as wrong:
            self._say(
                _('"{typed}" is not understood; write 2026-11-25 or 2026-11-25 10:30').format(typed=wrong)
            )
            return
        self.dismiss(
            Wanted(
                user=self._chosen("user"),
                kind=self._chosen("kind"),
                since=since,
                before=before,
                refused=self.query_one("#refused", Switch).value,
            )
        )

    def _chosen(self, name: str) -> str | None:
        value = self._select(name).value
        return value if isinstance(value, str) else None

    def _moment(self, name: str) -> datetime | None:
        typed = self.query_one(f"#{name}", Input).value.strip()
        if not typed:
            return None
        try:
            zone = self.desk.preferences.zone or self.desk.now().astimezone().tzinfo
            return parse_moment(typed, cast("ZoneInfo", zone))
        except ValueError:
            raise ValueError(typed) from None

    def action_nothing(self) -> None:
        """All of it again."""
        self.dismiss(EVERYTHING)

    def action_leave(self) -> None:
        self.dismiss(None)


class FileScreen(Window[Path]):
    """Closes with the file to write, None where nothing is to be written."""

    BINDINGS = [Binding("escape", "leave", show=False)]
    CSS = """
    FileScreen { align: center middle; }
    FileScreen > VerticalGroup {
        width: 74; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    FileScreen Input { margin: 1 0; border: none; height: 1; background: $panel; padding: 0 1; }
    FileScreen Input:focus { border: none; background: $primary 30%; }
    FileScreen #keys { color: $quiet; }
    """

    def __init__(self, proposed: str) -> None:
        super().__init__()
        self.proposed = proposed

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Write these events to a file (CSV)"), "bold"))
            yield Input(self.proposed, id="file", compact=True)
            yield Static(Content(_("Enter writes it · Esc back")), id="keys")

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(Path(event.value.strip()).expanduser().absolute())

    def action_leave(self) -> None:
        self.dismiss(None)


def _choice(id: str, value: str | None) -> Select[str]:
    offered = [(Text(clean(value)), value)] if value else []
    return Select(offered, prompt=_("any"), id=id, compact=True, value=value or Select.NULL)

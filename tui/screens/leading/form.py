"""A window of labelled fields: text, or one of some choices; Enter takes them, Esc leaves everything as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Select, Static
from textual.widgets._select import SelectOverlay

from tui.i18n import _
from tui.screens.base import Window
from tui.text import clean


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``choices``: (value, label), the field is one of them then; ``hint`` stands in an empty field."""

    key: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class FormScreen(Window[dict[str, str]]):
    """The result has the fields that were changed only; None where the window was closed."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    CSS = """
    FormScreen { align: center middle; }
    FormScreen > VerticalGroup {
        width: 76; max-width: 96%; height: auto; max-height: 96%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    FormScreen VerticalScroll { height: auto; max-height: 17; margin: 1 0; background: $surface; }
    FormScreen Grid { grid-size: 2; grid-columns: 22 1fr; grid-rows: 1; height: auto; }
    FormScreen Label { width: 1fr; }
    FormScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    FormScreen Input:focus { border: none; background: $primary 30%; }
    FormScreen Select > SelectCurrent { background: $panel; padding: 0 1; }
    FormScreen Select:focus > SelectCurrent { background: $primary 30%; }
    FormScreen #said { height: auto; display: none; }
    FormScreen #keys { color: $quiet; }
    """

    def __init__(self, title: str, fields: Sequence[Field], note: str = "") -> None:
        super().__init__()
        self.heading = title
        self.fields = tuple(
            replace(field, value="") if field.choices and field.value not in dict(field.choices) else field
            for field in fields
        )
        self.note = note

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(clean(self.heading), "bold"))
            if self.note:
                yield Static(Content(self.note), id="note")
            with VerticalScroll(can_focus=False), Grid():
                for field in self.fields:
                    yield Label(Content(field.label))
                    if field.choices:
                        yield self._choice(field)
                    else:
                        yield Input(field.value, placeholder=field.hint, id=field.key, compact=True)
            yield Static(Content(""), id="said")
            yield Static(Content(_("Enter saves · Tab next · Space opens a choice · Esc back")), id="keys")

    def _choice(self, field: Field) -> Select[str]:
        """The names of lists are data, never parsed as markup."""
        return Select(
            [(Text(clean(label), no_wrap=True), value) for value, label in field.choices],
            id=field.key,
            compact=True,
            prompt="–",
            value=field.value or Select.NULL,
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter and the arrows on an open choice are its own."""
        open_choice = isinstance(self.focused, SelectOverlay)
        moving = action in ("app.focus_next", "app.focus_previous") and isinstance(self.focused, Select)
        return not (open_choice or moving)

    def action_take(self) -> None:
        """Those that are not as they were."""
        now = {field.key: self._value(field) for field in self.fields}
        self.dismiss({field.key: now[field.key] for field in self.fields if now[field.key] != field.value})

    def _value(self, field: Field) -> str:
        if not field.choices:
            return self.query_one(f"#{field.key}", Input).value.strip()
        value = cast("Select[str]", self.query_one(f"#{field.key}", Select)).value
        return value if isinstance(value, str) else ""

    def say(self, text: Content) -> None:
        """Why what stands in the fields cannot be taken."""
        said = self.query_one("#said", Static)
        said.update(text)
        said.display = True

    def action_leave(self) -> None:
        self.dismiss(None)

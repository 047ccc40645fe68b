"""How many leads are dealt evenly: a number for all together, or none for all there are."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, Static

from tui.i18n import _, several
from tui.screens.base import Window


@dataclass(frozen=True, slots=True)
class Evenly:
    """``count`` leads in all; None: as many as there are."""

    count: int | None


class EvenlyScreen(Window[Evenly]):
    """None where it was closed without an answer."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
    ]
    CSS = """
    EvenlyScreen { align: center middle; }
    EvenlyScreen > VerticalGroup {
        width: 60; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    EvenlyScreen Input { border: none; height: 1; background: $panel; padding: 0 1; margin: 1 0; }
    EvenlyScreen Input:focus { border: none; background: $primary 30%; }
    EvenlyScreen #keys { color: $quiet; margin: 1 0 0 0; }
    """

    def __init__(self, sellers: int) -> None:
        super().__init__()
        self.sellers = sellers

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Deal leads evenly"), "bold"))
            yield Static(
                Content(
                    several(
                        "To {count} seller. How many in all? Empty: all there are.",
                        "To {count} sellers. How many in all? Empty: all there are.",
                        self.sellers,
                    )
                )
            )
            yield Input(id="count", type="integer", compact=True, max_length=9)
            yield Static(Content(_("Enter takes it · Esc back")), id="keys")

    def action_take(self) -> None:
        """Take the number, where it is one."""
        typed = self.query_one("#count", Input).value.strip()
        if typed and (not typed.isdecimal() or int(typed) < 1):
            self.app.bell()
            return
        self.dismiss(Evenly(int(typed) if typed else None))

    def action_leave(self) -> None:
        self.dismiss(None)

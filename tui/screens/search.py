"""Find one of the seller's own people by name, number or id, and jump to them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from domain.calling.views import QueueLine
from domain.errors import DomainError
from tui.i18n import _, several
from tui.screens.base import Window
from tui.widgets.people import PeoplePane
from tui.widgets.wording import Reader

TYPING_SECONDS = 0.12


class SearchScreen(Window[QueueLine]):
    """Results while typing; arrows choose, Enter jumps, Esc closes."""

    BINDINGS = [
        Binding("escape", "dismiss_nobody", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(8)", show=False, priority=True),
        Binding("pageup", "move(-8)", show=False, priority=True),
    ]
    CSS = """
    SearchScreen { align: center top; }
    SearchScreen > VerticalGroup {
        width: 100; max-width: 96%; height: auto; margin: 2 0 0 0;
        border: round $primary; background: $surface; padding: 0 1;
    }
    SearchScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    SearchScreen Input:focus { border: none; }
    SearchScreen PeoplePane { height: 14; max-height: 60vh; }
    SearchScreen #found { color: $quiet; height: 1; }
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        self.people = PeoplePane("", self.reader, id="results")
        self.people.can_focus = False
        self.people.phones = True
        self.people.always_marked = True
        with VerticalGroup():
            yield Input(placeholder=_("name, number or id"), id="search", compact=True)
            yield self.people
            yield Static("", id="found", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._say(_("Your own people in all campaigns. ↑↓ choose, Enter jumps, Esc closes."))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search shortly after the last letter."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TYPING_SECONDS, self._search)

    def _search(self) -> None:
        self._timer = None
        text = self.query_one(Input).value.strip()
        if not text:
            self.forget("search")
            self.people.show((), self.desk.now())
            return
        desk = self.desk
        self.ask(lambda: desk.search(text, None, 50), self._found, group="search", failed=self._failed)

    def _found(self, people: list[QueueLine]) -> None:
        self.people.cursor = 0
        self.people.show(people, self.desk.now())
        if people:
            self._say(several("{count} person", "{count} people", len(people)))
        else:
            self._say(_("Nobody of yours has this in name, number or id."))

    def _failed(self, error: DomainError) -> None:
        self._say(error.message)

    def _say(self, text: str) -> None:
        self.query_one("#found", Static).update(Content(text), layout=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes the one under the cursor."""
        event.stop()
        self.people.action_pick()

    def on_people_pane_picked(self, event: PeoplePane.Picked) -> None:
        """This person."""
        event.stop()
        self.dismiss(event.line)

    def action_move(self, steps: int) -> None:
        """Another result."""
        self.people.action_move(steps)

    def action_dismiss_nobody(self) -> None:
        """Close without a jump."""
        self.dismiss(None)

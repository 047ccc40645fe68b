"""A list of people: the queue that comes next, or what a search found. Arrows and Enter jump, a click too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from textual.binding import Binding
from textual.message import Message

from domain.calling.views import QueueLine
from tui import text
from tui.i18n import _
from tui.widgets.lines import Line, cells, fit, spread
from tui.widgets.pane import Pane
from tui.widgets.wording import Reader, status_words, why_words


class PeoplePane(Pane, can_focus=True):
    """Rows of people with the reason they stand there."""

    BINDINGS = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("home", "move(-999)", show=False),
        Binding("end", "move(999)", show=False),
        Binding("enter", "pick", show=False),
    ]

    class Picked(Message):
        """The person wants this lead on screen."""

        def __init__(self, pane: PeoplePane, line: QueueLine) -> None:
            super().__init__()
            self.pane = pane
            self.line = line

    def __init__(self, title: str, reader: Reader, *, id: str) -> None:
        super().__init__(title, id=id)
        self.reader = reader
        self.people: Sequence[QueueLine] = ()
        self.now = datetime.min.replace(tzinfo=UTC)
        self.empty = ""
        self.cursor = 0
        self.phones = False

    def show(self, people: Sequence[QueueLine], now: datetime) -> None:
        """Show these people; the cursor stays with the one it was on."""
        if self.people and self.cursor is not None and self.cursor < len(self.people):
            held = self.people[self.cursor].lead_id
            places = [index for index, line in enumerate(people) if line.lead_id == held]
            self.cursor = places[0] if places and self.has_focus else 0
        self.people, self.now = people, now
        self.redraw()

    def leave_out(self, lead_id: int) -> None:
        """One of them is on screen now, before the list is read anew."""
        if any(line.lead_id == lead_id for line in self.people):
            self.show([line for line in self.people if line.lead_id != lead_id], self.now)

    def body(self, width: int) -> list[Line]:
        """One row a person."""
        if not self.people:
            return [((" " + self.empty, "muted"),)] if self.empty else []
        return [self._person(line, width) for line in self.people]

    def _person(self, line: QueueLine, width: int) -> Line:
        why = why_words(line, self.now, self.reader, short=width < 44)
        if not self.phones:
            return spread(((" " + (line.name or _("No name")), "text"),), why, width)
        number = text.phone(line.phone) if line.phone else ""
        name = max(12, width - 58)
        left: Line = ((" " + fit(line.name or _("No name"), name), "text"), (" " + fit(number, 18), "muted"))
        status = status_words(line.status)
        code: Line = ((f" {line.resolution or '–'}", "muted"),)
        if cells(left) + cells(status) + cells(why) + 6 <= width:
            left = (*left, (" ", "text"), *status, *code)
        elif cell_len(number) == 0:
            left = (*left, *code)
        return spread(left, why, width)

    def action_move(self, steps: int) -> None:
        """The cursor up or down."""
        self.cursor = max(0, min((self.cursor or 0) + steps, len(self.people) - 1))
        self.redraw()

    def action_pick(self) -> None:
        """This person on screen."""
        if self.people and self.cursor is not None:
            self.post_message(self.Picked(self, self.people[self.cursor]))

    def picked(self, index: int, x: int) -> None:
        """A click on a person."""
        if self.people:
            self.cursor = index
            self.action_pick()

"""Prompts of one row that stand where the note stands: they ask for a time or a sale without a window."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from domain.calling.views import ActionView, Dossier
from domain.errors import Invalid
from tui import i18n, text
from tui.i18n import _
from tui.widgets.lines import Line
from tui.widgets.wording import Reader, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable

FIELD_CSS = """
    Input { border: none; height: 1; padding: 0 1; background: $surface; }
    Input:focus { border: none; background: $surface; }
    Static { width: auto; height: 1; padding: 0 1; }
"""


class Prompt(HorizontalGroup):
    """One row of fields. ``Told`` is what was understood so far; Esc abandons."""

    BINDINGS = [Binding("escape", "abandon", show=False)]
    DEFAULT_CSS = "Prompt { height: 1; background: $surface; " + FIELD_CSS + "}"

    class Told(Message):
        """What was understood, for the status line. ``kind`` as there."""

        def __init__(self, line: Line, kind: str, end: Line = ()) -> None:
            super().__init__()
            self.line = line
            self.kind = kind
            self.end = end

    class Abandoned(Message):
        """The person gave up; the outcome is not recorded."""

    def action_abandon(self) -> None:
        """Esc."""
        self.post_message(self.Abandoned())

    def tell(self, text: str, kind: str = "accent", end: Line = ()) -> None:
        """Show what was understood."""
        self.post_message(self.Told(((text, "text"),), kind, end))


ENTER = (("Enter", "key"), (" ", "muted"))
ESC = (("  Esc", "key"), (" ", "muted"))


class TimePrompt(Prompt):
    """Asks when the contact wants to be called; times hang on the contact's clock.

    A refused time is replaced by the nearest allowed one, which a second Enter takes.
    """

    class Answered(Message):
        """The chosen moment, aware UTC; allowed when it was understood."""

        def __init__(self, at: datetime) -> None:
            super().__init__()
            self.at = at

    def __init__(
        self,
        action: ActionView,
        dossier: Dossier,
        reader: Reader,
        now: Callable[[], datetime],
        offered: datetime | None = None,
    ) -> None:
        super().__init__(id="prompt")
        self.action = action
        self.dossier = dossier
        self.reader = reader
        self.now = now
        self.offered = offered

    def compose(self) -> ComposeResult:
        yield Static(Content(_("When?")))
        yield Input(placeholder=_("tomorrow 10   +2h   fri 15:30   25/11 9:00"), id="when", compact=True)

    def on_mount(self) -> None:
        field = self.query_one(Input)
        field.focus()
        if self.offered is not None:
            field.value = self._written(self.offered)
        else:
            self._nothing_yet()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Understand while typing."""
        event.stop()
        if not event.value.strip():
            self._nothing_yet()
            return
        try:
            at = self._understood(event.value)
        except Invalid as error:
            self.tell(error.message.partition(";")[0], "warn", (*ESC, (_("cancels"), "muted")))
            return
        refusal = self._refusal(at)
        shown = self.reader.both(at, self.now(), zone_of(self.dossier))
        if refusal is not None:
            nearest: Line = (*ENTER, (_("nearest"), "muted")) if getattr(refusal, "nearest", None) else ()
            why = refusal.message.partition(";")[0] if nearest else refusal.message
            self.tell(why, "bad", (*nearest, *ESC, (_("cancels"), "muted")))
        else:
            self.tell(shown, "ok", (*ENTER, (_("records"), "muted"), *ESC, (_("cancels"), "muted")))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take an allowed time; offer the nearest for one that is not."""
        event.stop()
        try:
            at = self._understood(event.value)
        except Invalid as error:
            self.tell(error.message, "bad")
            return
        refusal = self._refusal(at)
        if refusal is None:
            self.post_message(self.Answered(at))
            return
        nearest = getattr(refusal, "nearest", None)
        if nearest is not None:
            # The refusal must stay readable, so the change of the field is not told on its own.
            with self.prevent(Input.Changed):
                event.input.value = self._written(nearest)
            event.input.cursor_position = len(event.input.value)
            taken = self.reader.both(nearest, self.now(), zone_of(self.dossier))
            self.tell(
                _("Nearest: {time} – {why}").format(time=taken, why=refusal.message.partition(";")[0]),
                "bad",
                (*ENTER, (_("takes it"), "muted")),
            )
        else:
            self.tell(refusal.message, "bad")

    def _nothing_yet(self) -> None:
        zone = zone_of(self.dossier)
        now = self.now()
        here = self.reader.both(now, now, zone) if self.reader.differs(zone, now) else text.clock(now, zone)
        self.tell(
            _("{outcome}: it is {time}").format(outcome=self.action.label, time=here),
            "accent",
            (*ESC, (_("cancels"), "muted")),
        )

    def _understood(self, text: str) -> datetime:
        from domain.calling import when

        understood = when.parse_when(
            text,
            now=self.now(),
            zone=zone_of(self.dossier),
            day_first=when.is_day_first(self.reader.language),
            language=i18n.language(),
        )
        if understood.has_time:
            return understood.at_utc
        rules = self.dossier.rules
        opening = rules.policy.calendar.day_opening(understood.local.date(), rules.facts.segment)
        return understood.at_utc if opening is None else max(understood.at_utc, opening)

    def _refusal(self, at: datetime) -> Invalid | None:
        from domain.calling import when

        rules = self.dossier.rules
        try:
            when.validate(
                at,
                now=self.now(),
                calendar=rules.policy.calendar,
                segment=rules.facts.segment,
                language=i18n.language(),
            )
        except when.OutsideHours as error:
            return error
        return None

    def _written(self, at: datetime) -> str:
        from domain.calling import when

        return when.describe(at, now=self.now(), contact_zone=self.dossier.zone, language=i18n.language())

"""The note of the person on screen: kept as a draft while it is written, so that no dead terminal loses it."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer
from textual.widgets import TextArea

from domain.errors import DomainError
from tui.i18n import _
from tui.screens.console.base import ConsoleBase
from tui.widgets.note import NoteArea

MOST_ROWS = 3
"""Rows of the note while it is written, where its text needs them."""
LOW = 20
"""A screen of fewer rows has none to spare."""
DRAFT_SECONDS = 0.3
"""How long after the first unsaved letter the draft is written."""


class NoteKeeping(ConsoleBase):
    """``_kept`` is what is on disk as the draft of the person on screen."""

    _draft_timer: Timer | None = None
    _kept = ""

    def draft_begins(self, text: str) -> None:
        """Another person is on screen with this draft."""
        self._kept = text
        self._stop_timer()
        self.say_draft("", "muted")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A letter of the note: write the draft soon, once for many letters."""
        event.stop()
        self.fit_note()
        if self.dossier is None or self.note.text == self._kept:
            return
        self.say_draft(_("note not saved yet"), "warn")
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_SECONDS, self.flush_draft)

    def unsaved_draft(self) -> Callable[[], None] | None:
        """What writes the draft, None where there is nothing new; the draft then counts as written."""
        self._stop_timer()
        if self.dossier is None or self.flow.busy or self.note.text == self._kept:
            return None
        lead_id, text = self.dossier.lead_id, self.note.text
        self._kept = text
        return lambda: self.desk.save_draft(lead_id, text)

    def flush_draft(self) -> None:
        """Write the draft now, after everything that is being written."""
        work = self.unsaved_draft()
        if work is None:
            return
        lead_id = self.dossier.lead_id if self.dossier else 0
        self.do(work, lambda _none: self._draft_kept(lead_id), group="draft", failed=self._draft_failed)

    def _draft_kept(self, lead_id: int) -> None:
        if self.dossier is not None and self.dossier.lead_id == lead_id and self.note.text == self._kept:
            self.say_draft(_("draft saved ✓"), "ok")

    def _draft_failed(self, error: DomainError) -> None:
        """The text stays in the field and is tried again with the next letter or after a while."""
        self._kept = "\0"
        self.say_draft(_("✕ draft not saved"), "bad")
        if self.flow.kept is None:  # an outcome that is kept has said what is wrong
            self.status.say(_("{error} The note stays here.").format(error=error.message), "bad")
        self._draft_timer = self.set_timer(5.0, self.flush_draft)

    def say_draft(self, text: str, role: str) -> None:
        """Whether the note is on disk, at the right end of the figures."""
        self.figures_line.tell(((text, role),) if text else ())

    def _stop_timer(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None

    # the field

    def on_descendant_focus(self) -> None:
        """Into the note, perhaps."""
        self.fit_note()

    def on_descendant_blur(self) -> None:
        """Out of the note, perhaps."""
        self.fit_note()

    def fit_note(self) -> None:
        """More rows for a longer note while it is written; otherwise as many as the screen has for it."""
        rows = None
        if self.note.has_focus and self.size.height >= LOW:
            rows = min(MOST_ROWS, self.note.rows) + int(self.note_title.display)
        self.query_one("#foot").styles.min_height = rows

    def action_note(self) -> None:
        """Into the note."""
        if self.dossier is None or self.prompting:
            return
        self.note.focus()
        self.status.say(
            _("Writing a note. Enter or Esc gives the keys back; it goes with the outcome."), "accent"
        )

    def on_note_area_left(self, event: NoteArea.Left) -> None:
        """Out of the note: the keys are outcomes again; after Enter, which also ends a line, not at once."""
        event.stop()
        self.set_focus(None)
        self.flush_draft()
        if event.by_enter:
            self.guard.written(self.ticks())
        self.status.say(_("The keys are outcomes again."), "muted")

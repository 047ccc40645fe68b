"""The recycles of the past on the recycling screen: listed with what came of them, taken back, continued."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from domain.recycling.states import BatchState
from tui.i18n import _
from tui.screens.leading import recycling_words as words
from tui.screens.leading.base import ListScreen
from tui.screens.leading.repairing import Repairing
from tui.text import clip
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.recycling.applying import Recycled
    from domain.recycling.batches import BatchView
    from domain.recycling.undoing import Undone

_UNDOABLE = frozenset({BatchState.DONE, BatchState.STOPPED, BatchState.HALF_UNDONE})
LOW_ROWS = 30
PAGE = 20
_OLDER, _NEWER = "older", "newer"
"""The rows at the ends of a page that lead to the next one."""


class PastRecycles(Repairing[None], ListScreen[None]):
    """The lower half of the recycling screen. ``mark_next`` is the batch to stand on when they come next."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.batches: dict[str, BatchView] = {}
        self.mark_next: int | None = None
        self._pages: list[int | None] = [None]  # what each page read so far begins before
        self._turned: str | None = None

    def past_condition(self, name: str) -> bool:
        """``past``: the marked one can be taken back. ``stopped``: it can be continued."""
        batch = self.marked
        if name == "past":
            kept = batch is not None and batch.state is BatchState.UNDONE and batch.kept > 0
            return kept or (batch is not None and batch.state in _UNDOABLE)
        if name == "stopped":
            return batch is not None and batch.state is BatchState.STOPPED
        return True

    @property
    def marked(self) -> BatchView | None:
        """The past recycle one stands on."""
        return self.batches.get(self.rows.chosen or "")

    def load_past(self) -> None:
        """Read the page again, one more than it holds: whether there are older ones."""
        before = self._pages[-1]
        self.ask(
            lambda: self.desk.recycles(self.campaign_id, PAGE + 1, before),
            self._show_past,
            group="past",
            failed=self.refused,
        )

    def _turn(self, where: str) -> None:
        """To the older or the newer page."""
        if where == _NEWER:
            self._pages.pop()
        else:
            self._pages.append(min(batch.id for batch in self.batches.values()))
        self._turned = where
        self.load_past()

    def _show_past(self, found: list[BatchView]) -> None:
        self.batches = {str(batch.id): batch for batch in found[:PAGE]}
        if self.mark_next is not None and len(self._pages) > 1 and str(self.mark_next) not in self.batches:
            self._pages = [None]  # a new one stands on the first page
            self.load_past()
            return
        says = self.reader
        heading = (
            _("Past recycles (Tab goes there, Enter tells all)")
            if found
            else _("Past recycles: none in this campaign yet.")
        )
        self.rows.show(
            [
                Row("heading", lambda width: Content(clip(heading, width)), heading=True),
                *([self._leads_to(_NEWER, _("newer recycles …"))] if len(self._pages) > 1 else []),
                *(Row(key, partial(self._row, batch, says)) for key, batch in self.batches.items()),
                *([self._leads_to(_OLDER, _("older recycles …"))] if len(found) > PAGE else []),
            ]
        )
        places = list(self.batches)
        first = 2 if len(self._pages) > 1 else 1
        if str(self.mark_next) in self.batches:
            self.rows.highlighted = first + places.index(str(self.mark_next))
            self.mark_next = None
        elif self._turned is not None and places:
            self.rows.highlighted = first if self._turned == _OLDER else first + len(places) - 1
        self._turned = None
        self.refresh_bindings()

    def _leads_to(self, where: str, label: str) -> Row:
        return Row(where, lambda width: Content(clip(label, width)))

    def _row(self, batch: BatchView, says: words.Says, width: int) -> Content:
        return words.batch_row(batch, says, self.app.size.height < LOW_ROWS, width)

    @on(OptionList.OptionHighlighted)
    def _marked_another(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    def show_batch(self) -> None:
        """Everything about the marked one; at an end of the page, the next page."""
        if self.rows.chosen in (_OLDER, _NEWER):
            self._turn(self.rows.chosen)
            return
        batch = self.marked
        if batch is not None:
            title = _("Recycle #{number}").format(number=batch.id)
            self.app.show_message(title, words.batch_text(batch, self.reader))

    # ── taking back, going on ────────────────────────────────────────────────────────────────────────────

    def action_undo(self) -> None:
        """Take the marked one back, after a question."""
        from tui.screens.confirm import ConfirmScreen

        batch = self.marked
        if batch is None:
            return
        work = partial(self.desk.undo_recycle, batch.id)

        def answered(yes: bool | None) -> None:
            if yes:
                self.begin(_("Taking back"), work, self._undone, self.refused_work)

        title = _("Take recycle #{number} back?").format(number=batch.id)
        question = words.undo_question(batch, self.reader)
        self.app.push_screen(ConfirmScreen(title, question, yes=_("Take back"), no=_("Leave")), answered)

    def _undone(self, done: Undone) -> None:
        again = (
            ""
            if done.finished
            else " " + _("{key} goes on.").format(key=self.app.keys.shown("recycling.undo"))
        )
        self.tell_result(words.undone(done) + again)
        self.mark_next = done.batch_id
        self.count_again()

    def action_resume(self) -> None:
        """Go on with the marked one, after a question."""
        from tui.screens.confirm import ConfirmScreen

        batch = self.marked
        if batch is None:
            return
        work = partial(self.desk.continue_recycle, batch.id)

        def answered(yes: bool | None) -> None:
            if yes:
                self.begin(_("Recycling"), work, self.recycled, self.refused_work)

        title = _("Go on with recycle #{number}?").format(number=batch.id)
        question = words.resume_question(batch, self.reader)
        self.app.push_screen(ConfirmScreen(title, question, yes=_("Go on"), no=_("Leave")), answered)

    def recycled(self, done: Recycled) -> None:
        """A recycle has ended, or was stopped."""
        raise NotImplementedError

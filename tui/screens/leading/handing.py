"""Handing leads of a campaign to sellers and shifts, taking them back, and what was handed out before.

Sellers are lines with what they have; a number typed on a line is what they get. Nothing happens before Enter and
the answer to its question, which tells what would be.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from domain.people.rights import LEADING_ROLES
from domain.recycling.states import BatchState
from tui import commands
from tui.i18n import _
from tui.screens.leading import handing_words as words
from tui.screens.leading.handing_choice import TYPING, ChoosingHandOut
from tui.supervising_handing import WantedHandOut
from tui.text import clip, data
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.errors import DomainError
    from domain.handing.assigning import Handed
    from domain.handing.batches import BatchView
    from domain.handing.preview import Preview
    from domain.handing.standing import Standing
    from domain.recycling.undoing import Undone

REFRESH_SECONDS = 10.0
PAGE = 20
_UNDOABLE = frozenset({BatchState.DONE, BatchState.STOPPED, BatchState.HALF_UNDONE})
_OLDER, _NEWER = "older", "newer"


class HandingScreen(ChoosingHandOut):
    """Sellers and shifts above, what was handed out before below."""

    REGISTRY = "handing"
    BINDINGS = [*commands.bindings("handing"), *TYPING]
    CSS = """
    HandingScreen #head { margin: 0 1; height: auto; max-height: 3; color: $foreground; }
    """

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(campaign_id, name)
        self.batches: dict[str, BatchView] = {}
        self._older = False
        self._pages: list[int | None] = [None]

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(REFRESH_SECONDS, self._tick)
        self.action_refresh()

    def condition(self, name: str) -> bool:
        """``idle``: no work goes on. ``seller``: the marked line is one. ``past``, ``stopped``: of a hand-out."""
        if self.working:
            return name == ""
        if name == "seller":
            return self.rows.chosen in self.sellers
        if name == "past":
            return self._undoable() is not None
        if name == "stopped":
            batch = self._marked
            return batch is not None and batch.state is BatchState.STOPPED and batch.kind == "assign"
        return True

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> None:
        if self.is_active and not self.working:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Count again who has what."""
        before = self._pages[-1]
        self.ask(
            lambda: (
                self.desk.who_has(self.campaign_id),
                self.desk.handings(self.campaign_id, PAGE + 1, before),
            ),
            self._show,
            group="standing",
            failed=self.refused,
        )

    def _show(self, found: tuple[Standing, list[BatchView]]) -> None:
        standing, past = found
        first = self.free is None
        self.sellers = {str(line.seller_id): line for line in standing.sellers}
        self.free = standing.free
        self.batches = {f"#{batch.id}": batch for batch in past[:PAGE]}
        self._older = len(past) > PAGE
        self.numbers = {key: number for key, number in self.numbers.items() if self.may_get(key)}
        self.draw()
        if first:
            self.say(self.hint())
        self.refresh_bindings()

    def draw(self) -> None:
        self.draw_head()
        rows = [Row("titles", words.titles, heading=True)]
        for key, line in self.sellers.items():
            rows.append(Row(key, partial(words.seller, line, self.gets(key))))
        for key in words.SHIFTS:
            rows.append(Row(key, partial(words.shift, key, self.gets(key))))
        heading = (
            _("Handed out and taken back before (Enter tells all)")
            if self.batches
            else _("Nothing was handed out in this campaign yet.")
        )
        rows.append(Row("past", lambda width: Content(clip(heading, width)), heading=True))
        if len(self._pages) > 1:
            rows.append(self._leads_to(_NEWER, _("newer …")))
        says = self.reader
        for key, batch in self.batches.items():
            rows.append(Row(key, partial(words.batch_row, batch, says)))
        if self._older:
            rows.append(self._leads_to(_OLDER, _("older …")))
        self.rows.show(rows)

    def _leads_to(self, where: str, label: str) -> Row:
        return Row(where, lambda width: Content(clip(label, width)))

    # ── handing out ──────────────────────────────────────────────────────────────────────────────────────

    def _look(self, then: Callable[[WantedHandOut, Preview], None]) -> None:
        """The figures of this moment for what is typed now, then ``then``."""
        wanted = self.wanted
        if not wanted.to:
            self.say(self.hint())
            return

        def looked(seen: Preview) -> None:
            if not self.is_active:
                return
            if wanted != self.wanted:
                self.say(Content(_("The choice changed meanwhile: look again.")))
                return
            then(wanted, seen)

        self.ask(lambda: self.desk.hand_out_preview(wanted), looked, group="look", failed=self.refused)

    def action_preview(self) -> None:
        """What this hand-out would do."""
        self._look(self._show_preview)

    def _show_preview(self, wanted: WantedHandOut, seen: Preview) -> None:
        text = words.preview(seen, self.names, self.only(), moving=wanted.move_callbacks)
        self.app.show_message(_("Preview"), text)

    def action_enter(self) -> None:
        """Hand the numbers out, after a question; on a line of the past, everything about it."""
        self.after_keys(self._enter)

    def _enter(self) -> None:
        chosen = self.rows.chosen or ""
        if chosen in (_OLDER, _NEWER):
            self._turn(chosen)
        elif (batch := self._marked) is not None:
            self.app.show_message(f"#{batch.id}", words.batch_text(batch, self.reader))
        elif self.desk.actor.role not in LEADING_ROLES:
            self.say(self.hint())
        else:
            self._look(self._ask)

    def action_open(self) -> None:
        self.action_enter()

    def _ask(self, wanted: WantedHandOut, seen: Preview) -> None:
        if not seen.leads:
            why = ", ".join(words.left_out(seen)) or _("nobody is like that now")
            self.say(data(_("Nobody would be handed out: {why}.").format(why=why), "$class-problematic"))
            return
        text = words.question(seen, self.names, self.only(), moving=wanted.move_callbacks)
        self._confirm(
            _("Hand out"),
            text,
            lambda: self.begin(
                _("Handing out"), partial(self.desk.hand_out, wanted), self._handed, self.refused_work
            ),
        )

    def _confirm(self, title: str, text: str, then: Callable[[], None]) -> None:
        from tui.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                then()

        self.app.push_screen(ConfirmScreen(title, text, yes=title, no=_("Leave")), answered)

    def _handed(self, done: Handed) -> None:
        if done.finished:
            self.numbers.clear()
        keys = self.app.keys.shown
        hint = _("{undo} undoes it").format(undo=keys("handing.undo"))
        if not done.finished:
            hint = _("{resume} goes on, {undo} undoes it").format(
                resume=keys("handing.resume"), undo=keys("handing.undo")
            )
        self._tell(f"{words.handed(done, self.names)} {hint}.")

    def _tell(self, line: str) -> None:
        self.say(data(line, "bold"))
        self._pages = [None]
        self.action_refresh()

    def refused_work(self, error: DomainError) -> None:
        """It ended early; what was committed stays."""
        self.say(data(_("✕ Ended early; what was saved before stays."), "$class-final"))
        self.action_refresh()
        self.app.show_error(error)

    # ── taking back ──────────────────────────────────────────────────────────────────────────────────────

    def action_take_back(self) -> None:
        """Take the open leads of the marked seller back."""
        line = self.sellers.get(self.rows.chosen or "")
        if line is not None:
            self._take(self.wanted.taking(line.seller_id), line.name)

    def action_take_all(self) -> None:
        """Take the open leads of all sellers back."""
        self._take(self.wanted.taking(None), _("of all sellers of this campaign"))

    def _take(self, wanted: WantedHandOut, whose: str) -> None:
        def looked(seen: Preview) -> None:
            if not self.is_active:
                return
            if not seen.leads:
                why = ", ".join(words.left_out(seen)) or _("there is none")
                self.say(data(_("No lead to take back: {why}.").format(why=why), "$class-problematic"))
                return
            text = words.take_question(seen, whose, self.only(), moving=wanted.move_callbacks)
            work = partial(self.desk.release, wanted)
            self._confirm(
                _("Take back"),
                text,
                lambda: self.begin(_("Taking back"), work, self._taken, self.refused_work),
            )

        self.ask(lambda: self.desk.release_preview(wanted), looked, group="look", failed=self.refused)

    def _taken(self, done: Handed) -> None:
        hint = _("{undo} undoes it").format(undo=self.app.keys.shown("handing.undo"))
        self._tell(f"{words.taken(done)} {hint}.")

    # ── the past ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _marked(self) -> BatchView | None:
        return self.batches.get(self.rows.chosen or "")

    def _undoable(self) -> BatchView | None:
        """The marked one, else the last one; None where it cannot be undone."""
        batch = self._marked or next((each for each in self.batches.values()), None)
        if batch is None:
            return None
        kept = batch.state is BatchState.UNDONE and batch.kept > 0
        return batch if batch.state in _UNDOABLE or kept else None

    def _turn(self, where: str) -> None:
        """To the older or the newer page."""
        if where == _NEWER:
            self._pages.pop()
        else:
            self._pages.append(min(batch.id for batch in self.batches.values()))
        self.action_refresh()

    def action_undo(self) -> None:
        """Undo the marked hand-out, else the last one, after a question."""
        batch = self._undoable()
        if batch is None:
            return
        work = partial(self.desk.undo_handing, batch.id)
        self._confirm(
            _("Undo"),
            words.batch_text(batch, self.reader),
            lambda: self.begin(_("Undoing"), work, self._undone, self.refused_work),
        )

    def _undone(self, done: Undone) -> None:
        again = ""
        if not done.finished:
            again = " " + _("{key} goes on.").format(key=self.app.keys.shown("handing.undo"))
        self._tell(words.undone(done) + again)

    def action_resume(self) -> None:
        """Go on with the marked hand-out."""
        batch = self._marked
        if batch is None:
            return
        work = partial(self.desk.continue_hand_out, batch.id)
        self._confirm(
            _("Go on"),
            words.batch_text(batch, self.reader),
            lambda: self.begin(_("Handing out"), work, self._handed, self.refused_work),
        )

    # ── the work, leaving ────────────────────────────────────────────────────────────────────────────────

    def show_progress(self) -> None:
        if self.working:
            self.say(self.progress_line())

    @on(OptionList.OptionHighlighted)
    def _marked_another(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    def action_close(self) -> None:
        """Stop the work that goes on; without any, back to the campaigns."""
        if not self.stop_work():
            self.dismiss(None)

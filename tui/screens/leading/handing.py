"""Handing leads of a campaign to sellers and shifts, taking them back, and what was handed out before.

Sellers are lines with what they have; a number typed on a line is what they get. Nothing happens before Enter and
the answer to its question, which tells what would be.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.content import Content
from textual.widgets import OptionList

from domain.handing.targets import Target, evenly
from domain.people.rights import LEADING_ROLES
from domain.recycling.selection import Filters
from domain.recycling.states import BatchState
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.leading import handing_words as words
from tui.screens.leading.base import ListScreen
from tui.screens.leading.long_work import LongWork
from tui.screens.leading.recycling_filters import FiltersScreen, Narrowed
from tui.screens.leading.recycling_words import Says
from tui.supervising_handing import WantedHandOut
from tui.text import clip, count, data, fit
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.errors import DomainError
    from domain.handing.assigning import Handed
    from domain.handing.batches import BatchView
    from domain.handing.preview import Preview
    from domain.handing.standing import SellerLine, Standing
    from domain.recycling.undoing import Undone

REFRESH_SECONDS = 10.0
PAGE = 20
LONGEST = 7
"""Digits of a number: a campaign of ten million is not handed out by hand."""
_UNDOABLE = frozenset({BatchState.DONE, BatchState.STOPPED, BatchState.HALF_UNDONE})
_OLDER, _NEWER = "older", "newer"


class HandingScreen(LongWork[None], ListScreen[None]):
    """``numbers`` holds what was typed, by seller number or shift (None: a share of all there are)."""

    REGISTRY = "handing"
    BINDINGS = commands.bindings("handing")
    CSS = """
    HandingScreen #head { margin: 0 1; height: auto; max-height: 3; color: $foreground; }
    """

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(_("Hand out"))
        self.campaign_id = campaign_id
        self.campaign = name
        self.sellers: dict[str, SellerLine] = {}
        self.free: int | None = None
        self.numbers: dict[str, int | None] = {}
        self.narrowed: Narrowed | None = None
        self.move_callbacks = True
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
        self.numbers = {key: number for key, number in self.numbers.items() if self._may_get(key)}
        self._draw()
        if first:
            self.say(self._hint())
        self.refresh_bindings()

    def _may_get(self, key: str) -> bool:
        line = self.sellers.get(key)
        return key in words.SHIFTS or (line is not None and line.active)

    def _draw(self) -> None:
        self._draw_head()
        rows = [Row("titles", words.titles, heading=True)]
        for key, line in self.sellers.items():
            rows.append(Row(key, partial(words.seller, line, self._gets(key))))
        for key in words.SHIFTS:
            rows.append(Row(key, partial(words.shift, key, self._gets(key))))
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

    def _gets(self, key: str) -> str:
        return words.gets(self.numbers.get(key), key in self.numbers)

    def _draw_head(self) -> None:
        free = self.free or 0
        parts: list[Content | str | tuple[str, str]] = [
            (fit(self.campaign, 40).rstrip(), "bold"),
            "   ",
            several("{count} open lead is nobody's", "{count} open leads are nobody's", free),
        ]
        total = self._total()
        if total:
            parts += [" · ", (total, "bold $accent")]
        only = self._only()
        callbacks = _("callbacks move along") if self.move_callbacks else _("callbacks stay")
        second = Content.assemble((callbacks, "$quiet"), " · " if only else "", data(only))
        self.head(Content("\n").join([Content.assemble(*parts), second]))

    def _total(self) -> str:
        if not self.numbers:
            return ""
        if any(number is None for number in self.numbers.values()):
            return several("all to {count}", "all evenly to {count}", len(self.numbers))
        return _("{count} typed").format(count=count(sum(number or 0 for number in self.numbers.values())))

    def _only(self) -> str:
        told = self.narrowed.in_words(self.reader) if self.narrowed else ""
        return _("only {filters}").format(filters=told) if told else ""

    def _hint(self) -> Content:
        if self.desk.actor.role not in LEADING_ROLES:
            return Content(_("You look only: handing out is for supervisors."))
        keys = self.app.keys.shown
        return Content(
            _("Type on a line how many that seller gets, or {key} for evenly; {enter} hands out.").format(
                key=keys("handing.evenly"), enter=keys("handing.enter")
            )
        )

    @property
    def reader(self) -> Says:
        """How times are written here and now."""
        return Says(self.desk.now(), self.desk.preferences.zone, i18n.language())

    @property
    def _names(self) -> dict[str, str]:
        return {key: line.name for key, line in self.sellers.items()} | {
            key: words.shift_name(key) for key in words.SHIFTS
        }

    # ── the numbers ──────────────────────────────────────────────────────────────────────────────────────

    def on_key(self, event: events.Key) -> None:
        """A digit on a line is part of its number; Backspace takes the last one off."""
        key = self.rows.chosen or ""
        if self.working or not self._may_get(key):
            return
        if event.character is not None and event.character in "0123456789":
            typed = f"{self.numbers.get(key) or ''}{event.character}"[-LONGEST:]
            self._set(key, int(typed))
            event.stop()
        elif event.key == "backspace":
            shorter = str(self.numbers.get(key) or "")[:-1]
            self._set(key, int(shorter) if shorter else 0)
            event.stop()

    def _set(self, key: str, number: int) -> None:
        shares = [other for other, given in self.numbers.items() if given is None]
        for other in shares:  # a number beside shares of all makes no sense
            del self.numbers[other]
        self.numbers[key] = number
        if not number:
            del self.numbers[key]
        self._draw()

    def action_evenly(self) -> None:
        """Ask how many in all, then give everybody the same."""
        from tui.screens.leading.handing_evenly import Evenly, EvenlyScreen

        to = [Target(seller_id=line.seller_id) for line in self.sellers.values() if line.active]
        if not to:
            self.say(Content(_("There is no active seller to hand leads to.")))
            return

        def answered(found: Evenly | None) -> None:
            if found is not None:
                self.numbers = {each.key: each.number for each in evenly(to, found.count)}
                self._draw()

        self.app.push_screen(EvenlyScreen(len(to)), answered)

    def action_clear(self) -> None:
        """Forget the numbers."""
        self.numbers.clear()
        self._draw()

    def action_callbacks(self) -> None:
        """Callbacks move along, or stay."""
        self.move_callbacks = not self.move_callbacks
        self._draw_head()

    def action_filter(self) -> None:
        """Only some of the leads."""

        def taken(narrowed: Narrowed | None) -> None:
            if narrowed is not None:
                self.narrowed = narrowed
                self._draw_head()

        self.app.push_screen(FiltersScreen(self.campaign_id, self.narrowed, with_status=True), taken)

    @property
    def wanted(self) -> WantedHandOut:
        """What is put together now."""
        to = tuple(
            Target(shift=key, number=number)
            if key in words.SHIFTS
            else Target(seller_id=int(key), number=number)
            for key, number in self.numbers.items()
            if number != 0
        )
        filters = self.narrowed.filters if self.narrowed else Filters(())
        return WantedHandOut(self.campaign_id, to, filters, self.move_callbacks)

    # ── handing out ──────────────────────────────────────────────────────────────────────────────────────

    def _look(self, then: Callable[[WantedHandOut, Preview], None]) -> None:
        """The figures of this moment for what is typed now, then ``then``."""
        wanted = self.wanted
        if not wanted.to:
            self.say(self._hint())
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
        text = words.preview(seen, self._names, self._only(), moving=wanted.move_callbacks)
        self.app.show_message(_("Preview"), text)

    def action_enter(self) -> None:
        """Hand the numbers out, after a question; on a line of the past, everything about it."""
        chosen = self.rows.chosen or ""
        if chosen in (_OLDER, _NEWER):
            self._turn(chosen)
        elif (batch := self._marked) is not None:
            self.app.show_message(f"#{batch.id}", words.batch_text(batch, self.reader))
        elif self.desk.actor.role not in LEADING_ROLES:
            self.say(self._hint())
        else:
            self._look(self._ask)

    def action_open(self) -> None:
        self.action_enter()

    def _ask(self, wanted: WantedHandOut, seen: Preview) -> None:
        if not seen.leads:
            why = ", ".join(words.left_out(seen)) or _("nobody is like that now")
            self.say(data(_("Nobody would be handed out: {why}.").format(why=why), "$class-problematic"))
            return
        text = words.question(seen, self._names, self._only(), moving=wanted.move_callbacks)
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
        self._tell(f"{words.handed(done, self._names)} {hint}.")

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
            text = words.take_question(seen, whose, self._only(), moving=wanted.move_callbacks)
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

"""Recycling: the choice, the question, the work, and the recycles of the past, put together on one screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from domain.people.rights import LEADING_ROLES
from tui import commands
from tui.i18n import _
from tui.screens.leading import recycling_words as words
from tui.screens.leading.recycling_choice import Choosing
from tui.screens.leading.recycling_past import PastRecycles
from tui.supervising_recycling import Wanted
from tui.text import data
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Rows
from tui.widgets.status_cards import StatusCards
from tui.widgets.switches import Switches
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.recycling.applying import Recycled
    from domain.recycling.preview import Preview
    from domain.repair.kinds import Problems

REFRESH_SECONDS = 10.0
_ROUNDS = 6
"""Problems and past recycles are counted again every so many rounds: they cost more than the cards."""


class RecyclingScreen(Choosing, PastRecycles):
    """One campaign; leads are chosen above, past recycles stand below."""

    REGISTRY = "recycling"
    BINDINGS = commands.bindings("recycling")
    AUTO_FOCUS = "StatusCards"
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(30, "-high")]
    CSS = """
    RecyclingScreen Vertical { height: 1fr; padding: 0 1; overflow-y: auto; }
    RecyclingScreen #head { height: 1; margin: 0; }
    RecyclingScreen #banner {
        height: auto; max-height: 2; display: none; background: $class-final 25%; color: $foreground;
    }
    RecyclingScreen #banner.-shown { display: block; }
    RecyclingScreen #card { height: 1; color: $quiet; }
    RecyclingScreen #figures { height: auto; max-height: 4; }
    RecyclingScreen Rows { min-height: 3; margin: 0; }
    RecyclingScreen #state { height: auto; max-height: 3; color: $quiet; margin: 0; padding: 0 1; }
    RecyclingScreen.-high StatusCards { margin: 1 0 0 0; }
    RecyclingScreen.-high Switches { margin: 1 0 0 0; }
    RecyclingScreen.-high #figures { margin: 1 0; min-height: 2; }
    """

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(_("Recycle"))
        self.campaign_id = campaign_id
        self.campaign = name
        self.problems: Problems | None = None
        self._round = 0

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(self.heading, f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        with Vertical():
            yield Static(Content(""), id="head")
            yield Static(Content(""), id="banner")
            yield StatusCards(id="cards")
            yield Static(Content(""), id="card")
            yield Switches(id="switches")
            yield Static(Content(""), id="figures")
            yield Rows(id="rows")
        yield Static(Content(_("Counting …")), id="state")
        yield KeyLine()

    def on_mount(self) -> None:
        self.grid.selectable = lambda card: not self.why_not(card)
        self.set_interval(REFRESH_SECONDS, self._tick)
        self.draw_choice()
        self.action_refresh()

    def condition(self, name: str) -> bool:
        """``idle``: no work is going on. ``past``, ``stopped``: of the marked recycle. ``problems``: there are."""
        if self.working:
            return False
        if name == "problems":
            return self.problems is not None and self.problems.total > 0
        return self.past_condition(name)

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> None:
        if not self.is_active:
            return
        self._round += 1
        if self.working or self._round % _ROUNDS:
            self.load_cards()
        else:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Count everything again."""
        self.load_cards()
        self.ask(
            lambda: self.desk.problems(self.campaign_id),
            self._show_problems,
            group="problems",
            failed=self.refused,
        )
        self.load_past()

    def count_again(self) -> None:
        self.action_refresh()

    def _show_problems(self, problems: Problems) -> None:
        self.problems = problems
        banner = self.query_one("#banner", Static)
        banner.set_class(problems.total > 0, "-shown")
        may_fix = self.desk.actor.role in LEADING_ROLES
        banner.update(words.banner(problems, key=self.app.keys.shown("leads.fix"), may_fix=may_fix))
        self.refresh_bindings()

    # ── recycling ────────────────────────────────────────────────────────────────────────────────────────

    def _look(self, then: Callable[[Wanted, Preview], None]) -> None:
        """The figures of this moment for what is chosen now, then ``then``."""
        if not self.selected:
            key = self.app.keys.shown("recycling.select")
            self.say(Content(_("Choose at least one status first ({key}).").format(key=key)))
            return
        wanted = self.wanted

        def looked(seen: Preview) -> None:
            if not self.is_active:
                return
            if wanted != self.wanted:
                self.say(Content(_("The choice changed meanwhile: look again.")))
                return
            then(wanted, seen)

        self.ask(lambda: self.desk.preview(wanted), looked, group="look", failed=self.refused)

    def action_preview(self) -> None:
        """What this recycle would do."""
        self._look(self._show_preview)

    def _show_preview(self, wanted: Wanted, seen: Preview) -> None:
        only = self.only()
        text = words.preview_text(seen, only, wanted.target, wanted.reset_attempts, self.reader)
        self.app.show_message(_("Preview"), text)

    def action_enter(self) -> None:
        """Recycle, after a question. (In the list of past recycles Enter is the list's: everything about one.)"""
        self._look(self._ask)

    def _ask(self, wanted: Wanted, seen: Preview) -> None:
        if not seen.recycled:
            why = words.left_out_words(seen.left_out) or _("nobody is like that now")
            self.say(data(_("Nobody would be recycled: {why}.").format(why=why), "$class-problematic"))
            return
        from tui.screens.confirm import ConfirmScreen

        only = self.only()
        text = words.question(seen, only, wanted.target, wanted.reset_attempts, self.reader)

        def answered(yes: bool | None) -> None:
            if yes:
                self.begin(
                    _("Recycling"), partial(self.desk.recycle, wanted), self.recycled, self.refused_work
                )

        self.app.push_screen(ConfirmScreen(_("Recycle"), text, yes=_("Recycle"), no=_("Leave")), answered)

    def recycled(self, done: Recycled) -> None:
        self.selected.clear()
        line = words.recycled(done)
        keys = self.app.keys.shown
        hint = _("{undo} takes it back").format(undo=keys("recycling.undo"))
        if not done.finished:
            hint = _("{resume} goes on, {undo} takes it back").format(
                resume=keys("recycling.resume"), undo=keys("recycling.undo")
            )
        self.tell_result(f"{line} {hint}.")
        self.mark_next = done.batch_id
        self.choose()
        self.action_refresh()

    def tell_result(self, line: str) -> None:
        self.draw_figures()
        self.say(data(line, "bold"))

    # ── moving ───────────────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """Enter or a click on a past recycle."""
        self.show_batch()

    def action_down(self) -> None:
        self._move("down", 1)

    def action_up(self) -> None:
        self._move("up", -1)

    def _move(self, where: str, step: int) -> None:
        if self.focused is self.rows:
            getattr(self.rows, f"action_cursor_{where}")()
        else:
            self.grid.action_move(0, step)

    def action_first(self) -> None:
        if self.focused is self.rows:
            self.rows.action_first()
        else:
            self.grid.action_jump(0)

    def action_last(self) -> None:
        if self.focused is self.rows:
            self.rows.action_last()
        else:
            self.grid.action_jump(-1)

    def action_close(self) -> None:
        """Stop the work that goes on; without any, back to the campaigns."""
        if not self.stop_work():
            self.dismiss(None)

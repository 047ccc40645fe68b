"""Recycling: which leads, what becomes of them, how many of them when; and the recycles of the past.

Every status of the campaign is a card. Figures follow each choice, read in threads; an answer that is no longer
what is chosen is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from domain.codes import DialStatus, StatusClass
from domain.errors import DomainError
from domain.people.rights import LEADING_ROLES
from domain.recycling.cards import recyclable_statuses
from domain.recycling.selection import Filters
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.leading import recycling_words as words
from tui.screens.leading.base import ListScreen
from tui.screens.leading.recycling_past import PastRecycles
from tui.screens.leading.repairing import Repairing
from tui.supervising_recycling import Wanted
from tui.text import count, data, fit
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Rows
from tui.widgets.status_cards import StatusCards
from tui.widgets.switches import Switch, Switches
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.recycling.applying import Recycled
    from domain.recycling.cards import Card, Cards
    from domain.recycling.preview import Preview
    from domain.repair.kinds import Problems
    from tui.screens.leading.recycling_filters import Narrowed

REFRESH_SECONDS = 10.0
_ROUNDS = 6
"""Problems and past recycles are counted again every so many rounds: they cost more than the cards."""


class RecyclingScreen(PastRecycles, Repairing[None], ListScreen[None]):
    """``selected`` are statuses (``no_status`` for none); ``narrowed`` is what the filters say."""

    REGISTRY = "recycling"
    BINDINGS = commands.bindings("recycling")
    AUTO_FOCUS = "StatusCards"
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
        self.cards: Cards | None = None
        self.problems: Problems | None = None
        self.selected: set[str] = set()
        self.target = DialStatus.NEW.value
        self.reset = False
        self.final = False
        self.narrowed: Narrowed | None = None
        self.seen: Preview | None = None
        self._counting = False
        self._changed = False
        self._round = 0
        self._refused = False

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
        self._cards.selectable = lambda card: not self._why_not(card)
        self.set_interval(REFRESH_SECONDS, self._tick)
        self._draw_choice()
        self.action_refresh()

    @property
    def _cards(self) -> StatusCards:
        return self.query_one(StatusCards)

    @property
    def _says(self) -> words.Says:
        return words.Says(self.desk.now(), self.desk.preferences.zone, i18n.language())

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
            self._load_cards()
        else:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Count everything again."""
        self._load_cards()
        self.ask(
            lambda: self.desk.problems(self.campaign_id),
            self._show_problems,
            group="problems",
            failed=self.refused,
        )
        self.load_past()

    def count_again(self) -> None:
        self.action_refresh()

    def refused(self, error: DomainError) -> None:
        self._refused = True
        super().refused(error)

    def _load_cards(self) -> None:
        list_id = self.narrowed.filters.list_id if self.narrowed else None
        self.ask(
            lambda: self.desk.status_cards(self.campaign_id, list_id),
            self._show_cards,
            group="cards",
            failed=self.refused,
        )

    def _show_cards(self, cards: Cards) -> None:
        first, self.cards = self.cards is None, cards
        self.selected &= {card.status for card in cards.rows if not self._why_not(card)}
        self.head(
            Content.assemble(
                (fit(self.campaign, 40).rstrip(), "bold"),
                "   ",
                several("{count} lead", "{count} leads", cards.total),
                *(
                    [f" {_('of the list')} ", self.narrowed.list_name]
                    if self.narrowed and self.narrowed.list_name
                    else []
                ),
                " · ",
                (_("{count} recyclable").format(count=count(cards.recyclable)), "$class-recyclable"),
            )
        )
        self._draw_choice()
        if first or self._refused:
            self._refused = False
            self.say(Content(""))
            self.refresh_bindings()
        self._count()

    def _show_problems(self, problems: Problems) -> None:
        self.problems = problems
        banner = self.query_one("#banner", Static)
        banner.set_class(problems.total > 0, "-shown")
        may_fix = self.desk.actor.role in LEADING_ROLES
        banner.update(words.banner(problems, key=self.app.keys.shown("leads.fix"), may_fix=may_fix))
        self.refresh_bindings()

    # ── the choice ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def wanted(self) -> Wanted:
        """What is chosen now."""
        filters = self.narrowed.filters if self.narrowed else Filters(())
        in_order = (
            tuple(card.status for card in self.cards.rows if card.status in self.selected)
            if self.cards
            else ()
        )
        return Wanted(
            self.campaign_id, replace(filters, statuses=in_order), self.target, self.reset, self.final
        )

    def _only(self) -> str:
        return self.narrowed.in_words(self._says) if self.narrowed else ""

    def _why_not(self, card: Card) -> str:
        """Why this card cannot be selected; empty where it can."""
        if card.status == DialStatus.DNC:
            return _("never recycled")
        if card.cls is StatusClass.FINAL and not self.final:
            key = self.app.keys.shown("recycling.final")
            return _("final: {key} includes finals").format(key=key)
        return ""

    def _draw_choice(self) -> None:
        """Cards, switches and the words of the card under the cursor, as chosen now."""
        if self.cards is not None:
            self._cards.show(self.cards.rows, self.selected)
        shown = self.app.keys.shown
        only = self._only()
        self.query_one(Switches).show(
            [
                Switch(
                    shown("recycling.target"),
                    _("To {status} ▾").format(status=words.label(self.target)),
                    "target",
                ),
                Switch(shown("recycling.reset"), _("reset attempts"), "reset_attempts", self.reset),
                Switch(shown("recycling.final"), _("include final"), "include_final", self.final),
                Switch(
                    shown("recycling.filter"),
                    _("only: {filters}").format(filters=only or _("all of them")),
                    "filter",
                ),
            ]
        )
        self._explain()

    def _explain(self) -> None:
        card = self._cards.current
        if card is not None:
            self.query_one("#card", Static).update(words.card_words(card, self._why_not(card)))
        elif self.cards is not None:
            words_ = _("No leads yet. Bring people in: dialdeck leads import FILE --campaign {name}")
            self.query_one("#card", Static).update(data(words_.format(name=self.campaign)))

    def _choose(self) -> None:
        """Something was chosen differently."""
        self.seen = None
        self._draw_choice()
        self._count()

    # ── live figures ─────────────────────────────────────────────────────────────────────────────────────

    def _count(self) -> None:
        """Read the figures of the choice; one question at a time, and the last choice is what counts."""
        if not self.selected or self.working:
            self.seen = None
        elif self._counting:
            self._changed = True
        else:
            self._counting, self._changed = True, False
            wanted = self.wanted
            self.ask(
                lambda: self.desk.preview(wanted),
                partial(self._counted, wanted),
                group="figures",
                failed=self._uncounted,
            )
        self._draw_figures()

    def _counted(self, wanted: Wanted, seen: Preview) -> None:
        self._counting = False
        if wanted == self.wanted:
            self.seen = seen
        if self._changed or wanted != self.wanted:
            self._count()
        self._draw_figures()

    def _uncounted(self, error: DomainError) -> None:
        self._counting, self.seen = False, None
        self.refused(error)

    def _draw_figures(self) -> None:
        if self.working:
            line = self.progress_line()
        elif not self.selected:
            line = Content.styled(_("Nothing selected: {space} selects the card, {all} all recyclable.").format(
                space=self.app.keys.shown("recycling.select"), all=self.app.keys.shown("recycling.all")
            ), "$quiet")  # fmt: skip
        elif self.seen is None:
            line = Content.styled(_("Counting …"), "$quiet")
        else:
            key = self.app.keys.shown("recycling.reset")
            line = words.figures(self.seen, len(self.selected), self._says, key)
        self.query_one("#figures", Static).update(line)

    def show_progress(self) -> None:
        if self.working and self.done == (0, 0):
            self.say(Content(""))
        self._draw_figures()

    # ── keys of the choice ───────────────────────────────────────────────────────────────────────────────

    @on(StatusCards.Moved)
    def _moved(self) -> None:
        self._explain()

    @on(StatusCards.Chosen)
    def _clicked_card(self, event: StatusCards.Chosen) -> None:
        if not self.working:
            self.action_select()

    def action_select(self) -> None:
        """The card under the cursor, or not."""
        card = self._cards.current
        if card is None:
            return
        why_not = self._why_not(card)
        if why_not:
            self.say(data(f"✕ {_(card.label)}: {why_not}", "$class-problematic"))
            return
        self.say(Content(""))
        self.selected ^= {card.status}
        self._choose()

    def action_select_recyclable(self) -> None:
        """Every recyclable status with somebody a recycle would take."""
        if self.cards is None:
            return
        found = recyclable_statuses(self.cards)
        self.selected = set(found)
        waiting = sum(card.callbacks for card in self.cards.rows if card.status in self.selected)
        if not found:
            told = _("Nobody here is recyclable.")
        elif waiting:
            told = _(
                "Selected all recyclable; those with a pending callback are left out ({count} here)."
            ).format(count=count(waiting))
        else:
            told = _("Selected all recyclable.")
        self.say(Content(told))
        self._choose()

    def action_clear(self) -> None:
        """None of them."""
        self.selected.clear()
        self.say(Content(""))
        self._choose()

    def action_reset_attempts(self) -> None:
        """Count their attempts from nought again, or not."""
        self.reset = not self.reset
        self._choose()

    def action_include_final(self) -> None:
        """Let finals be selected, or not; selected ones are let go again."""
        self.final = not self.final
        if self.cards is not None:
            self.selected &= {card.status for card in self.cards.rows if not self._why_not(card)}
        self._choose()

    def action_target(self) -> None:
        """Choose what they become."""
        from tui.screens.leading.recycling_target import TargetScreen

        def chosen(target: str | None) -> None:
            if target is not None:
                self.target = target
                self._choose()

        self.app.push_screen(TargetScreen(self.target), chosen)

    def action_filter(self) -> None:
        """Only some of them."""
        from tui.screens.leading.recycling_filters import FiltersScreen

        def narrowed(found: Narrowed | None) -> None:
            if found is not None:
                self.narrowed = found if found.filters != Filters(()) else None
                self._choose()
                self._load_cards()

        self.app.push_screen(FiltersScreen(self.campaign_id, self.narrowed), narrowed)

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
        only = self._only()
        text = words.preview_text(seen, only, wanted.target, wanted.reset_attempts, self._says)
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

        only = self._only()
        text = words.question(seen, only, wanted.target, wanted.reset_attempts, self._says)

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
        self._choose()
        self.action_refresh()

    def tell_result(self, line: str) -> None:
        self._draw_figures()
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
            self._cards.action_move(0, step)

    def action_first(self) -> None:
        if self.focused is self.rows:
            self.rows.action_first()
        else:
            self._cards.action_jump(0)

    def action_last(self) -> None:
        if self.focused is self.rows:
            self.rows.action_last()
        else:
            self._cards.action_jump(-1)

    def action_close(self) -> None:
        """Stop the work that goes on; without any, back to the campaigns."""
        if not self.stop_work():
            self.dismiss(None)

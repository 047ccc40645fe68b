"""Which leads, and what becomes of them: cards, switches and filters, with figures that follow each choice.

Figures are read in threads; an answer that is no longer what is chosen is dropped.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import Static

from domain.codes import NO_STATUS_KEY, DialStatus, StatusClass
from domain.errors import DomainError
from domain.recycling.cards import recyclable_statuses
from domain.recycling.selection import Filters
from tui.i18n import _, several
from tui.screens.leading import recycling_words as words
from tui.screens.leading.base import ListScreen
from tui.screens.leading.repairing import Repairing
from tui.supervising_recycling import Wanted
from tui.text import clean, count, data, fit
from tui.widgets.status_cards import StatusCards
from tui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from domain.recycling.cards import Card, Cards
    from domain.recycling.preview import Preview
    from tui.screens.leading.recycling_filters import Narrowed


class Choosing(Repairing[None], ListScreen[None]):
    """The upper half of the recycling screen. ``selected`` are statuses (``no_status`` for none); ``narrowed`` is
    what the filters say.
    """

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.cards: Cards | None = None
        self.selected: set[str] = set()
        self.target = DialStatus.NEW.value
        self.reset = False
        self.final = False
        self.narrowed: Narrowed | None = None
        self.seen: Preview | None = None
        self._counting = False
        self._changed = False
        self._refused = False

    @property
    def grid(self) -> StatusCards:
        """The cards on screen."""
        return self.query_one(StatusCards)

    # ── the cards ────────────────────────────────────────────────────────────────────────────────────────

    def refused(self, error: DomainError) -> None:
        self._refused = True
        super().refused(error)

    def load_cards(self) -> None:
        """Count them again; those of the list where one is chosen."""
        list_id = self.narrowed.filters.list_id if self.narrowed else None
        self.ask(
            lambda: self.desk.status_cards(self.campaign_id, list_id),
            self._show_cards,
            group="cards",
            failed=self.refused,
        )

    def _show_cards(self, cards: Cards) -> None:
        first, self.cards = self.cards is None, cards
        self.selected &= {card.status for card in cards.rows if not self.why_not(card)}
        self.head(
            Content.assemble(
                (fit(self.campaign, 40).rstrip(), "bold"),
                "   ",
                several("{count} lead", "{count} leads", cards.total),
                *(
                    [f" {_('of the list')} ", clean(self.narrowed.list_name)]
                    if self.narrowed and self.narrowed.list_name
                    else []
                ),
                " · ",
                (_("{count} recyclable").format(count=count(cards.recyclable)), "$class-recyclable"),
            )
        )
        self.draw_choice()
        if first or self._refused:
            self._refused = False
            self.say(Content(""))
            self.refresh_bindings()
        self._count()

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

    def only(self) -> str:
        return self.narrowed.in_words(self.reader) if self.narrowed else ""

    def why_not(self, card: Card) -> str:
        """Why this card cannot be selected; empty where it can."""
        if card.status == DialStatus.DNC:
            return _("never recycled")
        if card.status != NO_STATUS_KEY and card.status not in set(DialStatus):
            return _("no status this version knows")
        if card.cls is StatusClass.FINAL and not self.final:
            key = self.app.keys.shown("recycling.final")
            return _("final: {key} includes finals").format(key=key)
        return ""

    def draw_choice(self) -> None:
        """Cards, switches and the words of the card under the cursor, as chosen now."""
        if self.cards is not None:
            self.grid.show(self.cards.rows, self.selected)
        shown = self.app.keys.shown
        only = self.only()
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
        card = self.grid.current
        if card is not None:
            self.query_one("#card", Static).update(words.card_words(card, self.why_not(card)))
        elif self.cards is not None:
            words_ = _("No leads yet. Bring people in: dialdeck leads import FILE --campaign {name}")
            self.query_one("#card", Static).update(data(words_.format(name=self.campaign)))

    def choose(self) -> None:
        """Something was chosen differently."""
        self.seen = None
        self.draw_choice()
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
        self.draw_figures()

    def _counted(self, wanted: Wanted, seen: Preview) -> None:
        self._counting = False
        if wanted == self.wanted:
            self.seen = seen
        if self._changed or wanted != self.wanted:
            self._count()
        self.draw_figures()

    def _uncounted(self, error: DomainError) -> None:
        self._counting, self.seen = False, None
        self.refused(error)

    def draw_figures(self) -> None:
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
            line = words.figures(self.seen, len(self.selected), self.reader, key)
        self.query_one("#figures", Static).update(line)

    def show_progress(self) -> None:
        if self.working and self.done == (0, 0):
            self.say(Content(""))
        self.draw_figures()

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
        card = self.grid.current
        if card is None:
            return
        why_not = self.why_not(card)
        if why_not:
            self.say(data(f"✕ {_(card.label)}: {why_not}", "$class-problematic"))
            return
        self.say(Content(""))
        self.selected ^= {card.status}
        self.choose()

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
        self.choose()

    def action_clear(self) -> None:
        """None of them."""
        self.selected.clear()
        self.say(Content(""))
        self.choose()

    def action_reset_attempts(self) -> None:
        """Count their attempts from nought again, or not."""
        self.reset = not self.reset
        self.choose()

    def action_include_final(self) -> None:
        """Let finals be selected, or not; selected ones are let go again."""
        self.final = not self.final
        if self.cards is not None:
            self.selected &= {card.status for card in self.cards.rows if not self.why_not(card)}
        self.choose()

    def action_target(self) -> None:
        """Choose what they become."""
        from tui.screens.leading.recycling_target import TargetScreen

        def chosen(target: str | None) -> None:
            if target is not None:
                self.target = target
                self.choose()

        self.app.push_screen(TargetScreen(self.target), chosen)

    def action_filter(self) -> None:
        """Only some of them."""
        from tui.screens.leading.recycling_filters import FiltersScreen

        def narrowed(found: Narrowed | None) -> None:
            if found is not None:
                self.narrowed = found if found.filters != Filters(()) else None
                self.choose()
                self.load_cards()

        self.app.push_screen(FiltersScreen(self.campaign_id, self.narrowed), narrowed)

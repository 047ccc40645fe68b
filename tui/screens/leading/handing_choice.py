"""What a supervisor puts together before leads are handed out: a number for each, which leads, callbacks or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content

from domain.handing.targets import Target, evenly
from domain.people.rights import LEADING_ROLES
from domain.recycling.selection import Filters
from tui import i18n
from tui.i18n import _, several
from tui.screens.leading import handing_words as words
from tui.screens.leading.base import ListScreen
from tui.screens.leading.long_work import LongWork
from tui.screens.leading.recycling_filters import FiltersScreen, Narrowed
from tui.screens.leading.recycling_words import Says
from tui.supervising_handing import WantedHandOut
from tui.text import count, data, fit

if TYPE_CHECKING:
    from domain.handing.standing import SellerLine

TYPING = [
    *(Binding(digit, f"digit('{digit}')", show=False) for digit in "0123456789"),
    Binding("backspace", "shorter", show=False),
]
"""As bindings, for those are done in the order of the keys; a digit read on its own way could meet another line."""

LONGEST = 7
"""Digits of a number: a campaign of ten million is not handed out by hand."""


class ChoosingHandOut(LongWork[None], ListScreen[None]):
    """``numbers`` holds what was typed, by seller number or shift (None: a share of all there are)."""

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(_("Hand out"))
        self.campaign_id = campaign_id
        self.campaign = name
        self.sellers: dict[str, SellerLine] = {}
        self.free: int | None = None
        self.numbers: dict[str, int | None] = {}
        self.narrowed: Narrowed | None = None
        self.move_callbacks = True

    def draw(self) -> None:
        """Everything anew, with the numbers as they are."""
        raise NotImplementedError

    def may_get(self, key: str) -> bool:
        line = self.sellers.get(key)
        return key in words.SHIFTS or (line is not None and line.active)

    def gets(self, key: str) -> str:
        return words.gets(self.numbers.get(key), key in self.numbers)

    def draw_head(self) -> None:
        free = self.free or 0
        parts: list[Content | str | tuple[str, str]] = [
            (fit(self.campaign, 40).rstrip(), "bold"),
            "   ",
            several("{count} open lead is nobody's", "{count} open leads are nobody's", free),
        ]
        total = self._total()
        if total:
            parts += [" · ", (total, "bold $accent")]
        only = self.only()
        callbacks = _("callbacks move along") if self.move_callbacks else _("callbacks stay")
        second = Content.assemble((callbacks, "$quiet"), " · " if only else "", data(only))
        self.head(Content("\n").join([Content.assemble(*parts), second]))

    def _total(self) -> str:
        if not self.numbers:
            return ""
        if any(number is None for number in self.numbers.values()):
            return several("all to {count}", "all evenly to {count}", len(self.numbers))
        return _("{count} typed").format(count=count(sum(number or 0 for number in self.numbers.values())))

    def only(self) -> str:
        told = self.narrowed.in_words(self.reader) if self.narrowed else ""
        return _("only {filters}").format(filters=told) if told else ""

    def hint(self) -> Content:
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
    def names(self) -> dict[str, str]:
        return {key: line.name for key, line in self.sellers.items()} | {
            key: words.shift_name(key) for key in words.SHIFTS
        }

    # ── the numbers ──────────────────────────────────────────────────────────────────────────────────────

    def action_digit(self, digit: str) -> None:
        """A digit on a line is part of its number."""
        key = self.rows.chosen or ""
        if not self.working and self.may_get(key):
            self._set(key, int(f"{self.numbers.get(key) or ''}{digit}"[-LONGEST:]))

    def action_shorter(self) -> None:
        """The last digit of the number on a line goes."""
        key = self.rows.chosen or ""
        if not self.working and self.may_get(key):
            shorter = str(self.numbers.get(key) or "")[:-1]
            self._set(key, int(shorter) if shorter else 0)

    def _set(self, key: str, number: int) -> None:
        shares = [other for other, given in self.numbers.items() if given is None]
        for other in shares:  # a number beside shares of all makes no sense
            del self.numbers[other]
        self.numbers[key] = number
        if not number:
            del self.numbers[key]
        self.draw()

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
                self.draw()

        self.app.push_screen(EvenlyScreen(len(to)), answered)

    def action_clear(self) -> None:
        """Forget the numbers."""
        self.numbers.clear()
        self.draw()

    def action_callbacks(self) -> None:
        """Callbacks move along, or stay."""
        self.move_callbacks = not self.move_callbacks
        self.draw_head()

    def action_filter(self) -> None:
        """Only some of the leads."""

        def taken(narrowed: Narrowed | None) -> None:
            if narrowed is not None:
                self.narrowed = narrowed
                self.draw_head()

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

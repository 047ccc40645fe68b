"""A card for each status: check box, glyph, name, class, how many, share, bar; chosen with keys or the mouse.

As many columns as fit. Where the terminal is low a card is one line, and a line below names the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.widget import Widget

from domain.codes import StatusClass
from tui.i18n import _
from tui.text import clip, count, fit
from tui.widgets.rows import MARK

if TYPE_CHECKING:
    from domain.recycling.cards import Card

BOXED_WIDTH, BOXED_HEIGHT = 24, 4
_LINE_WIDTH = 37
_WITH_WORD = 50
_KEPT_ROWS = 15
"""Rows of the screen that belong to the rest of it, before cards get boxes."""
_BAR = "▇"


class StatusCards(Widget, can_focus=True):
    """``show`` replaces the cards; whoever owns them decides what a choice means (``Chosen``)."""

    DEFAULT_CSS = """
    StatusCards { height: auto; width: 1fr; }
    """
    ALLOW_SELECT = False
    BINDINGS = [
        Binding("left", "move(-1, 0)", show=False),
        Binding("right", "move(1, 0)", show=False),
        Binding("up", "move(0, -1)", show=False),
        Binding("down", "move(0, 1)", show=False),
        Binding("home", "jump(0)", show=False),
        Binding("end", "jump(-1)", show=False),
    ]

    class Chosen(Message):
        """The card of this status was clicked."""

        def __init__(self, status: str) -> None:
            super().__init__()
            self.status = status

    class Moved(Message):
        """Another card is under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cards: Sequence[Card] = ()
        self.selected: Collection[str] = ()
        self.selectable: Callable[[Card], bool] = lambda card: True
        self.cursor = 0

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────

    def show(self, cards: Sequence[Card], selected: Collection[str]) -> None:
        """These cards, of which these are selected; the cursor stays with its status."""
        here = self.current
        statuses = [card.status for card in cards]
        self.cursor = statuses.index(here.status) if here and here.status in statuses else 0
        height = len(cards) != len(self.cards)
        self.cards, self.selected = cards, frozenset(selected)
        self.refresh(layout=height)

    @property
    def current(self) -> Card | None:
        """The card under the cursor."""
        return self.cards[self.cursor] if self.cursor < len(self.cards) else None

    # ── layout ───────────────────────────────────────────────────────────────────────────────────────────

    def _boxed(self, width: int) -> bool:
        rows = -(-len(self.cards) // max(width // BOXED_WIDTH, 1))
        return width >= BOXED_WIDTH and rows * BOXED_HEIGHT <= self.app.size.height - _KEPT_ROWS

    def _columns(self, width: int) -> int:
        least = BOXED_WIDTH if self._boxed(width) else _LINE_WIDTH
        return max(min(width // least, len(self.cards)), 1)

    def _card_width(self, width: int) -> int:
        return min(width // self._columns(width), 30 if self._boxed(width) else 60)

    def _legend(self, width: int) -> bool:
        return bool(self.cards) and not self._boxed(width) and self._card_width(width) < _WITH_WORD

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        rows = -(-len(self.cards) // self._columns(width))
        return rows * (BOXED_HEIGHT if self._boxed(width) else 1) + self._legend(width)

    def on_resize(self, event: events.Resize) -> None:
        self.refresh(layout=True)

    def render(self) -> Content:
        width = self.size.width
        columns, each, boxed = self._columns(width), self._card_width(width), self._boxed(width)
        lines: list[Content] = []
        for start in range(0, len(self.cards), columns):
            row = [
                self._card(index, each, boxed)
                for index in range(start, min(start + columns, len(self.cards)))
            ]
            lines += [Content.assemble(*parts) for parts in zip(*row, strict=True)]
        if self._legend(width):
            parts = [
                Content.styled(f"{cls.glyph} {_(cls.value)}", f"$class-{cls.value}") for cls in StatusClass
            ]
            lines.append(Content("  ") + Content("   ").join(parts).truncate(width - 2, ellipsis=True))
        return Content("\n").join(lines)

    def _card(self, index: int, width: int, boxed: bool) -> list[Content]:
        card = self.cards[index]
        look = _Look(
            width=width,
            number=max(len(count(max(each.count for each in self.cards))) + 1, 6),
            chosen=card.status in self.selected,
            here=index == self.cursor,
            focused=self.has_focus,
            mark=_mark(card.status in self.selected, self.selectable(card)),
        )
        return (_box if boxed else _line)(card, look)

    # ── keys and mouse ───────────────────────────────────────────────────────────────────────────────────

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, across: int, down: int) -> None:
        """The card beside, above or below."""
        there = self.cursor + across + down * self._columns(self.size.width)
        if 0 <= there < len(self.cards):
            self.go(there)

    def action_jump(self, where: int) -> None:
        """The first card (0) or the last (-1)."""
        if self.cards:
            self.go(where % len(self.cards))

    def go(self, index: int) -> None:
        """The cursor on this card."""
        self.cursor = index
        self.refresh()
        width = self.size.width
        height = BOXED_HEIGHT if self._boxed(width) else 1
        row = Region(0, index // self._columns(width) * height, 1, height)
        if isinstance(self.parent, Widget):  # where the screen is too small for all of it
            self.parent.scroll_to_region(row.translate(self.virtual_region.offset), animate=False)
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """A click chooses the card under the mouse."""
        event.stop()
        width = self.size.width
        columns, height = self._columns(width), BOXED_HEIGHT if self._boxed(width) else 1
        column, row = event.x // self._card_width(width), event.y // height
        index = row * columns + column
        if column < columns and index < len(self.cards):
            self.go(index)
            self.post_message(self.Chosen(self.cards[index].status))


def share_text(share: float) -> str:
    """A share with one digit; a few leads among many are never nought."""
    percent = 100 * share
    return "<0.1 %" if 0 < percent < 0.05 else f"{percent:.1f} %"


def _bar(share: float, width: int) -> str:
    """At least one piece where there is somebody."""
    pieces = min(max(round(share * width), 1 if share else 0), width)
    return _BAR * pieces + " " * (width - pieces)


def _mark(chosen: bool, selectable: bool) -> str:
    return "[x]" if chosen else "[ ]" if selectable else " – "


@dataclass(frozen=True, slots=True)
class _Look:
    """How a card is drawn: its cells, those of its number, its check box, and whether the cursor is on it."""

    width: int
    number: int
    chosen: bool
    here: bool
    focused: bool
    mark: str

    @property
    def box(self) -> str:
        return "bold $accent" if self.chosen else "$quiet"


def _line(card: Card, look: _Look) -> list[Content]:
    """``▸[x] ↻ No answer    30,000  51.3 % ▇▇▇``."""
    style = f"$class-{card.cls.value}"
    word = f" {fit(_(card.cls.value), 12)}" if look.width >= _WITH_WORD else ""
    spare = look.width - 8 - len(word) - look.number - 7
    name = min(spare, 14 if spare < 24 else 18)
    bar = spare - name - 1
    back = " on $panel" if look.here else ""
    bold = "bold " if look.chosen or (look.here and look.focused) else ""
    return [
        Content.assemble(
            (MARK if look.here and look.focused else " ", "$accent" + back),
            (f"{look.mark} ", look.box + back),
            (f"{card.glyph} {fit(_(card.label), name)}", f"{bold}{style}{back}"),
            (word, style + back),
            (fit(count(card.count), look.number, right=True), f"{bold}$foreground{back}"),
            (fit(share_text(card.share), 7, right=True), "$quiet" + back),
            (f" {_bar(card.share, bar)}" if bar > 0 else "", style + back),
            " ",
        )
    ]


def _box(card: Card, look: _Look) -> list[Content]:
    style = f"$class-{card.cls.value}"
    frame = "bold $accent" if look.here and look.focused else ("$accent" if look.here else "$line")
    inner = look.width - 5
    top, foot = clip(f"{card.glyph} {_(card.label)}", inner - 5), _(card.cls.value)
    bold = "bold " if look.chosen else ""
    return [
        Content.assemble(
            ("┌ ", frame),
            (look.mark, look.box),
            (f" {top} ", f"{bold}{style}"),
            ("─" * max(inner - 4 - cell_len(top), 0) + "┐ ", frame),
        ),
        Content.assemble(
            ("│ ", frame),
            (fit(count(card.count), inner - 8, right=True), f"{bold}$foreground"),
            (fit(share_text(card.share), 8, right=True), "$quiet"),
            (" │ ", frame),
        ),
        Content.assemble(("│ ", frame), (_bar(card.share, inner), style), (" │ ", frame)),
        Content.assemble(
            ("└", frame),
            (f" {foot} ", style),
            ("─" * max(inner - cell_len(foot), 0) + "┘ ", frame),
        ),
    ]

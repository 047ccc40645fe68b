"""The lines of a block of the report: label, numbers in columns, a bar in the room that is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from rich.cells import cell_len
from textual.content import Content

from tui.i18n import _
from tui.text import clip, fit
from tui.widgets.bars import Piece, columns, layers
from tui.widgets.rows import Row

NONE = "–"
_GAP = 2
_LEAST_BAR = 5
_LEAST_PLOT = 4
_LOW_PLOT = 2
_LEAST_LABEL = 14
_NUMBER, _SHARE, _LEAST_SIDE = 9, 9, 12
WIDE = 84
"""Cells of the right half from which columns that are only nice to have are shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """A title and its width in cells; ``wide``: only where there is room."""

    title: str
    width: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. ``number`` and ``share`` are what a comparison sets beside each other, ``value`` what it
    subtracts (a share, from 0 to 1, or a number); ``people`` names the figure whose people can be opened.
    """

    key: str
    label: str
    number: str = ""
    share: str = ""
    value: float | None = None
    is_share: bool = False
    cells: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    indent: int = 0
    formula: str = ""
    people: str = ""
    heading: bool = False
    opens: str = ""
    """The block behind it, where Enter leads to one instead of to people."""
    beside_people: str = ""
    """The figure of the other side whose people can be opened, in a comparison."""
    beside_opens: str = ""
    """The block behind it on the other side."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of figures; ``nothing`` is said where it has no lines."""

    key: str
    title: str
    lines: tuple[Line, ...]
    columns: tuple[Column, ...] = (Column("", _NUMBER), Column("", _SHARE))
    nothing: str = ""
    plot: tuple[float, ...] = ()
    """Drawn as upright bars above the lines where there is room; ``plotted`` says what they are."""
    plotted: str = ""
    numbers: str = ""
    """What is set beside each other where a line has more numbers than that."""
    beside: bool = False
    """Whether it is two blocks beside each other."""

    def line(self, key: str | None) -> Line | None:
        """The line of a key."""
        return next((line for line in self.lines if line.key == key), None)


def plot_lines(height: int) -> int:
    """How high the bars of a plot are in a terminal of so many rows; what they say stands in the table, too."""
    return next((lines for rows, lines in ((30, 5), (24, _LOW_PLOT)) if height >= rows), 0)


def percent(share: float | None) -> str:
    """``38.2 %``; a dash where there is nothing to divide by."""
    return NONE if share is None else f"{100 * share:.1f} %"


def rows(block: Block, *, plot_lines: int = 0) -> list[Row]:
    """The block as rows to choose from, below a plot whose bars are so many lines high (0: none)."""
    found: list[Row] = []
    if plot_lines and len(block.plot) >= _LEAST_PLOT:
        found.append(Row("plot", partial(_plot, block, plot_lines), heading=True))
    if any(column.title for column in block.columns) and block.lines:
        found.append(Row("titles", partial(_titles, block), heading=True))
    for line in block.lines:
        draw: Callable[[int], Content] = (
            partial(_heading, line) if line.heading else partial(_line, line, block)
        )
        found.append(Row(line.key, draw, heading=line.heading))
    if not block.lines:
        found.append(Row("nothing", lambda width: Content(clip(block.nothing, width)), heading=True))
    return found


def _plot(block: Block, lines: int, width: int) -> Content:
    """Upright bars, what they count above them, where they begin and end below."""
    drawn = columns(block.plot, min(width, 4 * len(block.plot)), lines, "$class-recyclable")
    labels = [line.label for line in block.lines if not line.heading]
    across = max((line.cell_length for line in drawn), default=0)
    first, last = (labels[0], labels[-1]) if labels else ("", "")
    gap = max(across - cell_len(first) - cell_len(last), 1)
    below = Content.styled(clip(first + " " * gap + last, width), "$quiet")
    rest = [Content("")] if lines > _LOW_PLOT else []
    return Content("\n").join([Content(clip(block.plotted, width)), *drawn, below, *rest])


def _layout(block: Block, width: int) -> tuple[int, list[tuple[int, Column]], int]:
    """Cells for the label, the columns with their places, and cells for the bar."""
    shown = [(place, each) for place, each in enumerate(block.columns) if width >= WIDE or not each.wide]
    while len(shown) > 1 and sum(column.width for _place, column in shown) > width - _LEAST_LABEL:
        shown.pop()
    taken = sum(column.width for _place, column in shown)
    wanted = max((cell_len(line.label) + line.indent for line in block.lines if not line.heading), default=0)
    label = max(min(wanted + 1, width - taken), min(_LEAST_LABEL, width))
    barred = any(line.pieces for line in block.lines)
    beside_bar = width - taken - _GAP - _LEAST_BAR
    if barred and _LEAST_LABEL <= beside_bar < label:
        label = beside_bar
    room = width - label - taken - _GAP if barred else 0
    return label, shown, min(room, 60) if room >= _LEAST_BAR else 0


def _heading(line: Line, width: int) -> Content:
    return Content(clip(line.label, width))


def _titles(block: Block, width: int) -> Content:
    """Above the columns; a row that can be chosen begins two cells further right."""
    label, shown, _bar = _layout(block, width)
    titles = "".join(fit(column.title, column.width, right=True) for _place, column in shown)
    return Content("  " + fit(block.numbers if block.beside else "", label) + titles)


def _line(line: Line, block: Block, width: int) -> Content:
    label, shown, room = _layout(block, width)
    texts = line.cells or (line.number, line.share)
    cells = "".join(
        fit(texts[place] if place < len(texts) else "", column.width, right=True) for place, column in shown
    )
    drawn = Content.assemble((fit(" " * line.indent + line.label, label), ""), cells)
    if room:
        drawn += Content(" " * _GAP) + layers(line.pieces, room)
    return drawn


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────


def side_by_side(left: Block, right: Block, names: tuple[str, str], *, by_place: bool = False) -> Block:
    """Each line of both with its numbers beside each other and what they differ by; ``by_place``: the first with
    the first, as the days of two periods.
    """
    pairs: list[tuple[Line, Line | None]]
    if by_place:
        pairs = [
            (here or _absent(there or _NOTHING), there)
            for here, there in zip_longest(left.lines, right.lines)
        ]
    else:
        others = {line.key: line for line in right.lines}
        known = {line.key for line in left.lines}
        pairs = [(line, others.get(line.key)) for line in left.lines]
        pairs += [(_absent(line), line) for line in right.lines if line.key not in known]
    share = max((cell_len(line.share) for line in (*left.lines, *right.lines)), default=0)
    lines = tuple(_pair(*pair, names, share) for pair in pairs)
    widths = [
        max([_LEAST_SIDE, *(cell_len(line.cells[place]) + 2 for line in lines if line.cells)])
        for place in (0, 1)
    ]
    more = max([len(_("more")), *(cell_len(line.cells[2]) for line in lines if line.cells)]) + 1
    titles = (
        Column(clip(names[0], widths[0] - 1), widths[0]),
        Column(clip(names[1], widths[1] - 1), widths[1]),
        Column(_("more"), more),
    )
    return Block(left.key, left.title, lines, titles, left.nothing, numbers=left.numbers, beside=True)


_NOTHING = Line("nothing", "")


def _absent(line: Line) -> Line:
    """The same figure where the other side has none."""
    return Line(line.key, line.label, NONE, NONE, indent=line.indent, heading=line.heading)


def _pair(here: Line, there: Line | None, names: tuple[str, str], share: int) -> Line:
    if here.heading:
        return here
    there = there or _absent(here)
    formulas = [
        f"{name}: {line.formula}" for name, line in zip(names, (here, there), strict=True) if line.formula
    ]
    return Line(
        here.key,
        here.label,
        cells=(_both(here, share), _both(there, share), difference(here, there)),
        indent=here.indent,
        formula="\n".join(formulas),
        people=here.people,
        opens=here.opens or there.opens,
        beside_people=there.people,
        beside_opens=there.opens or here.opens,
    )


def _both(line: Line, share: int) -> str:
    return f"{line.number} {fit(line.share, share, right=True)}"


def difference(here: Line, there: Line) -> str:
    """What the right one has more or less: percentage points of shares, else the number."""
    if here.value is None or there.value is None:
        return NONE
    more = there.value - here.value
    if here.is_share:
        return _("{points} pp").format(points=f"{100 * more:+.1f}")
    return f"{more:+,.0f}" if float(more).is_integer() else f"{more:+,.2f}"


def widest(values: Sequence[float]) -> float:
    """What a bar of full length stands for."""
    return max([*values, 0.0]) or 1.0

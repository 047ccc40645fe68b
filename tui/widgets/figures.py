"""The seller's own figures: one line at the foot of the console, and the day with a small plot beside it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.calling.pace import HourCount
from domain.calling.views import Figures
from tui.i18n import _, several
from tui.text import count
from tui.widgets.lines import Line, Span, cells, clip_line, spread
from tui.widgets.pane import Pane

BARS = " ▁▂▃▄▅▆▇█"


class FiguresLine(Pane):
    """``due 2 · ready 187 · waiting 3,412 · done 34, 5 sales``; due stands out while own callbacks are due."""

    DEFAULT_CSS = "FiguresLine { height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="figures")
        self.figures = Figures()
        self.waiting: int | None = None
        self.end: Line = ()
        self.rest: Line = ()

    def go_on(self, rest: Line) -> None:
        """Show the rest of a message of the row above in place of the figures; nothing: the figures again."""
        if rest != self.rest:
            self.rest = rest
            self.redraw()

    def tell(self, end: Line) -> None:
        """A word at the right end: whether the draft of the note is kept."""
        if end != self.end:
            self.end = end
            self.redraw()

    def show(self, figures: Figures, waiting: int | None) -> None:
        """Show these figures; ``waiting`` is None until it was counted."""
        self.figures, self.waiting = figures, waiting
        self.redraw()

    def body(self, width: int) -> list[Line]:
        """One row."""
        line = (("  ", "text"), *self.rest) if self.rest else figures_line(self.figures, self.waiting)
        return [spread(line, self.end, width) if self.end else clip_line(line, width)]


def figures_line(figures: Figures, waiting: int | None) -> Line:
    """Due, ready, waiting, done today."""
    due = f"◷ {_('due')} {count(figures.due)}"
    spans: list[Span] = [(due, "cursor" if figures.due else "muted")]
    spans += [(" · ", "muted"), (f"{_('ready')} {count(figures.ready)}", "text")]
    if waiting is not None:
        spans += [(" · ", "muted"), (f"{_('waiting')} {count(waiting)}", "text")]
    sales = several("{count} sale", "{count} sales", figures.sales_today)
    spans += [(" · ", "muted"), (f"{_('done')} {count(figures.done_today)}, {sales}", "text")]
    return tuple(spans)


class DayPane(Pane):
    """Done and sold today, by hour: numbers first, the plot is decoration."""

    def __init__(self, title: str) -> None:
        super().__init__(title, id="day")
        self.figures = Figures()
        self.hours: Sequence[HourCount] = ()

    def show(self, figures: Figures, hours: Sequence[HourCount]) -> None:
        """Show the day so far."""
        self.figures, self.hours = figures, hours
        self.redraw()

    def body(self, width: int) -> list[Line]:
        """Numbers, then a bar for each hour with its sales below."""
        figures = self.figures
        done = figures.done_today
        rate = f"{100 * figures.sales_today / done:.1f} %" if done else "–"
        rows: list[Line] = [
            (
                (f" {count(done)}", "strong"),
                (f" {_('done')} · ", "muted"),
                (count(figures.sales_today), "success"),
                (f" {_('sales')} · {rate} {_('of')} {count(done)}", "muted"),
            )
        ]
        return [*rows, *hour_rows(self.hours, width)]


def hour_rows(hours: Sequence[HourCount], width: int) -> list[Line]:
    """A plot of two rows: a bar and the hour below it, three cells an hour, the latest that fit."""
    shown = list(hours)[-max(1, (width - 2) // 3) :]
    most = max((hour.done for hour in shown), default=0)
    if not most:
        return []
    bars: list[Span] = [(" ", "text")]
    labels: list[Span] = [(" ", "text")]
    for hour in shown:
        level = BARS[max(1, round(8 * hour.done / most))] if hour.done else " "
        bars.append((f"{level * 2} ", "success" if hour.sales else "accent"))
        labels.append((f"{hour.hour:02d} ", "muted"))
    return [clip_line(row, width) for row in (tuple(bars), tuple(labels)) if cells(row)]

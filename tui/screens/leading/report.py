"""The campaign report: blocks on the left, figures with bars on the right, the formula of one below; Enter opens
the people behind it. Filters, a comparison and exports hang on keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static

from domain.errors import DomainError
from domain.reporting.filters import ReportFilters
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.base import HelpLine
from tui.screens.leading import report_blocks as blocks
from tui.screens.leading.base import ListScreen
from tui.screens.leading.report_lines import Block, Line, plot_lines, rows, side_by_side
from tui.text import clean, clip, count, data, fit, moment
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Row, Rows
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.reporting.figures import CampaignReport
    from tui.supervising_reports import Beside

REFRESH_SECONDS = 30.0


class ReportScreen(ListScreen[None]):
    """One campaign. ``filters`` narrow it, ``beside`` is what it is compared with; ``place`` is the block shown and
    ``path`` leads from its lines into what is behind them.
    """

    REGISTRY = "report"
    BINDINGS = [
        *commands.bindings("report"),
        *(
            Binding(str(number), f"block({number - 1})", show=False)
            for number in range(1, len(blocks.BLOCKS) + 1)
        ),
    ]
    AUTO_FOCUS = "#rows"
    CSS = """
    ReportScreen #head { height: auto; max-height: 4; margin: 0 1; color: $foreground; }
    ReportScreen Horizontal { height: 1fr; }
    ReportScreen #blocks { width: 16; margin: 0 0 0 1; scrollbar-size-vertical: 0; }
    ReportScreen #rows { width: 1fr; margin: 0; overflow-y: scroll; scrollbar-gutter: auto; }
    ReportScreen #state { height: 3; max-height: 3; border-top: none; }
    """

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(_("Report"))
        self.campaign_id = campaign_id
        self.campaign = name
        self.filters = ReportFilters()
        self.beside: Beside | None = None
        self.report: CampaignReport | None = None
        self.other: CampaignReport | None = None
        self.place = 0
        self.path: list[tuple[str, str]] = []  # what was opened here, and beside it
        self.counting = True
        self.shown: Block | None = None
        self.shown_beside: Block | None = None

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(self.heading, f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        yield Static(Content(""), id="head")
        with Horizontal():
            yield Rows(id="blocks", can_focus=False)
            yield Rows(id="rows")
        yield Static(Content(_("Counting …")), id="state")
        yield KeyLine()

    def on_mount(self) -> None:
        titles = [
            Row(key, partial(_block_title, number, _(title)))
            for number, (key, title) in enumerate(blocks.BLOCKS, start=1)
        ]
        self.query_one("#blocks", Rows).show(titles)
        self._head()
        self.action_refresh()
        self.set_interval(REFRESH_SECONDS, self._by_itself)

    def _by_itself(self) -> None:
        """Look again while somebody looks at it and nothing is being counted."""
        if self.is_active and not self.counting:
            self.action_refresh()

    @property
    def rows(self) -> Rows:
        return self.query_one("#rows", Rows)

    @property
    def line(self) -> Line | None:
        """The figure one stands on."""
        return self.shown.line(self.rows.chosen) if self.shown is not None else None

    def condition(self, name: str) -> bool:
        """``people``: somebody stands behind this figure. ``beside``: behind the other side's, too.
        ``read``: there are figures.
        """
        line = self.line
        if name == "people":
            return line is not None and bool(line.people or line.opens)
        if name == "beside":
            return self.other is not None and line is not None and bool(line.beside_people)
        return self.report is not None

    def help_lines(self) -> Iterator[HelpLine]:
        """The digits of the blocks."""
        for number, (_key, title) in enumerate(blocks.BLOCKS):
            yield HelpLine(
                str(number + 1), _(title), _("Blocks of the report"), run=partial(self.action_block, number)
            )

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def action_refresh(self) -> None:
        """Count again, with the filters and the comparison as they are."""
        self.counting = True
        self._head()
        filters, beside = self.filters, self.beside
        self.ask(
            lambda: self.desk.reports(self.campaign_id, filters, beside),
            self._show,
            group="report",
            failed=self.refused,
        )

    def refused(self, error: DomainError) -> None:
        self.counting = False
        self._head()
        super().refused(error)

    def _show(self, found: tuple[CampaignReport, CampaignReport | None]) -> None:
        self.report, self.other = found
        self.counting = False
        self._head()
        self._draw()
        self.refresh_bindings()

    def _head(self) -> None:
        """Campaign and moment, the filters in words, what it is compared with."""
        report = self.report
        first = [Content.styled(fit(self.campaign, 40).rstrip(), "bold")]
        if report is not None:
            base = report.base
            first.append(Content(several("{count} lead", "{count} leads", base.leads)))
            if not report.filters.empty:
                first.append(Content(_("{count} of them chosen").format(count=count(base.filtered))))
            at = moment(report.as_of, self.desk.now(), self.desk.preferences.zone, i18n.language())
            first.append(Content.styled(_("as of {moment}").format(moment=at), "$quiet"))
        if self.counting:
            first.append(Content.styled(_("Counting …"), "$quiet"))
        lines = [Content("  ").join(first), self._narrowed()]
        if self.beside is not None:
            lines.append(data(_("Beside it: {what}").format(what=self.beside.in_words), "$primary"))
        self.head(Content("\n").join(lines))

    def _narrowed(self) -> Content:
        words = self.report.filters_in_words if self.report is not None else ""
        if self.filters.empty or not words:
            return Content.styled(_("All leads and all days, no filter"), "$quiet")
        return data(_("Only: {filters}").format(filters=words), "$class-problematic")

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────

    def _draw(self, *, chosen: str | None = None) -> None:
        """The block one is in, with its figures."""
        if self.report is None:
            return
        key = blocks.BLOCKS[self.place][0]
        block = self._block(self.report, key)
        other = self._block(self.other, key, beside=True) if self.other is not None else None
        if block is None and other is not None:  # days that only the other side has
            block = replace(other, lines=())
        block = block or blocks.block(self.report, key)
        if other is not None and self.beside is not None:
            apart = not self.path or self.path[-1][0] != self.path[-1][1]
            by_place = self.beside.period and key == "days" and apart
            block = side_by_side(block, other, (_("this one"), self.beside.short), by_place=by_place)
        self.shown, self.shown_beside = block, other
        self.rows.show(rows(block, plot_lines=plot_lines(self.app.size.height)), chosen=chosen)
        self._explain()

    def _block(self, report: CampaignReport, key: str, *, beside: bool = False) -> Block | None:
        """The block, or what is behind the line that was opened; None where that is not there."""
        return blocks.opened(report, self.path[-1][beside]) if self.path else blocks.block(report, key)

    def _explain(self) -> None:
        """Below: what the figure is made of."""
        line = self.line
        if line is not None:
            self.say(data_lines(line.formula))
        elif self.report is not None and not self.report.base.leads:
            words = _("No leads yet. Bring people in: dialdeck leads import FILE --campaign {name}")
            self.say(data(words.format(name=self.campaign)))
        elif self.report is not None:
            self.say(Content(""))

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────────────

    def action_block(self, place: int) -> None:
        """This block."""
        self.place, self.path = place, []
        self.query_one("#blocks", Rows).highlighted = place
        self._draw()
        self.refresh_bindings()

    def action_next_block(self) -> None:
        """The block below, after the last the first."""
        self.action_block((self.place + 1) % len(blocks.BLOCKS))

    def action_block_before(self) -> None:
        """The block above."""
        self.action_block((self.place - 1) % len(blocks.BLOCKS))

    @on(OptionList.OptionHighlighted, "#rows")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._explain()
        self.refresh_bindings()

    @on(OptionList.OptionSelected, "#blocks")
    def _block_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        event.prevent_default()  # which would open the figure one stands on
        self.action_block(event.option_index)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """The people of the figure; on a line with several numbers, those numbers."""
        self.after_keys(self._open)

    def _open(self) -> None:
        line = self.line
        if line is None or self.report is None:
            return
        if line.opens:
            self.path.append((line.opens, line.beside_opens))
            self._draw()
            self.refresh_bindings()
        elif line.people:
            self._people(self.report, self.shown, line.people, line.label)

    def _people(self, report: CampaignReport, block: Block | None, figure: str, label: str) -> None:
        from tui.screens.leading.report_people import ReportPeopleScreen

        whose = f"{block.title}: " if self.path and block is not None else ""
        self.app.push_screen(ReportPeopleScreen(report, figure, f"{whose}{label}"))

    def action_open_beside(self) -> None:
        """The people of the figure on the other side of the comparison."""
        line = self.line
        if line is not None and self.other is not None and line.beside_people:
            self._people(self.other, self.shown_beside, line.beside_people, line.label)

    def action_close(self) -> None:
        """From what is behind a line to that line, else back."""
        if not self.path:
            self.dismiss(None)
            return
        self._draw(chosen=self.path.pop()[0])
        self.refresh_bindings()

    def action_filter(self) -> None:
        """Only some of it."""
        from tui.screens.leading.report_filters import ReportFiltersScreen

        def taken(filters: ReportFilters | None) -> None:
            if filters is not None:
                self.narrow(filters)

        self.app.push_screen(ReportFiltersScreen(self.campaign_id, self.filters), taken)

    def narrow(self, filters: ReportFilters) -> None:
        """Read it anew with these filters."""
        if self.beside is not None:
            self.beside = self.beside.narrowed(filters)
        self.filters = filters
        self.action_refresh()

    def action_compare(self) -> None:
        """Another campaign or other days beside it."""
        from tui.screens.leading.report_compare import CompareScreen

        def taken(chosen: tuple[Beside | None] | None) -> None:
            if chosen is not None:
                (self.beside,) = chosen
                self.action_refresh()

        self.app.push_screen(CompareScreen(self.campaign_id, self.campaign, self.filters, self.beside), taken)

    def action_views(self) -> None:
        """The user's saved filters."""
        from tui.screens.leading.report_views import ViewsScreen

        def taken(filters: ReportFilters | None) -> None:
            if filters is not None:
                self.narrow(filters)

        self.app.push_screen(ViewsScreen(self.campaign_id, self.filters), taken)

    def action_export(self) -> None:
        """To a file."""
        from tui.screens.leading.report_export import ExportScreen

        if self.report is None:
            return

        def written(line: str | None) -> None:
            if line:
                self.say(data(line, "bold"))

        self.app.push_screen(ExportScreen(self.report, self.other), written)


def data_lines(text: str) -> Content:
    """Text from data, line by line."""
    return Content("\n").join(data(line) for line in text.split("\n"))


def _block_title(number: int, title: str, width: int) -> Content:
    return Content.assemble((f"{number} ", "$quiet"), clip(clean(title), max(width - 2, 4)))

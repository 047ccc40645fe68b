"""A report to a file: as a table, as JSON, or as a page to send; where to, and not over another file unasked."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from domain.errors import DomainError
from tui.i18n import _, mark
from tui.screens.base import Window
from tui.text import clean, clip, data, fit
from tui.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from domain.reporting.figures import CampaignReport

FORMATS: dict[str, tuple[str, str]] = {
    "html": (mark("Page"), mark("one file to open in any browser or to send")),
    "csv": (mark("Table"), mark("CSV for a spreadsheet")),
    "json": (mark("JSON"), mark("for programs")),
}


class ExportScreen(Window[str]):
    """What was written, in words; None where nothing was."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("up", "move('cursor_up')", show=False),
        Binding("down", "move('cursor_down')", show=False),
    ]
    CSS = """
    ExportScreen { align: center middle; }
    ExportScreen > VerticalGroup {
        width: 74; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    ExportScreen Rows { height: auto; margin: 1 0; background: $surface; }
    ExportScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    ExportScreen Input:focus { border: none; background: $primary 30%; }
    ExportScreen #said { height: auto; min-height: 1; max-height: 3; }
    ExportScreen #keys { color: $quiet; }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, report: CampaignReport, other: CampaignReport | None) -> None:
        super().__init__()
        self.report = report
        self.other = other
        self.over: Path | None = None
        """The file that is there already and that Enter writes over."""
        self.writing = False

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Write this report to a file"), "bold"))
            yield Rows(can_focus=False)
            yield Input(self._proposed("html"), id="file", compact=True)
            yield Static(Content(""), id="said")
            yield Static(Content(_("Enter writes it · ↑↓ the kind of file · Esc back")), id="keys")

    def on_mount(self) -> None:
        self.query_one(Rows).show([Row(kind, partial(_format, kind)) for kind in FORMATS])

    def _proposed(self, kind: str) -> str:
        """A name from the campaign and the day, in the present folder."""
        name = re.sub(r"\W+", "-", clean(self.report.campaign).casefold()).strip("-")
        return f"report-{name or self.report.campaign_id}-{self.report.as_of:%Y-%m-%d}.{kind}"

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#said", Static).update(data(text, style))

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    @on(OptionList.OptionHighlighted)
    def _another(self, event: OptionList.OptionHighlighted) -> None:
        """The name keeps what was typed and gets the ending of the kind."""
        event.stop()
        kind = self.query_one(Rows).chosen or "html"
        field = self.query_one("#file", Input)
        stem, dot, ending = field.value.rpartition(".")
        field.value = f"{stem if dot and ending in FORMATS else field.value}.{kind}"

    @on(Input.Changed)
    def _typed(self) -> None:
        self.over = None

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Rows), f"action_{how}")()

    def action_take(self) -> None:
        """Write it; over another file only when asked twice."""
        typed = self.query_one("#file", Input).value.strip()
        if not typed or self.writing:
            return
        path = Path(typed).expanduser()
        over = self.over == path
        kind = self.query_one(Rows).chosen or "html"
        self.writing = True
        self._say(_("Writing …"))
        self.do(
            lambda: self.desk.write_report(self.report, self.other, kind, path, over=over),
            partial(self._written, path),
            failed=self._refused,
        )

    def _written(self, path: Path, done: bool) -> None:
        self.writing = False
        if done:
            self.dismiss(_("✓ Written to {path}").format(path=path.resolve()))
            return
        self.over = path
        self._say(
            _("{path} is there already: Enter again writes over it.").format(path=path), "$class-problematic"
        )

    def _refused(self, error: DomainError) -> None:
        self.writing = False
        self._say(f"✕ {error.message}", "$class-final")

    def action_leave(self) -> None:
        self.dismiss(None)


def _format(kind: str, width: int) -> Content:
    name, means = FORMATS[kind]
    return Content.assemble((fit(_(name), 10), "bold"), (clip(_(means), max(width - 10, 4)), "$quiet"))

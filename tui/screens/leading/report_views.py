"""The user's saved filters: one is taken, the present ones are kept under a name, one is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalGroup
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from domain.errors import DomainError
from domain.reporting.filters import ReportFilters
from tui import i18n
from tui.i18n import _
from tui.screens.base import Window
from tui.text import clip, data, fit
from tui.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from domain.reporting.saved import SavedView


class ViewsScreen(Window[ReportFilters]):
    """The filters taken; None where the window was closed without taking any."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("delete,x", "forget_one", show=False),
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
    ]
    CSS = """
    ViewsScreen { align: center middle; }
    ViewsScreen > VerticalGroup {
        width: 74; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    ViewsScreen Rows { height: auto; max-height: 10; margin: 1 0; background: $surface; }
    ViewsScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    ViewsScreen Input:focus { border: none; background: $primary 30%; }
    ViewsScreen #said { height: auto; min-height: 1; max-height: 2; }
    ViewsScreen #keys { color: $quiet; height: auto; }
    """
    AUTO_FOCUS = "Rows"

    def __init__(self, campaign_id: int, filters: ReportFilters) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.filters = filters
        self.views: dict[str, SavedView] = {}

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Your saved filters"), "bold"))
            yield Rows()
            yield Input(placeholder=_("a name, to keep the present filters under"), id="name", compact=True)
            yield Static(Content(""), id="said")
            yield Static(
                Content(
                    _("Enter takes it · x forgets it · Tab, a name, Enter keeps the present · Esc closes")
                ),
                id="keys",
            )

    def on_mount(self) -> None:
        told = self.filters.in_words(i18n.language()) or _("no filter")
        self._say(_("Present: {filters}").format(filters=told))
        self._read()

    def _read(self) -> None:
        self.ask(
            lambda: self.desk.saved_views(self.campaign_id), self._show, group="views", failed=self._refused
        )

    def _show(self, views: Sequence[SavedView]) -> None:
        self.views = {view.name: view for view in views}
        rows = [Row(name, partial(_row, view)) for name, view in self.views.items()]
        nothing = _("None yet.")
        self.query_one(Rows).show(
            rows or [Row("", lambda width: Content(clip(nothing, width)), heading=True)]
        )
        if not rows:
            self.query_one("#name", Input).focus()

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#said", Static).update(data(text, style))

    def _refused(self, error: DomainError) -> None:
        self._say(f"✕ {error.message}", "$class-final")

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        view = self.views.get(self.query_one(Rows).chosen or "")
        if view is not None:
            self.dismiss(view.filters)

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        name, filters = event.value.strip(), self.filters
        if not name:
            self._say(_("A name is needed."), "$class-problematic")
            return

        def kept(_kept: object) -> None:
            self.query_one("#name", Input).value = ""
            self._say(_("✓ Kept as {name}.").format(name=name))
            self.query_one(Rows).focus()
            self._read()

        self.do(lambda: self.desk.keep_view(self.campaign_id, name, filters), kept, failed=self._refused)

    def action_forget_one(self) -> None:
        """The marked one is not wanted any more."""
        name = self.query_one(Rows).chosen
        if self.query_one(Rows).has_focus and name in self.views:

            def forgotten(_done: object) -> None:
                self._say(_("✓ {name} is forgotten.").format(name=name))
                self._read()

            self.do(lambda: self.desk.forget_view(self.campaign_id, name), forgotten, failed=self._refused)

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Rows), f"action_{how}")()

    def action_leave(self) -> None:
        self.dismiss(None)


def _row(view: SavedView, width: int) -> Content:
    told = view.filters.in_words(i18n.language()) or _("no filter")
    return Content.assemble((fit(view.name, 24), "bold"), " ", (clip(told, max(width - 25, 4)), "$quiet"))

"""What to set beside a report: another campaign, or the same one on other days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widgets import Button, Input, Label, Select, Static
from textual.widgets._select import SelectOverlay

from domain.campaigns.campaigns import CampaignLine
from domain.errors import DomainError
from domain.reporting.filters import ReportFilters
from tui import periods
from tui.i18n import _
from tui.screens.base import Window
from tui.supervising_reports import Beside, beside_filters
from tui.text import clean, data


class CompareScreen(Window[tuple[Beside | None]]):
    """``(None,)`` ends a comparison; None where the window was closed without a choice."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("ctrl+l", "nothing", show=False),
    ]
    CSS = """
    CompareScreen { align: center middle; }
    CompareScreen > VerticalGroup {
        width: 72; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    CompareScreen Grid { grid-size: 2; grid-columns: 18 1fr; grid-rows: 1; height: auto; margin: 1 0; }
    CompareScreen Label { width: 1fr; }
    CompareScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    CompareScreen Input:focus { border: none; background: $primary 30%; }
    CompareScreen Select > SelectCurrent { background: $panel; padding: 0 1; }
    CompareScreen Select:focus > SelectCurrent { background: $primary 30%; }
    CompareScreen #said { height: auto; min-height: 2; max-height: 4; }
    CompareScreen #hint, CompareScreen #keys { color: $quiet; height: auto; }
    CompareScreen HorizontalGroup { align-horizontal: right; }
    CompareScreen Button { margin-left: 2; min-width: 12; }
    """
    AUTO_FOCUS = "#days"

    def __init__(
        self, campaign_id: int, campaign: str, filters: ReportFilters, beside: Beside | None
    ) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.campaign = campaign
        self.filters = filters
        self.beside = beside
        self.others: dict[int, str] = {}

    # ── layout ───────────────────────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static(Content.styled(_("Set beside it"), "bold"))
            with Grid():
                yield Label(_("Other days"))
                yield Input(self._proposed(), id="days", compact=True, placeholder=_("last month"))
                yield Label(_("or campaign"))
                yield Select[int]([], prompt=_("this one"), id="campaign", compact=True)
            yield Static(Content(""), id="said")
            yield Static(data(_("Days: {hint}").format(hint=_(periods.HINT))), id="hint")
            yield Static(
                Content(_("Enter takes it · Tab next · Space opens a choice · ^l nothing · Esc back")),
                id="keys",
            )
            with HorizontalGroup():
                yield Button(Content(_("Compare")), id="take", compact=True)
                yield Button(Content(_("Nothing beside it")), id="nothing", compact=True)

    def _proposed(self) -> str:
        """The days compared with; where the report is about some days, as many just before them."""
        if self.beside is not None:
            old = self.beside.filters
            return periods.shown(old.acted_from, old.acted_to) if self.beside.period else ""
        begin, end = self.filters.acted_from, self.filters.acted_to
        if begin is None or end is None:
            return ""
        return periods.shown(*periods.before(begin, end))

    def on_mount(self) -> None:
        self.ask(self.desk.all_campaigns, self._offer, group="campaigns", failed=self._failed)
        self._say()

    def _offer(self, found: list[CampaignLine]) -> None:
        self.others = {each.id: each.name for each in found if each.id != self.campaign_id}
        choice: Select[int] = self.query_one("#campaign", Select)
        choice.set_options(
            (Text(clean(name), no_wrap=True, overflow="ellipsis"), number)
            for number, name in self.others.items()
        )
        if self.beside is not None and self.beside.campaign_id in self.others:
            choice.value = self.beside.campaign_id
        self._say()

    def _failed(self, error: DomainError) -> None:
        self.query_one("#said", Static).update(data(f"✕ {error.message}", "$class-final"))

    # ── what is chosen ───────────────────────────────────────────────────────────────────────────────────

    @on(Input.Changed)
    @on(Select.Changed)
    def _another(self) -> None:
        self._say()

    def _say(self) -> None:
        try:
            chosen = self._read()
            line = data(chosen.in_words) if chosen is not None else Content(_("Nothing chosen yet."))
        except periods.NotADay as wrong:
            line = data(f"✕ {wrong}", "$class-problematic")
        self.query_one("#said", Static).update(line)

    def _read(self) -> Beside | None:
        """What is chosen. A campaign is compared on the same days unless others are typed."""
        begin, end = periods.parse(self.query_one("#days", Input).value, self.today)
        value = self.query_one("#campaign", Select).value
        campaign_id = value if isinstance(value, int) else None
        days = ReportFilters(acted_from=begin, acted_to=end) if begin or end else None
        if campaign_id is None and days is None:
            return None
        filters = beside_filters(self.filters, days)
        said = periods.shown(begin, end)
        if campaign_id is None:
            words = _("{campaign}, acted on {days}").format(campaign=self.campaign, days=said)
            short = periods.short(begin, end, self.today)
            return Beside(self.campaign_id, filters, short, words, period=True)
        name = self.others.get(campaign_id, "")
        if days is None:
            words = _("{campaign}, with the same filters").format(campaign=name)
        else:
            words = _("{campaign}, acted on {days}").format(campaign=name, days=said)
        return Beside(campaign_id, replace(filters, list_id=None), name, words, period=days is not None)

    @property
    def today(self) -> date:
        """The shop's day."""
        return self.desk.now().astimezone(ZoneInfo(self.desk.actor.timezone)).date()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter on an open choice or a button is theirs."""
        return not (action == "take" and isinstance(self.focused, (SelectOverlay, Button)))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "take":
            self.action_take()
        else:
            self.action_nothing()

    def action_take(self) -> None:
        """Take it, where it can be understood."""
        try:
            self.dismiss((self._read(),))
        except periods.NotADay:
            self.app.bell()

    def action_nothing(self) -> None:
        """Nothing beside it."""
        self.dismiss((None,))

    def action_leave(self) -> None:
        self.dismiss(None)

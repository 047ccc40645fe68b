"""Only some of a report: seller, list, days, statuses, resolutions, reasons, tags; told in words meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import cast
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widgets import Button, Input, Label, Select, Static
from textual.widgets._select import SelectOverlay

from domain.codes import NO_STATUS_KEY, NO_STATUS_LABEL, CampaignStatus, DialStatus, Resolution
from domain.errors import DomainError
from domain.reporting.filters import NONE, ReportFilters
from tui import i18n, periods
from tui.i18n import _
from tui.screens.base import Window
from tui.supervising_reports import ReportChoices
from tui.text import clean, data

STATUSES: dict[str, str] = {
    **{each.value: each.label for each in DialStatus},
    NO_STATUS_KEY: NO_STATUS_LABEL,
    **{str(each.value): each.label for each in CampaignStatus},
}
RESOLUTIONS: dict[str, str] = {**{each.value: each.label for each in Resolution}, NONE: "No resolution"}


class NotUnderstood(ValueError):
    """What stands in a field cannot be used; the message says why."""


class ReportFiltersScreen(Window[ReportFilters]):
    """None where the window was closed without taking them."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("ctrl+l", "nothing", show=False),
    ]
    CSS = """
    ReportFiltersScreen { align: center middle; }
    ReportFiltersScreen > VerticalGroup {
        width: 76; max-width: 98%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    ReportFiltersScreen Grid { grid-size: 2; grid-columns: 16 1fr; grid-rows: 1; height: auto; margin: 1 0; }
    ReportFiltersScreen Label { width: 1fr; }
    ReportFiltersScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    ReportFiltersScreen Input:focus { border: none; background: $primary 30%; }
    ReportFiltersScreen Select > SelectCurrent { background: $panel; padding: 0 1; }
    ReportFiltersScreen Select:focus > SelectCurrent { background: $primary 30%; }
    ReportFiltersScreen #hint { height: auto; min-height: 3; max-height: 5; color: $quiet; }
    ReportFiltersScreen #said { height: auto; max-height: 3; min-height: 1; }
    ReportFiltersScreen #keys { color: $quiet; }
    ReportFiltersScreen HorizontalGroup { align-horizontal: right; }
    ReportFiltersScreen Button { margin-left: 2; min-width: 12; }
    """
    AUTO_FOCUS = "#acted"

    def __init__(self, campaign_id: int, filters: ReportFilters) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.filters = filters
        self.choices = ReportChoices()

    # ── layout ───────────────────────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        old = self.filters
        fields = (
            ("acted", _("Action days"), periods.shown(old.acted_from, old.acted_to)),
            ("assigned", _("Assigned"), periods.shown(old.assigned_from, old.assigned_to)),
            ("statuses", _("Status"), ", ".join(old.statuses)),
            ("resolutions", _("Resolution"), ", ".join(old.resolutions)),
            ("reasons", _("Reason"), ", ".join(str(each) for each in old.reasons)),
            ("tags", _("Tag"), ", ".join(old.tags)),
        )
        with VerticalGroup():
            yield Static(Content.styled(_("Only some of it"), "bold"))
            with Grid():
                for name, label in (("seller", _("Seller")), ("list", _("List"))):
                    yield Label(label)
                    yield Select[int]([], prompt=_("any"), id=name, compact=True)
                for name, label, value in fields:
                    yield Label(label)
                    yield Input(value, id=name, compact=True)
            yield Static(Content(""), id="said")
            yield Static(Content(""), id="hint")
            yield Static(Content(_("Enter takes them · Tab next · ^l no filter · Esc back")), id="keys")
            with HorizontalGroup():
                yield Button(Content(_("Take them")), id="take", compact=True)
                yield Button(Content(_("No filter")), id="nothing", compact=True)

    def on_mount(self) -> None:
        self.ask(
            lambda: self.desk.report_choices(self.campaign_id),
            self._offer,
            group="choices",
            failed=self._failed,
        )
        self._say()

    def _offer(self, found: ReportChoices) -> None:
        self.choices = found
        for name, offered, value in (
            ("list", found.lists, self.filters.list_id),
            ("seller", found.sellers, self.filters.seller_id),
        ):
            choice = self._select(name)
            choice.set_options(_options(offered))
            if value is not None and value in offered:
                choice.value = value
        self._say()
        self._hint()

    def _select(self, name: str) -> Select[int]:
        return cast("Select[int]", self.query_one(f"#{name}", Select))

    def _failed(self, error: DomainError) -> None:
        self.query_one("#said", Static).update(data(f"✕ {error.message}", "$class-final"))

    # ── what is chosen ───────────────────────────────────────────────────────────────────────────────────

    @on(Input.Changed)
    @on(Select.Changed)
    def _another(self) -> None:
        self._say()

    @on(events.DescendantFocus)
    def _hint(self) -> None:
        """What may stand in the field one is in."""
        words = {
            "acted": _("Outcomes of these days, by who acted then. ") + _(periods.HINT),
            "assigned": _("Leads given to their seller on these days. ") + _(periods.HINT),
            "statuses": _statuses(),
            "resolutions": _offered(RESOLUTIONS),
            "reasons": _offered({str(code): label for code, label in self.choices.reasons.items()}),
            "tags": _("People with one of these tags, commas between"),
        }
        name = (self.focused.id or "") if self.focused is not None else ""
        self.query_one("#hint", Static).update(data(words.get(name, "")))

    def _say(self) -> None:
        """The choice in words, or what is wrong with it."""
        try:
            chosen = self._read()
            told = chosen.in_words(
                i18n.language(),
                seller=self.choices.sellers.get(chosen.seller_id or 0),
                list_name=self.choices.lists.get(chosen.list_id or 0),
            )
            line = data(_("Only: {filters}").format(filters=told) if told else _("Everything: no filter."))
        except NotUnderstood as wrong:
            line = data(f"✕ {wrong}", "$class-problematic")
        self.query_one("#said", Static).update(line)

    def _read(self) -> ReportFilters:
        acted, assigned = self._days("acted"), self._days("assigned")
        reasons = {str(code): label for code, label in self.choices.reasons.items()}
        old = {str(code): str(code) for code in self.filters.reasons}
        return ReportFilters(
            seller_id=self._chosen("seller", self.filters.seller_id),
            list_id=self._chosen("list", self.filters.list_id),
            assigned_from=assigned[0],
            assigned_to=assigned[1],
            acted_from=acted[0],
            acted_to=acted[1],
            statuses=named(self._typed("statuses"), STATUSES, _("status")),
            resolutions=named(self._typed("resolutions"), RESOLUTIONS, _("resolution")),
            reasons=tuple(
                int(code) for code in named(self._typed("reasons"), {**old, **reasons}, _("reason"))
            ),
            tags=tuple(tag for tag in (each.strip() for each in self._typed("tags").split(",")) if tag),
        )

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _chosen(self, name: str, before: int | None) -> int | None:
        """What the choice says; what it said before, until it is known what there is."""
        if not self.choices.sellers and not self.choices.lists:
            return before
        value = self._select(name).value
        return value if isinstance(value, int) else None

    def _days(self, name: str) -> tuple[date | None, date | None]:
        try:
            return periods.parse(self._typed(name), self.today)
        except periods.NotADay as wrong:
            raise NotUnderstood(str(wrong)) from None

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
        """Take them, where they can be understood."""
        try:
            self.dismiss(self._read())
        except NotUnderstood:
            self.app.bell()

    def action_nothing(self) -> None:
        """Everything."""
        self.dismiss(ReportFilters())

    def action_leave(self) -> None:
        self.dismiss(None)


def named(typed: str, known: Mapping[str, str], what: str) -> tuple[str, ...]:
    """The keys meant by words with commas between: keys or labels, as they are begun.

    Raises:
        NotUnderstood: naming the word, and the nearest there is.
    """
    by_label = {label.casefold(): key for key, label in known.items()}
    by_key = {key.casefold(): key for key in known}
    found: list[str] = []
    for word in (each.strip().casefold() for each in typed.split(",")):
        if not word:
            continue
        key = by_key.get(word) or by_label.get(word)
        if key is None:
            begun = {each for label, each in by_label.items() if label.startswith(word)}
            key = begun.pop() if len(begun) == 1 else None
        if key is None:
            raise NotUnderstood(_unknown(word, [*by_key, *by_label], what))
        if key not in found:
            found.append(key)
    return tuple(found)


def _unknown(word: str, known: Sequence[str], what: str) -> str:
    near = get_close_matches(word, known, n=1)
    hint = _(" Did you mean {near}?").format(near=near[0]) if near else ""
    return _('there is no {what} "{word}".').format(what=what, word=word) + hint


def _statuses() -> str:
    """Labels, and numbers for those of the campaign."""
    return " · ".join(
        _(label) if not key.isdecimal() else f"{key} {_(label)}" for key, label in STATUSES.items()
    )


def _offered(known: Mapping[str, str]) -> str:
    return " · ".join(key if key == label else f"{key} {_(label)}" for key, label in known.items())


def _options(offered: Mapping[int, str]) -> list[tuple[Text, int]]:
    """Names are data: never parsed as markup."""
    return [
        (Text(clean(label), no_wrap=True, overflow="ellipsis"), number) for number, label in offered.items()
    ]

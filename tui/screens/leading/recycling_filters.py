"""Only some of the leads: list, attempts, last attempt, resolution, seller, tag; told in words meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widgets import Button, Input, Label, Select, Static
from textual.widgets._select import SelectOverlay

from domain.codes import FINAL_STATUSES, NO_STATUS_KEY, NO_STATUS_LABEL, DialStatus, Resolution
from domain.errors import DomainError
from domain.intake.moments import parse_moment
from domain.recycling.selection import Filters
from tui import i18n
from tui.i18n import _
from tui.screens.base import Window
from tui.screens.leading.recycling_words import Says
from tui.text import clean, data

if TYPE_CHECKING:
    from domain.campaigns.lists import ListLine
    from domain.people.users import UserView


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filters (without statuses), with the names behind their numbers."""

    filters: Filters
    list_name: str | None = None
    seller: str | None = None

    def in_words(self, says: Says) -> str:
        """As people say it; empty without any filter."""
        before = self.filters.last_before
        told = self.filters.in_words(
            list_name=self.list_name, seller=self.seller, when=says.moment(before) if before else None
        )
        return clean(told.removeprefix(" · "))


class NotUnderstood(ValueError):
    """What stands in a field cannot be used; the message says why."""


class FiltersScreen(Window[Narrowed]):
    """None where the window was closed without taking them."""

    BINDINGS = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("ctrl+l", "nothing", show=False),
    ]
    CSS = """
    FiltersScreen { align: center middle; }
    FiltersScreen > VerticalGroup {
        width: 72; max-width: 96%; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    FiltersScreen Grid { grid-size: 2; grid-columns: 24 1fr; grid-rows: 1; height: auto; margin: 1 0; }
    FiltersScreen Label { width: 1fr; }
    FiltersScreen Input { border: none; height: 1; background: $panel; padding: 0 1; }
    FiltersScreen Input:focus { border: none; background: $primary 30%; }
    FiltersScreen Select > SelectCurrent { background: $panel; padding: 0 1; }
    FiltersScreen Select:focus > SelectCurrent { background: $primary 30%; }
    FiltersScreen #said { height: auto; max-height: 3; min-height: 1; }
    FiltersScreen #keys { color: $quiet; margin: 1 0 0 0; }
    FiltersScreen HorizontalGroup { align-horizontal: right; }
    FiltersScreen Button { margin-left: 2; min-width: 12; }
    """
    AUTO_FOCUS = "#least"

    def __init__(self, campaign_id: int, narrowed: Narrowed | None, *, with_status: bool = False) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.with_status = with_status
        self.narrowed = narrowed
        self._lists: dict[int, str] = {}
        self._sellers: dict[int, str] = {}

    # ── layout ───────────────────────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        old = self.narrowed.filters if self.narrowed else Filters(())
        resolutions = [(f"{each.value}  {_(each.label)}", each.value) for each in Resolution]
        with VerticalGroup():
            yield Static(Content.styled(_("Only these leads"), "bold"))
            with Grid():
                if self.with_status:
                    yield Label(_("Status"))
                    yield self._choice("status", _statuses(), next(iter(old.statuses), None))
                yield Label(_("Attempts, at least"))
                yield Input(_shown(old.min_attempts), id="least", type="integer", compact=True)
                yield Label(_("Attempts, at most"))
                yield Input(_shown(old.max_attempts), id="most", type="integer", compact=True)
                yield Label(_("Last attempt before"))
                yield Input(self._before(old), id="before", placeholder="2026-11-25 10:30", compact=True)
                yield Label(_("List"))
                yield self._choice("list", [])
                yield Label(_("Resolution"))
                yield self._choice("resolution", resolutions, old.resolution)
                yield Label(_("Seller"))
                yield self._choice("seller", [])
                yield Label(_("Tag"))
                yield Input(old.tag or "", id="tag", compact=True)
            yield Static(Content(""), id="said")
            yield Static(
                Content(_("Enter takes them · Tab next · Space opens a choice · ^l no filter · Esc back")),
                id="keys",
            )
            with HorizontalGroup():
                yield Button(Content(_("Take them")), id="take", compact=True)
                yield Button(Content(_("No filter")), id="nothing", compact=True)

    def _choice(
        self, id: str, options: list[tuple[str, str]] | list[tuple[str, int]], value: str | None = None
    ) -> Select[str | int]:
        made: Select[str | int] = Select(
            _options(options), prompt=_("any"), id=id, compact=True, value=value if value else Select.NULL
        )
        return made

    def _before(self, old: Filters) -> str:
        return "" if old.last_before is None else f"{old.last_before.astimezone(self._zone):%Y-%m-%d %H:%M}"

    @property
    def _zone(self) -> tzinfo | None:
        return self.desk.preferences.zone

    def on_mount(self) -> None:
        self.ask(
            lambda: self.desk.filter_choices(self.campaign_id),
            self._offer,
            group="choices",
            failed=self._failed,
        )
        self._say()

    def _offer(self, found: tuple[list[ListLine], list[UserView]]) -> None:
        lists, people = found
        old = self.narrowed.filters if self.narrowed else Filters(())
        self._lists = {each.id: each.name for each in lists}
        self._sellers = {each.id: each.name for each in people}
        for name, offered, value in (
            ("list", self._lists, old.list_id),
            ("seller", self._sellers, old.seller_id),
        ):
            choice = self._select(name)
            choice.set_options(_options([(label, number) for number, label in offered.items()]))
            if value in offered:
                choice.value = value
        self._say()

    def _select(self, name: str) -> Select[str | int]:
        return cast("Select[str | int]", self.query_one(f"#{name}", Select))

    def _failed(self, error: DomainError) -> None:
        self.query_one("#said", Static).update(data(f"✕ {error.message}", "$class-final"))

    # ── what is chosen ───────────────────────────────────────────────────────────────────────────────────

    @on(Input.Changed)
    @on(Select.Changed)
    def _another(self) -> None:
        self._say()

    def _say(self) -> None:
        """The choice in words, or what is wrong with it."""
        try:
            told = self._read().in_words(Says(self.desk.now(), self.desk.preferences.zone, i18n.language()))
            line = data(told or _("All of them: no filter."))
        except NotUnderstood as wrong:
            line = data(f"✕ {wrong}", "$class-problematic")
        self.query_one("#said", Static).update(line)

    def _read(self) -> Narrowed:
        least, most = self._number("least"), self._number("most")
        if least is not None and most is not None and least > most:
            raise NotUnderstood(
                _("at least {least} and at most {most} attempts fit nobody").format(least=least, most=most)
            )
        list_id, seller_id = self._chosen("list"), self._chosen("seller")
        resolution = self._chosen("resolution")
        return Narrowed(
            Filters(
                self._status(),
                list_id=list_id if isinstance(list_id, int) else None,
                seller_id=seller_id if isinstance(seller_id, int) else None,
                resolution=str(resolution) if resolution is not None else None,
                tag=self._typed("tag") or None,
                min_attempts=least,
                max_attempts=most,
                last_before=self._moment(),
            ),
            self._lists.get(list_id) if isinstance(list_id, int) else None,
            self._sellers.get(seller_id) if isinstance(seller_id, int) else None,
        )

    def _status(self) -> tuple[str, ...]:
        """The status, on a screen whose leads are not chosen by it anyway."""
        status = self._chosen("status") if self.with_status else None
        return (str(status),) if status is not None else ()

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _chosen(self, name: str) -> str | int | None:
        value = self._select(name).value
        return value if isinstance(value, (str, int)) else None

    def _number(self, name: str) -> int | None:
        typed = self._typed(name)
        if not typed:
            return None
        if not typed.isdecimal():
            raise NotUnderstood(_("attempts are a number from 0, not {typed}").format(typed=typed))
        return int(typed)

    def _moment(self) -> datetime | None:
        typed = self._typed("before")
        if not typed:
            return None
        try:
            return parse_moment(typed, cast("ZoneInfo", self._zone or self.desk.now().astimezone().tzinfo))
        except ValueError:
            raise NotUnderstood(
                _('"{typed}" is not understood; write 2026-11-25 or 2026-11-25 10:30').format(typed=typed)
            ) from None

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
        """All leads of the chosen statuses."""
        self.dismiss(Narrowed(Filters(())))

    def action_leave(self) -> None:
        self.dismiss(None)


def _statuses() -> list[tuple[str, str]]:
    """Those a lead in play may have, and none."""
    known = [(_(each.label), each.value) for each in DialStatus if each not in FINAL_STATUSES]
    return [*known, (_(NO_STATUS_LABEL), NO_STATUS_KEY)]


def _options(offered: list[tuple[str, str]] | list[tuple[str, int]]) -> list[tuple[Text, str | int]]:
    """Names are data: never parsed as markup."""
    return [(Text(clean(label), no_wrap=True, overflow="ellipsis"), value) for label, value in offered]


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)

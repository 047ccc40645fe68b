"""Find anybody of the shop while typing; arrows choose, Enter opens the lead."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from domain.codes import status_class, status_label
from domain.errors import DomainError
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.leading.base import ListScreen
from tui.text import data, fit, moment, phone
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Row, Rows
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.calling.finding import Found
    from domain.calling.views import QueueLine

TYPING_SECONDS = 0.12
PAGE = 50
FEWEST_SIGNS = 2


class FindScreen(ListScreen[None]):
    """The text field has the keys all the time; what it finds stands below."""

    REGISTRY = "find"
    BINDINGS = commands.bindings("find")
    AUTO_FOCUS = "Input"
    CSS = """
    FindScreen Input { border: none; height: 1; background: $surface; padding: 0 1; margin: 1 1 0 1; }
    FindScreen Input:focus { border: none; background: $panel; }
    FindScreen Rows { margin: 1 1 0 1; }
    FindScreen #head { margin: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__(_("Find anybody"))
        self.found: Found | None = None
        self._starts = [0]
        self._asked = ""
        self._inside = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(self.heading, f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        yield Input(placeholder=_("name, number, e-mail, id, #tag, status:busy"), compact=True)
        yield Static(Content(_titles(self.app.size.width)), id="head")
        yield Rows(id="rows", can_focus=False)
        yield Static(Content(""), id="state")
        yield KeyLine()

    def on_mount(self) -> None:
        super().on_mount()
        self._say_how()

    def condition(self, name: str) -> bool:
        """``more``: there is a next page. ``before``: this is not the first."""
        if name == "more":
            return self.found is not None and self.found.next is not None
        if name == "before":
            return len(self._starts) > 1
        return bool(self._asked)

    def _say_how(self) -> None:
        self.say(
            Content(
                _("Beginnings of words, without accents; a number in any writing. ↑↓ choose, Enter opens.")
            )
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TYPING_SECONDS, self.search)

    def search(self) -> None:
        """Ask anew for what stands in the field."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        text = self.query_one(Input).value.strip()
        self._asked, self._inside, self._starts = text, False, [0]
        if len(text) < FEWEST_SIGNS:
            self._asked, self.found = "", None
            self.forget("find")
            self.rows.show([])
            self._say_how()
            self.refresh_bindings()
            return
        self._load()

    def _load(self) -> None:
        text, after, inside = self._asked, self._starts[-1], self._inside
        self.ask(
            lambda: self.desk.find_people(text, after=after, limit=PAGE, inside=inside),
            self._show,
            group="find",
            failed=self._failed,
        )

    def _failed(self, error: DomainError) -> None:
        self.found = None
        self.rows.show([])
        self.refused(error)

    def _show(self, found: Found) -> None:
        self.found = found
        draw = partial(_row, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language())
        self.rows.show([Row(str(line.lead_id), partial(draw, line)) for line in found.lines])
        leads = len(found.lines)
        page = len(self._starts)
        if not leads and not self._inside:
            self.say(
                Content(_("Nobody's name or number begins so. Enter looks inside names and numbers, too."))
            )
        elif not leads:
            self.say(Content(_("Nobody like that.")))
        elif page > 1 or found.next is not None:
            self.say(Content(_("{count} leads on page {page}").format(count=leads, page=page)))
        else:
            self.say(Content(several("{count} lead", "{count} leads", leads)))
        self.refresh_bindings()

    def action_open(self) -> None:
        """Everything about this lead; where nobody was found, look inside names and numbers."""
        self.after_keys(self._open)

    def _open(self) -> None:
        if self._timer is not None:  # typed faster than it was looked for
            self.search()
            return
        if self.rows.chosen is not None:
            from tui.screens.leading.lead import LeadScreen

            self.app.push_screen(LeadScreen(int(self.rows.chosen)))
        elif self._asked and self.found is not None and not self._inside:
            self._inside = True
            self.say(Content(_("Looking inside all names and numbers …")))
            self._load()

    def action_more(self) -> None:
        """The next page."""
        if self.found is not None and self.found.next is not None:
            self._starts.append(self.found.next)
            self._load()

    def action_page_back(self) -> None:
        """The page before."""
        self._starts.pop()
        self._load()


def _widths(width: int) -> tuple[int, int, int, int]:
    """Cells of number, status, campaign and next attempt."""
    return (18, 16, 22, 14) if width >= 100 else (18, 14, 14, 0)


def _titles(width: int) -> str:
    room = width - 4
    sizes = _widths(room)
    titles = (_("Number"), _("Status"), _("Campaign"), _("Next attempt"))
    cells = "".join(fit(title, size) for title, size in zip(titles, sizes, strict=True) if size)
    return fit(_("Name"), max(room - sum(sizes), 12)) + cells


def _row(line: QueueLine, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    number, status, campaign, when = _widths(width)
    kind = status_class(line.status)
    room = max(width - number - status - campaign - when, 12)
    parts = [
        data(fit(line.name, room - 1) + " ", "bold"),
        data(fit(phone(line.phone) if line.phone else "–", number)),
        data(fit(f"{kind.glyph} {_(status_label(line.status))}", status), f"$class-{kind.value}"),
        data(fit(line.campaign or "", campaign), "$quiet"),
    ]
    if when:
        parts.append(data(fit(moment(line.at, now, zone, language) if line.at else "–", when)))
    return Content("").join(parts)

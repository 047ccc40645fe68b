"""The people behind a figure, a page at a time; Enter opens one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.codes import status_class, status_label
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.leading.base import ListScreen
from tui.text import count, data, fit, moment, phone
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.calling.leads import LeadLine

PAGE = 200


class PeopleScreen(ListScreen[None]):
    """The leads of one row of the funnel."""

    REGISTRY = "people"
    BINDINGS = commands.bindings("people")

    def __init__(self, campaign_id: int, campaign: str, reason: str, label: str) -> None:
        super().__init__(_(label))
        self.campaign_id = campaign_id
        self.campaign = campaign
        self.reason = reason
        self.people: list[LeadLine] = []
        self._starts = [0]
        self._loaded = False

    def on_mount(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``people``: there are some. ``more``: the page is full. ``before``: this is not the first."""
        if name == "more":
            return len(self.people) == PAGE
        return len(self._starts) > 1 if name == "before" else bool(self.people)

    def _load(self) -> None:
        after = self._starts[-1]
        self.ask(
            lambda: self.read(after),
            self._show,
            group="people",
            failed=self.refused,
        )

    def read(self, after: int) -> list[LeadLine]:
        """A page after this lead; asked in a thread."""
        return self.desk.people_of(self.campaign_id, self.reason, after=after, limit=PAGE)

    def _show(self, people: list[LeadLine]) -> None:
        self.people = people
        draw = partial(_row, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language())
        self.rows.show([Row(str(line.lead_id), partial(draw, line)) for line in people])
        self.head(Content.assemble((fit(self.campaign, 40).rstrip(), "bold")))
        page = len(self._starts)
        if people:
            words = _("{count} people on page {page}").format(count=count(len(people)), page=page)
            self.say(
                Content(
                    words
                    if page > 1 or len(people) == PAGE
                    else several("{count} person", "{count} people", len(people))
                )
            )
        else:
            self.say(data(_("Nobody stands in this row any more.")))
        self.refresh_bindings()

    def action_open(self) -> None:
        """Everything about this lead."""
        self.after_keys(self._open)

    def _open(self) -> None:
        if self.rows.chosen is not None:
            from tui.screens.leading.lead import LeadScreen

            self.app.push_screen(LeadScreen(int(self.rows.chosen)))

    def action_many(self) -> None:
        """One change for everybody on this page."""
        from tui.screens.leading.bulk import BulkScreen

        leads = tuple(line.lead_id for line in self.people)
        self.app.push_screen(BulkScreen(self.campaign_id, self.campaign, leads))

    def action_more(self) -> None:
        """The next page."""
        self._starts.append(self.people[-1].lead_id)
        self._load()

    def action_page_back(self) -> None:
        """The page before."""
        self._starts.pop()
        self._load()


def _row(line: LeadLine, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    kind = status_class(line.status)
    status = f"{kind.glyph} {_(status_label(line.status))}"
    when = moment(line.next_attempt_at, now, zone, language) if line.next_attempt_at else "–"
    cells = [
        (fit(phone(line.phone) if line.phone else "–", 18), ""),
        (fit(status, 16), f"$class-{kind.value}"),
        (fit(str(line.attempts), 4, right=True), ""),
        (fit(when, 16, right=True), ""),
    ]
    if width >= 100:
        cells.insert(0, (fit(line.seller or "–", 14), "$quiet"))
        cells.append((fit(line.list_name or "", 20, right=True), "$quiet"))
    room = max(width - sum(len(text) for text, _style in cells), 12)
    return Content.assemble((fit(line.name or _("No name"), room), "bold"), *cells)

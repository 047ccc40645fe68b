"""The audit log, newest first, a page at a time; some of it, or all of it to a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from domain.audit.reading import EVERYTHING, Wanted
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.leading.audit_windows import AuditFilterScreen, FileScreen
from tui.screens.leading.base import ListScreen
from tui.text import clip, count, data, day, fit, local, moment
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.audit.reading import AuditLine

PAGE = 200
_WIDTHS = {"at": 16, "user": 12, "kind": 16, "target": 14}


class AuditScreen(ListScreen[None]):
    """One row an event."""

    REGISTRY = "audit"
    BINDINGS = commands.bindings("audit")

    def __init__(self) -> None:
        super().__init__(_("Audit log"))
        self.wanted = EVERYTHING
        self.events: list[AuditLine] = []
        self._starts: list[int | None] = [None]
        self._answer: Content | None = None
        self._words = ""

    def on_mount(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``more``: the page is full. ``before``: this is not the first."""
        return len(self.events) == PAGE if name == "more" else len(self._starts) > 1

    def action_refresh(self) -> None:
        """From the newest event on."""
        self._starts, self._answer = [None], None
        self._load()

    def _load(self) -> None:
        wanted, after = self.wanted, self._starts[-1]
        self.ask(
            lambda: self.desk.audit_events(wanted, after=after, limit=PAGE),
            self._show,
            group="audit",
            failed=self.refused,
        )

    def _show(self, events: list[AuditLine]) -> None:
        self.events = events
        now, zone, language = self.desk.now(), self.desk.preferences.zone, i18n.language()
        room = self.rows.scrollable_content_region.width
        shown = data(in_words(self.wanted, now, zone, language))
        self.head(Content("\n").join([shown, Content(""), Content("  ") + _titles(room - 2)]))
        draw = partial(_row, now=now, zone=zone, language=language)
        self.rows.show([Row(str(event.id), partial(draw, event)) for event in events])
        page = len(self._starts)
        words = several("{count} event", "{count} events", len(events))
        if page > 1 or len(events) == PAGE:
            words = _("{events} on page {page}, newest first").format(events=words, page=count(page))
        self._words = words if events else _("Nothing like that is in the log.")
        self._tell()
        self.refresh_bindings()

    def on_option_list_option_highlighted(self) -> None:
        self._tell()

    def _tell(self) -> None:
        """The answer to the last key, else how many there are and all about the one one stands on."""
        from domain.audit.written import in_words as detail

        here = next((event for event in self.events if str(event.id) == self.rows.chosen), None)
        told = detail(here) if here is not None else ""
        self.say(self._answer or data(" · ".join(part for part in (self._words, told) if part)))

    def on_resize(self) -> None:
        if self.events:
            self._show(self.events)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_more(self) -> None:
        """Older events."""
        self._answer = None
        self._starts.append(self.events[-1].id)
        self._load()

    def action_page_back(self) -> None:
        """Newer events."""
        self._answer = None
        self._starts.pop()
        self._load()

    def action_filter(self) -> None:
        """Only some of them."""

        def closed(wanted: Wanted | None) -> None:
            if wanted is not None:
                self.wanted = wanted
                self.action_refresh()

        self.app.push_screen(AuditFilterScreen(self.wanted), closed)

    def action_export(self) -> None:
        """To a file."""

        def closed(file: Path | None) -> None:
            if file is not None:
                self._export(file)

        self.app.push_screen(FileScreen(f"audit-{local(self.desk.now(), None):%Y-%m-%d}.csv"), closed)

    def _export(self, file: Path) -> None:
        wanted = self.wanted
        self.say(Content(_("Writing …")))

        def done(number: int) -> None:
            words = _("{count} events written to {file}").format(count=count(number), file=file)
            self._answer = data(f"✓ {words}", "$class-recyclable")
            self._load()

        self.do(lambda: self.desk.export_audit(wanted, file), done, group="export", failed=self.refused)


def in_words(wanted: Wanted, now: datetime, zone: ZoneInfo | None, language: str) -> str:
    """The filters as people say them."""
    parts = [
        _("by {user}").format(user=wanted.user) if wanted.user else "",
        _("kind {kind}").format(kind=wanted.kind) if wanted.kind else "",
        _("from {time}").format(time=moment(wanted.since, now, zone, language)) if wanted.since else "",
        _("before {time}").format(time=moment(wanted.before, now, zone, language)) if wanted.before else "",
        _("only what was refused") if wanted.refused else "",
    ]
    return " · ".join(part for part in parts if part) or _("Everything")


def _titles(width: int) -> Content:
    return Content(
        fit(_("when"), _WIDTHS["at"]) + fit(_("who"), _WIDTHS["user"]) + fit(_("what"), _WIDTHS["kind"] + 2)
        + fit(_("to what"), max(width - sum(_WIDTHS.values()) - 2 + _WIDTHS["target"], 0))
    )  # fmt: skip


def _row(event: AuditLine, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    from domain.audit.written import in_words as detail

    at = f"{day(event.at, now, zone, language)} {local(event.at, zone):%H:%M:%S}"
    glyph, style = ("✕", "$class-final") if event.refused else ("●", "$class-recyclable")
    told = detail(event)
    room = max(width - sum(_WIDTHS.values()) - 2, 0)
    return Content.assemble(
        (fit(at, _WIDTHS["at"]), "$quiet"),
        (fit(event.user or _("nobody"), _WIDTHS["user"]), "bold"),
        (f"{glyph} {fit(event.kind, _WIDTHS['kind'])}", style),
        fit(event.target or "–", _WIDTHS["target"]),
        (clip(told, room), "$quiet"),
    )

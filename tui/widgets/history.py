"""What happened with this contact, newest first, notes included; then the other campaigns.

All times of a person are on the contact's clock; where that differs from the seller's, the title names it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.calling.views import Dossier, HistoryLine, OtherCampaign
from tui import text
from tui.i18n import _
from tui.widgets.lines import Line, clip_line, fit, spread, wrap_line
from tui.widgets.pane import Pane
from tui.widgets.wording import Reader, place, status_words, zone_of

NARROW = 46
# Spoken with, not reached, pending callback, callback kept, note, undone: the glyph says it, the colour helps.
GLYPH_ROLES = {"●": "ok", "○": "later", "◷": "accent", "◆": "ok", "✎": "text", "↶": "muted"}


class HistoryPane(Pane, can_focus=True):
    """One row an event, its note below it; scrolls by wheel, and with the arrows while it has the focus."""

    def __init__(self, title: str, reader: Reader) -> None:
        super().__init__(title, id="history")
        self.reader = reader
        self.hint = ""
        self.dossier: Dossier | None = None
        self.now = datetime.min.replace(tzinfo=UTC)

    def show(self, dossier: Dossier | None, now: datetime) -> None:
        """Show this person's history from the newest event."""
        if dossier is None or self.dossier is None or dossier.lead_id != self.dossier.lead_id:
            self.top = 0
        self.dossier, self.now = dossier, now
        self.redraw()

    def title_end(self) -> Line:
        """Whose clock the times are on, and how much is above and below."""
        return clock_named(self.dossier, self.now, self.reader, self.size.width, self._more())

    def body(self, width: int) -> list[Line]:
        """All events, then the other campaigns."""
        if self.dossier is None:
            return []
        if not self.dossier.history and not self.dossier.others:
            begin = f" · {self.hint}" if self.hint else ""
            return [((" " + _("never called before") + begin, "muted"),)]
        rows: list[Line] = []
        for line in self.dossier.history:
            rows.extend(event_rows(line, self.now, self.reader, width, zone_of(self.dossier)))
        for other in self.dossier.others:
            rows.extend(other_rows(other, self.now, self.reader, width, zone_of(self.dossier)))
        return rows


def clock_named(dossier: Dossier | None, now: datetime, reader: Reader, width: int, more: Line) -> Line:
    """``times in New York`` before what else ends a title, where that clock is not the seller's."""
    if dossier is None or not reader.differs(zone_of(dossier), now):
        return more
    there = place(zone_of(dossier))
    words = _("times in {place}").format(place=there) if width >= NARROW or not more else there
    return ((words + (" · " if more else ""), "muted"), *more)


def event_rows(line: HistoryLine, now: datetime, reader: Reader, width: int, zone: ZoneInfo) -> list[Line]:
    """One event: when on the clock of ``zone``, glyph and outcome, by whom; the note wrapped below.

    A callback that was not kept yet is no event: it says that it is still to come, or due.
    """
    when = fit(reader.short(line.at, now, zone), 10 if width >= NARROW else 9)
    who = f" {line.who}" if line.who else ""
    talk = f" {text.duration(line.talk_seconds)}" if line.talk_seconds and width >= NARROW else ""
    label = line.label + (f" ({line.campaign})" if line.campaign else "")
    if line.undone:
        label += " " + _("(undone)")
    if line.kind == "callback" and line.glyph == "◷":
        label = (_("coming: {what}") if line.at > now else _("due: {what}")).format(what=label)
    said: Line = (
        (f" {when} ", "muted"),
        (f"{line.glyph} ", GLYPH_ROLES.get(line.glyph, "muted")),
        (label, "muted" if line.undone else "text"),
    )
    main = spread(said, ((talk + who, "muted"),), width)
    if not line.note:
        return [main]
    indent = 12 if width >= NARROW else 3
    note = wrap_line(((" " * indent + "✎ ", "rule"), (line.note.strip(), "muted")), width, indent + 2)
    return [main, *(clip_line(row, width) for row in note[: 6 if width >= NARROW else 3])]


def other_rows(other: OtherCampaign, now: datetime, reader: Reader, width: int, zone: ZoneInfo) -> list[Line]:
    """The contact's place in another campaign."""
    code = f" {other.campaign_status}/{other.resolution or '–'}"
    when = f" {reader.short(other.last_action_at, now, zone)}" if other.last_action_at else ""
    closed = "" if other.active else " " + _("(closed)")
    return [
        clip_line(
            (
                (" " + _("other:") + " ", "muted"),
                (other.name + closed, "text"),
                (code + " ", "muted"),
                *status_words(other.status),
                (when, "muted"),
            ),
            width,
        )
    ]

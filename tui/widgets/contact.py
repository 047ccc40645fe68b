"""Everything known of the contact: all numbers with their marks, address, tags, notes, fields of the import."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.calling.views import Dossier
from tui import text
from tui.i18n import _
from tui.widgets.history import clock_named, event_rows, other_rows
from tui.widgets.lines import Line, clip_line, wrap_line
from tui.widgets.pane import Pane
from tui.widgets.person import dialled_number, kind_words
from tui.widgets.wording import Reader, phone_marks, status_words, zone_of


class ContactPane(Pane, can_focus=True):
    """Scrolls by wheel, and with the arrows while it has the focus. ``whole`` adds campaigns and history."""

    def __init__(self, title: str, reader: Reader, *, id: str = "contact", whole: bool = False) -> None:
        super().__init__(title, id=id)
        self.reader = reader
        self.whole = whole
        self.hint = ""
        self.dossier: Dossier | None = None
        self.now = datetime.min.replace(tzinfo=UTC)
        self.selected: str | None = None

    def show(self, dossier: Dossier | None, now: datetime, selected: str | None = None) -> None:
        """Show this contact; ``selected`` is the number the dial key takes."""
        if dossier is None or self.dossier is None or dossier.lead_id != self.dossier.lead_id:
            self.top = 0
        self.dossier, self.now, self.selected = dossier, now, selected
        self.redraw()

    def title_end(self) -> Line:
        """Whose clock the times are on, and how much is above and below."""
        return clock_named(self.dossier, self.now, self.reader, self.size.width, self._more())

    def body(self, width: int) -> list[Line]:
        """Numbers first."""
        dossier = self.dossier
        if dossier is None:
            return []
        rows = [row for line in self._phones(dossier) for row in wrap_line(line, width, 5)]
        fields = self._fields(dossier)
        for label, value in fields:
            rows.extend(field_rows(label, value, width))
        if not fields:
            rows.extend(
                wrap_line(((" " + _("nothing else is known"), "muted"), (self.hint, "muted")), width, 1)
            )
        if not self.whole or dossier.others:
            rows.extend(self._place(dossier, width))
        if self.whole:
            rows.append(())
            for line in dossier.history:
                rows.extend(event_rows(line, self.now, self.reader, width, zone_of(dossier)))
        return rows

    def _phones(self, dossier: Dossier) -> list[Line]:
        taken = dialled_number(dossier, self.selected)
        rows: list[Line] = []
        for phone in dossier.phones:
            pointer = "▶ " if phone is taken else "  "
            usable = not (phone.bad or phone.do_not_call)
            rows.append(
                (
                    (f" {pointer}", "key"),
                    (text.phone(phone.e164), "strong" if usable else "bad"),
                    *phone_marks(phone),
                    (kind_words(phone), "muted"),
                )
            )
        return rows

    def _fields(self, dossier: Dossier) -> list[tuple[str, str]]:
        fields = [
            (_("company"), dossier.company),
            (_("e-mail"), dossier.email),
            (_("address"), dossier.address),
            (_("tags"), " · ".join(dossier.tags)),
            (_("notes"), dossier.notes),
        ]
        return [(label, value) for label, value in [*fields, *dossier.attributes] if value]

    def _place(self, dossier: Dossier, width: int) -> list[Line]:
        here: Line = (
            (" " + _("here:") + " ", "muted"),
            (f"{dossier.campaign_status}/{dossier.resolution or '–'} ", "text"),
            *status_words(dossier.status),
        )
        rows = [clip_line(here, width)]
        for other in dossier.others:
            rows.extend(other_rows(other, self.now, self.reader, width, zone_of(dossier)))
        return rows


def field_rows(label: str, value: str, width: int) -> list[Line]:
    """``label: value`` wrapped, the value's further rows indented."""
    rows: list[Line] = []
    for number, paragraph in enumerate(value.strip().split("\n")):
        head = f" {label}: " if number == 0 else "   "
        rows.extend(wrap_line(((head, "muted"), (paragraph, "text")), width, 3))
    return rows

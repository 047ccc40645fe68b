"""The person on the line: the first and largest thing on the console.

Name and local time first, then the number to dial and the attempts, then why they came and what marks them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from domain.calling.views import Dossier, PhoneView
from domain.codes import DialStatus, status_class, status_label
from tui import text
from tui.i18n import _
from tui.widgets.lines import Line, clip_line, join, spread
from tui.widgets.pane import LOOKS, Pane
from tui.widgets.wording import WHY, Reader, phone_marks, place, zone_of

DOT = (" · ", "muted")


class PersonPane(Pane):
    """Three rows at 80x24, up to six where there is room."""

    LOOKS = {**LOOKS, "name": ("background", "bold", "accent")}
    DEFAULT_CSS = "PersonPane { height: 3; background: $panel; padding: 0 1; border-left: outer $accent; }"

    def __init__(self, reader: Reader) -> None:
        super().__init__(id="person")
        self.reader = reader
        self.dossier: Dossier | None = None
        self.now = datetime.min.replace(tzinfo=UTC)
        self.selected: str | None = None
        self.empty: tuple[str, ...] = ()

    def show(self, dossier: Dossier | None, now: datetime, selected: str | None = None) -> None:
        """Show this person at this moment; ``selected`` is the number the dial key takes."""
        self.dossier, self.now, self.selected = dossier, now, selected
        self.redraw()

    def say(self, *lines: str) -> None:
        """With nobody on the line: why, and what to do."""
        self.dossier, self.empty = None, lines
        self.redraw()

    def body(self, width: int) -> list[Line]:
        """The rows for the height there is."""
        if self.dossier is None:
            return self._nobody(width)
        dossier, now = self.dossier, self.now
        rows = [
            spread(self._who(dossier), permission(dossier, now, self.reader), width),
            spread(numbers(dossier, self.selected), attempts(dossier, now, self.reader), width),
            clip_line(self._why(dossier), width),
        ]
        more = [line for line in (self._reach(dossier), self._notes(dossier)) if line]
        if self.size.height >= 6:
            rows.insert(0, ())
        return [*rows, *(clip_line(line, width) for line in more)]

    def _nobody(self, width: int) -> list[Line]:
        rows: list[Line] = [clip_line(((line, "muted"),), width) for line in self.empty]
        if rows:
            rows[0] = clip_line(((self.empty[0], "strong"),), width)
        return rows

    def _who(self, dossier: Dossier) -> Line:
        name: Line = ((f" {dossier.name or _('No name')} ", "name"),)
        return (*name, DOT, (dossier.company, "strong")) if dossier.company else name

    def _why(self, dossier: Dossier) -> Line:
        pieces = [why_here(dossier, self.now, self.reader)]
        if dossier.tags:
            pieces.append(((" · ".join(dossier.tags), "accent"),))
        if self.size.height < 4 and dossier.email:
            pieces.append(((dossier.email, "muted"),))
        if self.size.height < 5 and dossier.notes:
            pieces.append((("✎ " + dossier.notes, "muted"),))
        return join(pieces, DOT)

    def _reach(self, dossier: Dossier) -> Line:
        pieces: list[Line] = [((piece, "muted"),) for piece in (dossier.email, dossier.address) if piece]
        return join(pieces, DOT)

    def _notes(self, dossier: Dossier) -> Line:
        return (("✎ ", "muted"), (dossier.notes, "text")) if dossier.notes else ()


def opening(dossier: Dossier, now: datetime) -> tuple[bool, datetime | None]:
    """Whether this contact may be called at ``now``, and until when, or from when on."""
    calendar, segment = dossier.rules.policy.calendar, dossier.rules.facts.segment
    if calendar.is_open(now, segment):
        return True, calendar.open_until(now, segment)
    return False, calendar.next_open(now, segment)


def permission(dossier: Dossier, now: datetime, reader: Reader) -> Line:
    """The contact's local time, and whether calling is allowed now and until when."""
    zone = zone_of(dossier)
    here: Line = ((text.clock(now, zone), "strong"), (f" {_('in')} {place(zone)}", "text"), DOT)
    is_open, at = opening(dossier, now)
    if is_open:
        until = f" {_('until')} {reader.short(at, now, zone)}" if at is not None else ""
        return (*here, (_("may call ✓") + until, "ok"))
    since = f" {_('until')} {reader.short(at, now, zone)}" if at is not None else ""
    return (*here, (_("✕ closed") + since, "bad"))


def dialled_number(dossier: Dossier, selected: str | None = None) -> PhoneView | None:
    """The number the dial key takes: the chosen one, else the one in turn."""
    for phone in dossier.phones:
        if phone.e164 == selected:
            return phone
    return next((phone for phone in dossier.phones if phone.next), None)


def numbers(dossier: Dossier, selected: str | None) -> Line:
    """The number to dial first and large, and how many others there are."""
    phone = dialled_number(dossier, selected)
    if phone is None:
        shown = next(iter(dossier.phones), None)
        none: Line = ((_("⊘ no number may be dialled"), "bad"),)
        return join([none, _number(shown)], DOT) if shown else none
    others = [each for each in dossier.phones if each is not phone]
    line = _number(phone)
    if not others:
        return line
    blocked = sum(each.bad or each.do_not_call for each in others)
    more = _("+{count} more").format(count=len(others))
    if blocked:
        more += " " + _("({count} ✕)").format(count=blocked)
    return (*line, DOT, (more, "muted"))


def _number(phone: PhoneView) -> Line:
    usable = not (phone.bad or phone.do_not_call)
    return (
        (text.phone(phone.e164), "strong" if usable else "bad"),
        *phone_marks(phone),
        (kind_words(phone), "muted"),
    )


def kind_words(phone: PhoneView) -> str:
    """What kind of number it is, where that says more than "a phone"."""
    return f" {phone.kind}" if phone.kind and phone.kind != "phone" else ""


def attempts(dossier: Dossier, now: datetime, reader: Reader) -> Line:
    """Which try this is, and how the last one ended; without an outcome, when it was dialled."""
    # A call that was dialled is counted already.
    number = dossier.attempts + int(dossier.dialled_number is None)
    line: list[tuple[str, str]] = [
        (_("try {number} of {most}").format(number=number, most=dossier.max_attempts), "text")
    ]
    if not dossier.attempts:
        return tuple(line)
    at, when = dossier.last_attempt_at, ""
    if at is not None:
        when = " " + reader.short(at, now, zone_of(dossier))
    if dossier.last_result:
        line += [DOT, (result_words(dossier.last_result) + when, "muted")]
    elif at is not None:
        line += [DOT, (_("dialled") + when, "muted")]
    elif dossier.status and dossier.status != DialStatus.NEW:
        line += [DOT, (result_words(dossier.status), "muted")]
    return tuple(line)


def result_words(result: str) -> str:
    """How a call or an outcome ended: a status with its glyph, any other word as people write it."""
    if result in set(DialStatus):
        return f"{status_class(result).glyph} {status_label(result).lower()}"
    return result.replace("-", " ").replace("_", " ")


def why_here(dossier: Dossier, now: datetime, reader: Reader) -> Line:
    """Why this person is on screen, with the callback's time and note."""
    glyph, word = WHY.get(dossier.source, ("•", dossier.source))
    callback = dossier.callback
    if callback is None:
        return ((f"{glyph} {_(word)}", "muted"),)
    late = callback.due_at < now
    zone = zone_of(dossier)
    there = f" {place(zone)}" if reader.differs(zone, callback.due_at) else ""
    due = f"{reader.short(callback.due_at, now, zone)}{there} · {text.ago(callback.due_at, now)}"
    line: list[tuple[str, str]] = [(f"◷ {_('callback')} {due}", "warn" if late else "accent")]
    if callback.seller and dossier.source == "callback_any":
        line.append((f" {_('of')} {callback.seller}", "muted"))
    if callback.note:
        line.append((f" “{callback.note}”", "text"))
    return tuple(line)

"""Words for what the console shows: moments, effects, marks of numbers. Pure, for panes and the status line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.calling.views import ActionView, Dossier, Effect, PhoneView, QueueLine
from domain.codes import status_class, status_label
from tui import i18n, text
from tui.i18n import _, mark
from tui.widgets.lines import Line


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes: the seller's zone (None: the computer's), and the language of labels and typed
    dates. Moments and amounts are in the language of the screens, so that one line never mixes two.
    """

    zone: ZoneInfo | None = None
    language: str = "en"

    def short(self, at: datetime, now: datetime, zone: ZoneInfo | None = None) -> str:
        """A moment in few cells: the time today, weekday and time within the week, else the date."""
        zone = zone or self.zone
        there, today = text.local(at, zone).date(), text.local(now, zone).date()
        if there == today:
            return text.clock(at, zone)
        away = abs((there - today).days)
        if away < 7:
            weekday = text.day(at + timedelta(days=0), now, zone, i18n.language())
            if away == 1:
                weekday = _weekday(at, now, zone, i18n.language())
            return f"{weekday} {text.clock(at, zone)}"
        return text.day(at, now, zone, i18n.language())

    def moment(self, at: datetime, now: datetime, zone: ZoneInfo | None = None) -> str:
        """Day and time in words, by default on the seller's clock."""
        return text.moment(at, now, zone or self.zone, i18n.language())

    def differs(self, zone: ZoneInfo, now: datetime) -> bool:
        """Whether the contact's clock shows another time than the seller's."""
        return text.local(now, zone).utcoffset() != text.local(now, self.zone).utcoffset()

    def both(self, at: datetime, now: datetime, zone: ZoneInfo) -> str:
        """A moment on the contact's clock, and on the seller's where that differs."""
        there = self.moment(at, now, zone)
        if not self.differs(zone, at):
            return there
        here = text.clock(at, self.zone)
        mine = self.moment(at, now)
        # "today" of the one may be "tomorrow" of the other, also on one and the same date.
        if text.local(at, zone).date() != text.local(at, self.zone).date() or mine.removesuffix(
            here
        ) != there.removesuffix(text.clock(at, zone)):
            here = mine
        return _("{there} {place} ({here} yours)").format(there=there, place=place(zone), here=here)


def _weekday(at: datetime, now: datetime, zone: ZoneInfo | None, language: str) -> str:
    """The weekday's short name also where ``text.day`` says yesterday or tomorrow."""
    step = timedelta(days=3) if at < now else timedelta(days=-3)
    return text.day(at, now + step, zone, language)


def zone_of(dossier: Dossier) -> ZoneInfo:
    """The contact's time zone."""
    return ZoneInfo(dossier.zone)


def place(zone: ZoneInfo) -> str:
    """A zone as people say it: ``America/Argentina/Buenos_Aires`` is Buenos Aires."""
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")


EFFECT_GLYPHS = {
    "retry": "↻",
    "callback": "◷",
    "choose": "…",
    "shift": "⇄",
    "everywhere": "⊘",
    "exhausted": "⚠",
}


def effect_words(effect: Effect, action: ActionView, now: datetime, dossier: Dossier, reader: Reader) -> Line:
    """What follows an outcome, with its glyph: ``↻ today 18:32``, ``✕ ends``."""
    zone = zone_of(dossier)
    if effect.kind == "ends":
        won = action.colour == "success"
        return (("✓ " if won else "✕ ", "success" if won else "ended"), (_("ends"), "muted"))
    words = {
        "choose": _("you choose"),
        "everywhere": _("everywhere"),
        "exhausted": _("last try"),
    }.get(effect.kind, "")
    if effect.kind == "choose" and action.type == "success":
        words = _("choose a time")
    at = reader.moment(effect.at, now, zone) if effect.at is not None else ""
    role = {"everywhere": "ended", "exhausted": "warn"}.get(effect.kind, "later")
    return ((f"{EFFECT_GLYPHS[effect.kind]} ", role), (" ".join(filter(None, (words, at))), "muted"))


def phone_marks(phone: PhoneView) -> Line:
    """What is to know about a number before dialling it: word and glyph."""
    marks: list[Line] = []
    if phone.do_not_call:
        marks.append(((_("⊘ do not call"), "bad"),))
    if phone.bad:
        marks.append(((_("✕ wrong number"), "bad"),))
    if phone.answered_at is not None and not marks:
        marks.append(((_("✓ answered"), "ok"),))
    return tuple(span for mark in marks for span in ((" ", "text"), *mark))


def status_words(status: str | None) -> Line:
    """A dial status with glyph, word and colour."""
    kind = status_class(status)
    role = {"fresh": "accent", "recyclable": "ok", "open": "text", "final": "bad", "problematic": "warn"}
    return ((f"{kind.glyph} {status_label(status).lower()}", role[kind.value]),)


WHY = {
    "kept": ("▶", mark("kept for you")),
    "callback": ("◷", mark("callback")),
    "callback_any": ("◷", mark("anyone's callback")),
    "dropped": ("↯", mark("was cut")),
    "assigned": ("★", mark("yours")),
    "pool": ("•", mark("pool")),
    "handled": ("✓", mark("handled")),
    "jump": ("▶", mark("chosen by you")),
    "previous": ("▶", mark("back again")),
}


def why_words(line: QueueLine, now: datetime, reader: Reader, *, short: bool = False) -> Line:
    """Why somebody stands where they stand in the queue; ``short`` for narrow panes."""
    glyph, word = WHY.get(line.why, ("•", line.why))
    called_back = line.why.startswith("callback")
    late = called_back and line.due
    role = "warn" if late else {"callback": "accent", "dropped": "warn"}.get(line.why, "muted")
    if not called_back:
        return ((f"{glyph} {_(word)}", role),)
    words = [_(word)] if not short else [_("anyone's")] if line.why == "callback_any" else []
    if late:
        words.append(_("due"))
    if line.at is not None:
        words.append(reader.short(line.at, now))
    return ((f"{glyph} {' '.join(words)}", role),)

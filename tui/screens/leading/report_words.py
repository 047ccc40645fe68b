"""A figure of a report with what it is made of, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.i18n import _, mark, several
from tui.screens.leading.report_lines import NONE, percent
from tui.text import count, duration

if TYPE_CHECKING:
    from domain.reporting.figures import Figure

_CONTACTED = (mark("{count} contacted"), mark("{count} contacted"))
_CONTACTS = (mark("{count} contact"), mark("{count} contacts"))
_SUCCESSES = (mark("{count} success"), mark("{count} successes"))
_DIALS = (mark("{count} dial"), mark("{count} dials"))
_ATTEMPTS = (mark("{count} attempt"), mark("{count} attempts"))
# What the numerator counts, where the label does not say it; by key, else by its last part.
_COUNTED = {
    "rate:contact_rate": _CONTACTED,
    "rate:success_rate": _SUCCESSES,
    "contact_rate": _CONTACTS,
    "conversion": _SUCCESSES,
    "dials_per_hour": _DIALS,
    "attempts_per_lead": _ATTEMPTS,
}
_FILTERED, _LEADS = "filtered leads", mark("leads")


def formula(figure: Figure, *, narrowed: bool = True) -> str:
    """``Contact rate 38.2 % = 7,410 contacted / 19,398 called leads``; ``narrowed``: there are filters."""
    label, base = _(figure.label), _(figure.base)
    if figure.base == _FILTERED and not narrowed:
        base = _(_LEADS)
    words = _COUNTED.get(figure.key) or _COUNTED.get(figure.key.rpartition(":")[2])
    counted = several(*words, figure.numerator) if words else count(figure.numerator)
    if figure.denominator is None:
        return f"{label}: {counted} {base}".rstrip()
    if figure.value is None and per_hour(figure):
        return f"{label} {NONE}: {counted}; {base}"
    whole = duration(figure.denominator) if per_hour(figure) else count(figure.denominator)
    return f"{label} {result(figure)} = {counted} / {whole} {base}"


def per_hour(figure: Figure) -> bool:
    """Whether the denominator are seconds."""
    return figure.key.endswith("per_hour")


def average(figure: Figure) -> bool:
    """A number per something, no part of a whole."""
    return per_hour(figure) or figure.key.endswith("per_lead")


def result(figure: Figure) -> str:
    """The figure's value as people read it."""
    if figure.value is None:
        return NONE
    return f"{figure.value:,.2f}" if average(figure) else percent(figure.value)

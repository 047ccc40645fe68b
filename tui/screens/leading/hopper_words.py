"""How a hopper reads: the figures above it, a row an entry (two where the screen is narrow), why there is nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from tui.i18n import _
from tui.text import clock, count, data, fit, moment, phone

if TYPE_CHECKING:
    from domain.calling.hopper_standing import HopperStanding
    from domain.calling.hopper_view import HopperLine
    from tui.supervising_hopper import HopperPage

WIDE = 100
_POSITION, _NUMBER, _SOURCE, _PRIORITY, _SINCE, _HANDS = 7, 17, 10, 9, 16, 24
_STATES = {
    "new": ("▶", "$class-recyclable"),
    "locked": ("☎", "$class-open"),
    "dialing": ("☎", "$class-problematic"),
}


def ahead(standing: HopperStanding, width: int) -> Content:
    """Campaign and figures, in two lines."""
    state = (
        Content.styled("● " + _("active"), "$class-recyclable")
        if standing.active
        else Content.styled("‖ " + _("paused"), "$class-problematic")
    )
    level = _("level {level}").format(level=count(standing.level))
    if standing.automatic:
        level = _("level {level}, follows the pace: now {target}").format(
            level=count(standing.level), target=count(standing.target)
        )
    figures = [
        _("{free} free of {target}").format(free=count(standing.free), target=count(standing.target)),
        _("{claimed} claimed, {dialing} on the telephone").format(
            claimed=count(standing.claimed), dialing=count(standing.dialing)
        ),
        level,
    ]
    first = Content.assemble((fit(standing.campaign, 40).rstrip(), "bold"), "   ", state)
    return Content("\n").join([first, Content(" · ".join(figures)).truncate(width, ellipsis=True)])


def titles(width: int) -> Content:
    """Above the columns."""
    cells = [
        fit(_("number"), _NUMBER),
        fit(_("priority"), _PRIORITY, right=True),
        fit(_("waiting since"), _SINCE, right=True),
    ]
    if width >= WIDE:
        name, why = _rooms(width)
        cells[1:1] = [fit(_("source"), _SOURCE), fit(_("why"), why)]
        cells.append("  " + fit(_("claimed by"), _HANDS - 2))
    else:
        name = _narrow_name(width)
    return Content("  " + fit(_("name"), _POSITION + name, right=False).rjust(0) + "".join(cells))


def _rooms(width: int) -> tuple[int, int]:
    """Of a wide row: how much the name and how much the reason get."""
    rest = width - _POSITION - _NUMBER - _SOURCE - _PRIORITY - _SINCE - _HANDS
    name = min(max(rest // 2, 14), 30)
    return name, max(rest - name, 10)


def _narrow_name(width: int) -> int:
    return max(width - _POSITION - _NUMBER - _PRIORITY - _SINCE, 10)


def row(
    line: HopperLine, width: int, *, now: datetime, zone: ZoneInfo | None, language: str
) -> Content:
    """One entry."""
    glyph, style = _STATES.get(line.state, ("·", ""))
    position = (fit(f"{count(line.position)} {glyph} ", _POSITION, right=True), style)
    number = (fit(phone(line.e164) if line.e164 else "–", _NUMBER), "")
    priority = (fit(str(line.priority), _PRIORITY, right=True), "")
    since = (fit(moment(line.waiting_since, now, zone, language), _SINCE, right=True), "$quiet")
    hands = _hands(line, zone)
    if width >= WIDE:
        name, why = _rooms(width)
        return Content.assemble(
            position,
            (fit(line.name, name), "bold"),
            number,
            (fit(_(line.source), _SOURCE), "$quiet"),
            fit(line.why, why),
            priority,
            since,
            ("  " + fit(hands, _HANDS - 2), style),
        )
    first = Content.assemble(position, (fit(line.name, _narrow_name(width)), "bold"), number, priority, since)
    words = f"{_(line.source)}: {line.why}"
    below = Content.assemble(
        " " * _POSITION,
        (fit(words, max(width - _POSITION - len(hands) - 1, 10)), "$quiet"),
        (f" {hands}", style),
    )
    return Content("\n").join([first, below])

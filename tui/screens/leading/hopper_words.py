"""How a hopper reads: the figures above it, an entry, why there is nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from tui.i18n import _
from tui.text import clean, clip, clock, count, data, fit, moment, phone, spread

if TYPE_CHECKING:
    from domain.calling.hopper_standing import HopperStanding
    from domain.calling.hopper_view import HopperLine
    from domain.calling.why import Bucket
    from tui.supervising_hopper import HopperPage

_POSITION, _NUMBER, _PRIORITY, _SINCE, _HOLDER = 9, 18, 8, 17, 20
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
    if standing.target > standing.level:
        level = _("level {level}, {target} at the present pace").format(
            level=count(standing.level), target=count(standing.target)
        )
    elif standing.automatic:
        level = _("level {level}, more as the pace asks").format(level=count(standing.level))
    figures = _(
        "{free} free of {target} · {claimed} in sellers' hands, {dialing} of them on the telephone"
    ).format(
        free=count(standing.free),
        target=count(standing.target),
        claimed=count(standing.claimed),
        dialing=count(standing.dialing),
    )
    name = (fit(standing.campaign, 30).rstrip(), "bold")
    first = Content.assemble(name, "   ", state, "   ", level)
    return Content("\n").join(line.truncate(width, ellipsis=True) for line in (first, Content(figures)))


def titles(width: int) -> Content:
    """Above the columns of a row that is so wide."""
    cells = [
        fit(_("name"), _name(width)),
        fit(_("number"), _NUMBER),
        fit(_("priority"), _PRIORITY, right=True),
        fit(_("waiting since"), _SINCE, right=True),
    ]
    return Content(" " * _POSITION + "".join(cells))


def _name(width: int) -> int:
    return max(width - _POSITION - _NUMBER - _PRIORITY - _SINCE, 10)


def row(line: HopperLine, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    """One entry in two lines: who it is and since when; why it is there, and in whose hands."""
    glyph, style = _STATES.get(line.state, ("·", ""))
    if line.state == "new" and line.until is not None:
        glyph, style = "⌛", "$class-open"
    first = Content.assemble(
        (fit(f"{count(line.position)} {glyph} ", _POSITION, right=True), style),
        (fit(line.name, _name(width) - 1) + " ", "bold"),
        fit(phone(line.e164) if line.e164 else "–", _NUMBER),
        fit(str(line.priority), _PRIORITY, right=True),
        (fit(moment(line.waiting_since, now, zone, language), _SINCE, right=True), "$quiet"),
    )
    why = Content.styled(" " * _POSITION + clean(f"{_(line.source)}: {line.why}"), "$quiet")
    return Content("\n").join([first, spread(why, Content.styled(_hands(line, zone), style), width)])


def _hands(line: HopperLine, zone: ZoneInfo | None) -> str:
    """In whose hands, and until when; who was skipped waits for a time, for nobody."""
    who = clip(line.claimed_by or "", _HOLDER)
    if line.until is None:
        return who
    return f"{who} {_('until {time}').format(time=clock(line.until, zone))}".strip()


def nobody(
    page: HopperPage, key: Callable[[str], str], *, now: datetime, zone: ZoneInfo | None, language: str
) -> Content:
    """Why the hopper is empty, and what to do next. ``key`` names the key of a command."""
    funnel = page.funnel
    lines = [_("Nobody is in the hopper."), ""]
    if not page.standing.active:
        lines.append(_("The campaign is paused: {key} lets it go on.").format(key=key("hopper.pause")))
    elif funnel is not None and not funnel.total:
        lines.append(
            _("It has no leads yet. Bring people in: dialdeck leads import FILE --campaign {name}").format(
                name=page.standing.campaign
            )
        )
    elif funnel is not None and funnel.callable_now:
        words = _("{count} could be called now: {key} fills the hopper, as the job in the background does.")
        lines.append(words.format(count=count(funnel.callable_now), key=key("hopper.refill")))
    elif funnel is not None:
        lines.append(_("Nobody may be called now."))
        soonest = min((b for b in funnel.buckets if b.next_at is not None), key=_next_at, default=None)
        if soonest is not None and soonest.next_at is not None:
            words = _("Next: {when}, {reason}.")
            when = moment(soonest.next_at, now, zone, language)
            lines.append(words.format(when=when, reason=_(soonest.label)))
    if funnel is None or funnel.total:
        lines += ["", _("{key} tells where every lead stands, and why.").format(key=key("hopper.why"))]
    return Content("\n").join(data(line) for line in lines)


def _next_at(bucket: Bucket) -> datetime:
    assert bucket.next_at is not None, "asked of those that have one"
    return bucket.next_at

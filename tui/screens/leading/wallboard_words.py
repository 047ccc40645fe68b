"""How the wallboard reads: alerts, a seller in one row, a campaign in one row, the titles above them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from domain.people.states import PAUSE_CODES
from domain.reporting.seller_states import BoardState
from tui.i18n import _, mark, several
from tui.text import clean, clock, count, duration, fit, spread

if TYPE_CHECKING:
    from domain.reporting.wallboard import Alert, CampaignRow, SellerRow

WIDE = 100
WARN, BAD = timedelta(minutes=1), timedelta(minutes=5)
"""The usual steps after which a board shows that a state lasts long."""
FAR = timedelta(hours=12)
"""Later than this a queue is not said to run dry: before it does, it is another day."""

_LOOKS = {
    BoardState.TALKING: ("☎", "$class-recyclable"),
    BoardState.WRAP_UP: ("◔", "$accent"),
    BoardState.PAUSED: ("‖", ""),
    BoardState.IDLE: ("●", ""),
    BoardState.AWAY: ("○", "$quiet"),
}
_PAUSES = dict(PAUSE_CODES)


# ── alerts ────────────────────────────────────────────────────────────────────────────────────────────────────


def alert(told: Alert, width: int, *, zone: ZoneInfo | None) -> Content:
    """``⚠ Spring: the queue is dry``."""
    urgent = told.kind in ("queue_dry", "job_failing")
    about = clean(told.campaign or told.job or "")
    text = Content.assemble(("⚠ ", "bold"), (f"{about}: ", "bold"), _alert_words(told, zone))
    return text.truncate(width, ellipsis=True).stylize("$class-final" if urgent else "$class-problematic")


def _alert_words(told: Alert, zone: ZoneInfo | None) -> str:
    at = clock(told.at, zone) if told.at is not None else ""
    if told.kind == "queue_dry":
        return _("the queue is dry")
    if told.kind == "queue_dry_soon":
        return _("the queue runs dry at {time}").format(time=at)
    if told.kind == "callbacks_overdue":
        due = several("{count} callback due", "{count} callbacks due", told.count)
        return _("{due}, overdue since {time}").format(due=due, time=at)
    if told.kind == "problems":
        return several("{count} lead cannot be right", "{count} leads cannot be right", told.count)
    if told.kind == "job_failing":
        return _("failed {time}").format(time=at)
    return _("nobody runs it since {time}").format(time=at)


# ── sellers ───────────────────────────────────────────────────────────────────────────────────────────────────

_SELLER = {"name": 12, "state": 19, "campaign": 8, "calls": 6, "contacts": 6, "sales": 6, "rate": 6}
_SELLER_WIDE = {"name": 20, "state": 26, "campaign": 16, "calls": 7, "contacts": 10, "sales": 7, "rate": 9}
_RIGHT = frozenset({"calls", "contacts", "sales", "rate"})
_TITLES = {
    "name": mark("Sellers"),
    "state": mark("state"),
    "campaign": mark("campaign"),
    "calls": mark("calls"),
    "contacts": mark("cont."),
    "sales": mark("sales"),
    "rate": mark("s/c"),
}


def seller_titles(width: int) -> Content:
    """Above the sellers; the rate is sales of contacts."""
    titles = {key: _(title) for key, title in _TITLES.items()}
    if width >= WIDE:
        titles |= {"contacts": _("contacts"), "rate": _("of cont.")}
    return _cells(titles, "", "  " + _("last outcome"), width)


def seller(row: SellerRow, width: int, *, now: datetime) -> Content:
    """One seller: name, state and time in it, campaign, the day, the last outcome."""
    rate = "–" if row.success_rate is None else f"{100 * row.success_rate:.0f} %"
    values = {
        "name": row.full_name or row.name,
        "state": _state(row, now),
        "campaign": row.campaign or "",
        "calls": count(row.calls),
        "contacts": count(row.contacts),
        "sales": count(row.successes),
        "rate": rate,
    }
    return _cells(values, _style(row, now), "  " + (row.last_outcome or ""), width)


def _cells(values: dict[str, str], state: str, rest: str, width: int) -> Content:
    widths = _SELLER_WIDE if width >= WIDE else _SELLER
    parts: list[tuple[str, str]] = []
    for key, size in widths.items():
        right = key in _RIGHT
        text = fit(values[key], size if right else size - 1, right=right) + ("" if right else " ")
        style = "bold" if key == "name" else state if key == "state" else ""
        parts.append((text, style))
    parts.append((fit(rest, max(width - sum(widths.values()), 0)), ""))
    return Content.assemble(*parts)


def _state(row: SellerRow, now: datetime) -> str:
    glyph, _style_of = _LOOKS[row.state]
    word = _(row.state.label)
    if row.pause_code:
        word = _(_PAUSES.get(row.pause_code, row.pause_code)).lower()
    if row.silent:
        word = _("no sign")
    since = "" if row.since is None else " " + _span(now - row.since)
    return f"{glyph} {word}{since}"


def _span(span: timedelta) -> str:
    if span >= timedelta(days=1):
        return several("{count} d", "{count} d", span.days)
    return duration(span.total_seconds())


def _style(row: SellerRow, now: datetime) -> str:
    """Long pauses, wrap-ups and idle times stand out; so does who is away with somebody in hand."""
    style = _LOOKS[row.state][1]
    if row.state is BoardState.AWAY:
        return "$class-final" if row.silent and row.lead_id is not None else style
    if row.state is BoardState.TALKING or row.since is None:
        return style
    span = now - row.since
    return "$class-final" if span >= BAD else "$class-problematic" if span >= WARN else style


# ── campaigns ─────────────────────────────────────────────────────────────────────────────────────────────────

_CAMPAIGN = {"ready": 7, "due": 5, "claimed": 6, "waiting": 8, "called": 7, "ended": 7, "pace": 8}
_CAMPAIGN_WIDE = {"ready": 9, "due": 8, "claimed": 9, "waiting": 11, "called": 9, "ended": 9, "pace": 10}
_DRY = 10


def campaign_titles(width: int) -> Content:
    """Above the campaigns."""
    titles = {
        "ready": _("ready"),
        "due": _("due"),
        "claimed": _("hands"),
        "waiting": _("waiting"),
        "called": _("called"),
        "ended": _("ended"),
        "pace": _("calls/h"),
    }
    return _figures(_("Campaigns"), titles, (_("dry at"), ""), width)


def campaign(row: CampaignRow, width: int, *, now: datetime, zone: ZoneInfo | None) -> Content:
    """One campaign: what is there, how far it is, how fast, and until when it lasts."""
    values = {
        "ready": count(row.ready),
        "due": count(row.due),
        "claimed": count(row.claimed),
        "waiting": count(row.waiting),
        "called": _percent(row.penetration),
        "ended": _percent(row.exhaustion),
        "pace": "–" if row.pace is None else count(round(row.pace)),
    }
    return _figures(row.name, values, _dry(row, now, zone), width)


def _figures(name: str, values: dict[str, str], dry: tuple[str, str], width: int) -> Content:
    widths = _CAMPAIGN_WIDE if width >= WIDE else _CAMPAIGN
    figures = "".join(fit(values[key], size, right=True) for key, size in widths.items())
    end = Content.assemble(figures, (fit(dry[0], _DRY, right=True), dry[1]))
    return spread(Content.styled(clean(name), "bold"), end, width)


def _dry(row: CampaignRow, now: datetime, zone: ZoneInfo | None) -> tuple[str, str]:
    if not row.active:
        return "‖ " + _("paused"), "$class-problematic"
    if not row.open_now:
        return "☾ " + _("closed"), "$class-open"
    if not row.callable_now and not row.due:
        return "⚠ " + _("dry"), "$class-final"
    if row.pace is None:
        return "–", ""
    if row.runs_dry_at is None or row.runs_dry_at - now > FAR:
        # Where there are more than were counted, those counted last at least so long.
        hours = min(row.callable_now / row.pace, FAR.total_seconds() / 3600)
        return _("> {hours} h").format(hours=int(hours)), ""
    soon = row.runs_dry_at - now <= timedelta(minutes=30)
    return clock(row.runs_dry_at, zone), "$class-problematic" if soon else ""


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{100 * part:.0f} %"

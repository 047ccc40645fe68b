"""The calls of a report by day and by hour: the blocks, and what is behind one of their lines.

Many days are shown by week or by month; such a line opens its days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.calling.when_text import day_text
from tui import i18n
from tui.i18n import _
from tui.screens.leading.report_lines import Block, Line, widest
from tui.screens.leading.report_parts import back, call_lines, parts, time_columns, time_line
from tui.text import count

if TYPE_CHECKING:
    from domain.reporting.figures import CampaignReport, HourPoint, Point

DAYS, WEEKS = 62, 430
"""Up to so many days are shown one by one, up to so many by week, more by month."""
Made = tuple[int, int, int]


def days(report: CampaignReport) -> Block:
    """Day by day, or by week or month."""
    spans = folded(report.by_day)
    most = widest([float(made[0]) for _begin, _end, made in spans])
    lines = tuple(_span(begin, end, made, most) for begin, end, made in spans)
    return _over_time("days", _("By day"), lines, [made[2] for _begin, _end, made in spans])


def _span(begin: date, end: date, made: Made, most: float) -> Line:
    if begin == end:
        key = f"day:{begin}"
        return time_line(key, day_text(begin, language=i18n.language()), made, most, opens=key)
    key = f"days:{begin}:{end}"
    label = f"{begin:%Y-%m}" if begin.day == 1 and end.day >= 28 else _("from {day}").format(day=begin)
    return time_line(key, label, made, most, opens=key)


def folded(points: Sequence[Point]) -> list[tuple[date, date, Made]]:
    """The days, or their weeks or months where there are many: first day, last day, and what was done."""
    if not points:
        return []
    span = (points[-1].day - points[0].day).days + 1
    first: Callable[[date], date]
    last: Callable[[date], date]
    if span <= DAYS:
        first = last = _itself
    elif span <= WEEKS:
        first, last = _monday, _sunday
    else:
        first, last = _month, _month_end
    sums: dict[date, list[int]] = {}
    for point in points:
        into = sums.setdefault(first(point.day), [0, 0, 0])
        for place, number in enumerate((point.attempts, point.contacts, point.successes)):
            into[place] += number
    return [(day, last(day), (into[0], into[1], into[2])) for day, into in sorted(sums.items())]


def _itself(day: date) -> date:
    return day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sunday(day: date) -> date:
    return _monday(day) + timedelta(days=6)


def _month(day: date) -> date:
    return day.replace(day=1)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def hours(report: CampaignReport) -> Block:
    """From the first hour with a call to the last."""
    worked = [each.hour for each in report.by_hour if each.attempts]
    between = [each for each in report.by_hour if worked and worked[0] <= each.hour <= worked[-1]]
    most = widest([float(each.attempts) for each in between])
    lines = tuple(
        time_line(f"hour:{each.hour}", _clock(each.hour), _made(each), most, opens=f"hour:{each.hour}")
        for each in between
    )
    return _over_time("hours", _("By hour"), lines, [each.successes for each in between])


def _clock(hour: int) -> str:
    return f"{hour:02}:00–{hour:02}:59"


def _made(point: Point | HourPoint) -> Made:
    return point.attempts, point.contacts, point.successes


def _over_time(key: str, title: str, lines: tuple[Line, ...], successes: Sequence[int]) -> Block:
    words = _("Successes, in all {all}; the highest bar is {most}")
    return Block(
        key,
        title,
        lines,
        time_columns(),
        nothing=_("No calls yet in what is chosen."),
        plot=tuple(float(each) for each in successes) if any(successes) else (),
        numbers=_("calls, reached"),
        plotted=words.format(all=count(sum(successes)), most=count(max(successes, default=0))),
    )


# ── what is behind a line ────────────────────────────────────────────────────────────────────────────────────


def opened(report: CampaignReport, key: str) -> Block | None:
    """The days of a week or month, the counts of a day or an hour; None where there are none."""
    kind, _colon, rest = key.partition(":")
    if kind == "days":
        begin, end = (date.fromisoformat(text) for text in rest.split(":"))
        within = [point for point in report.by_day if begin <= point.day <= end]
        most = widest([float(point.attempts) for point in within])
        lines = [_span(point.day, point.day, _made(point), most) for point in within]
        return Block("days", key, (back(f"{begin} – {end}"), *lines), time_columns()) if lines else None
    if kind == "day":
        day = next((point for point in report.by_day if str(point.day) == rest), None)
        return _calls("days", key, day_text(day.day, language=i18n.language()), day) if day else None
    hour = next((point for point in report.by_hour if str(point.hour) == rest), None)
    return _calls("hours", key, _clock(hour.hour), hour) if hour else None


def _calls(block: str, key: str, title: str, point: Point | HourPoint) -> Block:
    made = (
        ("attempts", _("Calls"), point.attempts, _("counted calls nobody took back")),
        ("contacts", _("Contacts"), point.contacts, _("calls that reached the person")),
        ("successes", _("Successes"), point.successes, _("calls whose outcome was a success")),
    )
    return parts(block, title, call_lines(key, made))

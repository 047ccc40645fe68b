"""A report as one HTML file to send to somebody: everything in it, nothing fetched, no script, all text escaped."""

from __future__ import annotations

from datetime import datetime
from html import escape as escaped

from domain.campaigns.segments import zone_named
from domain.reporting.compare import Comparison
from domain.reporting.figures import CampaignReport, Point
from domain.reporting.sections import Section, compared, sections

_STYLE = """
:root { color-scheme: light dark; --bar: #3a6ea5; --quiet: #777; --line: #8884; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem; }
p { color: var(--quiet); margin: .2rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left; }
th { font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.bar { width: 22%; min-width: 6rem; } svg { display: block; width: 100%; } rect { fill: var(--bar); }
svg .a { fill: var(--bar); opacity: .35; } svg .c { fill: var(--bar); opacity: .6; }
@media print { body { max-width: none; margin: 0; } h2 { break-after: avoid; } }
"""

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
"""


def escape(text: str) -> str:
    """Text from data: no markup, and nothing that cannot be printed."""
    return escaped("".join(sign if sign.isprintable() else " " for sign in text))


def page(report: CampaignReport) -> str:
    """The whole report as a page."""
    parts = [_HEAD.format(title=escape(f"{report.campaign} – report"), style=_STYLE), _heading(report)]
    for each in sections(report):
        if each.key == "by_day":
            parts.append(_plot(report.by_day))
        parts.append(_section(each))
    return "".join((*parts, "</body>\n</html>\n"))


def comparison_page(found: Comparison) -> str:
    """Two reports side by side as a page."""
    title = f"{found.first.campaign} – {found.second.campaign}"
    return "".join(
        (
            _HEAD.format(title=escape(title), style=_STYLE),
            _heading(found.first, "First: "),
            _heading(found.second, "Second: "),
            _section(compared(found)),
            "</body>\n</html>\n",
        )
    )


def _heading(report: CampaignReport, before: str = "") -> str:
    filters = report.filters_in_words or "the whole campaign"
    return (
        f"<h1>{escape(before + report.campaign)}</h1>\n"
        f"<p>{escape(_local(report.as_of, report.timezone))} · {escape(filters)}</p>\n"
    )


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(zone_named(zone)):%Y-%m-%d %H:%M} {zone}"


def _section(section: Section) -> str:
    drawn = any(bar is not None for bar in section.bars)
    titles = [f'<th scope="col"{_side(kind)}>{escape(title)}</th>' for title, kind in section.columns]
    if drawn:
        titles.append("<th></th>")
    lines = []
    for number, texts in enumerate(section.texts()):
        cells = [
            f"<td{_side(kind)}>{escape(text)}</td>"
            for text, (_title, kind) in zip(texts, section.columns, strict=True)
        ]
        if drawn:
            cells.append(f'<td class="bar">{_bar(section.bars[number])}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>\n")
    if not lines:
        lines.append(f'<tr><td colspan="{len(titles)}">Nothing yet.</td></tr>\n')
    note = f"<p>{escape(section.note)}</p>\n" if section.note else ""
    return (
        f'<h2>{escape(section.title)}</h2>\n{note}<div class="wide"><table>\n'
        f"<thead><tr>{''.join(titles)}</tr></thead>\n"
        f"<tbody>\n{''.join(lines)}</tbody>\n</table></div>\n"
    )


def _side(kind: str) -> str:
    return "" if kind == "text" else ' class="n"'


def _bar(part: float | None) -> str:
    """A bar; the number stands in the row, so it says nothing to who cannot see it."""
    if part is None:
        return ""
    width = 100 * min(max(part, 0.0), 1.0)
    return (
        '<svg viewBox="0 0 100 8" height="10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width:.2f}" height="8"></rect></svg>'
    )


def _plot(days: tuple[Point, ...]) -> str:
    """Attempts, contacts and successes over the days, one behind the other."""
    most = max((each.attempts for each in days), default=0)
    if not most:
        return ""
    bars = []
    for place, each in enumerate(days):
        for kind, count in (("a", each.attempts), ("c", each.contacts), ("s", each.successes)):
            height = 100 * count / most
            bars.append(
                f'<rect class="{kind}" x="{place + 0.1:.1f}" width="0.8" '
                f'y="{100 - height:.2f}" height="{height:.2f}"></rect>'
            )
    first, last = days[0].day.isoformat(), days[-1].day.isoformat()
    return (
        f"<h2>Over time</h2>\n<p>Attempts, contacts and successes from {first} to {last}; the highest bar is "
        f"{most:,} attempts.</p>\n"
        f'<svg viewBox="0 0 {len(days)} 100" height="160" preserveAspectRatio="none" role="img" '
        f'aria-label="Calls by day">{"".join(bars)}</svg>\n'
    )

"""The campaign's script beside the person: Markdown as far as a script needs it, line by line.

Headings, lists, quotes, rules, tables, bold, italic, code. No links are followed and nothing is markup of the screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.widgets.lines import Line, Span, cells, wrap_line
from tui.widgets.pane import Pane

_INLINE = re.compile(
    r"(\*\*|__)(?P<strong>.+?)\1|(\*|_)(?P<soft>[^*_\s](?:[^*_]*[^*_\s])?)\3|`(?P<code>[^`]+)`"
)
_BLANK = re.compile(r"\{(\w+)\}")
_LIST = re.compile(r"^(\s*)([-*+]|\d+[.)])\s+(.*)$")


class ScriptPane(Pane, can_focus=True):
    """Scrolls by wheel, and with the arrows while it has the focus."""

    def __init__(self, title: str) -> None:
        super().__init__(title, id="script")
        self.source = ""
        self.nothing = ""

    def show(self, source: str, nothing: str = "") -> None:
        """Show this script from its beginning; ``nothing`` where there is none."""
        if source != self.source:
            self.source, self.top = source, 0
        self.nothing = nothing
        self.redraw()

    def body(self, width: int) -> list[Line]:
        """The script wrapped to the width."""
        if not self.source.strip() and self.nothing:
            return [((" ", "muted"), *row) for row in wrap_line(((self.nothing, "muted"),), width - 1)]
        return render(self.source, width - 2)


def rows_needed(source: str, width: int) -> int:
    """How many rows the whole script has in a pane of this width."""
    return len(render(source, width - 2))


def fill(source: str, values: Mapping[str, str]) -> str:
    """Put values in the blanks of a script (``{name}``, ``{seller}`` …); a blank nobody knows stays as it is."""
    known = {key.casefold(): value for key, value in values.items()}
    return _BLANK.sub(lambda match: known.get(match[1].casefold()) or match[0], source)


def render(source: str, width: int) -> list[Line]:
    """Markdown as rows of at most ``width`` cells plus the left margin."""
    rows: list[Line] = []
    table: list[str] = []
    width = max(8, width)
    for raw in [*source.replace("\r\n", "\n").strip().split("\n"), None]:
        if raw is not None and raw.lstrip().startswith("|"):
            table.append(raw)
            continue
        rows.extend(_table(table, width))
        table = []
        if raw is not None:
            rows.extend(_block(raw.rstrip(), width))
    return [((" ", "text"), *row) for row in rows] if source.strip() else []


def _table(source: list[str], width: int) -> list[Line]:
    """Aligned columns; where they are too wide together, a row is one line that goes on below, indented."""
    parsed = [[cell.strip() for cell in raw.strip().strip("|").split("|")] for raw in source]
    headed = len(parsed) > 1 and _is_underline(parsed[1])
    inline = [
        [_inline(cell, "strong" if headed and number == 0 else "text") for cell in row]
        for number, row in enumerate(parsed)
        if not _is_underline(row)
    ]
    columns = max((len(row) for row in inline), default=0)
    widths = [max(cells(row[at]) for row in inline if at < len(row)) for at in range(columns)]
    aligned = sum(widths) + 3 * (columns - 1) <= width
    rows: list[Line] = []
    for row in inline:
        line: list[Span] = []
        for at, cell in enumerate(row):
            blank = " " * (widths[at] - cells(cell)) if aligned and at < len(row) - 1 else ""
            line += [*(((" │ ", "rule"),) if at else ()), *cell, (blank, "text")]
        rows.extend([tuple(line)] if aligned else wrap_line(line, width, 2))
    return rows


def _is_underline(row: list[str]) -> bool:
    """The dashes between the head of a table and its rows."""
    return all(re.fullmatch(r":?-+:?", cell) for cell in row)


def _block(raw: str, width: int) -> list[Line]:
    if not raw:
        return [()]
    if re.fullmatch(r"\s*([-*_])(\s*\1){2,}\s*", raw):
        return [(("─" * width, "rule"),)]
    heading = re.match(r"^#{1,6}\s+(.*?)\s*#*$", raw)
    if heading:
        return wrap_line(_inline(heading[1], "strong"), width)
    item = _LIST.match(raw)
    if item:
        depth = min(len(item[1]) // 2, 3) * 2
        marker = "• " if item[2] in "-*+" else f"{item[2]} "
        line: Line = ((" " * depth + marker, "key"), *_inline(item[3], "text"))
        return wrap_line(line, width, depth + len(marker))
    if raw.lstrip().startswith(">"):
        return wrap_line((("│ ", "rule"), *_inline(raw.lstrip()[1:].strip(), "muted")), width, 2)
    return wrap_line(_inline(raw.strip(), "text"), width)


def _inline(text: str, role: str) -> Line:
    spans: list[tuple[str, str]] = []
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            spans.append((text[at : match.start()], role))
        found = match["strong"] or match["soft"] or match["code"]
        spans.append((found, "strong" if match["strong"] else "soft" if match["soft"] else "accent"))
        at = match.end()
    if at < len(text):
        spans.append((text[at:], role))
    return tuple(spans)

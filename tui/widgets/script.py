"""The campaign's script beside the person: Markdown as far as a script needs it, line by line.

Headings, lists, quotes, rules, bold, italic, code. No links are followed and nothing is markup of the screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.widgets.lines import Line, wrap_line
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

    def show(self, source: str) -> None:
        """Show this script from its beginning."""
        if source != self.source:
            self.source, self.top = source, 0
        self.redraw()

    def body(self, width: int) -> list[Line]:
        """The script wrapped to the width."""
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
    for raw in source.replace("\r\n", "\n").strip().split("\n"):
        rows.extend((((" ", "text"), *row)) for row in _block(raw.rstrip(), max(8, width)))
    return rows if source.strip() else []


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

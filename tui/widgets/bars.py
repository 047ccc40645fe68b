"""Bars drawn with letters, to an eighth of a cell: decoration beside a number, never in its place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_COLUMNS = " ▁▂▃▄▅▆▇█"
Piece = tuple[str, float, str]
"""Sign, length from 0 to 1, style: where several pieces lie over each other the first is on top."""


def bar(share: float, width: int, style: str = "$primary") -> Content:
    """A bar of ``share`` (0 to 1) in exactly ``width`` cells; more than nothing shows at least a sliver."""
    if width <= 0:
        return Content("")
    eighths = min(max(round(share * width * 8), 1 if share > 0 else 0), width * 8)
    whole, rest = divmod(eighths, 8)
    drawn = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return Content.assemble((drawn, style), " " * (width - len(drawn)))


def layers(pieces: Sequence[Piece], width: int) -> Content:
    """Bars over each other in exactly ``width`` cells: sales over contacts over attempts."""
    if len(pieces) == 1:
        ((_sign, share, style),) = pieces
        return bar(share, width, style)
    drawn = Content("")
    done = 0
    for sign, share, style in pieces:
        end = min(max(round(share * width), 1 if share > 0 else 0), width)
        if end > done:
            drawn += Content.styled(sign * (end - done), style)
            done = end
    return drawn + Content(" " * max(width - done, 0))


def columns(values: Sequence[float], width: int, height: int, style: str = "$primary") -> list[Content]:
    """Upright bars, ``height`` lines of them, spread over at most ``width`` cells; neighbours are added up where
    there are more than cells.
    """
    if not values or width <= 0 or height <= 0:
        return []
    folded = _folded(values, width)
    each = max(min(width // len(folded), 4), 1)
    most = max(folded) or 1.0
    levels = [max(round(value / most * height * 8), 1 if value > 0 else 0) for value in folded]
    lines = []
    for line in range(height - 1, -1, -1):
        signs = (_COLUMNS[min(max(level - line * 8, 0), 8)] for level in levels)
        lines.append(Content.styled("".join((sign * max(each - 1, 1)).ljust(each) for sign in signs), style))
    return lines


def _folded(values: Sequence[float], width: int) -> list[float]:
    """At most ``width`` values, each the sum of neighbours."""
    if len(values) <= width:
        return list(values)
    group = -(-len(values) // width)
    return [sum(values[start : start + group]) for start in range(0, len(values), group)]

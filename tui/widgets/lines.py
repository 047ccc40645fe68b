"""Lines of text with roles: what a pane shows, before any colour is known.

A line is a tuple of (text, role) spans. Everything is measured in terminal cells, never in characters, and
text from data is cleaned here, so that nothing in a name can move the cursor or turn a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len

from tui import text as texts

Span = tuple[str, str]
Line = tuple[Span, ...]

clip = texts.clip
fit = texts.fit


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """One line of plain text without control characters."""
    return text if text.isascii() and text.isprintable() else texts.clean(text)


def cells(line: Iterable[Span]) -> int:
    """The width of a line in terminal cells."""
    return sum(cell_len(text) for text, _ in line)


def clip_line(line: Iterable[Span], width: int) -> Line:
    """A line in at most ``width`` cells; the span at the edge is clipped with an ellipsis."""
    kept: list[Span] = []
    left = width
    for text, role in line:
        text = clean(text)
        length = cell_len(text)
        if length <= left:
            kept.append((text, role))
            left -= length
            continue
        if left > 0:
            kept.append((clip(text, left), role))
        break
    return tuple(kept)


def spread(left: Iterable[Span], right_side: Iterable[Span], width: int, role: str = "text") -> Line:
    """Two pieces at both ends of a line; where they do not fit, the left one is clipped."""
    end = clip_line(right_side, width)
    room = width - cells(end)
    start = clip_line(left, room - 1 if end and room > 0 else room)
    gap = width - cells(start) - cells(end)
    return (*start, (" " * gap, role), *end)


def join(spans: Iterable[Line], separator: Span) -> Line:
    """Lines one after the other with ``separator`` between those that have text."""
    joined: list[Span] = []
    for line in spans:
        if not line:
            continue
        if joined:
            joined.append(separator)
        joined.extend(line)
    return tuple(joined)


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most ``width`` cells, at spaces where there are any."""
    wrapped: list[str] = []
    for paragraph in text.replace("\r\n", "\n").split("\n"):
        wrapped.extend(_wrap_paragraph(clean(paragraph), max(1, width)))
    return wrapped


def wrap_line(line: Iterable[Span], width: int, indent: int = 0) -> list[Line]:
    """Break a line with roles at spaces; the lines after the first start with ``indent`` spaces."""
    rows: list[list[Span]] = [[]]
    indent = max(0, min(indent, width - 1))
    used = 0

    def turn(role: str) -> int:
        rows.append([(" " * indent, role)] if indent else [])
        return indent

    for text, role in line:
        for word in _words(clean(text)):
            bare = word.rstrip(" ")
            start = indent if len(rows) > 1 else 0
            if used + cell_len(bare) > width and used > start:
                used = turn(role)
                word, bare = word.lstrip(" "), bare.lstrip(" ")
            while cell_len(bare) > width - used:
                piece, bare = _cut(bare, width - used)
                rows[-1].append((piece, role))
                used = turn(role)
                word = bare
            # Spaces at the end of a row, or at the beginning of a further one, are nothing to see.
            shown = word if used + cell_len(word) <= width else bare
            if shown.strip(" ") or (shown and used > (indent if len(rows) > 1 else -1)):
                rows[-1].append((shown, role))
                used += cell_len(shown)
    return [tuple(row) for row in rows]


def _wrap_paragraph(text: str, width: int) -> list[str]:
    return ["".join(part for part, _ in row).rstrip() for row in wrap_line([(text, "")], width)]


def _words(text: str) -> list[str]:
    """Words with the spaces that follow them."""
    words: list[str] = []
    current = ""
    for character in text:
        if current and current[-1] == " " and character != " ":
            words.append(current)
            current = ""
        current += character
    if current:
        words.append(current)
    return words


def _cut(word: str, width: int) -> tuple[str, str]:
    """The first characters of ``word`` that fit ``width`` cells (at least one), and the rest."""
    used = 0
    for index, character in enumerate(word):
        length = cell_len(character)
        if used + length > width and index:
            return word[:index], word[index:]
        used += length
    return word, ""

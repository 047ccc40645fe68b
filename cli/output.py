"""What a command answers: a table for people, one JSON document for programs, progress for who waits.

Text from data is printed as it is, never as markup, and without the control characters a terminal would obey.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import Enum
from pathlib import Path
from typing import Literal

from cli.context import Invocation

Kind = Literal["text", "code", "number", "id", "time"]
Progress = Callable[[str, int, int], None]
_C1 = re.compile("[\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and how its values are written; only a text gives way to others."""

    title: str
    kind: Kind = "text"


def plain(value: object) -> object:
    """A result as JSON can hold it: times ISO 8601 UTC, codes their values, missing values null."""
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Iterable):
        return [plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def renamed(value: object, **names: str) -> dict[str, object]:
    """A result as a JSON object with some keys called otherwise (``old="new"``)."""
    document = plain(value)
    assert isinstance(document, dict)
    return {names.get(key, key): each for key, each in document.items()}


def answer(work: Invocation, document: object, human: Callable[[], None]) -> None:
    """Print the document where JSON is asked for, else what ``human`` prints."""
    if not work.json:
        human()
        return
    indent = 2 if sys.stdout.isatty() else None
    ascii_only = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    text = json.dumps(plain(document), ensure_ascii=ascii_only, indent=indent)
    sys.stdout.write(_C1.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n")


def clean(value: object) -> str:
    """Text from data as a terminal may show it: one line, no control characters."""
    return "".join(
        sign if unicodedata.category(sign) not in ("Cc", "Cs", "Co") and sign not in "\u2028\u2029" else " "
        for sign in str(value)
    ).strip()


def line(text: str = "", *, aside: bool = False) -> None:
    """One line of the answer, or beside it (on standard error)."""
    stream = sys.stderr if aside else sys.stdout
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "replace").decode(encoding, "replace") + "\n")


def local(at: datetime | None, zone: tzinfo) -> str:
    """A moment in the reader's time, with the name of the zone."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def written(value: object, kind: Kind, zone: tzinfo) -> str:
    """One value as a cell of a table."""
    if value is None:
        return "–" if kind == "number" else ""
    if kind == "number" and isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return local(value, zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(value)


def table(
    work: Invocation,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    empty: str,
    aside: bool = False,
) -> None:
    """Print rows under headings, numbers to the right; ``empty`` says what to do where there are none.

    ``aside``: on standard error, for what is not the answer itself.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    body = [
        [written(value, column.kind, work.zone) for column, value in zip(columns, row, strict=True)]
        for row in rows
    ]
    if not body:
        work.say(empty)
        return
    stream = sys.stderr if aside else sys.stdout
    terminal = stream.isatty()
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold" if terminal else "")
    for column in columns:
        shown.add_column(
            Text(column.title),
            justify="right" if column.kind in ("number", "id") else "left",
            no_wrap=not terminal or column.kind != "text",
            overflow="fold",
        )
    for cells in body:
        shown.add_row(*(Text(cell) for cell in cells))
    console = Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        width=_width(columns, body, shutil.get_terminal_size().columns if terminal else None),
        no_color=True if "NO_COLOR" in os.environ else None,
    )
    with console.capture() as capture:
        console.print(shown)
    for each in capture.get().splitlines():
        line(each.rstrip(), aside=aside)


_LEAST_TEXT = 12


def _width(columns: Sequence[Column], body: Sequence[Sequence[str]], terminal: int | None) -> int:
    """Room for every cell; in a terminal texts give way, down to a width that can be read."""
    from rich.cells import cell_len

    whole = least = 2 * len(columns)
    for index, column in enumerate(columns):
        width = max(cell_len(text) for text in (column.title, *(row[index] for row in body)))
        whole += width
        least += min(width, _LEAST_TEXT) if column.kind == "text" else width
    return whole if terminal is None else min(whole, max(least, terminal))


def details(work: Invocation, pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one a line; what is missing is left out."""
    given = [
        (name, written(value, "text", work.zone)) for name, value in pairs if value not in (None, "", ())
    ]
    width = max((len(name) for name, _ in given), default=0)
    for name, value in given:
        line(f"{name:<{width}}  {value}")


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on standard error while the block runs; where that is no terminal, nothing."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, markup=False, highlight=False),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)

        def tell(phase: str, done: int, total: int) -> None:
            bar.update(task, description=phase, completed=done, total=total or None)

        yield tell


def _silent(phase: str, done: int, total: int) -> None:
    """Nobody watches."""

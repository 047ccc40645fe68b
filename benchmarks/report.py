"""The figures as a table for people, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Figure, Target

WIDTH = 150


def show(machine: Mapping[str, str], figures: Iterable[Figure]) -> None:
    """Print machine and table; a line for every figure, its targets beside it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    for name, value in machine.items():
        console.print(Text(f"{name:>10}  {value}"))
    table = Table(pad_edge=False, header_style="bold")
    for heading in ("", "database", "leads"):
        table.add_column(heading)
    for heading in ("median", "p95", "processor", "statements", "raw SQL", "× raw"):
        table.add_column(heading, justify="right")
    table.add_column("to reach")
    last: tuple[str, int | None] | None = None
    for figure in figures:
        if last is not None and (figure.database, figure.leads) != last:
            table.add_section()
        last = (figure.database, figure.leads)
        table.add_row(*_cells(figure))
    console.print(table)
    console.print(
        Text(
            "Times in milliseconds unless told otherwise. Processor: time of this process alone. Statements: the most "
            "that were counted, without BEGIN, COMMIT and settings. Raw SQL: the same work through the driver alone, "
            "in turn with ours."
        )
    )


def _cells(figure: Figure) -> list[Text]:
    times = _times_raw(figure)
    return [
        Text(f"{figure.what}\n{figure.note}" if figure.note else figure.what),
        Text(figure.database),
        Text(f"{figure.leads:,}" if figure.leads is not None else ""),
        Text(_number(figure.p50, figure.unit)),
        Text(_number(figure.p95, figure.unit)),
        Text(_number(figure.cpu, "ms")),
        Text("" if figure.statements is None else f"{figure.statements:g}"),
        Text(_number(figure.raw, figure.unit)),
        Text("" if times is None else f"{times:.1f}"),
        Text("\n").join(_target(target) for target in figure.targets),
    ]


def _times_raw(figure: Figure) -> float | None:
    """How many times the baseline's time ours takes."""
    if not figure.raw:
        return None
    return figure.raw / figure.p50 if figure.unit == "rows/s" else figure.p50 / figure.raw


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit != "ms":
        return f"{value:,.0f} {unit}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _target(target: Target) -> Text:
    mark, word, style = ("✓", "reached", "green") if target.reached else ("✗", "not reached", "bold red")
    return Text(f"{mark} {target.promise}: {target.found}, {word}", style=style)


def as_json(machine: Mapping[str, str], figures: Iterable[Figure]) -> str:
    """Everything in one JSON document."""
    return json.dumps(
        {"machine": dict(machine), "figures": [asdict(figure) for figure in figures]},
        indent=2,
        ensure_ascii=False,
    )

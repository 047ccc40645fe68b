"""The figures as a table for people, as JSON for programs, and as a page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figures import Figure, Target

WIDTH = 150
BEGIN, END = "<!-- figures: written by python -m benchmarks --docs -->", "<!-- end of figures -->"


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


def into_docs(page: Path, machine: Mapping[str, str], figures: Sequence[Figure]) -> None:
    """Put the figures between the two marks of a page.

    Raises:
        ValueError: the page has no such marks.
    """
    text = page.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for figures: {BEGIN} … {END}")
    page.write_text(f"{head}{BEGIN}\n{_markdown(machine, figures)}{END}{tail}", encoding="utf-8")


def _markdown(machine: Mapping[str, str], figures: Sequence[Figure]) -> str:
    lines = [f"- {name}: {value}" for name, value in machine.items()]
    for database, leads in dict.fromkeys((figure.database, figure.leads) for figure in figures):
        about = "an empty campaign" if leads == 0 else f"{leads:,} leads"
        lines += [
            "",
            f"**{database}, {about}**",
            "",
            "| | median | p95 | processor | statements | raw SQL | × raw | to reach |",
            "|---|---:|---:|---:|---:|---:|---:|---|",
        ]
        lines += [
            "| "
            + " | ".join(
                _markdown_cell(cell) for place, cell in enumerate(_cells(figure)) if place not in (1, 2)
            )
            + " |"
            for figure in figures
            if (figure.database, figure.leads) == (database, leads)
        ]
    return "\n".join(lines) + "\n"


def _markdown_cell(cell: Text) -> str:
    return cell.plain.replace("\n", "<br>").replace("|", "\\|")

"""``python -m benchmarks``: measure everything that was promised, print it beside what is to be reached."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import report
from benchmarks.figures import Figure
from benchmarks.machine import facts
from benchmarks.places import KEPT, PostgresPlace, SqlitePlace, open_places

SIZES = (58_466, 1_000_000)
PARTS = (
    "queue",
    "leading",
    "report",
    "wallboard",
    "search",
    "repair",
    "recycle",
    "assign",
    "import",
    "export",
    "screen",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 0 even where a target is missed, for a busy machine is no error."""
    wanted = _parser().parse_args(arguments)
    sizes = tuple(wanted.leads) if wanted.leads else SIZES[:1] if wanted.quick else SIZES
    with ExitStack() as stack:
        places = open_places(stack, wanted.database, Path(wanted.kept))
        machine = facts([place.about for place in places])
        figures: list[Figure] = []
        for part in wanted.only or PARTS:
            for place in places:
                _tell(f"Measuring {part} on {place.name} …")
                figures.extend(_measure(part, place, sizes, wanted.repeats))
    report.show(machine, figures)
    if wanted.json is not None:
        Path(wanted.json).write_text(report.as_json(machine, figures) + "\n", encoding="utf-8")
    if wanted.docs is not None:
        report.into_docs(Path(wanted.docs), machine, figures)
    return 0


def _measure(
    part: str, place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int
) -> list[Figure]:
    if part == "queue":
        from benchmarks import queue_bench

        return queue_bench.measure(place, sizes, repeats)
    if part == "leading":
        from benchmarks import leading_bench

        return leading_bench.measure(place, sizes, repeats)
    if part == "search":
        from benchmarks import search_bench

        return search_bench.measure(place, sizes, repeats)
    if part == "wallboard":
        from benchmarks import wallboard_bench

        return wallboard_bench.measure(place, sizes, repeats)
    if part == "report":
        from benchmarks import report_bench

        return report_bench.measure(place, sizes, repeats)
    if part == "repair":
        from benchmarks import repair_bench

        return repair_bench.measure(place, sizes, repeats)
    if part == "recycle":
        from benchmarks import recycle_bench

        return recycle_bench.measure(place, sizes, rounds=3 if repeats >= 100 else 1)
    if part == "assign":
        from benchmarks import assign_bench

        return assign_bench.measure(place, sizes, rounds=3 if repeats >= 100 else 1)
    if part == "import":
        from benchmarks import import_bench

        return import_bench.measure(place, sizes, rounds=3 if repeats >= 100 else 1)
    if part == "export":
        from benchmarks import export_bench

        return export_bench.measure(place, sizes, rounds=3 if repeats >= 100 else 1)
    from benchmarks import screen_bench

    return [
        figure
        for leads in sizes
        for figure in screen_bench.measure(place, leads, starts=repeats // 20, outcomes=max(1, repeats // 3))
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"measure at {SIZES[0]:,} leads only")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part (may be repeated)")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument(
        "--leads", type=int, action="append", metavar="N", help="another size (may be repeated)"
    )
    parser.add_argument(
        "--repeats", type=int, default=200, help="how often the commonest steps are taken (200)"
    )
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE too")
    parser.add_argument("--docs", metavar="FILE", help="put the figures into a page, as docs/benchmarks.md")
    parser.add_argument("--kept", metavar="FOLDER", default=str(KEPT), help="where built shops are kept")
    return parser


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

"""``python -m benchmarks.floor``: so many sellers on one database, what they wait for, what must hold afterwards."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from benchmarks.floor.evening import Evening, spend
from domain.errors import DomainError
from storage.config import load
from storage.database import open_database


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the floor; 0 if everything held, 1 if something did not."""
    given = _parser().parse_args(arguments)
    try:
        url = given.database or load().settings.database
        database = open_database(url, create=True, upgrade=True)
        try:
            evening = spend(
                database,
                sellers=given.sellers,
                think_ms=given.think_ms,
                seconds=given.seconds,
                alone=given.alone,
                tell=_tell,
            )
        finally:
            database.close()
    except DomainError as error:
        _tell(error.message)
        return 1
    found = document(evening)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        _print(found)
    return 1 if evening.violations else 0


def document(evening: Evening) -> dict[str, object]:
    """The figures: milliseconds, MB (10^6 bytes), counts; null where nothing was measured."""
    seconds = evening.seconds
    outcomes = [each for log in evening.seats for each in log.seconds.get("outcome", [])]
    found: dict[str, object] = {
        "campaign": evening.place.campaign,
        "leads": evening.place.leads,
        "sellers": len(evening.seats),
        "seconds": round(seconds, 2),
        "dispositions": len(outcomes),
        "dispositions_per_second": round(len(outcomes) / seconds, 1) if seconds else 0.0,
    }
    for step in ("next", "outcome", "undo", "fill"):
        times = sorted(each for log in evening.seats for each in log.seconds.get(step, []))
        for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
            found[f"{step}_{name}_ms"] = _at(times, part)
    statements = sum(log.statements for log in evening.seats)
    found["statements_per_disposition"] = round(statements / len(outcomes), 1) if outcomes else None
    waits = sorted(each for log in evening.seats for each in log.waits)
    found["lock_wait_p50_ms"], found["lock_wait_p99_ms"] = _at(waits, 0.5), _at(waits, 0.99)
    found["lock_waiters_mean"] = (
        round(sum(evening.lock_waits) / len(evening.lock_waits), 2) if evening.lock_waits else None
    )
    found["peak_rss_mb"] = round(max((log.peak_rss_mb for log in evening.seats), default=0.0), 1)
    found["refused"] = _summed(evening)
    found["around"] = {
        f"{log.who}: {step}": {"times": len(times), "longest_ms": round(max(times) * 1000, 1)}
        for log in evening.others
        for step, times in log.seconds.items()
    }
    found["violations"] = evening.violations
    return found


def _summed(evening: Evening) -> dict[str, int]:
    found: dict[str, int] = {}
    for log in (*evening.seats, *evening.others):
        for code, times in log.refused.items():
            found[code] = found.get(code, 0) + times
    return found


def _at(ordered: Sequence[float], part: float) -> float | None:
    """The time in ms below which this part lies."""
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000, 2)


def _print(found: dict[str, object]) -> None:
    for name, value in found.items():
        if isinstance(value, list):
            print(f"{name}: {'none' if not value else ''}")
            for each in value:
                print(f"  {each}")
        elif isinstance(value, dict):
            print(f"{name}:")
            for key, each in value.items():
                print(f"  {key}: {each}")
        else:
            print(f"{name}: {value if value is not None else '-'}")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.floor",
        description="Sellers, supervisors, an import, the background jobs and reports at work on one database.",
    )
    parser.add_argument(
        "--database", metavar="URL", help="sqlite:///FILE or postgresql://…; else the configured one"
    )
    parser.add_argument("--sellers", type=_positive, default=12, metavar="N", help="how many (12)")
    parser.add_argument(
        "--think-ms", type=_time, default=50.0, metavar="MS", help="between next and outcome (50)"
    )
    parser.add_argument("--seconds", type=_time, default=10.0, metavar="S", help="how long (10)")
    parser.add_argument("--alone", action="store_true", help="only the sellers, nothing around them")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return number


def _time(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1e6:
        raise argparse.ArgumentTypeError("a number from 0")
    return number

"""How fast a campaign is exported, beside one statement of the driver written to the same table; and its peak memory.

Best of some rounds, ours and raw in turn; the memory is that of the command, in a process of its own.
"""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.figures import Figure, Target, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.shops import CAMPAIGN, Desk, sit_down
from domain.exporting import leads
from domain.exporting.columns import HEADINGS, cells
from storage.counting import count_statements
from storage.exports import csv_writer, reading_all, whole_file

ROWS = 58_466
LIMIT_SECONDS = 1.5
LIMIT_MB = 150
_RAW = """
SELECT l.contact_id, c.name, c.email,
  (SELECT e164 FROM contact_phone p WHERE p.contact_id = c.id ORDER BY bad, position LIMIT 1),
  (SELECT e164 FROM contact_phone p WHERE p.contact_id = c.id AND kind = 'mobile' ORDER BY bad, position LIMIT 1),
  l.status, l.campaign_resolution, l.resolution_reason, u.name, l.assigned_at, l.last_action_at, l.created_at,
  k.reached, COALESCE(k.calls, 0) + COALESCE(a.others, 0), l.last_console_action, l.dial_attempts,
  l.last_dial_attempt, l.next_attempt_at, c.tags
FROM lead l JOIN contact c ON c.id = l.contact_id
LEFT JOIN user_account u ON u.id = l.owner_id
LEFT JOIN (SELECT lead_id, count(*) AS calls, sum(CASE WHEN result = 'answered' THEN 1 ELSE 0 END) AS reached
  FROM call WHERE undone_at IS NULL AND campaign_id = {campaign} GROUP BY lead_id) k ON k.lead_id = l.id
LEFT JOIN (SELECT lead_id, count(*) AS others FROM activity
  WHERE call_id IS NULL AND campaign_id = {campaign} GROUP BY lead_id) a ON a.lead_id = l.id
WHERE l.campaign_id = {campaign} ORDER BY l.contact_id
"""


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """Export the campaign of each size."""
    return [_measured(place, size, rounds) for size in sizes]


def _measured(place: SqlitePlace | PostgresPlace, size: int, rounds: int) -> Figure:
    with place.shop(size) as database, tempfile.TemporaryDirectory(prefix="dialdeck-") as folder:
        desk = sit_down(database)
        file = Path(folder) / "leads.csv"
        ours, raws = [], []
        with count_statements(database) as counter:
            for _ in range(rounds):
                ours.append(_timed(lambda: _ours(desk, file)))
                raws.append(_timed(lambda: _raw(desk, file)))
        memory = _peak(desk, file)
        wall, cpu = min(ours)
        raw = min(raws)[0]
        return _figure(place.name, size, wall, cpu, raw, memory, counter.count / rounds, rounds)


def _timed(call: Callable[[], int]) -> tuple[float, float]:
    begin, cpu = perf_counter(), process_time()
    written = call()
    wall, spent = perf_counter() - begin, process_time() - cpu
    assert written, "nobody was exported"
    return wall, spent


def _ours(desk: Desk, file: Path) -> int:
    with reading_all(desk.database) as session, whole_file(file, bom=True) as stream:
        write = csv_writer(stream, HEADINGS)
        count = 0
        for row in leads.rows(session, actor=desk.leader, campaign_id=desk.campaign_id):
            write(cells(row))
            count += 1
    return count


def _raw(desk: Desk, file: Path) -> int:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        count = 0
        for row in _rows(desk):
            writer.writerow(row)
            count += 1
    return count


def _rows(desk: Desk) -> Iterator[tuple[object, ...]]:
    statement = _RAW.format(campaign=int(desk.campaign_id))
    address = desk.database.address
    if desk.database.dialect == "sqlite":
        with closing(sqlite3.connect(address.file)) as connection:
            yield from connection.execute(statement)
        return
    import psycopg

    url = address.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as driver, driver.cursor("export") as cursor:
        cursor.itersize = 4_000
        yield from cursor.execute(statement)


def _peak(desk: Desk, file: Path) -> float:
    """The most memory (MB) the command had at once; it says so itself, for what the system tells of a child begins
    with the memory of its parent.
    """
    words = ["export", "leads", "--campaign", CAMPAIGN, "-o", str(file), "--as", "root"]
    told = file.with_suffix(".memory")
    program = [sys.executable, "-m", "benchmarks.export_bench", str(told)]
    subprocess.run([*program, *words, "--database", desk.database.url], stdout=subprocess.DEVNULL, check=True)
    return float(told.read_text())


def _run_and_tell(told: Path, words: list[str]) -> int:
    """Run a command here, and leave the most memory (MB) this process had."""
    from cli import main

    code = main.run(words)
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        peak = int(line.split()[1]) / 1024
    else:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    told.write_text(f"{peak:.1f}")
    return code


def _figure(
    database: str,
    size: int,
    wall: float,
    cpu: float,
    raw: float,
    memory: float,
    statements: float,
    rounds: int,
) -> Figure:
    targets: list[Target] = [at_most(f"≤ {LIMIT_MB} MB", memory, LIMIT_MB, unit=" MB")]
    if size <= ROWS:
        targets.append(at_most(f"≤ {LIMIT_SECONDS:g} s", wall, LIMIT_SECONDS, digits=2, unit=" s"))
    return Figure(
        what="export of a campaign",
        database=database,
        leads=size,
        p50=wall * 1000,
        cpu=cpu * 1000,
        statements=statements,
        raw=raw * 1000,
        times=rounds,
        note=f"peak memory of the command {memory:.0f} MB",
        targets=targets,
    )


if __name__ == "__main__":
    sys.exit(_run_and_tell(Path(sys.argv[1]), sys.argv[2:]))

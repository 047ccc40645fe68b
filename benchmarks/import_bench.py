"""How fast a file of people is imported, beside a raw load of the same tables in the same run.

To reach: 25,000 rows a second into SQLite with every number validated, and at most 3 × the raw load's time.
Run: python -m benchmarks.import_bench [--rows N] [--database sqlite|postgresql|both] [--rounds N] [--json]
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from psycopg import Connection as PgConnection

from domain.campaigns.hours import DEFAULT_HOURS
from domain.campaigns.models import Campaign
from domain.campaigns.retry import RetryRules
from domain.codes import Role
from domain.intake.importing import CHUNK, import_leads
from domain.intake.options import ImportOptions
from domain.people.models import Organisation, User
from domain.people.rights import Actor
from storage import bulk
from storage.counting import count_statements
from storage.database import Database, open_database
from storage.demo.numbers import ranges

TABLES = ("contact", "contact_phone", "lead")
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one kind of database; seconds are the best of the rounds."""

    database: str
    rows: int
    import_seconds: float
    import_cpu_seconds: float
    raw_seconds: float
    rows_per_second: int
    times_raw: float
    statements_per_chunk: float
    rows_per_chunk: int


def write_list(path: Path, rows: int) -> None:
    """A file with phone, name, e-mail and city; numbers of the ranges reserved for fiction, each once."""
    numbers = [each.number(index).e164 for each in ranges() for index in range(each.size)]
    random.Random(1).shuffle(numbers)
    if rows > len(numbers):
        raise SystemExit(f"There are {len(numbers)} reserved numbers; ask for no more rows than that.")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["phone", "name", "email", "city"])
        for index, number in enumerate(numbers[:rows]):
            writer.writerow([number, f"Ana Núñez {index}", f"ana{index}@example.com", "Montevideo"])


def open_shop(database: Database) -> tuple[Actor, int]:
    """A shop with one administrator and one campaign."""
    with database.transaction() as session:
        shop = Organisation(name="bench", created_at=NOW)
        session.add(shop)
        session.flush()
        assert shop.id is not None
        user = User(organisation_id=shop.id, name="admin", role=Role.ADMIN, created_at=NOW, updated_at=NOW)
        campaign = Campaign(
            organisation_id=shop.id,
            name="bench",
            hours=DEFAULT_HOURS.model_dump(mode="json"),
            retry=RetryRules().model_dump(mode="json"),
            recyclable=["no_answer", "busy"],
            created_at=NOW,
            updated_at=NOW,
        )
        session.add_all([user, campaign])
        session.flush()
        assert user.id is not None
        assert campaign.id is not None
        return Actor(user.id, shop.id, "admin", "", Role.ADMIN), campaign.id


class _Sqlite:
    """Fresh SQLite databases, and the raw load of one from another."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        self._count += 1
        database = open_database(f"sqlite:///{self._folder / f'{self._count}.sqlite3'}", create=True)
        try:
            yield database
        finally:
            database.close()

    def raw_seconds(self, full: Database, empty: Database) -> float:
        """The time to write the imported rows of one database into another with executemany, one commit."""
        sheets = []
        with sqlite3.connect(full.address.file) as source:
            for table in (*TABLES, "lead_list"):
                columns = [row[1] for row in source.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]
                names = ", ".join(f'"{column}"' for column in columns)
                rows = source.execute(f"SELECT {names} FROM {table} ORDER BY id").fetchall()
                places = ", ".join("?" * len(columns))
                sheets.append((f"INSERT INTO {table} ({names}) VALUES ({places})", rows))
        source.close()
        target = sqlite3.connect(empty.address.file, isolation_level=None)
        for pragma in ("foreign_keys=ON", "cache_size=-16384", "temp_store=MEMORY", "synchronous=FULL"):
            target.execute(f"PRAGMA {pragma}")
        target.executemany(*sheets.pop())
        begin = perf_counter()
        target.execute("BEGIN IMMEDIATE")
        for statement, rows in sheets:
            target.executemany(statement, rows)
        target.execute("COMMIT")
        seconds = perf_counter() - begin
        target.close()
        return seconds


class _Postgres:
    """Fresh PostgreSQL databases, and the raw load of one from another."""

    name = "postgresql"

    def __init__(self, stack: ExitStack) -> None:
        from tests.support.postgres import running_server

        self._server = stack.enter_context(running_server())

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        name = self._server.create()
        database = open_database(self._server.url(name), create=True)
        try:
            yield database
        finally:
            database.close()
            self._server.drop(name)

    def raw_seconds(self, full: Database, empty: Database) -> float:
        """The time to COPY the imported rows of one database into another, one commit."""
        sheets = []
        with self._driver(full) as source:
            for table in (*TABLES, "lead_list"):
                query = (
                    "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
                    "FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
                )
                row = source.execute(query, (table,)).fetchone()
                assert row is not None
                with source.cursor().copy(f"COPY {table} ({row[0]}) TO STDOUT") as copy:
                    data = b"".join(bytes(block) for block in copy)
                sheets.append((f"COPY {table} ({row[0]}) FROM STDIN", data))
        with self._driver(empty) as target:
            self._load(target, [sheets.pop()])
            return self._load(target, sheets)

    @staticmethod
    def _load(target: PgConnection[tuple[object, ...]], sheets: list[tuple[str, bytes]]) -> float:
        begin = perf_counter()
        for statement, data in sheets:
            with target.cursor().copy(statement) as copy:
                copy.write(data)
        target.commit()
        return perf_counter() - begin

    @contextmanager
    def _driver(self, database: Database) -> Iterator[PgConnection[tuple[object, ...]]]:
        with database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, PgConnection)
            yield driver


def measure(kind: _Sqlite | _Postgres, path: Path, rows: int, rounds: int) -> Figures:
    """Import and raw load in turn, each into a fresh database."""
    imports: list[tuple[float, float]] = []
    raws: list[float] = []
    statements = 0
    for _ in range(rounds):
        with kind.fresh() as database, kind.fresh() as raw:
            actor, campaign_id = open_shop(database)
            open_shop(raw)
            with count_statements(database) as counter:
                begin, cpu = perf_counter(), process_time()
                result = import_leads(
                    database,
                    bulk,
                    actor=actor,
                    path=path,
                    campaign_id=campaign_id,
                    options=ImportOptions(),
                    now=NOW,
                )
                imports.append((perf_counter() - begin, process_time() - cpu))
            assert result.counts.imported == rows, result.counts
            statements = counter.count
            raws.append(kind.raw_seconds(database, raw))
    best, raw_best = min(imports), min(raws)
    return Figures(
        database=kind.name,
        rows=rows,
        import_seconds=round(best[0], 3),
        import_cpu_seconds=round(best[1], 3),
        raw_seconds=round(raw_best, 3),
        rows_per_second=round(rows / best[0]),
        times_raw=round(best[0] / raw_best, 2),
        statements_per_chunk=round(statements / -(-rows // CHUNK), 1),
        rows_per_chunk=CHUNK,
    )


def run(rows: int = 100_000, rounds: int = 2, database: str = "both") -> list[Figures]:
    """Measure the import; database: sqlite, postgresql or both."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "list.csv"
        write_list(path, rows)
        kinds: list[_Sqlite | _Postgres] = []
        if database in ("sqlite", "both"):
            kinds.append(_Sqlite(folder))
        if database in ("postgresql", "both"):
            kinds.append(_Postgres(stack))
        return [measure(kind, path, rows, rounds) for kind in kinds]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    figures = run(wanted.rows, wanted.rounds, wanted.database)
    if wanted.json:
        print(json.dumps([asdict(each) for each in figures]))
        return
    for each in figures:
        print(
            f"import {each.rows:,} rows into {each.database}: {each.rows_per_second:,} rows/s "
            f"({each.import_seconds} s, {each.import_cpu_seconds} s of them computing), {each.times_raw} x a raw load "
            f"({each.raw_seconds} s), {each.statements_per_chunk} statements per {each.rows_per_chunk:,} rows"
        )


if __name__ == "__main__":
    main()

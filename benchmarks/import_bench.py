"""How fast a file of people is imported, beside a raw load of the very rows it made into the same tables.

The file holds numbers of the ranges reserved for fiction, each once, every one validated by the import. It is read
into an empty campaign and into a running one of the largest size. Best of some rounds, ours and raw in turn.
"""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from benchmarks.figures import Figure, Target, at_least, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.shops import sit_down
from domain.base import metadata
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
from storage.database import Database
from storage.demo.numbers import ranges
from storage.roll_ups import roll_ups

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ROWS = 58_466
RAW_LIMIT = 3.0
SQLITE_ROWS_PER_SECOND = 25_000


def write_list(path: Path, rows: int) -> None:
    """A file with phone, name, e-mail and city; numbers of the ranges reserved for fiction, each once."""
    numbers = [each.number(index).e164 for each in ranges() for index in range(each.size)]
    Random(1).shuffle(numbers)
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


@dataclass
class _Round:
    """One import and one raw load: seconds, and statements of the import."""

    ours: float
    cpu: float
    raw: float
    statements: int


@dataclass(frozen=True)
class _Sheet:
    """The rows one table gained: as tuples for SQLite, as COPY data for PostgreSQL."""

    table: str
    columns: str
    rows: list[tuple[Any, ...]] | bytes


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """Import into an empty campaign and into one with the largest of ``sizes``."""
    rows = min(ROWS, *sizes)
    with tempfile.TemporaryDirectory(prefix="dialdeck-") as folder:
        path = Path(folder) / "list.csv"
        write_list(path, rows)
        found = []
        for leads in (0, max(sizes)):
            taken = [_round(place, leads, path, rows) for _ in range(rounds)]
            found.append(_figure(place.name, leads, rows, taken))
        return found


def _round(place: SqlitePlace | PostgresPlace, leads: int, path: Path, rows: int) -> _Round:
    with _ready(place, leads) as (database, actor, campaign_id, now):
        before = _last_ids(database)
        with count_statements(database) as counter:
            begin, cpu = perf_counter(), process_time()
            result = import_leads(
                database,
                bulk,
                actor=actor,
                path=path,
                campaign_id=campaign_id,
                options=ImportOptions(),
                now=now,
            )
            ours, cpu = perf_counter() - begin, process_time() - cpu
        assert result.counts.imported == rows, result.counts
        sheets = _gained(database, before)
    with _ready(place, leads) as (database, _, _, _):
        database.close()
        return _Round(ours, cpu, _load(database, sheets), counter.count)


@contextmanager
def _ready(place: SqlitePlace | PostgresPlace, leads: int) -> Iterator[tuple[Database, Actor, int, datetime]]:
    """A campaign to import into, who does it and when."""
    if leads == 0:
        with place.fresh() as database:
            actor, campaign_id = open_shop(database)
            yield database, actor, campaign_id, NOW
        return
    with place.shop(leads) as database:
        desk = sit_down(database)
        yield database, desk.leader, desk.campaign_id, desk.now


def _last_ids(database: Database) -> dict[str, int]:
    with database.reading() as session:
        connection = session.connection()
        return {
            table.name: connection.exec_driver_sql(
                f'SELECT coalesce(max(id), 0) FROM "{table.name}"'
            ).scalar_one()
            for table in metadata.sorted_tables
        }


_SUMMED = {each.table for each in roll_ups("sqlite")}
"""The database itself writes these, for whoever writes the others."""


def _gained(database: Database, before: dict[str, int]) -> list[_Sheet]:
    """The rows each table gained, in an order in which they can be written."""
    now = _last_ids(database)
    sheets = []
    for table in metadata.sorted_tables:
        if now[table.name] == before[table.name] or table.name in _SUMMED:
            continue
        columns = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
        query = f'SELECT {columns} FROM "{table.name}" WHERE id > {before[table.name]} ORDER BY id'
        sheets.append(_Sheet(table.name, columns, _rows(database, query)))
    return sheets


def _rows(database: Database, query: str) -> list[tuple[Any, ...]] | bytes:
    if database.dialect == "sqlite":
        with closing(sqlite3.connect(database.address.file)) as connection:
            return connection.execute(query).fetchall()
    import psycopg

    with (
        psycopg.connect(_driver_url(database)) as driver,
        driver.cursor().copy(f"COPY ({query}) TO STDOUT") as copy,
    ):
        return b"".join(bytes(block) for block in copy)


def _driver_url(database: Database) -> str:
    return database.address.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _load(database: Database, sheets: list[_Sheet]) -> float:
    """Seconds to write the sheets with the driver alone: one transaction, committed as durably as ours."""
    if database.dialect == "sqlite":
        with closing(sqlite3.connect(database.address.file, isolation_level=None)) as connection:
            for pragma in ("foreign_keys=ON", "synchronous=FULL", "cache_size=-16384", "mmap_size=268435456"):
                connection.execute(f"PRAGMA {pragma}")
            begin = perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for sheet in sheets:
                assert isinstance(sheet.rows, list)
                places = ", ".join("?" * (sheet.columns.count(",") + 1))
                connection.executemany(
                    f'INSERT INTO "{sheet.table}" ({sheet.columns}) VALUES ({places})', sheet.rows
                )
            connection.execute("COMMIT")
            return perf_counter() - begin
    import psycopg

    with psycopg.connect(_driver_url(database)) as driver:
        begin = perf_counter()
        for sheet in sheets:
            assert isinstance(sheet.rows, bytes)
            with driver.cursor().copy(f'COPY "{sheet.table}" ({sheet.columns}) FROM STDIN') as copy:
                copy.write(sheet.rows)
        driver.commit()
        return perf_counter() - begin


def _figure(database: str, leads: int, rows: int, rounds: list[_Round]) -> Figure:
    best = min(rounds, key=lambda each: each.ours)
    raw = min(each.raw for each in rounds)
    targets: list[Target] = [
        at_most(f"≤ {RAW_LIMIT:g} × raw load", best.ours / raw, RAW_LIMIT, digits=2, unit=" ×")
    ]
    if database == "SQLite":
        targets.append(
            at_least(f"≥ {SQLITE_ROWS_PER_SECOND:,} rows/s", rows / best.ours, SQLITE_ROWS_PER_SECOND)
        )
    per_chunk = best.statements / -(-rows // CHUNK)
    return Figure(
        what=f"import of {rows:,} rows",
        database=database,
        leads=leads,
        p50=rows / best.ours,
        unit="rows/s",
        cpu=best.cpu * 1000,
        raw=rows / raw,
        times=len(rounds),
        note=f"{per_chunk:.0f} statements per {CHUNK:,} rows",
        targets=targets,
    )

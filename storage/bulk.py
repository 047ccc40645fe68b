"""Writing many rows at the driver's speed, inside the transaction that is open.

Table objects cost 20 to 30 times as much; imports and the demonstration shop come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Column, Connection, DateTime, MetaData, Table
from sqlalchemy.types import TypeEngine
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from storage import counting

Row = Sequence[object]


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Collection[Row]) -> int:
    """Insert ``rows`` (values in the order of ``columns``) in one statement; returns how many.

    Values are what the model has (aware times, dicts for JSON columns). A row that breaks a rule fails the whole
    call. Column defaults of the models do not apply: name every column that needs a value.
    """
    if not rows:
        return 0
    connection = session.connection()
    return _insert(connection, table, columns, rows, kept_apart=_kept_apart(connection))


def _insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Collection[Row], *, kept_apart: bool
) -> int:
    prepared = _prepared(connection, [table.c[name] for name in columns], rows)
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(
            f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})", [tuple(row) for row in prepared]
        )
    elif kept_apart:
        # The server copies nothing into a table whose rows it looks at one by one (row-level security).
        run, staged = connection.exec_driver_sql, quote(f"copied_{table.name}"[:63])
        run(f"CREATE TEMPORARY TABLE {staged} AS SELECT {names} FROM {quote(table.name)} WITH NO DATA")
        _copy(connection, f"COPY {staged} ({names}) FROM STDIN", prepared)
        run(f"INSERT INTO {quote(table.name)} ({names}) SELECT {names} FROM {staged}")
        run(f"DROP TABLE {staged}")
    else:
        _copy(connection, f"COPY {quote(table.name)} ({names}) FROM STDIN", prepared)
    return len(rows)


def _kept_apart(connection: Connection) -> bool:
    """Whether this account sees the rows of one shop only; asked once for each connection to a server."""
    if connection.dialect.name == "sqlite":
        return False
    if "kept_apart" not in connection.info:
        asked = connection.exec_driver_sql("SELECT row_security_active('organisation')")
        connection.info["kept_apart"] = bool(asked.scalar_one())
    return bool(connection.info["kept_apart"])


def reserve_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """``count`` numbers for new rows of ``table``, ascending, that nobody else gets.

    On SQLite they are free until the end of this write transaction, and must be used in it before the next call;
    on PostgreSQL they are taken from the table's sequence in one statement and may have gaps.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        last = _last_sqlite_id(connection, table)
        return range(last + 1, last + 1 + count)
    quote = connection.dialect.identifier_preparer.quote
    numbers = connection.exec_driver_sql(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        (quote(table.name), count),
    )
    return sorted(int(row[0]) for row in numbers)


def know_sizes(session: Session, tables: Sequence[Table]) -> None:
    """Let the server look at tables that have just grown much, so that its plans are right at once.

    By itself it does so within minutes, and sellers would wait meanwhile. A table that somebody looks at already is
    left to them. Only the owner may ask for it: after an import by a shop's login the server does it by itself.
    SQLite was told beforehand (``storage.statistics``).
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql" and not _kept_apart(connection):
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(quote(table.name) for table in tables)
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {names}")


@contextmanager
def staged_rows(
    session: Session, name: str, columns: Mapping[str, TypeEngine[Any]], rows: Collection[Row]
) -> Iterator[Table]:
    """A temporary table with ``rows``, for set-based statements within the block."""
    connection = session.connection()
    table = Table(name, MetaData(), prefixes=["TEMPORARY"])
    for column, kind in columns.items():
        table.append_column(Column(column, kind))
    table.create(connection)
    if rows:
        _insert(connection, table, list(columns), rows, kept_apart=False)
    yield table
    table.drop(connection)  # not when the block failed: the transaction takes the table back


def _last_sqlite_id(connection: Connection, table: Table) -> int:
    """The highest number ever given, where the table keeps it (AUTOINCREMENT), or the highest there is."""
    query = "SELECT coalesce(max(id), 0) FROM " + connection.dialect.identifier_preparer.format_table(table)
    if table.dialect_options["sqlite"]["autoincrement"]:
        query = f"SELECT max(({query}), coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0))"
        return int(connection.exec_driver_sql(query, (table.name,)).scalar_one())
    return int(connection.exec_driver_sql(query).scalar_one())


def _copy(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    from psycopg import Connection as DriverConnection

    counting.note(connection.engine, statement)
    driver = connection.connection.driver_connection
    assert isinstance(driver, DriverConnection)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _prepared(
    connection: Connection, columns: Sequence[Column[object]], rows: Iterable[Row]
) -> Iterable[Row]:
    """The rows as the driver takes them: JSON as text, and on SQLite times in the text form of all our times."""
    converters = [
        (place, converter)
        for place, column in enumerate(columns)
        if (converter := _converter(column.type, connection)) is not None
    ]
    return _converted(converters, rows) if converters else rows


def _converted(
    converters: Sequence[tuple[int, Callable[[object], object]]], rows: Iterable[Row]
) -> Iterator[Row]:
    columns: list[Iterable[object]] = list(zip(*rows, strict=True))
    for place, convert in converters:
        columns[place] = map(convert, columns[place])
    return zip(*columns, strict=True)


def _converter(kind: TypeEngine[object], connection: Connection) -> Callable[[object], object] | None:
    dialect = connection.dialect
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    if isinstance(kind, DateTime | UTCDateTime):
        quick = _quick_time(convert) if dialect.name == "sqlite" else convert
        return lru_cache(maxsize=4096)(quick)  # rows of one import share their times
    if isinstance(kind, JSON):
        return _quick_json(convert)
    return convert


def _quick_json(convert: Callable[[object], object]) -> Callable[[object], object]:
    """Empty objects and lists, as most rows have, are converted once; ``convert`` does the others."""
    empty: dict[type, object] = {dict: convert({}), list: convert([])}

    def text(value: object) -> object:
        return convert(value) if value or type(value) not in empty else empty[type(value)]

    return text


def _quick_time(convert: Callable[[object], object]) -> Callable[[object], object]:
    """The text SQLite keeps of a time, several times as fast for times in UTC; ``convert`` does the others."""

    def text(value: object) -> object:
        if isinstance(value, datetime) and value.tzinfo is UTC:
            return value.isoformat(" ", "microseconds")[:26]
        return convert(value)

    return text

"""Statements that are put together once and then only sent: what a seller waits for dozens of times a minute.

SQLAlchemy writes the statement, converts the values and reads the rows as always, but the way from one to the other
is gone once, at the first use in a process; afterwards sending costs little more than the driver does. For statements
whose text does not depend on their values. Rows of tables come as objects that belong to no session: they are read,
and changed by statements.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, ClauseElement, Connection, Executable, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session, SQLModel

Convert = Callable[[Any], Any]
_named: Any = namedtuple
Table = TypeVar("Table", bound=SQLModel)


class Prepared:
    """A statement built when its module is loaded; given values afterwards."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._sent: dict[tuple[str, frozenset[str]], _Sent] = {}

    def all(self, session: Session, values: Mapping[str, object]) -> list[Any]:
        """Its rows, with attributes named as the columns."""
        return self._run(session, values)[0]

    def one_or_none(self, session: Session, values: Mapping[str, object]) -> Any | None:
        """The row, if there is one; there cannot be more."""
        rows = self._run(session, values)[0]
        assert len(rows) < 2, "more than one row"
        return rows[0] if rows else None

    def scalar(self, session: Session, values: Mapping[str, object]) -> Any:
        """The first column of the one row there is."""
        ((value, *_),) = self._run(session, values)[0]
        return value

    def affect(self, session: Session, values: Mapping[str, object]) -> int:
        """How many rows it touched."""
        return self._run(session, values)[1]

    def _run(self, session: Session, values: Mapping[str, object]) -> tuple[list[Any], int]:
        session.flush()  # what was changed by objects goes first
        connection = session.connection()
        key = (connection.dialect.name, frozenset(values))
        sent = self._sent.get(key)
        if sent is None:
            sent = self._sent[key] = _Sent(self.statement, connection.dialect, values)
        return sent.run(connection, values)


class _Sent:
    """The statement as one kind of database gets it, for one set of parameters."""

    def __init__(self, statement: Executable, dialect: Dialect, values: Mapping[str, object]) -> None:
        compiled = _with_constants(statement).compile(dialect=dialect, column_keys=sorted(values))
        assert isinstance(compiled, SQLCompiler)
        self.execution_options = compiled.execution_options
        self._dialect = dialect
        self._kept = compiled.construct_params(_check=False)
        self._defaults = _defaults(compiled)
        processors: Mapping[str, Any] = compiled._bind_processors
        assert all(bind in compiled.literal_execute_params for bind in compiled.post_compile_params)
        written = compiled._process_parameters_for_postcompile(self._kept)
        self._text = written.statement
        names = written.positiontup if compiled.positional else sorted(self._kept)
        assert names is not None
        named = {compiled.bind_names[bind]: bind.key for bind in compiled.bind_names}
        self._places = [(name, named.get(name, name), processors.get(name)) for name in names]
        self._positional = compiled.positional
        self._types = [entry.type for entry in compiled._result_columns]
        self._row = _maker(statement, compiled) if self._types else tuple
        self._read: list[tuple[int, Convert]] | None = None

    def run(self, connection: Connection, values: Mapping[str, object]) -> tuple[list[Any], int]:
        kept = self._kept
        if self._defaults:
            kept = {**kept, **{name: make(None) for name, make in self._defaults.items()}}
        given = [
            values.get(key, kept.get(name)) if convert is None else convert(values.get(key, kept.get(name)))
            for name, key, convert in self._places
        ]
        parameters: Any = (
            given
            if self._positional
            else {name: value for (name, _, _), value in zip(self._places, given, strict=True)}
        )
        cursor = connection.connection.cursor()
        try:
            dispatch = connection.dispatch
            for before in dispatch.before_cursor_execute:
                before(connection, cursor, self._text, parameters, self, False)
            try:
                cursor.execute(self._text, parameters)
                rows = list(cursor.fetchall()) if self._types else []
            except self._dialect.loaded_dbapi.Error as error:
                raise self._told(connection, cursor, parameters, error) from error
            for after in dispatch.after_cursor_execute:
                after(connection, cursor, self._text, parameters, self, False)
            if rows:
                rows = self._made(rows, cursor.description)
            return rows, cursor.rowcount
        finally:
            cursor.close()

    def _made(self, rows: Sequence[Sequence[Any]], description: Sequence[Sequence[Any]]) -> list[Any]:
        """Rows with the values of the columns' types."""
        if self._read is None:
            converts = (
                (place, type_._cached_result_processor(self._dialect, description[place][1]))
                for place, type_ in enumerate(self._types)
            )
            self._read = [(place, convert) for place, convert in converts if convert is not None]
        make, read = self._row, self._read
        if not read:
            return [make(row) for row in rows]
        found = []
        for row in rows:
            cells = list(row)
            for place, convert in read:
                cells[place] = convert(cells[place])
            found.append(make(cells))
        return found

    def _told(self, connection: Connection, cursor: Any, parameters: Any, error: Exception) -> BaseException:
        """The driver's error as SQLAlchemy tells it, a lost connection given up."""
        lost = self._dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)  # type: ignore[arg-type]  # a driver's error
        if lost:
            connection.invalidate(error)
        return DBAPIError.instance(
            self._text,
            parameters,
            error,
            self._dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=self._dialect,
        )


def row_object(table: type[Table], values: Mapping[str, object]) -> Table:
    """An object of a table with these values, as a statement would have read it; it belongs to no session."""
    found: Table = inspect(table).class_manager.new_instance()
    found.__dict__.update(values)
    return found


def _with_constants(statement: Executable) -> Any:
    """The statement with what never changes written out, where SQLAlchemy would send it as a value each time.

    An index of some rows only (those that are pending, say) is found by reading the statement. Where the value comes
    later SQLite reads it anew each time, which takes ten times as long as looking the row up.
    """

    def write_out(bind: BindParameter[Any]) -> None:
        value = bind.value[0] if isinstance(bind.value, list | tuple) and bind.value else bind.value
        if bind.unique and isinstance(value, str | int):
            bind.literal_execute = True

    return visitors.cloned_traverse(cast(ClauseElement, statement), {}, {"bindparam": write_out})


def _maker(statement: Executable, compiled: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
    """How a row is made of the values of its columns."""
    entries = compiled._result_columns
    described: Sequence[Any] = getattr(statement, "column_descriptions", ())
    tables = [each["type"] if each["expr"] is each["entity"] else None for each in described]
    if not any(tables):
        titled = _named("Row", [str(entry.keyname) for entry in entries], rename=True)
        made: Callable[[Sequence[Any]], Any] = titled._make
        return made
    parts: list[Callable[[Sequence[Any]], Any]] = []
    at = 0
    for table in tables:
        if table is None:
            parts.append(itemgetter(at))
            at += 1
        else:
            mapper: Mapper[Any] = inspect(table)
            columns = list(mapper.local_table.c)
            names = [mapper.get_property_by_column(column).key for column in columns]
            there = entries[at : at + len(names)]
            assert all(column in entry.objects for column, entry in zip(columns, there, strict=True))
            parts.append(_object(mapper, names, at))
            at += len(names)
    assert at == len(entries)
    return lambda row: tuple(part(row) for part in parts)


def _object(mapper: Mapper[Any], names: list[str], at: int) -> Callable[[Sequence[Any]], Any]:
    """An object of a table from the columns beginning ``at``; None where an outer join found nothing."""
    end, key, new = at + len(names), at + names.index("id"), mapper.class_manager.new_instance

    def make(row: Sequence[Any]) -> Any:
        if row[key] is None:
            return None
        found = new()
        found.__dict__.update(zip(names, row[at:end], strict=True))
        return found

    return make


def _defaults(compiled: SQLCompiler) -> dict[str, Convert]:
    """What makes the values of columns that are not named and have a default of their own."""
    found: dict[str, Convert] = {}
    for column in (*(compiled.insert_prefetch or ()), *(compiled.update_prefetch or ())):
        default: Any = column.default if compiled.isinsert else column.onupdate
        if default.is_scalar:
            found[column.key] = partial(_same, default.arg)
        else:
            assert default.is_callable, f"{column.key} is made by the database"
            found[column.key] = default.arg
    return found


def _same(value: object, _context: object) -> object:
    return value

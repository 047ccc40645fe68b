"""Small helpers for statements, and the parameters of those that are built once.

Putting a statement together takes SQLAlchemy longer than a database takes to answer it. What a seller waits for
is therefore built when its module is loaded, with these parameters, and only given values afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Integer,
    Text,
    TextClause,
    bindparam,
    insert,
    text,
    update,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId, metadata
from domain.prepared import Prepared

ORGANISATION = bindparam("organisation", type_=Integer())
CAMPAIGN = bindparam("campaign", type_=BigId)
CONTACT = bindparam("contact", type_=BigId)
LEAD = bindparam("lead", type_=BigId)
SELLER = bindparam("seller", type_=BigId)
NOW = bindparam("now", type_=UTCDateTime())
LISTED = bindparam("listed", type_=Text())


def affected(session: Session, statement: Executable, values: Mapping[str, object] | None = None) -> int:
    """Execute an UPDATE, DELETE or INSERT (with ``values`` for its parameters); returns how many rows it touched."""
    result = session.execute(statement, values, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


@lru_cache(maxsize=256)
def timed(sql: str, *times: str) -> TextClause:
    """A statement written as SQL text (the same on both databases) whose parameters ``times`` are datetimes."""
    return text(sql).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in times))


@lru_cache
def _adding(table: str) -> Prepared:
    into = metadata.tables[table]
    return Prepared(insert(into).returning(into.c.id))


@lru_cache
def _changing(table: str) -> Prepared:
    rows = metadata.tables[table]
    return Prepared(update(rows).where(rows.c.id == bindparam("row", type_=BigId)))


def add_row(session: Session, table: str, values: Mapping[str, object]) -> int:
    """Insert one row (one statement) and return its number; columns not named take their defaults."""
    return int(_adding(table).scalar(session, values))


def add_rows(session: Session, table: str, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert rows with the same columns named, many to a statement; returns their numbers, smallest first."""
    if not rows:
        return []
    return sorted(
        session.connection().execute(_adding(table).statement, [dict(row) for row in rows]).scalars()
    )


def change_row(session: Session, table: str, row_id: int, values: Mapping[str, object]) -> int:
    """Set columns of the row with this number (one statement); returns how many rows that were."""
    return _changing(table).affect(session, {"row": row_id, **values})


class Walked(FunctionElement[int]):
    """A number column that is compared row by row; see ``walked``."""

    name = "dialdeck_walked"
    type = BigId
    inherit_cache = True


def walked(column: Mapped[int]) -> ColumnElement[int]:
    """The column, but not to be looked up in an index that begins with it: the rows are walked through instead.

    For SQLite, which believes too much in equality: finding most rows of a table one by one costs several times
    what reading it does. PostgreSQL weighs that itself.
    """
    return Walked(column)

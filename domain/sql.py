"""Small helpers for set-based statements."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import CursorResult, Executable, TextClause, bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime


def affected(session: Session, statement: Executable) -> int:
    """Execute an UPDATE, DELETE or INSERT and return how many rows it touched."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


@lru_cache(maxsize=256)
def timed(sql: str, *times: str) -> TextClause:
    """A statement written as SQL text (the same on both databases) whose parameters ``times`` are datetimes."""
    return text(sql).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in times))

"""Small helpers for statements, and the parameters of those that are built once.

Putting a statement together takes SQLAlchemy longer than a database takes to answer it. What a seller waits for
is therefore built when its module is loaded, with these parameters, and only given values afterwards.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import CursorResult, Executable, Integer, TextClause, bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId

ORGANISATION = bindparam("organisation", type_=Integer())
CAMPAIGN = bindparam("campaign", type_=BigId)
CONTACT = bindparam("contact", type_=BigId)
LEAD = bindparam("lead", type_=BigId)
SELLER = bindparam("seller", type_=BigId)
NOW = bindparam("now", type_=UTCDateTime())


def affected(session: Session, statement: Executable) -> int:
    """Execute an UPDATE, DELETE or INSERT and return how many rows it touched."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


@lru_cache(maxsize=256)
def timed(sql: str, *times: str) -> TextClause:
    """A statement written as SQL text (the same on both databases) whose parameters ``times`` are datetimes."""
    return text(sql).bindparams(*(bindparam(name, type_=UTCDateTime()) for name in times))

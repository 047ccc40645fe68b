"""In which order the free leads of a hopper are taken: priority, overdue retries before fresh, longest waiting.

The one rule behind who is next (``candidates``) and what a supervisor sees (``hopper_view``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, bindparam, case
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.models import HopperEntry
from domain.campaigns.retry import OVERDUE
from domain.codes import HopperSource

IS_OVERDUE: ColumnElement[bool] = and_(
    col(HopperEntry.source) == HopperSource.RETRY.value,
    col(HopperEntry.ready_at) <= bindparam("overdue", type_=UTCDateTime()),
)
"""A retry that is overdue; its parameter is that of ``overdue_since``."""

POOL_ORDER: tuple[SQLColumnExpression[Any], ...] = (
    col(HopperEntry.rank),
    case((IS_OVERDUE, 0), else_=1),
    col(HopperEntry.ready_at),
    col(HopperEntry.id),
)


def overdue_since(now: datetime) -> dict[str, object]:
    """The parameter of the order: retries that are due since then are overdue."""
    return {"overdue": now - OVERDUE}

"""A time column as whole seconds since 1970, so that both databases can subtract times and group them.

``storage.dialects`` compiles it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from domain.base import BigId


class EpochSeconds(FunctionElement[int]):
    """See ``epoch_seconds``."""

    name = "dialdeck_epoch_seconds"
    type = BigId
    inherit_cache = True


def epoch_seconds(at: Any) -> ColumnElement[int]:
    """Whole seconds since 1970 UTC of a time."""
    return EpochSeconds(at)

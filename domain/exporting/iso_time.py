"""A time as text that the database itself writes: so many of them cost more to make than to read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.sql.functions import FunctionElement


class IsoTime(FunctionElement[str]):
    """A time column as ISO 8601 UTC to the second; see ``iso_time``."""

    name = "dialdeck_iso_time"
    type = Text()
    inherit_cache = True


def iso_time(column: Any) -> ColumnElement[str]:
    """A time column as the text ``2026-03-10T12:00:00Z``, empty where it is."""
    return IsoTime(column)

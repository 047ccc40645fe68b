"""The decorator that says how a construct is written in a database, with the types SQLAlchemy's own lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ClauseElement
from sqlalchemy.ext.compiler import compiles

Writer = TypeVar("Writer", bound=Callable[..., str])


def written_by(construct: type[ClauseElement], *dialects: str) -> Callable[[Writer], Writer]:
    """Register the decorated function as how ``construct`` is written in these dialects."""

    def register(writer: Writer) -> Writer:
        compiles(construct, *dialects)(writer)
        return writer

    return register

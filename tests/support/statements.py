"""One cache of compiled statements for all databases of a run: hundreds are opened, each would compile all anew.

SQLAlchemy keeps compiled statements with their engine and knows them by its dialect. Here the engines of a kind
share one cache, and two dialects of a kind are the same; they are made by the same function with the same options.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_ROOM = 3_000


def share_compiled_statements() -> None:
    """From now on every engine of this process uses the one cache."""
    cache: LRUCache[object, object] = LRUCache(_ROOM)
    Engine._compiled_cache = property(lambda _engine: cache, lambda _engine, _own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = _alike  # type: ignore[assignment,method-assign]
    DefaultDialect.__hash__ = _kind  # type: ignore[assignment,method-assign]


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other) and _version(one) == _version(other)


def _kind(dialect: object) -> int:
    return hash(type(dialect))


def _version(dialect: object) -> object:
    return getattr(dialect, "server_version_info", None)

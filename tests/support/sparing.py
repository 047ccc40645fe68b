"""What a run of thousands of tests need not do again and again: compile statements, read styles, hash dearly.

SQLAlchemy keeps compiled statements with their engine and knows them by its dialect. Here the engines of a kind
share one cache, and two dialects of a kind are the same; they are made by the same function with the same options.
Textual keeps the rules it read with one application; here applications with the same colours share them.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from textual.cache import LRUCache as StyleCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from domain.people import passwords

_ROOM = 3_000


def share_compiled_statements() -> None:
    """From now on every engine of this process uses the one cache."""
    cache: LRUCache[object, object] = LRUCache(_ROOM)
    Engine._compiled_cache = property(lambda _engine: cache, lambda _engine, _own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = _alike  # type: ignore[assignment,method-assign]
    DefaultDialect.__hash__ = _kind  # type: ignore[assignment,method-assign]


def share_styles() -> None:
    """From now on every application of this process with the same colours uses the same rules."""
    kept: dict[tuple[tuple[str, str], ...], _Rules] = {}

    def rules(sheet: Stylesheet) -> _Rules:
        return kept.setdefault(tuple(sorted(sheet._variables.items())), _Rules(_ROOM))

    Stylesheet._parse_cache = property(rules, lambda _sheet, _own: None)  # type: ignore[assignment]


class _Rules(StyleCache[tuple[object, ...], list[RuleSet]]):
    """Stays when an application changes its colours: it then asks for the rules of those."""

    def clear(self) -> None:
        """Nothing: see above."""


def hash_cheaply() -> None:
    """Passwords of tests are no secrets."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords.hasher = lambda: cheap  # type: ignore[assignment]


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other) and _version(one) == _version(other)


def _kind(dialect: object) -> int:
    return hash(type(dialect))


def _version(dialect: object) -> object:
    return getattr(dialect, "server_version_info", None)

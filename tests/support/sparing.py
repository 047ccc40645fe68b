"""What a run of thousands of tests need not do again and again: compile, compare schemas, read styles, hash dearly.

SQLAlchemy keeps compiled statements with their engine and knows them by its dialect. Here the engines of a kind
share one cache, and two dialects of a kind are the same; they are made by the same function with the same options.
Textual keeps the rules it read with one application; here applications with the same colours share them.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from sqlalchemy import Engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from textual.cache import LRUCache as StyleCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from domain.people import passwords
from storage import integrity
from storage.database import Database

_ROOM = 3_000


def share_compiled_statements() -> None:
    """From now on every engine of this process uses the one cache."""
    cache: LRUCache[object, object] = LRUCache(_ROOM)
    Engine._compiled_cache = property(lambda _engine: cache, lambda _engine, _own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = _alike  # type: ignore[assignment,method-assign]
    DefaultDialect.__hash__ = _kind  # type: ignore[assignment,method-assign]


def compare_schemas_once() -> None:
    """From now on whether tables are those of the models is asked once for each way they are defined."""
    compare, known = integrity.schema_differences, dict[tuple[object, ...], list[str]]()

    def remembered(database: Database) -> list[str]:
        with database.reading() as session:
            rows = session.execute(text(_DEFINITIONS[database.dialect]))
            defined = (database.dialect, *sorted(tuple(map(str, row)) for row in rows))
        if defined not in known:
            known[defined] = compare(database)
        return known[defined]

    integrity.schema_differences = remembered


_DEFINITIONS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master",
    "postgresql": """
        SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind <> 'i'
        UNION ALL SELECT tablename, indexname, indexdef, NULL, NULL, NULL
        FROM pg_indexes WHERE schemaname = current_schema()
        UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
        UNION ALL SELECT c.relname, d.description, d.objsubid::text, NULL, NULL, NULL
        FROM pg_description AS d JOIN pg_class AS c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass
        WHERE c.relnamespace = current_schema()::regnamespace
    """,
}
"""All that is compared: tables with their columns, indexes, constraints and comments."""


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


compare_schemas_once()

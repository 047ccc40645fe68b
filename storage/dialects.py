"""How the constructs of ``domain.constructs`` are written in each database."""

from __future__ import annotations

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from domain.constructs import Among, OnConflict


@compiles(OnConflict, "sqlite", "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **_: object) -> str:
    """SQLite took over PostgreSQL's words, so one text serves both."""
    if not element.update:
        return "ON CONFLICT DO NOTHING"
    quote = compiler.preparer.quote
    keys = ", ".join(quote(name) for name in element.keys)
    renewed = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in element.update)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {renewed}"


@compiles(Among, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _among_sqlite(element: Among, compiler: SQLCompiler, **options: object) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(Among, "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _among_postgresql(element: Among, compiler: SQLCompiler, **options: object) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT json_array_elements_text(CAST({values} AS json)))"

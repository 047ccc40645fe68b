"""How the constructs of ``domain.constructs`` are written in each database."""

from __future__ import annotations

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from domain.constructs import OnConflict


@compiles(OnConflict, "sqlite", "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **_: object) -> str:
    """SQLite took over PostgreSQL's words, so one text serves both."""
    if not element.update:
        return "ON CONFLICT DO NOTHING"
    quote = compiler.preparer.quote
    keys = ", ".join(quote(name) for name in element.keys)
    renewed = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in element.update)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {renewed}"

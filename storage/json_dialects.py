"""How ``domain.json_sql`` is written in each database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator

from domain.json_sql import JsonMember, JsonMoment, JsonNumber, JsonObject, JsonText, JsonTruth


def _is_time(type_: Any) -> bool:
    return isinstance(type_.impl_instance if isinstance(type_, TypeDecorator) else type_, DateTime)


@compiles(JsonObject, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _object_sqlite(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite keeps times as text without a zone: they become ISO 8601 with one."""
    parts = []
    for part in element.clauses:
        written = compiler.process(part, **options)
        parts.append(f"replace({written}, ' ', 'T') || '+00:00'" if _is_time(part.type) else written)
    return f"json_object({', '.join(parts)})"


@compiles(JsonObject, "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _object_postgresql(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_build_object({', '.join(compiler.process(part, **options) for part in element.clauses)})"


def _both(element: JsonMember, compiler: SQLCompiler, options: dict[str, Any]) -> tuple[str, str]:
    document, name = (compiler.process(part, **options) for part in element.clauses)
    return document, name


@compiles(JsonText, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
@compiles(JsonNumber, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
@compiles(JsonTruth, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _member_sqlite(element: JsonMember, compiler: SQLCompiler, **options: Any) -> str:
    document, name = _both(element, compiler, options)
    return f"json_extract({document}, '$.' || {name})"


@compiles(JsonMoment, "sqlite")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _moment_sqlite(element: JsonMoment, compiler: SQLCompiler, **options: Any) -> str:
    document, name = _both(element, compiler, options)
    return f"replace(substr(json_extract({document}, '$.' || {name}), 1, 26), 'T', ' ')"


@compiles(JsonText, "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _text_postgresql(element: JsonMember, compiler: SQLCompiler, **options: Any) -> str:
    document, name = _both(element, compiler, options)
    return f"({document} ->> {name})"


@compiles(JsonNumber, "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _number_postgresql(element: JsonNumber, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS BIGINT)"


@compiles(JsonTruth, "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _truth_postgresql(element: JsonTruth, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS BOOLEAN)"


@compiles(JsonMoment, "postgresql")  # type: ignore[no-untyped-call,untyped-decorator, unused-ignore]
def _moment_postgresql(element: JsonMoment, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS TIMESTAMP WITH TIME ZONE)"

"""How ``domain.json_sql``, and times as text, are written in each database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator

from domain.exporting.iso_time import IsoTime
from domain.json_sql import (
    JsonHas,
    JsonMember,
    JsonMoment,
    JsonNumber,
    JsonNumbers,
    JsonObject,
    JsonRows,
    JsonText,
    JsonTruth,
)
from storage.compiling import written_by


def _is_time(type_: Any) -> bool:
    return isinstance(type_.impl_instance if isinstance(type_, TypeDecorator) else type_, DateTime)


@written_by(JsonObject, "sqlite")
def _object_sqlite(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite keeps times as text without a zone: they become ISO 8601 with one."""
    parts = []
    for part in element.clauses:
        written = compiler.process(part, **options)
        parts.append(f"replace({written}, ' ', 'T') || '+00:00'" if _is_time(part.type) else written)
    return f"json_object({', '.join(parts)})"


@written_by(JsonObject, "postgresql")
def _object_postgresql(element: JsonObject, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_build_object({', '.join(compiler.process(part, **options) for part in element.clauses)})"


def _both(element: JsonMember, compiler: SQLCompiler, options: dict[str, Any]) -> tuple[str, str]:
    document, name = (compiler.process(part, **options) for part in element.clauses)
    return document, name


@written_by(JsonText, "sqlite")
@written_by(JsonNumber, "sqlite")
@written_by(JsonTruth, "sqlite")
def _member_sqlite(element: JsonMember, compiler: SQLCompiler, **options: Any) -> str:
    document, name = _both(element, compiler, options)
    return f"json_extract({document}, '$.' || {name})"


@written_by(JsonMoment, "sqlite")
def _moment_sqlite(element: JsonMoment, compiler: SQLCompiler, **options: Any) -> str:
    document, name = _both(element, compiler, options)
    return f"replace(substr(json_extract({document}, '$.' || {name}), 1, 26), 'T', ' ')"


@written_by(JsonText, "postgresql")
def _text_postgresql(element: JsonMember, compiler: SQLCompiler, **options: Any) -> str:
    document, name = _both(element, compiler, options)
    return f"({document} ->> {name})"


@written_by(JsonNumber, "postgresql")
def _number_postgresql(element: JsonNumber, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS BIGINT)"


@written_by(JsonTruth, "postgresql")
def _truth_postgresql(element: JsonTruth, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS BOOLEAN)"


@written_by(JsonMoment, "postgresql")
def _moment_postgresql(element: JsonMoment, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({_text_postgresql(element, compiler, **options)} AS TIMESTAMP WITH TIME ZONE)"


@written_by(JsonHas, "sqlite")
def _has_sqlite(element: JsonHas, compiler: SQLCompiler, **options: Any) -> str:
    document, text = (compiler.process(part, **options) for part in element.clauses)
    return f"EXISTS (SELECT 1 FROM json_each({document}) WHERE value = {text})"


@written_by(JsonHas, "postgresql")
def _has_postgresql(element: JsonHas, compiler: SQLCompiler, **options: Any) -> str:
    document, text = (compiler.process(part, **options) for part in element.clauses)
    return f"jsonb_exists({document}, {text})"


@written_by(JsonNumbers, "sqlite")
def _numbers_sqlite(element: JsonNumbers, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses.clauses[0], **options)})"


@written_by(JsonNumbers, "postgresql")
def _numbers_postgresql(element: JsonNumbers, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(json_agg({compiler.process(element.clauses.clauses[0], **options)}) AS text)"


@written_by(JsonRows, "sqlite")
def _rows_sqlite(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses.clauses[0], **options)})"


@written_by(JsonRows, "postgresql")
def _rows_postgresql(element: JsonRows, compiler: SQLCompiler, **options: Any) -> str:
    document = compiler.process(element.clauses.clauses[0], **options)
    return f"(SELECT value FROM jsonb_array_elements(CAST({document} AS JSONB)))"


@written_by(IsoTime, "sqlite")
def _iso_sqlite(element: IsoTime, compiler: SQLCompiler, **options: Any) -> str:
    at = compiler.process(element.clauses.clauses[0], **options)
    return f"replace(substr({at}, 1, 19), ' ', 'T') || 'Z'"


@written_by(IsoTime, "postgresql")
def _iso_postgresql(element: IsoTime, compiler: SQLCompiler, **options: Any) -> str:
    at = compiler.process(element.clauses.clauses[0], **options)
    return f"""to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""

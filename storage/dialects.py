"""How the constructs of ``domain.constructs`` are written in each database."""

from __future__ import annotations

from sqlalchemy.sql.compiler import SQLCompiler

from domain.constructs import (
    Among,
    AmongFirst,
    AmongNumbers,
    OnConflict,
    PeopleTagged,
    PeopleWithWords,
    RowsLock,
)
from domain.reporting.seconds import EpochSeconds
from domain.sql import Walked
from storage.compiling import written_by


@written_by(OnConflict, "sqlite", "postgresql")
def _on_conflict(element: OnConflict, compiler: SQLCompiler, **_: object) -> str:
    """SQLite took over PostgreSQL's words, so one text serves both."""
    if not element.update:
        return "ON CONFLICT DO NOTHING"
    quote = compiler.preparer.quote
    keys = ", ".join(quote(name) for name in element.keys)
    renewed = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in element.update)
    return f"ON CONFLICT ({keys}) DO UPDATE SET {renewed}"


@written_by(Among, "sqlite")
@written_by(AmongNumbers, "sqlite")
def _among_sqlite(element: Among | AmongNumbers, compiler: SQLCompiler, **options: object) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@written_by(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **options: object) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT json_array_elements_text(CAST({values} AS json)))"


@written_by(AmongNumbers, "postgresql")
def _among_numbers_postgresql(element: AmongNumbers, compiler: SQLCompiler, **options: object) -> str:
    """As rows: compared with an array, each row read would be held against all of it."""
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT unnest(CAST(translate({values}, '[]', '{{}}') AS bigint[])))"


@written_by(RowsLock, "sqlite")
def _rows_lock_sqlite(element: RowsLock, compiler: SQLCompiler, **_: object) -> str:
    """Who writes here writes alone."""
    return "0"


@written_by(RowsLock, "postgresql")
def _rows_lock_postgresql(element: RowsLock, compiler: SQLCompiler, **_: object) -> str:
    return "true"


@written_by(Walked, "sqlite")
def _walked_sqlite(element: Walked, compiler: SQLCompiler, **options: object) -> str:
    return f"+{compiler.process(element.clauses.clauses[0], **options)}"


@written_by(Walked, "postgresql")
def _walked_postgresql(element: Walked, compiler: SQLCompiler, **options: object) -> str:
    return compiler.process(element.clauses.clauses[0], **options)


@written_by(EpochSeconds, "sqlite")
def _epoch_sqlite(element: EpochSeconds, compiler: SQLCompiler, **options: object) -> str:
    """Times are text; without the fraction, which strftime would round."""
    at = compiler.process(element.clauses.clauses[0], **options)
    return f"CAST(strftime('%s', substr({at}, 1, 19)) AS INTEGER)"


@written_by(EpochSeconds, "postgresql")
def _epoch_postgresql(element: EpochSeconds, compiler: SQLCompiler, **options: object) -> str:
    at = compiler.process(element.clauses.clauses[0], **options)
    return f"CAST(floor(extract(epoch FROM {at})) AS BIGINT)"


@written_by(AmongFirst, "sqlite")
def _among_first_sqlite(element: AmongFirst, compiler: SQLCompiler, **options: object) -> str:
    """The ranges merged in order: the first row of each waits in a queue, and whoever leaves it lets its next one in.

    So of all ranges together hardly more rows are read than are wanted, and the text is as short for many as for few.
    """
    target, where, limit, listed = (
        compiler.process(part, **options)
        for part in (element.target, element.where, element.limit, element.listed)
    )
    table = element.target.table.name
    keys = [key.name for key in element.keys]
    inner = [column.name for column in element.order if column.name not in keys]
    columns = list(dict.fromkeys([element.target.name, *keys, *inner]))
    order = ", ".join(str(columns.index(column.name) + 1) for column in element.order)

    def first(*within: str) -> str:
        asked = " AND ".join([where, *within])
        place = ", ".join(f"{table}.{name}" for name in inner)
        return f"(SELECT {target} FROM {table} WHERE {asked} ORDER BY {place} LIMIT 1)"

    def row(name: str) -> str:
        return ", ".join(f"{name}.{column}" for column in columns)

    begin = first(
        *(f"{table}.{key} = json_extract(given.value, '$[{place}]')" for place, key in enumerate(keys))
    )
    here, there = (", ".join(f"{name}.{column}" for column in inner) for name in (table, "merged"))
    behind = first(*(f"{table}.{key} = merged.{key}" for key in keys), f"({here}) > ({there})")
    return (
        f"{target} IN (WITH RECURSIVE merged ({', '.join(columns)}) AS ("
        f"SELECT {row('one')} FROM json_each({listed}) AS given CROSS JOIN {table} AS one "
        f"WHERE one.{element.target.name} = {begin} "
        f"UNION ALL SELECT {row('one')} FROM merged CROSS JOIN {table} AS one "
        f"WHERE one.{element.target.name} = {behind} "
        f"ORDER BY {order} LIMIT {limit}) SELECT {element.target.name} FROM merged)"
    )


@written_by(AmongFirst, "postgresql")
def _among_first_postgresql(element: AmongFirst, compiler: SQLCompiler, **options: object) -> str:
    """The ranges as rows, each asked for its own first ones, those that come first by the order asked first."""
    target, where, limit, listed = (
        compiler.process(part, **options)
        for part in (element.target, element.where, element.limit, element.listed)
    )
    kinds = [compiler.dialect.type_compiler_instance.process(key.type) for key in element.keys]
    names = [key.name for key in element.keys]
    given = ", ".join(
        f"CAST(given ->> {place} AS {kind}) AS {name}"
        for place, (kind, name) in enumerate(zip(kinds, names, strict=True))
    )
    presorted = ", ".join(column.name for column in element.order if column.name in names)
    presorted = f" ORDER BY {presorted}" if presorted else ""
    inner = [column for column in element.order if column.name not in names]
    wanted = ", ".join(dict.fromkeys([target, *(compiler.process(c, **options) for c in inner)]))
    within = " AND ".join(f"{compiler.process(key, **options)} = bounds.{key.name}" for key in element.keys)
    order = ", ".join(
        f"{'bounds' if column.name in names else 'part'}.{column.name}" for column in element.order
    )
    return (
        f"{target} IN (SELECT part.{element.target.name} FROM (SELECT {given} "
        f"FROM json_array_elements(CAST({listed} AS json)) AS given{presorted}) AS bounds "
        f"CROSS JOIN LATERAL (SELECT {wanted} FROM {element.target.table.name} WHERE {where} AND {within} "
        f"ORDER BY {', '.join(compiler.process(c, **options) for c in inner)} LIMIT {limit}) AS part "
        f"ORDER BY {order} LIMIT {limit})"
    )


@written_by(PeopleWithWords, "sqlite")
def _worded_sqlite(element: PeopleWithWords, compiler: SQLCompiler, **options: object) -> str:
    (words,) = (compiler.process(part, **options) for part in element.clauses)
    asked = f"'words : (' || replace({words}, ' ', ' AND ') || ')'"
    return f"(SELECT rowid AS contact_id FROM contact_words WHERE contact_words MATCH {asked})"


@written_by(PeopleWithWords, "postgresql")
def _worded_postgresql(element: PeopleWithWords, compiler: SQLCompiler, **options: object) -> str:
    (words,) = (compiler.process(part, **options) for part in element.clauses)
    asked = f"to_tsquery('simple', replace(replace({words}, '*', ':*'), ' ', ' & '))"
    # In order, and so by itself: for the first few of all that follows, the server would guess that some come soon,
    # and go through everybody for a rare word, or through all leads for a common one.
    found = _own_people(
        "dialdeck_words(name, company, email) @@ " + asked, f"dialdeck_ids_with_words({asked})"
    )
    return f"({found} ORDER BY contact_id)"


def _own_people(condition: str, for_login: str) -> str:
    """The owner asks the index itself; the login of one shop asks a function that may (``storage.words``)."""
    active = "row_security_active('contact')"
    return (
        f"SELECT id AS contact_id FROM contact WHERE {condition} AND NOT {active} "
        f"UNION ALL SELECT found.id FROM {for_login} AS found (id) WHERE {active}"
    )


@written_by(PeopleTagged, "sqlite")
def _tagged_sqlite(element: PeopleTagged, compiler: SQLCompiler, **options: object) -> str:
    words, _ = (compiler.process(part, **options) for part in element.clauses)
    asked = f"""'tags : ("' || replace({words}, ' ', '" AND "') || '")'"""
    return f"(SELECT rowid AS contact_id FROM contact_words WHERE contact_words MATCH {asked})"


@written_by(PeopleTagged, "postgresql")
def _tagged_postgresql(element: PeopleTagged, compiler: SQLCompiler, **options: object) -> str:
    _, tags = (compiler.process(part, **options) for part in element.clauses)
    asked = f"CAST({tags} AS jsonb)"
    found = _own_people(f"tags <> '[]' AND tags @> {asked}", f"dialdeck_ids_tagged({asked})")
    return f"({found})"

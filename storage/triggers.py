"""What the database itself does: history rows are never changed, and every change of leads is tallied.

Rebuilding a table drops its triggers, so they are made anew after every upgrade.
"""

from __future__ import annotations

from sqlalchemy import Connection

from domain.calling.tally_model import PLACE

APPEND_ONLY_TABLES = ("history_event",)

_REFUSE = """
CREATE OR REPLACE FUNCTION dialdeck_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""

_TALLY = f"lead_tally ({', '.join(PLACE)}, leads)"
_DEEDS = {
    "insert": (("present", 1),),
    "update": (("former", -1), ("present", 1)),
    "delete": (("former", -1),),
}
"""Which rows a deed on ``lead`` takes from their place (-1) and which it puts to one (+1)."""


def _place(row: str) -> tuple[str, ...]:
    """Where a lead stands, as ``LeadTally`` counts it: the hopper (1) is part of the pool (0)."""
    return (
        f"{row}.organisation_id",
        f"{row}.campaign_id",
        f"COALESCE({row}.list_id, 0)",
        f"COALESCE({row}.status, '')",
        f"CASE {row}.queue_state WHEN 1 THEN 0 ELSE {row}.queue_state END",
        f"{row}.segment",
        f"{row}.exhausted",
    )


def trigger_names() -> tuple[str, ...]:
    """The names of the triggers that have to be there."""
    protecting = tuple(f"{table}_no_{deed}" for table in APPEND_ONLY_TABLES for deed in ("update", "delete"))
    return protecting + tuple(f"lead_tally_{deed}" for deed in _DEEDS)


def create_triggers(connection: Connection) -> None:
    """Make all triggers; safe to repeat."""
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgresql(connection)


def _create_on_sqlite(connection: Connection) -> None:
    for table in APPEND_ONLY_TABLES:
        for deed in ("update", "delete"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
            )
    moved = "OF campaign_id, list_id, status, queue_state, segment, exhausted"
    parted = " OR ".join(
        f"old.{column} IS NOT new.{column}"
        for column in ("campaign_id", "list_id", "status", "segment", "exhausted")
    )
    states = " IS NOT ".join(
        f"CASE {row}.queue_state WHEN 1 THEN 0 ELSE {row}.queue_state END" for row in ("old", "new")
    )
    for deed, rows in _DEEDS.items():
        when = f"WHEN {parted} OR {states}" if deed == "update" else ""
        counted = " ".join(_count_on_sqlite({"former": "old", "present": "new"}[row], n) for row, n in rows)
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS lead_tally_{deed} AFTER {deed.upper()} "
            f"{moved if deed == 'update' else ''} ON lead {when} BEGIN {counted} END"
        )


def _count_on_sqlite(row: str, number: int) -> str:
    """Who writes here writes alone: one row for each place is counted up and down, and none piles up."""
    return (
        f"INSERT INTO {_TALLY} VALUES ({', '.join(_place(row))}, {number}) "
        f"ON CONFLICT ({', '.join(PLACE)}) DO UPDATE SET leads = leads + {number};"
    )


def _create_on_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql(_REFUSE)
    for table in APPEND_ONLY_TABLES:
        for deed in ("update", "delete"):
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION dialdeck_refuse_change()"
            )
    for deed, rows in _DEEDS.items():
        moved = " UNION ALL ".join(f"SELECT {', '.join(_place(row))}, {n} FROM {row}" for row, n in rows)
        # At most one row a place and statement, none where nothing moved.
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION dialdeck_tally_{deed}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO {_TALLY} SELECT a, b, c, d, e, f, g, sum(n) "
            f"FROM ({moved}) AS moved (a, b, c, d, e, f, g, n) "
            "GROUP BY a, b, c, d, e, f, g HAVING sum(n) <> 0; RETURN NULL; END $$"
        )
        tables = {"former": "OLD TABLE AS former", "present": "NEW TABLE AS present"}
        seen = " ".join(tables[row] for row, _ in rows)
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER lead_tally_{deed} AFTER {deed.upper()} ON lead "
            f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION dialdeck_tally_{deed}()"
        )


def present_triggers(connection: Connection) -> set[str]:
    """The names of our triggers found in the database."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
    found = {str(row[0]) for row in connection.exec_driver_sql(query)}
    return found & set(trigger_names())

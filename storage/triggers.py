"""What the database itself refuses: history rows are never changed or removed.

Rebuilding a table drops its triggers, so they are made anew after every upgrade.
"""

from __future__ import annotations

from sqlalchemy import Connection

APPEND_ONLY_TABLES = ("history_event",)

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION dialdeck_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""


def trigger_names() -> tuple[str, ...]:
    """The names of the triggers that have to be there."""
    return tuple(f"{table}_no_{deed}" for table in APPEND_ONLY_TABLES for deed in ("update", "delete"))


def create_triggers(connection: Connection) -> None:
    """Make all triggers; safe to repeat."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRESQL_FUNCTION)
    for table in APPEND_ONLY_TABLES:
        for deed in ("update", "delete"):
            name = f"{table}_no_{deed}"
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {deed.upper()} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
                )
            else:
                connection.exec_driver_sql(
                    f"CREATE OR REPLACE TRIGGER {name} BEFORE {deed.upper()} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION dialdeck_refuse_change()"
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

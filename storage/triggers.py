"""What the database itself does: history rows are never changed, and every change of leads and calls is summed up.

Rebuilding a table drops its triggers, so they are made anew after every upgrade.
"""

from __future__ import annotations

from sqlalchemy import Connection

from storage.roll_ups import RollUp, roll_ups

APPEND_ONLY_TABLES = ("history_event", "audit_event")

_REFUSE = """
CREATE OR REPLACE FUNCTION dialdeck_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""

IN_TURN = "seller_state_event_in_turn"
_TURNS = {
    "sqlite": (
        f"""CREATE TRIGGER IF NOT EXISTS {IN_TURN} AFTER INSERT ON seller_state_event
WHEN EXISTS (SELECT 1 FROM seller_state_event b WHERE b.organisation_id = new.organisation_id
    AND b.seller_id = new.seller_id AND b.at > new.at)
BEGIN
    UPDATE seller_state_event SET at = (SELECT max(b.at) FROM seller_state_event b
        WHERE b.organisation_id = new.organisation_id AND b.seller_id = new.seller_id) WHERE id = new.id;
END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION dialdeck_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE latest timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(NEW.organisation_id::integer, (NEW.seller_id & 2147483647)::integer);
    SELECT max(b.at) INTO latest FROM seller_state_event b
        WHERE b.organisation_id = NEW.organisation_id AND b.seller_id = NEW.seller_id;
    IF latest >= NEW.at THEN
        NEW.at := latest + interval '1 microsecond';
    END IF;
    RETURN NEW;
END $$""",
        f"""CREATE OR REPLACE TRIGGER {IN_TURN} BEFORE INSERT ON seller_state_event
FOR EACH ROW EXECUTE FUNCTION dialdeck_in_turn()""",
    ),
}
"""The states of a seller follow each other, also where one who works at two terminals is faster at the second.

A state ends with the seller's next, so one that comes late is the latest: what was summed up before stays right.
"""

_DEEDS = {
    "insert": (("present", 1),),
    "update": (("former", -1), ("present", 1)),
    "delete": (("former", -1),),
}
"""Which rows a deed on a source takes from the figures (-1) and which it adds (+1)."""


def trigger_names() -> tuple[str, ...]:
    """The names of the triggers that have to be there."""
    protecting = tuple(f"{table}_no_{deed}" for table in APPEND_ONLY_TABLES for deed in ("update", "delete"))
    summing = (name for each in roll_ups("sqlite") for name in figure_triggers(each))
    return (*protecting, IN_TURN, *summing)


def figure_triggers(each: RollUp) -> tuple[str, ...]:
    """The names of those that keep one table of figures."""
    return tuple(f"{each.table}_{deed}" for deed in _DEEDS)


def create_triggers(connection: Connection) -> None:
    """Make all triggers; safe to repeat."""
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgresql(connection)
    for statement in _TURNS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _create_on_sqlite(connection: Connection) -> None:
    for table in APPEND_ONLY_TABLES:
        for deed in ("update", "delete"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
            )
    names = {"former": "old", "present": "new"}
    for each in roll_ups("sqlite"):
        for deed, rows in _DEEDS.items():
            of = f"OF {', '.join(each.watched)}" if deed == "update" else ""
            when = f"WHEN {_moves(each)}" if deed == "update" else ""
            counted = " ".join(_sum_on_sqlite(each, names[row], sign) for row, sign in rows)
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {each.table}_{deed} AFTER {deed.upper()} {of} "
                f"ON {each.source} {when} BEGIN {counted} END"
            )


def _moves(each: RollUp) -> str:
    """Whether an update moves a row from one key to another, or changes what it adds."""
    parts = [text for _, text in (*each.keys, *each.sums) if "{row}" in text]
    if each.only:
        parts.append(f"({each.only})")
    return " OR ".join(f"{part.format(row='old')} IS NOT {part.format(row='new')}" for part in parts)


def _sum_on_sqlite(each: RollUp, row: str, sign: int) -> str:
    """Who writes here writes alone: one row for each key is counted up and down, and none piles up."""
    added = ", ".join(f"{name} = {name} + excluded.{name}" for name, _ in each.sums)
    return (
        f"INSERT INTO {each.table} ({each.columns}) SELECT {each.of(row, sign)} WHERE {each.counts(row)} "
        f"ON CONFLICT ({each.key_columns}) DO UPDATE SET {added};"
    )


def _create_on_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql(_REFUSE)
    for table in APPEND_ONLY_TABLES:
        for deed in ("update", "delete"):
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION dialdeck_refuse_change()"
            )
    tables = {"former": "OLD TABLE AS former", "present": "NEW TABLE AS present"}
    for each in roll_ups("postgresql"):
        for deed, rows in _DEEDS.items():
            connection.exec_driver_sql(
                f"CREATE OR REPLACE FUNCTION dialdeck_{each.table}_{deed}() RETURNS trigger LANGUAGE plpgsql "
                f"AS $$ BEGIN {_sum_on_postgresql(each, rows)}; RETURN NULL; END $$"
            )
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {each.table}_{deed} AFTER {deed.upper()} ON {each.source} "
                f"REFERENCING {' '.join(tables[row] for row, _ in rows)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION dialdeck_{each.table}_{deed}()"
            )


def _sum_on_postgresql(each: RollUp, rows: tuple[tuple[str, int], ...]) -> str:
    """At most one row a key and statement, none where nothing moved."""
    moved = " UNION ALL ".join(
        f"SELECT {each.of(row, sign)} FROM {row} WHERE {each.counts(row)}" for row, sign in rows
    )
    sums = ", ".join(f"sum({name})" for name, _ in each.sums)
    changed = " OR ".join(f"sum({name}) <> 0" for name, _ in each.sums)
    return (
        f"INSERT INTO {each.table} ({each.columns}) SELECT {each.key_columns}, {sums} "
        f"FROM ({moved}) AS moved ({each.columns}) GROUP BY {each.key_columns} HAVING {changed}"
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

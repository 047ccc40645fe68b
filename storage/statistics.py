"""What SQLite is told of our tables, so that it takes the same index in a list of ten and in one of a million.

Without statistics SQLite believes that any equality is narrow, and walks through all leads of the shop because
"of this shop" stands first in most indexes. Statistics gathered from a young database would be as wrong, so these
are written once: a shop of one organisation in full swing. PostgreSQL keeps its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from storage.words import is_ours

_MILLION = 1_000_000
_FEW_ROWS = 100
_ROWS = {
    "activity": 3 * _MILLION,
    "audit_event": _MILLION,
    "bulk_edit": 1_000,
    "bulk_edit_line": _MILLION,
    "call": 3 * _MILLION,
    "campaign_segment": 1_000,
    "contact": _MILLION,
    "contact_phone": _MILLION,
    "do_not_call": 100_000,
    "draft": 500,
    "handing_batch": 5_000,
    "handing_callback": 50_000,
    "held_number": 500,
    "history_event": 5 * _MILLION,
    "hopper_entry": 5_000,
    "job_run": 100_000,
    "lead": _MILLION,
    "lead_figure": 20_000,
    "lead_tally": 5_000,
    "recycle_batch": 1_000,
    "sale": 100_000,
    "seller_figure": 2_000,
    "seller_message": 10_000,
    "seller_state_event": 5 * _MILLION,
    "seller_state_figure": 2_000,
    "seller_time_figure": 500_000,
    "time_figure": 50_000,
    "undo_entry": 3 * _MILLION,
}
"""Rows of a table; those not named have a few."""

_DIFFERENT = {
    "organisation_id": 1,
    "campaign_id": 5,
    "list_id": 20,
    "owner_id": 100,
    "seller_id": 100,
    "user_id": 100,
    "kept_for": 100,
    "status": 12,
    "segment": 60,
    "rank": 5,
}
"""How many different values a column has; those not named: (almost) one in every row."""

_NARROW = {"ix_lead_retry": 8, "ix_lead_cut": 100}
"""Partial indexes of a smaller part than half of the rows: one in so many."""


def write_statistics(connection: Connection) -> None:
    """Tell SQLite about all indexes there are; safe to repeat. Connections opened from then on know it."""
    connection.exec_driver_sql("ANALYZE organisation")  # makes the table of statistics
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    for table, index, unique, partial in _indexes(connection):
        columns = [str(row[2]) for row in connection.exec_driver_sql(f'PRAGMA index_info("{index}")')]
        connection.exec_driver_sql(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)",
            (table, index, _described(_ROWS.get(table, _FEW_ROWS), columns, unique, _part(index, partial))),
        )


def has_statistics(connection: Connection) -> bool:
    """Whether every index is described."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").first():
        return False
    described = {row[0] for row in connection.exec_driver_sql("SELECT idx FROM sqlite_stat1")}
    return {index for _, index, _, _ in _indexes(connection)} <= described


def _indexes(connection: Connection) -> list[tuple[str, str, bool, bool]]:
    """Table, name, whether it is unique, and whether it is partial."""
    rows = connection.exec_driver_sql(
        'SELECT t.name, i.name, i."unique", i.partial FROM sqlite_master t JOIN pragma_index_list(t.name) i '
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    )
    return [
        (str(table), str(index), bool(unique), bool(part))
        for table, index, unique, part in rows
        if not is_ours(table)  # the index of words has statistics of its own
    ]


def _part(index: str, partial: bool) -> int:
    """One in how many rows an index has: half of them if it is partial, so that it is preferred."""
    return _NARROW.get(index, 2) if partial else 1


def _described(rows: int, columns: Sequence[str], unique: bool, part: int) -> str:
    """SQLite's form: rows, then how many of them share the first column, the first two, and so on.

    One in ``part`` rows is in the index. It is never walked through with its first columns left open
    (``noskipscan``).
    """
    shared = []
    rows = left = rows // part
    for column in columns:
        left = max(1, left // _DIFFERENT.get(column, rows))
        shared.append(left)
    if unique:
        shared[-1] = 1
    return " ".join(str(number) for number in (rows, *shared)) + " noskipscan"

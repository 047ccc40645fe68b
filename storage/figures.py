"""The kept figures as a whole: compared with what they are figures of, made anew, drawn together.

What each is the sum of stands in ``storage.roll_ups``. A server collects rows of the same key, one for each
statement that moved something, so that no two sellers wait for one row; ``fold_all`` draws them together.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import text
from sqlmodel import Session

from storage.access import require_owner
from storage.database import Database
from storage.roll_ups import RollUp, roll_ups

FOLD_AT_ONCE = 20_000
FOLD_FROM = 500
"""With fewer rows than this nothing is drawn together: reading them costs nothing."""


def differing(session: Session) -> dict[str, int]:
    """How many rows of each table of figures are not what their source says; empty where all agree."""
    found = {each.table: _differing(session, each) for each in roll_ups(_dialect(session))}
    return {table: count for table, count in found.items() if count}


def rebuild(database: Database) -> int:
    """Make all figures anew from leads and calls, while nobody changes those; returns how many rows differed.

    Raises:
        NotAllowed: the login of one shop, as all shops would wait.
    """
    with database.transaction() as session:
        require_owner(session, to="make the figures anew")
        each_of = roll_ups(database.dialect)
        if database.dialect == "postgresql":
            tables = sorted({each.source for each in each_of} | {each.table for each in each_of})
            session.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"))
        differed = sum(differing(session).values())
        for each in each_of:
            session.execute(text(f"DELETE FROM {each.table}"))
            session.execute(text(counting(each)))
        return differed


def counting(each: RollUp) -> str:
    """The statement that fills an empty table of figures from its source."""
    sums = ", ".join(f"sum({name})" for name, _ in each.sums)
    return (
        f"INSERT INTO {each.table} ({each.columns}) SELECT {each.key_columns}, {sums} "
        f"FROM ({_rows(each)}) AS counted GROUP BY {each.key_columns}"
    )


def fold(session: Session, *, organisation_id: int) -> int:
    """Draw rows of the same key together, up to ``FOLD_AT_ONCE`` of each table; returns how many that saved.

    Rows that are being written or drawn together elsewhere are left. Safe at any time, by any number at once.
    A file keeps one row for each key anyway.
    """
    if _dialect(session) == "sqlite":
        return 0
    return sum(_fold(session, each, organisation_id) for each in roll_ups("postgresql"))


def fold_all(
    transaction: Callable[[], AbstractContextManager[Session]],
    *,
    organisation_id: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """As ``fold``, again and again in transactions of their own, until little is left to save."""
    saved = 0
    while not should_stop():
        with transaction() as session:
            step = fold(session, organisation_id=organisation_id)
        saved += step
        if step < FOLD_AT_ONCE // 2:
            break
    return saved


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _rows(each: RollUp, sign: int = 1) -> str:
    """One row of figures for every row of the source that counts."""
    keys = [f"{expression.format(row='s')} AS {name}" for name, expression in each.keys]
    sums = [f"{sign} * ({expression.format(row='s')}) AS {name}" for name, expression in each.sums]
    return f"SELECT {', '.join([*keys, *sums])} FROM {each.source} AS s WHERE {each.counts('s')}"


def _differing(session: Session, each: RollUp) -> int:
    unequal = " OR ".join(f"sum({name}) <> 0" for name, _ in each.sums)
    return int(
        session.execute(
            text(
                f"SELECT count(*) FROM (SELECT 1 FROM (SELECT {each.columns} FROM {each.table} UNION ALL "
                f"{_rows(each, -1)}) AS moved GROUP BY {each.key_columns} HAVING {unequal}) AS differing"
            )
        ).scalar_one()
    )


def _fold(session: Session, each: RollUp, organisation_id: int) -> int:
    of_shop = {"organisation": organisation_id, "at_once": FOLD_AT_ONCE}
    rows = session.execute(
        text(f"SELECT count(*) FROM {each.table} WHERE organisation_id = :organisation"), of_shop
    ).scalar_one()
    if rows < FOLD_FROM:
        return 0
    sums = ", ".join(f"sum({name})" for name, _ in each.sums)
    unequal = " OR ".join(f"sum({name}) <> 0" for name, _ in each.sums)
    taken, kept = session.execute(
        text(
            f"WITH taken AS (DELETE FROM {each.table} WHERE id IN (SELECT id FROM {each.table} "
            "WHERE organisation_id = :organisation ORDER BY id LIMIT :at_once FOR UPDATE SKIP LOCKED) "
            f"RETURNING {each.columns}), kept AS (INSERT INTO {each.table} ({each.columns}) "
            f"SELECT {each.key_columns}, {sums} FROM taken GROUP BY {each.key_columns} HAVING {unequal} "
            "RETURNING 1) SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM kept)"
        ),
        of_shop,
    ).one()
    return int(taken) - int(kept)

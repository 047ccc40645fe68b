"""Loads an empty database faster: indexes, a file's kept figures and a server's foreign keys are made after the rows.

All in the transaction that is open, so that nobody ever meets a database without them; making a foreign key
checks every row there is.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.schema import AddConstraint, DropConstraint
from sqlmodel import Session

from domain.models import metadata
from storage.figures import counting
from storage.roll_ups import roll_ups
from storage.statistics import write_statistics
from storage.triggers import create_triggers, figure_triggers


@contextmanager
def rows_first(session: Session) -> Iterator[None]:
    """Within this block only the tables of kept figures have indexes of their own, for every new row asks those."""
    connection = session.connection()
    tables = metadata.sorted_tables
    kept = {each.table for each in roll_ups(connection.dialect.name)}
    indexes = [
        index
        for table in tables
        if table.name not in kept
        for index in sorted(table.indexes, key=lambda index: index.name or "")
    ]
    references = (
        [reference for table in tables for reference in table.foreign_key_constraints]
        if connection.dialect.name == "postgresql"
        else []
    )
    for index in indexes:
        index.drop(connection)
    for reference in references:
        connection.execute(DropConstraint(reference))
    with _figures_at_the_end(connection):
        yield
    for index in indexes:
        index.create(connection)
    for reference in references:
        connection.execute(AddConstraint(reference))
    if connection.dialect.name == "sqlite":
        write_statistics(connection)  # those of an index went with it


@contextmanager
def _figures_at_the_end(connection: Connection) -> Iterator[None]:
    """In a file every new row would be added to its figures by itself; a server adds up each portion anyway."""
    if connection.dialect.name != "sqlite":
        yield
        return
    kept = roll_ups("sqlite")
    for each in kept:
        for name in figure_triggers(each):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for each in kept:
        connection.exec_driver_sql(counting(each))
    create_triggers(connection)

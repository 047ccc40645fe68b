"""Two shops in one database of a server, each with its login, and a row in every table of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import JSON as AnyJson
from sqlalchemy import Boolean, Column, Connection, DateTime, Integer, Numeric, Table, create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.models import metadata
from storage import logins
from storage.database import Database, open_database
from storage.logins import AddedShop
from tests.support.postgres import Server

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class TwoShops:
    """The database as its owner opens it, and as the login of either shop does; the numbers of both."""

    owner: Database
    north: Database
    south: Database
    north_id: int
    south_id: int
    added: tuple[AddedShop, AddedShop]


@contextmanager
def two_shops(server: Server, template: str) -> Iterator[TwoShops]:
    """North and south; gone with their logins at the end."""
    name = server.create(template)
    with ExitStack() as stack:
        stack.callback(server.drop, name)
        owner = stack.enter_context(closing(open_database(server.url(name))))
        added = tuple(
            logins.add_shop(owner, name=shop, administrator="root", timezone="UTC", now=NOW)
            for shop in ("north", "south")
        )
        assert len(added) == 2
        ids = [logins.named(owner, each.shop) for each in added]
        north, south = (stack.enter_context(closing(open_database(each.login_url or ""))) for each in added)
        yield TwoShops(owner, north, south, ids[0], ids[1], added)


def fill_every_table(owner: Database, organisation_id: int) -> None:
    """One row of the shop in every table, whatever it would mean: for rules that ask for nothing but its shop."""
    engine = create_engine(owner.address.url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("SET LOCAL session_replication_role = replica")
        )  # no foreign keys, no triggers
        for table in metadata.sorted_tables:
            if table.name != "organisation":
                connection.execute(table.insert().values(a_row(table, organisation_id)))


def a_row(table: Table, organisation_id: int) -> dict[str, object]:
    """Values for the columns of a row that need one."""
    wanted = [column for column in table.columns if not column.nullable and column.name != "id"]
    return {column.name: _value(column, organisation_id) for column in wanted} | {
        "organisation_id": organisation_id
    }


def count(connection: Connection, table: str, organisation_id: int) -> int:
    """How many rows of a shop this account sees."""
    key = "id" if table == "organisation" else "organisation_id"
    return int(
        connection.execute(
            text(f"SELECT count(*) FROM {table} WHERE {key} = :shop"), {"shop": organisation_id}
        ).scalar_one()
    )


def _value(column: Column[object], number: int) -> object:
    kind = column.type
    if isinstance(kind, DateTime | UTCDateTime):
        return NOW
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer | Numeric):
        return number  # another one in every shop, for what is unique in the whole database
    if isinstance(kind, AnyJson):
        return {}
    return "x"

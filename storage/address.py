"""Where a database is: the address a person gives, checked and without its password when shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from domain.errors import Invalid

Dialect = Literal["sqlite", "postgresql"]

_EXAMPLES = "Write sqlite:///path/to/file or postgresql://user@host/database."


@dataclass(frozen=True, slots=True)
class Address:
    """The place of a database: a file (``path``) or a server's database (``url``)."""

    dialect: Dialect
    url: URL
    path: Path | None

    @property
    def where(self) -> str:
        """The address as it may be shown: the path, or the server's address without its password."""
        if self.path is not None:
            return str(self.path)
        shown = self.url.set(drivername="postgresql")
        if "password" in shown.query:
            shown = shown.update_query_dict({"password": "***"})
        return shown.render_as_string(hide_password=True)

    @property
    def file(self) -> Path:
        """The path of an SQLite address."""
        if self.path is None:
            raise ValueError("a PostgreSQL database is not a file")
        return self.path


def parse_address(url: str) -> Address:
    """Understand a database address; raises ``Invalid`` (code ``database_address``) for anything else."""
    try:
        parsed = make_url(url.strip())
    except ArgumentError:
        raise Invalid(f"{_shown(url)} is no database address. {_EXAMPLES}", code="database_address") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise Invalid(f"The database needs a file. {_EXAMPLES}", code="database_address")
        path = Path(parsed.database).expanduser().absolute()
        return Address("sqlite", URL.create("sqlite", database=str(path)), path)
    if backend in ("postgresql", "postgres"):
        return Address("postgresql", parsed.set(drivername="postgresql+psycopg"), None)
    raise Invalid(f"Dialdeck cannot use {backend}. {_EXAMPLES}", code="database_address")


def _shown(url: str) -> str:
    """The text a person typed, unless it may hold a password."""
    return "That" if "@" in url else repr(url)

"""The history of the schema, one file a step, for both databases; shipped with the program.

Revisions are numbered (``0001``, ``0002`` …) and form one line, so that the newest one known is told by the
file names alone, without loading Alembic.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

FOLDER = Path(__file__).parent
VERSION_TABLE = "dialdeck_schema"


@cache
def revisions() -> tuple[str, ...]:
    """All revisions this program knows, oldest first."""
    return tuple(sorted(file.name.split("_", 1)[0] for file in (FOLDER / "versions").glob("[0-9]*.py")))


def head() -> str:
    """The revision this program works with."""
    return revisions()[-1]


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open transaction; it neither begins nor commits by itself."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

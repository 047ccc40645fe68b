"""How Alembic looks at models and databases: the same in migrations, in their generation and in the check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import JSON, BigInteger
from sqlmodel import UTCDateTime
from sqlmodel.sql.sqltypes import AutoString

from storage.migrations import VERSION_TABLE
from storage.words import is_ours

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render_item(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Write our types by the names of ``storage.migrations.types``, so that migrations do not depend on models."""
    if kind != "type":
        return False
    name: str | None = None
    if isinstance(item, AutoString):
        length = getattr(item.impl, "length", None)
        return f"sa.String({length or ''})"
    if isinstance(item, UTCDateTime):
        name = "Utc"
    elif isinstance(item, JSON) and "postgresql" in item._variant_mapping:
        name = "Json"
    elif isinstance(item, BigInteger) and "sqlite" in item._variant_mapping:
        name = "BigId"
    if name is None:
        return False
    context.imports.add(f"from storage.migrations.types import {name}")
    return name


def context_options(dialect: str) -> dict[str, Any]:
    """The options of an Alembic context on this dialect (``sqlite`` or ``postgresql``)."""
    return {
        "version_table": VERSION_TABLE,
        "render_as_batch": True,
        "transactional_ddl": True,
        "compare_type": True,
        "compare_server_default": dialect != "sqlite",  # finds '' different from '' on SQLite
        "render_item": render_item,
        "include_object": lambda item, name, *_: (
            getattr(item, "info", {}).get("only", dialect) == dialect and not is_ours(name)
        ),
    }

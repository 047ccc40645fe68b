"""Alembic's entry: runs within the transaction that ``storage.schema`` has open."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from domain.models import metadata
from storage.migrations.options import context_options

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(connection=connection, target_metadata=metadata, **context_options(connection.dialect.name))
context.run_migrations()

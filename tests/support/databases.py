"""Databases for tests: migrated once per run, then copied for each test that asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import schema
from storage.database import Database, open_database
from tests.support.postgres import Server


def sqlite_template(folder: Path) -> Path:
    """A file with the schema in it, made by the migrations; whole in itself, without a log beside it."""
    file = folder / "template.sqlite3"
    schema.upgrade(f"sqlite:///{file}")
    return file


def postgres_template(server: Server) -> str:
    """The name of a database with the schema in it, made by the migrations."""
    name = server.create()
    schema.upgrade(server.url(name))
    return name


@contextmanager
def sqlite_copy(template: Path, file: Path) -> Iterator[Database]:
    """A database of one's own in ``file``; ``template`` must be closed, so that nothing is in a log beside it."""
    shutil.copyfile(template, file)
    database = open_database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.close()


@contextmanager
def postgres_copy(server: Server, template: str) -> Iterator[Database]:
    """A database of one's own on the server."""
    name = server.create(template)
    database = open_database(server.url(name))
    try:
        yield database
    finally:
        database.close()
        server.drop(name)

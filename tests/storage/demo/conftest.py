"""A small demonstration shop to read, built once for all tests that only read it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import Database, open_database
from tests.storage.demo.shops import build


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("demo") / "shop.sqlite3"
    build(f"sqlite:///{file}")
    return file


@pytest.fixture
def small(small_file: Path) -> Iterator[Database]:
    """A small shop to read."""
    with closing(open_database(f"sqlite:///{small_file}")) as database:
        yield database

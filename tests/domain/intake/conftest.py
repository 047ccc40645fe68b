"""Files for the import tests: real bytes on disk, read as the import reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.database import Database
from tests.domain.intake.importing_support import Desk
from tests.support.factories import build_shop

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text (in an encoding) or bytes to a file and give its path."""

    def to_file(content: str | bytes, name: str = "list.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return to_file


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """An import desk in an empty shop, once on each database."""
    return Desk(build_shop(database, leads=0), tmp_path)

"""Writes the next migration from the difference between the models and the migrations so far.

For developers: ``python -m storage.migrations.generate "add teams"`` writes the next revision;
``python -m storage.migrations.generate`` writes the first one anew (only while nothing is released). Read what
it wrote: renamed columns, data and checks are not found by comparing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from storage import migrations, schema
from storage.address import parse_address
from storage.engines import sqlite_migration_engine

FIRST_MESSAGE = "the first schema"


def generate(message: str | None) -> Path:
    """Write the next revision, or with no message the first one anew; returns the file."""
    from alembic import command

    versions = migrations.FOLDER / "versions"
    if message is None:
        for old in versions.glob("0001_*.py"):
            old.unlink()
        migrations.revisions.cache_clear()
        if migrations.revisions():
            raise SystemExit("There are later migrations: write the next one, with a message.")
    known = migrations.revisions()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/models.sqlite3"
        if known:
            schema.upgrade(url)
        else:
            schema.make_file(parse_address(url))
        engine = sqlite_migration_engine(parse_address(url))
        with engine.connect() as connection:
            script = command.revision(
                migrations.alembic_config(connection),
                message or FIRST_MESSAGE,
                autogenerate=True,
                rev_id=f"{len(known) + 1:04d}",
            )
        engine.dispose()
    assert script is not None
    assert not isinstance(script, list)
    file = Path(script.path)
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    subprocess.run([ruff, "check", "--quiet", "--fix", str(file)], check=False)
    return file


if __name__ == "__main__":
    sys.stdout.write(f"{generate(' '.join(sys.argv[1:]) or None)}\n")

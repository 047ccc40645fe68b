"""Backup and restore of a server's database through PostgreSQL's own tools, pg_dump and pg_restore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from domain.errors import Unavailable
from storage.address import Address
from storage.errors import DatabaseDamaged, NotADialdeckDatabase
from storage.migrations import VERSION_TABLE


def dump(address: Address, file: Path) -> None:
    """Write an archive of the database, as of one moment, to ``file``."""
    _run(
        "pg_dump",
        ["--format=custom", "--no-owner", "--no-acl", f"--file={file}", *_connection(address)],
        address,
    )


def check_archive(file: Path) -> None:
    """Raise ``NotADialdeckDatabase`` unless ``file`` is an archive of a shop."""
    done = subprocess.run(
        [_tool("pg_restore"), "--list", str(file)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode or not re.search(rf" TABLE DATA \S+ {VERSION_TABLE} ", done.stdout):
        raise NotADialdeckDatabase(
            f"{file} is not a backup of a Dialdeck database on a server. Check the path."
        )


def restore(address: Address, file: Path) -> None:
    """Replace what is in the database by the archive, all or nothing."""
    arguments = [
        "--single-transaction",
        "--exit-on-error",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-acl",
    ]
    _run("pg_restore", [*arguments, *_connection(address), str(file)], address)


def _connection(address: Address) -> list[str]:
    """The database to connect to; its password travels in the environment, where no list of processes shows it."""
    url = address.url.set(drivername="postgresql", password=None)
    return [
        "--no-password",
        "--dbname=" + url.difference_update_query(["password", "prepare_threshold"]).render_as_string(),
    ]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(
            f"{name} was not found. Install PostgreSQL's client programs, then try again.",
            code="tool_missing",
        )
    return found


def _run(tool: str, arguments: list[str], address: Address) -> None:
    environment = dict(os.environ)
    password = address.url.password or address.url.query.get("password")
    if isinstance(password, str):
        environment["PGPASSWORD"] = password
    done = subprocess.run(
        [_tool(tool), *arguments],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = lines[0] if lines else f"exit code {done.returncode}"
        raise DatabaseDamaged(
            f"{tool} failed for {address.where}: {reason}", code="tool_failed", title="Not done"
        )

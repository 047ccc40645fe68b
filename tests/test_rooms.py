"""The rooms of the house: what the domain must not know, and what must not be loaded before it is needed."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import domain
import scheduler
import storage

NOT_THE_DOMAINS = {
    "textual", "rich", "typer", "click", "apscheduler", "alembic", "psycopg", "sqlite3", "portalocker", "storage",
    "scheduler", "cli", "tui",
}  # fmt: skip
HEAVY = {"alembic", "apscheduler", "argon2", "babel", "holidays", "phonenumbers", "psycopg", "mako"}


def modules_of(package: object) -> list[str]:
    path, name = package.__path__, package.__name__  # type: ignore[attr-defined]
    found = [module.name for module in pkgutil.walk_packages(path, f"{name}.")]
    return [name, *(module for module in found if ".migrations." not in module)]


def loaded_after(modules: list[str]) -> set[str]:
    """The top-level packages a fresh interpreter has loaded after importing ``modules``."""
    code = (
        "import importlib, json, sys\n"
        "for name in json.loads(sys.argv[1]): importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(modules)], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_the_domain_stands_alone() -> None:
    assert loaded_after(modules_of(domain)) & NOT_THE_DOMAINS == set()


@pytest.mark.parametrize("package", [domain, storage], ids=["domain", "storage"])
def test_heavy_libraries_wait_until_they_are_needed(package: object) -> None:
    assert loaded_after(modules_of(package)) & HEAVY == set()


def test_no_room_below_the_doors_loads_the_terminal() -> None:
    rooms = [*modules_of(domain), *modules_of(storage), *modules_of(scheduler)]
    assert loaded_after(rooms) & {"textual", "rich", "typer", "click"} == set()

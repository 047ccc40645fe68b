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


@pytest.fixture(scope="module")
def loaded_after() -> dict[str, set[str]]:
    """The top-level packages a fresh interpreter has loaded after importing a room, and those below it."""
    code = (
        "import importlib, json, sys\n"
        "for room, modules in json.loads(sys.argv[1]).items():\n"
        "    for name in modules: importlib.import_module(name)\n"
        "    print(json.dumps([room, sorted({name.split('.')[0] for name in sys.modules})]))"
    )
    rooms = {room.__name__: modules_of(room) for room in (domain, storage, scheduler)}
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(rooms)], capture_output=True, text=True, check=True
    )
    return {room: set(loaded) for room, loaded in map(json.loads, done.stdout.splitlines())}


def test_the_domain_stands_alone(loaded_after: dict[str, set[str]]) -> None:
    assert loaded_after["domain"] & NOT_THE_DOMAINS == set()


@pytest.mark.parametrize("room", ["domain", "storage"])
def test_heavy_libraries_wait_until_they_are_needed(loaded_after: dict[str, set[str]], room: str) -> None:
    assert loaded_after[room] & HEAVY == set()


def test_no_room_below_the_doors_loads_the_terminal(loaded_after: dict[str, set[str]]) -> None:
    assert loaded_after["scheduler"] & {"textual", "rich", "typer", "click"} == set()

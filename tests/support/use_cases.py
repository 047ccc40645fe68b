"""The use cases the doors call, found by reading the doors, and what they say to somebody of each role."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from sqlmodel import Session

from domain.codes import Role
from domain.errors import NotAllowed
from domain.people.rights import Actor
from storage.database import Database

ROOT = Path(__file__).parents[2]
DOORS = ("cli", "tui", "scheduler")


class Anything:
    """Stands for every other argument; only asked for the time, as a clock is, does it answer."""

    def __call__(self) -> Anything:
        return self


def called_by_doors() -> dict[str, Callable[..., object]]:
    """Every function of the domain that takes an ``actor`` and is named in a door, as ``subject.module.name``."""
    found: dict[str, Callable[..., object]] = {}
    for door in DOORS:
        for file in sorted((ROOT / door).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            for module, name in _named(ast.parse(text)) if "from domain" in text else ():
                function = getattr(importlib.import_module(module), name, None)
                if inspect.isfunction(function) and "actor" in inspect.signature(function).parameters:
                    place = function.__module__.removeprefix("domain.")
                    found[f"{place}.{function.__name__}"] = function
    return found


def _named(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What is used of the domain: (module, name) of ``from domain.x import y`` and of ``y.name`` behind it."""
    modules: dict[str, str] = {}
    attributes: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.append((node.value.id, node.attr))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "domain":
            for each in node.names:
                path = f"{node.module}.{each.name}"
                if _is_module(path):
                    modules[each.asname or each.name] = path
                else:
                    yield node.module, each.name
    for module, name in attributes:
        if module in modules:
            yield modules[module], name


@cache
def _is_module(path: str) -> bool:
    return (ROOT / f"{path.replace('.', '/')}.py").exists()


def refused(function: Callable[..., object], role: Role, database: Database) -> bool:
    """Whether somebody of that role is refused before anything else of what was given is looked at."""
    actor = Actor(user_id=999_999, organisation_id=1, name=role.value, full_name="", role=role)
    with ExitStack() as stack:
        given: dict[str, object] = {}
        for each in inspect.signature(function).parameters.values():
            if each.name == "actor":
                given["actor"] = actor
            elif each.name == "session":
                given["session"] = stack.enter_context(Session(database.read_engine))
            elif each.name == "database":
                given["database"] = database
            elif each.default is inspect.Parameter.empty and each.kind not in _LISTS:
                given[each.name] = Anything()
        try:
            answer = function(**given)
            if inspect.isgenerator(answer):
                next(answer, None)
        except NotAllowed:
            return True
        except Exception:  # noqa: BLE001 - it went on to what it was given, which is nothing of use
            return False
    return False


_LISTS = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

"""The configuration: one TOML file, the environment over it, options of the command over both.

A key nobody knows, or a value that does not fit, is an error that names where it stands and what was meant.
The database library is imported inside functions: the application reads its colours from here before it paints.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from domain.errors import DomainError, Invalid

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from storage.settings import Settings

CONFIG_VARIABLE = "DIALDECK_CONFIG"
PREFIX = "DIALDECK_"
OTHER_VARIABLES = frozenset({CONFIG_VARIABLE, "DIALDECK_PASSWORD"})
"""Variables that are no settings, yet ours."""

Origin = Literal["default", "file", "environment", "option"]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force, the file they may come from, and where each key comes from."""

    settings: Settings
    path: Path
    origins: Mapping[str, Origin]

    def shown(self) -> dict[str, Any]:
        """The settings as they may be printed: passwords in addresses masked."""
        values = self.settings.model_dump()
        values["database"] = shown_database(self.settings.database)
        return values


def config_path() -> Path:
    """Where the configuration file is, or would be."""
    given = os.environ.get(CONFIG_VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    from platformdirs import user_config_path

    return user_config_path("dialdeck", appauthor=False) / "config.toml"


def default_database() -> str:
    """The address of the database in the user's data folder."""
    from platformdirs import user_data_path

    file = user_data_path("dialdeck", appauthor=False) / "dialdeck.sqlite3"
    return f"sqlite:///{file.as_posix()}"


def shown_database(url: str) -> str:
    """A database address without its password; the text itself where it is no address at all."""
    from storage.address import parse_address

    try:
        address = parse_address(url)
    except DomainError:
        return "(not an address)" if "@" in url else url
    return url if address.path is not None else address.where


def load(options: Mapping[str, object] | None = None) -> Configuration:
    """Read the configuration; ``options`` are those given with the command (None: not given).

    Raises ``Invalid`` (codes ``config_folder``, ``config_syntax``, ``config_key``, ``config_value``) naming file
    and key, and ``NotFound`` for a file named by ``DIALDECK_CONFIG`` that is not there.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from storage.settings import Settings, build

    path = config_path()
    in_file = _read(path)
    for problem in _unknown_keys(path, in_file):
        raise problem
    given = {key: value for key, value in (options or {}).items() if value is not None}
    try:
        settings = build(in_file, given)
    except ValidationError as error:
        raise _clear_value(error.errors()[0], path, in_file, given) from None
    except SettingsError as error:
        raise Invalid(f"The environment cannot be read: {error}.", code="config_value") from None
    origins = {key: _origin(key, in_file, given) for key in Settings.model_fields}
    return Configuration(settings, path, origins)


def _build_or_defaults(in_file: dict[str, Any], given: dict[str, object]) -> Settings:
    """The settings; all defaults where the environment itself holds a table that cannot be read past."""
    from pydantic import ValidationError

    from storage.settings import Settings, build

    try:
        return build(in_file, given)
    except ValidationError:
        return Settings.model_construct()


def examine(options: Mapping[str, object] | None = None) -> tuple[Settings, list[str]]:
    """The settings as far as they can be read (else their defaults), and everything that is wrong, in words."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from storage.settings import Settings, build

    path = config_path()
    given = {key: value for key, value in (options or {}).items() if value is not None}
    problems: list[DomainError] = []
    in_file: dict[str, Any] = {}
    try:
        in_file = _read(path)
    except DomainError as error:
        problems.append(error)
    problems += _unknown_keys(path, in_file)
    known = {key: value for key, value in in_file.items() if key in Settings.model_fields}
    settings = Settings.model_construct()
    try:
        settings = build(known, given)
    except ValidationError as error:
        found = error.errors()
        problems += [_clear_value(each, path, in_file, given) for each in found]
        wrong = {str(each["loc"][0]) for each in found}
        right = {key: value for key, value in known.items() if key not in wrong}
        settings = _build_or_defaults(right, given | {key: getattr(settings, key) for key in wrong})
    except SettingsError as error:
        problems.append(Invalid(f"The environment cannot be read: {error}.", code="config_value"))
    return settings, [problem.message for problem in problems] + unknown_variables()


def unknown_variables() -> list[str]:
    """Lines about variables that look like ours and are none, for ``config check``."""
    from storage.settings import Settings

    known = {f"{PREFIX}{key.upper()}" for key in Settings.model_fields} | OTHER_VARIABLES
    strange = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    return [f"The environment variable {name} means nothing{_meant(name, known)}" for name in strange]


def _unknown_keys(path: Path, in_file: Mapping[str, object]) -> list[DomainError]:
    from storage.settings import Settings

    known = set(Settings.model_fields)
    return [
        Invalid(f'{path}: there is no setting "{key}"{_meant(key, known)}', code="config_key")
        for key in in_file
        if key not in known
    ]


def _read(path: Path) -> dict[str, Any]:
    if not path.exists() and not os.environ.get(CONFIG_VARIABLE):
        return {}
    if path.is_dir():
        raise Invalid(
            f"The configuration {path} is a folder. Name a file in it, such as {path / 'config.toml'}.",
            code="config_folder",
        )
    from storage.errors import file_errors

    with file_errors(str(path)), open(path, "rb") as file:
        try:
            found = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise Invalid(f"{path} cannot be read: {error}.", code="config_syntax") from None
        except UnicodeDecodeError:
            raise Invalid(f"{path} cannot be read: it is not UTF-8 text.", code="config_syntax") from None
        except RecursionError:  # of the parser: so many brackets within each other
            raise _too_deep(path) from None
    if isinstance(found.get("keymap"), dict):
        try:
            found["keymap"] = _flat(found["keymap"])
        except RecursionError:
            raise _too_deep(path) from None
    return found


def _too_deep(path: Path) -> Invalid:
    return Invalid(
        f"{path} cannot be read: its values stand too deep within each other.", code="config_syntax"
    )


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Ids have dots, and an unquoted ``queue.next = "n"`` is a table in TOML: put them together again."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = ",".join(value) if _is_text_list(value) else value
    return flat


def _is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _meant(key: str, known: set[str] | frozenset[str]) -> str:
    close = get_close_matches(key, sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ". Known are: " + ", ".join(sorted(known)) + "."


def _origin(key: str, in_file: Mapping[str, object], given: Mapping[str, object]) -> Origin:
    if key in given:
        return "option"
    if f"{PREFIX}{key.upper()}" in os.environ:
        return "environment"
    return "file" if key in in_file else "default"


def _clear_value(
    error: ErrorDetails, path: Path, in_file: Mapping[str, object], given: Mapping[str, object]
) -> Invalid:
    key = str(error["loc"][0])
    place = {
        "option": f"--{key.replace('_', '-')}",
        "environment": f"The environment variable {PREFIX}{key.upper()}",
        "file": f'{path}, setting "{".".join(str(part) for part in error["loc"])}"',
        "default": f'setting "{key}"',
    }[_origin(key, in_file, given)]
    reason = error["msg"].removeprefix("Value error, ")
    end = "" if reason.endswith("?") else "."
    return Invalid(f"{place}: {reason[:1].lower()}{reason[1:]}{end}", code="config_value")

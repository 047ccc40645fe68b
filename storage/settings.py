"""What can be configured, key by key, with what it means and what it is if nobody says otherwise."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from storage.config import PREFIX, default_database
from storage.scheduler_settings import SchedulerSettings


class Settings(BaseSettings):
    """The settings; build them with ``storage.config.load``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    database: str = Field(
        default_factory=default_database,
        description="Address of the database: sqlite:///file or postgresql://user@host/database.",
    )
    user: str | None = Field(default=None, description="Who signs in when --as does not say.")
    language: Literal["en", "es"] = Field(default="en", description="Language of labels.")
    theme: str = Field(default="dialdeck-dark", description="Colours of the application.")
    mouse: bool = Field(default=True, description="Whether the mouse works in the application.")
    keymap: dict[str, str] = Field(
        default_factory=dict, description="Own keys: id of a command or action, and its keys with commas."
    )
    tel_command: str = Field(
        default="", description="Command that opens a telephone link, as in: xdg-open {uri}. Empty: none."
    )
    timezone: str | None = Field(
        default=None, description="Time zone of reader and shop (IANA name). Empty: the computer's own."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much goes to the log file."
    )
    scheduler: SchedulerSettings = Field(
        default_factory=SchedulerSettings, description="The background jobs: a table, see docs/scheduler.md."
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        if not value:
            return None
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone; write one like America/Montevideo") from None
        return value


def build(in_file: dict[str, Any], options: dict[str, Any]) -> Settings:
    """The settings from ``options`` over the environment over the values of the file over the defaults."""

    class Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: Source,
            env_settings: Source,
            dotenv_settings: Source,
            file_secret_settings: Source,
        ) -> tuple[Source, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=in_file)

    return Layered(**options)

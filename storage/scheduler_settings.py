"""What can be configured of the background jobs: the table ``[scheduler]`` and one table a job in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.errors import Invalid
from domain.jobs import schedules
from domain.jobs.catalogue import JOBS
from domain.jobs.schedules import Daily, Every, Schedule


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        for key in given if isinstance(given, Mapping) else ():
            if key not in cls.model_fields:
                raise ValueError(f'there is no setting "{key}"{_meant(str(key), cls.model_fields)}')
        return given


class JobSettings(_Table):
    """One job: ``every`` or ``at`` instead of its usual schedule, or not at all."""

    every: str | None = Field(default=None, description="A length of time: 30s, 5m, 2h, 1d.")
    at: str | None = Field(default=None, description="A time of day by the shop's clock: 02:00.")
    enabled: bool = Field(default=True, description="Whether the job runs at all.")

    @field_validator("every")
    @classmethod
    def _a_length(cls, value: str | None) -> str | None:
        return None if value is None else schedules.duration_text(_length(value))

    @field_validator("at")
    @classmethod
    def _a_time(cls, value: str | None) -> str | None:
        try:
            return None if value is None else f"{schedules.clock_time(value):%H:%M}"
        except Invalid as error:
            raise ValueError(error.message.rstrip(".")) from None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.every is not None and self.at is not None:
            raise ValueError('give "every" or "at", not both')
        return self


class SchedulerSettings(_Table):
    """The background jobs."""

    in_application: Literal["auto", "on", "off"] = Field(
        default="auto", description="Whether the open application runs the jobs; auto: on an SQLite database."
    )
    lease: str = Field(default="1m", description="How long after its last sign of life a run is taken over.")
    look: str = Field(
        default="5s", description="How often a process looks for runs asked for or left behind."
    )
    jobs: dict[str, JobSettings] = Field(default_factory=dict, description="A table for each job.")

    @field_validator("lease", "look")
    @classmethod
    def _a_length(cls, value: str) -> str:
        return schedules.duration_text(_length(value))

    @field_validator("jobs")
    @classmethod
    def _known_jobs(cls, value: dict[str, JobSettings]) -> dict[str, JobSettings]:
        for name in value:
            if name not in JOBS:
                raise ValueError(f'there is no job "{name}"{_meant(name, JOBS)}')
        return value

    def planned(self, zone: str) -> dict[str, Schedule]:
        """The jobs that are switched on with their schedules, for a shop in this time zone."""
        return {
            name: _schedule(self.jobs.get(name, JobSettings()), name, zone)
            for name in JOBS
            if self.jobs.get(name, JobSettings()).enabled
        }


def _schedule(given: JobSettings, name: str, zone: str) -> Schedule:
    kind = JOBS[name]
    every, at = (given.every, given.at) if given.every or given.at else (kind.every, kind.at)
    if at is not None:
        return Daily(schedules.clock_time(at), zone)
    assert every is not None, "a job has one of both"
    return Every(schedules.duration(every))


def _length(text: str) -> timedelta:
    try:
        return schedules.duration(text)
    except Invalid as error:
        raise ValueError(error.message.rstrip(".")) from None


def _meant(key: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(key, sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else f". Known are: {', '.join(sorted(known))}"

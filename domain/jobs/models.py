"""Tables of the background jobs."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from domain.base import Entity, Json


class JobState(Entity, table=True):
    """When a job is due next and who runs it now: one row a job.

    An occurrence belongs to the process that moves ``due_at`` on by comparing and setting it. While it works
    ``holder`` names it and ``lease_until`` is pushed on by its heartbeat; a lease that ran out is taken over.
    ``fence`` grows with every claim, so that one who was thought dead can write nothing any more. ``running_due``
    is the occurrence in work, ``wanted_at`` when somebody asked for a run at once.
    """

    __tablename__: ClassVar[str] = "job_state"
    __table_args__ = (UniqueConstraint("organisation_id", "job"),)

    job: str
    schedule: str
    due_at: datetime
    paused: bool = False
    fence: int = 0
    holder: str | None = None
    lease_until: datetime | None = None
    running_due: datetime | None = None
    wanted_at: datetime | None = None
    failures: int = 0


class JobRun(Entity, table=True):
    """One run of a job: which occurrence, by whom, from when to when, with which result.

    ``trigger`` is ``schedule``, ``hand`` or ``takeover``; ``result`` is ``running``, ``done``, ``failed``,
    ``stopped`` (the process was closed) or ``lost`` (its process died). ``counts`` are the job's own figures.
    """

    __tablename__: ClassVar[str] = "job_run"
    __table_args__ = (Index("ix_job_run_job", "organisation_id", "job", "id"),)

    job: str
    due_at: datetime
    fence: int
    trigger: str
    holder: str
    started_at: datetime
    ended_at: datetime | None = None
    result: str = "running"
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    error: str | None = None

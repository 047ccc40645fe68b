"""`dialdeck scheduler`: the background jobs as a service, and what became of them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, line, table
from cli.stopping import stop_request

if TYPE_CHECKING:
    from domain.people.rights import Actor
    from domain.people.shop import Shop

app = group("Background jobs: run them as a service, see them, run one now, let one rest.")

Job = Annotated[str, typer.Argument(metavar="JOB", help="Its name, see: dialdeck scheduler jobs.")]

_STOP_SECONDS = 1.5
_LOOK = 0.5


@command(app, "run")
def run(
    work: Invocation,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="JOB", help="Only this job; may be repeated.")
    ] = None,
) -> None:
    """Run the background jobs until SIGTERM or Ctrl+C; a line about each run goes to standard error.

    Any number of these may run on one database, on any number of machines: every occurrence of a job runs once.
    """
    from domain.codes import Role
    from domain.people.rights import require
    from scheduler.service import Service

    if work.configuration.settings.user is not None:
        require(work.actor, Role.ADMIN, to="run the scheduler")
    settings = work.configuration.settings.scheduler
    service = Service(work.database, settings, only=only or (), tell=lambda text: _tell(work, text))
    with stop_request() as stop:
        service.start()
        _tell(work, f"The scheduler runs as {service.holder} on {work.database.where}")
        while not stop.wait(_LOOK):
            pass
        ended = service.stop(_STOP_SECONDS)
    _tell(
        work,
        "The scheduler has stopped" if ended else "Stopped; another process will finish what was running",
    )
    answer(work, {"holder": service.holder, "all_ended": ended}, lambda: None)


def _tell(work: Invocation, text: str) -> None:
    with suppress(OSError, ValueError):  # nobody need listen
        line(f"{datetime.now(UTC).astimezone(work.zone):%Y-%m-%d %H:%M:%S}  {text}", aside=True)


@command(app, "jobs", reads=True)
def jobs(
    work: Invocation,
    check: Annotated[
        bool, typer.Option("--check", help="Exit code 1 where a job fails, or nobody runs the jobs.")
    ] = False,
) -> None:
    """The jobs: schedule, last run and its result, next run, failures in a row, and whether anybody runs them."""
    from domain.jobs import states

    shop, actor = _watcher(work)
    planned = work.configuration.settings.scheduler.planned(shop.timezone)
    found = work.read(states.listing, actor=actor, planned=planned, now=work.now())

    def human() -> None:
        columns = [
            Column("Job", "code"),
            Column("Schedule"),
            Column("Last run", "time"),
            Column("Result", "code"),
            Column("Counts"),
            Column("Next run", "time"),
            Column(""),
        ]
        rows = [
            (
                each.id,
                each.schedule,
                each.last_run,
                each.last_result,
                _figures(each.counts),
                each.next_run,
                _remark(each),
            )
            for each in found
        ]
        table(work, columns, rows, empty="")

    answer(work, found, human)
    if check and any(each.failures or each.overdue for each in found if each.enabled and not each.paused):
        raise typer.Exit(1)


def _figures(counts: dict[str, int]) -> str:
    """The counts that are not 0."""
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items() if count)


def _remark(job: object) -> str:
    """What is to be known beside the figures."""
    told = [
        "paused" if job.paused else "",
        f"running: {job.holder}" if job.running else "",
        f"failed {job.failures} times: {job.last_error}" if job.failures else "",
        "overdue: nobody runs the jobs" if job.overdue else "",
    ]
    return "; ".join(filter(None, told))


@command(app, "once")
def once(
    work: Invocation,
    job: Job,
    ask: Annotated[
        bool, typer.Option("--ask", help="Have a process that runs the jobs do it, and do not wait.")
    ] = False,
) -> None:
    """Run one job now, whether it is due or not, and print its counts."""
    from scheduler import by_hand

    if ask:
        _ask(work, job)
        return
    with stop_request() as stop:
        done = by_hand.once(
            work.database,
            work.configuration.settings.scheduler,
            actor=work.actor,
            job=job,
            should_stop=stop.is_set,
        )
    if done.result == "stopped":
        raise typer.Abort
    document = {"job": done.job, "result": done.result, "seconds": round(done.seconds, 3), **done.counts}
    answer(work, document, lambda: line(done.line()))


def _ask(work: Invocation, job: str) -> None:
    from domain.jobs import states
    from scheduler import by_hand

    actor, now = work.actor, work.now()
    by_hand.prepare(work.database, work.configuration.settings.scheduler, actor=actor, now=now)
    work.write(states.ask_for, actor=actor, job=job, now=now)
    answer(work, {"job": job, "asked": True}, lambda: line(f"{job} is asked for"))


@command(app, "history", reads=True)
def history(
    work: Invocation,
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="Only this job.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 50,
) -> None:
    """The runs, newest first: when, what for, by whom, how each ended, its counts and its error."""
    from domain.jobs import runs

    _shop, actor = _watcher(work)
    found = work.read(runs.listing, actor=actor, job=job, limit=limit)

    def human() -> None:
        columns = [
            Column("Started", "time"),
            Column("Job", "code"),
            Column("Why", "code"),
            Column("Result", "code"),
            Column("Seconds", "number"),
            Column("Counts"),
            Column("Error"),
        ]
        rows = [
            (
                each.started_at,
                each.job,
                each.trigger,
                each.result,
                f"{each.seconds:.2f}" if each.seconds is not None else None,
                _figures(each.counts),
                each.error,
            )
            for each in found
        ]
        table(work, columns, rows, empty="No job has run yet. Start: dialdeck scheduler run")

    answer(work, found, human)


@command(app, "pause")
def pause(work: Invocation, job: Job) -> None:
    """Let a job rest until it is resumed; a run that is under way goes on."""
    _rest(work, job, paused=True)


@command(app, "resume")
def resume(work: Invocation, job: Job) -> None:
    """Let a resting job run again, at once where it is due."""
    _rest(work, job, paused=False)


def _rest(work: Invocation, job: str, *, paused: bool) -> None:
    from domain.jobs import states
    from scheduler import by_hand

    actor = work.actor
    by_hand.prepare(work.database, work.configuration.settings.scheduler, actor=actor, now=work.now())
    use = states.pause if paused else states.resume
    changed = work.write(use, actor=actor, job=job)
    what = "is paused" if paused else "runs again"
    answer(
        work,
        {"job": job, "paused": paused, "changed": changed},
        lambda: line(f"{job} {what if changed else 'was so already'}"),
    )


def _watcher(work: Invocation) -> tuple[Shop, Actor]:
    """Who looks on: the user named; where nobody is, whoever may open the database, such as a health check."""
    from domain.people import rights, shop

    here = work.read(shop.current)
    if work.configuration.settings.user is not None:
        return here, work.actor
    return here, rights.system(here.organisation_id, timezone=here.timezone)

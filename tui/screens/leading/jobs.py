"""The background jobs: when each ran and runs, with which result, who leads; run one now, let one rest, its runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.worker import get_current_worker

from domain.errors import DomainError
from tui import commands, i18n
from tui.i18n import _
from tui.screens.leading.base import ListScreen
from tui.screens.leading.jobs_words import figures, leader, row, runs_row, schedule, titles, took
from tui.text import count, data
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.jobs.runs import RunView
    from domain.jobs.states import JobView
    from scheduler.running import Outcome
    from tui.supervising_jobs import JobList

REFRESH_SECONDS = 5.0
RUNS = 200
AT_ONCE = 2
"""So many jobs run by hand at once: each takes a thread that the screens would like to read with."""


class JobsScreen(ListScreen[None]):
    """One row a job, read again every five seconds."""

    REGISTRY = "jobs"
    BINDINGS = commands.bindings("jobs")

    def __init__(self) -> None:
        super().__init__(_("Background jobs"))
        self.found: JobList | None = None
        self._answer: Content | None = None

    def on_mount(self) -> None:
        self.set_interval(REFRESH_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        self._load()

    def _tick(self) -> None:
        if self.is_active:
            self._load()

    def condition(self, name: str) -> bool:
        """``known``: the jobs are on the screen."""
        return self.found is not None

    @property
    def job(self) -> JobView | None:
        """The one one stands on."""
        jobs = self.found.jobs if self.found is not None else ()
        return next((job for job in jobs if job.id == self.rows.chosen), None)

    def action_refresh(self) -> None:
        """Look again."""
        self._answer = None
        self._load()

    def _load(self) -> None:
        self.ask(self.desk.jobs, self._show, group="jobs", failed=self.refused)

    def _show(self, found: JobList) -> None:
        first, self.found = self.found is None, found
        room = self.rows.scrollable_content_region.width
        # The mark of the row one stands on takes two cells.
        self.head(Content("\n").join([leader(found), Content(""), Content("  ") + titles(room - 2)]))
        draw = partial(row, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language())
        self.rows.show([Row(job.id, partial(draw, job)) for job in found.jobs])
        self.say(self._answer or Content(""))
        if first:
            self.refresh_bindings()

    def on_resize(self) -> None:
        if self.found is not None:
            self._show(self.found)

    def _answered(self, text: str, style: str = "$class-recyclable") -> None:
        self._answer = data(text, style)
        if self in self.app.screen_stack:
            self.say(self._answer)
            self._load()
            self.read_alerts()
        else:
            self.app.tell(text)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """The runs of this job."""
        self.after_keys(self._open)

    def _open(self) -> None:
        if self.job is not None:
            self.app.push_screen(JobRunsScreen(self.job))

    def action_run(self) -> None:
        """Run it here and now; it goes on when this screen is closed, and ends early when the application is."""
        job, desk = self.job, self.desk
        if job is None:
            return
        if job.id in desk.by_hand or len(desk.by_hand) >= AT_ONCE:
            busy = ", ".join(sorted(desk.by_hand))
            self._answer = Content(_("Still at it: {jobs}. Its result comes here.").format(jobs=busy))
            self.say(self._answer)
            return
        desk.by_hand |= {job.id}

        def work() -> Outcome:
            worker = get_current_worker()
            return desk.run_job(job.id, lambda: worker.is_cancelled)

        def done(outcome: Outcome) -> None:
            desk.by_hand -= {job.id}
            words = _("{job} {result} in {time}").format(
                job=job.id, result=_(outcome.result), time=took(outcome.seconds)
            )
            self._answered(f"✓ {words}" + (f": {figures(outcome.counts)}" if outcome.counts else ""))

        def failed(error: DomainError) -> None:
            desk.by_hand -= {job.id}
            self._answered(f"✕ {error.message}", "$class-final")

        self._answer = Content(_("{job} runs …").format(job=job.id))
        self.say(self._answer)
        self.app.ask(work, done, group=f"run {job.id}", failed=failed)

    def action_pause(self) -> None:
        """Let it rest, or run again."""
        job = self.job
        if job is None:
            return
        words = (
            _("{job} runs again, at once where it is due")
            if job.paused
            else _("{job} is paused; whoever leads leaves it alone")
        ).format(job=job.id)
        self.do(
            lambda: self.desk.rest_job(job.id, paused=not job.paused),
            lambda _nothing: self._answered(f"✓ {words}"),
            failed=self.refused,
        )


class JobRunsScreen(ListScreen[None]):
    """The runs of one job, newest first, with their errors."""

    REGISTRY = "runs"
    BINDINGS = commands.bindings("runs")

    def __init__(self, job: JobView) -> None:
        super().__init__(_("Runs of a job"))
        self.job = job

    def on_mount(self) -> None:
        self.head(
            Content("\n").join(
                [
                    Content.assemble((self.job.id, "bold"), "   ", schedule(self.job.schedule, whole=True)),
                    data(_(self.job.does)),
                ]
            )
        )
        self.set_interval(REFRESH_SECONDS, self._tick)
        self.action_refresh()

    def _tick(self) -> None:
        if self.is_active:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Look again."""
        self.ask(lambda: self.desk.job_runs(self.job.id, RUNS), self._show, group="runs", failed=self.refused)

    def _show(self, runs: list[RunView]) -> None:
        draw = partial(
            runs_row, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language()
        )
        self.rows.show([Row(str(run.id), partial(draw, run)) for run in runs])
        if not runs:
            self.say(
                data(_("It has not run yet. Jobs run in the application, or by: dialdeck scheduler run"))
            )
        elif len(runs) == RUNS:
            self.say(
                Content(_("The newest {count}; all: dialdeck scheduler history").format(count=count(RUNS)))
            )
        else:
            self.say(Content(_("{count} runs, newest first").format(count=count(len(runs)))))

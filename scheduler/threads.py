"""Threads that never hold an exit: APScheduler's own pool is joined at the end of the process, whatever it does."""

from __future__ import annotations

import logging
import sys
import threading
from datetime import datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job

# Its warnings would land on the terminal; what matters is told by our own log.
_QUIET = logging.getLogger("apscheduler")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class DaemonThreads(BaseExecutor):  # type: ignore[misc]  # APScheduler 3 ships no types
    """Runs each call in a daemon thread of its own; a call that cannot be stopped dies with the process."""

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        def work() -> None:
            try:
                events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
            except BaseException:  # noqa: BLE001 - told to APScheduler, as its own executors do
                self._run_job_error(job.id, *sys.exc_info()[1:])
            else:
                self._run_job_success(job.id, events)

        threading.Thread(target=work, name=f"dialdeck-{job.id}", daemon=True).start()

"""How a screen lets threads work: it asks, goes on, and its answer comes back as a message on the loop.

Two ways. ``ask`` is for reading: of several questions of one group only the latest answer counts. ``do`` is for
writing: one after another in the order of the keys, none dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Generic, Protocol, TypeVar

from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import Worker, WorkerState

from domain.errors import DomainError, NotAllowed

T = TypeVar("T")
Failed = Callable[[DomainError], None]


class ErrorSurface(Protocol):
    """What the application does with errors nobody else took."""

    def show_error(self, error: DomainError) -> None: ...

    def stop_for(self, error: BaseException) -> None: ...

    def note_refusal(self, error: NotAllowed, place: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """One call for a thread, and who wants its answer. ``number`` is set where only the latest counts."""

    asker: Asking
    group: str
    call: Callable[[], T]
    done: Callable[[T], None] | None
    failed: Failed | None
    number: int | None = None


class Answered(Message, bubble=False):
    """A thread is done with a job: ``deliver`` hands its result to whoever asked, or ``error`` its refusal."""

    def __init__(
        self, job: Job[object], deliver: Callable[[], None] | None, error: DomainError | None
    ) -> None:
        super().__init__()
        self.job = job
        self.deliver = deliver
        self.error = error


class Written(Answered, bubble=False):
    """The same for a write, told to the application first: the next one may start."""


class Asking(MessagePump):
    """For screens (and the application): ``ask``, ``do``, and what comes of them."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._numbers = count(1)
        self._latest: dict[str, int] = {}

    def ask(
        self,
        call: Callable[[], T],
        done: Callable[[T], None],
        *,
        group: str,
        failed: Failed | None = None,
    ) -> None:
        """Read in a thread, then ``done(result)`` on the loop unless the same group was asked again since.

        A DomainError goes to ``failed`` or, without it, to the application's error window.
        """
        number = next(self._numbers)
        self._latest[group] = number
        run(self, Job(self, group, call, done, failed, number), Answered)

    def do(
        self,
        call: Callable[[], T],
        done: Callable[[T], None] | None = None,
        *,
        group: str = "write",
        failed: Failed | None = None,
    ) -> None:
        """Write in a thread, after everything the application was to write before; never dropped, not even
        when this screen is gone by then.
        """
        writer: Writer = self.app
        writer.write(Job(self, group, call, done, failed))

    def forget(self, group: str) -> None:
        """The answer to the last question of ``group`` is not wanted any more."""
        self._latest.pop(group, None)

    def on_answered(self, message: Answered) -> None:
        job = message.job
        if job.number is not None and self._latest.get(job.group) != job.number:
            return
        if message.deliver is not None:
            message.deliver()
        elif message.error is not None and job.failed is not None:
            job.failed(message.error)
        elif message.error is not None:
            surface: ErrorSurface = self.app
            surface.show_error(message.error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a thread ends the application with one clear line, it never goes unnoticed."""
        event.stop()
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            surface: ErrorSurface = self.app
            surface.stop_for(event.worker.error)


class Writer(Asking):
    """The application's line of writes: one after another, in the order they were asked for."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._line: deque[Job[object]] = deque()
        self._busy = False

    @property
    def writing(self) -> bool:
        """True while something is still to be written."""
        return self._busy or bool(self._line)

    def write(self, job: Job[object]) -> None:
        """Put a write at the end of the line."""
        self._line.append(job)
        self._next_in_line()

    def _next_in_line(self) -> None:
        if self._line and not self._busy:
            self._busy = True
            run(self, self._line.popleft(), Written)

    def on_written(self, message: Written) -> None:
        self._busy = False
        answer = Answered(message.job, message.deliver, message.error)
        if not message.job.asker.post_message(answer) and message.error is not None:
            # Whoever asked is gone by now; what was refused must still be told.
            surface: ErrorSurface = self.app
            surface.show_error(message.error)
        self._next_in_line()


def run(pump: Asking, job: Job[T], answer: type[Answered]) -> None:
    """Let a thread do the job and tell ``pump`` with an ``answer`` message; what is refused is written down first."""
    surface: ErrorSurface = pump.app

    def work() -> None:
        try:
            result = job.call()
        except DomainError as error:
            if isinstance(error, NotAllowed):
                surface.note_refusal(error, job.group)
            pump.post_message(answer(job, None, error))
            return
        pump.post_message(answer(job, lambda: job.done(result) if job.done else None, None))

    pump.run_worker(
        work, name=job.group, group=job.group, description=job.group, thread=True, exit_on_error=False
    )

"""The gate every writer of an SQLite file passes, so that all get their turn.

SQLite's own waiting is unfair (one of many writers may wait seconds) and does not protect the first open of a
new file. Here writers of one process queue in the order they came, and processes queue at a lock file beside
the database. The gate is held from BEGIN to the end of COMMIT, checkpoint included.
"""

from __future__ import annotations

import os
import stat
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import IO
from weakref import WeakValueDictionary

import portalocker

from storage.errors import busy, file_errors

DEFAULT_WAIT = 30.0


class _Queue:
    """A lock that is given in the order it was asked for (threading.Lock is not)."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._holder: int | None = None
        self._waiting: deque[tuple[int, threading.Event]] = deque()

    def acquire(self, seconds: float) -> bool:
        me = threading.get_ident()
        turn = threading.Event()
        with self._mutex:
            if self._holder == me:
                raise RuntimeError("a write transaction is already open in this thread")
            if self._holder is None:
                self._holder = me
                return True
            self._waiting.append((me, turn))
        try:
            if turn.wait(seconds):
                return True
        except BaseException:  # also an interrupt: who stops waiting must not be given the turn
            self._give_up(me, turn)
            raise
        return not self._give_up(me, turn, keep=True)

    def release(self) -> None:
        with self._mutex:
            self._pass_on()

    def __len__(self) -> int:
        with self._mutex:
            return len(self._waiting)

    def _pass_on(self) -> None:
        if self._waiting:
            self._holder, turn = self._waiting.popleft()
            turn.set()
        else:
            self._holder = None

    def _give_up(self, me: int, turn: threading.Event, *, keep: bool = False) -> bool:
        """Leave the queue; True if done, False if the turn came meanwhile and is kept."""
        with self._mutex:
            if not turn.is_set():
                self._waiting.remove((me, turn))
                return True
            if not keep:
                self._pass_on()
            return False


class _Waiter(threading.Thread):
    """Waits for a lock file without end; gives it back at once if nobody wants it any more."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(name="dialdeck-gate", daemon=True)
        self._file = file
        self._mutex = threading.Lock()
        self._abandoned = False
        self.done = threading.Event()
        self.error: portalocker.LockException | None = None

    def run(self) -> None:
        try:
            portalocker.lock(self._file, portalocker.LOCK_EX)
        except portalocker.LockException as error:
            self.error = error
        with self._mutex:
            if self._abandoned:
                self._file.close()
            self.done.set()

    def abandon(self) -> None:
        """Stop wanting the lock, whether it came or not."""
        with self._mutex:
            if self.done.is_set():
                self._file.close()
            self._abandoned = True


class WriteGate:
    """The gate of one database file, shared by all of this process (``gate_for``)."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._where = str(database)
        self.path = database.with_name(database.name + ".gate")
        self._queue = _Queue()
        self._file: IO[bytes] | None = None

    @property
    def waiting(self) -> int:
        """How many writers of this process wait for their turn."""
        return len(self._queue)

    @contextmanager
    def hold(self, seconds: float = DEFAULT_WAIT) -> Iterator[None]:
        """Be the only writer within the block; waits at most ``seconds``.

        Raises ``DatabaseBusy`` after that, ``DatabaseReadOnly`` where the lock file cannot be written, and
        RuntimeError if this thread is inside already (a defect of the caller, never the user's fault).
        """
        end = monotonic() + seconds
        if not self._queue.acquire(seconds):
            raise busy(self._where)
        try:
            file = self._file = self._lock(end)
            try:
                yield
            finally:
                self._file = None
                file.close()
        finally:
            self._queue.release()

    def _lock(self, end: float) -> IO[bytes]:
        """The open lock file, locked; opened anew each time so that a removed one is not held in vain."""
        while True:
            file = self._open()
            try:
                portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
            except portalocker.AlreadyLocked:
                self._wait(file, end)
            except portalocker.LockException as error:
                file.close()
                raise busy(self._where) from error
            if self._is_current(file):
                return file
            file.close()

    def _wait(self, file: IO[bytes], end: float) -> None:
        waiter = _Waiter(file)
        waiter.start()
        try:
            came = waiter.done.wait(max(0.0, end - monotonic()))
        except BaseException:  # also an interrupt: the thread would hold the lock for nobody
            waiter.abandon()
            raise
        if not came or waiter.error is not None:
            waiter.abandon()
            raise busy(self._where) from waiter.error

    def _open(self) -> IO[bytes]:
        with file_errors(self._where):
            try:
                return open(self.path, "r+b")
            except FileNotFoundError:
                return self._create()

    def _create(self) -> IO[bytes]:
        """Make the lock file with the rights of the database, so that whoever may write one may write both."""
        file = open(self.path, "ab")  # noqa: SIM115 - the lock lives as long as the file is open
        with suppress(OSError):
            os.chmod(self.path, stat.S_IMODE(os.stat(self._database).st_mode))
        return file

    def _is_current(self, file: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), os.stat(self.path))
        except FileNotFoundError:
            return False

    def forget(self) -> None:
        """In a forked child: the parent's turn is not ours, nor is its hold on the lock file."""
        self._queue = _Queue()
        if self._file is not None:
            self._file.close()
            self._file = None


_gates: WeakValueDictionary[str, WriteGate] = WeakValueDictionary()
_gates_mutex = threading.Lock()


def gate_for(database: Path) -> WriteGate:
    """The gate of this file in this process; the same one for every way of writing the path."""
    key = os.path.realpath(database)
    with _gates_mutex:
        gate = _gates.get(key)
        if gate is None:
            gate = _gates[key] = WriteGate(Path(key))
        return gate


def _after_fork() -> None:
    global _gates_mutex
    _gates_mutex = threading.Lock()
    for gate in list(_gates.values()):
        gate.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

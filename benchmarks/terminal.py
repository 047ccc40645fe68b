"""A program in a pseudo-terminal: keys in, an emulated screen out, and the moment at which each byte came.

Bytes are stamped as they arrive and only looked at afterwards, so that watching does not slow down what is
watched.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, sleep

import pyte

COLUMNS, LINES = 120, 40
QUIET = 0.06
"""A picture is complete when nothing has come for so long (seconds)."""
_READ = 65_536


class Gone(Exception):
    """The program ended, or did not show in time what was waited for."""


class Terminal:
    """A running program. ``started`` is when it was started; all times are those of ``perf_counter``."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
        self._main, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._arrived: list[tuple[float, bytes]] = []
        self._seen = 0
        self.bytes = 0
        self.started = perf_counter()
        self._process = subprocess.Popen(
            list(command),
            stdin=child,
            stdout=child,
            stderr=child,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environment},
            cwd=folder,
            start_new_session=True,
        )
        os.close(child)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            select.select([self._main], [], [])
            try:
                data = os.read(self._main, _READ)
            except OSError:
                return
            if not data:
                return
            self._arrived.append((perf_counter(), data))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """The screen as far as it was looked at."""
        return list(self._screen.display)

    def press(self, keys: str) -> float:
        """Send keys; returns when."""
        now = perf_counter()
        os.write(self._main, keys.encode())
        return now

    def wait_for(self, shown: Callable[[list[str]], bool], seconds: float = 20.0) -> float:
        """When the bytes came that made the screen fulfil ``shown``.

        Raises:
            Gone: not within ``seconds``.
        """
        end = perf_counter() + seconds
        while perf_counter() < end:
            self._settle(end)
            while self._seen < len(self._arrived):
                at, data = self._arrived[self._seen]
                self._seen += 1
                self.bytes += len(data)
                self._stream.feed(data)
                if shown(self.lines):
                    return at
            if shown(self.lines):
                return self._arrived[self._seen - 1][0] if self._seen else self.started
            if self._process.poll() is not None:
                break
        raise Gone("\n".join(line.rstrip() for line in self.lines if line.strip()) or "an empty screen")

    def rest(self, seconds: float) -> float:
        """Let the program finish painting for so long; returns when the last bytes came."""
        sleep(seconds)
        while self._seen < len(self._arrived):
            data = self._arrived[self._seen][1]
            self._seen += 1
            self.bytes += len(data)
            self._stream.feed(data)
        return self._arrived[-1][0] if self._arrived else self.started

    def _settle(self, end: float) -> None:
        """Wait for bytes not looked at, and then for a moment without any."""
        while len(self._arrived) == self._seen and self._process.poll() is None and perf_counter() < end:
            sleep(0.002)
        while self._arrived and perf_counter() - self._arrived[-1][0] < QUIET and perf_counter() < end:
            sleep(0.005)

    def close(self) -> None:
        """End the program."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        os.close(self._main)

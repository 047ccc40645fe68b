"""The real application in a pseudo-terminal: what it writes, what it is sent, how it ends."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
from time import monotonic

import pyte

PATIENCE = 30.0


class Terminal:
    """A process of its own in a terminal of ``columns`` × ``rows``; ``wait_for`` reads until a text is shown."""

    def __init__(self, code: str, *, columns: int = 80, rows: int = 24) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(sys.executable, [sys.executable, "-c", code])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def wait_for(self, text: str) -> None:
        """Read until ``text`` stands on the screen."""
        end = monotonic() + PATIENCE
        while text not in self.text:
            if monotonic() > end or not self._read(end - monotonic()):
                raise AssertionError(f"{text!r} never came:\n{self.text}")

    def send(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait_for_end(self) -> int:
        """Read until the process is gone; its exit code."""
        end = monotonic() + PATIENCE
        while self._read(max(end - monotonic(), 0)):
            if monotonic() > end:
                raise AssertionError(f"it did not end:\n{self.text}")
        _pid, status = os.waitpid(self.pid, 0)
        os.close(self._fd)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """Take it away, whatever it is doing."""
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            os.close(self._fd)

    def _read(self, patience: float) -> bool:
        ready, _w, _x = select.select([self._fd], [], [], max(patience, 0.0))
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.written += data
        self._stream.feed(data)
        return bool(data)

"""The line between a seat and its server, to be cut, held up or made slow: bytes go through a thread in between."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import make_url

_SOCKET = ".s.PGSQL.5432"


class Wire:
    """``url`` leads over the line. ``cut`` ends all connections and refuses new ones until ``mend``.

    ``cut_after`` are words that a connection says in turn: with the last one its message still arrives, its answer
    never comes back, and the line is cut. ``delay`` is how long (seconds) each message takes to the server.
    """

    def __init__(self, folder: Path, url: str) -> None:
        address = make_url(url)
        host = address.query["host"]
        self._server = str(Path(str(host)) / _SOCKET)
        self.url = address.set(query={**address.query, "host": str(folder)}).render_as_string(
            hide_password=False
        )
        self.delay = 0.0
        self.cut_after: tuple[bytes, ...] = ()
        self._whole = threading.Event()
        self._whole.set()
        self._ends: list[socket.socket] = []
        self._mutex = threading.Lock()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / _SOCKET))
        self._door.listen()
        threading.Thread(target=self._welcome, name="wire", daemon=True).start()

    def cut(self) -> None:
        """Nobody gets through any more."""
        self._whole.clear()
        with self._mutex:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mend(self) -> None:
        """New connections get through again."""
        self._whole.set()

    def close(self) -> None:
        """No line at all."""
        self.cut()
        self._door.close()

    def _welcome(self) -> None:
        while True:
            try:
                seat, _ = self._door.accept()
            except OSError:
                return
            if not self._whole.is_set():
                seat.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            with self._mutex:
                self._ends += [seat, server]
            threading.Thread(target=self._up, args=(seat, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, seat), daemon=True).start()

    def _up(self, seat: socket.socket, server: socket.socket) -> None:
        heard = 0
        with suppress(OSError):
            while said := seat.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                heard += heard < len(self.cut_after) and self.cut_after[heard] in said
                last = 0 < len(self.cut_after) == heard
                if last:
                    self._whole.clear()  # from now on nothing comes back
                server.sendall(said)
                if last:
                    self.cut_after = ()
                    server.recv(65536)  # the server has answered, so it is done
                    self.cut()
                    return
        self._end(seat, server)

    def _down(self, server: socket.socket, seat: socket.socket) -> None:
        with suppress(OSError):
            while server.recv(1, socket.MSG_PEEK):
                if not self._whole.is_set():
                    return
                seat.sendall(server.recv(65536))
        self._end(seat, server)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Wire]:
    """A line to the server of ``url`` (on a socket)."""
    with TemporaryDirectory(prefix="wire-") as folder:
        wire = Wire(Path(folder), url)
        try:
            yield wire
        finally:
            wire.close()

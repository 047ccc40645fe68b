"""A PostgreSQL server of one's own that can be killed like a machine that loses its power, and started again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import AbstractContextManager
from pathlib import Path

from tests.support.postgres import NoPostgres, Server, running_server

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "logging_collector": "off",
    "log_min_messages": "log",
}
"""What is acknowledged is on disk: fsync, synchronous_commit and full_page_writes are on, as they are by default."""
START_SECONDS = 30


class Own:
    """The server in ``folder``, started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: AbstractContextManager[Server] | None = None
        self.server = self._start()

    def kill(self) -> None:
        """SIGKILL of the server itself: its processes notice and leave, nothing is written any more."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        self.stop()

    def again(self) -> None:
        """Start it; it recovers by itself. Processes of the killed one may take a moment to leave."""
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.server = self._start()
                return
            except NoPostgres:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        """Stop it, or tidy up after it was killed."""
        if self._running is not None:
            running, self._running = self._running, None
            running.__exit__(None, None, None)

    def _start(self) -> Server:
        running = running_server(SETTINGS, kept=self.folder)
        server = running.__enter__()
        self._running = running
        return server

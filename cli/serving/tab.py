"""The process behind one tab: the application, drawn for the browser instead of a terminal.

It ends as with the quit key when the tab closes, when the server asks, and when the server is no more.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import cast

from textual.drivers.web_driver import WebDriver

_LAST_SECONDS = 8.0


class TabDriver(WebDriver):
    """Textual's driver for browsers, which leaves by the application's own way out."""

    _leave: Callable[[], object] | None = None

    def start_application_mode(self) -> None:
        """Begin to draw; SIGTERM and the end of the tab are the quit key."""
        super().start_application_mode()
        loop = asyncio.get_running_loop()
        # Textual's own would be a coroutine; Dialdeck's is none, and first writes what is still to be written.
        quit_key = cast(Callable[[], None], self._app.action_quit)
        self._leave = partial(loop.call_soon_threadsafe, quit_key, context=contextvars.copy_context())
        with suppress(NotImplementedError):  # Windows has no such signals
            loop.add_signal_handler(signal.SIGTERM, quit_key)
            loop.add_signal_handler(signal.SIGINT, quit_key)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """A word of the server: "quit" says that the tab is closed."""
        if packet_type == "quit":
            self._quit()
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Read the keys of the tab; where they end without a word, the server has gone."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            hard_end = threading.Timer(_LAST_SECONDS, os._exit, (1,))
            hard_end.daemon = True
            hard_end.start()
            self._quit()

    def _quit(self) -> None:
        if self._leave is not None:
            with suppress(RuntimeError):  # the application has ended already
                self._leave()


def main() -> int:
    """Open the application with the database and the user of the environment; who it is, the tab says."""
    from tui import app as application

    return application.run()

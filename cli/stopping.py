"""Ending on request: what SIGTERM and Ctrl+C mean for a command that works for long."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_request() -> Iterator[threading.Event]:
    """An event that the first SIGTERM or Ctrl+C within the block sets; a second Ctrl+C interrupts as ever."""
    wanted = threading.Event()

    def ask(number: int, _frame: object) -> None:
        if wanted.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        wanted.set()

    before = {each: signal.signal(each, ask) for each in SIGNALS}
    try:
        yield wanted
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

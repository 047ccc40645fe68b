"""How often a property is tried: the same few times in every ``make test``, otherwise each time in ``make torture``.

``FUZZ=20`` tries each twenty times as often, with new examples every time.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ", "1"))
HANGS_AFTER = 20
"""Seconds of one example: far more than any needs, also on a busy machine."""


def tried(examples: int) -> settings:
    """Try so many examples, or ``FUZZ`` times as many."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


@contextmanager
def no_hang() -> Iterator[None]:
    """Fail, with the place it hangs at, if the block takes longer than anything may."""

    def told(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"still at it after {HANGS_AFTER} seconds")

    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    before = signal.signal(signal.SIGALRM, told)
    signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

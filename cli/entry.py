"""Where the process begins: from the first moment on Ctrl+C ends it with one exit code, and without a trace.

Nothing but this is loaded before the interrupt is looked after; the libraries of the commands come then.
"""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import NoReturn

INTERRUPTED = 130


def _interrupted() -> NoReturn:
    os.write(2, b"dialdeck: interrupted.\n")
    os._exit(INTERRUPTED)  # half-loaded libraries are not asked to tidy up


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        _interrupted()
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _ended


def main() -> int:
    """Run the command of this process and return its exit code (the entry point)."""
    try:
        from cli.main import main as run
    except KeyboardInterrupt:
        _interrupted()
    return run()

"""The log file: one JSON object a line, rotating, for whoever runs Dialdeck; never the terminal.

It names events, ids, codes and where in the program an error came from. Names, numbers and notes of people do
not get in: messages of errors are left out, because drivers put values into them.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from domain.errors import DomainError

ROOT = "dialdeck"
FILE_BYTES = 1_000_000
FILES = 5

Field = str | int | float | bool | None


def log_path() -> Path:
    """Where the log file is, or would be."""
    from platformdirs import user_log_path

    return user_log_path("dialdeck", appauthor=False) / "dialdeck.log"


def configure(level: str = "info", path: Path | None = None) -> Path | None:
    """Send events of ``level`` (debug, info, warning, error) and above to the file; safe to repeat.

    Returns the file, or None where it cannot be written: work goes on without a log.
    """
    logger = logging.getLogger(ROOT)
    logger.propagate = False
    logger.setLevel(level.upper())
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    file = path or log_path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _SharedFile(
            file, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8"
        )
    except OSError:
        logger.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(_JsonLine())
    logger.addHandler(handler)
    return file


def record(
    room: str, event: str, *, level: str = "info", error: BaseException | None = None, **fields: Field
) -> None:
    """Log ``event`` of a room (``storage``, ``tui`` …) with ids and codes as ``fields``; no personal data.

    Of an ``error`` its kind, its code if it is one of ours, and its place in the program are kept.
    """
    logging.getLogger(f"{ROOT}.{room}").log(
        logging.getLevelNamesMapping()[level.upper()], event, exc_info=error, extra={"fields": fields}
    )


class _SharedFile(RotatingFileHandler):
    """A rotating file several processes write to: each notices when another one has rotated it."""

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream is not None and self._was_moved(self.stream.fileno()):
            self.stream.close()
            self.stream = self._open()
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, RUF100 - logging's name
        """A full disk must not write into the terminal of the application."""

    def _was_moved(self, opened: int) -> bool:
        try:
            return not os.path.samestat(os.fstat(opened), os.stat(self.baseFilename))
        except FileNotFoundError:
            return True


class _JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix(f"{ROOT}."),
            "event": record.msg,
            "process": record.process,
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _told(error: BaseException) -> dict[str, object]:
    """Kinds, code and place of an error and its causes, without their messages."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, object] = {
        "error": kinds,
        "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, DomainError):
        told["code"] = error.code
    return told

"""Events of the audit log as the rows of a table, for spreadsheets."""

from __future__ import annotations

import json
from datetime import UTC

from domain.audit.reading import AuditLine

HEADINGS = ("Id", "At", "User", "Kind", "Target", "Refused", "Detail")


def cells(event: AuditLine) -> list[str]:
    """One event under ``HEADINGS``; times are ISO 8601 UTC, the detail is JSON."""
    detail = json.dumps(dict(event.detail), ensure_ascii=False, sort_keys=True) if event.detail else ""
    at = event.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return [
        str(event.id),
        at,
        event.user,
        event.kind,
        event.target or "",
        "yes" if event.refused else "",
        detail,
    ]


def in_words(event: AuditLine) -> str:
    """The detail in one line: "role supervisor, team North"; of a refusal what was refused, else its code."""
    told = {key: value for key, value in event.detail.items() if key != "code" or "to" not in event.detail}
    return ", ".join(
        f"{key} {' '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in told.items()
    )

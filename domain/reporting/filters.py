"""Which leads and which doings a report is about: what a supervisor chose, kept as JSON, checked, said in words.

The conditions that follow from it stand in ``domain.reporting.chosen``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from domain.calling.when_text import day_text
from domain.codes import NO_STATUS_KEY, CampaignStatus, DialStatus, Resolution, status_label
from domain.errors import Invalid

NONE: Final = "none"
"""How a filter and a figure name what has no resolution."""

_DATES: Final = ("assigned_from", "assigned_to", "acted_from", "acted_to")


@dataclass(frozen=True, slots=True)
class ReportFilters:
    """What a report is narrowed to; everything empty is the whole campaign.

    Days are the shop's, the last one counts whole. ``statuses``: dial statuses (``no_status`` for none) and
    campaign statuses by number ("1" to "7"); of each kind one must fit. ``resolutions``: codes, or ``none``.
    ``tags``: the contact has one of them. ``seller_id``: today's owner; with action dates, who acted then.
    """

    seller_id: int | None = None
    list_id: int | None = None
    assigned_from: date | None = None
    assigned_to: date | None = None
    acted_from: date | None = None
    acted_to: date | None = None
    statuses: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    reasons: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == ReportFilters()

    @property
    def acted(self) -> bool:
        """Whether it is about the doings of certain days."""
        return self.acted_from is not None or self.acted_to is not None

    @property
    def from_roll_ups(self) -> bool:
        """Whether the kept figures know the leads it is about."""
        return not (
            self.acted
            or self.assigned_from is not None
            or self.assigned_to is not None
            or self.statuses
            or self.tags
        )

    def to_json(self) -> dict[str, object]:
        """What is kept of it: only what was chosen."""
        found: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or value == ():
                continue
            if isinstance(value, date):
                value = value.isoformat()
            found[field.name] = list(value) if isinstance(value, tuple) else value
        return found

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> ReportFilters:
        """The reverse of ``to_json``; what this version does not know is left out."""
        values: dict[str, object] = {}
        for field in fields(cls):
            value = kept.get(field.name)
            if value is None:
                continue
            if field.name in _DATES:
                value = date.fromisoformat(str(value))
            values[field.name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)  # type: ignore[arg-type]  # written by to_json

    def in_words(
        self, language: str = "en", *, seller: str | None = None, list_name: str | None = None
    ) -> str:
        """The choice as people say it; empty where nothing is narrowed. ``seller``, ``list_name``: their names."""
        parts: list[str] = []
        if self.seller_id is not None:
            parts.append(f"seller {seller or self.seller_id}")
        if self.list_id is not None:
            parts.append(f"list {list_name or self.list_id}")
        parts += _days("assigned", self.assigned_from, self.assigned_to, language)
        parts += _days("acted on", self.acted_from, self.acted_to, language)
        if self.statuses:
            parts.append(f"status {', '.join(status_words(each) for each in self.statuses)}")
        if self.resolutions:
            parts.append(f"resolution {', '.join(self.resolutions)}")
        if self.reasons:
            parts.append(f"reason {', '.join(str(each) for each in self.reasons)}")
        if self.tags:
            parts.append(f"tag {', '.join(self.tags)}")
        return " · ".join(parts)


def status_words(status: str) -> str:
    """The label of a status as these filters name it."""
    if status.isdecimal():
        return CampaignStatus(int(status)).label
    return status_label(None if status == NO_STATUS_KEY else status)


def _days(what: str, begin: date | None, end: date | None, language: str) -> list[str]:
    if begin is None and end is None:
        return []
    if begin is None and end is not None:
        return [f"{what} until {day_text(end, language=language)}"]
    assert begin is not None
    first = day_text(begin, language=language)
    if end is None:
        return [f"{what} from {first}"]
    return [f"{what} {first}" if begin == end else f"{what} {first} – {day_text(end, language=language)}"]


def check(filters: ReportFilters) -> None:
    """Refuse a choice that makes no sense.

    Raises:
        Invalid: an unknown status or resolution, or days the wrong way round.
    """
    statuses = {*DialStatus, NO_STATUS_KEY, *(str(each.value) for each in CampaignStatus)}
    if unknown := sorted(set(filters.statuses) - statuses):
        raise Invalid(
            f"{', '.join(unknown)}: no such status; use {', '.join(DialStatus)}, {NO_STATUS_KEY} or 1 to 7.",
            code="status",
        )
    if unknown := sorted(set(filters.resolutions) - {*Resolution, NONE}):
        raise Invalid(
            f"{', '.join(unknown)}: no such resolution; use {', '.join(Resolution)} or {NONE}.",
            code="resolution",
        )
    for begin, end in (
        (filters.assigned_from, filters.assigned_to),
        (filters.acted_from, filters.acted_to),
    ):
        if begin is not None and end is not None and end < begin:
            raise Invalid(f"{begin} to {end}: the last day is before the first.", code="dates")

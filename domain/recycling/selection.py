"""Which leads a recycle is about: the statuses and filters a supervisor chose, and who is left out whatever was chosen.

The preview, the apply and its recheck ask with the very same conditions, so that what is shown is what happens.
Source: the calling specification, sections 1.1 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlmodel import col

from domain.calling import queue_state
from domain.calling.models import HopperEntry, Lead
from domain.codes import (
    FINAL_STATUSES,
    NO_STATUS_KEY,
    RECYCLABLE_STATUSES,
    DialStatus,
    Resolution,
    status_label,
)
from domain.contacts import do_not_call
from domain.contacts.models import Contact
from domain.errors import Invalid
from domain.json_sql import json_has

TARGETS: Final = (
    DialStatus.NEW.value,
    *(
        status.value
        for status in DialStatus
        if status in RECYCLABLE_STATUSES and status is not DialStatus.CALLBACK
    ),
)
"""What recycled leads may become. A callback is a promise with a time, which a recycle cannot make."""

_FINAL: Final = tuple(status.value for status in FINAL_STATUSES)
_CHOICES: Final = (*DialStatus, NO_STATUS_KEY)


class LeftOut(StrEnum):
    """Why a lead that was chosen stays as it is."""

    DO_NOT_CALL = "do not call"
    FINAL = "final"
    IN_HANDS = "in a seller's hands"
    CALLBACK = "pending callback"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which leads were chosen: ``statuses`` (``no_status`` for none; empty: any) and whatever narrows them.

    ``min_attempts`` and ``max_attempts`` are inclusive; ``last_before``: dialled last before this moment, aware.
    """

    statuses: tuple[str, ...]
    list_id: int | None = None
    seller_id: int | None = None
    resolution: str | None = None
    tag: str | None = None
    min_attempts: int | None = None
    max_attempts: int | None = None
    last_before: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """What a batch keeps: only what was chosen."""
        found: dict[str, object] = {"statuses": list(self.statuses)}
        for name in ("list_id", "seller_id", "resolution", "tag", "min_attempts", "max_attempts"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.last_before is not None:
            found["last_before"] = self.last_before.isoformat()
        return found

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Filters:
        """The reverse of ``as_json``."""
        values = dict(kept)
        statuses = values.pop("statuses", [])
        before = values.pop("last_before", None)
        return cls(
            statuses=tuple(str(each) for each in statuses) if isinstance(statuses, list) else (),
            last_before=datetime.fromisoformat(before) if isinstance(before, str) else None,
            **values,  # type: ignore[arg-type]  # written by as_json
        )

    def in_words(
        self, *, list_name: str | None = None, seller: str | None = None, when: str | None = None
    ) -> str:
        """The choice as people say it.

        Args:
            list_name, seller: the names behind the numbers. ``when``: ``last_before`` as its reader writes times.
        """
        parts = [", ".join(label_of(status) for status in self.statuses)] if self.statuses else []
        if self.list_id is not None:
            parts.append(f"list {list_name or self.list_id}")
        if self.seller_id is not None:
            parts.append(f"seller {seller or self.seller_id}")
        if self.resolution is not None:
            parts.append(f"resolution {self.resolution}")
        if self.tag is not None:
            parts.append(f"tag {self.tag}")
        parts.extend(_attempts_in_words(self.min_attempts, self.max_attempts))
        if self.last_before is not None:
            parts.append(f"last attempt before {when or self.last_before.isoformat(timespec='minutes')}")
        return " · ".join(parts)


def label_of(status: str) -> str:
    """The label of a status as filters name it (``no_status`` for none)."""
    return status_label(None if status == NO_STATUS_KEY else status)


def _attempts_in_words(least: int | None, most: int | None) -> list[str]:
    if least is None and most is None:
        return []
    if least == most:
        return [f"{least} attempts"]
    if least is None:
        return [f"at most {most} attempts"]
    return [f"at least {least} attempts"] if most is None else [f"{least} to {most} attempts"]


def check(filters: Filters, target: str) -> None:
    """Refuse a choice that makes no sense, before anything is looked at.

    Raises:
        Invalid: no status chosen, an unknown status or resolution, attempts the wrong way round, or a target leads
            cannot be recycled to.
    """
    if not filters.statuses:
        raise Invalid("Choose at least one status to recycle.", code="no_statuses")
    unknown = sorted(set(filters.statuses) - set(_CHOICES))
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)}: no such status; use {', '.join(_CHOICES)}.",
            code="status",
        )
    if target not in TARGETS:
        raise Invalid(_no_target(target), code="target")
    if filters.resolution is not None and filters.resolution not in set(Resolution):
        raise Invalid(
            f"{filters.resolution} is no resolution; use {', '.join(Resolution)}.", code="resolution"
        )
    least, most = filters.min_attempts, filters.max_attempts
    if (least or 0) < 0 or (most or 0) < 0 or (least is not None and most is not None and least > most):
        raise Invalid("Attempts are numbers from 0, the least not above the most.", code="attempts")


def _no_target(target: str) -> str:
    if target == DialStatus.CALLBACK:
        return "A callback needs a time and cannot come from a recycle; recycle to new instead."
    if target in set(DialStatus):
        return f"Leads cannot be recycled to {target}; use one of {', '.join(TARGETS)}."
    return f"{target}: no such status; leads are recycled to one of {', '.join(TARGETS)}."


# Conditions over ``lead`` ------------------------------------------------------------------------------------


def chosen(*, organisation_id: int, campaign_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    """The leads the supervisor chose, those among them that will be left out included."""
    return [
        col(Lead.organisation_id) == organisation_id,
        col(Lead.campaign_id) == campaign_id,
        *conditions(filters),
    ]


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters ask of a lead, whatever its campaign."""
    found: list[ColumnElement[bool]] = []
    if filters.statuses:
        found.append(_has_status(filters.statuses))
    if filters.list_id is not None:
        found.append(col(Lead.list_id) == filters.list_id)
    if filters.seller_id is not None:
        found.append(col(Lead.owner_id) == filters.seller_id)
    if filters.resolution is not None:
        found.append(col(Lead.campaign_resolution) == filters.resolution)
    if filters.min_attempts is not None:
        found.append(col(Lead.dial_attempts) >= filters.min_attempts)
    if filters.max_attempts is not None:
        found.append(col(Lead.dial_attempts) <= filters.max_attempts)
    if filters.last_before is not None:
        found.append(col(Lead.last_dial_attempt) < filters.last_before)
    if filters.tag is not None:
        person = select(col(Contact.id)).where(
            col(Contact.id) == col(Lead.contact_id), json_has(col(Contact.tags), filters.tag)
        )
        found.append(exists(person))
    return found


def _has_status(statuses: tuple[str, ...]) -> ColumnElement[bool]:
    listed: ColumnElement[bool] = col(Lead.status).in_([each for each in statuses if each != NO_STATUS_KEY])
    if NO_STATUS_KEY in statuses:
        listed = or_(listed, col(Lead.status).is_(None), col(Lead.status) == "")
    return listed


def status_key() -> ColumnElement[str]:
    """The status of a lead as filters and counts name it."""
    return func.coalesce(func.nullif(col(Lead.status), ""), NO_STATUS_KEY)


def in_hands() -> ColumnElement[bool]:
    """Whether a seller has the lead: claimed, or kept at the front for one."""
    return exists(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.campaign_id) == col(Lead.campaign_id),
            col(HopperEntry.lead_id) == col(Lead.id),
            or_(
                col(HopperEntry.locked_by).is_not(None),
                col(HopperEntry.kept_for).is_not(None),
                col(HopperEntry.call_id).is_not(None),
            ),
        )
    )


def left_out(*, include_final: bool) -> ColumnElement[str]:
    """Why a chosen lead stays as it is (a ``LeftOut``), the first reason that fits; '' where it is recycled.

    Nobody on the do-not-call register is ever recycled; final statuses only where ``include_final`` says so.
    """
    reasons: list[tuple[ColumnElement[bool], ColumnElement[str]]] = [
        (
            or_(
                func.coalesce(col(Lead.status), "") == DialStatus.DNC.value,
                do_not_call.on_register(),
            ),
            literal(LeftOut.DO_NOT_CALL.value),
        )
    ]
    if not include_final:
        reasons.append((col(Lead.status).in_(_FINAL), literal(LeftOut.FINAL.value)))
    reasons += [
        (in_hands(), literal(LeftOut.IN_HANDS.value)),
        (queue_state.callback_pending(), literal(LeftOut.CALLBACK.value)),
    ]
    return case(*reasons, else_=literal(""))

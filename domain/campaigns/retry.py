"""After which wait a lead that was not reached is tried again, per dial status.

A campaign keeps its ``RetryRules`` as JSON; the use case that writes an outcome asks ``next_attempt`` and stores
the answer in UTC, so that who is due is a range of an index.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.campaigns.hours import Calendar
from domain.codes import DialStatus
from domain.errors import Invalid

LONGEST_WAIT: Final = 90 * 24 * 3600
"""Seconds no wait may exceed, however it grows."""

OVERDUE: Final = timedelta(minutes=5)
"""A retry that is due longer than this comes before fresh leads of its priority: as often as a job looks."""

_EXAMPLE: Final = 'write for example "no_answer=4h, busy=30m*2<=4h"'


class RetryRule(BaseModel):
    """The wait before the next attempt, and how it grows.

    wait_seconds: after the first attempt. growth: factor for each further attempt, 1 for a constant wait.
    max_seconds: the longest the wait may become, or None for ``LONGEST_WAIT``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wait_seconds: int = Field(ge=0, le=LONGEST_WAIT)
    growth: float = Field(default=1.0, ge=1, le=100, allow_inf_nan=False)
    max_seconds: int | None = Field(default=None, ge=0, le=LONGEST_WAIT)

    @model_validator(mode="after")
    def _maximum_not_below_the_wait(self) -> Self:
        if self.max_seconds is not None and self.max_seconds < self.wait_seconds:
            raise ValueError("the longest wait is shorter than the first")
        return self

    def wait(self, attempts: int) -> timedelta:
        """The wait after the n-th attempt: wait × growth^(n-1), never above the maximum.

        attempts: how many the lead has had in all, the one just made included. One counter is shared by all
        statuses, as the attempt limit is, so that a busy after two no-answers does not start over.
        """
        longest = LONGEST_WAIT if self.max_seconds is None else self.max_seconds
        try:
            seconds = self.wait_seconds * self.growth ** max(attempts - 1, 0)
        except OverflowError:
            return timedelta(seconds=longest)
        return timedelta(seconds=round(min(seconds, longest)))

    def describe(self) -> str:
        """The rule as ``parse_retry_rules`` reads it: ``30m``, ``30m*2<=4h``."""
        grows = f"*{self.growth!r}".removesuffix(".0") if self.growth != 1 else ""
        ends = "" if self.max_seconds is None else f"<={duration_text(self.max_seconds)}"
        return f"{duration_text(self.wait_seconds)}{grows}{ends}"


class RetryRules(BaseModel):
    """The retry rules of a campaign. Callbacks have none: they come at their own time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    no_answer: RetryRule = RetryRule(wait_seconds=4 * 3600)
    busy: RetryRule = RetryRule(wait_seconds=30 * 60)
    congestion: RetryRule = RetryRule(wait_seconds=30 * 60)
    failed: RetryRule = RetryRule(wait_seconds=4 * 3600)
    dropped: RetryRule = RetryRule(wait_seconds=2 * 60)

    def rule(self, status: DialStatus, *, dropped_before: bool) -> RetryRule:
        """The rule for a status; a call dropped for the second time is treated as busy.

        Raises ``ValueError`` for a status that is not retried by rule (``callback``, finals, ``new`` …).
        """
        if status is DialStatus.DROPPED and dropped_before:
            return self.busy
        rules = self.by_status()
        if status not in rules:
            raise ValueError(f"there is no retry rule for the status {status.value}")
        return rules[status]

    def by_status(self) -> dict[DialStatus, RetryRule]:
        """Each status that is retried by rule, with its rule."""
        return {
            DialStatus.NO_ANSWER: self.no_answer,
            DialStatus.BUSY: self.busy,
            DialStatus.CONGESTION: self.congestion,
            DialStatus.FAILED: self.failed,
            DialStatus.DROPPED: self.dropped,
        }

    def describe(self) -> str:
        """All rules as text that ``parse_retry_rules`` reads back to the same value."""
        return ", ".join(f"{status}={rule.describe()}" for status, rule in self.by_status().items())


RETRIED_STATUSES: Final = frozenset(RetryRules().by_status())
"""The statuses with a retry rule."""


def due_after(seconds: float, *, now: datetime, calendar: Calendar, segment: str) -> datetime:
    """The instant (UTC) a number of elapsed seconds from now, moved into calling hours.

    Where the campaign never calls again (its end date has passed by then) it is the plain instant: nobody is
    dialled then, and the lead is back as soon as the campaign is prolonged.
    """
    due = now.astimezone(UTC) + timedelta(seconds=seconds)
    return calendar.next_open(due, segment) or due


def next_attempt(
    rules: RetryRules,
    status: DialStatus,
    *,
    attempts: int,
    dropped_before: bool,
    now: datetime,
    calendar: Calendar,
    segment: str,
) -> datetime:
    """When (UTC) a lead is to be tried again after an attempt that ended in ``status``.

    attempts: the lead's attempts in all, this one included. dropped_before: an earlier call of this lead was
    dropped and retried. The wait is elapsed time, whatever the clocks do, and the end of it is moved into the
    segment's calling hours (see ``due_after``). Raises ``ValueError`` for a status without a rule.
    """
    wait = rules.rule(status, dropped_before=dropped_before).wait(attempts)
    return due_after(wait.total_seconds(), now=now, calendar=calendar, segment=segment)


_UNITS: Final = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_DURATION = r"(?:\d+\s*[a-z]+\s*)+"
_RULE = re.compile(
    rf"(?P<wait>{_DURATION})(?:[*x×]\s*(?P<growth>\d+(?:\.\d+)?)\s*)?(?:(?:<=|≤)\s*(?P<longest>{_DURATION}))?"
)


def duration_text(seconds: int) -> str:
    """Seconds as ``parse_duration`` reads them."""
    parts = []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_duration(text: str) -> int:
    """Seconds from a duration such as ``30m``, ``4h``, ``1h30m``, ``2d``. Raises ``Invalid``."""
    tidy = text.strip().lower()
    parts = re.findall(r"(\d+)\s*([a-z]+)\s*", tidy)
    if not re.fullmatch(_DURATION, tidy) or any(unit not in _UNITS for _, unit in parts):
        raise Invalid(
            f'"{text.strip()}" is no duration; write it like 30m, 4h, 1h30m or 2d.', code="duration"
        )
    if any(len(count) > 9 for count, _ in parts):
        raise Invalid(f'"{text.strip()}" is too long a duration.', code="duration")
    return sum(int(count) * _UNITS[unit] for count, unit in parts)


def _seconds(text: str) -> int:
    """The same in a rule."""
    try:
        return parse_duration(text)
    except Invalid as error:
        raise _bad(error.message.rstrip(".").partition(";")[0]) from None


def _bad(why: str) -> Invalid:
    return Invalid(
        f"Retry rules: {why}; {_EXAMPLE}.", code="bad_retry_rules", title="Retry rules not understood"
    )


def _parse_rule(text: str) -> RetryRule:
    match = _RULE.fullmatch(text.strip().lower())
    if not match:
        raise _bad(f'"{text.strip()}" is not understood')
    wait = _seconds(match["wait"])
    longest = _seconds(match["longest"]) if match["longest"] else None
    growth = float(match["growth"] or 1)
    if max(wait, longest or 0) > LONGEST_WAIT:
        raise _bad(f'"{text.strip()}" waits longer than 90 days')
    if not 1 <= growth <= 100:
        raise _bad(f'in "{text.strip()}" the growth must be between 1 and 100')
    if longest is not None and longest < wait:
        raise _bad(f'in "{text.strip()}" the longest wait is shorter than the first')
    return RetryRule(wait_seconds=wait, growth=growth, max_seconds=longest)


def parse_retry_rules(text: str, base: RetryRules | None = None) -> RetryRules:
    """Retry rules from text: ``status=wait[*growth][<=longest]``, several joined by commas.

    Statuses not named keep the rule of ``base`` (default: the product's defaults). Raises ``Invalid``.
    """
    named: dict[str, RetryRule] = {}
    for part in filter(None, (p.strip() for p in re.split(r"[,;]", text))):
        name, equals, rule = part.partition("=")
        status = name.strip().lower().replace("-", "_").replace(" ", "_")
        if not equals or status.endswith("<"):
            raise _bad(f'"{part}" does not say which status')
        if status not in RetryRules.model_fields:
            raise _bad(_unknown_status(name.strip(), status))
        if status in named:
            raise _bad(f"{status} is named twice")
        named[status] = _parse_rule(rule)
    return (base or RetryRules()).model_copy(update=dict(named))


def _unknown_status(name: str, status: str) -> str:
    from difflib import get_close_matches

    if status == DialStatus.CALLBACK:
        return "a callback comes at its own time and has no rule"
    near = get_close_matches(status, RetryRules.model_fields, n=1, cutoff=0.5)
    hint = (
        f"did you mean {near[0]}" if near else f"those with a rule are {', '.join(RetryRules.model_fields)}"
    )
    return f'"{name}" has no retry rule, {hint}'

"""What a key means on the console: pure decisions, no screen and no database.

An outcome may need a second press, a reason, a time or a sale before it is recorded; ``Flow`` remembers how
far that went and says the next step. The screen carries steps out and tells the flow what came of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from domain.calling.views import ActionView, OutcomeResult, ReasonView
from domain.codes import ActionType, DialStatus, ReasonMode

if TYPE_CHECKING:
    from domain.sales.sales import SaleInput

PAGE = 9


class Ask(Enum):
    """What is to be done before, or instead of, recording."""

    CONFIRM = auto()
    REASON = auto()
    TIME = auto()
    SALE = auto()
    RECORD = auto()
    ADD_REASON = auto()
    MORE_REASONS = auto()
    CANCELLED = auto()
    BUSY = auto()
    NOBODY = auto()
    NOT_A_REASON = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome on its way: what was answered so far."""

    action: ActionView
    confirmed: bool = False
    timed: bool = False
    reason: int | None = None
    at: datetime | None = None
    sale: SaleInput | None = None
    sold: bool = False

    @property
    def missing(self) -> Ask:
        """The next thing to ask; RECORD when nothing is missing."""
        action = self.action
        if action.confirm and not self.confirmed:
            return Ask.CONFIRM
        if action.reason == ReasonMode.REQUIRED and action.reasons and self.reason is None:
            return Ask.REASON
        if (self.timed or action.type == ActionType.SCHEDULED) and self.at is None:
            return Ask.TIME
        if is_sale(action) and not self.sold:
            return Ask.SALE
        return Ask.RECORD


@dataclass(frozen=True, slots=True)
class Step:
    """What the screen does next. ``code`` is the reason to add for ``ADD_REASON``."""

    ask: Ask
    outcome: Outcome | None = None
    code: int = 0


def is_sale(action: ActionView) -> bool:
    """Whether an outcome records a sale."""
    return action.type == ActionType.SUCCESS and action.lead_status == DialStatus.SALE


class Flow:
    """The state of the keys. ``pending`` is the outcome on its way, ``offered`` the last one recorded, whose
    reason a digit may still add. ``first`` is the first reason shown and ``fitting`` how many are (the screen
    knows); a digit is the position within the nine that ``first`` lies in. ``kept`` is an outcome whose connection
    broke: nobody knows whether it arrived, and it is sent again.
    """

    def __init__(self) -> None:
        self.by_key: Mapping[str, ActionView] = {}
        self.timed: Mapping[str, ActionView] = {}
        self.pending: Outcome | None = None
        self.kept: Outcome | None = None
        self.offered: OutcomeResult | None = None
        self.first = 0
        self.fitting = PAGE
        self.busy = False
        self.somebody = False

    # keys

    def press(self, key: str) -> Step | None:
        """The step for a key, None where it is no key of an outcome or reason (and nothing is waiting)."""
        if self.pending is not None and not self.busy:
            return self._answer(key)
        if len(key) == 1 and key.isdigit():
            return self._digit(int(key))
        if key in self.timed:
            return self.choose(self.timed[key], timed=True)
        if key in self.by_key:
            return self.choose(self.by_key[key])
        return None

    def choose(self, action: ActionView, *, timed: bool = False) -> Step:
        """The step for an outcome picked by key, mouse, list or palette."""
        if self.busy:
            return Step(Ask.BUSY)
        if not self.somebody:
            return Step(Ask.NOBODY)
        if self.kept is not None and self.kept.action.slug == action.slug:
            return self.send_again()
        self.kept = None
        waiting = self.pending
        if waiting is not None and waiting.action.slug == action.slug and waiting.missing is Ask.CONFIRM:
            return self._advance(replace(waiting, confirmed=True))
        return self._advance(Outcome(action, timed=timed))

    def cancel(self) -> bool:
        """Forget the outcome on its way; whether there was one."""
        was = self.pending is not None or self.kept is not None
        self.pending = self.kept = None
        self.first = 0
        return was

    def _answer(self, key: str) -> Step:
        pending = self.pending
        assert pending is not None
        if pending.missing is Ask.CONFIRM:
            if self._means(key, pending):
                return self._advance(replace(pending, confirmed=True))
            self.cancel()
            return Step(Ask.CANCELLED, pending)
        if pending.missing is Ask.REASON and len(key) == 1 and key.isdigit():
            if key == "0":
                self._more(pending.action.reasons)
                return Step(Ask.REASON, pending)
            chosen = reason_at(pending.action.reasons, self.first, int(key))
            if chosen is not None:
                return self._advance(replace(pending, reason=chosen.code))
        return Step(Ask.NOT_A_REASON, pending)

    def _means(self, key: str, pending: Outcome) -> bool:
        table = self.timed if pending.timed else self.by_key
        action = table.get(key)
        return action is not None and action.slug == pending.action.slug

    def _digit(self, digit: int) -> Step | None:
        if self.offered is None or not self.offered.reasons or self.busy:
            return None
        if digit == 0:
            self._more(self.offered.reasons)
            return Step(Ask.MORE_REASONS)
        chosen = reason_at(self.offered.reasons, self.first, digit)
        return Step(Ask.NOT_A_REASON) if chosen is None else Step(Ask.ADD_REASON, code=chosen.code)

    def _more(self, reasons: tuple[ReasonView, ...]) -> None:
        """The reasons after those shown, round to the first."""
        self.first += max(1, self.fitting)
        if self.first >= len(reasons):
            self.first = 0

    # answers of prompts

    def answered_time(self, at: datetime) -> Step:
        """The time prompt was answered."""
        assert self.pending is not None
        return self._advance(replace(self.pending, at=at))

    def answered_sale(self, sale: SaleInput | None) -> Step:
        """The sale prompt was answered (None: a sale without product)."""
        assert self.pending is not None
        return self._advance(replace(self.pending, sale=sale, sold=True))

    def ask_time(self, outcome: Outcome) -> Step:
        """A time is needed after all (a promotion's follow-up beyond the campaign's end)."""
        return self._advance(replace(outcome, timed=True, at=None))

    def ask_reason(self, outcome: Outcome) -> Step:
        """A reason is needed after all (made required meanwhile)."""
        action = replace(outcome.action, reason=ReasonMode.REQUIRED.value)
        return self._advance(replace(outcome, action=action, reason=None))

    def _advance(self, outcome: Outcome) -> Step:
        self.pending = outcome
        if outcome.missing is Ask.RECORD:
            self.busy = True
            self.offered = None
        else:
            self.first = 0
        return Step(outcome.missing, outcome)

    # what came of it

    def recorded(self, result: OutcomeResult) -> None:
        """The outcome is on disk; its reason may still be added."""
        self.pending, self.kept, self.busy, self.first = None, None, False, 0
        self.offered = result

    def failed(self) -> Outcome | None:
        """The outcome was not written; the person stays and the same key tries again."""
        outcome, self.pending, self.busy = self.pending, None, False
        return outcome

    def lost(self) -> None:
        """The connection broke while it was sent: it is kept, with all its answers, to be sent again."""
        self.kept = self.failed()

    def send_again(self) -> Step:
        """The kept outcome goes to the database once more."""
        assert self.kept is not None
        return self._advance(self.kept)

    def forget_reasons(self) -> None:
        """No digit adds a reason any more (the next dial, an undo)."""
        self.offered = None


def reason_at(reasons: tuple[ReasonView, ...], first: int, digit: int) -> ReasonView | None:
    """The reason a digit 1–9 stands for: its position in the nine that ``first`` lies in."""
    index = first - first % PAGE + digit - 1
    return reasons[index] if 0 <= index < len(reasons) else None

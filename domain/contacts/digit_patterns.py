"""What the first digits of a number already decide about a numbering plan's pattern, whatever digits follow.

For the fast reading of very many numbers: patterns are made into automata over the ten digits, so that the answer
is exact and not a guess. Understood is what the metadata uses: digits, ``\\d``, classes, groups, ``|``, ``?``
and ``{m,n}``.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

_TOKEN = re.compile(r"\\d|\[[^\]]*\]|\(\?:|[0-9()|?]|\{\d+(?:,\d+)?\}")
_ALL = frozenset("0123456789")

States = frozenset[int]


class Ahead(Enum):
    """What holds for all numbers that go on from some first digits."""

    ALWAYS = 1
    NEVER = 2
    DEPENDS = 3


class NotUnderstood(ValueError):
    """The pattern uses something else; it is left to the regular expressions."""


class DigitPattern:
    """One pattern as an automaton, made of states with digits to the next state and empty steps."""

    def __init__(self, pattern: str) -> None:
        self._tokens = _TOKEN.findall(pattern)
        if "".join(self._tokens) != pattern:
            raise NotUnderstood(pattern)
        self._place = 0
        self._digits: list[list[tuple[frozenset[str], int]]] = []
        self._empty: list[list[int]] = []
        start, self._end = self._alternatives()
        if self._place != len(self._tokens):
            raise NotUnderstood(pattern)
        self._steps: dict[tuple[States, str], States] = {}
        self._whole: dict[tuple[States, int], Ahead] = {}
        self._begun: dict[tuple[States, int], Ahead] = {}
        self._start = self._closure({start})

    def fully(self, digits: str, more: int) -> Ahead:
        """Whether the pattern matches the whole of ``digits`` and any ``more`` digits after them."""
        return self._fully(self._after(digits), more)

    def begins(self, digits: str, more: int) -> Ahead:
        """Whether the pattern matches at the beginning of ``digits`` and any ``more`` digits after them."""
        states = self._start
        for digit in digits:
            if self._end in states:
                return Ahead.ALWAYS
            states = self._step(states, digit)
        return self._begins(states, more)

    def _after(self, digits: str) -> States:
        states = self._start
        for digit in digits:
            states = self._step(states, digit)
        return states

    def _step(self, states: States, digit: str) -> States:
        found = self._steps.get((states, digit))
        if found is None:
            reached = {to for state in states for digits, to in self._digits[state] if digit in digits}
            found = self._steps[states, digit] = self._closure(reached)
        return found

    def _closure(self, states: set[int]) -> States:
        waiting = list(states)
        while waiting:
            for to in self._empty[waiting.pop()]:
                if to not in states:
                    states.add(to)
                    waiting.append(to)
        return frozenset(states)

    def _fully(self, states: States, more: int) -> Ahead:
        if not states:
            return Ahead.NEVER
        if more == 0:
            return Ahead.ALWAYS if self._end in states else Ahead.NEVER
        found = self._whole.get((states, more))
        if found is None:
            next_states = {self._step(states, digit) for digit in _ALL}
            found = _agreed({self._fully(each, more - 1) for each in next_states})
            self._whole[states, more] = found
        return found

    def _begins(self, states: States, more: int) -> Ahead:
        if not states:
            return Ahead.NEVER
        if self._end in states:
            return Ahead.ALWAYS
        if more == 0:
            return Ahead.NEVER
        found = self._begun.get((states, more))
        if found is None:
            next_states = {self._step(states, digit) for digit in _ALL}
            found = _agreed({self._begins(each, more - 1) for each in next_states})
            self._begun[states, more] = found
        return found

    def _state(self) -> int:
        self._digits.append([])
        self._empty.append([])
        return len(self._digits) - 1

    def _alternatives(self) -> tuple[int, int]:
        start, end = self._state(), self._state()
        while True:
            first, last = self._sequence()
            self._empty[start].append(first)
            self._empty[last].append(end)
            if self._peek() != "|":
                return start, end
            self._place += 1

    def _sequence(self) -> tuple[int, int]:
        start = last = self._state()
        while self._peek() not in ("", "|", ")"):
            begin = self._place
            least, most, after = self._repeats(begin)
            for count in range(most):
                self._place = begin
                first, end = self._item()
                self._empty[last].append(first)
                if count >= least:
                    self._empty[first].append(end)
                last = end
            self._place = after
        return start, last

    def _repeats(self, begin: int) -> tuple[int, int, int]:
        """How often the item at a place may stand, and the place after it."""
        states = len(self._digits)
        self._item()
        del self._digits[states:], self._empty[states:]
        token = self._peek()
        if token == "?":
            return 0, 1, self._place + 1
        if token.startswith("{"):
            least, _, most = token[1:-1].partition(",")
            return int(least), int(most or least), self._place + 1
        return 1, 1, self._place

    def _item(self) -> tuple[int, int]:
        token = self._peek()
        self._place += 1
        if token in ("(", "(?:"):
            found = self._alternatives()
            if self._peek() != ")":
                raise NotUnderstood(token)
            self._place += 1
            return found
        start, end = self._state(), self._state()
        self._digits[start].append((_class(token), end))
        return start, end

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""


def _agreed(answers: set[Ahead]) -> Ahead:
    return answers.pop() if len(answers) == 1 else Ahead.DEPENDS


@lru_cache(maxsize=2048)
def _class(token: str) -> frozenset[str]:
    """The digits a token stands for."""
    if token == r"\d":
        return _ALL
    if token.isdecimal():
        return frozenset(token)
    found: set[str] = set()
    for part in re.findall(r"\\d|\d-\d|\d", token):
        if part == r"\d":
            found |= _ALL
        else:
            found.update(str(digit) for digit in range(int(part[0]), int(part[-1]) + 1))
    if not token.startswith("[") or re.fullmatch(r"\[(?:\\d|\d-\d|\d)+\]", token) is None:
        raise NotUnderstood(token)
    return frozenset(found)

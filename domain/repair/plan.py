"""What a lead with a problem becomes: status, counters and place in the queue, decided without a database.

Source: the calling specification, 5. Final statuses stay; a lead that a recycle made new stays new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.calling import queue_state
from domain.campaigns import retry
from domain.campaigns.policy import Policy
from domain.codes import FINAL_STATUSES, CallResult, DialStatus, QueueState, Resolution
from domain.repair.kinds import Kind

BY_RESOLUTION: Final[Mapping[str, DialStatus]] = {
    Resolution.S1: DialStatus.SALE,
    Resolution.S2: DialStatus.SALE,
    Resolution.SP: DialStatus.CALLBACK,
    Resolution.NI: DialStatus.NOT_INTERESTED,
    Resolution.DN: DialStatus.DNC,
    Resolution.LO: DialStatus.CLOSED,
    Resolution.AS: DialStatus.CLOSED,
    Resolution.EP: DialStatus.CLOSED,
    Resolution.UN: DialStatus.CLOSED,
    Resolution.CW: DialStatus.CLOSED,
    Resolution.SC: DialStatus.CALLBACK,
    Resolution.CL: DialStatus.CALLBACK,
    Resolution.NF: DialStatus.NO_ANSWER,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """A lead as it stands, locked, and what is known about it.

    ``external``, ``own``, ``answered``, ``last_call``: of the calls that count since the last reset; ``result``
    is that of the latest call. ``action_status`` and ``action_resolution``: what the last console action sets.
    ``busy``: in a seller's hands, or a call is on its way to it. ``stale``: its hopper entry has to go.
    ``last_unexplained``: no call and no
    import tells of so late a last attempt. ``reset``: a recycle began the counting anew.
    """

    lead_id: int
    campaign_id: int
    status: str | None
    resolution: str | None
    dial_result: str | None
    attempts: int
    answered_count: int
    last_attempt: datetime | None
    imported: int
    batch_id: int | None
    exhausted: bool
    queue_state: int
    next_attempt_at: datetime
    status_since: datetime | None
    owner_id: int | None
    segment: str
    external: int
    own: int
    answered: int
    last_call: datetime | None
    result: str | None
    action_status: str | None
    action_resolution: str | None
    registered: bool
    good_number: bool
    list_active: bool
    callback_pending: bool
    entry_id: int | None
    busy: bool
    stale: bool
    last_unexplained: bool
    reset: bool

    @property
    def expected_attempts(self) -> int:
        """Source: the calling specification, 1.6."""
        return max(self.imported, self.external) + self.own

    @property
    def expected_answered(self) -> int:
        """The answered calls, and at most as many more as the import brought attempts."""
        alone = self.external + self.own == 0 and self.imported == 0 and not self.reset
        most = self.answered_count if alone else self.answered + self.imported
        return max(self.answered, min(self.answered_count, most))

    @property
    def known_status(self) -> bool:
        """Whether it has a status at all: none, an empty one and a word from elsewhere are the same."""
        return self.status in _STATUSES

    @property
    def dialled_new(self) -> bool:
        """Still new though dialled, and no recycle made it so."""
        return self.status == DialStatus.NEW and self.batch_id is None and self.attempts > 0

    @property
    def kind(self) -> Kind | None:
        """The problem, by the rules ``find`` puts to the database."""
        if not self.busy:
            if not self.known_status:
                return Kind.NO_STATUS
            if self.dialled_new:
                return Kind.DIALED_BUT_NEW
            if self._miscounted:
                untracked = not self.attempts and self.expected_attempts
                return Kind.MISSING_DIAL_TRACKING if untracked else Kind.COUNTER_MISMATCH
        return Kind.STALE_CLAIMS if self.stale else None

    @property
    def _miscounted(self) -> bool:
        last_missed = self.last_call is not None and (
            self.last_attempt is None or self.last_attempt < self.last_call
        )
        return (
            self.attempts != self.expected_attempts
            or self.answered_count != self.expected_answered
            or last_missed
            or self.last_unexplained
        )


def repaired(facts: Facts, policy: Policy, now: datetime) -> dict[str, object]:
    """The columns of the lead as they will be; always the same ones."""
    counters = _counters(facts)
    if facts.kind is Kind.STALE_CLAIMS:
        return _values(facts, counters, facts.status, now, queue_state=QueueState.OUT)
    attempts, last = counters
    status = facts.status
    if not status or not facts.known_status or _was_dialled_as_new(facts, attempts):
        status = _status(facts, attempts)
    if status == facts.status and attempts == facts.attempts and not facts.stale:
        return _values(facts, counters, status, now)
    exhausted = _exhausted(facts, status, attempts, policy)
    changed = status != facts.status
    due = _due(status, attempts, last, policy, facts.segment, now) if changed else None
    state = QueueState(facts.queue_state)
    if changed or exhausted != facts.exhausted or facts.stale:
        state = _waits(facts, status, exhausted, policy, quick_retry=changed)
    return _values(facts, counters, status, now, queue_state=state, exhausted=exhausted, due=due)


def _counters(facts: Facts) -> tuple[int, datetime | None]:
    told = None if facts.last_unexplained else facts.last_attempt
    times = [at for at in (told, facts.last_call) if at is not None]
    return facts.expected_attempts, max(times, default=None)


def _was_dialled_as_new(facts: Facts, attempts: int) -> bool:
    return facts.dialled_new or (facts.status == DialStatus.NEW and facts.batch_id is None and attempts > 0)


def _status(facts: Facts, attempts: int) -> str:
    """The status of a lead that needs one: the first that applies."""
    if facts.registered or facts.resolution == Resolution.DN:
        return DialStatus.DNC.value
    told = _by_decision(facts) or _by_result(facts.result) or _by_result(facts.dial_result)
    if told is None:
        told = DialStatus.NO_ANSWER if attempts > 0 else DialStatus.NEW
    return told.value


def _by_decision(facts: Facts) -> DialStatus | None:
    """What the resolution or the last console action says; where they agree the action knows more exactly."""
    by_resolution = BY_RESOLUTION.get(facts.resolution or "")
    by_action = _STATUSES.get(facts.action_status or "")
    if by_action is None:
        return by_resolution
    agrees = facts.action_resolution == "keep" or facts.action_resolution == (facts.resolution or "clear")
    return by_action if agrees or by_resolution is None else by_resolution


def _by_result(result: str | None) -> DialStatus | None:
    return _BY_RESULT.get(result or "")


_STATUSES: Final[Mapping[str, DialStatus]] = {status.value: status for status in DialStatus}
_BY_RESULT: Final[Mapping[str, DialStatus]] = {
    result.value: DialStatus.CONTACTED
    if result in (CallResult.ANSWERED, CallResult.IN_PROGRESS)
    else DialStatus(result.value)
    for result in CallResult
}


def _exhausted(facts: Facts, status: str, attempts: int, policy: Policy) -> bool:
    if status in retry.RETRIED_STATUSES:
        return attempts >= policy.max_attempts
    return facts.exhausted and status == facts.status


def _due(
    status: str, attempts: int, last: datetime | None, policy: Policy, segment: str, now: datetime
) -> datetime | None:
    """When a lead with a retry rule may be tried: at once where the wait since its last attempt is over."""
    if status not in retry.RETRIED_STATUSES:
        return None
    if last is None:
        return now
    due = last + policy.retry.rule(DialStatus(status), dropped_before=False).wait(attempts)
    return due if due <= now else policy.calendar.next_open(due, segment) or due


def _waits(facts: Facts, status: str, exhausted: bool, policy: Policy, *, quick_retry: bool) -> QueueState:
    state = queue_state.of_lead(
        status=status,
        exhausted=exhausted,
        owner_id=facts.owner_id,
        dialable=policy.dialable,
        list_active=facts.list_active,
        good_number=facts.good_number,
        callback_pending=facts.callback_pending and status not in FINAL_STATUSES,
        quick_retry=quick_retry or facts.queue_state == QueueState.DROPPED,
    )
    stays = facts.queue_state == QueueState.IN_HOPPER and status == facts.status and not facts.stale
    return QueueState.IN_HOPPER if state is QueueState.READY and stays else state


def _values(
    facts: Facts,
    counters: tuple[int, datetime | None],
    status: str | None,
    now: datetime,
    *,
    queue_state: QueueState | None = None,
    exhausted: bool | None = None,
    due: datetime | None = None,
) -> dict[str, object]:
    changed = status != facts.status
    return {
        "status": status,
        "dial_attempts": counters[0],
        "answered_count": facts.expected_answered,
        "last_dial_attempt": counters[1],
        "exhausted": facts.exhausted if exhausted is None else exhausted,
        "next_attempt_at": due or facts.next_attempt_at,
        "queue_state": facts.queue_state if queue_state is None else queue_state.value,
        "last_status_change": now if changed else facts.status_since,
        "recycle_batch_id": None if changed else facts.batch_id,
    }

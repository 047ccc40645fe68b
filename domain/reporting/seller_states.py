"""What a seller really does at this moment, and since when: what they said last, held against what is there.

A state that was entered says what a seller meant to do; the claim and its call say what is in their hands; the
signs of their console, of their claim and of their calls say whether anybody is there at all. A terminal that died
says nothing any more, so its seller is away. Pure: the rows are read by ``domain.reporting.wallboard``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from domain.calling.holding import LEASE
from domain.codes import SellerState
from domain.people.presence import SILENCE

PAUSE_BELIEVED: Final = timedelta(hours=12)
"""A pause begun by a command, where no console is open, holds so long unless something else is heard."""


class BoardState(StrEnum):
    """What a seller is seen to do. Idle: at the desk and not on the telephone, with or without somebody on screen."""

    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    IDLE = "idle"
    AWAY = "away"

    @property
    def label(self) -> str:
        return {"wrap_up": "wrap-up"}.get(self.value, self.value)


class Signs(NamedTuple):
    """What the database holds about a seller; None for what never was.

    state, since, pause_code: the last state entered.  seen_at: the last sign of an open console.
    claimed_at, renewed_at: the claim in their hands that has not expired, when it was taken and last renewed.
    called, dialling: it was dialled, and the call still runs.  call_started, call_ended: of that call.
    last_call: when their last call of today with an outcome began.
    """

    state: SellerState | None = None
    since: datetime | None = None
    pause_code: str | None = None
    seen_at: datetime | None = None
    claimed_at: datetime | None = None
    renewed_at: datetime | None = None
    called: bool = False
    dialling: bool = False
    call_started: datetime | None = None
    call_ended: datetime | None = None
    last_call: datetime | None = None


class Standing(NamedTuple):
    """The state and since when; ``silent``: away because nothing is heard any more, since the last sign."""

    state: BoardState
    since: datetime | None = None
    pause_code: str | None = None
    silent: bool = False


def standing(signs: Signs, now: datetime) -> Standing:
    """The truth about one seller."""
    did = _latest(signs.claimed_at, signs.call_started, signs.call_ended)
    last = _latest(signs.since, did, signs.seen_at, signs.renewed_at, signs.last_call)
    if last is None:
        return Standing(BoardState.AWAY)
    said = signs.since if signs.since is not None and (did is None or signs.since >= did) else None
    if signs.state is SellerState.AWAY and said is not None:
        return Standing(BoardState.AWAY, said)
    if not _is_there(signs, last, now):
        return Standing(BoardState.AWAY, last, silent=True)
    if signs.dialling:
        return Standing(BoardState.TALKING, signs.call_started or signs.since)
    if signs.state is SellerState.PAUSED and said is not None:
        return Standing(BoardState.PAUSED, said, signs.pause_code)
    if signs.called:
        return Standing(BoardState.WRAP_UP, signs.call_ended or signs.call_started or signs.claimed_at)
    # Whoever is ready was so before the next person came on screen.
    ready = signs.since if signs.state is SellerState.READY else None
    return Standing(BoardState.IDLE, ready or _latest(signs.since, did, signs.last_call) or last)


def _is_there(signs: Signs, last: datetime, now: datetime) -> bool:
    """Whether somebody is at the desk: an open console is heard every minute, one who works by commands is not."""
    quiet = now - last
    if quiet <= SILENCE:
        return True
    if signs.seen_at is not None and (signs.since is None or signs.seen_at >= signs.since - SILENCE):
        return False
    if signs.claimed_at is not None:
        return True
    return quiet <= (PAUSE_BELIEVED if signs.state is SellerState.PAUSED else LEASE)


def _latest(*times: datetime | None) -> datetime | None:
    return max([at for at in times if at is not None], default=None)

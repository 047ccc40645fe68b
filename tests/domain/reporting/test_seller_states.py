"""What a seller really does, decided from what they said, what is in their hands and whether anybody is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.codes import SellerState
from domain.reporting.seller_states import BoardState, Signs, Standing, standing

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


READY, TALKING, WRAP_UP = SellerState.READY, SellerState.TALKING, SellerState.WRAP_UP
PAUSED, AWAY = SellerState.PAUSED, SellerState.AWAY

CASES: dict[str, tuple[Signs, Standing]] = {
    "never worked": (Signs(), Standing(BoardState.AWAY)),
    "on the telephone, the console open": (
        Signs(TALKING, ago(7), seen_at=ago(0.5), claimed_at=ago(8), renewed_at=ago(7), called=True,
              dialling=True, call_started=ago(7)),
        Standing(BoardState.TALKING, ago(7)),
    ),
    "on the telephone for long, working by commands": (
        Signs(TALKING, ago(40), claimed_at=ago(41), renewed_at=ago(40), called=True, dialling=True,
              call_started=ago(40)),
        Standing(BoardState.TALKING, ago(40)),
    ),
    "the terminal died in a call": (
        Signs(TALKING, ago(20), seen_at=ago(19), claimed_at=ago(21), renewed_at=ago(20), called=True,
              dialling=True, call_started=ago(20)),
        Standing(BoardState.AWAY, ago(19), silent=True),
    ),
    "the terminal died just after the call began, before its next sign": (
        Signs(TALKING, ago(20), seen_at=ago(20.5), claimed_at=ago(21), renewed_at=ago(20), called=True,
              dialling=True, call_started=ago(20)),
        Standing(BoardState.AWAY, ago(20), silent=True),
    ),
    "hung up, the outcome is to come": (
        Signs(WRAP_UP, ago(1), seen_at=ago(0.2), claimed_at=ago(6), renewed_at=ago(5), called=True,
              call_started=ago(5), call_ended=ago(1)),
        Standing(BoardState.WRAP_UP, ago(1)),
    ),
    "called from elsewhere while the last state says ready": (
        Signs(READY, ago(9), seen_at=ago(0.1), claimed_at=ago(8), renewed_at=ago(2), called=True, dialling=True,
              call_started=ago(2)),
        Standing(BoardState.TALKING, ago(2)),
    ),
    "says talking, but the call is over and nobody is in hand": (
        Signs(TALKING, ago(6), seen_at=ago(0.3), last_call=ago(6)),
        Standing(BoardState.IDLE, ago(6)),
    ),
    "paused, somebody on screen": (
        Signs(PAUSED, ago(4), "lunch", seen_at=ago(0.9), claimed_at=ago(9), renewed_at=ago(9)),
        Standing(BoardState.PAUSED, ago(4), "lunch"),
    ),
    "paused after a call, before its outcome": (
        Signs(PAUSED, ago(4), "break", seen_at=ago(0.9), claimed_at=ago(9), renewed_at=ago(8), called=True,
              call_started=ago(8), call_ended=ago(5)),
        Standing(BoardState.PAUSED, ago(4), "break"),
    ),
    "paused, and the terminal died": (
        Signs(PAUSED, ago(30), "lunch", seen_at=ago(12)),
        Standing(BoardState.AWAY, ago(12), silent=True),
    ),
    "paused by a command, which gives no signs": (
        Signs(PAUSED, ago(50), "training"),
        Standing(BoardState.PAUSED, ago(50), "training"),
    ),
    "a pause of yesterday is no pause": (
        Signs(PAUSED, ago(24 * 60), "break"),
        Standing(BoardState.AWAY, ago(24 * 60), silent=True),
    ),
    "a pause ended by taking the next person by a command": (
        Signs(PAUSED, ago(30), "break", claimed_at=ago(5), renewed_at=ago(5)),
        Standing(BoardState.IDLE, ago(5)),
    ),
    "ready, somebody on screen": (
        Signs(READY, ago(2), seen_at=ago(0.5), claimed_at=ago(1.9), renewed_at=ago(1.9)),
        Standing(BoardState.IDLE, ago(2)),
    ),
    "ready, nobody to call, the console open for an hour": (
        Signs(READY, ago(60), seen_at=ago(0.5)),
        Standing(BoardState.IDLE, ago(60)),
    ),
    "ready, and the terminal died": (
        Signs(READY, ago(60), seen_at=ago(5)),
        Standing(BoardState.AWAY, ago(5), silent=True),
    ),
    "ready with somebody in hand, and the terminal died: never available": (
        Signs(READY, ago(9), seen_at=ago(8.5), claimed_at=ago(9), renewed_at=ago(9)),
        Standing(BoardState.AWAY, ago(8.5), silent=True),
    ),
    "works by commands with somebody in hand": (
        Signs(READY, ago(9), claimed_at=ago(9), renewed_at=ago(9)),
        Standing(BoardState.IDLE, ago(9)),
    ),
    "worked by commands a while ago": (
        Signs(READY, ago(30)),
        Standing(BoardState.AWAY, ago(30), silent=True),
    ),
    "left the console": (
        Signs(AWAY, ago(1), seen_at=ago(1.2)),
        Standing(BoardState.AWAY, ago(1)),
    ),
    "left the console with a call whose outcome is to come": (
        Signs(AWAY, ago(1), seen_at=ago(1.2), claimed_at=ago(9), renewed_at=ago(8), called=True,
              call_started=ago(8), call_ended=ago(3)),
        Standing(BoardState.AWAY, ago(1)),
    ),
    "left, and works again by a command": (
        Signs(AWAY, ago(30), seen_at=ago(31), claimed_at=ago(1), renewed_at=ago(1)),
        Standing(BoardState.IDLE, ago(1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("signs", "expected"), CASES.values(), ids=CASES.keys())
def test_the_state_is_the_true_one(signs: Signs, expected: Standing) -> None:
    assert standing(signs, NOW) == expected


def test_nobody_who_is_silent_is_ever_shown_at_work() -> None:
    """Whatever was said last: once an open console has not been heard for three minutes its seller is away."""
    for state in SellerState:
        for dialling in (False, True):
            signs = Signs(state, ago(10), "break", ago(9.5), ago(11), ago(10), dialling, dialling, ago(10))
            assert standing(signs, NOW).state is BoardState.AWAY

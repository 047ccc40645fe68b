"""The line to the server breaks: the console says so, keeps note and pressed outcome, and records it once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from domain.calling.models import Activity, HistoryEvent
from storage.database import Database
from tests.support.wire import Wire, line_to
from tests.tui.console.seat import Seat, seated
from tests.tui.shop import Clock, SmallShop, build
from tui.screens.console import recording

_OTHERS = "datname = current_database() AND pid <> pg_backend_pid()"
pytestmark = pytest.mark.postgresql


@dataclass
class WiredShop(SmallShop):
    """A shop whose application reaches its server over a line; the tests look at it directly."""

    wire: Wire | None = None

    @property
    def url(self) -> str:
        assert self.wire is not None
        return self.wire.url


@pytest.fixture
def shop(postgres_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[WiredShop]:
    monkeypatch.setattr(recording, "SENT_AGAIN_SECONDS", (100.0, 200.0))  # the tests say when
    made = build(postgres_database, clock)
    with line_to(postgres_database.url) as wire:
        yield WiredShop(made.database, clock, made.campaigns, made.leads, wire)


def wire_of(seat: Seat) -> Wire:
    assert isinstance(seat.shop, WiredShop)
    assert seat.shop.wire is not None
    return seat.shop.wire


def recorded(seat: Seat) -> list[str | None]:
    return [event.action for event in seat.read(HistoryEvent) if event.kind == "outcome"]


async def wait_again(seat: Seat) -> None:
    """The time until the outcome is sent again is over."""
    assert seat.screen.flow.kept is not None
    seat.screen._send_again(seat.screen.flow.kept)
    await seat.settle()


async def test_a_broken_line_keeps_note_and_outcome_and_sends_it_when_it_is_mended(shop: WiredShop) -> None:
    async with seated(shop) as seat:
        wire_of(seat).cut()
        await seat.press("w")
        await seat.write("rang back")
        await seat.press("escape", "n")
        assert seat.name == "María González"
        assert "↻ kept" in seat.line("n Not found")
        assert "Not found kept, sent again in 100 s." in seat.text
        await wait_again(seat)
        assert "sent again in 200 s." in seat.text
        assert seat.screen.note.text == "rang back"
        assert recorded(seat) == []
        wire_of(seat).mend()
        await wait_again(seat)
        assert seat.name == "Juan Pérez"
        assert recorded(seat) == ["not-found"]
        assert "kept" not in seat.text
        assert "rang back" in [activity.notes for activity in seat.read(Activity)]


async def test_an_outcome_whose_answer_was_lost_is_recorded_once(shop: WiredShop) -> None:
    async with seated(shop) as seat:
        wire_of(seat).cut_after = (b"INSERT INTO undo_entry", b"COMMIT")
        await seat.press("n")
        assert seat.name == "María González"
        assert recorded(seat) == ["not-found"], "it arrived, and the seat does not know"
        wire_of(seat).mend()
        await wait_again(seat)
        assert seat.name == "Juan Pérez"
        assert recorded(seat) == ["not-found"]
        assert len(seat.outcomes()) == 1


async def test_its_key_sends_it_at_once_with_what_was_answered(shop: WiredShop) -> None:
    async with seated(shop) as seat:
        wire_of(seat).cut()
        await seat.press("x", "x")
        assert "kept, sent again" in seat.text
        wire_of(seat).mend()
        await seat.press("x")
        assert recorded(seat) == ["do-not-call"]
        assert seat.name == "Juan Pérez"


async def test_escape_gives_it_up_and_says_where_to_look(shop: WiredShop) -> None:
    async with seated(shop) as seat:
        wire_of(seat).cut()
        await seat.press("n", "escape")
        assert "Not found is not sent again. Whether it arrived is seen in the history." in seat.text
        assert seat.screen.flow.kept is None
        wire_of(seat).mend()
        await seat.press("o")
        assert recorded(seat) == ["busy"]


async def test_a_server_that_comes_back_in_the_middle_of_work_is_used_again(shop: WiredShop) -> None:
    async with seated(shop) as seat:
        with seat.shop.database.engine.connect() as other:
            other.execute(
                text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {_OTHERS}")
            )
        await seat.press("n")
        if seat.screen.flow.kept is not None:
            await wait_again(seat)
        assert recorded(seat) == ["not-found"]
        assert seat.name == "Juan Pérez"

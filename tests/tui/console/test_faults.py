"""When the database does not answer: person, note and outcome stay, the line says why, a key tries again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tui.console.seat import change_action, seated
from tests.tui.shop import SmallShop


@contextmanager
def nobody_can_write(shop: SmallShop) -> Iterator[None]:
    """The lock file of the database cannot be opened, so every write is refused at once."""
    gate = Path(f"{shop.database.address.path}.gate")
    gate.unlink(missing_ok=True)
    gate.mkdir()
    try:
        yield
    finally:
        gate.rmdir()


@contextmanager
def another_writer(shop: SmallShop) -> Iterator[None]:
    """Another writer has its turn and takes its time."""
    with shop.database.transaction():
        yield


async def test_a_failed_outcome_keeps_person_note_and_outcome_on_screen(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("keep me")
        await seat.press("escape")
        with nobody_can_write(small_shop):
            await seat.press("n")
            assert seat.name == "María González"
            assert seat.screen.note.text == "keep me"
            assert "✕ not saved" in seat.line("n Not found")
            assert seat.answer.startswith("✕ Not found not saved:")
            assert seat.answer.endswith("n tries again")
        await seat.press("n")
        assert seat.name == "Juan Pérez"
        assert [call.action for call in seat.outcomes()] == ["not-found"]


async def test_while_an_outcome_is_being_written_no_second_one_is_fired(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        with another_writer(small_shop):
            seat.ticks.at += 1
            await seat.pilot.press("n")
            for key in ("o", "s", "x", "k", "z", "d", "1"):
                seat.ticks.at += 1
                await seat.pilot.press(key)
            await seat.pilot.pause()
            assert seat.name == "María González"
        await seat.settle()
        assert [call.action for call in seat.outcomes()] == ["not-found"]
        assert seat.name == "Juan Pérez"
        assert not seat.screen.calling


async def test_a_slow_write_says_that_it_is_saving(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        with another_writer(small_shop):
            seat.ticks.at += 1
            await seat.pilot.press("n")
            seat.screen._say_slow(seat.screen.flow.pending)  # what the timer does
            await seat.pilot.pause()
            assert "saving …" in seat.line("n Not found")
        await seat.settle()
        assert "saving …" not in seat.text


async def test_a_draft_that_cannot_be_written_stays_in_the_field_and_is_tried_again(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        with nobody_can_write(small_shop):
            await seat.write("important")
            await seat.press("escape")
            assert "✕ draft not saved" in seat.text
            assert seat.screen.note.text == "important"
        seat.screen.flush_draft()  # what the timer does
        await seat.settle()
        assert seat.drafts() == ["important"]


async def test_a_call_that_cannot_be_written_is_not_begun(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        with nobody_can_write(small_shop):
            await seat.press("d")
            assert seat.answer.startswith("✕")
            assert "● ready" in seat.text
        await seat.press("d")
        assert "☎ talking" in seat.text


async def test_the_outcome_is_kept_when_only_the_next_person_cannot_be_fetched(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        with another_writer(small_shop):  # the outcome waits in the line while the campaign goes away
            seat.ticks.at += 1
            seat.screen.campaign_id = 4711
            await seat.pilot.press("n")
        await seat.settle()
        assert [call.action for call in seat.outcomes()] == ["not-found"]
        assert seat.name == ""
        assert "María González: not found" in seat.answer
        assert "Enter tries again" in seat.answer
        seat.screen.campaign_id = small_shop.campaigns["spring"]
        await seat.press("enter")
        assert seat.name == "Juan Pérez"


async def test_opening_while_nobody_can_write_says_so_and_enter_tries_again(small_shop: SmallShop) -> None:
    async with seated(small_shop, opening=lambda: nobody_can_write(small_shop)) as seat:
        assert seat.name == ""
        assert "Enter tries again" in seat.text
        await seat.press("enter")
        assert seat.name == "María González"


async def test_a_lead_somebody_else_handled_is_told_and_enter_goes_on(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:

        def handled(session) -> None:  # type: ignore[no-untyped-def]
            from domain.calling.models import Lead

            lead = session.get(Lead, small_shop.leads["María González"])
            lead.version += 1
            session.add(lead)

        small_shop.write(handled)
        await seat.press("n")
        assert seat.name == "María González"
        assert seat.answer.startswith("✕")
        assert "Enter next person" in seat.answer
        await seat.press("enter")
        assert seat.name == "María González"  # still claimed: shown anew, as it is now
        await seat.press("n")
        assert seat.name == "Juan Pérez"


async def test_leaving_when_nobody_can_write_is_told_and_possible(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        with nobody_can_write(small_shop):
            await seat.press("f2")
            assert "again leaves anyway" in seat.answer
            await seat.press("f2")
            assert seat.app.screen is not seat.screen


async def test_a_reason_made_required_meanwhile_is_asked_for(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        change_action(small_shop, "not-interested", reason="required")
        await seat.press("i")
        assert "Not interested: why? 1 price" in seat.answer
        await seat.press("1")
        assert seat.lead("María González").resolution_reason == 1


async def test_the_terminal_going_away_leaves_draft_and_claim(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("halfw")
        seat.screen.flush_draft()
        await seat.settle()
        # No farewell: the process is gone as after SIGHUP.
        assert seat.drafts() == ["halfw"]
        assert len(seat.claims()) == 1
    assert os.path.exists(str(small_shop.database.address.path))

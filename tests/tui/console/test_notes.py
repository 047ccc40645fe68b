"""Notes: where the letters go, what is kept, and what comes back."""

from __future__ import annotations

import pytest

from domain.calling.models import Activity
from tests.tui.console.seat import seated
from tests.tui.shop import MARKUP, SmallShop
from tui.screens.console import notes


async def test_w_takes_the_letters_and_escape_gives_the_keys_back(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("no answer box")
        assert seat.outcomes() == []
        await seat.press("escape", "n")
        assert [call.action for call in seat.outcomes()] == ["not-found"]
        assert [each.notes for each in seat.read(Activity, Activity.kind == "call")] == ["no answer box"]


async def test_enter_leaves_the_note_too_and_ctrl_j_makes_a_line(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("one")
        await seat.press("ctrl+j")
        await seat.write("two")
        await seat.press("enter")
        assert not seat.screen.note.has_focus
        assert seat.drafts() == ["one\ntwo"]


async def test_the_draft_is_on_disk_when_the_note_is_left(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("likes mornings")
        await seat.press("escape")
        assert seat.drafts() == ["likes mornings"]
        assert "draft saved ✓" in seat.text


async def test_the_draft_is_written_while_typing(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "DRAFT_SECONDS", 0.001)
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("half a th")
        await seat.write("o")
        assert seat.screen.note.has_focus
        assert seat.drafts()[0].startswith("half a th")


async def test_the_next_person_has_an_empty_note(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("for one")
        await seat.press("escape", "n")
        assert seat.screen.note.text == ""
        assert seat.drafts() == []


async def test_draft_and_person_are_there_at_the_next_sign_in(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "w")
        await seat.write("wants a price")
        await seat.press("ctrl+q")
    async with seated(small_shop) as seat:
        assert seat.name == "Juan Pérez"
        assert seat.screen.note.text == "wants a price"
        assert "Your draft of the note is here again" in seat.answer


async def test_leaving_for_the_campaigns_gives_the_person_back_but_keeps_the_draft(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("halfway")
        await seat.press("escape", "f2")
        assert seat.app.screen is not seat.screen
        assert seat.claims() == []
        assert seat.drafts() == ["halfway"]


async def test_a_skipped_person_keeps_the_draft(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("try later")
        await seat.press("escape", "k", "b")
        assert seat.name == "María González"
        assert seat.screen.note.text == "try later"


async def test_an_erased_note_is_not_recorded(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("oh")
        await seat.press("escape", "w", "backspace", "backspace", "escape", "n")
        assert [each.notes for each in seat.read(Activity, Activity.kind == "call")] == [None]


async def test_brackets_in_a_note_stay_brackets(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        await seat.press("w")
        seat.screen.note.insert(MARKUP)
        await seat.settle()
        assert MARKUP in seat.text
        await seat.press("escape", "n", "z")
        assert seat.screen.note.text == MARKUP
        assert f"✎ {MARKUP}" in seat.text or MARKUP in seat.text


async def test_the_note_grows_to_three_rows_while_it_is_written_and_needs_them(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("short")
        assert seat.screen.note.size.height == 1
        seat.screen.note.insert(" and" * 30)
        await seat.settle()
        assert seat.screen.note.size.height == 2
        seat.screen.note.insert(" then" * 60 + " END")
        await seat.settle()
        assert seat.screen.note.size.height == 3
        assert "END" in seat.text
        assert "F1 help" in seat.text
        await seat.press("escape")
        assert seat.screen.note.size.height == 1

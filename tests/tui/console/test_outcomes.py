"""From the key of an outcome to the next person: what is recorded, what is asked, what is said."""

from __future__ import annotations

import pytest

from tests.tui.console.seat import change_action, seated
from tests.tui.shop import SmallShop
from tui.screens.console import recording


async def test_one_key_records_the_outcome_and_brings_the_next_person(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        assert seat.name == "María González"
        await seat.press("n")
        assert seat.name == "Juan Pérez"
        assert (seat.lead("María González").status, seat.lead("María González").campaign_resolution) == (
            "no_answer",
            "NF",
        )
        assert seat.answer.startswith("✓ María González: not found · back today 16:00")
        assert seat.answer.endswith("z undo")
        assert "Juan Pérez" in seat.text


async def test_each_outcome_shows_its_key_what_it_sets_and_when_the_person_comes_back(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        for line in (
            "s Sale                  4 S2 ✓ ends",
            "a Schedule…             2 SC … you choose",
            "l Call later L…         3 CL ↻ tomorrow 12:00",
            "o Busy                  3 NF ↻ today 12:30",
            "m Move to morning‼",
            "x Do not call‼          4 DN ⊘ everywhere",
        ):
            assert line in seat.text


async def test_the_effect_moves_with_the_clock(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        small_shop.clock.forward(minutes=5)
        seat.screen.tick()
        await seat.settle()
        assert "↻ today 12:35" in seat.line("o Busy")
        assert "12:05 in Montevideo" in seat.text


async def test_a_word_typed_blind_fires_at_most_one_outcome(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        seat.ticks.at += 1
        await seat.blind(*"volcano")
        assert [call.action for call in seat.outcomes()] == ["voicemail"]
        assert seat.name == "Juan Pérez"
        assert "letters rest for a moment" in seat.answer
        assert "w writes a note" in seat.answer


async def test_the_hint_gives_way_to_the_outcome_again(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "HINT_SECONDS", 0.01)
    async with seated(small_shop) as seat:
        seat.ticks.at += 1
        await seat.blind("i", "n", "n")
        await seat.pilot.pause(0.05)
        assert "María González: not interested. Why? 1 price" in seat.answer
        await seat.press("1")
        assert seat.lead("María González").resolution_reason == 1


async def test_a_blind_word_cannot_skip_or_call_the_next_person(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        seat.ticks.at += 1
        await seat.blind("n", "k", "d", "b", "j", "r")
        assert seat.name == "Juan Pérez"
        assert not seat.screen.calling
        assert [call.action for call in seat.outcomes()] == ["not-found"]


async def test_letters_rest_until_400_ms_passed_without_one(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n")
        for _again in range(4):  # each letter makes the rest longer
            seat.ticks.at += 0.39
            await seat.pilot.press("n")
            await seat.settle()
        assert len(seat.outcomes()) == 1
        seat.ticks.at += 0.41
        await seat.pilot.press("n")
        await seat.settle()
        assert len(seat.outcomes()) == 2


async def test_two_quick_presses_are_one_outcome(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        seat.ticks.at += 1
        await seat.pilot.press("n", "n")
        await seat.settle()
        assert len(seat.outcomes()) == 1


async def test_an_outcome_that_asks_for_it_needs_its_key_twice(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("x")
        assert seat.name == "María González"
        assert "Press x again to confirm" in seat.answer
        await seat.press("x")
        assert seat.name == "Juan Pérez"
        assert seat.lead("María González").status == "dnc"


async def test_any_other_key_cancels_the_confirmation_and_does_nothing_else(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        for other in ("n", "d", "w", "escape", "5"):
            await seat.press("x", other)
            assert seat.name == "María González"
            assert "Do not call not recorded" in seat.answer
        assert seat.outcomes() == []
        assert not seat.screen.note.has_focus


async def test_a_digit_after_the_outcome_adds_the_reason(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        await seat.press("i")
        assert "María González: not interested. Why? 1 price 2 no time 3 with a competitor" in seat.answer
        await seat.press("2")
        assert seat.lead("María González").resolution_reason == 2
        assert "María González: not interested (no time)" in seat.answer


async def test_zero_shows_more_reasons_and_their_digits_stay(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("i")
        assert "4 no use" not in seat.answer
        assert "0 more" in seat.answer
        while "6 wants it in writing" not in seat.answer:
            await seat.press("0")
        await seat.press("6")
        assert seat.lead("María González").resolution_reason == 6


async def test_a_reason_belongs_to_the_last_outcome_only_until_the_next_one(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("i", "n", "1")
        assert seat.lead("María González").resolution_reason is None
        assert seat.lead("Juan Pérez").resolution_reason is None


async def test_a_reason_is_not_offered_any_more_after_the_next_dial(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("i", "d", "1")
        assert seat.lead("María González").resolution_reason is None


async def test_a_required_reason_completes_the_outcome(small_shop: SmallShop) -> None:
    change_action(small_shop, "not-interested", reason="required")
    async with seated(small_shop) as seat:
        await seat.press("i")
        assert seat.name == "María González"
        assert "Not interested: why? 1 price" in seat.answer
        await seat.press("n")
        assert "a digit says why" in seat.answer
        await seat.press("1")
        assert seat.name == "Juan Pérez"
        assert seat.lead("María González").resolution_reason == 1


async def test_escape_abandons_an_outcome_that_waits_for_its_reason(small_shop: SmallShop) -> None:
    change_action(small_shop, "not-interested", reason="required")
    async with seated(small_shop) as seat:
        await seat.press("i", "escape")
        assert "Not interested not recorded" in seat.answer
        await seat.press("1")
        assert seat.outcomes() == []


async def test_an_outcome_without_a_key_is_in_the_list_and_in_the_palette(small_shop: SmallShop) -> None:
    change_action(small_shop, "logistics", key=None)
    async with seated(small_shop) as seat:
        assert "· Logistics" in seat.text
        labels = [line.label for line in seat.screen.help_lines() if line.run is not None]
        assert "Logistics" in labels
        seat.screen.board.focus()
        places = [action.slug for action in seat.screen.actions]
        await seat.press(*["down"] * places.index("logistics"), "enter")
        assert seat.lead("María González").campaign_resolution == "LO"


async def test_an_outcome_added_by_an_administrator_has_its_key(small_shop: SmallShop) -> None:
    change_action(small_shop, "busy", labels={"en": "Line [busy] tone"}, key="U")
    change_action(small_shop, "uncontactable", active=False)
    async with seated(small_shop, size=(120, 40)) as seat:
        assert "U Line [busy] tone" in seat.text
        assert "Uncontactable" not in seat.text
        await seat.press("U")
        assert seat.lead("María González").status == "busy"


async def test_forty_outcomes_can_all_be_reached(small_shop: SmallShop) -> None:
    from domain.calling import actions
    from domain.codes import ActionType
    from domain.people import entry

    def add(session) -> None:  # type: ignore[no-untyped-def]
        root = entry.sign_in(session, name="root", password=None, now=small_shop.clock())
        for number in range(22):
            actions.add(
                session, actor=root, now=small_shop.clock(), slug=f"own-{number}",
                labels={"en": f"Own outcome {number}"},
                type=ActionType.NOT_FOUND, campaign_status="3", resolution="NF", lead_status="no_answer",
            )  # fmt: skip

    small_shop.write(add)
    async with seated(small_shop) as seat:
        assert len(seat.screen.actions) == 40
        seat.screen.board.focus()
        await seat.press("end")
        assert "Own outcome 21" in seat.text
        await seat.press("enter")
        assert seat.outcomes()[0].action == "own-21"


async def test_outcomes_can_be_clicked(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        lines = seat.text.splitlines()
        row = next(number for number, line in enumerate(lines) if "n Not found" in line)
        seat.ticks.at += 1
        await seat.pilot.click(offset=(lines[row].index("n Not found") + 3, row))
        await seat.settle()
        assert seat.lead("María González").last_console_action == "not-found"


async def test_the_labels_speak_the_language_of_the_configuration(small_shop: SmallShop) -> None:
    async with seated(small_shop, language="es", size=(120, 40)) as seat:
        assert "i No interesado" in seat.text


async def test_an_outcome_whose_key_a_command_has_says_so_and_stays_reachable(small_shop: SmallShop) -> None:
    change_action(small_shop, "busy", key="d")
    async with seated(small_shop) as seat:
        assert "d for the outcome Busy is already the key of console.dial" in seat.answer
        assert "· Busy" in seat.text
        await seat.press("d")
        assert seat.screen.calling


async def test_the_keys_are_outcomes_at_once_when_escape_left_the_note(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.blind("escape", "n")
        assert [call.action for call in seat.outcomes()] == ["not-found"]


async def test_a_seller_who_writes_on_after_enter_gives_nothing_away(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("i", "w")
        await seat.blind("enter", *"calln2kzdi?")
        assert [call.action for call in seat.outcomes()] == ["not-interested"]
        assert seat.lead("María González").resolution_reason is None
        assert seat.name == "Juan Pérez"
        assert not seat.screen.calling
        assert "letters rest for a moment. w writes on." in seat.answer
        await seat.press("n")  # after a breath the keys are outcomes
        assert [call.action for call in seat.outcomes()] == ["not-interested", "not-found"]


async def test_the_note_takes_the_letters_again_right_after_enter(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("one")
        await seat.blind("enter", "w", *" two")
        assert seat.screen.note.text == "one two"


async def test_exhausted_and_blocked_people_are_told(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("x", "x")
        assert "María González: do not call" in seat.answer
        assert "✓" in seat.answer or "⚠" in seat.answer

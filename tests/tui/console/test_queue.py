"""The queue: who comes next and why, jump, find, skip, back, undo; nobody there; work that arrives by itself."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from domain.calling.models import HistoryEvent, HopperEntry, Lead
from domain.codes import QueueState
from tests.tui.console.seat import Seat, seated
from tests.tui.shop import SmallShop, move_to


def empty_pool(shop: SmallShop, keep: tuple[str, ...] = ()) -> None:
    """Nobody else can be called until tomorrow."""
    kept = [shop.leads[name] for name in keep]

    def change(session: Session) -> None:
        for entry in session.exec(select(HopperEntry).where(col(HopperEntry.lead_id).not_in(kept))).all():
            session.delete(entry)
        for lead in session.exec(select(Lead).where(col(Lead.id).not_in(kept))).all():
            lead.queue_state = QueueState.READY.value
            lead.next_attempt_at = shop.clock() + timedelta(days=1)
            session.add(lead)

    shop.write(change)


async def schedule(seat: Seat, when: str) -> None:
    """Give the person on screen a callback."""
    await seat.press("a")
    seat.pilot.app.focused.insert_text_at_cursor(when)
    await seat.settle()
    await seat.press("enter")


async def test_the_third_column_shows_who_comes_next_and_why(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        seat.screen.read_queue()
        await seat.settle()
        assert "▶ on screen" not in seat.line("Juan Pérez")
        assert "• pool" in seat.line("Juan Pérez")


async def test_due_callbacks_come_first_in_the_queue(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        await schedule(seat, "+1h")
        seat.screen.read_queue()
        await seat.settle()
        assert "◷ 13:00" in seat.line("María González  ")
        small_shop.clock.forward(minutes=61)
        seat.screen.read_queue()
        seat.screen.read_figures()
        await seat.settle()
        assert seat.screen.queue.people[0].name == "María González"
        assert "◷ due 13:00" in seat.line("María González  ")
        assert "◷ due 1" in seat.text
        assert "1 callback due now" in seat.text


async def test_j_opens_the_queue_and_enter_jumps(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("j")
        assert "━ Next ━" in seat.text
        assert "Olga Ivanova" in seat.text
        names = [line.name for line in seat.screen.queue.people]
        await seat.press(*["down"] * names.index("Olga Ivanova"), "enter")
        assert seat.name == "Olga Ivanova"
        assert "━ Next ━" not in seat.text
        assert "Script" in seat.text


async def test_outcome_keys_work_while_the_queue_has_the_focus(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("j", "n")
        assert [call.action for call in seat.outcomes()] == ["not-found"]


async def test_escape_closes_the_queue(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("j", "escape")
        assert "━ Next ━" not in seat.text
        assert seat.screen.focused is None


async def test_the_one_left_by_a_jump_comes_next(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        seat.screen.jump(small_shop.leads["Olga Ivanova"])
        await seat.settle()
        await seat.press("n")
        assert seat.name == "María González"


async def test_a_queue_row_can_be_clicked(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        seat.screen.read_queue()
        await seat.settle()
        lines = seat.text.splitlines()
        row = next(number for number, line in enumerate(lines) if "Zoë Müller" in line)
        await seat.pilot.click(offset=(lines[row].index("Zoë Müller"), row))
        await seat.settle()
        assert seat.name == "Zoë Müller"


async def test_find_shows_own_people_while_typing_and_enter_jumps(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "n", "slash")
        await seat.write("gonz")
        seat.app.screen._search()
        await seat.settle()
        assert "María González" in seat.text
        assert "1 person" in seat.text
        await seat.press("enter")
        assert seat.name == "María González"


async def test_find_by_number_and_nobody_found(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "slash")
        await seat.write("5550100")
        seat.app.screen._search()
        await seat.settle()
        assert "María González" in seat.text
        await seat.write("999")
        seat.app.screen._search()
        await seat.settle()
        assert "Nobody of yours" in seat.text
        await seat.press("enter", "escape")
        assert seat.name == "Juan Pérez"


async def test_skip_records_and_brings_the_next(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("k")
        assert seat.name == "Juan Pérez"
        assert "María González skipped" in seat.answer
        assert [event.kind for event in seat.read(HistoryEvent)].count("skip") == 1


async def test_b_goes_back_to_the_last_person(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "b")
        assert seat.name == "María González"
        assert "Back to María González" in seat.answer


async def test_b_with_nobody_before_says_so(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("b")
        assert seat.name == "María González"
        assert "not handled anybody" in seat.answer


async def test_z_takes_the_last_outcome_back_and_the_person_returns(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("i", "n", "z")
        assert seat.name == "Juan Pérez"
        assert "Undone: Juan Pérez, not found" in seat.answer
        await seat.press("z")
        assert seat.name == "María González"
        assert seat.lead("María González").status == "new"
        await seat.press("z")
        assert "nothing to undo" in seat.answer


async def test_z_works_at_once_after_a_wrong_key(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("c")
        await seat.blind("z")
        assert seat.name == "María González"


async def test_with_nobody_to_call_the_screen_says_why_and_when(small_shop: SmallShop) -> None:
    empty_pool(small_shop)
    async with seated(small_shop) as seat:
        assert seat.name == ""
        assert "Next: tomorrow 12:00" in seat.text
        assert "looks again by itself" in seat.text
        assert "F2 other campaigns" in seat.text
        await seat.press("n")
        assert "nobody on screen" in seat.answer


async def test_a_callback_that_falls_due_arrives_by_itself(small_shop: SmallShop) -> None:
    empty_pool(small_shop, keep=("María González",))
    async with seated(small_shop) as seat:
        await schedule(seat, "+30m")
        assert seat.name == ""
        assert "Next: today 12:30" in seat.text
        small_shop.clock.forward(minutes=29)
        seat.screen.look_for_work()
        await seat.settle()
        assert seat.name == ""
        small_shop.clock.forward(minutes=2)
        seat.screen.look_for_work()
        await seat.settle()
        assert seat.name == "María González"
        assert "◷ callback 12:30 · 1 min ago" in seat.text


async def test_the_figures_count_what_is_done(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "s", "enter")
        seat.screen.read_figures()
        await seat.settle()
        assert "done 2, 1 sale" in seat.text
        assert "ready 9" in seat.text


async def test_the_claim_is_renewed_while_the_console_is_open(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        before = seat.claims()[0].expires_at
        small_shop.clock.forward(minutes=3)
        seat.screen.keep_claim()
        await seat.settle()
        assert seat.claims()[0].expires_at == before + timedelta(minutes=3)


async def test_two_sellers_have_different_people(small_shop: SmallShop) -> None:
    async with seated(small_shop) as first, seated(small_shop, user="bruno") as second:
        assert first.name == "María González"
        assert second.name == "Juan Pérez"


async def test_the_person_on_screen_does_not_come_next_even_with_a_callback_to_come(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop, size=(200, 60)) as seat:
        await schedule(seat, "+1h")
        await seat.press("b")
        assert seat.name == "María González"
        assert "María González" not in [line.name for line in seat.screen.queue.people]
        seat.screen.read_queue()
        await seat.settle()
        names = [line.name for line in seat.screen.queue.people]
        assert "Juan Pérez" in names
        assert "María González" not in names


async def test_a_callback_to_come_is_told_as_coming_not_as_past(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        await schedule(seat, "+1h")
        await seat.press("b")
        assert "◷ coming: Sched" in seat.line(" 13:00     ◷")
        small_shop.clock.forward(minutes=90)
        seat.screen.paint_person(small_shop.clock())
        await seat.settle()
        assert "◷ due: Sched" in seat.line(" 13:00     ◷")


async def test_all_times_of_a_person_are_on_one_named_clock(small_shop: SmallShop) -> None:
    move_to(small_shop, "María González", "America/New_York")
    async with seated(small_shop, size=(120, 40)) as seat:
        await schedule(seat, "+1h")
        await seat.press("b")
        assert "◷ callback 11:00 New York" in seat.text
        assert "times in New York" in seat.line("─ History ─")
        assert "◷ coming: Sched" in seat.line(" 11:00     ◷")

"""The call, its numbers and timer, the pause, and what is refused while a call runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from domain.calling.dialler import Dialled
from domain.calling.models import Call
from domain.codes import SellerState
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.people.models import SellerStateEvent
from tests.tui.console.seat import Seat, seated
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.widgets.key_line import KeyLine


class WrittenDown:
    """A dialler that only remembers."""

    def __init__(self) -> None:
        self.dialled: list[str] = []
        self.hung_up = 0

    def dial(self, number: str) -> Dialled:
        self.dialled.append(number)
        return Dialled(number, f"dialled {number}")

    def hang_up(self) -> None:
        self.hung_up += 1


def more_numbers(shop: SmallShop, name: str, *numbers: tuple[str, bool, bool]) -> None:
    """More numbers for a contact: (number, bad, on the register)."""

    def add(session: Session) -> None:
        contact = session.exec(select(Contact).where(Contact.name == name)).one()
        for position, (e164, bad, blocked) in enumerate(numbers, 1):
            session.add(
                ContactPhone(
                    organisation_id=contact.organisation_id, contact_id=contact.id, e164=e164, kind="work",
                    position=position, bad=bad,
                )
            )  # fmt: skip
            if blocked:
                session.add(
                    DoNotCall(organisation_id=contact.organisation_id, e164=e164, added_at=shop.clock())
                )

    shop.write(add)


def states(seat: Seat) -> list[str]:
    """What the seller did, oldest first."""
    return [event.state for event in seat.read(SellerStateEvent)]


async def test_d_dials_through_the_port_copies_and_starts_the_timer(small_shop: SmallShop) -> None:
    dialler = WrittenDown()

    def use(app: DialdeckApp) -> None:
        app._dialler = dialler

    async with seated(small_shop, before=use) as seat:
        await seat.press("d")
        assert dialler.dialled == ["+12125550100"]
        assert "☎ talking 00:00" in seat.text
        small_shop.clock.forward(seconds=161)
        seat.screen.tick()
        await seat.settle()
        assert "☎ talking 02:41" in seat.text
        assert states(seat)[-1] == SellerState.TALKING


async def test_the_manual_dialler_shows_and_copies_the_number(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("d")
        assert "+1 212-555-0100 copied" in seat.answer
        assert seat.app.clipboard == "+12125550100"


async def test_d_again_ends_the_call_and_wrap_up_is_counted(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("d")
        small_shop.clock.forward(minutes=2)
        await seat.press("d")
        assert "◔ wrap-up 00:00" in seat.text
        assert "Call ended after 02:00" in seat.answer
        small_shop.clock.forward(seconds=20)
        await seat.press("n")
        assert "● ready 00:00" in seat.text
        (call,) = seat.read(Call)
        assert call.ended_at == call.started_at + timedelta(minutes=2)
        assert call.wrap_seconds == 20


async def test_f_hangs_up_too(small_shop: SmallShop) -> None:
    dialler = WrittenDown()

    def use(app: DialdeckApp) -> None:
        app._dialler = dialler

    async with seated(small_shop, before=use) as seat:
        await seat.press("d", "f")
        assert dialler.hung_up == 1
        assert "wrap-up" in seat.text


async def test_an_outcome_during_the_call_ends_it(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("d", "i")
        assert seat.name == "Juan Pérez"
        assert "● ready" in seat.text
        assert seat.outcomes()[0].ended_at is not None


async def test_undo_skip_back_jump_and_pause_are_refused_during_a_call(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "d")
        for key in ("z", "k", "b", "r", "f2", "slash"):
            await seat.press(key)
            assert seat.name == "Juan Pérez"
            assert "A call is running: f ends it" in seat.answer, key
        assert seat.lead("María González").status == "no_answer"


async def test_full_stop_takes_the_next_usable_number(small_shop: SmallShop) -> None:
    more_numbers(
        small_shop,
        "María González",
        ("+12125550150", False, False),
        ("+12125550151", True, False),
        ("+12125550152", False, True),
    )
    async with seated(small_shop, size=(120, 40)) as seat:
        assert "+1 212-555-0100 · +3 more (2 ✕)" in seat.text
        assert "+1 212-555-0151 ✕ wrong number" in seat.text
        assert "+1 212-555-0152 ⊘ do not call" in seat.text
        await seat.press("full_stop")
        assert "▶ +1 212-555-0150" in seat.text
        await seat.press("d")
        (call,) = seat.read(Call)
        assert call.e164 == "+12125550150"


async def test_a_person_without_a_usable_number_cannot_be_dialled_and_it_says_so(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop) as seat:
        more_numbers(small_shop, "María González")

        def block(session: Session) -> None:
            phone = session.exec(select(ContactPhone).where(ContactPhone.e164 == "+12125550100")).one()
            session.add(
                DoNotCall(organisation_id=phone.organisation_id, e164=phone.e164, added_at=small_shop.clock())
            )

        small_shop.write(block)
        await seat.press("d")  # put on the register after the person came on screen
        assert not seat.screen.calling
        assert seat.answer.startswith("✕")


async def test_the_call_is_still_running_after_the_console_was_opened_again(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("d")
    small_shop.clock.forward(minutes=3)
    async with seated(small_shop) as seat:
        assert seat.name == "María González"
        assert "☎ talking 03:00" in seat.text


async def test_a_pause_has_a_code_and_its_own_clock_and_ends_with_enter(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("r")
        assert "1 Break" in seat.text
        await seat.press("2")
        small_shop.clock.forward(minutes=12, seconds=3)
        seat.app.screen._tick()
        await seat.settle()
        assert "Paused: Lunch" in seat.text
        assert "12:03" in seat.text
        seat.screen.tick()
        await seat.settle()
        assert "‖ paused (Lunch) 12:03" in seat.text
        claim = seat.claims()[0].expires_at
        seat.screen.keep_claim()
        await seat.settle()
        assert seat.claims()[0].expires_at == claim
        await seat.press("n", "escape")  # no key reaches the console, and Esc does not end a pause
        assert "Paused: Lunch" in seat.text
        await seat.press("enter")
        assert seat.name == "María González"
        assert seat.outcomes() == []
        events = seat.read(SellerStateEvent)
        assert [event.pause_code for event in events if event.pause_code] == ["lunch"]
        assert events[-1].state == SellerState.READY


async def test_escape_leaves_the_pause_window_without_a_pause(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("r", "escape")
        assert seat.app.screen is seat.screen
        assert SellerState.PAUSED not in states(seat)


async def test_the_line_of_keys_follows_the_call_and_its_end(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        line = seat.screen.query_one(KeyLine)
        assert line.offered & {"console.hang_up", "console.undo"} == {"console.undo"}
        await seat.press("d")
        assert line.offered & {"console.hang_up", "console.undo"} == {"console.hang_up"}
        await seat.press("n")
        assert line.offered & {"console.hang_up", "console.undo"} == {"console.undo"}


async def test_what_is_copied_is_told_in_the_line_and_what_stood_there_comes_back(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "f3")
        assert seat.answer == "▸ Copied the number: +12125550101"
        await seat.press("ctrl+c")
        assert seat.answer == "▸ ^q leaves Dialdeck."
        seat.screen.status.end_flash()
        await seat.settle()
        assert "María González: not found" in seat.answer


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("Q",), "Q means nothing here. F1 shows the keys."),
        (("f6",), "F6 means nothing here. F1 shows the keys."),
        (("5",), "5 means nothing here. F1 shows the keys."),
        (("f",), "No call is running. F1 shows the keys."),
    ],
)
async def test_a_key_that_does_nothing_says_so(
    small_shop: SmallShop, keys: tuple[str, ...], answer: str
) -> None:
    async with seated(small_shop) as seat:
        await seat.press(*keys)
        assert seat.answer == f"⚠ {answer}"


async def test_after_an_undo_the_head_names_no_outcome_that_was_taken_back(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("d", "o", "z")
        assert seat.name == "María González"
        assert "try 1 of 5 · dialled 12:00" in " ".join(seat.text.split())
        assert "12:00     ↶ Busy (undone)" in seat.text


async def test_after_an_undo_the_former_outcome_stands_with_its_own_time(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("n", "b")
        small_shop.clock.forward(minutes=30)
        await seat.press("d", "o", "z")
        assert seat.name == "María González"
        assert "try 2 of 5 · Not found 12:00" in seat.text
        assert "12:30     ↶ Busy (undone)" in seat.text

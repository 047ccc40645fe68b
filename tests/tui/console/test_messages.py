"""Messages from those who lead: beside the work, in no window, and told as shown once they were."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from domain.people import entry, messages
from domain.people.models import SellerMessage, SellerPresence
from tests.tui.console.seat import Seat, seated
from tests.tui.leading.crowd import until
from tests.tui.shop import MARKUP, SmallShop
from tui.screens.console import ConsoleScreen
from tui.screens.console import messages as screen


def send(shop: SmallShop, line: str) -> int:
    with shop.database.transaction() as session:
        root = entry.sign_in(session, name="root", password=None, now=shop.clock())
        ana = entry.sign_in(session, name="ana", password=None, now=shop.clock())
        return messages.send(session, actor=root, recipient_id=ana.user_id, text=line, now=shop.clock()).id


def unread(shop: SmallShop) -> list[str]:
    with shop.database.reading() as session:
        return list(_unread(session))


def _unread(session: Session) -> list[str]:
    rows = select(SellerMessage.text).where(col(SellerMessage.shown_at).is_(None)).order_by(SellerMessage.id)  # type: ignore[arg-type]  # a column
    return list(session.exec(rows).all())


async def look(at: Seat) -> None:
    """What the console does by itself every ten seconds."""
    at.screen.read_messages()
    await at.settle()


async def test_a_message_stands_in_the_line_and_is_told_as_shown(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "READ_SECONDS", 0.01)
    async with seated(small_shop) as at:
        before = at.name
        send(small_shop, f"{MARKUP} first, then the renewals")
        await look(at)
        assert at.answer == f"▸ ✉ root: {MARKUP} first, then the renewals"
        await until(at.pilot, lambda: not unread(small_shop))
        assert at.name == before
        assert isinstance(at.app.screen, ConsoleScreen)


async def test_a_call_goes_on_undisturbed_and_its_line_comes_back(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "READ_SECONDS", 0.01)
    rung: list[str] = []
    async with seated(small_shop) as at:
        await at.press("d")
        said = at.answer
        monkeypatch.setattr(at.app, "bell", lambda: rung.append("bell"))
        send(small_shop, "Meeting at five")
        await look(at)
        assert at.answer == "▸ ✉ root: Meeting at five"
        assert at.screen.calling
        await until(at.pilot, lambda: not unread(small_shop))
        at.screen.status.end_flash()
        assert at.answer == said
        assert rung == []
        await at.press("f")
        assert "Call ended" in at.answer


async def test_a_message_that_was_covered_at_once_comes_again(small_shop: SmallShop) -> None:
    async with seated(small_shop) as at:
        number = send(small_shop, "Meeting at five")
        await look(at)
        [message] = at.screen._letter_box
        assert message.id == number
        at.screen.status.say("Undone.")
        at.screen._stood(message)
        await at.settle()
        assert unread(small_shop) == ["Meeting at five"]
        await look(at)
        assert at.answer == "▸ ✉ root: Meeting at five"


async def test_two_messages_come_one_after_the_other(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "READ_SECONDS", 0.01)
    async with seated(small_shop) as at:
        send(small_shop, "One")
        send(small_shop, "Two")
        await look(at)
        await until(at.pilot, lambda: not unread(small_shop))
        assert at.answer == "▸ ✉ root: Two"


async def test_in_a_pause_a_message_waits(small_shop: SmallShop) -> None:
    async with seated(small_shop) as at:
        await at.press("r")
        send(small_shop, "Meeting at five")
        await look(at)
        assert "Meeting at five" not in at.text
        await at.press("escape")
        await look(at)
        assert "Meeting at five" in at.text


async def test_an_open_console_gives_signs_of_life(small_shop: SmallShop) -> None:
    async with seated(small_shop) as at:
        [sign] = at.read(SellerPresence)
        assert sign.seen_at == small_shop.clock()
        small_shop.clock.forward(minutes=1)
        at.screen.beat()
        await at.settle()
        assert [each.seen_at for each in at.read(SellerPresence)] == [small_shop.clock()]

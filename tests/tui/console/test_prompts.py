"""Times and sales, asked in the row of the note: understood while typing, refused with an offer, or given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlmodel import Session, select

from domain.campaigns.models import Campaign
from domain.campaigns.windows import parse_hours
from domain.sales.models import Product, Sale
from tests.tui.console.seat import seated
from tests.tui.shop import SmallShop, move_to
from tui.screens.console.sale_prompt import money, read_amount

# Rules are kept per campaign and time of its last change, also from test to test in one process.
CHANGES = count(1)


def offer_products(shop: SmallShop, *products: tuple[str, int, str], default: int | None = None) -> None:
    """Products of the shop; ``default`` is the campaign's own, by position."""

    def add(session: Session) -> None:
        campaign = session.exec(select(Campaign).where(Campaign.id == shop.campaigns["spring"])).one()
        rows = [
            Product(
                organisation_id=campaign.organisation_id, name=name, price_minor=price, currency=currency,
                created_at=shop.clock(),
            )
            for name, price, currency in products
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        if default is not None:
            campaign.default_product_id = rows[default].id
            session.add(campaign)

    shop.write(add)


def office_hours(shop: SmallShop, hours: str = "mon-fri 09:00-20:00") -> None:
    """The campaign keeps hours."""

    def change(session: Session) -> None:
        campaign = session.exec(select(Campaign).where(Campaign.id == shop.campaigns["spring"])).one()
        campaign.hours = parse_hours(hours).model_dump(mode="json")
        campaign.updated_at = shop.clock() + timedelta(microseconds=next(CHANGES))
        session.add(campaign)

    shop.write(change)


async def test_schedule_asks_when_in_the_place_of_the_note(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("a")
        assert seat.name == "María González"
        assert "When?" in seat.text
        assert "Schedule: it is 12:00" in seat.answer
        await seat.write("tomorrow 10")
        assert "✓ tomorrow 10:00" in seat.answer
        assert "Enter records" in seat.answer
        await seat.press("enter")
        assert seat.name == "Juan Pérez"
        (callback,) = seat.callbacks()
        assert callback.due_at == datetime(2025, 11, 21, 13, 0, tzinfo=UTC)
        assert "María González: schedule · back tomorrow 10:00" in seat.answer


@pytest.mark.parametrize(
    ("typed", "due"),
    [("+2h", "14:00"), ("fri 15:30", "15:30"), ("21/11 9:00", "09:00"), ("mañana 11", "11:00")],
)
async def test_times_are_understood_as_people_type_them(small_shop: SmallShop, typed: str, due: str) -> None:
    async with seated(small_shop) as seat:
        await seat.press("a")
        seat.pilot.app.focused.insert_text_at_cursor(typed)
        await seat.settle()
        assert due in seat.answer
        await seat.press("enter")
        assert len(seat.callbacks()) == 1


async def test_letters_in_the_prompt_are_no_outcomes(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("a")
        await seat.write("noon tomorrow")
        assert seat.outcomes() == []
        assert "✓ tomorrow 12:00" in seat.answer


async def test_what_cannot_be_understood_is_said_and_not_recorded(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("a")
        await seat.write("whenever")
        assert "whenever" in seat.answer
        await seat.press("enter")
        assert seat.name == "María González"
        assert seat.outcomes() == []


async def test_escape_gives_the_prompt_up_and_the_note_is_still_there(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("wait")
        await seat.press("escape", "a", "escape")
        assert "Schedule not recorded" in seat.answer
        assert seat.screen.note.text == "wait"
        assert "wait" in seat.text
        await seat.press("n")
        assert [call.action for call in seat.outcomes()] == ["not-found"]


async def test_a_closed_hour_is_refused_and_the_nearest_offered_and_taken_with_a_second_enter(
    small_shop: SmallShop,
) -> None:
    office_hours(small_shop)
    async with seated(small_shop) as seat:
        await seat.press("a")
        await seat.write("tomorrow 21")
        assert seat.answer.startswith("✕ tomorrow 21:00")
        await seat.press("enter")
        assert seat.outcomes() == []
        assert "Nearest: tomorrow 19:45" in seat.answer
        assert "Enter takes it" in seat.answer
        await seat.press("enter")
        (callback,) = seat.callbacks()
        assert callback.due_at == datetime(2025, 11, 21, 22, 45, tzinfo=UTC)


async def test_a_day_without_an_hour_means_its_opening(small_shop: SmallShop) -> None:
    office_hours(small_shop, "mon-fri 10:30-20:00")
    async with seated(small_shop) as seat:
        await seat.press("a")
        await seat.write("monday")
        assert "Mon 10:30" in seat.answer


async def test_both_clocks_are_shown_where_the_contact_lives_by_another(small_shop: SmallShop) -> None:
    move_to(small_shop, "María González", "America/New_York")
    async with seated(small_shop) as seat:
        assert "10:00 in New York" in seat.text
        assert "times in New York" in seat.text
        await seat.press("a")
        await seat.write("tomorrow 10")
        assert "tomorrow 10:00 New York (12:00 yours)" in seat.answer


async def test_call_later_has_a_second_key_that_asks_the_time(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        assert "l Call later L…" in seat.text
        await seat.press("L")
        assert "Call later: it is 12:00" in seat.answer
        await seat.write("+3h")
        await seat.press("enter")
        assert seat.lead("María González").campaign_resolution == "CL"
        assert seat.lead("María González").next_attempt_at == datetime(2025, 11, 20, 18, 0, tzinfo=UTC)


async def test_the_note_goes_with_a_scheduled_callback(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("ask for Leo")
        await seat.press("escape", "a")
        await seat.write("+1h")
        await seat.press("enter")
        assert seat.callbacks()[0].notes == "ask for Leo"


async def test_a_sale_takes_the_campaigns_product_with_enter(small_shop: SmallShop) -> None:
    offer_products(small_shop, ("Digital", 899, "USD"), ("Print", 1250, "USD"), default=1)
    async with seated(small_shop) as seat:
        await seat.press("s")
        assert seat.name == "María González"
        assert "Sold:" in seat.text
        assert "✓ Sale: $12.50, 1 × Print" in seat.answer
        await seat.press("enter")
        assert seat.name == "Juan Pérez"
        (sale,) = seat.read(Sale)
        assert (sale.price_minor, sale.quantity, sale.total_minor) == (1250, 1, 1250)
        assert seat.lead("María González").status == "sale"


async def test_a_sale_without_products_is_still_a_sale(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("s")
        assert "Sale without a product; a supervisor adds some: dialdeck products add" in seat.answer
        await seat.press("enter")
        (sale,) = seat.read(Sale)
        assert (sale.product_id, sale.total_minor) == (None, 0)


async def test_product_quantity_and_price_can_be_chosen(small_shop: SmallShop) -> None:
    offer_products(small_shop, ("Digital", 899, "USD"), ("Print [x]", 1250, "USD"))
    async with seated(small_shop, size=(120, 40)) as seat:
        await seat.press("s")
        await seat.write("p")
        assert "Sale: $12.50, 1 × Print [x]" in seat.answer
        await seat.press("tab", "backspace")
        await seat.write("3")
        await seat.press("tab")
        seat.pilot.app.focused.value = "10,40"
        await seat.settle()
        assert "Sale: $31.20 = 3 × $10.40, Print [x]" in seat.answer
        await seat.press("enter")
        (sale,) = seat.read(Sale)
        assert (sale.price_minor, sale.quantity, sale.total_minor) == (1040, 3, 3120)


async def test_an_impossible_quantity_or_price_is_refused(small_shop: SmallShop) -> None:
    offer_products(small_shop, ("Digital", 899, "USD"))
    async with seated(small_shop) as seat:
        await seat.press("s", "1", "tab", "backspace", "0", "enter")
        assert "whole number from 1" in seat.answer
        await seat.press("backspace", "2", "tab")
        seat.pilot.app.focused.value = "twelve"
        await seat.settle()
        assert "The price twelve is not understood" in seat.answer
        await seat.press("enter")
        assert seat.read(Sale) == []
        await seat.press("escape")
        assert "Sale not recorded" in seat.answer


async def test_a_promotion_beyond_the_campaigns_end_asks_for_a_time_and_offers_the_nearest(
    small_shop: SmallShop,
) -> None:
    def end_soon(session: Session) -> None:
        campaign = session.exec(select(Campaign).where(Campaign.id == small_shop.campaigns["spring"])).one()
        campaign.end_date = datetime(2025, 11, 24, tzinfo=UTC).date()
        campaign.updated_at = small_shop.clock() + timedelta(microseconds=next(CHANGES))
        session.add(campaign)

    small_shop.write(end_soon)
    async with seated(small_shop, size=(120, 40)) as seat:
        assert "choose a time" in seat.line("p Start promotion")
        await seat.press("p")
        assert seat.name == "María González"
        assert "When?" in seat.text
        await seat.press("enter")
        assert seat.lead("María González").campaign_resolution == "SP"


@pytest.mark.parametrize(
    ("text", "currency", "language", "minor"),
    [
        ("12", "USD", "en", 1200),
        ("12.50", "USD", "en", 1250),
        ("12,50", "EUR", "es", 1250),
        ("1.250", "EUR", "es", 125000),
        ("1,250", "USD", "en", 125000),
        ("1,250.5", "USD", "en", 125050),
        ("$ 9.99", "USD", "en", 999),
        ("1500", "JPY", "en", 1500),
        ("12.505", "USD", "en", None),
        ("-3", "USD", "en", None),
        ("abc", "USD", "en", None),
    ],
)
def test_amounts_are_read_as_people_write_them(
    text: str, currency: str, language: str, minor: int | None
) -> None:
    assert read_amount(text, currency, language) == minor


def test_amounts_are_written_by_the_language() -> None:
    assert money(1250, "USD", "en") == "$12.50"
    assert money(1250, "EUR", "es") == "12,50\u00a0€"


async def test_the_day_is_told_of_both_clocks_where_it_has_another_name(small_shop: SmallShop) -> None:
    move_to(small_shop, "María González", "Asia/Tokyo")  # there it is past midnight already
    async with seated(small_shop) as seat:
        await seat.press("L")
        await seat.write("today 13")
        assert "today 13:00 Tokyo (tomorrow 01:00 yours)" in seat.answer


async def test_a_total_is_told_whole_however_long_the_product_is_called(small_shop: SmallShop) -> None:
    offer_products(small_shop, ("Print and digital, weekends, with the supplement", 1250, "USD"), default=0)
    async with seated(small_shop) as seat:
        await seat.press("s")
        row = seat.screen.status.shown_text()
        assert "Sale: $12.50, 1 × Print and digital" in row
        assert "Enter records  Esc cancels" in row
        assert seat.screen.figures_line.shown_text().strip() == "with the supplement"
        await seat.press("escape")
        assert "ready" in seat.screen.figures_line.shown_text()


async def test_amounts_are_in_the_language_of_the_screen(small_shop: SmallShop) -> None:
    offer_products(small_shop, ("Print", 1250, "USD"), default=0)
    async with seated(small_shop, language="es") as seat:
        await seat.press("s")
        assert "$12.50, 1 × Print" in seat.screen.status.shown_text()


async def test_times_are_in_the_language_of_the_screen_and_understood_in_both(small_shop: SmallShop) -> None:
    office_hours(small_shop, "mon-fri 10:30-20:00")
    async with seated(small_shop, language="es") as seat:
        await seat.press("a")
        await seat.write("lunes")
        assert seat.answer.startswith("✓ Mon 10:30")
        seat.pilot.app.focused.value = "mañana 21"
        await seat.settle()
        assert seat.answer.startswith("✕ tomorrow 21:00 is outside")
        await seat.press("enter")
        assert "Nearest: tomorrow 19:45" in seat.answer
        seat.pilot.app.focused.value = "1/12 11:00"  # the day first, as people of the language write it
        await seat.settle()
        assert seat.answer.startswith("✓ 1 Dec 11:00")

"""Sales: what an outcome sold, at which price, and that an undo takes it back (calling specification, 2)."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.sales import products
from domain.sales.models import Product
from domain.sales.products import ProductView
from domain.sales.sales import SaleInput
from tests.support.floor import Floor


def product(floor: Floor, name: str = "Paper", price: int = 1290, who: str = "sup") -> ProductView:
    with floor.database.transaction() as session:
        return products.add(
            session, actor=floor[who], name=name, price_minor=price, currency="EUR", now=floor.now
        )


def retire(floor: Floor, view: ProductView) -> None:
    with floor.database.transaction() as session:
        row = session.get_one(Product, view.id)
        row.active = False
        session.add(row)


def sell(floor: Floor, sale: SaleInput | None = None) -> tuple[int | None, int, int, int, str]:
    lead_id = floor.lead()
    floor.handle("ana", "sale", lead_id, sale=sale)
    [row] = floor.sales(lead_id)
    assert (row.seller_id, row.lead_id, row.sold_at) == (floor["ana"].user_id, lead_id, floor.now)
    assert row.call_id == floor.calls(lead_id)[0].id
    assert row.contact_id == floor.row(lead_id).contact_id
    return row.product_id, row.quantity, row.price_minor, row.total_minor, row.currency


def test_enter_sells_the_campaigns_product_at_its_price(floor: Floor) -> None:
    paper = product(floor)
    floor.set(default_product="Paper")
    assert sell(floor) == (paper.id, 1, 1290, 1290, "EUR")


def test_without_a_default_it_is_a_sale_without_a_product(floor: Floor) -> None:
    assert sell(floor) == (None, 1, 0, 0, "USD")


def test_another_product_quantity_and_price_may_be_chosen(floor: Floor) -> None:
    product(floor)
    book = product(floor, "Book", 2000)
    floor.set(default_product="Paper")
    assert sell(floor, SaleInput(book.id)) == (book.id, 1, 2000, 2000, "EUR")
    assert sell(floor, SaleInput(book.id, quantity=3)) == (book.id, 3, 2000, 6000, "EUR")
    assert sell(floor, SaleInput(book.id, quantity=2, price_minor=1500)) == (book.id, 2, 1500, 3000, "EUR")
    assert sell(floor, SaleInput(book.id, price_minor=0)) == (book.id, 1, 0, 0, "EUR")
    assert sell(floor, SaleInput(price_minor=99)) != sell(floor)
    assert sell(floor, SaleInput(quantity=2))[1:4] == (2, 1290, 2580)


@pytest.mark.parametrize(
    ("sale", "error"),
    [
        (SaleInput(quantity=0), Invalid),
        (SaleInput(quantity=-1), Invalid),
        (SaleInput(price_minor=-1), Invalid),
        (SaleInput(quantity=2_000_000), Invalid),
        (SaleInput(quantity=2**31, price_minor=0), Invalid),
        (SaleInput(quantity=2, price_minor=2**30), Invalid),
        (SaleInput(product_id=10**9), NotFound),
        (SaleInput(product_id=0), NotFound),
    ],
    ids=str,
)
def test_a_sale_that_cannot_be_is_refused_and_nothing_is_written(
    floor: Floor, sale: SaleInput, error: type[Exception]
) -> None:
    product(floor)
    floor.set(default_product="Paper")
    lead_id = floor.lead()
    floor.take("ana")
    with pytest.raises(error):
        floor.record("ana", lead_id, "sale", sale=sale)
    assert (floor.row(lead_id).version, floor.calls(lead_id), floor.sales()) == (1, [], [])


def test_what_is_not_on_offer_any_more_or_another_shops_is_not_sold(floor: Floor) -> None:
    old, theirs = product(floor), product(Floor(floor.database))
    retire(floor, old)
    lead_id = floor.lead()
    floor.take("ana")
    for view in (old, theirs):
        with pytest.raises(NotFound) as refused:
            floor.record("ana", lead_id, "sale", sale=SaleInput(view.id))
        assert refused.value.code == "no_product"
    assert floor.record("ana", lead_id, "sale").status == "sale"


def test_the_price_of_a_sale_does_not_move_with_the_products(floor: Floor) -> None:
    paper = product(floor)
    sold = sell(floor, SaleInput(paper.id))
    with floor.database.transaction() as session:
        row = session.get_one(Product, paper.id)
        row.price_minor = 1
        session.add(row)
    assert floor.sales()[0].price_minor == sold[2] == 1290


def test_an_undone_sale_is_cancelled_and_another_may_follow(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "sale", lead_id)
    floor.undo("ana")
    floor.record("ana", lead_id, "sale", sale=SaleInput(quantity=2))
    assert [(row.quantity, row.cancelled_at is None) for row in floor.sales(lead_id)] == [
        (1, False),
        (2, True),
    ]


def test_only_a_sale_sells(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "start-promotion", lead_id)
    assert floor.sales() == []


def listed(session: Session, floor: Floor, *, active_only: bool = True) -> list[str]:
    rows = products.listing(session, organisation_id=floor.organisation_id, active_only=active_only)
    return [view.name for view in rows]


def test_products_are_listed_by_name_those_on_offer_first_of_all(floor: Floor) -> None:
    product(floor, "Paper")
    product(floor, "Book")
    retire(floor, product(floor, "Atlas"))
    product(Floor(floor.database), "Theirs")
    with floor.database.reading() as session:
        assert listed(session, floor) == ["Book", "Paper"]
        assert listed(session, floor, active_only=False) == ["Atlas", "Book", "Paper"]


def test_what_a_product_must_have_and_who_may_add_one(floor: Floor) -> None:
    product(floor)
    with pytest.raises(Conflict):
        product(floor)
    for name, price in (("", 1), ("  ", 1), ("Free", -1)):
        with pytest.raises(Invalid):
            product(floor, name, price)
    with pytest.raises(NotAllowed):
        product(floor, "Mine", who="ana")
    with floor.database.transaction() as session:
        for currency in ("EURO", "12€", ""):
            with pytest.raises(Invalid):
                products.add(
                    session, actor=floor["sup"], name="X", price_minor=1, currency=currency, now=floor.now
                )

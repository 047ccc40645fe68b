"""`dialdeck products`: what is sold."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, line, table

app = group("Products: what is sold.")


@command(app, "list", reads=True)
def list_products(
    work: Invocation, active: Annotated[bool, typer.Option("--active", help="Only those on offer.")] = False
) -> None:
    """The products on offer, with their prices."""
    from domain.sales import products
    from domain.sales.money import price_text

    found = work.read(products.listing, organisation_id=work.actor.organisation_id, active_only=active)

    def human() -> None:
        columns = [Column("Product"), Column("Price", "number"), Column("Number", "id"), Column("Active")]
        rows = [
            (each.name, price_text(each.price_minor, each.currency), each.id, each.active) for each in found
        ]
        table(
            work,
            columns,
            rows,
            empty="There are no products. Add one: dialdeck products add NAME --price 19.90",
        )

    answer(work, found, human)


@command(app, "add")
def add(
    work: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    price: Annotated[str, typer.Option("--price", metavar="AMOUNT", help="Price of one, such as 19.90.")],
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="Three letters.")] = "USD",
) -> None:
    """Add a product."""
    from domain.sales import products
    from domain.sales.money import minor_units, price_text

    product = work.write(
        products.add,
        actor=work.actor,
        name=name,
        price_minor=minor_units(price, currency),
        currency=currency,
        now=work.now(),
    )
    cost = price_text(product.price_minor, product.currency)
    answer(work, product, lambda: line(f"{product.name} ({cost}) was added."))

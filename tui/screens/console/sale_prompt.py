"""Asks what was sold: Enter takes the campaign's product at its price, the fields choose otherwise.

One row: product (arrows, digits or its first letters), quantity, price. Money is read and written by babel in
the reader's way, kept in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from domain.calling.views import ActionView
from tui.i18n import _
from tui.screens.console.prompt import ENTER, ESC, Prompt
from tui.widgets.lines import Line
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from domain.sales.products import ProductView
    from domain.sales.sales import SaleInput

MOST = 9999


class ProductChoice(Pane, can_focus=True):
    """The product, one at a time. Before the list is there (``known``) and without a default, ``product`` is
    None: what the campaign sells, or a sale of nothing in particular.
    """

    BINDINGS = [
        Binding("down,right", "move(1)", show=False),
        Binding("up,left", "move(-1)", show=False),
    ]
    DEFAULT_CSS = "ProductChoice { width: 1fr; height: 1; }"

    class Changed(Message):
        """Another product."""

    def __init__(self) -> None:
        super().__init__(id="product")
        self.products: Sequence[ProductView] = ()
        self.at = -1
        self.known = False
        self._least = -1
        self._typed = ""

    def offer(self, products: Sequence[ProductView], default: ProductView | None) -> None:
        """The shop's products; the campaign's own is chosen, and only without one may there be none."""
        self.products, self.known = products, True
        places = [index for index, each in enumerate(products) if default and each.id == default.id]
        self._least = 0 if places else -1
        self.at = places[0] if places else -1
        self.redraw()
        self.post_message(self.Changed())

    @property
    def product(self) -> ProductView | None:
        """The chosen product."""
        return self.products[self.at] if self.at >= 0 else None

    @property
    def title_of(self) -> str:
        """The product in words."""
        if self.product is not None:
            return self.product.name
        return _("no product") if self.known else "…"

    def body(self, width: int) -> list[Line]:
        """Name, and how many there are."""
        arrows = f" ↕{len(self.products)}" if self.products else ""
        return [((f" {self.title_of} ", "cursor" if self.has_focus else "strong"), (arrows, "muted"))]

    def action_move(self, steps: int) -> None:
        """The next or former product."""
        self._choose(max(self._least, min(self.at + steps, len(self.products) - 1)))

    def _choose(self, at: int) -> None:
        if at != self.at:
            self.at = at
            self.redraw()
            self.post_message(self.Changed())

    def on_key(self, event: events.Key) -> None:
        """Digits choose by position, letters by the beginning of the name."""
        if event.key == "backspace":
            self._typed = ""
            event.stop()
        character = event.character
        if character is None or not character.isprintable() or event.key in {"enter", "tab"}:
            return
        event.stop()
        event.prevent_default()
        if character.isdigit():
            if 0 < int(character) <= len(self.products):
                self._choose(int(character) - 1)
            return
        for typed in (self._typed + character.casefold(), character.casefold()):
            found = [n for n, each in enumerate(self.products) if each.name.casefold().startswith(typed)]
            if found:
                self._typed = typed
                self._choose(found[0])
                return


class SalePrompt(Prompt):
    """``Answered`` carries the sale as it stands in the row, None where nothing was chosen."""

    BINDINGS = [Binding("enter", "take", show=False)]

    class Answered(Message):
        """What was sold; ``sale`` None: the campaign's product at its price, or nothing in particular."""

        def __init__(self, sale: SaleInput | None) -> None:
            super().__init__()
            self.sale = sale

    def __init__(self, action: ActionView, language: str) -> None:
        super().__init__(id="prompt")
        self.action = action
        self.language = language
        self._offered: tuple[Sequence[ProductView], ProductView | None] | None = None

    def compose(self) -> ComposeResult:
        yield Static(Content(_("Sold:")))
        yield ProductChoice()
        yield Static(Content("×"))
        quantity = Input("1", id="quantity", type="integer", max_length=4, compact=True)
        quantity.styles.width = 7
        yield quantity
        yield Static(Content(_("at")))
        price = Input(placeholder=_("price"), id="price", max_length=16, compact=True)
        price.styles.width = 15
        yield price

    def on_mount(self) -> None:
        self.query_one(ProductChoice).focus()
        self._show()
        if self._offered is not None:
            self.offer(*self._offered)

    def offer(self, products: Sequence[ProductView], default: ProductView | None) -> None:
        """What can be sold is known now, perhaps before the row stands on the screen."""
        self._offered = products, default
        for choice in self.query(ProductChoice):
            choice.offer(products, default)

    def on_product_choice_changed(self, event: ProductChoice.Changed) -> None:
        """Another product brings its own price."""
        event.stop()
        product = self.query_one(ProductChoice).product
        self.query_one("#price", Input).value = (
            "" if product is None else plain_amount(product.price_minor, product.currency, self.language)
        )
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The total while typing."""
        event.stop()
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field records as well."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Record, if the fields can be understood."""
        from domain.sales.sales import SaleInput

        choice = self.query_one(ProductChoice)
        quantity, price, problem = self._fields()
        if problem:
            self.tell(problem, "bad")
        elif choice.product is None and quantity == 1 and price is None:
            self.post_message(self.Answered(None))
        else:
            product_id = choice.product.id if choice.product else None
            self.post_message(self.Answered(SaleInput(product_id, quantity, price)))

    def _fields(self) -> tuple[int, int | None, str]:
        """Quantity, price in minor units (None: the product's own), and what is wrong with them."""
        typed = self.query_one("#quantity", Input).value.strip()
        if not typed.isdigit() or not 1 <= int(typed) <= MOST:
            return 1, None, _("The quantity is a whole number from 1 to {most}.").format(most=MOST)
        amount = self.query_one("#price", Input).value.strip()
        if not amount:
            return int(typed), None, ""
        minor = read_amount(amount, self._currency(), self.language)
        if minor is None:
            return int(typed), None, _("The price {text} is not understood.").format(text=amount)
        return int(typed), minor, ""

    def _currency(self) -> str:
        product = self.query_one(ProductChoice).product
        if product is not None:
            return product.currency
        products = self.query_one(ProductChoice).products
        return products[0].currency if products else "USD"

    def _show(self) -> None:
        product = self.query_one(ProductChoice).product
        quantity, price, problem = self._fields()
        if problem:
            self.tell(problem, "warn", (*ESC, (_("cancels"), "muted")))
            return
        choice = self.query_one(ProductChoice)
        if price is None and product is not None:
            price = product.price_minor
        if choice.known and not choice.products and price is None:
            self.tell(
                _("{outcome} without a product; a supervisor adds some: dialdeck products add").format(
                    outcome=self.action.label
                ),
                "warn",
                (*ENTER, (_("records"), "muted"), *ESC, (_("cancels"), "muted")),
            )
            return
        # The total first: of a long product name the end may be lost, of the money nothing.
        told = f"{quantity} × {choice.title_of}"
        if price is not None:
            currency = self._currency()
            each = f" × {money(price, currency, self.language)}" if quantity > 1 else ""
            total = money(price * quantity, currency, self.language)
            told = f"{total} = {quantity}{each}, {choice.title_of}" if each else f"{total}, {told}"
        self.tell(
            f"{self.action.label}: {told}",
            "ok",
            (*ENTER, (_("records"), "muted"), *ESC, (_("cancels"), "muted")),
        )


def money(minor: int, currency: str, language: str) -> str:
    """An amount as people of the language write it: ``$12.00``, ``12,00 €``."""
    from babel.numbers import format_currency

    return format_currency(_major(minor, currency), currency, locale=language)


def plain_amount(minor: int, currency: str, language: str) -> str:
    """The same without the sign of the currency, as it stands in the field."""
    from babel.numbers import format_decimal, get_currency_precision

    digits = get_currency_precision(currency)
    pattern = "0." + "0" * digits if digits else "0"
    return format_decimal(_major(minor, currency), format=pattern, locale=language)


def read_amount(text: str, currency: str, language: str) -> int | None:
    """Minor units of a typed amount: ``12``, ``12.50`` or ``12,50``; None when it is no amount."""
    from babel.numbers import get_currency_precision, get_decimal_symbol

    kept = "".join(c for c in text if c.isdigit() or c in ".,-")
    mark = max(kept.rfind("."), kept.rfind(","))
    after = len(kept) - mark - 1
    if mark >= 0 and (after != 3 or kept[mark] == get_decimal_symbol(language)):
        kept = kept[:mark].replace(".", "").replace(",", "") + "." + kept[mark + 1 :]
    else:
        kept = kept.replace(".", "").replace(",", "")
    try:
        amount = Decimal(kept)
    except InvalidOperation:
        return None
    scaled = amount * (10 ** get_currency_precision(currency))
    if scaled < 0 or scaled != scaled.to_integral_value() or scaled > 10**14:
        return None
    return int(scaled)


def _major(minor: int, currency: str) -> Decimal:
    from babel.numbers import get_currency_precision

    return Decimal(minor).scaleb(-get_currency_precision(currency))

"""A seller's seat in the tests: the application on a small real shop, its keys, and what stands on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import Session, col, select
from textual.pilot import Pilot

from domain.calling.models import Activity, Call, ConsoleAction, Draft, HopperEntry, Lead
from tests.tui.screens_text import line_with, settled, shown
from tests.tui.shop import SmallShop
from tui.app import DialdeckApp
from tui.screens.console import ConsoleScreen

Row = TypeVar("Row")


@dataclass
class Ticks:
    """A monotonic clock that stands still until told."""

    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Seat:
    """``press`` waits for the letters' rest after a new person, as a seller does; ``blind`` does not."""

    shop: SmallShop
    app: DialdeckApp
    pilot: Pilot[int]
    screen: ConsoleScreen
    ticks: Ticks
    log: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each after a pause."""
        for key in keys:
            self.ticks.at += 1
            await self.pilot.press(key)
            await settled(self.pilot)

    async def blind(self, *keys: str) -> None:
        """Press keys without looking: no pause between them."""
        for key in keys:
            self.ticks.at += 0.05
            await self.pilot.press(key)
            await settled(self.pilot)

    async def write(self, text: str) -> None:
        """Type into the field that has the focus."""
        for letter in text:
            await self.pilot.press("space" if letter == " " else letter)
        await settled(self.pilot)

    async def settle(self) -> None:
        """Wait for threads and paints."""
        await settled(self.pilot)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return shown(self.app)

    @property
    def name(self) -> str:
        """Who is on the line; empty for nobody."""
        return self.screen.dossier.name if self.screen.dossier else ""

    @property
    def answer(self) -> str:
        """The line that answers the last key, with what goes on in the row of the figures."""
        status = self.screen.status
        row, end = status.shown_text().strip(), "".join(text for text, _role in status.end).strip()
        rest = "".join(text for text, _role in self.screen.figures_line.rest)
        return f"{row.removesuffix(end).rstrip()} {rest}  {end}".rstrip() if rest else row

    def line(self, text: str) -> str:
        """The line of the screen with this text."""
        return line_with(self.app, text)

    def read(self, kind: type[Row], *where: object) -> list[Row]:
        """Rows of the database, oldest first."""
        with self.shop.database.reading() as session:
            rows = session.exec(select(kind).where(*where).order_by(kind.id)).all()  # type: ignore[attr-defined]
            session.expunge_all()
            return list(rows)

    def lead(self, name: str) -> Lead:
        """A lead as it is on disk."""
        (lead,) = self.read(Lead, Lead.id == self.shop.leads[name])
        return lead

    def outcomes(self) -> list[Call]:
        """Every outcome on disk."""
        return [call for call in self.read(Call) if call.action]

    def drafts(self) -> list[str]:
        """The drafts on disk."""
        return [draft.text for draft in self.read(Draft)]

    def callbacks(self) -> list[Activity]:
        """Pending callbacks on disk."""
        return self.read(Activity, Activity.state == "pending", Activity.kind == "callback")

    def claims(self) -> list[HopperEntry]:
        """Who has whom in hand."""
        return self.read(HopperEntry, col(HopperEntry.locked_by).is_not(None))


def change_action(shop: SmallShop, slug: str, **values: object) -> None:
    """An administrator changed an outcome."""

    def change(session: Session) -> None:
        row = session.exec(select(ConsoleAction).where(ConsoleAction.slug == slug)).one()
        row.sqlmodel_update(values)
        session.add(row)

    shop.write(change)


@asynccontextmanager
async def seated(
    shop: SmallShop,
    *,
    user: str = "ana",
    size: tuple[int, int] = (80, 24),
    campaign: str = "spring",
    before: Callable[[DialdeckApp], None] | None = None,
    opening: Callable[[], AbstractContextManager[None]] = nullcontext,
    **preferences: object,
) -> AsyncIterator[Seat]:
    """Sign in and open the console of a campaign, within ``opening``."""
    app = DialdeckApp(shop.desk(**preferences), user=user)
    if before is not None:
        before(app)
    ticks = Ticks()
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        screen = ConsoleScreen(shop.campaigns[campaign], "Spring subscriptions")
        screen.ticks = ticks
        with opening():
            app.push_screen(screen)
            await settled(pilot)
        yield Seat(shop, app, pilot, screen, ticks)
    assert app._exception is None, app.last_line

"""A shop whose supervisor hands leads out and takes them back."""

from __future__ import annotations

from typing import Any

import pytest

from domain.handing import assigning, batches, preview, releasing, standing, undoing
from domain.handing.assigning import Handed
from domain.handing.batches import BatchView
from domain.handing.preview import Preview
from domain.handing.standing import SellerLine
from domain.handing.targets import Target
from domain.recycling.selection import Filters
from domain.recycling.undoing import Undone
from tests.support.floor import Floor


class Desk:
    """What the supervisor of a shop does about whose the leads are."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    def to(self, **numbers: int | None) -> list[Target]:
        """Targets by the names of people or shifts."""
        return [
            Target(shift=name, number=number)
            if name in ("morning", "afternoon")
            else Target(seller_id=self.floor[name].user_id, number=number)
            for name, number in numbers.items()
        ]

    def filters(self, *statuses: str, seller: str | None = None, **given: Any) -> Filters:
        seller_id = self.floor[seller].user_id if seller else None
        return Filters(statuses, seller_id=seller_id, **given)

    def assign(
        self, to: list[Target], *, who: str = "sup", filters: Filters | None = None, **given: Any
    ) -> Handed:
        return assigning.run(
            self.floor.database,
            actor=self.floor[who],
            campaign_id=self.floor.campaign_id,
            to=to,
            filters=filters,
            clock=lambda: self.floor.now,
            **given,
        )

    def preview(self, to: list[Target], *, who: str = "sup", filters: Filters | None = None) -> Preview:
        with self.floor.database.reading() as session:
            return preview.of_assign(
                session, actor=self.floor[who], campaign_id=self.floor.campaign_id, to=to, filters=filters
            )

    def release(self, seller: str | None = None, *, who: str = "sup", **given: Any) -> Handed:
        filters = given.pop("filters", None) or self.filters(seller=seller)
        return releasing.run(
            self.floor.database,
            actor=self.floor[who],
            filters=filters,
            clock=lambda: self.floor.now,
            **given,
        )

    def resume(self, batch_id: int, who: str = "sup") -> Handed:
        return assigning.resume(
            self.floor.database, actor=self.floor[who], batch_id=batch_id, clock=lambda: self.floor.now
        )

    def undo(self, batch_id: int, who: str = "sup", **given: Any) -> Undone:
        return undoing.undo(
            self.floor.database,
            actor=self.floor[who],
            batch_id=batch_id,
            clock=lambda: self.floor.now,
            **given,
        )

    def batches(self, who: str = "sup", **given: Any) -> list[BatchView]:
        with self.floor.database.reading() as session:
            return batches.batches(session, actor=self.floor[who], now=self.floor.now, **given)

    def has(self, who: str = "sup") -> dict[str, SellerLine]:
        with self.floor.database.reading() as session:
            found = standing.standing(
                session, actor=self.floor[who], campaign_id=self.floor.campaign_id, now=self.floor.now
            )
        return {line.name: line for line in found.sellers}

    def free(self) -> int:
        with self.floor.database.reading() as session:
            return standing.standing(
                session, actor=self.floor["sup"], campaign_id=self.floor.campaign_id, now=self.floor.now
            ).free

    def owners(self, leads: list[int]) -> list[str | None]:
        """Who has each lead."""
        names = {actor.user_id: name for name, actor in self.floor.people.items()}
        return [names.get(self.floor.row(lead).owner_id or 0) for lead in leads]

    def counted(self, leads: list[int]) -> dict[str | None, int]:
        owners = self.owners(leads)
        return {name: owners.count(name) for name in set(owners)}

    def state(self, lead_id: int) -> dict[str, Any]:
        """Everything about a lead that handing out or its undo may touch; the hopper is part of the pool."""
        lead = self.floor.row(lead_id).model_dump()
        lead["queue_state"] = 0 if lead["queue_state"] == 1 else lead["queue_state"]
        return {name: value for name, value in lead.items() if name not in ("version", "updated_at")}


@pytest.fixture
def desk(floor: Floor) -> Desk:
    """The supervisor's desk of a shop of its own."""
    return Desk(floor)

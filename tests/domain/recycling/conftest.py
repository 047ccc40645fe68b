"""A shop whose supervisor recycles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from domain.recycling import applying, batches, cards, preview, undoing
from domain.recycling.applying import Recycled
from domain.recycling.batches import BatchView
from domain.recycling.cards import Cards
from domain.recycling.preview import Preview
from domain.recycling.selection import Filters
from domain.recycling.undoing import Undone
from storage.counting import count_statements
from tests.support.floor import Floor


class Desk:
    """What the supervisor of a shop does about recycling."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor

    def cards(self, who: str = "sup", **given: Any) -> Cards:
        with self.floor.database.reading() as session:
            return cards.cards(session, actor=self.floor[who], campaign_id=self.floor.campaign_id, **given)

    def preview(
        self, *statuses: str, who: str = "sup", filters: Filters | None = None, **given: Any
    ) -> Preview:
        with self.floor.database.reading() as session:
            return preview.preview(
                session,
                actor=self.floor[who],
                campaign_id=self.floor.campaign_id,
                filters=filters or Filters(statuses=statuses),
                now=self.floor.now,
                **given,
            )

    def recycle(
        self, *statuses: str, who: str = "sup", filters: Filters | None = None, **given: Any
    ) -> Recycled:
        return applying.run(
            self.floor.database,
            actor=self.floor[who],
            campaign_id=self.floor.campaign_id,
            filters=filters or Filters(statuses=statuses),
            clock=lambda: self.floor.now,
            **given,
        )

    def resume(self, batch_id: int, who: str = "sup", **given: Any) -> Recycled:
        return applying.resume(
            self.floor.database,
            actor=self.floor[who],
            batch_id=batch_id,
            clock=lambda: self.floor.now,
            **given,
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
            return batches.batches(
                session,
                actor=self.floor[who],
                campaign_id=self.floor.campaign_id,
                now=self.floor.now,
                **given,
            )

    def state(self, lead_id: int) -> dict[str, Any]:
        """Everything about a lead that a recycle or its undo may touch."""
        lead = self.floor.row(lead_id).model_dump()
        return {name: value for name, value in lead.items() if name not in ("version", "updated_at")}

    @contextmanager
    def counted(self, most: int) -> Iterator[None]:
        """The block sends no more than so many statements."""
        with count_statements(self.floor.database) as counter:
            yield
        assert counter.count <= most


@pytest.fixture
def desk(floor: Floor) -> Desk:
    """The supervisor's desk of a shop of its own."""
    return Desk(floor)

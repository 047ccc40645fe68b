"""The hopper as its screen asks for it: a page of it with its figures; pausing, clearing, refilling, taking out.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.calling.hopper import FillResult
    from domain.calling.hopper_standing import HopperStanding
    from domain.calling.hopper_view import HopperLine
    from domain.calling.why import Funnel


@dataclass(frozen=True, slots=True)
class HopperPage:
    """A page of a campaign's hopper; where there is nobody at all, ``funnel`` tells why."""

    standing: HopperStanding
    lines: tuple[HopperLine, ...]
    funnel: Funnel | None = None


class SupervisingHopper(Supervising):
    """What those who lead do with a hopper."""

    def hopper(self, campaign_id: int, *, after: int, limit: int) -> HopperPage:
        """A page of the hopper in the order sellers get it, all of it as of one moment."""
        from domain.calling import hopper_standing, hopper_view, why

        now = self.now()
        with self.database.reading() as session:
            standing = hopper_standing.standing(session, actor=self.actor, campaign_id=campaign_id, now=now)
            lines = hopper_view.contents(
                session, actor=self.actor, campaign_id=campaign_id, now=now, after=after, limit=limit
            )
            funnel = None
            if not standing.free + standing.claimed:
                funnel = why.funnel(session, actor=self.actor, campaign_id=campaign_id, now=now)
        return HopperPage(standing, tuple(lines), funnel)

    def refill(self, campaign_id: int) -> FillResult:
        """Bring the hopper to its level."""
        from domain.calling import hopper

        with self.database.transaction() as session:
            return hopper.fill(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def clear_hopper(self, campaign_id: int) -> int:
        """Take everybody free out; how many."""
        from domain.calling import hopper

        with self.database.transaction() as session:
            return hopper.clear(session, actor=self.actor, campaign_id=campaign_id)

    def take_out(self, entry_id: int) -> bool:
        """Take one entry out; False where it is in somebody's hands, or gone."""
        from domain.calling import hopper_view

        with self.database.transaction() as session:
            return bool(hopper_view.take_out(session, actor=self.actor, entry_ids=[entry_id], now=self.now()))

    def pause_campaign(self, name: str, *, paused: bool) -> None:
        """Let a campaign rest, or go on."""
        from domain.campaigns import campaigns

        with self.database.transaction() as session:
            campaigns.set_active(session, actor=self.actor, name=name, active=not paused, now=self.now())

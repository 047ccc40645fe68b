"""A supervisor's work as the screens ask for it: the funnel, the people behind its rows, one lead.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.signed_in import SignedIn

if TYPE_CHECKING:
    from domain.calling.leads import LeadLine, LeadView
    from domain.calling.why import Funnel


class Supervising(SignedIn):
    """What the signed-in person leads."""

    def funnel(self, campaign_id: int) -> Funnel:
        """Where every lead of a campaign stands."""
        from domain.calling import why

        with self.database.reading() as session:
            return why.funnel(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def people_of(self, campaign_id: int, reason: str, *, after: int, limit: int) -> list[LeadLine]:
        """A page of the people of one row of the funnel, in the order of their numbers."""
        from domain.calling import leads

        with self.database.reading() as session:
            return leads.listing(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                wanted=leads.LeadFilter(bucket=reason),
                now=self.now(),
                limit=limit,
                after=after,
            )

    def lead(self, lead_id: int) -> LeadView:
        """Everything about one lead, and whether it may be called now."""
        from domain.calling import leads

        with self.database.reading() as session:
            return leads.show(session, actor=self.actor, lead_id=lead_id, now=self.now())

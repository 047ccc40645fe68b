"""The wallboard as its screen asks for it: how the shop stands, a seller's queue, and what one does from there.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.supervising_jobs import SupervisingJobs

if TYPE_CHECKING:
    from domain.calling.leads import LeadLine
    from domain.calling.taking_back import TakenBack
    from domain.people.messages import Message
    from domain.reporting.wallboard import Wallboard


class SupervisingWallboard(SupervisingJobs):
    """What those who lead see of everybody, and do about it."""

    @property
    def language(self) -> str:
        """The language of labels."""
        raise NotImplementedError

    def wallboard(self) -> Wallboard:
        """Sellers, campaigns and alerts as of now."""
        from domain.reporting import wallboard

        planned = self.job_settings.planned(self.actor.timezone)
        with self.database.reading() as session:
            return wallboard.wallboard(
                session, actor=self.actor, now=self.now(), planned=planned, language=self.language
            )

    def queue_of(self, seller_id: int, *, after: int, limit: int) -> list[LeadLine]:
        """A page of a seller's own people, in the order of their numbers."""
        from domain.calling import seller_queue

        with self.database.reading() as session:
            return seller_queue.of_seller(
                session, actor=self.actor, seller_id=seller_id, after=after, limit=limit
            )

    def take_back(self, seller_id: int, *, even_calling: bool) -> TakenBack:
        """Take the person out of a seller's hands."""
        from domain.calling import taking_back

        with self.database.transaction() as session:
            return taking_back.from_seller(
                session, actor=self.actor, seller_id=seller_id, now=self.now(), even_calling=even_calling
            )

    def send_message(self, seller_id: int, text: str) -> Message:
        """A line to a seller's console."""
        from domain.people import messages

        with self.database.transaction() as session:
            return messages.send(session, actor=self.actor, recipient_id=seller_id, text=text, now=self.now())

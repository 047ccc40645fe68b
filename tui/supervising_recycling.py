"""Recycling and repair as the screens ask for them: figures to read, and work that goes on chunk by chunk.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``. The work tells how far it is, and asks
before each chunk whether to stop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.campaigns.lists import ListLine
    from domain.people.users import UserView
    from domain.recycling.applying import Recycled
    from domain.recycling.batches import BatchView
    from domain.recycling.cards import Cards
    from domain.recycling.preview import Preview
    from domain.recycling.selection import Filters
    from domain.recycling.undoing import Undone
    from domain.repair.fix import Repaired
    from domain.repair.kinds import Problems

Tell = Callable[[int, int], None]
"""Called with how many are done, of how many."""
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a supervisor put together on the screen: which leads, and what becomes of them."""

    campaign_id: int
    filters: Filters
    target: str = "new"
    reset_attempts: bool = False
    include_final: bool = False

    def with_statuses(self, statuses: tuple[str, ...]) -> Wanted:
        """The same with these statuses chosen."""
        return replace(self, filters=replace(self.filters, statuses=statuses))


class SupervisingRecycling(Supervising):
    """What those who lead do with leads that went unanswered, or that cannot be right."""

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def status_cards(self, campaign_id: int, list_id: int | None = None) -> Cards:
        """A card for every status of a campaign, or of one of its lists."""
        from domain.recycling import cards

        with self.database.reading() as session:
            return cards.cards(session, actor=self.actor, campaign_id=campaign_id, list_id=list_id)

    def problems(self, campaign_id: int) -> Problems:
        """How many leads of a campaign have which problem."""
        from domain.repair import find

        with self.database.reading() as session:
            return find.report(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def recycles(self, campaign_id: int, limit: int = 20, before: int | None = None) -> list[BatchView]:
        """The last recycles of a campaign, newest first; of those older than number ``before``."""
        from domain.recycling import batches

        with self.database.reading() as session:
            return batches.batches(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                now=self.now(),
                limit=limit,
                before=before,
            )

    def preview(self, wanted: Wanted) -> Preview:
        """What this recycle would do at this moment."""
        from domain.recycling import preview

        with self.database.reading() as session:
            return preview.preview(
                session,
                actor=self.actor,
                campaign_id=wanted.campaign_id,
                filters=wanted.filters,
                target=wanted.target,
                reset_attempts=wanted.reset_attempts,
                include_final=wanted.include_final,
                now=self.now(),
            )

    def filter_choices(self, campaign_id: int) -> tuple[list[ListLine], list[UserView]]:
        """The lists of a campaign and the shop's users: what the filters offer."""
        from domain.campaigns import lists
        from domain.people import users

        with self.database.reading() as session:
            return (
                lists.listing(session, actor=self.actor, campaign_id=campaign_id),
                users.listing(session, actor=self.actor),
            )

    # ── work in chunks ───────────────────────────────────────────────────────────────────────────────────

    def recycle(self, wanted: Wanted, tell: Tell, stop: Stop) -> Recycled:
        """Put the chosen leads back into play."""
        from domain.recycling import applying

        return applying.run(
            self.database,
            actor=self.actor,
            campaign_id=wanted.campaign_id,
            filters=wanted.filters,
            target=wanted.target,
            reset_attempts=wanted.reset_attempts,
            include_final=wanted.include_final,
            clock=self.now,
            on_progress=lambda progress: tell(progress.done, progress.total),
            should_stop=stop,
        )

    def continue_recycle(self, batch_id: int, tell: Tell, stop: Stop) -> Recycled:
        """Go on with a recycle that was stopped."""
        from domain.recycling import applying

        return applying.resume(
            self.database,
            actor=self.actor,
            batch_id=batch_id,
            clock=self.now,
            on_progress=lambda progress: tell(progress.done, progress.total),
            should_stop=stop,
        )

    def undo_recycle(self, batch_id: int, tell: Tell, stop: Stop) -> Undone:
        """Take a recycle back for the leads nobody touched since."""
        from domain.recycling import undoing

        return undoing.undo(
            self.database,
            actor=self.actor,
            batch_id=batch_id,
            clock=self.now,
            on_progress=lambda progress: tell(progress.done, progress.total),
            should_stop=stop,
        )

    def repair(self, campaign_id: int, dry_run: bool, tell: Tell, stop: Stop) -> Repaired:
        """Set right what cannot be true; ``dry_run`` tries it and takes it back at once."""
        from domain.repair import fix

        return fix.run(
            self.database,
            actor=self.actor,
            campaign_id=campaign_id,
            dry_run=dry_run,
            now=self.now(),
            on_progress=lambda progress: tell(progress.done, progress.total),
            should_stop=stop,
        )

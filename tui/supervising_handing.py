"""Handing leads out and taking them back as the screens ask for it.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``, with work in chunks as in
``tui.supervising_recycling``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.handing.assigning import Handed
    from domain.handing.batches import BatchView
    from domain.handing.preview import Preview
    from domain.handing.standing import Standing
    from domain.handing.states import Progress
    from domain.handing.targets import Target
    from domain.recycling.selection import Filters
    from domain.recycling.undoing import Undone

Tell = Callable[[int, int], None]
"""Called with how many are done, of how many (0: nobody said)."""
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class WantedHandOut:
    """What a supervisor put together on the screen: which leads go to whom, and what becomes of callbacks."""

    campaign_id: int
    to: tuple[Target, ...]
    filters: Filters
    move_callbacks: bool = True

    def taking(self, seller_id: int | None) -> WantedHandOut:
        """The same leads, but to be taken back from this seller (None: from everybody)."""
        return replace(self, filters=replace(self.filters, seller_id=seller_id))


class SupervisingHanding(Supervising):
    """Whose the leads of a campaign are."""

    def who_has(self, campaign_id: int) -> Standing:
        """What each seller has, and how many leads are nobody's."""
        from domain.handing import standing

        with self.database.reading() as session:
            return standing.standing(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def handings(self, campaign_id: int, limit: int = 20, before: int | None = None) -> list[BatchView]:
        """What was handed out and taken back before, newest first; of that older than number ``before``."""
        from domain.handing import batches

        with self.database.reading() as session:
            return batches.batches(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                now=self.now(),
                limit=limit,
                before=before,
            )

    def hand_out_preview(self, wanted: WantedHandOut) -> Preview:
        """Who would get how many at this moment, and who is left out."""
        from domain.handing import preview

        with self.database.reading() as session:
            return preview.of_assign(
                session,
                actor=self.actor,
                campaign_id=wanted.campaign_id,
                to=wanted.to,
                filters=wanted.filters,
            )

    def release_preview(self, wanted: WantedHandOut) -> Preview:
        """How many leads would be taken back at this moment, and who is left out."""
        from domain.handing import preview

        with self.database.reading() as session:
            return preview.of_release(
                session, actor=self.actor, campaign_id=wanted.campaign_id, filters=wanted.filters
            )

    # ── work in chunks ───────────────────────────────────────────────────────────────────────────────────

    def hand_out(self, wanted: WantedHandOut, tell: Tell, stop: Stop) -> Handed:
        """Hand the leads out."""
        from domain.handing import assigning

        return assigning.run(
            self.database,
            actor=self.actor,
            campaign_id=wanted.campaign_id,
            to=wanted.to,
            filters=wanted.filters,
            move_callbacks=wanted.move_callbacks,
            clock=self.now,
            on_progress=_told(tell),
            should_stop=stop,
        )

    def continue_hand_out(self, batch_id: int, tell: Tell, stop: Stop) -> Handed:
        """Go on with a hand-out that was stopped."""
        from domain.handing import assigning

        return assigning.resume(
            self.database,
            actor=self.actor,
            batch_id=batch_id,
            clock=self.now,
            on_progress=_told(tell),
            should_stop=stop,
        )

    def release(self, wanted: WantedHandOut, tell: Tell, stop: Stop) -> Handed:
        """Take the leads back into the pool."""
        from domain.handing import releasing

        return releasing.run(
            self.database,
            actor=self.actor,
            campaign_id=wanted.campaign_id,
            filters=wanted.filters,
            move_callbacks=wanted.move_callbacks,
            clock=self.now,
            on_progress=_told(tell),
            should_stop=stop,
        )

    def undo_handing(self, batch_id: int, tell: Tell, stop: Stop) -> Undone:
        """Undo a hand-out or a release for the leads nobody touched since."""
        from domain.handing import undoing

        return undoing.undo(
            self.database,
            actor=self.actor,
            batch_id=batch_id,
            clock=self.now,
            on_progress=_told(tell),
            should_stop=stop,
        )


def _told(tell: Tell) -> Callable[[Progress], None]:
    return lambda progress: tell(progress.done, progress.total or 0)

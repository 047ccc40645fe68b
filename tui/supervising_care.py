"""Finding and mending single people as the screens ask for it, and one change for many.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.bulk.applying import Edited, Preview
    from domain.bulk.batches import BulkEditView
    from domain.bulk.selection import Change, Selection
    from domain.bulk.undoing import Undone
    from domain.calling.finding import Found
    from domain.calling.lead_edits import LeadChanges
    from domain.contacts.contact_edits import ContactChanges
    from domain.contacts.contacts import ContactView


class SupervisingCare(Supervising):
    """What those who lead do about one person, or about a handful of them."""

    def find_people(self, text: str, *, after: int, limit: int, inside: bool) -> Found:
        """A page of whoever answers to a text, among all people of the shop."""
        from domain.calling import finding

        with self.database.reading() as session:
            return finding.search(
                session,
                actor=self.actor,
                wanted=finding.said(text),
                after=after,
                limit=limit,
                inside=inside,
            )

    def contact(self, contact_id: int) -> ContactView:
        """Everything about a person."""
        from domain.contacts import contacts

        with self.database.reading() as session:
            return contacts.show(
                session, actor=self.actor, contact_id=contact_id, now=self.now(), language=self.language
            )

    def edit_lead(self, lead_id: int, changes: LeadChanges, next_attempt: str = "") -> None:
        """Change a lead; ``next_attempt`` is a time as people write it, on the person's clock."""
        from dataclasses import replace

        from domain.calling import lead_edits, promised

        now = self.now()
        with self.database.transaction() as session:
            if next_attempt:
                moment = promised.moment_for(
                    session,
                    actor=self.actor,
                    lead_id=lead_id,
                    text=next_attempt,
                    now=now,
                    language=self.language,
                )
                changes = replace(changes, next_attempt_at=moment)
            lead_edits.edit(session, actor=self.actor, lead_id=lead_id, changes=changes, now=now)

    def edit_contact(self, contact_id: int, changes: ContactChanges) -> None:
        """Change a person; numbers without a country are the shop's."""
        from dataclasses import replace

        from domain.contacts import contact_edits, dnc_files

        with self.database.transaction() as session:
            region = dnc_files.home_region(session, actor=self.actor)
            contact_edits.edit(
                session,
                actor=self.actor,
                contact_id=contact_id,
                changes=replace(changes, region=region),
                now=self.now(),
                language=self.language,
            )

    def do_not_call(self, contact_id: int, reason: str | None) -> None:
        """Never call this person again."""
        from domain.contacts import person_dnc

        with self.database.transaction() as session:
            person_dnc.block(session, actor=self.actor, contact_id=contact_id, reason=reason, now=self.now())

    def may_call_again(self, contact_id: int) -> None:
        """Take all numbers of this person off the register."""
        from domain.contacts import person_dnc

        with self.database.transaction() as session:
            person_dnc.release(session, actor=self.actor, contact_id=contact_id, now=self.now())

    # ── many ─────────────────────────────────────────────────────────────────────────────────────────────

    def bulk_preview(self, selection: Selection, change: Change) -> Preview:
        """What one change would do to these leads."""
        from domain.bulk import applying

        with self.database.reading() as session:
            return applying.preview(session, actor=self.actor, selection=selection, change=change)

    def bulk_edit(
        self,
        selection: Selection,
        change: Change,
        tell: Callable[[int, int], None],
        stop: Callable[[], bool],
    ) -> Edited:
        """Make it."""
        from domain.bulk import applying

        return applying.run(
            self.database,
            actor=self.actor,
            selection=selection,
            change=change,
            clock=self.now,
            on_progress=lambda progress: tell(progress.done, progress.total),
            should_stop=stop,
        )

    def bulk_edits(self, campaign_id: int, *, before: int | None, limit: int) -> list[BulkEditView]:
        """Past changes of many of a campaign, newest first."""
        from domain.bulk import batches

        with self.database.reading() as session:
            return batches.batches(
                session, actor=self.actor, campaign_id=campaign_id, limit=limit, before=before
            )

    def undo_bulk(
        self, bulk_edit_id: int, tell: Callable[[int, int], None], stop: Callable[[], bool]
    ) -> Undone:
        """Take it back."""
        from domain.bulk import undoing

        return undoing.undo(
            self.database,
            actor=self.actor,
            bulk_edit_id=bulk_edit_id,
            clock=self.now,
            on_progress=lambda progress: tell(progress.done, progress.total),
            should_stop=stop,
        )

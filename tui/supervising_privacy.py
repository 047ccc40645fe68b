"""Personal data and duplicates as the screen of one lead asks for them.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from pathlib import Path

    from domain.privacy.erasing import Erasing
    from domain.privacy.finding import By, DuplicatesPage, Person
    from domain.privacy.merging import Merging


class SupervisingPrivacy(Supervising):
    """What is done with a person as a whole, over all campaigns."""

    def people_alike(self, contact_id: int) -> tuple[Person, ...]:
        """Others with the same number or e-mail."""
        from domain.privacy import finding

        with self.database.reading() as session:
            return finding.alike(session, actor=self.actor, contact_ids=[contact_id])

    def duplicates(self, by: By, *, after: str, limit: int) -> DuplicatesPage:
        """A page of contacts that share a number or an e-mail."""
        from domain.privacy import finding

        with self.database.reading() as session:
            return finding.duplicates(session, actor=self.actor, by=by, after=after, limit=limit)

    def merge_preview(self, keep: int, *others: int) -> Merging:
        """What merging would do."""
        from domain.privacy import merging

        with self.database.reading() as session:
            return merging.preview(session, actor=self.actor, keep=keep, others=others)

    def merge_people(self, keep: int, *others: int) -> None:
        """Merge them, for good."""
        from domain.privacy import merging

        with self.database.transaction() as session:
            merging.merge(session, actor=self.actor, keep=keep, others=others, now=self.now())

    def export_person(self, contact_id: int, file: Path) -> None:
        """Write everything about a person to a file."""
        from domain.privacy import exporting
        from storage.exports import whole_file

        with self.database.transaction() as session:
            found = exporting.export_contact(session, actor=self.actor, contact_id=contact_id, now=self.now())
        with whole_file(file, bom=False) as stream:
            stream.write(exporting.written(found))

    def erase_preview(self, contact_id: int) -> Erasing:
        """What erasing would mean."""
        from domain.privacy import erasing

        with self.database.reading() as session:
            return erasing.preview(session, actor=self.actor, contact_id=contact_id)

    def erase_person(self, contact_id: int) -> None:
        """Erase a person, and from the free space of a file that is quickly written anew."""
        from domain.privacy import erasing
        from storage import compacting

        with self.database.transaction() as session:
            erasing.erase(session, actor=self.actor, contact_id=contact_id, now=self.now())
        if compacting.is_small(self.database):
            compacting.compact(self.database)

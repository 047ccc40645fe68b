"""Users, teams and the audit log as their screens ask for them.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.audit.reading import AuditLine, Wanted
    from domain.codes import Role, Shift
    from domain.people.users import UserView


@dataclass(frozen=True, slots=True)
class Staff:
    """The users one may see, the names of the teams, and whether everybody needs a password here."""

    users: tuple[UserView, ...]
    teams: tuple[str, ...]
    passwords_required: bool


class SupervisingPeople(Supervising):
    """What administrators do with users, and what they and auditors read about them."""

    @property
    def on_server(self) -> bool:
        """Whether the database is one that others reach too."""
        raise NotImplementedError

    def staff(self) -> Staff:
        """Everybody one may see."""
        from domain.people import teams, users

        with self.database.reading() as session:
            actor = self.actor
            required = users.passwords_required(
                session, organisation_id=actor.organisation_id, server=self.on_server
            )
            found = tuple(users.listing(session, actor=actor))
            return Staff(found, tuple(team.name for team in teams.listing(session, actor=actor)), required)

    def add_user(self, name: str, full_name: str, role: Role, shift: Shift, team: str) -> UserView:
        """Add a user, into ``team`` unless that is empty."""
        from domain.people import users

        with self.database.transaction() as session:
            return users.add(
                session,
                actor=self.actor,
                name=name,
                full_name=full_name,
                role=role,
                shift=shift,
                team=team or None,
                now=self.now(),
            )

    def edit_user(self, name: str, full_name: str, role: Role, shift: Shift, team: str) -> UserView:
        """Change a user; an empty ``team`` is none."""
        from domain.people import users

        with self.database.transaction() as session:
            return users.edit(
                session,
                actor=self.actor,
                name=name,
                full_name=full_name,
                role=role,
                shift=shift,
                team=team,
                now=self.now(),
            )

    def set_user_active(self, name: str, active: bool) -> UserView:
        """Let a user sign in, or no more."""
        from domain.people import users

        with self.database.transaction() as session:
            return users.set_active(session, actor=self.actor, name=name, active=active, now=self.now())

    def set_user_password(self, name: str, password: str | None) -> None:
        """Give a user a password, or with None take it away."""
        from domain.people import users

        with self.database.transaction() as session:
            users.set_password(
                session,
                actor=self.actor,
                name=name,
                password=password,
                now=self.now(),
                server=self.on_server,
            )

    def unlock_user(self, name: str) -> None:
        """Let a locked user try again at once."""
        from domain.people import signing_in

        with self.database.transaction() as session:
            signing_in.unlock(session, actor=self.actor, name=name, now=self.now())

    # ── the audit log ────────────────────────────────────────────────────────────────────────────────────

    def audit_events(self, wanted: Wanted, *, after: int | None, limit: int) -> list[AuditLine]:
        """A page of the audit log, newest first."""
        from domain.audit import reading

        with self.database.reading() as session:
            return reading.listing(session, actor=self.actor, wanted=wanted, limit=limit, after=after)

    def audit_choices(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The kinds of events there are, and the users."""
        from domain.audit import reading
        from domain.people import users

        with self.database.reading() as session:
            kinds = tuple(reading.kinds(session, actor=self.actor))
            return kinds, tuple(user.name for user in users.listing(session, actor=self.actor))

    def export_audit(self, wanted: Wanted, file: Path) -> int:
        """Write the events to a new file as CSV, oldest first; returns how many.

        Raises:
            Conflict: a file of that name is there already.
        """
        from domain.audit import log, reading, written
        from domain.errors import Conflict
        from storage.exports import csv_writer, whole_file

        if file.exists():
            raise Conflict(f"{file} is there already; choose another name.", code="file_exists")
        count = 0
        with whole_file(file, bom=True) as stream:
            put = csv_writer(stream, written.HEADINGS)
            for event in reading.stream(self.database, actor=self.actor, wanted=wanted):
                put(written.cells(event))
                count += 1
        with self.database.transaction() as session:
            log.acted(session, self.actor, at=self.now(), kind="audit.export", detail={"rows": count})
        return count

"""Making a shop ready to work: schema, the shop itself, standard actions and reasons, first administrator.

For ``dialdeck init``: safe to repeat, and safe where many processes do it at once.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from domain.calling import actions
from domain.calling.actions import SeedCounts
from domain.codes import Role
from domain.people import shop, users
from storage import schema
from storage.database import Database, open_database


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was done: ``created`` and ``upgraded`` tell what the database needed."""

    database: str
    created: bool
    upgraded: bool
    admin: str | None
    actions: SeedCounts


def initialise(
    url: str, *, now: datetime, administrator: str | None, suggested: str, timezone: str
) -> Initialised:
    """Make the shop at ``url``, or bring the one that stands there up to date.

    Args:
        administrator: the administrator asked for by name; None takes ``suggested`` where there are no users
            yet, and leaves a shop that has users as it is.
        timezone: the new shop's time zone (IANA).

    Raises:
        NotAllowed: an administrator is asked for who is none, in a shop that has users already.
        The errors of a database that cannot be reached, read or written.
    """
    found = schema.state(url)
    if found.kind in ("missing", "empty", "older"):
        found = schema.upgrade(url)  # what stood there when it was this process's turn
    with closing(open_database(url)) as database:
        counts, admin = _fill(database, now, administrator, suggested, timezone)
        return Initialised(
            database=database.where,
            created=found.kind in ("missing", "empty"),
            upgraded=found.kind == "older",
            admin=admin,
            actions=counts,
        )


def _fill(
    database: Database, now: datetime, administrator: str | None, suggested: str, timezone: str
) -> tuple[SeedCounts, str | None]:
    with database.transaction() as session:
        if database.dialect == "postgresql":
            session.execute(text("LOCK TABLE organisation IN SHARE ROW EXCLUSIVE MODE"))
        here = shop.create(session, now=now, timezone=timezone)
        counts = actions.seed_shop(session, organisation_id=here.organisation_id)
        if administrator is not None:
            return counts, users.first_administrator(session, name=administrator, now=now).name
        present = users.sign_in_choices(session)
        if not present:
            return counts, users.first_administrator(session, name=suggested, now=now).name
        admins = [choice.name for choice in present if choice.role is Role.ADMIN]
        return counts, admins[0] if admins else None

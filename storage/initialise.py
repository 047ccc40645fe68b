"""Making a shop ready to work: schema, the shop itself, standard actions and reasons, first administrator.

For ``dialdeck init``: safe to repeat, and safe where many processes do it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlmodel import col

from domain.calling import actions
from domain.calling.actions import SeedCounts
from domain.codes import Role
from domain.people import entry, shop, users
from domain.people.models import Organisation, User
from storage import logins, schema
from storage.database import Database, open_database


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was done: ``created`` and ``upgraded`` tell what the database needed.

    ``login`` is the shop's own account on a server, ``login_url`` what its seats use: told when it is made only.
    """

    database: str
    created: bool
    upgraded: bool
    admin: str | None
    actions: SeedCounts
    login: str | None = None
    login_url: str | None = None


def initialise(
    url: str,
    *,
    now: datetime,
    administrator: str | None,
    suggested: str,
    timezone: str,
    password: str | None = None,
    permit: Callable[[], None] | None = None,
    login: bool = False,
) -> Initialised:
    """Make the shop at ``url``, or bring the one that stands there up to date.

    Args:
        administrator: the administrator of a new shop by name, else ``suggested``; a shop that has users keeps
            its own, and the answer names one.
        timezone: the new shop's time zone (IANA).
        password: of the administrator this makes; None for none yet.
        permit: called before anything is written into a shop that has users; it raises for who may not.
        login: on a server, make the login of the shop too, where this account may make roles.

    Raises:
        What ``permit`` raises. Invalid: a name or password that cannot be. The errors of a database
        that cannot be reached, read or written.
    """
    found = schema.state(url)
    if found.kind in ("missing", "empty", "older"):
        found = schema.upgrade(url)  # what stood there when it was this process's turn
    with closing(open_database(url)) as database:
        if permit is not None and _has_users(database):
            permit()
        counts, admin = _fill(database, now, administrator or suggested, timezone, password)
        role, role_url = _login(database, make=login)
        return Initialised(
            database=database.where,
            created=found.kind in ("missing", "empty"),
            upgraded=found.kind == "older",
            admin=admin,
            actions=counts,
            login=role,
            login_url=role_url,
        )


def _has_users(database: Database) -> bool:
    with database.reading() as session:
        return session.execute(select(col(User.id)).limit(1)).first() is not None


def _login(database: Database, *, make: bool) -> tuple[str | None, str | None]:
    """The shop's login, made where that is wanted and possible, and then with what its seats use."""
    with database.reading() as session:
        here = session.execute(select(col(Organisation.id), col(Organisation.login_role))).one()
        able = make and logins.may_make(session)
    if not able:
        return here.login_role, None
    made = logins.give(database, organisation_id=here.id)
    return made.role, made.url


def _fill(
    database: Database, now: datetime, administrator: str, timezone: str, password: str | None
) -> tuple[SeedCounts, str | None]:
    with database.transaction() as session:
        if database.dialect == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext('dialdeck_shop'))"))
        here = shop.create(session, now=now, timezone=timezone)
        counts = actions.seed_shop(session, organisation_id=here.organisation_id)
        present = entry.sign_in_choices(session)
        if not present:
            made = users.first_administrator(session, name=administrator, now=now, password=password)
            return counts, made.name
        admins = [choice.name for choice in present if choice.role is Role.ADMIN]
        if administrator in admins:
            return counts, administrator
        return counts, admins[0] if admins else None

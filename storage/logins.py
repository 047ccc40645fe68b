"""The logins of shops on a server: made, told once, given a new password; and the shops of a database.

A login's name follows from the names of database and shop alone, because roles are of the whole server.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from domain.calling import actions
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import shop, users
from domain.people.models import Organisation
from storage import access
from storage.database import Database

_LONGEST = 63
"""Bytes PostgreSQL keeps of a name."""

_PASSWORD_BYTES = 24
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('dialdeck_logins'))"
_TOO_MIGHTY = text(
    "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication "
    "OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) FROM pg_roles r WHERE rolname = :role"
)


@dataclass(frozen=True, slots=True)
class Login:
    """The login of a shop; ``url`` is what its seats use, and holds the password: known only when it is made."""

    shop: str
    role: str
    url: str | None


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A shop of the database: its login, whether the server has that role, and how many users may sign in."""

    name: str
    login: str | None
    login_exists: bool
    users: int


@dataclass(frozen=True, slots=True)
class AddedShop:
    """A shop that was added, its first administrator and its login; no login where the account may make none."""

    shop: str
    admin: str
    login: str | None
    login_url: str | None


def role_name(database: str, organisation_id: int) -> str:
    """The login's name; a long name of a database is cut and told apart by a few signs of its hash."""
    ending = f"_shop_{organisation_id}"
    room = _LONGEST - len(ending)
    if len(database.encode()) > room:
        mark = f"_{hashlib.sha256(database.encode()).hexdigest()[:8]}"
        database = database.encode()[: room - len(mark)].decode(errors="ignore") + mark
    return database + ending


def may_make(session: Session) -> bool:
    """Whether this account owns the database and may make roles on its server."""
    connection = session.connection()
    if connection.dialect.name == "sqlite" or not access.is_owner(connection):
        return False
    roles = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    return bool(connection.exec_driver_sql(roles).scalar_one())


def give(database: Database, *, organisation_id: int, new_password: bool = False) -> Login:
    """Make sure that a shop has its login, with its rights; one that is there keeps its password unless told otherwise.

    Raises:
        NotAllowed: this account is not the owner, or may not make roles.
        Conflict: the server has a role of that name which may do more than a shop's login.
    """
    with database.transaction() as session:
        _require_server(session)
        access.require_owner(session, to="make logins")
        if not may_make(session):
            raise NotAllowed(
                f"The account of {database.where} may not make roles: ask who runs the server for CREATEROLE.",
                code="no_createrole",
            )
        connection = session.connection()
        connection.exec_driver_sql(_ONE_AT_A_TIME)
        row = session.get_one(Organisation, organisation_id)
        name = str(connection.exec_driver_sql("SELECT current_database()").scalar_one())
        known, role = row.login_role is not None, row.login_role or role_name(name, organisation_id)
        mighty = connection.execute(_TOO_MIGHTY, {"role": role}).scalar()
        if mighty:
            raise Conflict(
                f"The server has a role {role} that may do more than a shop's login. Drop or rename it.",
                code="role_taken",
            )
        password = None
        if new_password or mighty is None or not known:
            password = secrets.token_urlsafe(_PASSWORD_BYTES)
            _write_role(connection, role, password, name, new=mighty is None)
        row.login_role = role
        session.flush()
        access.grant(connection, role)
        address = database.address.url.set(drivername="postgresql")
        url = None
        if password is not None:
            clean = address.difference_update_query(["user", "password"])
            url = clean.set(username=role, password=password).render_as_string(hide_password=False)
        return Login(row.name, role, url)


def add_shop(
    database: Database,
    *,
    name: str,
    administrator: str,
    timezone: str,
    now: datetime,
    password: str | None = None,
) -> AddedShop:
    """Add a shop to the database of a server, with the standard actions, an administrator and a login.

    Raises:
        Invalid: a file, which holds one shop; a name that cannot be. NotAllowed: not the owner.
        Conflict: a shop of that name is there.
    """
    with database.transaction() as session:
        _require_server(session)
        access.require_owner(session, to="add shops")
        makes_login = may_make(session)
        session.connection().exec_driver_sql(_ONE_AT_A_TIME)
        here = shop.add(session, name=name, timezone=timezone, now=now)
        actions.seed_shop(session, organisation_id=here.organisation_id)
        admin = users.first_administrator(
            session, name=administrator, now=now, password=password, organisation_id=here.organisation_id
        )
    login = give(database, organisation_id=here.organisation_id) if makes_login else None
    return AddedShop(
        shop=here.name,
        admin=admin.name,
        login=login.role if login else None,
        login_url=login.url if login else None,
    )


def shops(database: Database) -> list[ShopLine]:
    """The shops of the database, by name.

    Raises:
        NotAllowed: not the owner, who alone sees them.
    """
    with database.reading() as session:
        access.require_owner(session, to="list its shops")
        exists = (
            "NULL"
            if database.dialect == "sqlite"
            else "(SELECT 1 FROM pg_roles WHERE rolname = o.login_role)"
        )
        rows = session.execute(
            text(
                f"SELECT o.name, o.login_role, {exists} IS NOT NULL, (SELECT count(*) FROM user_account u "
                "WHERE u.organisation_id = o.id AND u.active) FROM organisation o ORDER BY o.name"
            )
        )
        return [ShopLine(str(name), login, bool(there), int(count)) for name, login, there, count in rows]


def named(database: Database, name: str) -> int:
    """The number of a shop by its name, for the owner."""
    with database.reading() as session:
        _require_server(session)
        access.require_owner(session, to="change the logins of its shops")
        found = session.exec(select(Organisation.id).where(col(Organisation.name) == name)).first()
    if found is None:
        raise NotFound(f"There is no shop {name} in {database.where}. See: dialdeck db shops", code="shop")
    return found


def _write_role(connection: Connection, role: str, password: str, database: str, *, new: bool) -> None:
    """Make the role or give it the password; what travels, and what a log may show, is its verifier only."""
    run, quote = connection.exec_driver_sql, connection.dialect.identifier_preparer.quote
    driver = connection.connection.driver_connection
    assert driver is not None, "it is open"
    verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    login = quote(role)
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION" if new else "LOGIN"
    run(f"{'CREATE' if new else 'ALTER'} ROLE {login} {rights} PASSWORD '{verifier}'")
    # A pooler may not pass on what a connection asks for at its start; the role brings it then.
    for setting in ("timezone = 'UTC'", "jit = off", "lock_timeout = '10s'"):
        run(f"ALTER ROLE {login} IN DATABASE {quote(database)} SET {setting}")


def _require_server(session: Session) -> None:
    if session.connection().dialect.name == "sqlite":
        raise Invalid(
            "A database file holds one shop. Several shops need a server: --database postgresql://…",
            code="one_shop",
        )

"""Signing in from a door: checked first, then written down; wrong passwords lock the account for a while.

Hashing a password takes its time, so it is done in a transaction that only reads. What comes of it is counted and
written to the audit log in one of its own, whether somebody got in or not.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from domain.audit import log
from domain.codes import Role
from domain.errors import NotAllowed, NotFound, Unavailable
from domain.people import entry, shop, users
from domain.people.models import User
from domain.people.rights import Actor, require

if TYPE_CHECKING:
    from domain.recycling.pace import Transactions

FAILURES_TO_LOCK = 5
FIRST_LOCK = timedelta(minutes=5)
LONGEST_LOCK = timedelta(hours=24)

_NO_ATTEMPT = ("password_needed",)
"""Refusals that only ask for a password: nobody tried one yet."""


def sign_in(
    database: Transactions,
    *,
    name: str,
    password: str | None,
    now: datetime,
    server: bool,
    door: str,
    only_reads: bool = False,
) -> Actor:
    """Turn a name and a password into an Actor, and leave it in the audit log.

    Args:
        server: the database is one that others reach too: passwords are required there (``entry.sign_in``).
        door: where they come in, for the log: ``application`` or ``command``.
        only_reads: nothing is written where they get in, as whoever reads never waits for a writer.

    Raises:
        As ``entry.sign_in``; ``locked`` after ``FAILURES_TO_LOCK`` wrong passwords in a row, for 5 minutes first
        and twice as long after as many more.
    """
    try:
        with database.reading() as session:
            actor = entry.sign_in(session, name=name, password=password, now=now, server=server)
        if not only_reads:
            with database.transaction() as session:
                _got_in(session, actor, now, door)
    except (NotAllowed, NotFound) as error:
        if error.code in (*_NO_ATTEMPT, "no_shop"):
            raise
        warning = ""
        with suppress(Unavailable), database.transaction() as session:  # a database that may only be read
            warning = _failed(session, name, error.code, now, door)
        if warning:
            raise NotAllowed(f"{error.message} {warning}", code=error.code) from None
        raise
    return actor


def unlock(session: Session, *, actor: Actor, name: str, now: datetime) -> None:
    """Let a locked user try again at once (administrators).

    Raises:
        NotAllowed: no administrator.  NotFound: no such user.
    """
    require(actor, Role.ADMIN, to="unlock users")
    user = users.named(session, actor.organisation_id, name)
    user.failed_sign_ins, user.locked_until = 0, None
    session.add(user)
    session.flush()
    log.acted(session, actor, at=now, kind="user.unlock", target=name)


def _got_in(session: Session, actor: Actor, now: datetime, door: str) -> None:
    user = session.exec(select(User).where(User.id == actor.user_id).with_for_update()).one()
    entry.refuse_locked(user, now)  # others tried wrong ones while this one was checked
    if user.failed_sign_ins or user.locked_until:
        user.failed_sign_ins, user.locked_until = 0, None
        session.add(user)
    log.record(
        session,
        organisation_id=actor.organisation_id,
        at=now,
        user_id=actor.user_id,
        name=actor.name,
        kind=log.SIGN_IN,
        detail={"door": door},
    )


def _failed(session: Session, name: str, code: str, now: datetime, door: str) -> str:
    """Count it, lock the account where it was one too many; returns what to tell about that."""
    here = shop.current(session)
    user = session.exec(
        select(User)
        .where(User.organisation_id == here.organisation_id, col(User.name) == name)
        .with_for_update()
    ).first()
    detail: dict[str, object] = {"code": code if user is not None else "no_user", "door": door}
    warning = ""
    if user is not None and code == "wrong_password":
        user.failed_sign_ins += 1
        session.add(user)
        left = -user.failed_sign_ins % FAILURES_TO_LOCK
        detail["failures"] = user.failed_sign_ins
        lock = _lock(user.failed_sign_ins + left)
        minutes = ceil(lock.total_seconds() / 60)
        if not left:
            user.locked_until = now + lock
            detail["locked_minutes"] = minutes
            warning = f"{name} is locked for {minutes} minutes now."
        elif left <= 2:
            more = "One more wrong one locks" if left == 1 else "Two more wrong ones lock"
            warning = f"{more} {name} for {minutes} minutes."
    log.record(
        session,
        organisation_id=here.organisation_id,
        at=now,
        user_id=user.id if user is not None else None,
        # What nobody is called may be a password in the wrong place: it is not written down.
        name=user.name if user is not None else "",
        kind=log.SIGN_IN_FAILED,
        detail=detail,
        refused=True,
    )
    return warning


def _lock(failures: int) -> timedelta:
    """How long this many wrong passwords in a row lock: twice as long each time."""
    doublings = min(failures // FAILURES_TO_LOCK - 1, 20)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)

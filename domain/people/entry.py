"""Who may come in, and as whom: names, passwords and locks; only reads (``signing_in`` writes down what came of it)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlmodel import Session, col, select

from domain.codes import Role
from domain.errors import Invalid, NotAllowed, NotFound
from domain.people import passwords, shop, users
from domain.people.models import User
from domain.people.rights import Actor


@dataclass(frozen=True, slots=True)
class SignInChoice:
    """One line of the sign-in screen."""

    name: str
    full_name: str
    role: Role
    has_password: bool
    active: bool


def sign_in_choices(session: Session) -> list[SignInChoice]:
    """Everyone who may sign in, sellers first, then by name."""
    organisation_id = shop.current(session).organisation_id
    rows = session.exec(
        select(User).where(User.organisation_id == organisation_id, col(User.active)).order_by(User.name)
    ).all()
    order = list(Role)
    return sorted(
        (
            SignInChoice(u.name, u.full_name, Role(u.role), u.password_hash is not None, u.active)
            for u in rows
        ),
        key=lambda choice: (order.index(choice.role), choice.name),
    )


def refuse_locked(user: User, now: datetime) -> None:
    """Nobody gets in while the account is locked, not even with the right password (``NotAllowed``)."""
    if user.locked_until is not None and user.locked_until > now:
        minutes = ceil((user.locked_until - now).total_seconds() / 60)
        raise NotAllowed(
            f"{user.name} is locked after {user.failed_sign_ins} wrong passwords; try again in {minutes} "
            f"{'minute' if minutes == 1 else 'minutes'}, or ask an administrator: dialdeck users unlock {user.name}",
            code="locked",
        )


def sign_in(
    session: Session, *, name: str, password: str | None, now: datetime, server: bool = False
) -> Actor:
    """Turn a name (and the password, where one is set) into the Actor of all use cases; only reads.

    Doors use ``signing_in.sign_in``, which also counts wrong passwords and keeps the audit log.

    Args:
        server: others reach this database too: passwords are required (``users.passwords_required``), and a name
            nobody has is refused as a wrong password is.

    Raises:
        NotFound: no such user.
        NotAllowed: disabled (``user_disabled``), ``locked``, a password is needed (``password_needed``), is not
            the right one (``wrong_password``), or has to be set first (``password_missing``).
    """
    here = shop.current(session)
    required = users.passwords_required(session, organisation_id=here.organisation_id, server=server)
    try:
        user = users.named(session, here.organisation_id, name)
    except NotFound:
        if password is not None:
            passwords.waste(password)
        if required:
            raise _no_entry(name, password) from None
        raise
    if not user.active:
        raise NotAllowed(
            f"{name} is disabled; an administrator can enable the account.", code="user_disabled"
        )
    refuse_locked(user, now)
    if user.password_hash is None and required:
        raise NotAllowed(
            f"{name} has no password yet, and on a server everybody signs in with one. An administrator sets it: "
            f"dialdeck users password {name}",
            code="password_missing",
        )
    if user.password_hash is not None and (
        password is None or not passwords.matches(user.password_hash, password)
    ):
        raise _no_entry(name, password)
    return users.actor_of(user, here.timezone)


def _no_entry(name: str, password: str | None) -> NotAllowed:
    if password is None:
        return NotAllowed(f"{name} needs a password (DIALDECK_PASSWORD).", code="password_needed")
    return NotAllowed(f"That is not the password of {name}.", code="wrong_password")


def default_name(session: Session, *, embedded: bool) -> str:
    """Whom a command acts for when nobody was named: the only user, else the first administrator.

    The second only on an embedded database (``embedded``).

    Raises:
        Invalid: nobody can be assumed; name the user with ``--as``.
        NotFound: there are no users yet.
    """
    choices = sign_in_choices(session)
    if not choices:
        raise NotFound("There are no users yet. Run: dialdeck init --admin NAME", code="no_user")
    if len(choices) == 1:
        return choices[0].name
    administrators = [choice.name for choice in choices if choice.role is Role.ADMIN]
    if embedded and administrators:
        first = session.exec(
            select(User).where(col(User.name).in_(administrators)).order_by(col(User.id))
        ).first()
        assert first is not None
        return first.name
    raise Invalid("Say who you are: add --as USER", code="user_needed")

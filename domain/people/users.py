"""Users: who may sign in, adding and changing them, and turning a name into an Actor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.codes import Role, Shift
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import passwords, shop
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require

_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class SignInChoice:
    """One line of the sign-in screen."""

    name: str
    full_name: str
    role: Role
    has_password: bool
    active: bool


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as lists show it; never with the hash."""

    id: int
    name: str
    full_name: str
    role: str
    shift: str
    active: bool
    has_password: bool
    created_at: datetime


def _actor(user: User, timezone: str) -> Actor:
    assert user.id is not None
    return Actor(
        user_id=user.id,
        organisation_id=user.organisation_id,
        name=user.name,
        full_name=user.full_name,
        role=Role(user.role),
        shift=Shift(user.shift),
        timezone=timezone,
    )


def _view(user: User) -> UserView:
    assert user.id is not None
    return UserView(
        id=user.id,
        name=user.name,
        full_name=user.full_name,
        role=user.role,
        shift=user.shift,
        active=user.active,
        has_password=user.password_hash is not None,
        created_at=user.created_at,
    )


def _find(session: Session, organisation_id: int, name: str) -> User:
    statement = select(User).where(User.organisation_id == organisation_id, User.name == name)
    user = session.exec(statement).first()
    if user is None:
        names = session.exec(select(User.name).where(User.organisation_id == organisation_id)).all()
        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else "See: dialdeck users list"
        raise NotFound(f"There is no user called {name}. {hint}", code="no_user")
    return user


def require_known(session: Session, *, actor: Actor, name: str) -> None:
    """Refuse a name nobody of the shop has, whether active or not (``NotFound``, with the nearest name)."""
    _find(session, actor.organisation_id, name)


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


def sign_in(session: Session, *, name: str, password: str | None, now: datetime) -> Actor:
    """Turn a name (and the password, where one is set) into the Actor of all use cases.

    Raises:
        NotFound: no such user.
        NotAllowed: disabled (``user_disabled``), a password is needed (``password_needed``) or is not the
            right one (``wrong_password``).
    """
    here = shop.current(session)
    user = _find(session, here.organisation_id, name)
    if not user.active:
        raise NotAllowed(
            f"{name} is disabled; an administrator can enable the account.", code="user_disabled"
        )
    if user.password_hash is not None:
        if password is None:
            raise NotAllowed(f"{name} needs a password (DIALDECK_PASSWORD).", code="password_needed")
        if not passwords.matches(user.password_hash, password):
            raise NotAllowed(f"That is not the password of {name}.", code="wrong_password")
    return _actor(user, here.timezone)


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


def add(
    session: Session,
    *,
    actor: Actor,
    name: str,
    role: Role,
    now: datetime,
    shift: Shift = Shift.ANY,
    full_name: str = "",
    password: str | None = None,
) -> UserView:
    """Add a user.

    Raises:
        NotAllowed: the actor is no administrator.
        Invalid: the name is not one word of letters, digits, ``.``, ``-``, ``_``, ``@``.
        Conflict: the name is taken.
    """
    require(actor, Role.ADMIN, to="add users")
    return _add(session, actor.organisation_id, name, role, now, shift, full_name, password)


def first_administrator(session: Session, *, name: str, now: datetime) -> UserView:
    """Make the first administrator of a new shop; returns the existing one when the name is already there.

    Raises:
        NotAllowed: the shop has users already, so only an administrator may add more.
    """
    organisation_id = shop.current(session).organisation_id
    existing = session.exec(select(User).where(User.organisation_id == organisation_id)).all()
    for user in existing:
        if user.name == name and user.role == Role.ADMIN:
            return _view(user)
    if existing:
        raise NotAllowed(
            "This shop has users already; an administrator adds more with: dialdeck users add",
            code="has_users",
        )
    return _add(session, organisation_id, name, Role.ADMIN, now, Shift.ANY, "", None)


def _add(
    session: Session,
    organisation_id: int,
    name: str,
    role: Role,
    now: datetime,
    shift: Shift,
    full_name: str,
    password: str | None,
) -> UserView:
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot be a user name: use one word of letters, digits and . - _ @", code="user_name"
        )
    statement = select(User.name).where(
        User.organisation_id == organisation_id, func.lower(col(User.name)) == name.lower()
    )
    taken = session.exec(statement).first()
    if taken is not None:
        raise Conflict(f"There is already a user called {taken}.", code="user_exists")
    user = User(
        organisation_id=organisation_id,
        name=name,
        full_name=full_name or name,
        role=role.value,
        shift=shift.value,
        password_hash=passwords.hash_password(password) if password is not None else None,
        created_at=now,
        updated_at=now,
    )
    session.add(user)
    session.flush()
    return _view(user)


def listing(session: Session, *, actor: Actor) -> list[UserView]:
    """All users, active ones first. Sellers see only themselves."""
    statement = select(User).where(User.organisation_id == actor.organisation_id)
    if actor.role not in READING_ROLES:
        statement = statement.where(User.id == actor.user_id)
    return [
        _view(user) for user in session.exec(statement.order_by(col(User.active).desc(), User.name)).all()
    ]


def set_active(session: Session, *, actor: Actor, name: str, active: bool, now: datetime) -> UserView:
    """Enable or disable a user; claims of a disabled user end by expiry.

    Raises:
        NotAllowed: no administrator.
        Conflict: it would leave the shop without an administrator.
    """
    require(actor, Role.ADMIN, to="enable or disable users")
    user = _find(session, actor.organisation_id, name)
    if not active:
        _keep_one_administrator(session, user)
    user.active = active
    user.updated_at = now
    session.add(user)
    session.flush()
    return _view(user)


def edit(
    session: Session,
    *,
    actor: Actor,
    name: str,
    now: datetime,
    role: Role | None = None,
    shift: Shift | None = None,
    full_name: str | None = None,
) -> UserView:
    """Change role, shift or full name; None leaves a value as it is.

    Raises:
        NotAllowed: no administrator.
        Conflict: it would leave the shop without an administrator.
    """
    require(actor, Role.ADMIN, to="edit users")
    user = _find(session, actor.organisation_id, name)
    if role is not None and role is not Role.ADMIN:
        _keep_one_administrator(session, user)
    user.role = role.value if role else user.role
    user.shift = shift.value if shift else user.shift
    user.full_name = full_name if full_name is not None else user.full_name
    user.updated_at = now
    session.add(user)
    session.flush()
    return _view(user)


def set_password(session: Session, *, actor: Actor, name: str, password: str | None, now: datetime) -> None:
    """Set a password, or remove it with None. Everybody may set their own; an administrator anybody's.

    Raises:
        NotAllowed: somebody else's password and no administrator.
        Invalid: too short.
    """
    if name != actor.name:
        require(actor, Role.ADMIN, to="change somebody else's password")
    user = _find(session, actor.organisation_id, name)
    user.password_hash = passwords.hash_password(password) if password is not None else None
    user.updated_at = now
    session.add(user)
    session.flush()


def _keep_one_administrator(session: Session, user: User) -> None:
    if user.role != Role.ADMIN or not user.active:
        return
    others = session.exec(
        select(User.id).where(
            User.organisation_id == user.organisation_id,
            User.role == Role.ADMIN.value,
            col(User.active),
            User.id != user.id,
        )
    ).first()
    if others is None:
        raise Conflict(f"{user.name} is the only administrator; make another one first.", code="last_admin")

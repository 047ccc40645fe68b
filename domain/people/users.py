"""Users: who may sign in, adding and changing them, and turning a name into an Actor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.audit import log
from domain.codes import Role, Shift
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people import passwords, shop, teams
from domain.people.models import Team, User
from domain.people.rights import Actor, require

_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as lists show it; never with the hash. ``locked_until`` is set after too many wrong passwords."""

    id: int
    name: str
    full_name: str
    role: str
    shift: str
    active: bool
    has_password: bool
    created_at: datetime
    team: str | None = None
    locked_until: datetime | None = None


def actor_of(user: User, timezone: str) -> Actor:
    """The Actor of all use cases for a user of a shop in ``timezone``."""
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


def _view(user: User, team: str | None = None) -> UserView:
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
        team=team,
        locked_until=user.locked_until,
    )


def _seen(session: Session, user: User) -> UserView:
    """The same, with the name of the team looked up."""
    session.flush()
    team = session.get(Team, user.team_id) if user.team_id is not None else None
    return _view(user, team.name if team is not None else None)


def named(session: Session, organisation_id: int, name: str) -> User:
    """The user of that name (``NotFound`` with the nearest one)."""
    statement = select(User).where(User.organisation_id == organisation_id, User.name == name)
    user = session.exec(statement).first()
    if user is None:
        names = session.exec(select(User.name).where(User.organisation_id == organisation_id)).all()
        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else "See: dialdeck users list"
        raise NotFound(f"There is no user called {name}. {hint}", code="no_user")
    return user


def require_known(session: Session, *, actor: Actor, name: str) -> None:
    """Refuse a name nobody of the shop has, whether active or not (``NotFound``, with the nearest name).

    Raises:
        NotAllowed: it is that of somebody in another team than those the actor leads.
    """
    user = named(session, actor.organisation_id, name)
    if actor.role is Role.SUPERVISOR and user.id is not None:
        teams.require_visible(session, actor, [user.id], to="look at their leads")


def passwords_required(session: Session, *, organisation_id: int, server: bool) -> bool:
    """Whether nobody signs in without a password: on a server, once an administrator has one.

    Until then the shop is being set up: nobody could sign in to give anybody a password.
    """
    if not server:
        return False
    statement = select(User.id).where(
        User.organisation_id == organisation_id,
        User.role == Role.ADMIN.value,
        col(User.active),
        col(User.password_hash).is_not(None),
    )
    return session.exec(statement.limit(1)).first() is not None


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
    team: str | None = None,
) -> UserView:
    """Add a user, into a team where one is named.

    Raises:
        NotAllowed: the actor is no administrator.
        Invalid: the name is not one word of letters, digits, ``.``, ``-``, ``_``, ``@``.
        Conflict: the name is taken.
        NotFound: no such team.
    """
    require(actor, Role.ADMIN, to="add users")
    into = teams.find(session, actor, team) if team is not None else None
    user = _add(session, actor.organisation_id, name, role, now, shift, full_name, password, into)
    detail = {"role": role.value, "shift": shift.value, **({"team": into.name} if into is not None else {})}
    log.acted(session, actor, at=now, kind="user.add", target=name, detail=detail)
    return _seen(session, user)


def first_administrator(
    session: Session,
    *,
    name: str,
    now: datetime,
    password: str | None = None,
    organisation_id: int | None = None,
) -> UserView:
    """Make the first administrator of a new shop; returns the existing one when the name is already there.

    organisation_id: of which shop, where the database holds several.

    Raises:
        NotAllowed: the shop has users already, so only an administrator may add more.
    """
    if organisation_id is None:
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
    user = _add(session, organisation_id, name, Role.ADMIN, now, Shift.ANY, "", password, None)
    log.acted(
        session, actor_of(user, "UTC"), at=now, kind="user.add", target=name, detail={"role": user.role}
    )
    return _view(user)


def _add(
    session: Session,
    organisation_id: int,
    name: str,
    role: Role,
    now: datetime,
    shift: Shift,
    full_name: str,
    password: str | None,
    team: Team | None,
) -> User:
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
        team_id=team.id if team is not None else None,
        created_at=now,
        updated_at=now,
    )
    session.add(user)
    session.flush()
    return user


def listing(session: Session, *, actor: Actor) -> list[UserView]:
    """All users, active ones first. Sellers see only themselves, supervisors who lead teams those."""
    statement = (
        select(User, Team.name)
        .join(Team, col(Team.id) == User.team_id, isouter=True)
        .where(User.organisation_id == actor.organisation_id)
        .order_by(col(User.active).desc(), col(User.name))
    )
    visible = teams.visible_sellers(session, actor)
    if visible is not None:
        statement = statement.where(col(User.id).in_(sorted(visible)))
    return [_view(user, team) for user, team in session.exec(statement)]


def set_active(session: Session, *, actor: Actor, name: str, active: bool, now: datetime) -> UserView:
    """Enable or disable a user; claims of a disabled user end by expiry.

    Raises:
        NotAllowed: no administrator.
        Conflict: it would leave the shop without an administrator.
    """
    require(actor, Role.ADMIN, to="enable or disable users")
    user = named(session, actor.organisation_id, name)
    if not active:
        _keep_one_administrator(session, user)
    user.active = active
    user.updated_at = now
    session.add(user)
    log.acted(session, actor, at=now, kind="user.enable" if active else "user.disable", target=name)
    return _seen(session, user)


def edit(
    session: Session,
    *,
    actor: Actor,
    name: str,
    now: datetime,
    role: Role | None = None,
    shift: Shift | None = None,
    full_name: str | None = None,
    team: str | None = None,
) -> UserView:
    """Change role, shift, full name or team; None leaves a value as it is, a team of "" is none.

    Raises:
        NotAllowed: no administrator.
        NotFound: no such user or team.
        Conflict: it would leave the shop without an administrator.
    """
    require(actor, Role.ADMIN, to="edit users")
    user = named(session, actor.organisation_id, name)
    if role is not None and role is not Role.ADMIN:
        _keep_one_administrator(session, user)
    user.role = role.value if role else user.role
    user.shift = shift.value if shift else user.shift
    user.full_name = full_name if full_name is not None else user.full_name
    if team is not None:
        user.team_id = teams.find(session, actor, team).id if team else None
    user.updated_at = now
    session.add(user)
    changed = {"role": role and role.value, "shift": shift and shift.value, "team": team}
    detail: dict[str, object] = {key: value for key, value in changed.items() if value is not None}
    if full_name is not None:
        detail["full_name"] = True  # that, not what
    log.acted(session, actor, at=now, kind="user.edit", target=name, detail=detail)
    return _seen(session, user)


def set_password(
    session: Session, *, actor: Actor, name: str, password: str | None, now: datetime, server: bool = False
) -> None:
    """Set a password, or remove it with None. Everybody may set their own; an administrator anybody's.

    An administrator who sets it also lets a locked user in again.

    Raises:
        NotAllowed: somebody else's password and no administrator.
        Invalid: too short; or to be removed where passwords are required.
    """
    if name != actor.name:
        require(actor, Role.ADMIN, to="change somebody else's password")
    user = named(session, actor.organisation_id, name)
    if password is None and passwords_required(session, organisation_id=actor.organisation_id, server=server):
        raise Invalid(
            f"On a server everybody signs in with a password; give {name} another one: "
            f"dialdeck users password {name}",
            code="password_required",
        )
    user.password_hash = passwords.hash_password(password) if password is not None else None
    if name != actor.name:
        user.failed_sign_ins, user.locked_until = 0, None
    user.updated_at = now
    session.add(user)
    session.flush()
    log.acted(session, actor, at=now, kind="user.password", target=name, detail={"set": password is not None})


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

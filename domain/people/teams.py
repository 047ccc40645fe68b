"""Teams: who leads whom. A supervisor who leads a team sees and acts on the sellers of the own teams.

One who leads none sees everybody, so that a small shop needs no teams; administrators and auditors always do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from domain.audit import log
from domain.codes import Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.people.models import Team, TeamLead, User
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sql import affected

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as lists show it: who leads it and who is in it, by the names they sign in with."""

    id: int
    name: str
    supervisors: tuple[str, ...]
    members: tuple[str, ...]


# ── who sees whom ────────────────────────────────────────────────────────────────────────────────────────


def visible_sellers(session: Session, actor: Actor) -> set[int] | None:
    """The users whose work the actor may see and change; None is everybody. One statement at most.

    A seller sees only themselves, and so they do where a supervisor leads a team without members.
    """
    if actor.role in (Role.ADMIN, Role.AUDITOR):
        return None
    if actor.role is Role.SELLER:
        return {actor.user_id}
    found = session.execute(
        select(col(TeamLead.team_id), col(User.id))
        .join(
            User,
            (col(User.team_id) == TeamLead.team_id) & (User.organisation_id == TeamLead.organisation_id),
            isouter=True,
        )
        .where(col(TeamLead.organisation_id) == actor.organisation_id, col(TeamLead.user_id) == actor.user_id)
    ).all()
    if not found:
        return None
    return {actor.user_id, *(member for _team, member in found if member is not None)}


def require_visible(session: Session, actor: Actor, seller_ids: Iterable[int], *, to: str) -> None:
    """Refuse to act on sellers of others' teams.

    Raises:
        NotAllowed: one of them is not among ``visible_sellers``.
    """
    visible = visible_sellers(session, actor)
    wanted = set(seller_ids)
    if visible is None or wanted <= visible:
        return
    names = session.scalars(
        select(col(User.name))
        .where(col(User.organisation_id) == actor.organisation_id, col(User.id).in_(sorted(wanted - visible)))
        .order_by(col(User.name))
    ).all()
    raise NotAllowed(
        f"{', '.join(names) or 'That seller'} is in no team of {actor.name}, who may not {to}; "
        "an administrator changes teams with: dialdeck teams edit",
        code="other_team",
        refused=to,
    )


# ── the teams themselves ─────────────────────────────────────────────────────────────────────────────────


def listing(session: Session, *, actor: Actor) -> list[TeamView]:
    """All teams by name (two statements more, however many); a supervisor who leads some sees those.

    Raises:
        NotAllowed: a seller.
    """
    require(actor, *READING_ROLES, to="see the teams")
    statement = (
        select(Team).where(col(Team.organisation_id) == actor.organisation_id).order_by(col(Team.name))
    )
    if visible_sellers(session, actor) is not None:
        own = select(col(TeamLead.team_id)).where(
            col(TeamLead.organisation_id) == actor.organisation_id, col(TeamLead.user_id) == actor.user_id
        )
        statement = statement.where(col(Team.id).in_(own))
    return _views(session, list(session.scalars(statement)))


def _views(session: Session, teams: list[Team]) -> list[TeamView]:
    ids = [team.id for team in teams]
    leads: defaultdict[int, list[str]] = defaultdict(list)
    members: defaultdict[int, list[str]] = defaultdict(list)
    for team_id, name in session.execute(
        select(col(TeamLead.team_id), col(User.name))
        .join(User, col(User.id) == TeamLead.user_id)
        .where(col(TeamLead.team_id).in_(ids))
        .order_by(col(User.name))
    ):
        leads[team_id].append(name)
    for team_id, name in session.execute(
        select(col(User.team_id), col(User.name)).where(col(User.team_id).in_(ids)).order_by(col(User.name))
    ):
        members[team_id].append(name)
    return [
        TeamView(team.id, team.name, tuple(leads[team.id]), tuple(members[team.id]))
        for team in teams
        if team.id is not None
    ]


def add(
    session: Session,
    *,
    actor: Actor,
    name: str,
    now: datetime,
    supervisors: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
) -> TeamView:
    """Make a team, with who leads it and who is in it (administrators).

    Raises:
        NotAllowed: no administrator.  Invalid: no usable name, or one who cannot lead.
        Conflict: the name is taken.  NotFound: no such user.
    """
    require(actor, Role.ADMIN, to="add teams")
    team = Team(organisation_id=actor.organisation_id, name=_checked(session, actor, name), created_at=now)
    session.add(team)
    session.flush()
    _put(session, actor, team, supervisors, members)
    log.acted(
        session,
        actor,
        at=now,
        kind="team.add",
        target=team.name,
        detail=_detail(lead=supervisors, member=members),
    )
    return _views(session, [team])[0]


def edit(
    session: Session,
    *,
    actor: Actor,
    name: str,
    now: datetime,
    rename: str | None = None,
    supervisors: tuple[str, ...] = (),
    not_supervisors: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    not_members: tuple[str, ...] = (),
) -> TeamView:
    """Rename a team, or change who leads it (``supervisors``, ``not_supervisors``) and who is in it (administrators).

    Raises:
        As ``add``, and NotFound: no such team.
    """
    require(actor, Role.ADMIN, to="edit teams")
    team = find(session, actor, name)
    if rename is not None and rename != team.name:
        team.name = _checked(session, actor, rename, besides=team.id)
        session.add(team)
        session.flush()
    _put(session, actor, team, supervisors, members)
    gone = _users(session, actor, not_supervisors)
    session.execute(
        delete(TeamLead).where(
            col(TeamLead.team_id) == team.id, col(TeamLead.user_id).in_([user.id for user in gone])
        )
    )
    for user in _users(session, actor, not_members):
        if user.team_id == team.id:
            user.team_id = None
            session.add(user)
    session.flush()
    detail = _detail(
        renamed=(rename,) if rename else (),
        lead=supervisors,
        no_lead=not_supervisors,
        member=members,
        no_member=not_members,
    )
    log.acted(session, actor, at=now, kind="team.edit", target=name, detail=detail)
    return _views(session, [team])[0]


def remove(session: Session, *, actor: Actor, name: str, now: datetime) -> int:
    """Dissolve a team (administrators); returns how many were in it, who are in none then.

    Whoever led only this team leads none from then on, and sees everybody.

    Raises:
        NotAllowed: no administrator.  NotFound: no such team.
    """
    require(actor, Role.ADMIN, to="remove teams")
    team = find(session, actor, name)
    free = affected(session, update(User).where(col(User.team_id) == team.id).values(team_id=None))
    session.execute(delete(TeamLead).where(col(TeamLead.team_id) == team.id))
    session.delete(team)
    session.flush()
    log.acted(session, actor, at=now, kind="team.remove", target=team.name, detail={"members": free})
    return free


def find(session: Session, actor: Actor, name: str) -> Team:
    """The team of that name (``NotFound`` with the nearest one)."""
    teams = list(session.scalars(select(Team).where(col(Team.organisation_id) == actor.organisation_id)))
    for team in teams:
        if team.name.casefold() == name.casefold():
            return team
    near = get_close_matches(name, [team.name for team in teams], n=1)
    hint = f"Did you mean {near[0]}?" if near else "See: dialdeck teams list"
    raise NotFound(f"There is no team called {name}. {hint}", code="no_team")


def _checked(session: Session, actor: Actor, name: str, *, besides: int | None = None) -> str:
    text = " ".join(name.split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Invalid(
            f"A team's name is a word or a few, {LONGEST_NAME} characters at most, not {name!r}.",
            code="team_name",
        )
    taken = session.execute(
        select(col(Team.id), col(Team.name)).where(
            col(Team.organisation_id) == actor.organisation_id, func.lower(Team.name) == text.lower()
        )
    ).first()
    if taken is not None and taken.id != besides:
        raise Conflict(f"There is already a team called {taken.name}.", code="team_exists")
    return text


def _put(
    session: Session, actor: Actor, team: Team, supervisors: tuple[str, ...], members: tuple[str, ...]
) -> None:
    """Let these lead the team, and these be in it."""
    assert team.id is not None, "it is stored"
    leading = set(session.scalars(select(col(TeamLead.user_id)).where(col(TeamLead.team_id) == team.id)))
    for user in _users(session, actor, supervisors):
        if user.role not in LEADING_ROLES:
            raise Invalid(
                f"{user.name} is {user.role} and leads nobody; make them a supervisor first: "
                f"dialdeck users edit {user.name} --role supervisor",
                code="no_leader",
            )
        assert user.id is not None, "it is stored"
        if user.id not in leading:
            session.add(TeamLead(organisation_id=actor.organisation_id, team_id=team.id, user_id=user.id))
    for user in _users(session, actor, members):
        user.team_id = team.id
        session.add(user)
    session.flush()


def _users(session: Session, actor: Actor, names: tuple[str, ...]) -> list[User]:
    """The users of these names, each once."""
    if not names:
        return []
    found = {
        user.name: user
        for user in session.scalars(
            select(User).where(col(User.organisation_id) == actor.organisation_id, col(User.name).in_(names))
        )
    }
    for name in names:
        if name not in found:
            raise NotFound(f"There is no user called {name}. See: dialdeck users list", code="no_user")
    return list(found.values())


def _detail(**named: tuple[str, ...]) -> dict[str, object]:
    """What was changed, without what was not."""
    return {key: list(names) for key, names in named.items() if names}

"""A choice of leads as people name it: lists and sellers by their names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from domain.campaigns import lists
from domain.errors import Invalid, NotFound
from domain.people import teams
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.recycling.selection import Filters


def filters_named(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    statuses: tuple[str, ...],
    list_name: str | None = None,
    seller: str | None = None,
    resolution: str | None = None,
    tag: str | None = None,
    min_attempts: int | None = None,
    max_attempts: int | None = None,
    last_before: datetime | None = None,
) -> Filters:
    """The filters of a choice whose list and seller are given by name (a list also by number).

    Raises:
        NotFound: no such list or seller.  Invalid: the list is another campaign's.
        NotAllowed: the seller is in another team.
    """
    require(actor, *READING_ROLES, to="choose leads")
    list_id = None
    if list_name is not None:
        found = lists.find(session, actor=actor, name_or_id=list_name, campaign_id=campaign_id)
        if found.campaign_id != campaign_id:
            raise Invalid(f"The list {list_name} is not one of this campaign.", code="list_name")
        list_id = found.id
    return Filters(
        statuses=tuple(dict.fromkeys(statuses)),
        list_id=list_id,
        seller_id=_seller(session, actor, seller) if seller is not None else None,
        resolution=resolution,
        tag=tag,
        min_attempts=min_attempts,
        max_attempts=max_attempts,
        last_before=last_before,
    )


def _seller(session: Session, actor: Actor, name: str) -> int:
    number: int | None = session.execute(
        select(col(User.id)).where(col(User.organisation_id) == actor.organisation_id, col(User.name) == name)
    ).scalar_one_or_none()
    if number is None:
        raise NotFound(f"There is no user called {name}.", code="no_user")
    teams.require_visible(session, actor, [number], to="choose their leads")
    return number

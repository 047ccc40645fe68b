"""Search among all people of the shop, for those who lead: by words, numbers, ids, tags and statuses, page by page.

The first page costs the same few statements among a million people as among ten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, select
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling import leads, lines, lookup
from domain.calling.in_sight import in_sight
from domain.calling.models import Lead
from domain.calling.views import QueueLine
from domain.campaigns.models import Campaign
from domain.codes import NO_STATUS_KEY
from domain.constructs import among_first, people_tagged
from domain.contacts.models import Contact
from domain.errors import Invalid
from domain.json_sql import json_has
from domain.people.rights import READING_ROLES, Actor, require

_LEAD = metadata.tables["lead"]
_TAG = re.compile(r'#(?:"([^"]+)"|([^\s"]+))')
_STATUS = re.compile(r"\bstatus:(\S+)")
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to find: those who answer to ``text``, have all of ``tags`` and one of ``statuses``."""

    text: str = ""
    tags: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    campaign_id: int | None = None

    @property
    def empty(self) -> bool:
        """Nothing was said."""
        return not (self.text or self.tags or self.statuses)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of leads, those of a person together; ``next`` is where the next page begins, None after the last."""

    lines: tuple[QueueLine, ...]
    next: int | None = None


def said(text: str, *, campaign_id: int | None = None) -> Wanted:
    """What somebody typed into one line: words, ``#tag``, ``#"a longer tag"``, ``status:busy``."""
    tags = tuple(quoted or plain for quoted, plain in _TAG.findall(text))
    rest = _TAG.sub(" ", text)
    statuses = tuple(_STATUS.findall(rest))
    words = " ".join(_STATUS.sub(" ", rest).split())
    return Wanted(words, tags, statuses, campaign_id)


def search(
    session: Session,
    *,
    actor: Actor,
    wanted: Wanted,
    after: int = 0,
    limit: int = 50,
    inside: bool = True,
) -> Found:
    """A page of the people wanted (those who lead, and auditors).

    Args:
        after: ``Found.next`` of the page before. limit: so many people; each comes with all leads that fit.
        inside: where nobody's words or number begin so, read all of them through for those who have it inside;
            among a million people that takes a second.

    Raises:
        NotAllowed: a seller.  Invalid: an unknown status, or nothing was asked for.
    """
    require(actor, *READING_ROLES, to="search among all people")
    if wanted.empty:
        raise Invalid("Say whom to find.", code="search_empty")
    if not 1 <= limit <= MOST_AT_ONCE:
        raise Invalid(f"A page has 1 to {MOST_AT_ONCE} people.", code="search_limit")
    leads.known_statuses(wanted.statuses)
    only = in_sight(session, actor)
    if not wanted.text and not wanted.tags:
        return _by_status(session, actor, only, wanted, after, limit)
    if not wanted.text:
        return _people(session, actor, only, wanted, people_tagged(wanted.tags[0]), after, limit)
    ways = lookup.sources(actor.organisation_id, wanted.text)
    for source in ways if inside else ways[: lookup.BY_INDEX]:
        people = source(session)
        if people is None:
            continue
        found = _people(session, actor, only, wanted, people, after, limit)
        if found.lines:
            return found
    return Found(())


def _people(
    session: Session,
    actor: Actor,
    only: Sequence[ColumnElement[bool]],
    wanted: Wanted,
    people: FromClause,
    after: int,
    limit: int,
) -> Found:
    """A page of the leads of these people, in the order of their numbers."""
    person = people.c.contact_id
    there = exists(
        select(col(Lead.id))
        .where(col(Lead.contact_id) == person, *_of_lead(actor, wanted), *only)
        .correlate(people)
    )
    statement = select(person).where(person > after, there).order_by(person).limit(limit + 1)
    if wanted.tags:
        tagged = [json_has(col(Contact.tags), tag) for tag in wanted.tags]
        statement = statement.where(
            exists(select(col(Contact.id)).where(col(Contact.id) == person, *tagged).correlate(people))
        )
    numbers: Sequence[int] = session.execute(statement).scalars().all()
    page = numbers[:limit]
    if not page:
        return Found(())
    rows = lines.of(
        session,
        organisation_id=actor.organisation_id,
        where=col(Lead.contact_id).in_(page),
        only=[*_of_lead(actor, wanted), *only],
        order=(col(Lead.contact_id), col(Lead.id)),
    )
    return Found(tuple(rows), page[-1] if len(numbers) > limit else None)


def _of_lead(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [col(Lead.organisation_id) == actor.organisation_id]
    if wanted.campaign_id is not None:
        found.append(col(Lead.campaign_id) == wanted.campaign_id)
    if wanted.statuses:
        listed: ColumnElement[bool] = col(Lead.status).in_(
            [status for status in wanted.statuses if status != NO_STATUS_KEY]
        )
        if NO_STATUS_KEY in wanted.statuses:
            listed = or_(listed, col(Lead.status).is_(None), col(Lead.status) == "")
        found.append(listed)
    return found


def _by_status(
    session: Session,
    actor: Actor,
    only: Sequence[ColumnElement[bool]],
    wanted: Wanted,
    after: int,
    limit: int,
) -> Found:
    """Where nothing but statuses is asked for, in the order of the leads: the index of statuses has them so."""
    if wanted.campaign_id is not None:
        campaigns = [wanted.campaign_id]
    else:
        campaigns = list(
            session.execute(
                select(col(Campaign.id))
                .where(col(Campaign.organisation_id) == actor.organisation_id)
                .order_by(col(Campaign.id))
            ).scalars()
        )
    ranges = [(campaign, status) for campaign in campaigns for status in wanted.statuses]
    if not ranges:
        return Found(())
    where: ColumnElement[bool] = and_(_behind(actor, after), *only)
    these = among_first(
        _LEAD.c.id,
        where=where,
        keys=(_LEAD.c.campaign_id, _LEAD.c.status),
        order=(_LEAD.c.id,),
        ranges=ranges,
        limit=limit + 1,
    )
    if NO_STATUS_KEY in wanted.statuses:  # they have an index of their own, and are few
        statement = select(col(Lead.id)).where(where, *_of_lead(actor, wanted)).order_by(col(Lead.id))
        these = col(Lead.id).in_(list(session.execute(statement.limit(limit + 1)).scalars()))
    rows = lines.of(
        session,
        organisation_id=actor.organisation_id,
        where=these,
        only=(),
        order=(col(Lead.id),),
    )
    return Found(tuple(rows[:limit]), rows[limit - 1].lead_id if len(rows) > limit else None)


def _behind(actor: Actor, after: int) -> ColumnElement[bool]:
    """Leads of the shop behind the page before."""
    return and_(_LEAD.c.organisation_id == actor.organisation_id, _LEAD.c.id > after)

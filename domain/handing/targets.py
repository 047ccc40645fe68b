"""Who gets leads: sellers and the pools of shifts, how many each, and in which turn they are dealt.

Dealt in turn, best leads first, so that nobody gets all of the good ones; where there are fewer leads than asked for,
everybody gets the same part of what they were to get.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

from sqlalchemy import select
from sqlmodel import Session, col

from domain.codes import Role, Shift
from domain.errors import Invalid, NotFound
from domain.people import teams
from domain.people.models import User
from domain.people.rights import READING_ROLES, SELLING_ROLES, Actor, require

SHIFTS = (Shift.MORNING.value, Shift.AFTERNOON.value)
POOL = "pool"
"""The key of the campaign's pool, where released leads go unless a shift is named."""


@dataclass(frozen=True, slots=True)
class Target:
    """A seller, or the pool of a shift; ``number`` leads for it, None for as many as there are."""

    seller_id: int | None = None
    shift: str | None = None
    number: int | None = None

    @property
    def key(self) -> str:
        """How a batch names it: the seller's number, the shift, or the pool."""
        return str(self.seller_id) if self.seller_id is not None else self.shift or POOL


def check(targets: Sequence[Target]) -> None:
    """Refuse targets that make no sense.

    Raises:
        Invalid: nobody, somebody twice, a number below 0, nobody who gets any, or numbers beside no number.
    """
    if not targets:
        raise Invalid("Say who gets leads: at least one seller or shift.", code="no_targets")
    keys = [each.key for each in targets]
    if len(keys) != len(set(keys)):
        raise Invalid("Somebody is named twice; say once how many each gets.", code="target_twice")
    numbers = [each.number for each in targets]
    if any(number is not None and number < 0 for number in numbers):
        raise Invalid("A number of leads is 0 or more.", code="number")
    if None in numbers and any(number is not None for number in numbers):
        raise Invalid("Say for everybody how many they get, or for nobody.", code="number")
    if all(number == 0 for number in numbers):
        raise Invalid("Nobody would get any: give a number above 0.", code="number")
    unknown = [each.shift for each in targets if each.seller_id is None and each.shift not in SHIFTS]
    if unknown:
        raise Invalid("A pool is that of the morning or of the afternoon.", code="shift")


def evenly(targets: Sequence[Target], count: int | None) -> list[Target]:
    """The same targets with ``count`` leads in all, the first ones getting what does not divide.

    Raises:
        Invalid: a count below 1.
    """
    if count is None:
        return [Target(each.seller_id, each.shift, None) for each in targets]
    if count < 1:
        raise Invalid("The count is a number from 1.", code="count")
    each_gets, rest = divmod(count, max(1, len(targets)))
    return [
        Target(each.seller_id, each.shift, each_gets + (place < rest)) for place, each in enumerate(targets)
    ]


def missing(wanted: Mapping[str, int | None], given: Mapping[str, int]) -> int | None:
    """How many are still to be handed out; None where nobody said how many."""
    if any(number is None for number in wanted.values()):
        return None
    return sum(max(0, (number or 0) - given.get(key, 0)) for key, number in wanted.items())


def deal(
    lead_ids: Iterable[int], wanted: Mapping[str, int | None], given: Mapping[str, int]
) -> dict[int, str]:
    """Who gets which lead, in the order of the leads; ``given`` have been dealt before.

    Next is who is furthest behind by the rule of Sainte-Laguë (the smallest (had + 1/2) / number), so nobody is far
    from their share; of several, by their keys, for a database does not keep the order in which they were named.
    """
    heap = [
        (_part(number, given.get(key, 0)), place, key, given.get(key, 0))
        for place, (key, number) in enumerate(sorted(wanted.items()))
        if number is None or given.get(key, 0) < number
    ]
    heapify(heap)
    dealt: dict[int, str] = {}
    for lead_id in lead_ids:
        if not heap or heap[0][0] >= 1:
            break
        _, place, key, had = heap[0]
        dealt[lead_id] = key
        number = wanted[key]
        heapreplace(heap, (_part(number, had + 1), place, key, had + 1))
    return dealt


_MANY = 2**62


def _part(number: int | None, had: int) -> float:
    """How far a target is with what it is to get, from 1 when it has all; without a number, a part of very many."""
    return (had + 0.5) / (number or _MANY)


# Names --------------------------------------------------------------------------------------------------------


def named(session: Session, *, actor: Actor, names: Mapping[str, int | None]) -> list[Target]:
    """The targets people named: active sellers by name, how many each.

    Raises:
        NotFound: no active seller of that name.
    """
    require(actor, *READING_ROLES, to="see who gets leads")
    known = {name: number for number, name in _who_may_own(session, actor, SELLING_ROLES)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotFound(f'There is no active seller "{unknown[0]}". See: dialdeck users list', code="no_user")
    return [Target(seller_id=known[name], number=number) for name, number in names.items()]


def assignable(session: Session, *, actor: Actor, only_sellers: bool = False) -> list[tuple[int, str]]:
    """Number and name of everybody this supervisor may hand leads to, by name.

    Args:
        only_sellers: not supervisors and administrators, who may sell but mostly do not.
    """
    require(actor, *READING_ROLES, to="see who gets leads")
    seen = teams.visible_sellers(session, actor)
    people = _who_may_own(session, actor, (Role.SELLER,) if only_sellers else SELLING_ROLES)
    return [(number, name) for number, name in people if seen is None or number in seen]


def _who_may_own(session: Session, actor: Actor, roles: Iterable[Role]) -> list[tuple[int, str]]:
    rows = session.execute(
        select(col(User.id), col(User.name))
        .where(
            col(User.organisation_id) == actor.organisation_id,
            col(User.active),
            col(User.role).in_([role.value for role in roles]),
        )
        .order_by(col(User.name))
    )
    return [(number, name) for number, name in rows if number is not None]


def require_own(session: Session, *, actor: Actor, seller_ids: Iterable[int]) -> None:
    """Refuse sellers of others' teams, and numbers that are no active seller's.

    Raises:
        NotFound: nobody active has such a number.  NotAllowed: a seller of another team.
    """
    known = {number for number, _ in _who_may_own(session, actor, SELLING_ROLES)}
    unknown = [number for number in seller_ids if number not in known]
    if unknown:
        raise NotFound(f"There is no active seller number {unknown[0]}.", code="no_user")
    teams.require_visible(session, actor, seller_ids, to="hand out leads to them")


def name_of(session: Session, *, actor: Actor, name: str) -> int:
    """The number of a user, active or not: leads are taken back from those who left, too.

    Raises:
        NotFound: nobody is called so.
    """
    number: int | None = session.execute(
        select(col(User.id)).where(col(User.organisation_id) == actor.organisation_id, col(User.name) == name)
    ).scalar_one_or_none()
    if number is None:
        raise NotFound(f'There is no user called "{name}". See: dialdeck users list', code="no_user")
    return number

"""What handing out or taking back would do, before it is done: how many each gets, who is left out and why.

Asks with the conditions of the work itself (``selection``), and deals as it does (``targets``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.codes import QueueState
from domain.handing import assigning, releasing, selection, targets
from domain.handing.selection import LeftOut
from domain.handing.targets import Target
from domain.people.rights import READING_ROLES, Actor, require
from domain.recycling.preview import campaign_of
from domain.recycling.selection import Filters


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen at this moment.

    chosen: leads that fit the filters; available: those of them that may be handed out or taken back; the others are
    in ``left_out`` by reason (``LeftOut``). by_target: how many each would get, by seller number, shift or pool.
    resting: available ones that are not dialled now (attempts used up, outcome missing, no good number, list
    paused); they are handed out last. callbacks: available leads with a callback to come. by_owner: the available
    ones by the number of the seller who has them now (0: nobody).
    """

    chosen: int
    available: int
    by_target: dict[str, int]
    resting: int
    callbacks: int
    left_out: dict[str, int]
    by_owner: dict[int, int]

    @property
    def leads(self) -> int:
        """How many would be handed out or taken back."""
        return sum(self.by_target.values())


def of_assign(
    session: Session, *, actor: Actor, campaign_id: int, to: Sequence[Target], filters: Filters | None = None
) -> Preview:
    """What a hand-out would do (supervisors and auditors); writes nothing. One statement beside the checks.

    Raises:
        As ``assigning.run``.
    """
    require(actor, *READING_ROLES, to="preview a hand-out")
    filters = filters or Filters(())
    assigning.check(session, actor=actor, to=to, filters=filters)
    campaign_of(session, actor=actor, campaign_id=campaign_id)
    wanted = {each.key: each.number for each in to}
    reason = selection.why_not_handed(filters, shift=assigning.only_shift(list(wanted)))
    counted = _counted(session, selection.of_campaign(actor, campaign_id, filters), reason)
    dealt = Counter(targets.deal(range(counted.available), wanted, {}).values())
    return counted.preview({key: dealt[key] for key in wanted})


def of_release(
    session: Session,
    *,
    actor: Actor,
    filters: Filters,
    campaign_id: int | None = None,
    shift: str | None = None,
) -> Preview:
    """What a release would do (supervisors and auditors); writes nothing. One statement beside the checks.

    Raises:
        As ``releasing.run``.
    """
    require(actor, *READING_ROLES, to="preview a release")
    releasing.check(session, actor=actor, filters=filters, campaign_id=campaign_id, shift=shift)
    where = releasing.scope(session, actor, filters, campaign_id)
    counted = _counted(session, where, selection.why_not_taken())
    return counted.preview({shift or targets.POOL: counted.available})


@dataclass(frozen=True, slots=True)
class _Counted:
    available: int
    resting: int
    callbacks: int
    left_out: Counter[str]
    by_owner: Counter[int]

    def preview(self, by_target: dict[str, int]) -> Preview:
        return Preview(
            chosen=self.available + sum(self.left_out.values()),
            available=self.available,
            by_target=by_target,
            resting=self.resting,
            callbacks=self.callbacks,
            left_out={each.value: self.left_out[each.value] for each in LeftOut if self.left_out[each.value]},
            by_owner=dict(self.by_owner),
        )


def _counted(session: Session, where: list[ColumnElement[bool]], reason: ColumnElement[str]) -> _Counted:
    owner = func.coalesce(col(Lead.owner_id), 0)
    inner = (
        select(reason.label("reason"), col(Lead.queue_state).label("waits"), owner.label("owner"))
        .where(*where)
        .subquery()
    )
    keys = (inner.c.reason, inner.c.waits, inner.c.owner)
    rows: Any = session.connection().execute(select(*keys, func.count()).group_by(*keys))
    available = resting = callbacks = 0
    left_out: Counter[str] = Counter()
    by_owner: Counter[int] = Counter()
    for why, waits, owned_by, leads in rows:
        if why:
            left_out[why] += leads
            continue
        available += leads
        by_owner[owned_by] += leads
        resting += leads if waits == QueueState.OUT else 0
        callbacks += leads if waits == QueueState.CALLBACK else 0
    return _Counted(available, resting, callbacks, left_out, by_owner)

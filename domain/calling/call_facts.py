"""What has to be known beside a lead's row before a reported call reaches it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ScalarSelect, bindparam, exists, func, or_, select, text
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import EPOCH, BigId
from domain.calling.models import Activity, Call, Lead
from domain.campaigns.models import LeadList
from domain.sql import LEAD


def is_latest(lead: Lead, started_at: datetime) -> bool:
    """Whether a call is the last attempt known, of those that count since the last reset."""
    return all(
        moment is None or started_at >= moment for moment in (lead.last_dial_attempt, lead.counting_from)
    )


def decides(lead: Lead, started_at: datetime) -> bool:
    """Whether a call that is the latest decides where the lead stands: not one from before its recycle."""
    recycled = lead.last_status_change if lead.recycle_batch_id is not None else None
    return is_latest(lead, started_at) and (recycled is None or started_at >= recycled)


@dataclass(frozen=True, slots=True)
class Around:
    """What a lead's row does not say: its counted calls, whether a callback waits, whether its list is paused."""

    external: int
    own: int
    callback_pending: bool
    list_paused: bool

    def and_reported(self, lead: Lead, counted: bool, started_at: datetime) -> Around:
        """With one more call from elsewhere, that has reached the lead."""
        more = counted and started_at >= (lead.counting_from or EPOCH)
        return replace(self, external=self.external + more)

    def attempts(self, lead: Lead) -> int:
        """max(imported attempts, calls from elsewhere) + own calls, all since ``counting_from``.

        A call from elsewhere that did not reach the lead yet counts when it does.
        """
        return max(lead.imported_attempts, self.external) + self.own


def _counted(source: str) -> ScalarSelect[int]:
    since = bindparam("since", type_=UTCDateTime())
    return (
        select(func.count())
        .select_from(Call)
        .where(
            col(Call.lead_id) == LEAD,
            col(Call.source) == source,
            or_(col(Call.source) != "external", col(Call.applied_at).is_not(None)),
            col(Call.counted),
            col(Call.undone_at).is_(None),
            col(Call.started_at) >= since,
        )
        .scalar_subquery()
    )


AROUND = (
    _counted("external"),
    _counted("console"),
    exists(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == LEAD,
            text("activity.state = 'pending'"),  # in the words of its index
            col(Activity.kind) == "callback",
        )
    ),
    exists(
        select(col(LeadList.id)).where(
            col(LeadList.id) == bindparam("list", type_=BigId), col(LeadList.active).is_(False)
        )
    ),
)


"""The columns of ``Around``, to be asked for alone or along with something else, with ``around_values``."""
_AROUND = select(*AROUND)


def around_values(lead: Lead) -> dict[str, object]:
    return {"lead": lead.id, "since": lead.counting_from or EPOCH, "list": lead.list_id}


def around_of(session: Session, lead: Lead) -> Around:
    return Around(*session.execute(_AROUND, around_values(lead)).one())

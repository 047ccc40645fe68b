"""How many leads of a campaign wait for a time to come: one statement over short ranges of the queue's indexes.

Of the pool and of callbacks the side that has fewer is counted, those who wait or those whose time has come; the
tally knows how many they are together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.why_buckets import Situation
from domain.codes import FINAL_STATUSES, QueueState
from domain.sql import timed

Waiting = tuple[int, str, int, datetime | None]
FIRST_CALLBACKS = 500
"""So many are looked at for the next one: none opens before it is due, and most are due when they open."""
DUE = {QueueState.READY.value: -1, QueueState.CALLBACK.value: -3}
"""What rows of those whose time has come are marked with, by how they wait."""
_OURS = "{0}.organisation_id = :organisation AND {0}.campaign_id = :campaign"
_LEADS = _OURS.format("l")
_RANGE = f"{_LEADS} AND l.segment = s.segment AND l.rank = s.rank AND l.queue_state = 0 AND l.next_attempt_at"
_CALLBACKS = (
    f"activity a JOIN lead l ON l.id = a.lead_id WHERE {_OURS.format('a')} AND a.state = 'pending' "
    "AND a.kind = 'callback' AND l.queue_state = 3 AND l.status NOT IN"
)
_OUT = ", ".join(f"'{each}'" for each in ("", *sorted(status.value for status in FINAL_STATUSES)))

_SQL = f"""WITH due AS MATERIALIZED (SELECT s.segment AS segment, s.rank AS rank, (SELECT count(*) FROM (
 SELECT 1 FROM lead l WHERE {_RANGE} <= :now LIMIT :most) AS those) AS leads
 FROM campaign_segment s WHERE {_OURS.format("s")}),
 s AS (SELECT segment, rank, leads, max(leads) OVER (PARTITION BY segment) < :most AS few FROM due)
 SELECT CASE WHEN s.few THEN -1 ELSE 0 END AS waits, s.segment AS segment,
 CASE WHEN s.few THEN s.leads ELSE (SELECT count(*) FROM lead l WHERE {_RANGE} > :now) END AS leads,
 (SELECT min(l.next_attempt_at) FROM lead l WHERE {_RANGE} > :now) AS at FROM s
 UNION ALL SELECT -1, l.segment, count(*), NULL FROM hopper_entry h JOIN lead l ON l.id = h.lead_id
 WHERE {_OURS.format("h")} AND l.queue_state = 1 AND l.status NOT IN ({_OUT}) GROUP BY l.segment
 UNION ALL SELECT 2, l.segment, count(*), min(l.next_attempt_at) FROM lead l
 WHERE {_LEADS} AND l.queue_state = 2 AND l.next_attempt_at > :now GROUP BY l.segment
 UNION ALL SELECT 4, l.segment, count(*), min(l.next_attempt_at) FROM lead l
 WHERE {_LEADS} AND l.queue_state = 4 AND l.next_attempt_at > :now GROUP BY l.segment
 UNION ALL SELECT -3, l.segment, count(DISTINCT l.id), NULL FROM {_CALLBACKS} ({_OUT})
 AND a.due_at <= :now GROUP BY l.segment
 UNION ALL SELECT -3, c.segment, 0, min(c.at) FROM (SELECT l.segment AS segment, a.due_at AS at
 FROM {_CALLBACKS} ({_OUT}) AND a.due_at > :now ORDER BY a.due_at LIMIT {FIRST_CALLBACKS}) AS c GROUP BY c.segment"""


def waiting(session: Session, here: Situation, most: int) -> list[Waiting]:
    """Per kind of waiting and segment: how many leads wait for a time to come, and the first of these times.

    Those whose time has come are counted instead (marked with ``DUE``) where they are fewer: of callbacks, and of
    the pool in segments that have fewer than ``most`` of them in every rank. The others of their place wait.
    """
    values = {
        "organisation": here.organisation_id, "campaign": here.policy.campaign_id, "now": here.now, "most": most
    }  # fmt: skip
    # A server that plans it once for all counts the longer side: it knows neither the moment nor how many are most.
    statement = timed(_SQL, "now").columns(at=UTCDateTime())
    rows = session.execute(statement, values, execution_options={"planned_anew": True})
    return [(waits, segment, leads, at) for waits, segment, leads, at in rows]


def summed(found: Iterable[Waiting]) -> tuple[Counter[tuple[int, str]], dict[tuple[int, str], datetime]]:
    """Leads, and the first time, by kind of waiting and segment: the ranks of a segment come apart."""
    leads: Counter[tuple[int, str]] = Counter()
    first: dict[tuple[int, str], datetime] = {}
    for waits, segment, count, at in found:
        leads[waits, segment] += count
        if at is not None:
            first[waits, segment] = min(at, first.get((waits, segment), at))
    return leads, first

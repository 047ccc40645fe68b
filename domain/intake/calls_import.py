"""Importing a call log: each call once, however often the file is read, applied to its lead or kept as history.

For the command line. A stopped import is simply run again: calls known by their external id are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlmodel import Session, col

from domain.calling import calls, history
from domain.calling.models import Activity, Call, Lead
from domain.campaigns.models import Campaign
from domain.campaigns.segments import zone_named
from domain.codes import FINAL_STATUSES
from domain.constructs import among
from domain.contacts.models import ContactPhone
from domain.intake.call_rows import CallReader, CallRow, map_columns
from domain.intake.options import Transactions
from domain.intake.reading import Record, Records, open_source
from domain.intake.rejects import Reject, RejectReason, RejectsFile, shown
from domain.people.models import User
from domain.people.rights import LEADING_ROLES, Actor, require

HISTORY_CHUNK = 1_000
APPLY_CHUNK = 50
"""Calls per write transaction; those that move their leads take several statements each."""


@dataclass(frozen=True, slots=True)
class CallCounts:
    """What became of the rows read: rows = imported + duplicates + rejected."""

    rows: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class CallProgress:
    """How far an import is: physical lines done of those in the file, and the counts so far."""

    line: int
    lines: int
    counts: CallCounts


class _Found(NamedTuple):
    """A lead a call may belong to."""

    lead_id: int
    contact_id: int
    campaign_id: int


def import_calls(
    database: Transactions,
    *,
    actor: Actor,
    path: Path,
    now: datetime,
    history_only: bool = False,
    region: str | None = None,
    rejects: Path | None = None,
    progress: Callable[[CallProgress], None] | None = None,
) -> CallCounts:
    """Import a call log.

    history_only: the calls are recorded and move no lead. region: two letters, for numbers without a country
    code; that of most campaigns if empty. rejects: a file for the rows that were not taken.
    Raises `NotAllowed` (a seller), `Invalid` (the file, its columns, the region).
    """
    require(actor, *LEADING_ROLES, to="import calls")
    source = open_source(path)
    columns, fields = map_columns(source.sample)
    with database.reading() as session:
        reader = CallReader(
            columns,
            fields,
            region=region or _usual_region(session, actor),
            zone=zone_named(actor.timezone),
            sellers=_users(session, actor),
            now=now,
        )
    with ExitStack() as stack:
        file = (
            stack.enter_context(RejectsFile(rejects, columns, source=path)) if rejects is not None else None
        )
        records = stack.enter_context(source.records())
        counts = CallCounts()
        for line, chunk in _chunks(database, actor, records, reader, now, history_only):
            if file is not None:
                for reject in sorted(chunk.rejects, key=attrgetter("line")):
                    file.write(reject)
            counts = chunk.added_to(counts)
            if progress is not None:
                progress(CallProgress(line, source.file.lines, counts))
    with database.transaction() as session:
        history.write(
            session,
            organisation_id=actor.organisation_id,
            at=now,
            kind="calls_import",
            user_id=actor.user_id,
            after={"history_only": history_only, **asdict(counts)},
        )
    return counts


def _chunks(
    database: Transactions,
    actor: Actor,
    records: Records,
    reader: CallReader,
    now: datetime,
    history_only: bool,
) -> Iterator[tuple[int, _Chunk]]:
    """Chunk after chunk, written and committed, with the line that was reached."""
    next(records, None)  # the header
    size = HISTORY_CHUNK if history_only else APPLY_CHUNK
    while read := [(record, reader(record)) for record in islice(records, size)]:
        with database.transaction() as session:
            chunk = _Chunk(session, actor, now, history_only)
            chunk.write(read)
        yield records.line, chunk


def _usual_region(session: Session, actor: Actor) -> str | None:
    """The region most campaigns have, the newest first among equals."""
    regions = session.execute(
        select(col(Campaign.region))
        .where(col(Campaign.organisation_id) == actor.organisation_id)
        .order_by(col(Campaign.id).desc())
    ).scalars()
    usual = Counter(regions).most_common(1)
    return usual[0][0] if usual else None


def _users(session: Session, actor: Actor) -> dict[str, int]:
    """Everybody who may have made a call, also those who left, by name in small letters."""
    rows = session.execute(
        select(col(User.id), col(User.name), col(User.full_name)).where(
            col(User.organisation_id) == actor.organisation_id
        )
    ).all()
    users = {full.casefold(): number for number, _, full in rows if full and number is not None}
    return users | {name.casefold(): number for number, name, _ in rows if number is not None}


class _Chunk:
    """The calls of one write transaction."""

    def __init__(self, session: Session, actor: Actor, now: datetime, history_only: bool) -> None:
        self.imported = 0
        self.duplicates = 0
        self.rejects: list[Reject] = []
        self._session = session
        self._actor = actor
        self._now = now
        self._history_only = history_only

    def added_to(self, counts: CallCounts) -> CallCounts:
        """The counts with those of this chunk."""
        refused = len(self.rejects)
        return CallCounts(
            counts.rows + self.imported + self.duplicates + refused,
            counts.imported + self.imported,
            counts.duplicates + self.duplicates,
            counts.rejected + refused,
        )

    def write(self, read: Sequence[tuple[Record, CallRow | Reject]]) -> None:
        """Take the calls that are new; sorted by lead and time, so that leads are locked in one order."""
        rows = [row for _, row in read if isinstance(row, CallRow)]
        known = self._known_ids(rows)
        leads = self._leads(rows)
        placed: list[tuple[_Found, CallRow]] = []
        for record, row in read:
            if isinstance(row, Reject):
                self.rejects.append(row)
            elif row.external_id in known:
                self.duplicates += 1
            elif (lead := leads.get(_whose(row))) is None:
                self.rejects.append(_unknown_lead(record, row))
            else:
                known.add(row.external_id)
                placed.append((lead, row))
        placed.sort(key=lambda each: (each[0].lead_id, each[1].started_at))
        if self._history_only:
            self._keep(placed)
        else:
            self._apply(placed)

    def _known_ids(self, rows: Sequence[CallRow]) -> set[str]:
        found = self._session.execute(
            select(col(Call.external_id)).where(
                col(Call.organisation_id) == self._actor.organisation_id,
                among(col(Call.external_id), [row.external_id for row in rows]),
            )
        ).scalars()
        return {external_id for external_id in found if external_id is not None}

    def _leads(self, rows: Sequence[CallRow]) -> dict[tuple[str, str], _Found]:
        """The leads by external id or number. Of several the one still being worked, then the newest."""
        ids = [row.lead_external_id for row in rows if row.lead_external_id]
        numbers = [row.e164 for row in rows if row.e164 and not row.lead_external_id]
        shop = self._actor.organisation_id
        columns = (col(Lead.id), col(Lead.contact_id), col(Lead.campaign_id), col(Lead.status))
        by_id = select(*columns, col(Lead.external_id)).where(
            col(Lead.organisation_id) == shop, among(col(Lead.external_id), ids)
        )
        by_number = (
            select(*columns, col(ContactPhone.e164))
            .join(ContactPhone, col(ContactPhone.contact_id) == col(Lead.contact_id))
            .where(
                col(Lead.organisation_id) == shop,
                col(ContactPhone.organisation_id) == shop,
                among(col(ContactPhone.e164), numbers),
            )
        )
        best: dict[tuple[str, str], tuple[bool, int, _Found]] = {}
        for kind, statement in (("id", by_id), ("number", by_number)):
            for lead_id, contact_id, campaign_id, status, key in self._session.execute(statement):
                rank = (status not in FINAL_STATUSES, lead_id, _Found(lead_id, contact_id, campaign_id))
                best[kind, key] = max(best.get((kind, key), rank), rank)
        return {key: found for key, (_, _, found) in best.items()}

    def _apply(self, placed: Sequence[tuple[_Found, CallRow]]) -> None:
        """Record each call and let it move its lead as the rules allow."""
        for lead, row in placed:
            done = calls.record(
                self._session,
                actor=self._actor,
                call=calls.ReportedCall(
                    lead_id=lead.lead_id,
                    result=row.result,
                    started_at=row.started_at,
                    ended_at=row.ended_at,
                    answered_at=row.answered_at,
                    external_id=row.external_id,
                    seller_id=row.seller_id,
                    e164=row.e164,
                ),
                now=self._now,
            )
            if done.duplicate:
                self.duplicates += 1
                continue
            self.imported += 1
            if row.notes:
                self._session.execute(insert(Activity).values(self._note(lead, row, done.call_id)))

    def _keep(self, placed: Sequence[tuple[_Found, CallRow]]) -> None:
        """Write the calls without touching a lead; the sync leaves them alone, for they count as applied."""
        own = self._own_calls(placed)
        new = [(lead, row) for lead, row in placed if not _same_call(row, own.get(lead.lead_id, ()))]
        self.duplicates += len(placed) - len(new)
        self.imported += len(new)
        if not new:
            return
        self._session.execute(insert(Call), [self._values(lead, row) for lead, row in new])
        noted = [(lead, row) for lead, row in new if row.notes]
        if noted:
            ids = self._session.execute(
                select(col(Call.external_id), col(Call.id)).where(
                    col(Call.organisation_id) == self._actor.organisation_id,
                    among(col(Call.external_id), [row.external_id for _, row in noted]),
                )
            )
            call_ids = {each.external_id: each.id for each in ids}
            self._session.execute(
                insert(Activity), [self._note(lead, row, call_ids[row.external_id]) for lead, row in noted]
            )

    def _own_calls(
        self, placed: Sequence[tuple[_Found, CallRow]]
    ) -> dict[int, list[tuple[datetime, str | None]]]:
        """The calls made at the console to these leads about these times."""
        if not placed:
            return {}
        times = [row.started_at for _, row in placed]
        own: dict[int, list[tuple[datetime, str | None]]] = {}
        rows = self._session.execute(
            select(col(Call.lead_id), col(Call.started_at), col(Call.e164)).where(
                col(Call.lead_id).in_({lead.lead_id for lead, _ in placed}),
                col(Call.source) == "console",
                col(Call.undone_at).is_(None),
                col(Call.started_at).between(min(times) - calls.SAME_CALL, max(times) + calls.SAME_CALL),
            )
        )
        for lead_id, started_at, e164 in rows:
            own.setdefault(lead_id, []).append((started_at, e164))
        return own

    def _values(self, lead: _Found, row: CallRow) -> dict[str, object]:
        talk = (row.ended_at - row.answered_at).total_seconds() if row.ended_at and row.answered_at else 0
        return {
            "organisation_id": self._actor.organisation_id,
            "campaign_id": lead.campaign_id,
            "lead_id": lead.lead_id,
            "contact_id": lead.contact_id,
            "seller_id": row.seller_id,
            "e164": row.e164,
            "started_at": row.started_at,
            "answered_at": row.answered_at,
            "ended_at": row.ended_at,
            "result": row.result.value,
            "source": "external",
            "external_id": row.external_id,
            "talk_seconds": int(talk),
            "wrap_seconds": 0,
            "counted": True,
            "applied_at": self._now,
        }

    def _note(self, lead: _Found, row: CallRow, call_id: int) -> dict[str, object]:
        return {
            "organisation_id": self._actor.organisation_id,
            "contact_id": lead.contact_id,
            "campaign_id": lead.campaign_id,
            "lead_id": lead.lead_id,
            "seller_id": row.seller_id,
            "call_id": call_id,
            "kind": "call",
            "state": "completed",
            "notes": row.notes,
            "at": row.started_at,
            "created_by": self._actor.user_id,
            "completed_at": row.ended_at or row.started_at,
        }


def _whose(row: CallRow) -> tuple[str, str]:
    """What names the lead: its external id where there is one, else the number."""
    return ("id", row.lead_external_id) if row.lead_external_id else ("number", row.e164 or "")


def _unknown_lead(record: Record, row: CallRow) -> Reject:
    kind, text = _whose(row)
    what = "the external id" if kind == "id" else "the number"
    return Reject(
        record.line, RejectReason.UNKNOWN_LEAD, f'No lead has {what} "{shown(text)}".', record.cells
    )


def _same_call(row: CallRow, own: Iterable[tuple[datetime, str | None]]) -> bool:
    """Whether the report is about a call made at our own console."""
    return any(
        abs(row.started_at - started_at) <= calls.SAME_CALL and (row.e164 is None or row.e164 == e164)
        for started_at, e164 in own
    )

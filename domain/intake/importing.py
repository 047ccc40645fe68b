"""Importing a file of people into a campaign: in chunks that each commit, so that sellers never wait for it.

For the command line and the import screen. A stopped import is run again and continues where it stopped; its
position stands in the lead list, written with the rows it belongs to. Source: the calling specification, 8.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import Session, col

from domain.calling import history
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import zone_named
from domain.errors import Conflict, Invalid, NotFound
from domain.intake.loading import BulkLoader, Loader, Terms
from domain.intake.mapping import ColumnMap, propose
from domain.intake.matching import Decided, Matcher, Place, look_up
from domain.intake.options import Counts, ImportOptions, ImportResult, Preview, Progress, Transactions
from domain.intake.reading import Record, Records, Source, open_source
from domain.intake.rejects import Reject, RejectsFile
from domain.intake.rows import Row, RowReader
from domain.people.models import Organisation, User
from domain.people.rights import LEADING_ROLES, SELLING_ROLES, Actor, require

CHUNK = 2_000
"""Rows per write transaction: about 50 ms on SQLite."""

FIRST_LEAD = "first_lead_id"


@dataclass(frozen=True, slots=True)
class _Target:
    """Where to: the campaign's rules, the sellers by name, and the list with what it already has."""

    organisation_id: int
    campaign_id: int
    policy: Policy
    region: str
    sellers: dict[str, int]


@dataclass(slots=True)
class _Batch:
    """The lead list of this import and how far it is."""

    list_id: int
    active: bool
    position: int
    counts: Counts
    first_lead_id: int
    resumed: bool


def preview(
    database: Transactions,
    *,
    actor: Actor,
    path: Path,
    campaign_id: int,
    options: ImportOptions,
    first: int = 10,
) -> Preview:
    """Read the beginning of a file as an import would; writes nothing. See `import_leads` for errors."""
    require(actor, *LEADING_ROLES, to="import leads")
    source = open_source(path, delimiter=options.delimiter, encoding=options.encoding)
    with database.reading() as session:
        target = _target(session, actor, campaign_id, options)
    columns = _columns(source, target, options)
    reader = _row_reader(columns, target)
    rows = tuple(reader(record) for record in source.sample[columns.skip :][:first])
    return Preview(source, columns, rows)


def import_leads(
    database: Transactions,
    bulk: BulkLoader,
    *,
    actor: Actor,
    path: Path,
    campaign_id: int,
    options: ImportOptions,
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ImportResult:
    """Import a file of people.

    stop: asked between chunks; what is committed then stays, and the same import continues it later.
    Raises `NotAllowed` (a seller), `NotFound` (the campaign), `Invalid` (the file, the mapping, the region),
    `Conflict` (somebody else imports into the same list at this moment).
    """
    require(actor, *LEADING_ROLES, to="import leads")
    source = open_source(path, delimiter=options.delimiter, encoding=options.encoding)
    with database.reading() as session:
        target = _target(session, actor, campaign_id, options)
    columns = _columns(source, target, options)
    run = _Import(database, bulk, actor, source, columns, target, options, now)
    return run.run(progress or _silent, stop or _never)


def _silent(progress: Progress) -> None:
    pass


def _never() -> bool:
    return False


def _columns(source: Source, target: _Target, options: ImportOptions) -> ColumnMap:
    return propose(source.sample, options.overrides, region=target.region, header=options.header)


def _row_reader(columns: ColumnMap, target: _Target) -> RowReader:
    zone = zone_named(target.policy.zone)
    return RowReader(columns, region=target.region, zone=zone, sellers=target.sellers)


def _target(session: Session, actor: Actor, campaign_id: int, options: ImportOptions) -> _Target:
    campaign = session.execute(
        select(Campaign).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.id) == campaign_id
        )
    ).scalar_one_or_none()
    if campaign is None:
        raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
    users = session.execute(
        select(col(User.id), col(User.name), col(User.full_name)).where(
            col(User.organisation_id) == actor.organisation_id,
            col(User.active),
            col(User.role).in_([role.value for role in SELLING_ROLES]),
        )
    ).all()
    sellers = {full.casefold(): number for number, _, full in users if full and number is not None}
    sellers |= {name.casefold(): number for number, name, _ in users if number is not None}
    return _Target(
        actor.organisation_id, campaign_id, policy_of(campaign), options.region or campaign.region, sellers
    )


class _Import:
    """One run of an import."""

    def __init__(
        self,
        database: Transactions,
        bulk: BulkLoader,
        actor: Actor,
        source: Source,
        columns: ColumnMap,
        target: _Target,
        options: ImportOptions,
        now: datetime,
    ) -> None:
        self._database = database
        self._actor = actor
        self._source = source
        self._columns = columns
        self._target = target
        self._options = options
        self._now = now
        self._name = (options.list_name or source.file.name).strip()
        self._matcher = Matcher(options.duplicates, remember=options.dry_run)
        self._reasons: Counter[str] = Counter()
        self._loader = Loader(bulk, actor=actor, now=now)

    def run(self, progress: Callable[[Progress], None], stop: Callable[[], bool]) -> ImportResult:
        batch = self._open_batch()
        finished = False
        with ExitStack() as stack:
            stack.enter_context(_seldom_collecting())
            rejects: RejectsFile | None = None
            if self._options.rejects is not None:
                rejects = stack.enter_context(RejectsFile(self._options.rejects, self._columns))
            records = stack.enter_context(self._source.records())
            chunks = self._chunks(records, batch, rejects)
            while not stop():
                rows = next(chunks, None)
                if rows is None:
                    finished = True
                    break
                self._take(rows, batch, records)
                progress(Progress(records.line, self._source.file.lines, batch.counts))
            batch.counts = replace(batch.counts, blank=records.blank)
        if finished and not self._options.dry_run:
            self._finish(batch)
        return ImportResult(
            counts=batch.counts,
            list_id=batch.list_id or None,
            list_name=self._name,
            columns=self._columns,
            finished=finished,
            resumed=batch.resumed,
            reasons=dict(self._reasons),
        )

    def _chunks(
        self, records: Records, batch: _Batch, rejects: RejectsFile | None
    ) -> Iterator[list[Row | Reject]]:
        """The rows still to do, chunk by chunk; rejects go to their file, also those of an earlier run."""
        reader = _row_reader(self._columns, self._target)
        for _ in islice(records, self._columns.skip):
            pass
        rest = self._after(records, batch.position, reader, rejects)
        while True:
            rows = [reader(record) for record in islice(rest, CHUNK)]
            if not rows:
                return
            for row in rows:
                if isinstance(row, Reject):
                    self._reasons[row.reason] += 1
                    if rejects is not None:
                        rejects.write(row)
            yield rows

    @staticmethod
    def _after(
        records: Records, position: int, reader: RowReader, rejects: RejectsFile | None
    ) -> Iterator[Record]:
        for record in records:
            if record.line > position:
                yield record
                break
            if rejects is not None and isinstance(found := reader(record), Reject):
                rejects.write(found)
        yield from records

    def _take(self, found: list[Row | Reject], batch: _Batch, records: Records) -> None:
        """One chunk: looked up, decided, written and counted in one transaction (read only in a dry run)."""
        rows = [row for row in found if isinstance(row, Row)]
        if self._options.dry_run:
            with self._database.reading() as session:
                known = look_up(session, self._place(batch), self._options.scope, rows)
            self._count(batch, self._matcher.decide(rows, known), len(found), len(rows), records)
            return
        with self._database.transaction() as session:
            terms = self._lock(session, batch)
            known = look_up(session, self._place(batch), self._options.scope, rows)
            decided = self._matcher.decide(rows, known)
            first = self._loader.write(session, self._place(batch), decided, terms)
            batch.first_lead_id = batch.first_lead_id or first
            self._count(batch, decided, len(found), len(rows), records)
            self._keep(session, batch, "importing")

    @staticmethod
    def _count(batch: _Batch, decided: Decided, read: int, taken: int, records: Records) -> None:
        before = batch.counts
        batch.counts = Counts(
            rows=before.rows + read,
            imported=before.imported + len(decided.leads),
            updated=before.updated + decided.updated,
            duplicates=before.duplicates + decided.duplicates,
            rejected=before.rejected + read - taken,
            do_not_call=before.do_not_call + decided.do_not_call,
            blank=records.blank,
        )
        batch.position = records.line

    def _place(self, batch: _Batch) -> Place:
        return Place(
            self._target.organisation_id, self._target.campaign_id, batch.list_id, batch.first_lead_id
        )

    def _fingerprint(self) -> str:
        """The file, how it is read and what is asked for: a run with the same one continues a stopped one."""
        options = self._options
        parts = (
            self._source.file.fingerprint,
            self._source.file.encoding,
            self._source.dialect.delimiter,
            self._columns.describe(),
            self._target.region,
            options.duplicates,
            options.scope,
        )
        return sha256("\n".join(parts).encode()).hexdigest()

    def _open_batch(self) -> _Batch:
        """Find or make the lead list; an unfinished one of the same file continues."""
        if not self._name:
            raise Invalid("A lead list needs a name.", code="no_list_name")
        if self._options.dry_run:
            with self._database.reading() as session:
                found = self._find_list(session)
                return self._batch(found) if found is not None else _Batch(0, True, 0, Counts(), 0, False)
        with self._database.transaction() as session:
            found = self._find_list(session)
            if found is None:
                found = LeadList(
                    organisation_id=self._target.organisation_id,
                    campaign_id=self._target.campaign_id,
                    name=self._name,
                    created_by=self._actor.user_id,
                    created_at=self._now,
                )
            batch = self._batch(found)
            if not batch.resumed:
                found.state = "importing"
                found.source = self._source.file.name
                found.fingerprint = self._fingerprint()
                found.position, found.counts = 0, {}
            session.add(found)
            session.flush()
            batch.list_id = found.id or 0
            return batch

    def _find_list(self, session: Session) -> LeadList | None:
        statement = select(LeadList).where(
            col(LeadList.organisation_id) == self._target.organisation_id,
            col(LeadList.campaign_id) == self._target.campaign_id,
            col(LeadList.name) == self._name,
        )
        if not self._options.dry_run:
            statement = statement.with_for_update()
        return session.execute(statement).scalar_one_or_none()

    def _batch(self, found: LeadList) -> _Batch:
        unfinished = found.state == "importing" and found.fingerprint == self._fingerprint()
        if not unfinished:
            return _Batch(found.id or 0, found.active, 0, Counts(), 0, False)
        counts = dict(found.counts)
        first_lead_id = counts.pop(FIRST_LEAD, 0)
        resumed = found.position > 0
        return _Batch(found.id or 0, found.active, found.position, Counts(**counts), first_lead_id, resumed)

    def _lock(self, session: Session, batch: _Batch) -> Terms:
        """One import of a shop writes at a time, or two could bring in the same number; and only one a list."""
        session.execute(
            select(col(Organisation.id))
            .where(col(Organisation.id) == self._target.organisation_id)
            .with_for_update(key_share=True)
        )
        row = session.execute(
            select(LeadList, Campaign)
            .join(Campaign, col(Campaign.id) == col(LeadList.campaign_id))
            .where(col(LeadList.id) == batch.list_id)
        ).one_or_none()
        if row is None or (row[0].state, row[0].position) != ("importing", batch.position):
            raise Conflict(
                f'Somebody else is importing into the list "{self._name}" (or undid it); try again when it is done.',
                code="import_running",
            )
        # Whoever pauses the list or changes the campaign meanwhile means the rows to come as well.
        return Terms(policy_of(row[1]), row[0].active)

    def _keep(self, session: Session, batch: _Batch, state: str) -> None:
        """Write position and counts into the list, with the rows they belong to."""
        session.execute(
            update(LeadList)
            .where(col(LeadList.id) == batch.list_id)
            .values(state=state, position=batch.position, counts=_stored(batch))
        )

    def _finish(self, batch: _Batch) -> None:
        with self._database.transaction() as session:
            self._lock(session, batch)
            self._keep(session, batch, "complete")
            history.write(
                session,
                organisation_id=self._target.organisation_id,
                at=self._now,
                kind="import",
                user_id=self._actor.user_id,
                campaign_id=self._target.campaign_id,
                after={"list_id": batch.list_id, **_numbers(batch.counts)},
            )


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Rows make very many small objects and no cycles; looking for cycles among them took a fifth of the time."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _numbers(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in Counts.__dataclass_fields__}


def _stored(batch: _Batch) -> dict[str, int]:
    return {**_numbers(batch.counts), FIRST_LEAD: batch.first_lead_id}

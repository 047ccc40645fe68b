"""Importing a file of people into a campaign: in chunks that each commit, so that sellers never wait for it.

For the command line and the import screen. A stopped import is run again and continues where it stopped; its
position stands in the lead list, written with the rows it belongs to. Source: the calling specification, 8.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from domain.calling import history
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy, policy_of
from domain.campaigns.segments import zone_named
from domain.errors import NotFound
from domain.intake.batches import (
    COMPLETE,
    IMPORTING,
    Batch,
    Wanted,
    drop_if_empty,
    find_batch,
    keep,
    lock,
    open_batch,
)
from domain.intake.loading import BulkLoader, Loader
from domain.intake.mapping import ColumnMap, no_phone, propose
from domain.intake.matching import Decided, Matcher, Place, look_up
from domain.intake.options import Counts, ImportOptions, ImportResult, Preview, Progress, Transactions
from domain.intake.reading import Record, Records, Source, open_source
from domain.intake.rejects import Reject, RejectReason, RejectsFile
from domain.intake.rows import Row, RowReader
from domain.people.models import User
from domain.people.rights import LEADING_ROLES, SELLING_ROLES, Actor, require

CHUNK = 2_000
"""Rows per write transaction: about 50 ms on SQLite."""

MANY = 2_000
"""From so many new leads on the database looks at its tables anew."""

_ERASED = "The number belonged to somebody who was erased and must not come back."


@dataclass(frozen=True, slots=True)
class _Target:
    """Where to: the campaign's rules, the sellers by name, and the list with what it already has."""

    organisation_id: int
    campaign_id: int
    policy: Policy
    region: str
    sellers: dict[str, int]


def preview(
    database: Transactions,
    *,
    actor: Actor,
    path: Path,
    campaign_id: int,
    options: ImportOptions,
    first: int = 10,
    unfinished: bool = False,
) -> Preview:
    """Read the beginning of a file as an import would; writes nothing. See `import_leads` for errors.

    unfinished: a mapping without a column of telephone numbers is shown with its problem instead of refused.
    """
    require(actor, *LEADING_ROLES, to="import leads")
    source = open_source(path, delimiter=options.delimiter, encoding=options.encoding)
    with database.reading() as session:
        target = _target(session, actor, campaign_id, options)
    columns = _columns(source, target, options, unfinished=unfinished)
    problem = no_phone(columns)
    if problem is not None:
        return Preview(source, columns, (), target.region, problem.message)
    reader = _row_reader(columns, target)
    rows = tuple(reader(record) for record in source.sample[columns.skip :][:first])
    return Preview(source, columns, rows, target.region)


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


def _columns(
    source: Source, target: _Target, options: ImportOptions, *, unfinished: bool = False
) -> ColumnMap:
    return propose(
        source.sample,
        options.overrides,
        region=target.region,
        header=options.header,
        attributes=options.attributes,
        unfinished=unfinished,
    )


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
        self._matcher = Matcher(options.duplicates, remember=options.dry_run)
        self._reasons: Counter[str] = Counter()
        self._cells: dict[int, Sequence[str]] = {}
        self._loader = Loader(bulk, actor=actor, now=now)

    def run(self, progress: Callable[[Progress], None], stop: Callable[[], bool]) -> ImportResult:
        finished = False
        with ExitStack() as stack:
            stack.enter_context(_seldom_collecting())
            rejects = self._rejects_file(stack)
            batch = self._open_batch()
            before = batch.counts.imported
            records = stack.enter_context(self._source.records())
            chunks = self._chunks(records, batch, rejects)
            while not stop():
                rows = next(chunks, None)
                if rows is None:
                    finished = True
                    break
                self._turn_away(self._take(rows, batch, records), rejects)
                progress(Progress(records.line, self._source.file.lines, batch.counts))
            batch.counts = replace(batch.counts, blank=records.blank)
        if finished and not self._options.dry_run:
            self._finish(batch)
        if batch.counts.imported - before >= MANY and not self._options.dry_run:
            with self._database.transaction() as session:
                self._loader.know_sizes(session)
        return ImportResult(
            counts=batch.counts,
            list_id=batch.list_id or None,
            list_name=batch.name,
            columns=self._columns,
            finished=finished,
            resumed=batch.resumed,
            reasons=dict(self._reasons),
        )

    def _rejects_file(self, stack: ExitStack) -> RejectsFile | None:
        """The file of rejects, open before anything is imported: one that cannot be written leaves no list behind."""
        if self._options.rejects is None:
            return None
        with self._database.reading() as session:
            find_batch(session, self._wanted())  # refuses a name no list can have, while the old file stands
        file = RejectsFile(self._options.rejects, self._columns, source=self._source.file.path)
        return stack.enter_context(file)

    def _chunks(
        self, records: Records, batch: Batch, rejects: RejectsFile | None
    ) -> Iterator[list[Row | Reject]]:
        """The rows still to do, chunk by chunk; rejects go to their file, also those of an earlier run."""
        reader = _row_reader(self._columns, self._target)
        for _ in islice(records, self._columns.skip):
            pass
        rest = self._after(records, batch.position, reader, rejects)
        while True:
            chunk = list(islice(rest, CHUNK))
            if not chunk:
                return
            rows = [reader(record) for record in chunk]
            self._cells = {record.line: record.cells for record in chunk}
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

    def _turn_away(self, rows: list[Row], rejects: RejectsFile | None) -> None:
        """Rows whose number belonged to an erased person are rejects like others, known only after a look-up."""
        for row in rows:
            self._reasons[RejectReason.ERASED] += 1
            if rejects is not None:
                rejects.write(Reject(row.line, RejectReason.ERASED, _ERASED, self._cells[row.line]))

    def _take(self, found: list[Row | Reject], batch: Batch, records: Records) -> list[Row]:
        """One chunk: looked up, decided, written and counted in one transaction (read only in a dry run).

        Returns the rows that must not come back.
        """
        rows = [row for row in found if isinstance(row, Row)]
        if self._options.dry_run:
            with self._database.reading() as session:
                known = look_up(session, self._place(batch), self._options.scope, rows)
            decided = self._matcher.decide(rows, known)
            self._count(batch, decided, len(found), len(rows), records)
            return decided.erased
        with self._database.transaction() as session:
            terms = lock(session, self._target.organisation_id, batch)
            known = look_up(session, self._place(batch), self._options.scope, rows)
            decided = self._matcher.decide(rows, known)
            first = self._loader.write(session, self._place(batch), decided, terms)
            batch.first_lead_id = batch.first_lead_id or first
            self._count(batch, decided, len(found), len(rows), records)
            keep(session, batch, IMPORTING)
        return decided.erased

    @staticmethod
    def _count(batch: Batch, decided: Decided, read: int, taken: int, records: Records) -> None:
        before = batch.counts
        batch.counts = Counts(
            rows=before.rows + read,
            imported=before.imported + len(decided.leads),
            updated=before.updated + decided.updated,
            duplicates=before.duplicates + decided.duplicates,
            rejected=before.rejected + read - taken + len(decided.erased),
            do_not_call=before.do_not_call + decided.do_not_call,
            blank=records.blank,
        )
        batch.position = records.line

    def _place(self, batch: Batch) -> Place:
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

    def _wanted(self) -> Wanted:
        return Wanted(
            organisation_id=self._target.organisation_id,
            campaign_id=self._target.campaign_id,
            name=self._options.list_name,
            file_name=self._source.file.name,
            fingerprint=self._fingerprint(),
        )

    def _open_batch(self) -> Batch:
        if self._options.dry_run:
            with self._database.reading() as session:
                return find_batch(session, self._wanted())
        with self._database.transaction() as session:
            return open_batch(session, self._wanted(), user_id=self._actor.user_id, now=self._now)

    def _finish(self, batch: Batch) -> None:
        with self._database.transaction() as session:
            lock(session, self._target.organisation_id, batch)
            keep(session, batch, COMPLETE)
            if drop_if_empty(session, self._target.organisation_id, batch.list_id):
                batch.list_id = 0
            history.write(
                session,
                organisation_id=self._target.organisation_id,
                at=self._now,
                kind="import",
                user_id=self._actor.user_id,
                campaign_id=self._target.campaign_id,
                after={"list_id": batch.list_id or None, **batch.counts.as_numbers()},
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

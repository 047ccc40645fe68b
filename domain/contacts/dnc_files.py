"""The do-not-call register as files: lists of numbers taken in, and the register written out, in chunks.

For supervisors. Blocking happens with each chunk, in its own transaction, so that sellers never wait for a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from domain.campaigns.models import Campaign
from domain.contacts import do_not_call
from domain.contacts.do_not_call import RegisterLine
from domain.contacts.phones import InvalidPhone, normalise, reader
from domain.errors import Invalid
from domain.intake.fields import PHONE_FIELDS
from domain.intake.mapping import propose
from domain.intake.options import Transactions
from domain.intake.reading import open_source
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require

CHUNK = 500
PAGE = 2_000


@dataclass(frozen=True, slots=True)
class RegisterImport:
    """What became of the rows of a file: rows = registered + already + rejected.

    ``leads_blocked`` counts the leads that became *do not call*; ``rejects`` names the first lines that were
    no numbers, with the reason.
    """

    rows: int = 0
    registered: int = 0
    already: int = 0
    rejected: int = 0
    leads_blocked: int = 0
    rejects: tuple[tuple[int, str], ...] = ()


def home_region(session: Session, *, actor: Actor) -> str | None:
    """The country of numbers without a country code: that of all campaigns, None where they differ."""
    regions = (
        session.execute(
            select(col(Campaign.region))
            .where(col(Campaign.organisation_id) == actor.organisation_id)
            .distinct()
        )
        .scalars()
        .all()
    )
    return regions[0] if len(regions) == 1 else None


def numbers_of(texts: Sequence[str], region: str | None) -> list[str]:
    """Numbers as people write them, in E.164.

    Raises:
        Invalid: one of them is none; the line says why.
    """
    found = []
    for text in texts:
        if not text.strip():
            raise Invalid("An empty text is no telephone number.", code="phone")
        phone = normalise(text, region)
        if isinstance(phone, InvalidPhone):
            hint = "" if text.strip().startswith("+") or region else " (write +countrycode, or --region)"
            raise Invalid(f"{text}: {phone.message}{hint}.", code="phone")
        found.append(phone.e164)
    return found


def import_numbers(
    database: Transactions,
    *,
    actor: Actor,
    path: Path,
    region: str | None,
    now: datetime,
    reason: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RegisterImport:
    """Put the numbers of a file on the register; every number of a row counts, safe to repeat.

    Args:
        region: for numbers without a country code; None takes the campaigns' own, where they agree.
        progress: told the line reached and the lines of the file.

    Raises:
        NotAllowed: a seller.  Invalid: the file cannot be read, or has no column of numbers.
    """
    require(actor, *LEADING_ROLES, to="import into the register")
    if region is None:
        with database.reading() as session:
            region = home_region(session, actor=actor)
    source = open_source(path)
    columns = propose(source.sample, region=region)
    wanted = [columns.fields[each] for each in PHONE_FIELDS if each in columns.fields]
    read = reader(region)
    total = RegisterImport()
    with source.records() as records:
        for _ in islice(records, columns.skip):
            pass
        while chunk := list(islice(records, CHUNK)):
            found: list[tuple[int, list[str], str]] = []
            for record in chunk:
                cells = [read(record.cells[index]) for index in wanted if index < len(record.cells)]
                numbers = [phone.e164 for cell in cells for phone in cell.phones]
                invalid = next((cell.invalid for cell in cells if cell.invalid is not None), None)
                found.append((record.line, numbers, invalid.message if invalid else "no phone number"))
            total = _take(database, actor, found, total, now, reason)
            if progress is not None:
                progress(records.line, source.file.lines)
    return total


def _take(
    database: Transactions,
    actor: Actor,
    found: list[tuple[int, list[str], str]],
    total: RegisterImport,
    now: datetime,
    reason: str | None,
) -> RegisterImport:
    """One chunk, in one transaction."""
    with database.transaction() as session:
        numbers = {e164 for _, row, _ in found for e164 in row}
        new = numbers - do_not_call.registered(session, actor=actor, numbers=numbers)
        done = do_not_call.register(
            session, actor=actor, numbers=new, contact_id=None, now=now, source="import", reason=reason
        )
    registered = already = 0
    rejects = list(total.rejects)
    for line, row, why in found:
        if not row:
            rejects.append((line, why))
        elif new.intersection(row):
            registered += 1
            new.difference_update(row)
        else:
            already += 1
    return RegisterImport(
        rows=total.rows + len(found),
        registered=total.registered + registered,
        already=total.already + already,
        rejected=total.rejected + len(found) - registered - already,
        leads_blocked=total.leads_blocked + len(done.blocked),
        rejects=tuple(rejects[:20]),
    )


def entries(database: Transactions, *, actor: Actor) -> Iterator[RegisterLine]:
    """All entries in force, oldest first, read a page at a time.

    Raises:
        NotAllowed: a seller; at once, before anything is written for them.
    """
    require(actor, *READING_ROLES, to="read the whole register")
    return _pages(database, actor)


def _pages(database: Transactions, actor: Actor) -> Iterator[RegisterLine]:
    after = 0
    while True:
        with database.reading() as session:
            page = do_not_call.listing(session, actor=actor, limit=PAGE, after=after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id

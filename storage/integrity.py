"""The rules every shop database keeps, for ``dialdeck db check``: what is broken, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from domain.codes import FINAL_STATUSES, QueueState
from storage import access, figures
from storage.database import Database
from storage.errors import DatabaseDamaged
from storage.triggers import present_triggers, trigger_names
from storage.words import has_words


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its stable code, how many rows break it, and what that means."""

    code: str
    count: int
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.count} – {self.message}"


_FINAL = ", ".join(f"'{status.value}'" for status in sorted(FINAL_STATUSES))

# Each counts the rows that break the rule; the text is the same for both databases.
# What unique keys and foreign keys hold already is not repeated here.
RULES: tuple[tuple[str, str, str], ...] = (
    (
        "claim_without_lease",
        "claims have no seller, no time or no end",
        (
            "SELECT count(*) FROM hopper_entry WHERE state <> 'new' "
            "AND (locked_by IS NULL OR locked_at IS NULL OR expires_at IS NULL)"
        ),
    ),
    (
        "free_entry_with_seller",
        "free entries of the ready queue name a seller",
        "SELECT count(*) FROM hopper_entry WHERE state = 'new' AND locked_by IS NOT NULL",
    ),
    (
        "number_held_by_nobody",
        "numbers are held for leads that are in nobody's hands",
        "SELECT count(*) FROM held_number AS n JOIN hopper_entry AS h ON h.id = n.entry_id WHERE h.state = 'new'",
    ),
    (
        "final_lead_in_hopper",
        "leads that ended still wait in the ready queue",
        (
            "SELECT count(*) FROM hopper_entry AS h JOIN lead AS l ON l.id = h.lead_id "
            f"WHERE h.state = 'new' AND l.status IN ({_FINAL})"
        ),
    ),
    (
        "final_lead_waiting",
        "leads that ended are marked as if they could be called",
        f"SELECT count(*) FROM lead WHERE status IN ({_FINAL}) AND queue_state <> {QueueState.OUT.value}",
    ),
    (
        "hopper_of_other_campaign",
        "entries of the ready queue stand in a campaign their lead is not in",
        (
            "SELECT count(*) FROM hopper_entry AS h JOIN lead AS l ON l.id = h.lead_id "
            "WHERE l.campaign_id <> h.campaign_id"
        ),
    ),
    (
        "in_hopper_without_entry",
        "leads are marked as in the ready queue but are not in it",
        (
            f"SELECT count(*) FROM lead AS l WHERE l.queue_state = {QueueState.IN_HOPPER.value} "
            "AND NOT EXISTS (SELECT 1 FROM hopper_entry AS h WHERE h.lead_id = l.id)"
        ),
    ),
    (
        "do_not_call_in_hopper",
        "free entries of the ready queue have a number on the do-not-call register",
        (
            "SELECT count(*) FROM hopper_entry AS h JOIN do_not_call AS d "
            "ON d.organisation_id = h.organisation_id AND d.e164 = h.e164 AND d.removed_at IS NULL "
            "WHERE h.state = 'new'"
        ),
    ),
    (
        "callback_lost",
        "leads wait for a callback that nobody has",
        (
            f"SELECT count(*) FROM lead AS l WHERE l.queue_state = {QueueState.CALLBACK.value} AND NOT EXISTS ("
            "SELECT 1 FROM activity AS a WHERE a.lead_id = l.id AND a.state = 'pending' AND a.kind = 'callback')"
        ),
    ),
    (
        "callback_of_ended_lead",
        "callbacks are due with leads that ended",
        (
            "SELECT count(*) FROM activity AS a JOIN lead AS l ON l.id = a.lead_id "
            f"WHERE a.state = 'pending' AND a.kind = 'callback' AND l.status IN ({_FINAL})"
        ),
    ),
    (
        "segment_unknown",
        "leads wait in a part of the day their campaign does not know, so nobody would find them",
        (
            f"SELECT count(*) FROM lead AS l WHERE l.queue_state = {QueueState.READY.value} AND NOT EXISTS ("
            "SELECT 1 FROM campaign_segment AS s WHERE s.campaign_id = l.campaign_id AND s.segment = l.segment "
            "AND s.rank = l.rank)"
        ),
    ),
    (
        "negative_counter",
        "leads have counters below zero",
        "SELECT count(*) FROM lead WHERE dial_attempts < 0 OR answered_count < 0 OR imported_attempts < 0",
    ),
    (
        "number_not_international",
        "phone numbers are not in international form",
        "SELECT count(*) FROM contact_phone WHERE e164 NOT LIKE '+%'",
    ),
    (
        "organisations_mixed",
        "leads belong to another organisation than their campaign or contact",
        (
            "SELECT count(*) FROM lead AS l JOIN campaign AS c ON c.id = l.campaign_id "
            "JOIN contact AS p ON p.id = l.contact_id "
            "WHERE c.organisation_id <> l.organisation_id OR p.organisation_id <> l.organisation_id"
        ),
    ),
)


def check(database: Database) -> list[Violation]:
    """Every rule this database breaks, none if it is sound; changes nothing."""
    damage = _damage(database)
    if damage:
        return [damage]  # what stands in a damaged file says nothing
    found = [Violation("schema_differs", 1, difference) for difference in schema_differences(database)]
    with database.reading() as session:
        found += _broken_references(session)
        missing = set(trigger_names()) - present_triggers(session.connection())
        if missing:
            told = "history is not protected; run: dialdeck db upgrade"
            found.append(Violation("triggers_missing", len(missing), told))
        if not has_words(session.connection()):
            told = "people cannot be searched by name; run: dialdeck db upgrade"
            found.append(Violation("words_missing", 1, told))
        found += _access(session)
        if not any(violation.code == "schema_differs" for violation in found):
            found += _rules(session)
            found += _figures(session)
    return found


def _damage(database: Database) -> Violation | None:
    if database.dialect != "sqlite":
        return None
    try:
        with database.reading() as session:
            told = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check(20)"))]
    except DatabaseDamaged as error:
        told = [error.message]
    return None if told == ["ok"] else Violation("file_damaged", len(told), told[0])


def _broken_references(session: Session) -> list[Violation]:
    """Only a file can have them: somebody wrote to it with foreign keys off."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    orphans = session.execute(text("PRAGMA foreign_key_check")).all()
    if not orphans:
        return []
    tables = ", ".join(sorted({str(row[0]) for row in orphans}))
    return [Violation("reference_broken", len(orphans), f"rows refer to rows that are gone: {tables}")]


def _access(session: Session) -> list[Violation]:
    """On a server shops are kept apart by it, whatever a program asks for."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    faults = access.faults(session.connection())
    if not faults:
        return []
    told = f"{'; '.join(faults[:3])}{' …' if len(faults) > 3 else ''}; as the owner run: dialdeck db upgrade"
    return [Violation("access_open", len(faults), told)]


def _rules(session: Session) -> list[Violation]:
    found: list[Violation] = []
    for code, message, query in RULES:
        count = int(session.execute(text(query)).scalar_one())
        if count:
            found.append(Violation(code, count, message))
    return found


def _figures(session: Session) -> list[Violation]:
    differing = figures.differing(session)
    if not differing:
        return []
    told = f"rows of {', '.join(differing)} are not what leads and calls say; run: dialdeck db tally"
    return [Violation("tally_differs", sum(differing.values()), told)]


def schema_differences(database: Database) -> list[str]:
    """Where the tables of a database differ from the models, one line each; changes nothing."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from domain.models import metadata
    from storage.migrations.options import context_options

    with database.reading() as session:
        options = context_options(database.dialect)
        context = MigrationContext.configure(connection=session.connection(), opts=options)
        return [_told(difference) for difference in compare_metadata(context, metadata)]


def _told(difference: object) -> str:
    """One of Alembic's differences in words; changes of one column come as a list."""
    if isinstance(difference, list):
        return "; ".join(_told(part) for part in difference)
    assert isinstance(difference, tuple)
    return " ".join(str(getattr(part, "name", part)) for part in difference if part is not None)

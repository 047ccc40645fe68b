"""The rules every shop database keeps, for ``dialdeck db check``: what is broken, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from domain.codes import FINAL_STATUSES, QueueState
from storage.database import Database
from storage.triggers import present_triggers, trigger_names


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its stable code, how many rows break it, and what that means."""

    code: str
    count: int
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.count} – {self.message}"


_FINAL = ", ".join(f"'{status.value}'" for status in sorted(FINAL_STATUSES))

# Each counts the rows that break the rule. Written so that both databases run the same text.
_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "lead_in_hopper_twice",
        "leads stand in the ready queue more than once",
        "SELECT count(*) FROM (SELECT lead_id FROM hopper_entry GROUP BY lead_id HAVING count(*) > 1) AS t",
    ),
    (
        "number_in_two_hands",
        "numbers are held by more than one claim",
        (
            "SELECT count(*) FROM (SELECT organisation_id, e164 FROM held_number "
            "GROUP BY organisation_id, e164 HAVING count(*) > 1) AS t"
        ),
    ),
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
        "final_lead_in_hopper",
        "leads that ended still wait in the ready queue or are claimed",
        (
            "SELECT count(*) FROM hopper_entry AS h JOIN lead AS l ON l.id = h.lead_id "
            f"WHERE l.status IN ({_FINAL}) AND h.locked_by IS NULL"
        ),
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
        "hopper_state_without_entry",
        "leads are marked as in the ready queue but are not in it",
        (
            f"SELECT count(*) FROM lead AS l WHERE l.queue_state = {QueueState.IN_HOPPER.value} "
            "AND NOT EXISTS (SELECT 1 FROM hopper_entry AS h WHERE h.lead_id = l.id)"
        ),
    ),
    (
        "negative_counter",
        "leads have counters below zero",
        "SELECT count(*) FROM lead WHERE dial_attempts < 0 OR answered_count < 0 OR imported_attempts < 0",
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
        "segment_unknown",
        "leads wait in a segment their campaign does not know, so nobody would find them",
        (
            "SELECT count(*) FROM lead AS l WHERE NOT EXISTS (SELECT 1 FROM campaign_segment AS s "
            "WHERE s.campaign_id = l.campaign_id AND s.segment = l.segment)"
        ),
    ),
    (
        "number_not_e164",
        "phone numbers are not in international form",
        "SELECT count(*) FROM contact_phone WHERE e164 NOT LIKE '+%'",
    ),
)


def check(database: Database) -> list[Violation]:
    """Every rule this database breaks, none if it is sound; changes nothing."""
    found = [Violation("schema_differs", 1, difference) for difference in schema_differences(database)]
    with database.reading() as session:
        found += _physical(session)
        missing = set(trigger_names()) - present_triggers(session.connection())
        if missing:
            found.append(
                Violation(
                    "triggers_missing", len(missing), "history is not protected; run: dialdeck db upgrade"
                )
            )
        if not any(violation.code == "schema_differs" for violation in found):
            found += _rules(session)
    return found


def _physical(session: Session) -> list[Violation]:
    if session.get_bind().dialect.name != "sqlite":
        return []
    found: list[Violation] = []
    damage = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check(20)"))]
    if damage != ["ok"]:
        found.append(Violation("file_damaged", len(damage), damage[0]))
    orphans = session.execute(text("PRAGMA foreign_key_check")).all()
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        found.append(
            Violation("reference_broken", len(orphans), f"rows refer to rows that are gone: {tables}")
        )
    return found


def _rules(session: Session) -> list[Violation]:
    found: list[Violation] = []
    for code, message, query in _RULES:
        count = int(session.execute(text(query)).scalar_one())
        if count:
            found.append(Violation(code, count, message))
    return found


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

"""``db check``: every rule finds the shop that breaks it, and only that rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from domain.codes import QueueState
from domain.models import calling, campaigns, contacts, people
from storage import integrity
from storage.database import Database

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AT = "'2026-03-02 09:30:00.000000'"

FREE = (
    "INSERT INTO hopper_entry (organisation_id, campaign_id, lead_id, e164, segment, rank, source, state, "
    f"from_pool, ready_at, created_at) VALUES (1, {{campaign}}, 1, '+59899000001', '', 49, 'fresh', 'new', "
    f"false, {AT}, {AT})"
)
CALLBACK = (
    "INSERT INTO activity (organisation_id, contact_id, lead_id, kind, state, at, due_at) "
    f"VALUES (1, 1, 1, 'callback', 'pending', {AT}, {AT})"
)

BROKEN = {
    "claim_without_lease": [FREE.format(campaign=1), "UPDATE hopper_entry SET state = 'locked'"],
    "free_entry_with_seller": [FREE.format(campaign=1), "UPDATE hopper_entry SET locked_by = 1"],
    "number_held_by_nobody": [
        FREE.format(campaign=1),
        (
            "INSERT INTO held_number (organisation_id, e164, entry_id, expires_at) "
            f"SELECT 1, '+59899000001', id, {AT} FROM hopper_entry"
        ),
    ],
    "final_lead_in_hopper": [
        FREE.format(campaign=1),
        f"UPDATE lead SET status = 'sale', queue_state = {QueueState.OUT.value}",
    ],
    "final_lead_waiting": ["UPDATE lead SET status = 'sale'"],
    "hopper_of_other_campaign": [FREE.format(campaign=2)],
    "in_hopper_without_entry": [f"UPDATE lead SET queue_state = {QueueState.IN_HOPPER.value}"],
    "do_not_call_in_hopper": [
        FREE.format(campaign=1),
        (
            "INSERT INTO do_not_call (organisation_id, e164, source, added_at) "
            f"VALUES (1, '+59899000001', 'manual', {AT})"
        ),
    ],
    "callback_lost": [f"UPDATE lead SET queue_state = {QueueState.CALLBACK.value}"],
    "callback_of_ended_lead": [
        CALLBACK,
        f"UPDATE lead SET status = 'sale', queue_state = {QueueState.OUT.value}",
    ],
    "segment_unknown": ["UPDATE lead SET segment = 'elsewhere'"],
    "tally_differs": ["UPDATE lead_tally SET leads = leads + 1"],
    "negative_counter": ["UPDATE lead SET dial_attempts = -1"],
    "number_not_international": ["UPDATE contact_phone SET e164 = '099000001'"],
    "organisations_mixed": ["UPDATE contact SET organisation_id = 2"],
}


@pytest.fixture
def shop(database: Database) -> Database:
    """A shop with two campaigns and one person waiting in the first."""
    with database.transaction() as session:
        for number in (1, 2):
            session.add(people.Organisation(id=number, name=f"Shop {number}", created_at=NOW))
        session.flush()
        owned = {"organisation_id": 1, "created_at": NOW, "updated_at": NOW}
        session.add(people.User(id=1, name="ana", role="seller", **owned))
        session.add(contacts.Contact(id=1, name="Person", **owned))
        for number in (1, 2):
            session.add(campaigns.Campaign(id=number, name=f"Campaign {number}", **owned))
        session.flush()
        session.add(campaigns.CampaignSegment(organisation_id=1, campaign_id=1, segment="", rank=49))
        session.add(contacts.ContactPhone(organisation_id=1, contact_id=1, e164="+59899000001"))
        session.add(
            calling.Lead(id=1, campaign_id=1, contact_id=1, status="new", next_attempt_at=NOW, **owned)
        )
    return database


def test_every_rule_has_its_test() -> None:
    assert sorted(BROKEN) == sorted(["tally_differs", *(code for code, _, _ in integrity.RULES)])


def test_a_shop_that_works_breaks_no_rule(shop: Database) -> None:
    assert integrity.check(shop) == []


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_rule_is_found_and_counted(shop: Database, code: str) -> None:
    with shop.transaction() as session:
        for statement in BROKEN[code]:
            session.execute(text(statement))
    (violation,) = integrity.check(shop)
    assert (violation.code, violation.count) == (code, 1)
    assert str(violation).startswith(f"{code}: 1 – ")


def test_a_reference_into_nothing_is_found(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute(
            "INSERT INTO product (organisation_id, name, price_minor, currency, active, created_at) "
            f"VALUES (7, 'Lamp', 100, 'USD', 1, {AT})"
        )
    (violation,) = integrity.check(sqlite_database)
    assert (violation.code, violation.count) == ("reference_broken", 1)
    assert "product" in violation.message


def test_a_torn_page_is_found(sqlite_database: Database) -> None:
    file = sqlite_database.address.file
    sqlite_database.close()
    content = bytearray(file.read_bytes())
    content[-4096 * 3 : -4096 * 2] = b"\x00" * 4096
    file.write_bytes(content)
    assert "file_damaged" in [violation.code for violation in integrity.check(sqlite_database)]

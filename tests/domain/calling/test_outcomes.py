"""Outcomes: what each console action sets and what follows (calling specification, 1.5 and 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling.action_seed import ACTION_SEED
from domain.calling.plan import CLEAR, KEEP
from domain.codes import ActionType, DialStatus, QueueState
from domain.errors import Conflict, NotAllowed, NotFound
from tests.support.floor import Floor

TABLE = {
    # slug: (type, campaign status, resolution, lead status, reason, confirm), as the specification has them
    "call-later": ("call later", 3, "CL", "callback", "never", False),
    "not-found": ("not found", 3, "NF", "no_answer", "never", False),
    "busy": ("not found", 3, "NF", "busy", "never", False),
    "voicemail": ("not found", 3, "NF", "no_answer", "never", False),
    "call-dropped": ("pending", 2, KEEP, "dropped", "never", False),
    "wrong-number": ("not found", 3, "NF", "no_answer", "never", False),
    "move-morning": ("pending", 6, CLEAR, "callback", "never", True),
    "move-afternoon": ("pending", 7, CLEAR, "callback", "never", True),
    "not-interested": ("declined", 4, "NI", "not_interested", "offered", False),
    "do-not-call": ("declined", 4, "DN", "dnc", "offered", True),
    "logistics": ("declined", 4, "LO", "closed", "offered", False),
    "already-subscriber": ("declined", 4, "AS", "closed", "offered", False),
    "error-promotion": ("declined", 5, "EP", "closed", "offered", True),
    "uncontactable": ("no contact", 5, "UN", "closed", "offered", True),
    "close-without-contact": ("no contact", 5, "CW", "closed", "never", False),
    "schedule": ("scheduled", 2, "SC", "callback", "never", False),
    "sale": ("success", 4, "S2", "sale", "never", False),
    "start-promotion": ("success", 2, "SP", "callback", "never", False),
}
SPANISH = {
    "call-later": "Llamar más tarde", "not-found": "No encontrado", "busy": "Ocupado", "voicemail": "Buzón de voz",
    "call-dropped": "Llamada cortada", "wrong-number": "Número equivocado", "move-morning": "Mover a la mañana",
    "move-afternoon": "Mover a la tarde", "not-interested": "No interesado", "do-not-call": "No llamar",
    "logistics": "Logística", "already-subscriber": "Ya suscrito", "error-promotion": "Error en promoción",
    "uncontactable": "No contactable", "close-without-contact": "Cerrar sin contacto", "schedule": "Agendar",
    "sale": "Venta", "start-promotion": "Iniciar promoción",
}  # fmt: skip
CONTACT = {"answered": True, "in_progress": True}
SLUGS = [slug for slug, _, _ in ACTION_SEED]


def test_the_seed_is_the_table_of_the_specification() -> None:
    seeded = {
        slug: (
            meaning["type"],
            int(meaning["campaign_status"]),
            meaning["resolution"],
            meaning["lead_status"],
            meaning["reason"],
            meaning["confirm"],
        )
        for slug, meaning, _ in ACTION_SEED
    }
    assert seeded == TABLE
    assert {slug: meaning["labels"]["es"] for slug, meaning, _ in ACTION_SEED} == SPANISH
    assert {slug for slug, meaning, _ in ACTION_SEED if meaning["marks_phone_bad"]} == {"wrong-number"}
    keys = [key for _, _, key in ACTION_SEED]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("slug", SLUGS)
def test_an_action_sets_exactly_its_values(floor: Floor, slug: str) -> None:
    kind, campaign_status, resolution, status, _, _ = TABLE[slug]
    if slug == "wrong-number":  # the only number of this person
        campaign_status, resolution, status = 5, "UN", "invalid"
    expected = {KEEP: "SC", CLEAR: None}.get(resolution, resolution)
    lead_id = floor.lead(campaign_status=2, campaign_resolution="SC", resolution_reason=None, dial_attempts=1)
    at = floor.now + timedelta(hours=3) if kind == ActionType.SCHEDULED else None
    result = floor.handle("ana", slug, lead_id, at=at, note="said hello")

    lead = floor.row(lead_id)
    assert (lead.status, lead.campaign_status, lead.campaign_resolution) == (
        status,
        campaign_status,
        expected,
    )
    assert (result.status, result.campaign_status, result.resolution) == (status, campaign_status, expected)
    assert (lead.last_console_action, lead.last_action_at) == (slug, floor.now)
    assert (lead.dial_attempts, lead.last_dial_attempt) == (2, floor.now)
    assert lead.last_status_change == floor.now
    [call] = floor.calls(lead_id)
    assert (call.action, call.seller_id, call.source, call.counted) == (
        slug, floor["ana"].user_id, "console", True,
    )  # fmt: skip
    assert lead.dial_result == call.result
    done = [each for each in floor.activities(lead_id) if each.state == "completed"]
    assert [(each.kind, each.action, each.notes, each.call_id, each.seller_id) for each in done] == [
        ("call", slug, "said hello", call.id, floor["ana"].user_id)
    ]
    assert floor.entries(lead_id) == []
    [event] = [each for each in floor.events(lead_id) if each.kind == "outcome"]
    assert (event.action, event.user_id, event.at, event.call_id) == (
        slug, floor["ana"].user_id, floor.now, call.id,
    )  # fmt: skip
    assert event.before is not None
    assert event.after is not None
    assert (event.before["status"], event.after["status"]) == ("new", status)
    assert floor.next_id("ana") != lead_id or status == "dropped"


@pytest.mark.parametrize("slug", SLUGS)
def test_what_the_screen_shows_beside_the_key_is_what_is_written(floor: Floor, slug: str) -> None:
    lead_id = floor.lead()
    dossier = floor.hold("ana", lead_id)
    effect = dossier.rules.effect(floor.action(slug), floor.now)
    at = floor.now + timedelta(hours=1) if effect.kind == "choose" else None
    result = floor.record("ana", lead_id, slug, at=at)
    assert effect.sets == f"{result.campaign_status} {result.resolution or '–'}"
    if effect.at is not None:
        assert effect.at == result.next_attempt_at
    assert (effect.kind in ("ends", "everywhere")) == (
        DialStatus(result.status).status_class.value == "final" if result.status else False
    )


@pytest.mark.parametrize(
    "slug", [slug for slug, row in TABLE.items() if row[0] in ("declined", "no contact")]
)
def test_declined_and_no_contact_are_final(floor: Floor, slug: str) -> None:
    lead_id = floor.lead()
    result = floor.handle("ana", slug, lead_id)
    assert result.next_attempt_at is None
    assert floor.row(lead_id).queue_state == QueueState.OUT
    floor.later(days=30)
    assert floor.next_id("ana") is None


# ── keep, clear, S1 after SP ─────────────────────────────────────────────────────────────────────────────


def test_a_sale_after_a_started_promotion_is_s1(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "start-promotion", lead_id)
    floor.later(days=7)
    assert floor.next_id("ana") == lead_id
    assert floor.record("ana", lead_id, "sale").resolution == "S1"


def test_also_when_the_follow_up_was_not_reached_at_once(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "start-promotion", lead_id)
    floor.later(days=7)
    floor.handle("ana", "not-found")
    floor.later(hours=5)
    dossier = floor.take("ana")
    assert dossier.rules.effect(floor.action("sale"), floor.now).sets == "4 S1"
    assert floor.record("ana", lead_id, "sale").resolution == "S1"


def test_but_not_when_the_promotion_was_undone(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.handle("ana", "start-promotion", lead_id)
    floor.undo("ana")
    assert floor.record("ana", lead_id, "sale").resolution == "S2"


def test_a_sale_without_a_promotion_is_s2(floor: Floor) -> None:
    assert floor.handle("ana", "sale", floor.lead(campaign_resolution="SC")).resolution == "S2"


def test_keep_keeps_and_clear_clears_the_resolution_and_its_reason(floor: Floor) -> None:
    kept, cleared = floor.leads(2, campaign_resolution="NI", resolution_reason=3, campaign_status=2)
    floor.handle("ana", "call-dropped", kept)
    floor.handle("ana", "move-afternoon", cleared)
    assert (floor.row(kept).campaign_resolution, floor.row(kept).resolution_reason) == ("NI", 3)
    assert (floor.row(cleared).campaign_resolution, floor.row(cleared).resolution_reason) == (None, None)


def test_a_new_resolution_does_not_keep_the_reason_of_the_old_one(floor: Floor) -> None:
    lead_id = floor.lead(campaign_resolution="NI", resolution_reason=3)
    floor.handle("ana", "not-found", lead_id)
    assert floor.row(lead_id).resolution_reason is None


# ── wrong number ─────────────────────────────────────────────────────────────────────────────────────────


def test_wrong_number_with_another_good_one_marks_this_and_stays(floor: Floor) -> None:
    wrong, right = floor.spare(2)
    lead_id = floor.lead(numbers=[[wrong, right]])
    floor.hold("ana", lead_id)
    floor.dial("ana", lead_id)
    result = floor.record("ana", lead_id, "wrong-number")
    assert (result.status, result.campaign_status, result.resolution) == ("no_answer", 3, "NF")
    assert [phone.bad for phone in floor.phones(lead_id)] == [True, False]
    floor.later(hours=5)
    dossier = floor.take("ana")
    assert dossier.lead_id == lead_id
    assert [phone.e164 for phone in dossier.phones if phone.next] == [right]


def test_wrong_number_without_another_good_one_ends_the_lead(floor: Floor) -> None:
    wrong, bad, blocked = floor.spare(3)
    lead_id = floor.lead(numbers=[[wrong, bad, blocked]])
    floor.bad(lead_id, bad)
    floor.register_quietly(blocked)
    result = floor.handle("ana", "wrong-number", lead_id)
    assert (result.status, result.campaign_status, result.resolution) == ("invalid", 5, "UN")


def test_the_number_that_is_left_counts_also_when_the_wrong_one_was_registered_meanwhile(
    floor: Floor,
) -> None:
    wrong, right = floor.spare(2)
    lead_id = floor.lead(numbers=[[wrong, right]])
    floor.hold("ana", lead_id)
    floor.dial("ana", lead_id, wrong)
    floor.register_quietly(wrong)
    assert floor.record("ana", lead_id, "wrong-number").status == "no_answer"


def test_without_a_dial_the_number_whose_turn_it_was_is_the_wrong_one(floor: Floor) -> None:
    first, second = floor.spare(2)
    lead_id = floor.lead(numbers=[[first, second]], dial_attempts=1, status="no_answer")
    floor.handle("ana", "wrong-number", lead_id)
    assert [phone.bad for phone in floor.phones(lead_id)] == [False, True]


# ── who may, and on what ─────────────────────────────────────────────────────────────────────────────────


def test_an_outcome_for_nobody_in_hand_is_refused(floor: Floor) -> None:
    lead_id = floor.lead()
    with pytest.raises(NotAllowed) as refused:
        floor.record("ana", lead_id, "not-found")
    assert refused.value.code == "no_claim"


def test_a_lead_in_another_sellers_hands_is_refused(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    for who in ("ben", "sup"):
        with pytest.raises(Conflict, match="ana"):
            floor.record(who, lead_id, "not-found")
    assert floor.row(lead_id).status == "new"


def test_an_auditor_may_not(floor: Floor) -> None:
    lead_id = floor.lead()
    with pytest.raises(NotAllowed):
        floor.record("aud", lead_id, "not-found")


def test_the_owner_and_a_supervisor_may_record_for_a_free_lead(floor: Floor) -> None:
    mine, any_lead = floor.own("ana")[0], floor.lead()
    assert floor.record("ana", mine, "not-found").status == "no_answer"
    assert floor.record("sup", any_lead, "not-found").status == "no_answer"


def test_a_stale_screen_is_told_who_was_faster_and_nothing_is_written(floor: Floor) -> None:
    lead_id = floor.own("ana")[0]
    dossier = floor.take("ana")
    floor.now = floor.now.replace(hour=10, minute=32)
    floor.record("ana", lead_id, "not-found", expected_version=dossier.version)
    with pytest.raises(Conflict, match=r"already handled by ana at 10:32") as refused:
        floor.record("ana", lead_id, "not-interested", expected_version=dossier.version)
    assert refused.value.code == "already_handled"
    assert len(floor.calls(lead_id)) == len(floor.activities(lead_id)) == 1
    assert floor.row(lead_id).status == "no_answer"


def test_pressing_twice_records_once(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.record("ana", lead_id, "not-found")
    with pytest.raises(NotAllowed):
        floor.record("ana", lead_id, "not-found")
    assert floor.row(lead_id).dial_attempts == len(floor.calls(lead_id)) == 1


def test_an_ended_lead_takes_no_further_outcome(floor: Floor) -> None:
    lead_id = floor.own("ana")[0]
    floor.handle("ana", "sale", lead_id)
    with pytest.raises(Conflict) as refused:
        floor.record("ana", lead_id, "not-interested")
    assert refused.value.code == "already_handled"
    assert floor.row(lead_id).status == "sale"


@pytest.mark.parametrize("slug", ["nonsense", "busy"])
def test_an_unknown_or_inactive_action_is_refused(floor: Floor, slug: str) -> None:
    floor.edit_action("busy", active=False)
    lead_id = floor.lead()
    floor.take("ana")
    with pytest.raises(NotFound) as refused:
        floor.record("ana", lead_id, slug)
    assert refused.value.code == "unknown_action"
    assert floor.row(lead_id).version == 1
    assert floor.calls(lead_id) == []


def test_the_lead_with_no_status_gets_one_by_its_outcome(floor: Floor) -> None:
    lead_id = floor.own("ana", status=None)[0]
    assert floor.record("ana", lead_id, "not-found").status == "no_answer"


def test_an_outcome_in_a_list_paused_meanwhile_does_not_put_the_lead_back_into_the_queue(
    floor: Floor,
) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.pause_list(lead_id)
    floor.record("ana", lead_id, "busy")
    assert floor.row(lead_id).queue_state == QueueState.OUT
    floor.later(hours=1)
    floor.fill()
    assert floor.next_id("ana") is None
    floor.pause_list(lead_id, active=True)
    assert floor.next_id("ana") == lead_id

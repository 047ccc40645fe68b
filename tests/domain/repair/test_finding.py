"""Which leads are found to be wrong, and in which kind each is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from domain.calling.calls import ReportedCall
from domain.codes import CallResult, QueueState
from domain.errors import NotAllowed
from domain.repair import find, fix
from domain.repair.find import Scope
from domain.repair.kinds import Kind, Problems
from tests.domain.repair.given import free_entry, problems, told
from tests.support.floor import Floor

NONE = Problems()


def kind_of(floor: Floor, lead_id: int) -> Kind | None:
    with floor.database.reading() as session:
        return dict(find.listing(session, Scope(floor.organisation_id, now=floor.now))).get(lead_id)


def test_leads_without_a_status_are_found_however_it_is_missing(floor: Floor) -> None:
    floor.leads(2, status=None)
    floor.lead(status="")
    assert problems(floor) == Problems(no_status=3)


@pytest.mark.parametrize("word", [" ", "voicemail", "New"])
def test_a_status_no_program_knows_is_no_status_and_is_mended(floor: Floor, word: str) -> None:
    odd, called, fine = floor.lead(status=word), floor.lead(status=word, dial_result="busy"), floor.lead()
    list_id = floor.row(odd).list_id
    assert problems(floor) == Problems(no_status=2)
    assert problems(floor, campaign_id=floor.campaign_id) == Problems(no_status=2)
    assert problems(floor, list_id=list_id) == Problems(no_status=1)
    done = fix.run(floor.database, actor=floor["sup"], now=floor.now)
    assert (done.errors, done.status_assigned) == (0, {"new": 1, "busy": 1})
    assert [floor.row(lead_id).status for lead_id in (odd, called, fine)] == ["new", "busy", "new"]
    assert problems(floor) == Problems()


def test_dialled_leads_that_are_still_new_are_found(floor: Floor) -> None:
    floor.lead(dial_attempts=2, imported_attempts=2)
    assert problems(floor) == Problems(dialed_but_new=1)


def test_what_a_recycle_made_new_is_no_problem(floor: Floor) -> None:
    floor.lead(dial_attempts=2, imported_attempts=2, recycle_batch_id=7)
    assert problems(floor) == NONE


def test_calls_that_were_never_tracked_are_found(floor: Floor) -> None:
    told(floor, floor.lead())
    floor.lead(imported_attempts=2)
    assert problems(floor) == Problems(missing_dial_tracking=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dial_attempts": 3},
        {"dial_attempts": 1},
        {"answered_count": 0},
        {"answered_count": 2},
        {"last_dial_attempt": datetime.fromisoformat("2029-03-01T00:00:00+00:00")},
        {"last_dial_attempt": None},
        {"last_dial_attempt": datetime.fromisoformat("2026-03-01T00:00:00+00:00")},
    ],
    ids=str,
)
def test_counters_other_than_the_calls_tell_are_found(floor: Floor, wrong: dict[str, object]) -> None:
    lead_id = floor.lead(
        status="busy", dial_attempts=2, answered_count=1, last_dial_attempt=floor.now - timedelta(hours=3)
    )
    told(floor, lead_id, result="answered")
    told(floor, lead_id, floor.now - timedelta(hours=9))
    assert problems(floor) == NONE
    right = floor.row(lead_id)
    floor.change(lead_id, **wrong)
    assert problems(floor) == Problems(counter_mismatch=1)
    assert fix.run(floor.database, actor=floor["sup"], now=floor.now).errors == 0
    mended = floor.row(lead_id)
    assert (mended.dial_attempts, mended.answered_count) == (right.dial_attempts, right.answered_count)
    assert mended.last_dial_attempt == max(call.started_at for call in floor.calls(lead_id))
    assert problems(floor) == NONE


def test_attempts_that_nothing_explains_are_found(floor: Floor) -> None:
    floor.lead(status="no_answer", dial_attempts=2)
    assert problems(floor) == Problems(counter_mismatch=1)


def test_counters_without_any_call_are_found_and_an_import_explains_its_own(floor: Floor) -> None:
    before = floor.now - timedelta(days=9)
    floor.lead(
        status="busy", dial_attempts=2, imported_attempts=2, answered_count=2, last_dial_attempt=before
    )
    floor.lead(status="contacted", answered_count=1, last_dial_attempt=before)
    assert problems(floor) == NONE
    more = floor.lead(status="busy", dial_attempts=2, imported_attempts=2, answered_count=3)
    reset = floor.lead(status="busy", counting_from=floor.now, answered_count=1)
    late = floor.lead(status="busy", last_dial_attempt=floor.now + timedelta(hours=1))
    assert problems(floor) == Problems(counter_mismatch=3)
    assert fix.run(floor.database, actor=floor["sup"], now=floor.now).errors == 0
    assert [floor.row(lead_id).answered_count for lead_id in (more, reset)] == [2, 0]
    assert floor.row(late).last_dial_attempt is None
    assert problems(floor) == NONE


def test_an_import_may_know_of_more_than_the_calls_tell(floor: Floor) -> None:
    lead_id = floor.lead(
        status="busy", dial_attempts=5, imported_attempts=5, answered_count=4, last_dial_attempt=floor.now
    )
    told(floor, lead_id, result="answered")
    assert problems(floor) == NONE


def test_calls_before_a_reset_count_no_more(floor: Floor) -> None:
    lead_id = floor.lead(counting_from=floor.now - timedelta(hours=1), recycle_batch_id=7)
    told(floor, lead_id, floor.now - timedelta(hours=2))
    assert problems(floor) == NONE
    told(floor, lead_id, floor.now - timedelta(minutes=30))
    assert problems(floor) == Problems(missing_dial_tracking=1)


def test_calls_that_were_undone_or_do_not_count_are_left_out(floor: Floor) -> None:
    lead_id = floor.lead()
    told(floor, lead_id, undone_at=floor.now)
    told(floor, lead_id, counted=False)
    assert problems(floor) == NONE


def test_entries_of_leads_that_have_ended_are_found(floor: Floor) -> None:
    ended, open_ = floor.leads(2)
    free_entry(floor, ended)
    free_entry(floor, open_)
    floor.change(ended, status="sale", queue_state=QueueState.IN_HOPPER.value)
    assert problems(floor) == Problems(stale_claims=1)


def test_a_claim_on_a_lead_that_had_ended_before_is_found(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.change(lead_id, status="sale")
    assert kind_of(floor, lead_id) is Kind.STALE_CLAIMS


def test_a_lead_that_ends_in_a_sellers_hands_is_a_problem_only_when_the_claim_is_over(floor: Floor) -> None:
    lead_id = floor.lead()
    dossier = floor.take("ana")
    floor.later(minutes=1)
    floor.register(dossier.phones[0].e164)
    assert floor.row(lead_id).status == "dnc"
    assert problems(floor) == NONE
    floor.later(minutes=30)
    assert problems(floor) == Problems(stale_claims=1)


def test_whoever_is_in_a_sellers_hands_is_no_problem_yet(floor: Floor) -> None:
    lead_id = floor.lead()
    floor.take("ana")
    floor.dial("ana", lead_id)
    assert floor.row(lead_id).dial_attempts == 1
    assert problems(floor) == NONE


def test_a_call_on_its_way_to_its_lead_is_no_problem_yet(floor: Floor) -> None:
    told(floor, floor.lead(), applied_at=None)
    assert problems(floor) == NONE


def test_each_lead_is_counted_in_the_first_kind_that_fits(floor: Floor) -> None:
    without_status = floor.lead(status=None, dial_attempts=3)
    told(floor, without_status)
    dialled = floor.lead(dial_attempts=3)
    told(floor, dialled)
    ended = floor.lead(status="closed", dial_attempts=3)
    free_entry(floor, ended)
    assert [kind_of(floor, each) for each in (without_status, dialled, ended)] == [
        Kind.NO_STATUS,
        Kind.DIALED_BUT_NEW,
        Kind.COUNTER_MISMATCH,
    ]
    found = problems(floor)
    assert found == Problems(no_status=1, dialed_but_new=1, counter_mismatch=1)
    assert found.total == 3


def test_a_report_keeps_to_its_shop_campaign_and_list(floor: Floor) -> None:
    here = floor.lead(status=None)
    told(floor, floor.lead())
    autumn = floor.campaign("Autumn")
    other = floor.also_in(autumn, here, status=None)
    told(floor, other)
    neighbour = Floor(floor.database)
    told(neighbour, neighbour.lead())
    assert problems(floor) == Problems(no_status=2, missing_dial_tracking=1)
    assert problems(floor, campaign_id=autumn) == Problems(no_status=1)
    assert problems(floor, list_id=floor.row(here).list_id) == Problems(no_status=1)
    assert problems(neighbour) == Problems(missing_dial_tracking=1)


def test_a_report_is_one_statement_and_for_those_who_may_read(floor: Floor) -> None:
    floor.lead(status=None)
    sent: list[str] = []
    with floor.database.reading() as session:
        connection = session.connection()

        def note(*given: object) -> None:
            sent.append(str(given[2]))

        event.listen(connection, "before_cursor_execute", note)
        find.report(session, actor=floor["aud"])
        with pytest.raises(NotAllowed, match="may not see what is wrong"):
            find.report(session, actor=floor["ana"])
    assert len(sent) == 1


def test_a_days_reported_calls_are_no_problem(floor: Floor) -> None:
    lead_id = floor.lead(dial_attempts=2, imported_attempts=2, status="busy")
    for hours, result in ((5, CallResult.ANSWERED), (9, CallResult.BUSY), (1, CallResult.NO_ANSWER)):
        call = ReportedCall(
            lead_id=lead_id,
            result=result,
            started_at=floor.now - timedelta(hours=hours),
            external_id=f"{hours}",
        )
        floor.report(call)
        assert problems(floor) == NONE
    assert floor.row(lead_id).dial_attempts == 3

"""Who may call what: every use case a door calls refuses those whose role does not do that, before it looks further."""

from __future__ import annotations

import pytest

from domain.codes import Role
from domain.people.rights import LEADING_ROLES, READING_ROLES, SELLING_ROLES
from storage.database import Database
from tests.support.use_cases import called_by_doors, refused


def _names(text: str) -> list[str]:
    """One a word."""
    return text.split()


EVERYBODY = _names("""
    audit.log.acted audit.log.refusal calling.callbacks.listing calling.leads.listing calling.leads.show
    calling.queue.search calling.reason_list.listing calling.undo.depth campaigns.campaigns.find
    campaigns.campaigns.listing campaigns.campaigns.show campaigns.lists.find campaigns.overview.cards
    contacts.contacts.show contacts.dnc_files.home_region exporting.leads.noted handing.batches.names
    people.messages.listing people.states.current people.users.listing reporting.orders.due
    reporting.orders.failed reporting.orders.written
""")
"""Each tells everybody what is theirs to see, decided by row, or is a step of a job or of the log."""

SELLING = _names("""
    calling.claims.jump calling.claims.leave calling.claims.next_lead calling.claims.previous
    calling.claims.renew calling.claims.skip calling.dialling.hang_up calling.dialling.start calling.drafts.save
    calling.outcomes.record calling.pace.by_hour calling.promised.moment_for calling.queue.figures
    calling.queue.upcoming calling.queue.waiting calling.reasons.add_reason calling.undo.undo
    contacts.contact_edits.edit contacts.do_not_call.add people.messages.shown people.messages.unread
    people.presence.beat people.states.enter people.states.pause people.states.resume
""")
"""The seller's work; auditors only look."""

READING = _names("""
    bulk.applying.preview bulk.batches.batches calling.finding.search calling.hopper.counts
    calling.hopper_standing.standing calling.hopper_view.contents calling.seller_queue.of_seller
    calling.why.funnel campaigns.editing.form_of campaigns.lists.listing campaigns.lists.show
    contacts.dnc_files.entries contacts.do_not_call.listing exporting.leads.rows exporting.leads.size
    handing.assigning.evenly_among handing.batches.batches handing.batches.taken_from handing.preview.of_assign
    handing.preview.of_release handing.standing.standing handing.targets.named jobs.runs.listing
    jobs.states.listing jobs.states.troubles people.teams.listing privacy.finding.alike
    privacy.finding.duplicates privacy.finding.find recycling.batches.batches recycling.cards.cards
    recycling.cards.status_counts recycling.choosing.filters_named recycling.preview.callable_of_batch
    recycling.preview.preview repair.find.report repair.fix.look reporting.compare.compared
    reporting.orders.listing reporting.overviews.campaigns reporting.overviews.seller_rows
    reporting.people.people_of reporting.report.campaign_report reporting.saved.forget reporting.saved.keep
    reporting.saved.listing reporting.wallboard.wallboard
""")
"""What those who lead and auditors read; no seller does."""

LEADING = _names("""
    bulk.applying.run bulk.undoing.undo calling.calls.record calling.hopper.clear calling.hopper.fill
    calling.hopper.fill_up calling.hopper_view.take_out calling.lead_edits.edit calling.taking_back.from_seller
    campaigns.campaigns.create campaigns.campaigns.edit campaigns.campaigns.set_active
    campaigns.editing.problems campaigns.editing.save campaigns.lists.set_active
    contacts.dnc_files.import_numbers contacts.dnc_left.people_of contacts.do_not_call.remove
    contacts.person_dnc.block contacts.person_dnc.release handing.assigning.resume handing.assigning.run
    handing.releasing.run handing.undoing.undo intake.calls_import.import_calls intake.importing.import_leads
    intake.importing.preview intake.undoing.undo_import jobs.states.ask_for jobs.states.pause jobs.states.resume
    people.messages.send privacy.merging.merge privacy.merging.preview recycling.applying.resume
    recycling.applying.run recycling.undoing.undo repair.fix.run sales.products.add
""")
"""What those who lead change."""

AUDITING = _names("""
    audit.reading.kinds audit.reading.listing audit.reading.stream
""")
"""The audit log."""

ADMINISTERING = _names("""
    calling.actions.add calling.actions.edit calling.actions.seed calling.reason_list.add
    calling.reason_list.edit people.signing_in.unlock people.teams.add people.teams.edit people.teams.remove
    people.users.add people.users.edit people.users.set_active people.users.set_password privacy.erasing.erase
    privacy.erasing.preview privacy.exporting.export_contact reporting.orders.add reporting.orders.remove
""")
"""Users, teams, actions, erasure. Everybody sets their own password; here it is another's."""

NO_USE_CASE = {"people.rights.require"}
ALLOWED: dict[str, tuple[Role, ...]] = {
    **dict.fromkeys(EVERYBODY, tuple(Role)),
    **dict.fromkeys(SELLING, SELLING_ROLES),
    **dict.fromkeys(READING, READING_ROLES),
    **dict.fromkeys(LEADING, LEADING_ROLES),
    **dict.fromkeys(AUDITING, (Role.ADMIN, Role.AUDITOR)),
    **dict.fromkeys(ADMINISTERING, (Role.ADMIN,)),
}
USE_CASES = {name: function for name, function in called_by_doors().items() if name not in NO_USE_CASE}


def test_every_use_case_a_door_calls_stands_in_the_table() -> None:
    assert sorted(USE_CASES) == sorted(ALLOWED)


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_not_is_refused_before_anything_else(sqlite_database: Database, role: Role) -> None:
    let_in = {name for name, use_case in USE_CASES.items() if not refused(use_case, role, sqlite_database)}
    assert let_in == {name for name, roles in ALLOWED.items() if role in roles}

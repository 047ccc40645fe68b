"""Collects the rows of the demonstration table by table, and writes them in the order foreign keys ask for."""

from collections.abc import Sequence

from sqlalchemy import Table
from sqlmodel import Session

from domain.models import metadata
from storage.bulk import insert_rows


class Sheet:
    """Rows for one table, each with the values of `columns` in their order."""

    def __init__(self, name: str, columns: str) -> None:
        self.table: Table = metadata.tables[name]
        self.columns = columns.split()
        self.rows: list[Sequence[object]] = []

    def write(self, session: Session) -> None:
        """Insert what was collected, and begin an empty sheet."""
        insert_rows(session, self.table, self.columns, self.rows)
        self.rows = []


class Sheets:
    """One sheet for every table that is filled in bulk."""

    def __init__(self) -> None:
        self.contacts = Sheet(
            "contact",
            "id organisation_id name first_name last_name company email address city state country language "
            "notes external_id tags attributes created_at updated_at",
        )
        self.phones = Sheet("contact_phone", "organisation_id contact_id e164 kind position bad")
        self.segments = Sheet("campaign_segment", "organisation_id campaign_id segment rank")
        self.leads = Sheet(
            "lead",
            "id organisation_id campaign_id contact_id list_id owner_id shift_wanted status campaign_status "
            "campaign_resolution resolution_reason last_console_action last_dial_attempt dial_result "
            "dial_attempts answered_count imported_attempts exhausted last_status_change last_action_at "
            "assigned_at next_attempt_at queue_state segment priority external_id attributes version "
            "created_at updated_at",
        )
        self.calls = Sheet(
            "call",
            "id organisation_id campaign_id lead_id contact_id seller_id e164 started_at ended_at "
            "result action campaign_status resolution source talk_seconds wrap_seconds counted applied_at",
        )
        self.activities = Sheet(
            "activity",
            "organisation_id contact_id campaign_id lead_id seller_id call_id kind state action notes at "
            "due_at created_by completed_at",
        )
        self.history = Sheet(
            "history_event",
            "organisation_id at user_id lead_id contact_id campaign_id call_id kind action before after",
        )
        self.sales = Sheet(
            "sale",
            "organisation_id campaign_id lead_id contact_id seller_id product_id call_id quantity "
            "price_minor total_minor currency sold_at",
        )
        self.register = Sheet(
            "do_not_call", "organisation_id e164 contact_id reason source added_by added_at"
        )

    def write(self, session: Session) -> None:
        """Insert everything collected, parents first."""
        for sheet in (
            self.contacts,
            self.phones,
            self.segments,
            self.leads,
            self.calls,
            self.activities,
            self.history,
            self.sales,
            self.register,
        ):
            sheet.write(session)

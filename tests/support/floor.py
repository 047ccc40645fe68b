"""A shop at work, for tests of the domain: every use case in a transaction of its own, as the doors call them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col

from domain.calling import (
    calls,
    claims,
    dialling,
    drafts,
    hopper,
    lead_edits,
    leads,
    outcomes,
    queue,
    queue_state,
    reasons,
    undo,
)
from domain.calling.calls import Recorded, ReportedCall
from domain.calling.lead_edits import LeadChanges
from domain.calling.leads import LeadView
from domain.calling.models import Lead
from domain.calling.views import Dossier, NextLead, OutcomeResult, QueueLine, UndoResult
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.contacts import do_not_call
from domain.recycling import cards
from domain.sales.sales import SaleInput
from tests.support.premises import Premises


class Floor(Premises):
    """One shop, and the work of its sellers and supervisors."""

    # ── the seller's work ────────────────────────────────────────────────────────────────────────────────

    def next(self, who: str, campaign_id: int | None = None) -> NextLead:
        with self.database.transaction() as session:
            return claims.next_lead(
                session, actor=self[who], campaign_id=campaign_id or self.campaign_id, now=self.now
            )

    def take(self, who: str, campaign_id: int | None = None) -> Dossier:
        """The next person; there must be one."""
        found = self.next(who, campaign_id)
        assert found.dossier is not None, found.why
        return found.dossier

    def next_id(self, who: str, campaign_id: int | None = None) -> int | None:
        found = self.next(who, campaign_id).dossier
        return found.lead_id if found is not None else None

    def record(
        self,
        who: str,
        lead_id: int,
        action: str,
        *,
        reason: int | None = None,
        note: str | None = None,
        at: datetime | None = None,
        expected_version: int | None = None,
        sale: SaleInput | None = None,
        dial: bool = False,
    ) -> OutcomeResult:
        """An outcome; with ``dial`` the person is taken and dialled first."""
        if dial:
            self.jump(who, lead_id)
            self.dial(who, lead_id)
        with self.database.transaction() as session:
            return outcomes.record(
                session,
                actor=self[who],
                lead_id=lead_id,
                action=action,
                now=self.now,
                reason=reason,
                note=note,
                at=at,
                expected_version=expected_version,
                sale=sale,
            )

    def handle(self, who: str, action: str, lead_id: int | None = None, **given: object) -> OutcomeResult:
        """The next person (or the one named, by a jump) and an outcome."""
        if lead_id is None:
            lead_id = self.take(who).lead_id
        else:
            self.hold(who, lead_id)
        return self.record(who, lead_id, action, **given)  # type: ignore[arg-type]  # passed on

    def hold(self, who: str, lead_id: int) -> Dossier:
        """This very person in the seller's hands: a free one of the hopper, jumped to."""
        self.fill(self.row(lead_id).campaign_id)
        found = self.jump(who, lead_id).dossier
        assert found is not None
        return found

    def edit(self, lead_id: int, **changes: object) -> LeadView:
        """A supervisor's edit."""
        return self.edit_as("sup", lead_id, **changes)

    def edit_as(self, who: str, lead_id: int, **changes: object) -> LeadView:
        with self.database.transaction() as session:
            return lead_edits.edit(
                session,
                actor=self[who],
                lead_id=lead_id,
                changes=LeadChanges(**changes),  # type: ignore[arg-type]  # names and types of the changes
                now=self.now,
            )

    def report(self, call: ReportedCall) -> Recorded:
        """A call reported from outside."""
        with self.database.transaction() as session:
            return calls.record(session, actor=self["sup"], call=call, now=self.now)

    def add_reason(self, who: str, code: int) -> OutcomeResult:
        with self.database.transaction() as session:
            return reasons.add_reason(session, actor=self[who], code=code, now=self.now)

    def undo(self, who: str) -> UndoResult:
        with self.database.transaction() as session:
            return undo.undo(session, actor=self[who], now=self.now)

    def depth(self, who: str) -> int:
        with self.database.reading() as session:
            return undo.depth(session, actor=self[who], now=self.now)

    def skip(self, who: str) -> int:
        with self.database.transaction() as session:
            return claims.skip(session, actor=self[who], now=self.now)

    def jump(self, who: str, lead_id: int) -> NextLead:
        with self.database.transaction() as session:
            return claims.jump(session, actor=self[who], lead_id=lead_id, now=self.now)

    def previous(self, who: str) -> NextLead:
        with self.database.transaction() as session:
            return claims.previous(session, actor=self[who], campaign_id=self.campaign_id, now=self.now)

    def leave(self, who: str) -> None:
        with self.database.transaction() as session:
            claims.leave(session, actor=self[who], now=self.now)

    def renew(self, who: str) -> datetime | None:
        with self.database.transaction() as session:
            return claims.renew(session, actor=self[who], now=self.now)

    def dial(self, who: str, lead_id: int, e164: str | None = None) -> dialling.DialTicket:
        with self.database.transaction() as session:
            return dialling.start(session, actor=self[who], lead_id=lead_id, e164=e164, now=self.now)

    def hang_up(self, who: str) -> None:
        with self.database.transaction() as session:
            dialling.hang_up(session, actor=self[who], now=self.now)

    def draft(self, who: str, lead_id: int, text: str) -> None:
        with self.database.transaction() as session:
            drafts.save(session, actor=self[who], lead_id=lead_id, text=text, now=self.now)

    def fill(self, campaign_id: int | None = None, target: int | None = None) -> hopper.FillResult:
        with self.database.transaction() as session:
            return hopper.fill(
                session,
                actor=self["sup"],
                campaign_id=campaign_id or self.campaign_id,
                now=self.now,
                target=target,
            )

    def register(self, *numbers: str, who: str = "sup") -> do_not_call.Registered:
        with self.database.transaction() as session:
            return do_not_call.add(session, actor=self[who], numbers=numbers, now=self.now)

    def upcoming(self, who: str, limit: int = 20) -> list[QueueLine]:
        with self.database.reading() as session:
            return queue.upcoming(
                session, actor=self[who], campaign_id=self.campaign_id, now=self.now, limit=limit
            )

    def search(self, who: str, text: str) -> list[int]:
        with self.database.reading() as session:
            return [line.lead_id for line in queue.search(session, actor=self[who], text=text)]

    def recompute(self) -> None:
        """Put every lead of the campaign where it belongs, as after an import."""
        with self.database.transaction() as session:
            policy = policy_of(session.get_one(Campaign, self.campaign_id))
            queue_state.recompute(
                session,
                organisation_id=self.organisation_id,
                dialable=policy.dialable,
                where=col(Lead.campaign_id) == self.campaign_id,
            )

    def show(self, lead_id: int, who: str = "sup") -> LeadView:
        with self.database.reading() as session:
            return leads.show(session, actor=self[who], lead_id=lead_id, now=self.now)

    def counts(self) -> cards.StatusCounts:
        with self.database.reading() as session:
            return cards.status_counts(session, actor=self["sup"], campaign_id=self.campaign_id, now=self.now)

"""A seller's work as the screens ask for it: state, queue, calls, outcomes, drafts, each one use case.

A part of ``tui.desk.Desk``, under the same rules: one transaction and one call a method, worker threads
only, heavy imports inside.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.signed_in import SignedIn

if TYPE_CHECKING:
    from domain.calling.dialling import DialTicket
    from domain.calling.hopper import FillResult
    from domain.calling.pace import HourCount
    from domain.calling.views import (
        ActionView,
        CampaignCard,
        Figures,
        NextLead,
        OutcomeResult,
        QueueLine,
        UndoResult,
    )
    from domain.codes import SellerState
    from domain.people.messages import Message
    from domain.people.states import StateView
    from domain.sales.products import ProductView
    from domain.sales.sales import SaleInput


class SellerWork(SignedIn):
    """What the signed-in person does."""

    @property
    def language(self) -> str:
        """The language of labels."""
        raise NotImplementedError

    # ── state ────────────────────────────────────────────────────────────────────────────────────────────

    def state(self) -> StateView | None:
        """What the seller is doing, since when."""
        from domain.people import states

        with self.database.reading() as session:
            return states.current(session, actor=self.actor)

    def enter_state(
        self, state: SellerState, *, campaign_id: int | None = None, lead_id: int | None = None
    ) -> StateView:
        """Write down what the seller is doing from now on."""
        from domain.people import states

        with self.database.transaction() as session:
            return states.enter(
                session,
                actor=self.actor,
                state=state,
                now=self.now(),
                campaign_id=campaign_id,
                lead_id=lead_id,
            )

    def pause(self, code: str, campaign_id: int | None = None) -> StateView:
        """Pause with one of ``pause_codes``."""
        from domain.people import states

        with self.database.transaction() as session:
            return states.pause(session, actor=self.actor, code=code, now=self.now(), campaign_id=campaign_id)

    def resume(self, campaign_id: int | None = None) -> StateView:
        """Go on working after a pause."""
        from domain.people import states

        with self.database.transaction() as session:
            return states.resume(session, actor=self.actor, now=self.now(), campaign_id=campaign_id)

    def pause_codes(self) -> tuple[tuple[str, str], ...]:
        """Code and label of each kind of pause."""
        from domain.people.states import PAUSE_CODES

        return PAUSE_CODES

    def beat(self) -> None:
        """This seller's console is open."""
        from domain.people import presence

        with self.database.transaction() as session:
            presence.beat(session, actor=self.actor, now=self.now())

    def unread_messages(self) -> tuple[Message, ...]:
        """What those who lead wrote to this seller and was not on screen yet."""
        from domain.people import messages

        with self.database.reading() as session:
            return messages.unread(session, actor=self.actor)

    def messages_shown(self, *ids: int) -> None:
        """These were on screen."""
        from domain.people import messages

        with self.database.transaction() as session:
            messages.shown(session, actor=self.actor, message_ids=ids, now=self.now())

    # ── the queue ────────────────────────────────────────────────────────────────────────────────────────

    def cards(self) -> list[CampaignCard]:
        """What waits for this seller in each campaign."""
        from domain.campaigns import overview

        with self.database.reading() as session:
            return overview.cards(session, actor=self.actor, now=self.now())

    def next_lead(self, campaign_id: int) -> NextLead:
        """Claim the next person, or renew the claim held; with nobody there, why and until when."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.next_lead(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                now=self.now(),
                language=self.language,
            )

    def top_up(self, campaign_id: int) -> FillResult:
        """Refill the campaign's hopper (after ``NextLead.low``; in the background)."""
        from domain.calling import hopper

        with self.database.transaction() as session:
            return hopper.top_up(
                session,
                organisation_id=self.actor.organisation_id,
                campaign_id=campaign_id,
                now=self.now(),
            )

    def renew(self) -> datetime | None:
        """Keep the claim while the console is open; the new expiry, None without a claim."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.renew(session, actor=self.actor, now=self.now())

    def leave(self) -> None:
        """Give the person on screen back to the queue."""
        from domain.calling import claims

        with self.database.transaction() as session:
            claims.leave(session, actor=self.actor, now=self.now())

    def skip(self) -> None:
        """Leave the person for later; ``next_lead`` gives the next."""
        from domain.calling import claims

        with self.database.transaction() as session:
            claims.skip(session, actor=self.actor, now=self.now())

    def jump(self, lead_id: int) -> NextLead:
        """Claim this very person."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.jump(
                session, actor=self.actor, lead_id=lead_id, now=self.now(), language=self.language
            )

    def previous(self, campaign_id: int) -> NextLead:
        """Back to the last person handled."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.previous(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                now=self.now(),
                language=self.language,
            )

    def upcoming(self, campaign_id: int, limit: int = 20) -> list[QueueLine]:
        """Who comes next and why."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.upcoming(
                session, actor=self.actor, campaign_id=campaign_id, now=self.now(), limit=limit
            )

    def search(self, text: str, campaign_id: int | None = None, limit: int = 20) -> list[QueueLine]:
        """Own people by name, number or id."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.search(session, actor=self.actor, text=text, campaign_id=campaign_id, limit=limit)

    def figures(self, campaign_id: int) -> Figures:
        """The seller's figures: ready, due, done today."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.figures(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def waiting(self, campaign_id: int) -> int:
        """How many wait for their time in this campaign."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.waiting(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def pace(self) -> tuple[HourCount, ...]:
        """The seller's own day, hour by hour."""
        from domain.calling import pace

        with self.database.reading() as session:
            return pace.by_hour(session, actor=self.actor, now=self.now())

    # ── call and outcome ─────────────────────────────────────────────────────────────────────────────────

    def start_call(self, lead_id: int, e164: str | None = None) -> DialTicket:
        """Check register and hours again and start the call; the dialler comes after it."""
        from domain.calling import dialling

        with self.database.transaction() as session:
            return dialling.start(session, actor=self.actor, lead_id=lead_id, e164=e164, now=self.now())

    def hang_up(self) -> None:
        """The conversation ended; wrap-up begins."""
        from domain.calling import dialling

        with self.database.transaction() as session:
            dialling.hang_up(session, actor=self.actor, now=self.now())

    def actions(self) -> tuple[ActionView, ...]:
        """The shop's active console actions, labelled in the configured language."""
        from domain.calling import actions

        with self.database.reading() as session:
            return actions.for_console(
                session, organisation_id=self.actor.organisation_id, language=self.language
            )

    def record(
        self,
        lead_id: int,
        action: str,
        *,
        reason: int | None = None,
        note: str | None = None,
        at: datetime | None = None,
        expected_version: int | None = None,
        sale: SaleInput | None = None,
    ) -> OutcomeResult:
        """Record an outcome: ``action`` is its slug, ``at`` the chosen time (aware UTC)."""
        from domain.calling import outcomes

        with self.database.transaction() as session:
            return outcomes.record(
                session,
                actor=self.actor,
                lead_id=lead_id,
                action=action,
                now=self.now(),
                reason=reason,
                note=note,
                at=at,
                expected_version=expected_version,
                sale=sale,
                language=self.language,
            )

    def add_reason(self, code: int) -> OutcomeResult:
        """Add a reason to the last outcome."""
        from domain.calling import reasons

        with self.database.transaction() as session:
            return reasons.add_reason(
                session, actor=self.actor, code=code, now=self.now(), language=self.language
            )

    def undo(self) -> UndoResult:
        """Take back the last outcome; ``next_lead`` of its campaign brings the person back on screen."""
        from domain.calling import undo

        with self.database.transaction() as session:
            return undo.undo(session, actor=self.actor, now=self.now(), language=self.language)

    def undo_depth(self) -> int:
        """How many outcomes can be taken back."""
        from domain.calling import undo

        with self.database.reading() as session:
            return undo.depth(session, actor=self.actor, now=self.now())

    def save_draft(self, lead_id: int, text: str) -> None:
        """Keep the note being written."""
        from domain.calling import drafts

        with self.database.transaction() as session:
            drafts.save(session, actor=self.actor, lead_id=lead_id, text=text, now=self.now())

    def products(self) -> list[ProductView]:
        """What can be sold."""
        from domain.sales import products

        with self.database.reading() as session:
            return products.listing(session, organisation_id=self.actor.organisation_id)

    def default_product(self, campaign_id: int) -> ProductView | None:
        """What a campaign sells when the seller just says "sold"."""
        from domain.sales import products

        with self.database.reading() as session:
            return products.default_of(
                session, organisation_id=self.actor.organisation_id, campaign_id=campaign_id
            )

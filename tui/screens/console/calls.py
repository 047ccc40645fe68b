"""The call itself: which number, dialling through the port, the timer, hanging up, pausing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.codes import SellerState
from domain.errors import DomainError
from tui import text
from tui.i18n import _
from tui.screens.console.recording import Recording
from tui.widgets.person import dialled_number

if TYPE_CHECKING:
    from domain.calling.dialling import DialTicket
    from domain.people.states import StateView


class Calling(Recording):
    """``_dialling`` is true between the key and the answer of the database."""

    _dialling = False

    def action_dial(self) -> None:
        """Start the call to the number on screen; during a call: end it."""
        if self.calling:
            self.action_hang_up()
            return
        if self.dossier is None or self.flow.busy or self._dialling or self.prompting:
            return
        phone = dialled_number(self.dossier, self.number)
        if phone is None:
            self.status.say(_("None of this person's numbers may be dialled."), "bad")
            return
        self._dialling = True
        self.flow.forget_reasons()
        self.flush_draft()
        lead_id, number, desk = self.dossier.lead_id, phone.e164, self.desk
        self.do(
            lambda: desk.start_call(lead_id, number), self._started, group="dial", failed=self._not_started
        )

    def _started(self, ticket: DialTicket) -> None:
        self._dialling = False
        if self.dossier is None or self.dossier.lead_id != ticket.lead_id:
            return
        # What the database counted and changed with this call, so that the outcome sees the same lead.
        self.dossier = replace(
            self.dossier,
            version=ticket.version,
            attempts=self.dossier.attempts + 1,
            dialling_since=ticket.started_at,
            dialled_number=ticket.e164,
        )
        self.number = ticket.e164
        self.enter(SellerState.TALKING, ticket.started_at)
        dialled = self.app.dialler.dial(ticket.e164)
        self.status.say(
            dialled.message,
            "warn" if dialled.trouble else "ok",
            ((self.shown_key("console.hang_up"), "key"), (" " + _("hang up"), "muted")),
        )
        self.paint_person(self.desk.now())
        self.refresh_bindings()

    def _not_started(self, error: DomainError) -> None:
        self._dialling = False
        self.status.say(error.message, "bad")

    def action_hang_up(self) -> None:
        """The conversation is over; the time until the outcome is wrap-up."""
        if not self.calling:
            return
        desk = self.desk
        self.app.dialler.hang_up()
        self.do(desk.hang_up, self._hung_up, group="dial", failed=self._say_error)

    def _hung_up(self, _nothing: None) -> None:
        now = self.desk.now()
        talked = text.duration((now - self.since).total_seconds()) if self.since else ""
        if self.calling:
            self.enter(SellerState.WRAP_UP, now)
            self.status.say(_("Call ended after {time}: choose its outcome.").format(time=talked), "accent")
        self.refresh_bindings()

    def _say_error(self, error: DomainError) -> None:
        self.status.say(error.message, "bad")

    def action_next_number(self) -> None:
        """The dial key takes the person's next usable number."""
        if self.dossier is None or self.calling:
            return
        usable = [each.e164 for each in self.dossier.phones if not (each.bad or each.do_not_call)]
        if len(usable) < 2:
            self.status.say(_("There is no other number that may be dialled."), "warn")
            return
        taken = dialled_number(self.dossier, self.number)
        at = usable.index(taken.e164) if taken is not None and taken.e164 in usable else -1
        self.number = usable[(at + 1) % len(usable)]
        self.paint_person(self.desk.now())
        self.status.say(
            _("{dial} dials {number} now.").format(
                dial=self.shown_key("console.dial"), number=text.phone(self.number)
            ),
            "accent",
        )

    def action_copy_number(self) -> None:
        """Copy without a call."""
        phone = dialled_number(self.dossier, self.number) if self.dossier else None
        if phone is not None:
            self.app.copy(phone.e164, _("the number"))

    # pausing

    def action_pause(self) -> None:
        """Choose why; the window stays until the seller goes on."""
        from tui.screens.pause import PauseScreen

        if self.calling or self.flow.busy or self.prompting:
            return
        self.flush_draft()
        self.app.push_screen(PauseScreen(self.campaign_id, self._paused), self._resumed)

    def _paused(self, state: StateView, label: str) -> None:
        """The pause began; the window stays."""
        self.enter(state.state, state.since, label)

    def _resumed(self, state: StateView | None) -> None:
        """The window closed: None where nobody paused, else what the seller is doing now."""
        if state is None:
            return
        self.enter(SellerState.READY, state.since)
        self.fetch()

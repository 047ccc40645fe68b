"""Moving through the queue: the next person, skip, back, jump, find, undo, and leaving the console."""

from __future__ import annotations

from collections.abc import Callable

from domain.calling.views import NextLead, QueueLine, UndoResult
from domain.codes import SellerState
from domain.errors import DomainError
from tui.i18n import _
from tui.screens.console.calls import Calling
from tui.widgets.people import PeoplePane


class Moving(Calling):
    """Everything here ends with another person on screen, or with a line that says why not."""

    _leaving = False

    def fetch(self) -> None:
        """The next person, or the one held."""
        desk, campaign = self.desk, self.campaign_id
        self.again = None
        self._take(lambda: desk.next_lead(campaign), failed=self._no_next)

    def _no_next(self, error: DomainError) -> None:
        if self.dossier is not None:
            self.again = self.fetch
            self.status.say(error.message, "bad", (("Enter", "key"), (" " + _("tries again"), "muted")))
        else:
            self.status.clear()
            self.could_not_get(error)

    def _take(
        self,
        call: Callable[[], NextLead],
        said: Callable[[NextLead], None] | None = None,
        failed: Callable[[DomainError], None] | None = None,
    ) -> None:
        """Keep the draft, then let ``call`` bring somebody; no outcome is taken meanwhile."""
        if self.flow.busy:
            return
        self.close_prompt()
        self.flow.cancel()
        self.flush_draft()
        self.flow.busy = True

        def arrived(got: NextLead) -> None:
            self.show_next(got)
            if said is not None:
                said(got)
            self.after_change()

        def refused(error: DomainError) -> None:
            self.flow.busy = False
            (failed or self._say_error)(error)

        self.do(call, arrived, group="move", failed=refused)

    def action_skip(self) -> None:
        """This person later, the next one now."""
        if self.dossier is None:
            return
        desk, campaign, name = self.desk, self.campaign_id, self.dossier.name
        self.flow.forget_reasons()

        def call() -> NextLead:
            desk.skip()
            return desk.next_lead(campaign)

        def said(_got: NextLead) -> None:
            self.status.say(
                _("{name} skipped.").format(name=name),
                "muted",
                ((self.shown_key("console.previous"), "key"), (" " + _("back"), "muted")),
            )

        self._take(call, said)

    def action_previous(self) -> None:
        """Back to the last person handled."""
        desk, campaign = self.desk, self.campaign_id
        self._take(lambda: desk.previous(campaign), self._say_back)

    def _say_back(self, got: NextLead) -> None:
        if got.dossier is not None:
            self.status.say(_("Back to {name}.").format(name=got.dossier.name), "accent")

    def jump(self, lead_id: int) -> None:
        """This very person on screen; the present one goes to the front of the queue."""
        if self.calling:
            self.say_calling()
            return
        desk = self.desk
        self.set_focus(None)
        self._take(lambda: desk.jump(lead_id), self._say_jumped)

    def _say_jumped(self, got: NextLead) -> None:
        if got.dossier is not None:
            self.status.say(_("{name} is on screen.").format(name=got.dossier.name), "accent")

    def say_calling(self) -> None:
        """Why this cannot be done during a call."""
        self.status.say(
            _("A call is running: {key} ends it, then choose its outcome.").format(
                key=self.shown_key("console.hang_up")
            ),
            "warn",
        )

    # queue and search

    def action_queue(self) -> None:
        """Into the queue pane, which takes the left column where there is no third one."""
        if self.queue.has_focus:
            self.leave_panes()
            return
        if not self.has_third:
            self.peek("queue")
        self.queue.focus()
        self.read_queue()

    def action_details(self) -> None:
        """Everything about the person, in the place of the left column where there is no third one."""
        if self.contact.has_focus:
            self.leave_panes()
            return
        self.contact.whole = True
        if not self.has_class("-tall") or self.has_class("-wide") or self.has_class("-huge"):
            self.peek("contact")
        self.contact.focus()
        self.contact.redraw()

    @property
    def has_third(self) -> bool:
        """Queue and contact stand on the screen anyway: beside the outcomes, or below them."""
        return any(self.has_class(name) for name in ("-wide", "-huge", "-tall"))

    def peek(self, what: str) -> None:
        """Bring a pane of the third column to the front."""
        self.set_class(True, "-peek")
        self.set_class(what == "queue", "-peek-queue")
        self.set_class(what == "contact", "-peek-contact")

    def leave_panes(self) -> None:
        """The keys to the outcomes, the columns as they were."""
        self.set_focus(None)
        self.set_class(False, "-peek")
        self.set_class(False, "-peek-queue")
        self.set_class(False, "-peek-contact")
        if self.contact.whole:
            self.contact.whole = False
            self.contact.redraw()

    def on_people_pane_picked(self, event: PeoplePane.Picked) -> None:
        """Enter or a click in the queue."""
        event.stop()
        self.leave_panes()
        if self.dossier is not None and event.line.lead_id == self.dossier.lead_id:
            return
        self.jump(event.line.lead_id)

    def action_find(self) -> None:
        """Search own people."""
        from tui.screens.search import SearchScreen

        self.flush_draft()

        def found(line: QueueLine | None) -> None:
            if line is not None:
                self.jump(line.lead_id)

        self.app.push_screen(SearchScreen(self.reader), found)

    # undo

    def action_undo(self) -> None:
        """Take back the last outcome and bring the person back."""
        if self.calling:
            self.say_calling()
            return
        desk = self.desk
        undone: list[UndoResult] = []
        self.flow.forget_reasons()

        def call() -> NextLead:
            undone.append(desk.undo())
            return desk.next_lead(undone[0].campaign_id)

        def said(_got: NextLead) -> None:
            result = undone[0]
            notes = " ".join(result.notices)
            self.status.say(
                _("Undone: {name}, {outcome}. {notes}").format(
                    name=result.name, outcome=result.label.lower(), notes=notes
                ),
                "warn" if result.kept or result.notices else "ok",
            )

        def refused(error: DomainError) -> None:
            if undone:
                self.could_not_get(error)
            else:
                self.status.say(error.message, "warn")

        self._take(call, said, refused)

    # leaving

    def action_campaigns(self) -> None:
        """Give the person back and leave the console."""
        if self.calling:
            self.say_calling()
            return
        if self._leaving:
            self.dismiss(None)
            return
        self._leaving = True
        self.flush_draft()
        desk, campaign = self.desk, self.campaign_id

        def leave() -> None:
            desk.leave()
            desk.enter_state(SellerState.AWAY, campaign_id=campaign)

        def refused(error: DomainError) -> None:
            key = self.shown_key("console.campaigns")
            self.status.say(
                _("{key} again leaves anyway; the claim ends by itself. {error}").format(
                    error=error.message, key=key
                ),
                "bad",
            )

        self.do(leave, lambda _none: self.dismiss(None), group="leave", failed=refused)

"""What the console does by itself: reads figures and queue, keeps the claim, looks for work, rings for callbacks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from textual.timer import Timer

from domain.calling.views import Figures, QueueLine
from domain.codes import SellerState
from domain.errors import DomainError
from domain.people.rights import READING_ROLES
from tui.i18n import _, several
from tui.screens.console.messages import Hearing

if TYPE_CHECKING:
    from domain.calling.pace import HourCount

TICK_SECONDS = 1.0
FIGURES_SECONDS = 10.0
LOOK_SECONDS = 3.0
RENEW_SECONDS = 180.0
WAITING_SECONDS = 60.0
BEAT_SECONDS = 60.0
SETTLE_SECONDS = 0.25
"""After a person was painted: how long until queue and figures are read again, off the path of a key."""
LOOK_ANYWAY = timedelta(seconds=30)


class Background(Hearing):
    """Nothing here ever stands between a key and its answer; what fails is tried again at the next turn."""

    _settle: Timer | None = None

    def start_clocks(self) -> None:
        """Begin what repeats."""
        self.set_interval(TICK_SECONDS, self.tick)
        self.set_interval(FIGURES_SECONDS, self.read_figures)
        if self.desk.actor.role in READING_ROLES:
            self.set_interval(FIGURES_SECONDS, self.read_alerts)
        self.set_interval(LOOK_SECONDS, self.look_for_work)
        self.set_interval(RENEW_SECONDS, self.keep_claim)
        self.set_interval(WAITING_SECONDS, self.count_waiting)
        self.set_interval(FIGURES_SECONDS, self.read_messages)
        self.set_interval(BEAT_SECONDS, self.beat)
        self.beat()
        self._looked_at = self.desk.now()

    def after_change(self) -> None:
        """Another person is on screen: queue and figures shortly afterwards."""
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.set_timer(SETTLE_SECONDS, self._settled)

    def _settled(self) -> None:
        self._settle = None
        self.read_queue()
        self.read_figures()
        self.read_pace()

    def read_pace(self) -> None:
        """The plot of the day, where there is room for it."""
        if self.day.size:
            self.ask(self.desk.pace, self._show_pace, group="pace", failed=self._quietly)

    def _show_pace(self, hours: tuple[HourCount, ...]) -> None:
        self.day.show(self.figures, hours)

    def top_up(self) -> None:
        """The hopper runs low: fill it, beside the writes of the keys."""
        desk, campaign = self.desk, self.campaign_id
        self.ask(lambda: desk.top_up(campaign), lambda _result: None, group="top-up", failed=self._quietly)

    def read_queue(self) -> None:
        """Who comes next, for the pane."""
        desk, campaign = self.desk, self.campaign_id
        self.ask(lambda: desk.upcoming(campaign, 30), self._show_queue, group="queue", failed=self._quietly)

    def _show_queue(self, people: list[QueueLine]) -> None:
        self.queue.empty = _("nobody waits")
        here = self.dossier.lead_id if self.dossier else None
        # Read while the person before was on screen, the list may hold the present one.
        shown = [line for line in people if line.lead_id != here]
        # Callbacks still to come before the nameless pool: they are what the seller must not forget.
        shown.sort(key=lambda line: 2 if line.why == "pool" else int(line.why == "callback" and not line.due))
        self.queue.show(shown, self.desk.now())

    def read_figures(self) -> None:
        """Ready, due, done; due callbacks ring."""
        desk, campaign = self.desk, self.campaign_id
        self.ask(lambda: desk.figures(campaign), self._show_figures, group="figures", failed=self._lose)

    def _show_figures(self, figures: Figures) -> None:
        if self.lost:
            self.lost = False
            if self.flow.kept is None:
                self.status.say(_("The database answers again."), "ok")
        before, self.figures = self.figures, figures
        self.paint_figures()
        if figures.due > before.due:
            self._ring(figures.due)

    def _ring(self, due: int) -> None:
        """A callback fell due: bell and a line below, for a window over the outcomes would hide them."""
        text = several("{count} callback due now", "{count} callbacks due now", due)
        self.figures_line.tell(((f"◷ {text} ", "cursor"), (f" {self.shown_key('console.queue')}", "key")))
        self.app.bell()
        self.read_queue()

    def count_waiting(self) -> None:
        """How many wait for their time; a longer count, so only now and then."""
        desk, campaign = self.desk, self.campaign_id
        self.ask(lambda: desk.waiting(campaign), self._show_waiting, group="waiting", failed=self._quietly)

    def _show_waiting(self, waiting: int) -> None:
        self.waiting = waiting
        self.paint_figures()

    def look_for_work(self) -> None:
        """With nobody on screen: is there somebody now?"""
        if self.dossier is not None or self.flow.busy or not self.is_active:
            return
        now = self.desk.now()
        due = self.next_at is not None and now >= self.next_at
        if due or self.again is not None or now - self._looked_at >= LOOK_ANYWAY:
            self._looked_at = now
            (self.again or self.fetch)()
            return
        desk, campaign = self.desk, self.campaign_id
        self.ask(lambda: desk.figures(campaign), self._maybe_work, group="look", failed=self._lose)

    def _maybe_work(self, figures: Figures) -> None:
        if self.dossier is None and (figures.ready or figures.due > self.due_elsewhere):
            self._looked_at = self.desk.now()
            self.fetch()

    def keep_claim(self) -> None:
        """Renew the claim while the console is open; in a pause it ends by itself when its time is over."""
        if self.dossier is not None and self.state is not SellerState.PAUSED:
            self.do(self.desk.renew, group="renew", failed=self._lose)

    def beat(self) -> None:
        """Let those who lead know that this console is open, also in a pause and with nobody to call.

        Not in the line of writes, where a key's would wait behind it; one that is lost is followed by the next.
        """
        self.ask(self.desk.beat, lambda _nothing: None, group="beat", failed=self._quietly)

    def _quietly(self, error: DomainError) -> None:
        """Tried again at the next turn; a key that needs the database tells what is wrong."""

    def _lose(self, error: DomainError) -> None:
        if not self.lost:
            self.lost = True
            self.status.say(
                _("{error} Person and note stay here; keys try again.").format(error=error.message), "bad"
            )

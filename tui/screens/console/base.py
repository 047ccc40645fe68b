"""What the console keeps in mind and how it paints it; the keys' work is in the modules beside this one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from domain.calling.views import Dossier, Figures, NextLead
from domain.codes import SellerState
from tui.i18n import _, several
from tui.screens.base import CommandScreen
from tui.screens.console.flow import Flow
from tui.screens.console.guard import Guard
from tui.screens.console.prompt import Prompt
from tui.widgets.contact import ContactPane
from tui.widgets.figures import DayPane, FiguresLine
from tui.widgets.history import HistoryPane
from tui.widgets.key_line import KeyLine
from tui.widgets.note import NoteArea, NoteTitle
from tui.widgets.outcomes import OutcomeBoard
from tui.widgets.people import PeoplePane
from tui.widgets.person import PersonPane, opening
from tui.widgets.script import ScriptPane, fill, rows_needed
from tui.widgets.state_bar import StateBar
from tui.widgets.status_line import StatusLine
from tui.widgets.wording import Reader, zone_of

HISTORY_ROWS = 11
"""Rows the history keeps beside a long script, its title included."""


class LeftColumn(Vertical):
    """Script and history; tells the screen when there is another height to share."""

    def on_resize(self) -> None:
        if isinstance(self.screen, ConsoleBase):
            self.screen.share_left()


class ConsoleBase(CommandScreen[None]):
    """State and painting.

    ``dossier`` is the person on screen, None while there is nobody; ``number`` the one chosen for the dial
    key; ``again`` what Enter tries once more after something failed; ``lost`` whether it was said that the database
    does not answer. ``ticks`` is a monotonic clock.
    """

    AUTO_FOCUS = ""

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.campaign = name
        self.flow = Flow()
        self.guard = Guard()
        self.ticks: Callable[[], float] = time.monotonic
        self.dossier: Dossier | None = None
        self.figures = Figures()
        self.waiting: int | None = None
        self.number: str | None = None
        self.state = SellerState.READY
        self.state_note = ""
        self.since: datetime | None = None
        self.again: Callable[[], None] | None = None
        self.next_at: datetime | None = None
        self.due_elsewhere = 0
        self.lost = False
        self.reader = Reader()
        self._painted_minute: datetime | None = None
        self._shared: object = None
        self._possible: object = None

    def compose(self) -> ComposeResult:
        preferences = self.desk.preferences
        self.reader = reader = Reader(preferences.zone, preferences.language)
        self.bar = StateBar()
        self.person = PersonPane(reader)
        self.left = LeftColumn(id="left")
        self.script = ScriptPane(_("Script"))
        self.history = HistoryPane(_("History"), reader)
        self.board = OutcomeBoard(_("Outcome"), reader)
        self.queue = PeoplePane(_("Next"), reader, id="queue")
        self.contact = ContactPane(_("Contact"), reader)
        self.day = DayPane(_("Today"))
        self.note_title = NoteTitle(_("Note"))
        self.note = NoteArea()
        self.figures_line = FiguresLine()
        self.status = StatusLine(self.figures_line.go_on)
        yield self.bar
        yield self.person
        with Horizontal(id="work"):
            with self.left:
                yield self.script
                yield self.history
            yield self.board
            with Vertical(id="side"):
                yield self.queue
                yield self.contact
                yield self.day
        with Vertical(id="foot"):
            yield self.note_title
            yield self.note
        yield self.status
        yield self.figures_line
        yield KeyLine()

    # what the modules beside this one do

    def fetch(self) -> None:
        """Ask for the next person (or the one held)."""
        raise NotImplementedError

    def after_change(self) -> None:
        """The queue and the figures of the day are to be read again soon."""
        raise NotImplementedError

    def read_queue(self) -> None:
        """Who comes next is to be read now."""
        raise NotImplementedError

    # what is true

    @property
    def calling(self) -> bool:
        """A call is running."""
        return self.state is SellerState.TALKING

    @property
    def prompting(self) -> bool:
        """A prompt stands where the note stands."""
        return bool(self.query(Prompt))

    @property
    def typing(self) -> bool:
        """A field has the letters."""
        return self.note.has_focus or self.prompting

    def shown_key(self, command: str) -> str:
        """The key of a command now, as a person reads it."""
        return self.app.keys.shown(command)

    # painting

    def show_next(self, got: NextLead) -> None:
        """Put the next person on screen, or say why there is nobody."""
        self.figures = got.figures
        self.again = None
        self.flow.cancel()
        self.flow.busy = False
        self.board.note()
        if got.dossier is None:
            self._show_nobody(got)
        else:
            self._show_person(got.dossier)
        self.paint_figures()
        self.follow_state()

    def _show_person(self, dossier: Dossier) -> None:
        self.dossier, self.number, self.next_at = dossier, None, None
        self.flow.somebody = True
        self.note.begin(dossier.draft)
        self.note_title.tell(_("Note"))
        now = self.desk.now()
        if dossier.dialling_since is not None:
            self.number = dossier.dialled_number
            self.enter(SellerState.TALKING, dossier.dialling_since)
        elif dossier.dialled_number is not None:
            self.number = dossier.dialled_number
            self.enter(SellerState.WRAP_UP, now)
        else:
            self.enter(SellerState.READY, now)
        self.paint_person(now)
        self.queue.leave_out(dossier.lead_id)
        self.bar.tell(campaign=dossier.campaign, user=self.desk.actor.name, database=self.desk.database_label)
        self.guard.painted(self.ticks())
        self.call_after_refresh(lambda: self.guard.painted(self.ticks()))

    def _show_nobody(self, got: NextLead) -> None:
        had = self.dossier
        self.dossier, self.number, self.next_at = None, None, got.next_at
        self.due_elsewhere = got.figures.due
        self.flow.somebody = False
        self.note.begin("")
        now = self.desk.now()
        soon = _("This screen looks again by itself.")
        if got.next_at is not None:
            soon = _("Next: {time}. ").format(time=self.reader.moment(got.next_at, now)) + soon
        if got.figures.due:
            elsewhere = several(
                "{count} callback of yours is due in another campaign",
                "{count} callbacks of yours are due in other campaigns",
                got.figures.due,
            )
            soon = f"{elsewhere} ({self.shown_key('console.campaigns')}). {soon}"
        keys = _(
            "{find} find somebody · {back} back to the last person · {campaigns} other campaigns"
        ).format(
            find=self.shown_key("console.find"),
            back=self.shown_key("console.previous"),
            campaigns=self.shown_key("console.campaigns"),
        )
        self.person.say(got.why or _("Nobody to call now."), soon, keys)
        for pane in (self.history, self.contact, self.board):
            pane.show(None, now)
        self.script.show("")
        if self.state is not SellerState.PAUSED:
            self.enter(SellerState.READY, self.since if had is None and self.since else now)

    def paint_person(self, now: datetime) -> None:
        """The person with everything that depends on the minute."""
        dossier = self.dossier
        if dossier is None:
            return
        self._painted_minute = now.replace(second=0, microsecond=0)
        self.person.show(dossier, now, self.number)
        self.board.show(dossier, now)
        self.history.show(dossier, now)
        self.contact.show(dossier, now, self.number)
        self.script.show(
            fill(dossier.script, self._blanks(dossier)),
            _("no script; a supervisor adds it (campaigns edit --script)"),
        )
        self.share_left()

    def share_left(self) -> None:
        """Give the script the rows it needs, as far as the history keeps some; laid out anew only when
        another script or another size comes.
        """
        size = self.left.size
        if self.dossier is None or not size or (self.dossier.script, size) == self._shared:
            return
        self._shared = (self.dossier.script, size)
        most = max(size.height * 2 // 5, size.height - HISTORY_ROWS)
        source = fill(self.dossier.script, self._blanks(self.dossier))
        self.script.styles.height = max(3, min(rows_needed(source, size.width) + 1, most))

    def _blanks(self, dossier: Dossier) -> dict[str, str]:
        """What a script may name."""
        actor = self.desk.actor
        local = zone_of(dossier)
        return {
            **dict(dossier.attributes),
            "name": dossier.name,
            "first_name": dossier.name.split(" ")[0],
            "company": dossier.company or "",
            "seller": actor.full_name or actor.name,
            "campaign": dossier.campaign,
            "time": f"{self.desk.now().astimezone(local):%H:%M}",
        }

    def paint_figures(self) -> None:
        """The seller's figures wherever they stand."""
        self.figures_line.show(self.figures, self.waiting)
        self.day.show(self.figures, self.day.hours)

    def enter(self, state: SellerState, since: datetime, note: str = "") -> None:
        """The seller is doing something else since then."""
        self.state, self.since, self.state_note = state, since, note
        self.bar.show(state, since, self.desk.now(), note)
        self.follow_state()

    def follow_state(self) -> None:
        """The line of keys shows what can be done now: during a call, with nobody, without a number."""
        possible = tuple(self.condition(name) for name in ("person", "calling", "can_dial"))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def tick(self) -> None:
        """Once a second: the clocks that are on screen."""
        now = self.desk.now()
        if self.since is not None:
            self.bar.show(self.state, self.since, now, self.state_note)
        if self.dossier is None or self._painted_minute is None:
            return
        if now - self._painted_minute >= timedelta(minutes=1):
            was = opening(self.dossier, self._painted_minute)[0]
            self.paint_person(now)
            if was and not opening(self.dossier, now)[0]:
                self.status.say(_("The calling hours of this person have just ended."), "warn")

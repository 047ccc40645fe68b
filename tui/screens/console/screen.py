"""The seller console: the keys, what they may do now, and how it begins and ends.

The work behind the keys is in the modules beside this one; what outcomes mean is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import events

from domain.calling.views import ActionView, NextLead
from domain.codes import SellerState
from domain.errors import DomainError
from tui import commands
from tui.i18n import _
from tui.keymap import shown_key
from tui.screens.base import HelpLine
from tui.screens.console import layout
from tui.screens.console.background import Background
from tui.screens.console.recording import HINT_SECONDS
from tui.widgets.person import dialled_number

AT_ONCE = frozenset({"console.undo", "console.note", "app.help"})
"""Letters that work also while the others rest after a new person: they record nothing and call nobody."""
AFTER_NOTE = frozenset({"console.note"})
"""After a note only this one does: digits and undo would change what was recorded before."""


class ConsoleScreen(Background):
    """Opens the queue of one campaign and works it until the seller leaves."""

    REGISTRY = "console"
    BINDINGS = commands.bindings("console")
    CSS = layout.CSS
    HORIZONTAL_BREAKPOINTS = layout.HORIZONTAL
    VERTICAL_BREAKPOINTS = layout.VERTICAL

    def on_mount(self) -> None:
        """Ask for outcomes and the first person; paint the frame meanwhile."""
        self._by_key = {
            key: command
            for command in commands.COMMANDS
            if "console" in command.screens or commands.EVERYWHERE in command.screens
            for key in self.app.keys.keys_of(command)
        }
        actor = self.desk.actor
        self.bar.tell(campaign=self.campaign, user=actor.name, database=self.desk.database_label)
        self.note.hint(self.shown_key("console.note"))
        self.history.hint = _("{key} dials").format(key=self.shown_key("console.dial"))
        self.contact.hint = " · " + _("{key} writes a note").format(key=self.shown_key("console.note"))
        self.person.say(_("Looking for the next person …"))
        self.open_queue()
        self.start_clocks()

    def open_queue(self) -> None:
        """The outcomes and the first person; the person of last time, with the draft, where there is one."""
        self.again = None
        self.flow.busy = True
        desk, campaign = self.desk, self.campaign_id

        def first() -> tuple[tuple[ActionView, ...], NextLead]:
            actions, got = desk.actions(), desk.next_lead(campaign)
            if got.dossier is None or got.dossier.dialled_number is None:
                desk.enter_state(SellerState.READY, campaign_id=campaign)
            return actions, got

        self.do(first, self._opened, group="open", failed=self._not_opened)

    def _opened(self, answer: tuple[tuple[ActionView, ...], NextLead]) -> None:
        actions, got = answer
        self.offer_actions(actions)
        self.show_next(got)
        if got.dossier is not None and got.dossier.draft:
            self.status.say(_("Your draft of the note is here again."), "accent")
        self.after_change()
        self.count_waiting()

    def _not_opened(self, error: DomainError) -> None:
        self.flow.busy = False
        self.person.say(error.message, _("Enter tries again."))
        self.again = self.open_queue

    def show_next(self, got: NextLead) -> None:
        super().show_next(got)
        self.draft_begins(self.note.text)
        if got.low:
            self.top_up()

    # keys

    def on_key(self, event: events.Key) -> None:
        """Outcomes, reasons and the rest after a new person; commands are bindings and come after this."""
        if self.typing:
            return
        key = event.key
        command = self._by_key.get(key)
        if event.is_printable and self.guard.rests(self.ticks()) and not self._at_once(key, command):
            event.stop()
            event.prevent_default()
            self.say_resting()
            return
        if key == "escape":
            self._escape(event)
        elif key == "enter" and self.again is not None and self.focused is None:
            event.stop()
            self.again()
        elif event.is_printable or self.flow.pending is None:
            self._letter(event, command)

    def _at_once(self, key: str, command: commands.Command | None) -> bool:
        if self.guard.writing:
            return command is not None and command.id in AFTER_NOTE
        return key.isdigit() or (command is not None and command.id in AT_ONCE)

    def _letter(self, event: events.Key, command: commands.Command | None) -> None:
        step = self.flow.press(event.key)
        if step is not None:
            event.stop()
            event.prevent_default()
            self.carry_out(step)
        elif command is not None and self.calling and command.when in {"not_calling", "can_move"}:
            event.stop()
            event.prevent_default()
            self.guard.painted(self.ticks())  # what is typed for the refused command is no outcome
            self.say_calling()
        else:
            self._say_nothing_happens(event, command)

    def _say_nothing_happens(self, event: events.Key, command: commands.Command | None) -> None:
        """A key that does nothing here, or not now, says so; what stood in the line comes back."""
        if command is not None:
            why = "" if not command.when or self.condition(command.when) else self._why_not(command.when)
        elif event.key in self.active_bindings:
            return
        else:
            why = _("{key} means nothing here.").format(key=shown_key(event.key))
        if why:
            event.stop()
            event.prevent_default()
            help_key = _("{key} shows the keys.").format(key=self.shown_key("app.help"))
            self.status.flash(f"{why} {help_key}", "warn", HINT_SECONDS)

    def _why_not(self, condition: str) -> str:
        if condition == "calling":
            return _("No call is running.")
        if self.dossier is None:
            return _("There is nobody on screen.")
        return _("None of this person's numbers may be dialled.") if condition == "can_dial" else ""

    def hear(self, line: str, seconds: float) -> bool:
        """A word of the application stands where keys are answered."""
        self.status.flash(line, "accent", seconds)
        return True

    def _escape(self, event: events.Key) -> None:
        event.stop()
        if (self.flow.pending or self.flow.kept) is not None and not self.flow.busy:
            self.abandon()
        else:
            self.leave_panes()

    def condition(self, name: str) -> bool:
        """What the registry asks before a command."""
        if name == "person":
            return self.dossier is not None
        if name == "calling":
            return self.calling
        if name == "not_calling":
            return not self.calling
        if name == "can_move":
            return not self.calling
        if name == "can_dial":
            return self.dossier is not None and dialled_number(self.dossier, self.number) is not None
        return True

    def help_lines(self) -> Iterator[HelpLine]:
        """Each outcome with what it sets, for help and palette."""
        keys = {action.slug: key for key, action in self.flow.by_key.items()}
        for action in self.actions:
            key = keys.get(action.slug)
            yield HelpLine(
                shown_key(key) if key else "",
                action.label,
                _("Outcomes"),
                _("Sets {status} {resolution}").format(
                    status=action.campaign_status, resolution=action.resolution
                ),
                partial(self.choose, action),
            )
        for key, action in self.flow.timed.items():
            yield HelpLine(
                key,
                _("{outcome}, at a time").format(outcome=action.label),
                _("Outcomes"),
                _("Asks when"),
                partial(self._choose_timed, action),
            )
        yield HelpLine("1–9 0", _("why"), _("Outcomes"), _("Adds a reason to the last outcome; 0 shows more"))

    def _choose_timed(self, action: ActionView) -> None:
        self.carry_out(self.flow.choose(action, timed=True))

    # the end

    def farewell(self) -> Callable[[], None] | None:
        """The draft, and that the seller is away; the claim stays for the next sign-in."""
        draft = self.unsaved_draft()
        desk, campaign = self.desk, self.campaign_id

        def work() -> None:
            if draft is not None:
                draft()
            desk.enter_state(SellerState.AWAY, campaign_id=campaign)

        return work

"""From the key of an outcome to the next person on screen, with what may be asked on the way."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.calling.views import ActionView, NextLead, OutcomeResult, ReasonView
from domain.errors import DomainError
from tui import i18n, keymap
from tui.i18n import _
from tui.keymap import shown_key
from tui.screens.console.flow import PAGE, Ask, Outcome, Step
from tui.screens.console.notes import NoteKeeping
from tui.screens.console.prompt import Prompt, TimePrompt
from tui.screens.console.sale_prompt import SalePrompt
from tui.widgets.lines import Line, Span, cells
from tui.widgets.outcomes import OutcomeBoard

if TYPE_CHECKING:
    from domain.sales.products import ProductView

HINT_SECONDS = 1.5
SLOW_SECONDS = 0.15
"""After this long a write that is still running is told beside its outcome."""
SENT_AGAIN_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""How long an outcome waits each time before it is sent again over a connection that broke."""


class Recording(NoteKeeping):
    """Carries out the steps of the flow. ``actions`` are the shop's outcomes."""

    actions: tuple[ActionView, ...] = ()
    _broken = 0

    def offer_actions(self, actions: tuple[ActionView, ...]) -> None:
        """Give the shop's outcomes to the keys and to the board."""
        self.actions = actions
        keys = keymap.action_keys(self.app.keys, actions)
        self.flow.by_key, self.flow.timed = keys.by_key, keys.timed
        timed = {action.slug: key for key, action in keys.timed.items()}
        self.board.offer(actions, keys.by_slug, timed)
        if keys.problems:
            self.status.say(" ".join(keys.problems), "warn")

    # steps

    def choose(self, action: ActionView) -> None:
        """An outcome from the palette, the help or the board."""
        self.carry_out(self.flow.choose(action))

    def on_outcome_board_picked(self, event: OutcomeBoard.Picked) -> None:
        """Enter or a click on the board is as good as the key."""
        event.stop()
        if self.guard.rests(self.ticks()):
            self.say_resting()
            return
        action = next((each for each in self.actions if each.slug == event.slug), None)
        if action is not None and not self.prompting:
            self.choose(action)

    def say_resting(self) -> None:
        """A letter came too soon after this person appeared, or after the note was ended."""
        told = _("New person: letters rest for a moment. {key} writes a note.")
        if self.guard.writing:
            told = _("The note is kept; letters rest for a moment. {key} writes on.")
        self.status.flash(told.format(key=self.shown_key("console.note")), "warn", HINT_SECONDS)

    def carry_out(self, step: Step) -> None:
        """Do what the flow decided."""
        if step.ask is Ask.RECORD and step.outcome is not None:
            self._record(step.outcome)
        elif step.ask is Ask.ADD_REASON:
            self._add_reason(step.code)
        elif step.ask is Ask.MORE_REASONS:
            self._show_offered()
        elif step.outcome is not None:
            self._ask(step.ask, step.outcome)
        elif step.ask is Ask.NOBODY:
            self.status.say(_("There is nobody on screen."), "warn")
        elif step.ask is Ask.NOT_A_REASON:
            self.status.say(_("There is no reason with that digit."), "warn")

    def _ask(self, ask: Ask, outcome: Outcome) -> None:
        action = outcome.action
        if ask is Ask.CONFIRM:
            key = self._key_of(action, timed=outcome.timed)
            again = _("press {key} again").format(key=key) if key else _("choose it again")
            self.board.note(action.slug, f"‼ {again}", short=_("again"))
            self.status.say(
                _("{outcome}? {again} to confirm; any other key cancels.").format(
                    outcome=action.label, again=again[:1].upper() + again[1:]
                ),
                "warn",
            )
        elif ask is Ask.REASON:
            self.board.note(action.slug, _("why?"))
            self._show_reasons(_("{outcome}: why?").format(outcome=action.label), action.reasons, "Esc")
        elif ask is Ask.TIME:
            self.board.note(action.slug, _("when?"))
            self._open(self._time_prompt(action))
        elif ask is Ask.SALE:
            self.board.note(action.slug, _("what?"))
            self._ask_sale(action)
        elif ask is Ask.CANCELLED:
            self.abandon(outcome)
        elif ask is Ask.NOT_A_REASON:
            self._show_reasons(
                _("{outcome}: a digit says why").format(outcome=action.label), action.reasons, "Esc"
            )

    def abandon(self, outcome: Outcome | None = None) -> None:
        """Nothing is recorded; the person stays."""
        given_up = outcome or self.flow.pending
        kept = self.flow.kept
        self.flow.cancel()
        self.board.note()
        if kept is not None:
            told = _("{outcome} is not sent again. Whether it arrived is seen in the history.")
            self.status.say(told.format(outcome=kept.action.label), "warn")
        if given_up is None:
            return
        self.status.say(_("{outcome} not recorded.").format(outcome=given_up.action.label), "muted")

    def _key_of(self, action: ActionView, *, timed: bool = False) -> str:
        table = self.flow.timed if timed else self.flow.by_key
        return next((shown_key(key) for key, each in table.items() if each.slug == action.slug), "")

    # prompts

    def _time_prompt(self, action: ActionView, offered: datetime | None = None) -> TimePrompt:
        assert self.dossier is not None
        return TimePrompt(action, self.dossier, self.reader, self.desk.now, offered)

    def _ask_sale(self, action: ActionView) -> None:
        """Open the prompt at once; what can be sold is read meanwhile."""
        assert self.dossier is not None
        prompt = SalePrompt(action, i18n.language())
        self._open(prompt)
        desk, campaign = self.desk, self.dossier.campaign_id

        def read() -> tuple[list[ProductView], ProductView | None]:
            return desk.products(), desk.default_product(campaign)

        self.ask(read, lambda answer: prompt.offer(*answer), group="products", failed=self._unsellable)

    def _unsellable(self, error: DomainError) -> None:
        """Without the list a sale of the campaign's product is still one key away."""
        if self.prompting:
            self.status.say(error.message, "bad")

    def _open(self, prompt: Prompt) -> None:
        self.note.display = False
        self.note_title.tell(_("{outcome} – Esc cancels").format(outcome=prompt.action.label))
        self.query_one("#foot").mount(prompt)

    def close_prompt(self) -> None:
        """The note stands in its place again."""
        if not self.prompting:
            return
        self.set_focus(None)
        self.query(Prompt).remove()
        self.note.display = True
        self.note_title.tell(_("Note"))

    def on_prompt_told(self, event: Prompt.Told) -> None:
        """What was understood so far."""
        event.stop()
        if self.flow.pending is not None:
            self.status.tell(event.line, event.kind, event.end)

    def on_prompt_abandoned(self, event: Prompt.Abandoned) -> None:
        """Esc in a prompt."""
        event.stop()
        self.close_prompt()
        self.abandon()

    def on_time_prompt_answered(self, event: TimePrompt.Answered) -> None:
        """A time was chosen."""
        event.stop()
        if self.flow.pending is not None:
            self.close_prompt()
            self.carry_out(self.flow.answered_time(event.at))

    def on_sale_prompt_answered(self, event: SalePrompt.Answered) -> None:
        """A sale was chosen."""
        event.stop()
        if self.flow.pending is not None:
            self.close_prompt()
            self.carry_out(self.flow.answered_sale(event.sale))

    # writing

    def _record(self, outcome: Outcome) -> None:
        dossier = self.dossier
        assert dossier is not None
        desk, home, note = self.desk, self.campaign_id, self.note.text
        self._stop_timer()

        def write() -> tuple[OutcomeResult, NextLead | DomainError]:
            result = desk.record(
                dossier.lead_id,
                outcome.action.slug,
                reason=outcome.reason,
                note=note,
                at=outcome.at,
                expected_version=dossier.version,
                sale=outcome.sale,
            )
            try:
                return result, desk.next_lead(home)
            except DomainError as error:
                return result, error

        self.set_timer(SLOW_SECONDS, lambda: self._say_slow(outcome))
        self.do(write, self._recorded, group="outcome", failed=lambda error: self._failed(outcome, error))

    def _say_slow(self, outcome: Outcome) -> None:
        if self.flow.busy and self.flow.pending is outcome:
            self.board.note(outcome.action.slug, _("saving …"), short="…")

    def _recorded(self, answer: tuple[OutcomeResult, NextLead | DomainError]) -> None:
        result, following = answer
        if self.calling:
            self.app.dialler.hang_up()
        self.flow.recorded(result)
        self._broken = 0
        self._tell_result(result)
        self.draft_begins("")
        if isinstance(following, DomainError):
            self.could_not_get(following)
        else:
            self.show_next(following)
        self.after_change()

    def could_not_get(self, error: DomainError) -> None:
        """The next person could not be fetched; Enter tries again, and so does the clock."""
        self.show_next(NextLead(None, self.figures, why=error.message))
        self.again = self.fetch
        self.status.tell(
            (
                *self.status.line,
                (" ", "text"),
                (_("Next person: {error}").format(error=error.message), "bad"),
            ),
            "warn",
            (("Enter", "key"), (" " + _("tries again"), "muted")),
        )

    def _failed(self, outcome: Outcome, error: DomainError) -> None:
        """Nothing was written: person, note and pressed outcome stay, with what was wrong."""
        if error.code == "database_unreachable" and self.dossier is not None:
            self._keep(outcome, error)
            return
        self.flow.failed()
        nearest = getattr(error, "nearest", None)
        if self.dossier is not None and error.code == "reason_required" and outcome.action.reasons:
            self.carry_out(self.flow.ask_reason(outcome))
        elif self.dossier is not None and (error.code == "time_required" or nearest is not None):
            self.flow.ask_time(outcome)
            self.board.note(outcome.action.slug, _("when?"))
            self._open(self._time_prompt(outcome.action, nearest))
        elif error.code == "already_handled":
            self.board.note()
            self.again = self.fetch
            self.status.say(error.message, "bad", (("Enter", "key"), (" " + _("next person"), "muted")))
        else:
            key = self._key_of(outcome.action, timed=outcome.timed)
            self.board.note(outcome.action.slug, _("✕ not saved"), "bad", short="✕")
            again = _("{key} tries again").format(key=key) if key else _("choose it again")
            self.status.say(
                _("{outcome} not saved: {error}").format(outcome=outcome.action.label, error=error.message),
                "bad",
                ((again, "key"),),
            )
        self.flush_draft()

    def _keep(self, outcome: Outcome, error: DomainError) -> None:
        """The connection broke: sent again by itself, later each time, and recorded once, whatever arrived."""
        self.flow.lost()
        self.lost = True
        seconds = SENT_AGAIN_SECONDS[min(self._broken, len(SENT_AGAIN_SECONDS) - 1)]
        self._broken += 1
        self.board.note(outcome.action.slug, _("↻ kept"), "bad", short="↻")
        told = _("{outcome} kept, sent again in {seconds} s. {error}")
        key = self._key_of(outcome.action, timed=outcome.timed)
        self.status.say(
            told.format(error=error.message, outcome=outcome.action.label, seconds=f"{seconds:.0f}"),
            "bad",
            ((key, "key"), (" " + _("now"), "muted")) if key else (),
        )
        self.set_timer(seconds, lambda: self._send_again(outcome))
        self.flush_draft()

    def _send_again(self, outcome: Outcome) -> None:
        if self.flow.kept is outcome and not self.flow.busy:
            self.carry_out(self.flow.send_again())

    # telling

    def _tell_result(self, result: OutcomeResult) -> None:
        if result.reasons:
            self._show_offered()
            return
        self.status.tell(
            (*self._who_and_what(result), *self._when_back(result)), self._kind(result), self._undo_key()
        )

    def _kind(self, result: OutcomeResult) -> str:
        return "warn" if result.stored_only or result.exhausted or result.notices else "ok"

    def _who_and_what(self, result: OutcomeResult) -> Line:
        line: list[Span] = [(result.name, "strong"), (f": {result.label.lower()}", "text")]
        if result.reason is not None:
            line.append((f" ({self._reason_label(result)})", "text"))
        return tuple(line)

    def _reason_label(self, result: OutcomeResult) -> str:
        for action in self.actions:
            if action.slug == result.action:
                return next(
                    (each.label for each in action.reasons if each.code == result.reason), str(result.reason)
                )
        return str(result.reason)

    def _when_back(self, result: OutcomeResult) -> Line:
        """When they come back, or why they do not."""
        if result.notices:
            return ((" · " + " ".join(result.notices), "text"),)
        if result.exhausted:
            return ((" · " + _("last try used up"), "text"),)
        if result.next_attempt_at is None:
            return ()
        back = self.reader.both(result.next_attempt_at, self.desk.now(), ZoneInfo(result.zone))
        return ((" · " + _("back {time}").format(time=back), "muted"),)

    def _undo_key(self) -> Line:
        return ((self.shown_key("console.undo"), "key"), (" " + _("undo"), "muted"))

    def _show_offered(self) -> None:
        result = self.flow.offered
        if result is None:
            return
        name = result.name if cells(((result.name, ""),)) <= 24 else result.name.split(" ")[0]
        head = f"{name}: {result.label.lower()}. " + _("Why?")
        self._show_reasons(head, result.reasons, "", kind="ok", end=self._undo_key())

    def _show_reasons(
        self, head: str, reasons: tuple[ReasonView, ...], cancel: str, *, kind: str = "accent", end: Line = ()
    ) -> None:
        """Reasons from ``flow.first`` on, as many as fit, each with its digit; 0 shows the others."""
        if cancel:
            end = ((cancel, "key"), (" " + _("cancels"), "muted"))
        first = self.flow.first
        page = reasons[first : first - first % PAGE + PAGE]
        more: Line = (("0", "key"), (" " + _("more") + "  ", "muted"))
        room = self.status.size.width - 3 - cells(end)
        line: list[Span] = [(head, "strong")]
        fitting = 0
        for reason in page:
            piece: Line = ((f" {first % PAGE + fitting + 1} ", "key"), (reason.label, "text"))
            last = fitting == len(page) - 1 and first + len(page) == len(reasons) and first == 0
            if fitting and cells(line) + cells(piece) + (0 if last else cells(more)) > room:
                break
            line += piece
            fitting += 1
        self.flow.fitting = fitting
        self.status.tell(tuple(line), kind, end if fitting == len(reasons) else (*more, *end))

    def _add_reason(self, code: int) -> None:
        offered = self.flow.offered
        self.flow.forget_reasons()

        def added(result: OutcomeResult) -> None:
            self.status.tell(
                (*self._who_and_what(result), *self._when_back(result)), self._kind(result), self._undo_key()
            )

        def refused(error: DomainError) -> None:
            if self.flow.offered is None and not self.flow.busy:
                self.flow.offered = offered
            self.status.say(_("Reason not saved: {error}").format(error=error.message), "bad")

        desk = self.desk
        self.do(lambda: desk.add_reason(code), added, group="reason", failed=refused)

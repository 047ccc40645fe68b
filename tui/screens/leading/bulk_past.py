"""The changes many leads got at once: who, when, what, how many, what came of taking one back; and taking it back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from domain.bulk.batches import State
from domain.bulk.selection import Kind
from domain.errors import DomainError
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.base import ListScreen
from tui.screens.leading.bulk import kinds
from tui.screens.leading.long_work import LongWork
from tui.text import clean, clip, count, data, moment, spread
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.bulk.batches import BulkEditView
    from domain.bulk.undoing import Undone

PAGE = 100


class PastBulkScreen(LongWork[None], ListScreen[None]):
    """Those of one campaign, newest first, a page at a time."""

    REGISTRY = "bulk_past"
    BINDINGS = commands.bindings("bulk_past")

    def __init__(self, campaign_id: int, campaign: str) -> None:
        super().__init__(_("Changes of many"))
        self.campaign_id = campaign_id
        self.campaign = campaign
        self.edits: dict[str, BulkEditView] = {}
        self._starts: list[int | None] = [None]
        self._more = False

    def on_mount(self) -> None:
        self.head(data(self.campaign, "bold"))
        self._load()

    def condition(self, name: str) -> bool:
        """``past``: the marked one can be taken back. ``more``, ``before``: there are other pages."""
        if name == "more":
            return self._more
        if name == "before":
            return len(self._starts) > 1
        if name == "past":
            return not self.working and self.marked is not None and _left(self.marked) > 0
        return self.marked is not None

    @property
    def marked(self) -> BulkEditView | None:
        """The one one stands on."""
        return self.edits.get(self.rows.chosen or "")

    def _load(self, told: Content | None = None) -> None:
        before = self._starts[-1]
        self.ask(
            lambda: self.desk.bulk_edits(self.campaign_id, before=before, limit=PAGE + 1),
            partial(self._show, told),
            group="edits",
            failed=self.refused,
        )

    def _show(self, told: Content | None, found: list[BulkEditView]) -> None:
        self.edits = {str(each.id): each for each in found[:PAGE]}
        self._more = len(found) > PAGE
        self.rows.show([Row(key, partial(self._row, each)) for key, each in self.edits.items()])
        if told is None:
            words = several("{count} change", "{count} changes", len(self.edits))
            nothing = _("Nothing was changed for many in this campaign yet.")
            told = Content(words if self.edits else nothing)
        self.say(told)
        self.refresh_bindings()

    def _row(self, edit: BulkEditView, width: int) -> Content:
        left = data(f"#{edit.id} {self._moment(edit)} {edit.who or '–'}  {what(edit)}")
        return spread(left, Content(f" {count(edit.changed)}  {state(edit)}"), width)

    def _moment(self, edit: BulkEditView) -> str:
        return moment(edit.at, self.desk.now(), self.desk.preferences.zone, i18n.language())

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    @on(OptionList.OptionHighlighted)
    def _another(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    def action_open(self) -> None:
        """Everything about the marked one."""
        edit = self.marked
        if edit is not None:
            title = _("Change #{number}").format(number=edit.id)
            self.app.show_message(title, f"{self._moment(edit)} · {edit.who or '–'}\n{_text(edit)}")

    def action_undo(self) -> None:
        """Take the marked one back, after a question."""
        edit = self.marked
        if edit is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                work = partial(self.desk.undo_bulk, edit.id)
                self.begin(_("Taking back"), work, self._undone, self._ended_early)

        title = _("Take change #{number} back?").format(number=edit.id)
        question = f"{_text(edit)}\n\n" + _("Whoever was changed since stays as they are, and is counted.")
        self.app.push_screen(ConfirmScreen(title, question, yes=_("Take back"), no=_("Leave")), answered)

    def _undone(self, done: Undone) -> None:
        back = several("✓ {count} lead as before", "✓ {count} leads as before", done.restored)
        kept = _("; {count} were changed since and stay").format(count=count(done.kept)) if done.kept else ""
        again = ""
        if not done.finished:
            again = " " + _("{key} goes on.").format(key=self.app.keys.shown("bulk_past.undo"))
        self._load(Content(f"{back}{kept}.{again}"))

    def _ended_early(self, error: DomainError) -> None:
        self._load(data(f"✕ {error.message}", "$class-final"))

    def action_more(self) -> None:
        """Older ones."""
        self._starts.append(min(edit.id for edit in self.edits.values()))
        self._load()

    def action_page_back(self) -> None:
        """Newer ones."""
        self._starts.pop()
        self._load()

    def action_refresh(self) -> None:
        """Read the page again."""
        self._load()

    def show_progress(self) -> None:
        if self.working:
            self.say(self.progress_line())

    def action_close(self) -> None:
        """Stop what is being done, else back."""
        if not self.stop_work():
            self.dismiss(None)


def what(edit: BulkEditView) -> str:
    """``set a tag – fair``."""
    words = kinds()[Kind(edit.kind)][0]
    return f"{words} – {clean(edit.shown)}" if edit.shown else words


def state(edit: BulkEditView) -> str:
    """Where it stands, in a sign and a word."""
    if edit.undone_at is not None:
        return _("↶ {count} back").format(count=count(edit.restored))
    words = {
        State.RUNNING: _("… running"),
        State.STOPPED: _("‖ stopped"),
        State.UNDOING: _("… being taken back"),
    }
    return words.get(State(edit.state), _("✓ done"))


def _left(edit: BulkEditView) -> int:
    """How many of it are not as before."""
    return edit.changed - edit.restored


def _text(edit: BulkEditView) -> str:
    lines = [
        what(edit),
        several("{count} lead was chosen", "{count} leads were chosen", edit.selected),
        several("{count} was changed", "{count} were changed", edit.changed),
    ]
    if edit.undone_at is not None:
        lines.append(
            _("taken back: {back} as before, {kept} stay, changed since").format(
                back=count(edit.restored), kept=count(edit.kept)
            )
        )
    return "\n".join(clip(line, 200) for line in lines)

"""Work in chunks beside a screen that stays alive: it shows how far it is, Esc stops it after the present chunk.

Leaving the application stops it too, and waits for that chunk (``farewell``); what was committed stays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import TypeVar

from textual.content import Content
from textual.message import Message

from domain.errors import DomainError
from tui.i18n import _
from tui.screens.base import CommandScreen
from tui.text import count

Result = TypeVar("Result")
Done = TypeVar("Done")
Work = Callable[[Callable[[int, int], None], Callable[[], bool]], Done]
"""What is done in a thread: it tells (done, of how many) and asks whether to stop."""
_BAR_CELLS = 24


class Progressed(Message, bubble=False):
    """So many are done, of so many."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.done = done
        self.total = total

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Progressed)


class LongWork(CommandScreen[Result]):
    """One piece of work at a time. Override ``show_progress``; ask ``working`` where a key must wait."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.working = ""
        """What is being done, in words; empty: nothing."""
        self.done = (0, 0)
        self._stop = Event()

    def begin(
        self,
        words: str,
        work: Work[Done],
        done: Callable[[Done], None],
        failed: Callable[[DomainError], None],
    ) -> None:
        """Start ``work``; ``done`` or ``failed`` is called when it has ended, stopped or not."""
        self.working, self.done = words, (0, 0)
        self._stop = Event()

        def tell(so_far: int, total: int) -> None:
            self.post_message(Progressed(so_far, total))

        self.do(
            partial(work, tell, self._stop.is_set),
            partial(self._ended, done),
            group="long work",
            failed=partial(self._ended, failed),
        )
        self.show_progress()
        self.refresh_bindings()

    def _ended(self, told: Callable[[Done], None], outcome: Done) -> None:
        self.working = ""
        self.show_progress()
        self.refresh_bindings()
        told(outcome)

    def on_progressed(self, message: Progressed) -> None:
        if self.working:
            self.done = (message.done, message.total)
            self.show_progress()

    def show_progress(self) -> None:
        """Say how far it is, where this screen says such things; called once more when it has ended."""

    @property
    def stopping(self) -> bool:
        """True once it was told to stop, until it has."""
        return bool(self.working) and self._stop.is_set()

    def stop_work(self) -> bool:
        """Stop after the present chunk; False where nothing is being done."""
        if not self.working:
            return False
        self._stop.set()
        self.show_progress()
        return True

    def farewell(self) -> Callable[[], None] | None:
        """The application ends: the work stops, the application waits for its chunk by itself."""
        self._stop.set()
        return None

    def progress_line(self) -> Content:
        """``Recycling …  ▇▇▇▇▇▁▁▁▁  12,000 of 38,000   Esc stops``."""
        done, total = self.done
        full = round(_BAR_CELLS * done / total) if total else 0
        keys = _("stopping after this step …") if self.stopping else _("Esc stops")
        figures = _("{done} of {total}").format(done=count(done), total=count(total)) if total else ""
        return Content.assemble(
            (f"{self.working} … ", "bold"),
            ("▇" * full, "$class-recyclable"),
            ("▁" * (_BAR_CELLS - full), "$line"),
            f" {figures}   ",
            (keys, "$quiet"),
        )

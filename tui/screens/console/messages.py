"""Messages from those who lead, one after another in the line that answers keys, beside whatever goes on.

No window opens, no key is taken and no bell rings in a call. A message counts as shown when it stood there for a
moment; where something else was said over it at once, or a window was in the way, it comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.errors import DomainError
from tui.screens.console.moves import Moving

if TYPE_CHECKING:
    from domain.people.messages import Message

STAYS_SECONDS = 20.0
"""How long a message stays where nothing else is said."""
READ_SECONDS = 4.0
"""How long it has to stand there to count as shown."""


class Hearing(Moving):
    """``_letter_box`` are the messages not shown yet, ``_on_line`` the one that stands in the line."""

    _letter_box: Sequence[Message] = ()
    _on_line: Message | None = None

    def read_messages(self) -> None:
        """Look for new ones."""
        self.ask(self.desk.unread_messages, self._came, group="messages", failed=lambda _error: None)

    def _came(self, found: Sequence[Message]) -> None:
        self._letter_box = found
        self._next_message()

    def _next_message(self) -> None:
        if self._on_line is not None or not self._letter_box or not self.is_active:
            return
        message = self._on_line = self._letter_box[0]
        line = self._words(message)
        self.status.flash(line, "accent", STAYS_SECONDS)
        if not self.calling:
            self.app.bell()
        self.set_timer(READ_SECONDS, lambda: self._stood(message))

    @staticmethod
    def _words(message: Message) -> str:
        return f"✉ {message.sender}: {message.text}"

    def _stood(self, message: Message) -> None:
        """Was it there all the time? Then it is shown; else it comes again with the next look."""
        self._on_line = None
        if not self.is_active or self.status.line != ((self._words(message), "text"),):
            return
        self._letter_box = [each for each in self._letter_box if each.id != message.id]
        self.do(
            lambda: self.desk.messages_shown(message.id),
            lambda _nothing: self._next_message(),
            group="messages",
            failed=self._not_kept,
        )

    def _not_kept(self, error: DomainError) -> None:
        """Asked for again with the next look."""

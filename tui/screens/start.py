"""What is painted first, before anything heavy is loaded: where Dialdeck is opening."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Middle
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.i18n import _
from tui.text import clean
from tui.widgets.key_line import KeyLine
from tui.widgets.top_line import TopLine


class StartScreen(Screen[None]):
    """The skeleton below everything; ``say`` tells what is going on."""

    # The rules are in dialdeck.tcss: Textual does not read the CSS of the very first screen.

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def compose(self) -> ComposeResult:
        yield TopLine()
        with Middle():
            yield Static(Content(f"{_('Opening …')}\n{clean(self.where)}"), id="doing")
        yield KeyLine()

    def say(self, text: str) -> None:
        """Show ``text`` (never markup) in the middle."""
        self.query_one("#doing", Static).update(Content(text))

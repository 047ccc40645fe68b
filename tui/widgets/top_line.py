"""The first line of the screens outside the console: program, place, who is signed in, which database."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.text import clean, spread


class TopLine(Widget):
    """``place`` says where one is, ``right`` who and on which database; both are data, never markup.

    Between them stands the application's ``alert``, while there is one; where there is no room for both, ``right``
    gives way.
    """

    DEFAULT_CSS = """
    TopLine { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """
    ALLOW_SELECT = False

    place: reactive[str] = reactive("")
    right: reactive[str] = reactive("")
    alert: reactive[str] = reactive("")

    def __init__(self, place: str = "", right: str = "") -> None:
        super().__init__()
        self.set_reactive(TopLine.place, place)
        self.set_reactive(TopLine.right, right)

    def on_mount(self) -> None:
        self.watch(self.app, "alert", self._alerted)

    def _alerted(self, alert: str) -> None:
        self.alert = alert

    def render(self) -> Content:
        left = Content.assemble(("Dialdeck", "bold $accent"), "  ", clean(self.place))
        right = Content.styled(clean(self.right), "$quiet")
        if self.alert:
            alert = Content.styled(clean(self.alert), "bold $class-problematic")
            both = Content.assemble(alert, "   ", right)
            right = both if left.cell_length + both.cell_length < self.size.width else alert
        return spread(left, right, self.size.width)

"""The first line of the screens outside the console: program, place, who is signed in, which database."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.text import clean, spread


class TopLine(Widget):
    """``place`` says where one is, ``right`` who and on which database; both are data, never markup."""

    DEFAULT_CSS = """
    TopLine { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """
    ALLOW_SELECT = False

    place: reactive[str] = reactive("")
    right: reactive[str] = reactive("")

    def __init__(self, place: str = "", right: str = "") -> None:
        super().__init__()
        self.set_reactive(TopLine.place, place)
        self.set_reactive(TopLine.right, right)

    def render(self) -> Content:
        left = Content.assemble(("Dialdeck", "bold $accent"), "  ", clean(self.place))
        return spread(left, Content.styled(clean(self.right), "$quiet"), self.size.width)

"""The script of a campaign, typed beside what the seller will see of it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tui.i18n import _
from tui.screens.base import Window
from tui.widgets.script import ScriptPane

_WIDE = 100


class CampaignScriptScreen(Window[str]):
    """The text, None where it was left as it was. Where both have no room, F4 goes between them."""

    BINDINGS = [
        Binding("f2", "take", show=False, priority=True),
        Binding("f4", "preview", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]
    CSS = """
    CampaignScriptScreen > Vertical { background: $background; }
    CampaignScriptScreen Horizontal { height: 1fr; }
    CampaignScriptScreen #heading { height: 1; background: $panel; padding: 0 1; }
    CampaignScriptScreen TextArea { width: 1fr; border: none; padding: 0 1; }
    CampaignScriptScreen TextArea:focus { border: none; }
    CampaignScriptScreen ScriptPane { width: 1fr; }
    CampaignScriptScreen #keys { height: 1; color: $quiet; padding: 0 1; }
    """
    AUTO_FOCUS = "TextArea"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self._previewing = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.styled(_("Script, in Markdown"), "bold"), id="heading")
            with Horizontal():
                yield TextArea(self.text, id="source", soft_wrap=True, tab_behavior="focus")
                yield ScriptPane(_("As the seller sees it"))
            yield Static(Content(_("F2 takes it · F4 preview · Esc leaves it as it was")), id="keys")

    def on_mount(self) -> None:
        self._show()
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def on_text_area_changed(self) -> None:
        self._show()

    def _show(self) -> None:
        self.query_one(ScriptPane).show(self.query_one(TextArea).text, _("No script yet."))

    def _arrange(self) -> None:
        wide = self.app.size.width >= _WIDE
        self.query_one(ScriptPane).display = wide or self._previewing
        self.query_one(TextArea).display = wide or not self._previewing

    def action_preview(self) -> None:
        """To the preview, or back to the text."""
        self._previewing = not self._previewing
        self._arrange()
        if self.query_one(TextArea).display:
            self.query_one(TextArea).focus()

    def action_take(self) -> None:
        self.dismiss(self.query_one(TextArea).text)

    def action_leave(self) -> None:
        """Leave it as it was; what was typed is given up only when that was said."""
        if self.query_one(TextArea).text == self.text:
            self.dismiss(None)
            return
        from tui.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        question = _("Give up what was typed?")
        window = ConfirmScreen(_("Script"), question, yes=_("Give up"), no=_("Go on"))
        self.app.push_screen(window, answered)

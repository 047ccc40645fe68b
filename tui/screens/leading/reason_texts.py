"""The shop's reasons under each resolution: their texts, which are offered, new ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.codes import Resolution, Role
from tui import commands
from tui.i18n import _
from tui.screens.leading.base import ListScreen
from tui.text import clip, data, fit
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.calling.reason_list import ReasonLine


class ReasonsScreen(ListScreen[None]):
    """Reasons by resolution, each resolution with a line to add one."""

    REGISTRY = "reasons"
    BINDINGS = commands.bindings("reasons")

    def __init__(self) -> None:
        super().__init__(_("Reasons"))
        self.reasons: dict[str, ReasonLine] = {}
        self._mark: str | None = None

    def on_mount(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``known``: they are read."""
        return bool(self.rows.chosen)

    def _load(self) -> None:
        self.ask(self.desk.all_reasons, self._show, group="reasons", failed=self.refused)

    def _show(self, reasons: Sequence[ReasonLine]) -> None:
        first = not self.reasons
        self.reasons = {f"{each.resolution}:{each.code}": each for each in reasons}
        rows: list[Row] = []
        known = {each.resolution for each in reasons}
        for resolution in sorted(Resolution, key=lambda each: each.value not in known):
            title = f"{resolution.value}  {_(resolution.label)}"
            rows.append(
                Row(resolution.value, lambda width, title=title: Content(clip(title, width)), heading=True)
            )
            mine = [(key, each) for key, each in self.reasons.items() if each.resolution == resolution]
            rows += [Row(key, partial(_row, each)) for key, each in mine] or [Row(f"{resolution}:", _none)]
        self.rows.show(rows, chosen=self._mark)
        if first:
            may = self.desk.actor.role is Role.ADMIN
            told = _("Enter changes a text.") if may else _("An administrator changes them.")
            self.say(Content(told))
        self.refresh_bindings()

    @property
    def chosen(self) -> ReasonLine | None:
        return self.reasons.get(self.rows.chosen or "")

    def action_open(self) -> None:
        """Change the text of the reason one stands on."""
        self.after_keys(self._open)

    def _open(self) -> None:
        reason = self.chosen
        if reason is None or self.desk.actor.role is not Role.ADMIN:
            return
        resolution = Resolution(reason.resolution)

        def typed(text: str) -> None:
            self._write(lambda: self.desk.change_reason(resolution, reason.code, label=text))

        self._type(
            _("Reason {code} of {resolution}").format(code=reason.code, resolution=resolution),
            reason.label,
            typed,
        )

    def action_new(self) -> None:
        """A reason more under this resolution."""
        if self.rows.chosen is None:
            return
        resolution = Resolution(self.rows.chosen.partition(":")[0])

        def typed(text: str) -> None:
            self._write(lambda: self.desk.add_reason_text(resolution, text))

        self._type(_("New reason of {resolution}").format(resolution=resolution), "", typed)

    def action_switch(self) -> None:
        """Offer the reason, or not."""
        reason = self.chosen
        if reason is not None:
            resolution = Resolution(reason.resolution)
            self._write(lambda: self.desk.change_reason(resolution, reason.code, active=not reason.active))

    def _type(self, title: str, now: str, then: Callable[[str], None]) -> None:
        from tui.screens.ask_text import TextScreen

        def check(text: str) -> str:
            return "" if text.strip() else _("A reason needs a text.")

        def typed(text: str | None) -> None:
            if text is not None:
                then(text.strip())

        explained = _("What the seller reads beside the digit, in the language of your screen.")
        self.app.push_screen(TextScreen(title, now, explained, check), typed)

    def _write(self, change: Callable[[], ReasonLine]) -> None:
        def written(line: ReasonLine) -> None:
            self.say(data(_("✓ {label} is kept.").format(label=line.label), "bold"))
            self._mark = f"{line.resolution}:{line.code}"
            self._load()

        self.do(change, written, failed=self.refused)


def _none(width: int) -> Content:
    return Content.styled(clip(_("–   none yet"), width), "$quiet")


def _row(reason: ReasonLine, width: int) -> Content:
    state = "" if reason.active else _("✕ not offered")
    return Content.assemble(
        (fit(str(reason.code), 4), "bold $accent" if reason.active else "$quiet"),
        (fit(reason.label, max(width - 24, 10)), "" if reason.active else "$quiet"),
        (fit(state, 20), "$quiet"),
    )

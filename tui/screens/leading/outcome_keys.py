"""What the keys of the console do: label, key, reason, whether it asks again, whether it is there at all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.codes import ReasonMode, Role
from tui import commands
from tui.i18n import _
from tui.screens.choose import Choice, ChoiceScreen
from tui.screens.leading import outcome_codes as codes
from tui.screens.leading.base import ListScreen
from tui.text import clean, clip, data, fit
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.calling.views import ActionView


class OutcomeKeysScreen(ListScreen[None]):
    """All actions in the order of the console; an administrator changes them, the others look."""

    REGISTRY = "outcomes"
    BINDINGS = commands.bindings("outcomes")

    def __init__(self) -> None:
        super().__init__(_("Outcome keys"))
        self.actions: dict[str, ActionView] = {}

    def on_mount(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``known``: there are some."""
        return bool(self.actions)

    def _load(self) -> None:
        self.ask(self.desk.all_actions, self._show, group="actions", failed=self.refused)

    def _show(self, actions: Sequence[ActionView]) -> None:
        first = not self.actions
        self.actions = {each.slug: each for each in actions}
        self.rows.show([Row(each.slug, partial(_row, each)) for each in actions])
        self.head(Content(_("Key, label, and what it sets: status, campaign status, resolution")))
        if first:
            may = self.desk.actor.role is Role.ADMIN
            told = _("Enter changes one.") if may else _("An administrator changes them.")
            self.say(Content(told))
        self.refresh_bindings()

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def chosen(self) -> ActionView | None:
        return self.actions.get(self.rows.chosen or "")

    def action_open(self) -> None:
        """Choose what to change of the action one stands on."""
        self.after_keys(self._open)

    def _open(self) -> None:
        action = self.chosen
        if action is None or self.desk.actor.role is not Role.ADMIN:
            return
        again = _("asks to press the key again") if action.confirm else _("one press is enough")
        offered = [
            Choice("label", _("Label"), action.label),
            Choice("key", _("Key"), action.key or _("none")),
            Choice("reason", _("Reason"), _(codes.REASONS[ReasonMode(action.reason)])),
            Choice("confirm", _("Asking again"), again),
            Choice("active", _("In the console"), _("yes") if action.active else _("no")),
            Choice("position", _("Place"), str(action.position)),
            *(
                Choice(what, title, codes.words(what, str(getattr(action, what))))
                for what, title in codes.titles().items()
            ),
        ]
        self.app.push_screen(ChoiceScreen(clean(action.label), offered), partial(self._what, action))

    def _what(self, action: ActionView, what: str | None) -> None:
        if what in ("confirm", "active"):
            self._change(action, {what: not getattr(action, what)})
        elif what == "reason":
            offered = [Choice(mode.value, _(label)) for mode, label in codes.REASONS.items()]

            def chosen(mode: str | None) -> None:
                if mode is not None:
                    self._change(action, {"reason": mode})

            self.app.push_screen(ChoiceScreen(_("Reason"), offered, action.reason), chosen)
        elif what in codes.titles():
            self._choose(action, what)
        elif what is not None:
            self._type(action, what)

    def _choose(self, action: ActionView, what: str) -> None:
        """One of a closed set: what the action sets, its kind, its colour."""
        offered = [Choice(value, words) for value, words in codes.offered(what)]

        def chosen(value: str | None) -> None:
            if value is not None:
                self._change(action, {what: value})

        now = str(getattr(action, what))
        self.app.push_screen(ChoiceScreen(codes.titles()[what], offered, now), chosen)

    def _type(self, action: ActionView, what: str) -> None:
        from tui.screens.ask_text import TextScreen

        titles = {"label": _("Label"), "key": _("Key"), "position": _("Place")}
        explained = {
            "label": _("In the language of your screen."),
            "key": _("One letter or sign; digits are for reasons. Empty: it is only in the palette."),
            "position": _("Its place in the console, from 0."),
        }

        def check(text: str) -> str:
            return _("Write a number.") if what == "position" and not text.strip().isdecimal() else ""

        def typed(text: str | None) -> None:
            if text is None:
                return
            value: object = text.strip()
            if what == "position":
                value = int(text.strip())
            elif what == "key":
                value = text.strip() or None
            self._change(action, {what: value})

        now = str(getattr(action, what) if getattr(action, what) is not None else "")
        self.app.push_screen(TextScreen(titles[what], now, explained[what], check), typed)

    def action_switch(self) -> None:
        """Show the action in the console, or not."""
        if self.chosen is not None:
            self._change(self.chosen, {"active": not self.chosen.active})

    def _change(self, action: ActionView, changes: dict[str, object]) -> None:
        def changed(made: ActionView) -> None:
            self.say(data(_("✓ {label} was changed.").format(label=made.label), "bold"))
            self._load()

        self.do(lambda: self.desk.change_action(action.slug, changes), changed, failed=self.refused)

    def action_new(self) -> None:
        """An action of the shop's own."""

        def added(made: ActionView) -> None:
            self.say(data(_("✓ {label} is in the console.").format(label=made.label), "bold"))
            self._load()

        self.app.push_screen(codes.NewActionScreen(self.desk.add_action, added))

    def action_reasons(self) -> None:
        """The reasons under each resolution."""
        from tui.screens.leading.reason_texts import ReasonsScreen

        self.app.push_screen(ReasonsScreen())


def _row(action: ActionView, width: int) -> Content:
    """``s  Sale   sale · 4 · S2   press twice``."""
    told = [_(codes.REASONS[ReasonMode(action.reason)])] if action.reason != ReasonMode.NEVER else []
    if action.confirm:
        told.insert(0, _("press twice"))
    if not action.active:
        told.insert(0, _("✕ not in the console"))
    sets = f"{action.lead_status} · {action.campaign_status} · {action.resolution}"
    label_cells = min(max(width // 3, 18), 30)
    style = "bold" if action.active else "$quiet"
    room = max(width - 4 - label_cells - 26, 0)
    return Content.assemble(
        (fit(action.key or "–", 4), "bold $accent" if action.active else "$quiet"),
        (fit(action.label, label_cells), style),
        (fit(sets, 26), "$quiet"),
        clip(" · ".join(told), room) if room else "",
    )

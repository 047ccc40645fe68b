"""A campaign's settings: one a line, changed by Enter, what is wrong beside it, written all at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.people.rights import LEADING_ROLES
from tui import commands
from tui.i18n import _, several
from tui.screens.leading.base import ListScreen
from tui.text import clean, clip, data, fit
from tui.widgets.rows import Row
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.campaigns.editing import Field, Form

_LABEL_CELLS = 30
_SCRIPT = "script"


class CampaignScreen(ListScreen[str]):
    """The campaign called ``name``, or a new one. Ends with the name where something was saved."""

    REGISTRY = "campaign"
    BINDINGS = commands.bindings("campaign")

    def __init__(self, name: str | None) -> None:
        super().__init__(_("New campaign") if name is None else clean(name))
        self.campaign = name
        self.before: Form = {}
        self.form: Form = {}
        self.wrong: dict[str, str] = {}
        self.saved: str | None = None

    def on_mount(self) -> None:
        self._load()

    def _load(self) -> None:
        name = self.campaign
        self.ask(lambda: self.desk.campaign_form(name), self._loaded, group="form", failed=self.refused)

    def _loaded(self, form: Form) -> None:
        self.before, self.form, self.wrong = form, dict(form), {}
        self._draw()
        if self.campaign is None:
            self.say(Content(_("Enter on the name first; then save.")))
        elif self.saved is None:
            self.say(Content(_("Nothing changed.")))

    def condition(self, name: str) -> bool:
        """``known``: it is read. ``changed``: something is. ``touched``: what one stands on is."""
        if name == "touched":
            key = self.rows.chosen or ""
            return key in self.form and self.form[key] != self.before[key]
        return bool(self.changed) if name == "changed" else bool(self.form)

    @property
    def changed(self) -> list[str]:
        """The settings that are not as they were read."""
        return [key for key, text in self.form.items() if text != self.before[key]]

    # ── the list ─────────────────────────────────────────────────────────────────────────────────────────

    def _draw(self) -> None:
        from domain.campaigns.editing import FIELDS

        rows: list[Row] = []
        group = ""
        for field in FIELDS:
            if field.group != group:
                group = field.group
                title = _(group)
                rows.append(Row(group, lambda width, title=title: Content(clip(title, width)), heading=True))
            rows.append(Row(field.key, partial(self._line, field)))
        self.rows.show(rows, chosen="name")
        self.refresh_bindings()

    def _line(self, field: Field, width: int) -> Content:
        """``• Attempts in all   0   ✕ must be between 1 and 1000``."""
        key = field.key
        changed = self.form[key] != self.before[key]
        name = Content.styled(fit(f"{'• ' if changed else '  '}{_(field.label)}", _LABEL_CELLS), "$quiet")
        room = max(width - _LABEL_CELLS, 10)
        value = self._value(key)
        wrong = self.wrong.get(key)
        if not wrong:
            return name + data(clip(value, room), "bold" if changed else "")
        shown = clip(value, max(room // 3, 8))
        return Content.assemble(
            name, data(f"{shown}  ", "bold"), data(clip(f"✕ {wrong}", room - len(shown) - 2), "$class-final")
        )

    def _value(self, key: str) -> str:
        from domain.campaigns.editing import HOURS, SWITCHES

        text = self.form[key]
        if key in SWITCHES:
            return _(text)
        if key == _SCRIPT:
            lines = text.strip().splitlines()
            return several("{count} line", "{count} lines", len(lines)) + f": {lines[0]}" if lines else "–"
        return text or (_("closed") if key in HOURS else "–")

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """Change what one stands on."""
        self.after_keys(self._open)

    def _open(self) -> None:
        from domain.campaigns.editing import FIELDS, NO, SWITCHES, YES, problem_in
        from tui.screens.ask_text import TextScreen

        key = self.rows.chosen
        field = next((each for each in FIELDS if each.key == key), None)
        if field is None or not self.form or self.desk.actor.role not in LEADING_ROLES:
            return
        put = partial(self._put, field.key)
        if field.key in SWITCHES:
            put(NO if self.form[field.key] == YES else YES)
        elif field.key == _SCRIPT:
            from tui.screens.leading.campaign_script import CampaignScriptScreen

            self.app.push_screen(CampaignScriptScreen(self.form[_SCRIPT]), put)
        else:
            check = partial(problem_in, field.key)
            window = TextScreen(_(field.label), self.form[field.key], _(field.explained), check)
            self.app.push_screen(window, put)

    def _put(self, key: str, text: str | None) -> None:
        if text is None or text == self.form[key]:
            return
        self.form[key] = text
        self._check()

    def action_put_back(self) -> None:
        """This setting as it was."""
        key = self.rows.chosen
        if key in self.form:
            self.form[key] = self.before[key]
            self._check()

    def _check(self) -> None:
        """Ask what is wrong now; each problem stands beside its field."""
        name, before, form = self.campaign, self.before, dict(self.form)
        self._draw()
        self.ask(
            lambda: self.desk.campaign_problems(name, before, form),
            self._judged,
            group="problems",
            failed=self.refused,
        )

    def _judged(self, wrong: dict[str, str]) -> None:
        self.wrong = wrong
        self._draw()
        if wrong:
            from domain.campaigns.editing import FIELDS

            key, problem = next(iter(wrong.items()))
            label = next(field.label for field in FIELDS if field.key == key)
            self.say(data(f"✕ {_(label)}: {problem}", "$class-final"))
            return
        key = self.app.keys.shown("campaign.save")
        told = several("{count} setting changed", "{count} settings changed", len(self.changed))
        hint = _("{told}; {key} saves").format(told=told, key=key)
        self.say(Content(hint if self.changed else _("Nothing changed.")))

    # ── saving, leaving ──────────────────────────────────────────────────────────────────────────────────

    def action_save(self) -> None:
        """Write everything, or nothing."""
        name, before, form = self.campaign, self.before, dict(self.form)
        self.say(Content(_("Saving …")))
        self.do(lambda: self.desk.save_campaign(name, before, form), self._was_saved, failed=self._refused)

    def _was_saved(self, name: str) -> None:
        self.campaign = self.saved = name
        self.query_one(TopLine).place = clean(name)
        self.say(data(_("✓ {name} is saved.").format(name=name), "bold"))
        self._load()

    def _refused(self, error: object) -> None:
        self._check()

    def action_close(self) -> None:
        """Back; what was not saved is given up only when that was said."""
        if not self.changed:
            self.dismiss(self.saved)
            return
        from tui.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(self.saved)

        told = several("{count} setting changed", "{count} settings changed", len(self.changed))
        question = _("{told} and not saved. Give that up?").format(told=told)
        window = ConfirmScreen(_("Leave"), question, yes=_("Give up"), no=_("Go on"))
        self.app.push_screen(window, answered)

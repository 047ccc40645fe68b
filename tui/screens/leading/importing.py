"""Importing from the screen: how the file is read and why, changed by key; a trial, the import, its undo."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from domain.intake.fields import Field
from domain.intake.matching import Duplicates, Scope
from domain.intake.options import ImportOptions
from tui import commands
from tui.i18n import _
from tui.paths import free_name
from tui.screens.choose import Choice, ChoiceScreen
from tui.screens.leading import importing_words as words
from tui.screens.leading.base import ListScreen
from tui.screens.leading.long_work import LongWork
from tui.text import clean, clip, data
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.errors import DomainError
    from domain.intake.mapping import Column
    from domain.intake.options import ImportResult, Preview
    from domain.intake.undoing import UndoneImport

_ATTRIBUTE = "-"
_COLUMN = "column:"


class ImportScreen(LongWork[None], ListScreen[None]):
    """One file for one campaign; it begins with the choice of the file."""

    REGISTRY = "import"
    BINDINGS = commands.bindings("import")

    def __init__(self, campaign_id: int, campaign: str) -> None:
        super().__init__(_("Import into {campaign}").format(campaign=clean(campaign)))
        self.campaign_id = campaign_id
        self.campaign = campaign
        self.path: Path | None = None
        self.options = ImportOptions()
        self.preview: Preview | None = None
        self.made: ImportResult | None = None
        """What was imported last and not taken back."""

    def on_mount(self) -> None:
        self.say(Content(_("Choose a file.")))
        self.action_file()

    def condition(self, name: str) -> bool:
        """``file``: one was read. ``ready``: it can be imported. ``imported``: there is something to take back.
        ``changed``: columns were chosen here. ``idle``: no work goes on.
        """
        if self.working:
            return False
        if name == "ready":
            return self.preview is not None and not self.preview.problem
        if name == "imported":
            return self.made is not None and self.made.list_id is not None
        if name == "changed":
            return bool(self.options.overrides or self.options.attributes)
        return name == "idle" or self.preview is not None

    # ── the file ─────────────────────────────────────────────────────────────────────────────────────────

    def action_file(self) -> None:
        """Choose the file, or another one."""
        from tui.screens.leading.importing_file import FileScreen

        start = self.path.parent if self.path is not None else Path.cwd()

        def chosen(path: Path | None) -> None:
            if path is not None:
                self.path = path
                self.made = None
                self._look(ImportOptions(rejects=free_name(path.with_name(f"{path.stem}.rejects.csv"))))
            elif self.path is None:
                self.dismiss(None)

        self.app.push_screen(FileScreen(f"{start}{os.sep}"), chosen)

    def _look(self, options: ImportOptions) -> None:
        """Read the file with these options; what cannot be is refused and the options stay as they were."""
        path = self.path
        assert path is not None

        def show(preview: Preview) -> None:
            self.options, self.preview = options, preview
            self._draw()
            if preview.problem:
                self.say(data(f"✕ {preview.problem}", "$class-problematic"))
            else:
                keys = self.app.keys.shown
                hint = _("{trial} tries it, {go} imports it").format(
                    trial=keys("import.trial"), go=keys("import.go")
                )
                self.say(Content(hint))
            self.refresh_bindings()

        self.ask(
            lambda: self.desk.look_into(path, self.campaign_id, options),
            show,
            group="look",
            failed=self.refused,
        )

    def _draw(self) -> None:
        preview = self.preview
        if preview is None:
            return
        self._explain()
        settings = [
            Row(key, lambda width, key=key: words.setting(key, self.options, preview, width))
            for key, _name in words.SETTINGS
        ]
        columns = [
            Row(f"{_COLUMN}{each.index}", partial(words.column, each, self._example(each)))
            for each in preview.columns.columns
        ]
        title = _("Columns, the field each fills, why, and an example (Enter changes one)")
        self.rows.show(
            [*settings, Row("columns", lambda width: Content(clip(title, width)), heading=True), *columns],
            chosen=f"{_COLUMN}0",
        )

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._explain()

    def _explain(self) -> None:
        """Above the list: the file, and why the column one stands on was taken for what it is."""
        if self.preview is None:
            return
        lines = data(words.file_line(self.preview), "bold")
        key = self.rows.chosen or ""
        if key.startswith(_COLUMN):
            column = self.preview.columns.columns[int(key.removeprefix(_COLUMN))]
            lines = Content("\n").join([lines, data(words.why(column))])
        else:
            lines = Content("\n").join([lines, Content(_("Enter changes this."))])
        self.head(lines)

    def _example(self, column: Column) -> str:
        """The first value of a column."""
        assert self.preview is not None
        body = self.preview.source.sample[self.preview.columns.skip :]
        cells = (record.cells[column.index] for record in body if len(record.cells) > column.index)
        return next((clean(cell) for cell in cells if cell.strip()), "")

    # ── changing how it is read ──────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """Change what one stands on."""
        self.after_keys(self._open)

    def _open(self) -> None:
        key = self.rows.chosen
        if key is None or self.preview is None or self.working:
            return
        if key.startswith(_COLUMN):
            self._choose_field(self.preview.columns.columns[int(key.removeprefix(_COLUMN))])
        elif key in ("duplicates", "scope"):
            self._choose_setting(key)
        else:
            self._type_setting(key)

    def _choose_field(self, column: Column) -> None:
        assert self.preview is not None
        offered = words.fields(self.preview, [field.value for field in Field], _ATTRIBUTE)
        title = _('What is "{column}"?').format(column=clean(column.name))
        now = column.field.value if column.field is not None else _ATTRIBUTE
        self.app.push_screen(ChoiceScreen(title, offered, now), partial(self._map, column))

    def _map(self, column: Column, field: str | None) -> None:
        if field is None:
            return
        number = str(column.index + 1)
        fields = {name: at for name, at in self.options.overrides.items() if at != number and name != field}
        kept = [at for at in self.options.attributes if at != number]
        if field == _ATTRIBUTE:
            kept.append(number)
        else:
            fields[field] = number
        self._look(replace(self.options, overrides=fields, attributes=tuple(kept)))

    def action_propose(self) -> None:
        """The columns as the file itself speaks for them."""
        self._look(replace(self.options, overrides={}, attributes=()))

    def _choose_setting(self, key: str) -> None:
        named = words.DUPLICATES if key == "duplicates" else words.SCOPES
        offered = [Choice(each.value, _(label)) for each, label in named.items()]
        title = _(dict(words.SETTINGS)[key])

        def chosen(value: str | None) -> None:
            if value is None:
                return
            if key == "duplicates":
                self._look(replace(self.options, duplicates=Duplicates(value)))
            else:
                self._look(replace(self.options, scope=Scope(value)))

        self.app.push_screen(ChoiceScreen(title, offered, str(getattr(self.options, key).value)), chosen)

    def _type_setting(self, key: str) -> None:
        from tui.screens.ask_text import TextScreen

        now = {
            "list": self.options.list_name or "",
            "region": self.options.region or "",
            "rejects": str(self.options.rejects or ""),
        }[key]
        explained = {
            "list": _("The lead list they come into; empty: one named after the file."),
            "region": _("Country of numbers without a code, two letters; empty: the campaign's."),
            "rejects": _("A file for the rows that are not taken, with why; empty: none."),
        }[key]

        def typed(text: str | None) -> None:
            if text is None:
                return
            text = text.strip()
            if key == "list":
                self._look(replace(self.options, list_name=text or None))
            elif key == "region":
                self._look(replace(self.options, region=text.upper() or None))
            else:
                path = Path(text).expanduser() if text else None
                self._look(replace(self.options, rejects=path))

        self.app.push_screen(TextScreen(_(dict(words.SETTINGS)[key]), now, explained), typed)

    # ── trial, import, undo ──────────────────────────────────────────────────────────────────────────────

    def action_sample(self) -> None:
        """The first rows as they would be imported."""
        if self.preview is not None:
            self.app.show_message(_("The first rows"), words.sample(self.preview))

    def action_trial(self) -> None:
        """Count, write nothing."""
        self._run(_("Trying"), replace(self.options, dry_run=True), self._tried)

    def _tried(self, done: ImportResult) -> None:
        if not done.finished:
            self.say(Content(_("Stopped; nothing was written.")))
            return
        self.say(data(words.result(done, None, trial=True), "bold"))

    def action_go(self) -> None:
        """Import, after a question."""
        from tui.screens.confirm import ConfirmScreen

        preview = self.preview
        if preview is None:
            return
        as_list = _("as a list named after the file")
        if self.options.list_name:
            as_list = _("as the list {list}").format(list=clean(self.options.list_name))
        text = _("{file}\n\nImport its people into the campaign {campaign}, {as_list}?").format(
            file=words.file_line(preview), campaign=clean(self.campaign), as_list=as_list
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._run(_("Importing"), self.options, self._imported)

        window = ConfirmScreen(_("Import"), text, yes=_("Import"), no=_("Leave"))
        self.app.push_screen(window, answered)

    def _run(self, what: str, options: ImportOptions, done: Callable[[ImportResult], None]) -> None:
        path = self.path
        assert path is not None
        work = partial(self.desk.import_file, path, self.campaign_id, options)
        self.begin(what, work, done, self._failed)

    def _imported(self, done: ImportResult) -> None:
        self.made = done if done.list_id is not None else None
        keys = self.app.keys.shown
        line = words.result(done, self.options.rejects, trial=False)
        if not done.finished:
            line += "  " + _("{go} goes on.").format(go=keys("import.go"))
        if self.made is not None:
            line += "  " + _("{undo} takes it back.").format(undo=keys("import.undo"))
        self.say(data(line, "bold"))
        self.refresh_bindings()

    def action_undo(self) -> None:
        """Take back what was just imported, after a question."""
        from tui.screens.confirm import ConfirmScreen

        made = self.made
        if made is None or made.list_id is None:
            return
        text = _("Remove the leads of {list} that nobody worked with?").format(list=clean(made.list_name))

        def answered(yes: bool | None) -> None:
            if yes:
                work = partial(self.desk.undo_import, made.list_id, made.counts.imported)
                self.begin(_("Taking back"), work, self._undone, self._failed)

        self.app.push_screen(ConfirmScreen(_("Take back"), text, yes=_("Take back"), no=_("Leave")), answered)

    def _undone(self, done: UndoneImport) -> None:
        if done.finished and not done.kept:
            self.made = None
        self.say(data(words.undone(done), "bold"))
        self.refresh_bindings()

    def _failed(self, error: DomainError) -> None:
        """The work ended with an error; what was committed before stays, and the same import goes on from there."""
        self.refused(error)
        self.app.show_error(error)

    def show_progress(self) -> None:
        if self.working:
            self.say(self.progress_line())

    def action_close(self) -> None:
        """Stop the work that goes on; without any, back to the campaigns."""
        if not self.stop_work():
            self.dismiss(None)

"""All keys that work now, made from the live bindings and the shop's outcome keys: search, and Enter runs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from tui import commands
from tui.i18n import _
from tui.keymap import shown_key
from tui.screens.base import CommandScreen, Window
from tui.text import clean, clip, fit
from tui.widgets.lines import wrap
from tui.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from tui.app import DialdeckApp

Run = Callable[[], object]
KEYS, LABEL = 10, 22
"""Cells of the first two columns; the third is wrapped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One key: as shown, what it does in a word and in a line; ``run`` is None where it cannot be now."""

    keys: str
    label: str
    help: str
    run: Run | None = None


def help_groups(app: DialdeckApp, screen: Screen[object]) -> dict[str, list[Line]]:
    """The keys of ``screen`` by group, in the order of the registry; ask before a window is above it."""
    found: dict[str, list[tuple[str, ActiveBinding]]] = {}
    others: list[Line] = []
    for key, active in screen.active_bindings.items():
        command = commands.BY_ID.get(active.binding.id or "")
        if command is not None:
            found.setdefault(command.id, []).append((key, active))
        elif active.binding.description and active.binding.show and not active.binding.system:
            others.append(_other(app, key, active))
    groups: dict[str, list[Line]] = {}
    for command in commands.COMMANDS:
        if command.id in found:
            groups.setdefault(_(command.group), []).append(_line(app, command, found[command.id]))
    if isinstance(screen, CommandScreen):
        for each in screen.help_lines():
            line = Line(each.key, clean(each.label), clean(each.help), each.run)
            groups.setdefault(clean(each.group), []).append(line)
    if others:
        groups.setdefault(_("Here"), []).extend(others)
    application = groups.pop(_("Application"), None)
    return {**groups, _("Application"): application} if application else groups


def _line(app: DialdeckApp, command: commands.Command, keys: list[tuple[str, ActiveBinding]]) -> Line:
    _key, active = keys[0]
    shown = " ".join(shown_key(key) for key, _active in keys)
    run = partial(app.run_action, command.action, default_namespace=active.node) if active.enabled else None
    return Line(shown, _(command.label), _(command.help), run)


def _other(app: DialdeckApp, key: str, active: ActiveBinding) -> Line:
    run = partial(app.run_action, active.binding.action, default_namespace=active.node)
    return Line(
        shown_key(key), _(active.binding.description), _(active.tooltip), run if active.enabled else None
    )


class HelpScreen(Window["Run | None"]):
    """The result is what to run, None where the window was only read."""

    BINDINGS = [
        Binding("escape,f1", "close", "close", show=False),
        Binding("enter", "run", "run it", show=False, priority=True),
        Binding("down", "move('cursor_down')", "down", show=False),
        Binding("up", "move('cursor_up')", "up", show=False),
        Binding("pagedown", "move('page_down')", "down", show=False),
        Binding("pageup", "move('page_up')", "up", show=False),
    ]
    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 92; max-width: 96%; height: 90%; max-height: 40;
        border: round $primary; border-title-color: $accent; background: $background; padding: 0 1;
    }
    HelpScreen Input { border: none; height: 1; padding: 0 1; background: $surface; }
    HelpScreen Input:focus { border: none; background: $panel; }
    HelpScreen #more { height: 2; color: $quiet; }
    HelpScreen #nothing { display: none; }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, groups: dict[str, list[Line]]) -> None:
        super().__init__()
        self.groups = groups
        self._by_row: dict[str, Line] = {}

    def compose(self) -> ComposeResult:
        window = Vertical()
        window.border_title = _("Keys that work here")
        window.border_subtitle = _("Enter runs · Esc closes")
        with window:
            yield Input(placeholder=_("type to search"))
            yield Rows(can_focus=False)
            yield Static(Content(""), id="more")

    def on_mount(self) -> None:
        self._show("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, typed: str) -> None:
        words = typed.casefold().split()
        rows: list[Row] = []
        self._by_row = {}
        for group, lines in self.groups.items():
            hits = [line for line in lines if _matches(line, group, words)]
            if not hits:
                continue
            rows.append(Row(f"group {group}", partial(_heading, group), heading=True))
            for number, line in enumerate(hits):
                key = f"{group} {number} {line.keys} {line.label}"
                self._by_row[key] = line
                rows.append(Row(key, partial(_draw, line)))
        self.query_one(Rows).show(rows)
        self._explain()

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._explain()

    def _explain(self) -> None:
        """What the line one stands on does, and whether it can be done now."""
        line = self._by_row.get(self.query_one(Rows).chosen or "")
        if line is None:
            text = _(
                "No key here has that in its name or description. Backspace shows more again; Esc closes."
            )
        else:
            text = line.help or line.label
            if line.run is None:
                text = _("Not possible now: {text}").format(text=text)
        self.query_one("#more", Static).update(Content(text))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_run()

    def action_run(self) -> None:
        line = self._by_row.get(self.query_one(Rows).chosen or "")
        if line is not None and line.run is not None:
            self.dismiss(line.run)

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Rows), f"action_{how}")()

    def action_close(self) -> None:
        self.dismiss(None)


def _matches(line: Line, group: str, words: list[str]) -> bool:
    text = f"{line.keys} {line.label} {line.help} {group}".casefold()
    return all(word in text for word in words)


def _heading(group: str, width: int) -> Content:
    return Content(clip(group, width))


def _draw(line: Line, width: int) -> Content:
    style = "$quiet" if line.run is None else ""
    first, *more = wrap(line.help, max(width - KEYS - LABEL, 20)) or [""]
    head = Content.assemble(
        (fit(line.keys, KEYS), f"bold {style}" if style else "bold $accent"),
        (fit(line.label, LABEL), style),
        (first, "$quiet"),
    )
    below = (Content.styled(" " * (KEYS + LABEL) + text, "$quiet") for text in more)
    return Content("\n").join([head, *below])

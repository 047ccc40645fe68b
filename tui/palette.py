"""The command palette: every command and outcome that works on the present screen, and all themes.

Written anew rather than on Textual's system commands, because labels of outcomes are data and those would
read brackets in them as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui import commands
from tui.i18n import _
from tui.keymap import shown_key
from tui.screens.base import CommandScreen
from tui.text import clean

if TYPE_CHECKING:
    from tui.app import DialdeckApp


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette; ``key`` as shown, ``run`` does it."""

    title: str
    key: str
    help: str
    run: Callable[[], object]

    def line(self, marked: Content) -> Content:
        """The title (with its matching letters marked) and the key beside it."""
        return Content.assemble(marked, "  ", (self.key, "$quiet")) if self.key else marked


def entries(app: DialdeckApp, screen: object) -> Iterator[Entry]:
    """What can be run on ``screen`` now."""
    if isinstance(screen, CommandScreen):
        for command in commands.for_screen(screen.REGISTRY):
            if screen.check_action(command.action, ()):
                action = partial(app.run_action, command.action, default_namespace=screen)
                yield _entry(app, command, action)
        for line in screen.help_lines():
            if line.run is not None:
                yield Entry(clean(line.label), line.key, clean(line.help or line.group), line.run)
    for command in commands.for_screen(commands.EVERYWHERE):
        if command.id != "app.palette":
            yield _entry(app, command, partial(app.run_action, command.action))
    for theme in sorted(app.available_themes):
        title = _("Theme: {name}").format(name=theme)
        yield Entry(title, "", _("Use these colours"), partial(app.use_theme, theme))


def _entry(app: DialdeckApp, command: commands.Command, run: Callable[[], object]) -> Entry:
    keys = app.keys.keys_of(command)
    label = _(command.label)
    return Entry(label[:1].upper() + label[1:], shown_key(keys[0]) if keys else "", _(command.help), run)


class PaletteProvider(Provider):
    """Feeds Textual's palette window."""

    @property
    def _entries(self) -> Iterator[Entry]:
        app: DialdeckApp = self.app
        return entries(app, self.screen)

    async def discover(self) -> Hits:
        for entry in self._entries:
            if not entry.title.startswith(_("Theme: {name}").format(name="")):
                yield DiscoveryHit(entry.line(Content(entry.title)), entry.run, entry.title, entry.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        found = False
        for entry in self._entries:
            score, offsets = matcher.fuzzy_search.match(query, entry.title)
            in_help = matcher.match(entry.help) / 2
            if max(score, in_help) <= 0:
                continue
            found = True
            marked = Content(entry.title)
            for offset in offsets if score else ():
                marked = marked.stylize(matcher.match_style, offset, offset + 1)
            yield Hit(max(score, in_help), entry.line(marked), entry.run, entry.title, entry.help)
        if not found:
            app: DialdeckApp = self.app
            nothing = _("No command has “{query}” in its name").format(query=clean(query))
            yield Hit(
                0.1, Content(nothing), app.action_help, nothing, _("Enter shows all keys that work here")
            )

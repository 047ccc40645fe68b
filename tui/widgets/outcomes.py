"""The board of outcomes: each key beside what it does, what it sets, and when this person would come back.

Few outcomes have a row each; where there are more than rows, those that lose least share one. The board only
shows and says which was picked; deciding is ``tui.screens.console.flow``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from textual.binding import Binding
from textual.message import Message

from domain.calling.views import ActionView, Dossier
from domain.codes import FINAL_STATUSES, ActionType
from tui.i18n import _
from tui.keymap import shown_key
from tui.text import clip, fit
from tui.widgets.lines import Line, Span, cells, clip_line
from tui.widgets.packing import pack
from tui.widgets.pane import Pane
from tui.widgets.wording import Reader, effect_words, place, zone_of

COLUMN = 22
"""The narrowest useful width of an outcome that shares its row; below, the cells of its parts."""
SETS, GLYPH, TIME = 5, 2, 15
LEAST_LABEL = 9


class OutcomeBoard(Pane, can_focus=True):
    """Shows the outcomes; arrows and Enter pick one while it has the focus, a click always does.

    ``noted`` maps a slug to a short word beside it: pressed once, being written, not written.
    """

    BINDINGS = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("home", "move(-999)", show=False),
        Binding("end", "move(999)", show=False),
        Binding("enter", "pick", show=False),
    ]

    class Picked(Message):
        """The person picked an outcome by Enter or mouse."""

        def __init__(self, slug: str) -> None:
            super().__init__()
            self.slug = slug

    def __init__(self, title: str, reader: Reader) -> None:
        super().__init__(title, id="outcomes")
        self.reader = reader
        self.actions: Sequence[ActionView] = ()
        self.keys: Mapping[str, str] = {}
        self.timed: Mapping[str, str] = {}
        self.noted: dict[str, tuple[str, str, str]] = {}
        self.dossier: Dossier | None = None
        self.now = datetime.min.replace(tzinfo=UTC)
        self.at = 0
        self._effects: dict[str, tuple[str, Line]] = {}
        self._places: list[list[tuple[int, int]]] = []

    def offer(self, actions: Sequence[ActionView], keys: Mapping[str, str], timed: Mapping[str, str]) -> None:
        """The shop's outcomes, the key of each slug, and the second key of those that may take a time."""
        self.actions, self.keys, self.timed = actions, keys, timed
        self._foresee()
        self.redraw()

    def show(self, dossier: Dossier | None, now: datetime) -> None:
        """Show what each outcome would do to this person at this moment."""
        self.dossier, self.now = dossier, now
        self._foresee()
        self.redraw()

    def _foresee(self) -> None:
        """What each outcome would set and lead to, computed once for this person and moment."""
        self._effects = {action.slug: self._effect(action) for action in self.actions}

    def note(self, slug: str | None = None, word: str = "", role: str = "warn", *, short: str = "") -> None:
        """Put a word beside one outcome and take it from all others; ``short`` where it shares its row."""
        noted = {slug: (word, role, short or word)} if slug else {}
        if noted != self.noted:
            self.noted = noted
            self.redraw()

    # drawing

    def title_end(self) -> Line:
        """Whose clock the times are on, when it is not the seller's."""
        if self.dossier is None or len(self._body) > self.page:
            return ()
        zone = zone_of(self.dossier)
        if not self.reader.differs(zone, self.now):
            return ()
        return ((_("times in {place}").format(place=place(zone)), "muted"),)

    def body(self, width: int) -> list[Line]:
        """One row for each group of outcomes."""
        if not self.actions:
            return [((" " + _("no outcomes: dialdeck actions seed"), "warn"),)]
        most = max(1, width // COLUMN)
        rows = pack(tuple(self._dear(action) for action in self.actions), width, self.page, most)
        self._places = []
        body: list[Line] = []
        for row in rows:
            body.append(self._row_of(row, width))
        self.cursor = next((y for y, row in enumerate(rows) if self.at in row), None)
        return body

    def _wanted(self, action: ActionView) -> int:
        """Cells an outcome wants when it shares a row; from what never changes, so that no outcome moves with
        the person. One that ends needs no time beside it.
        """
        label = cells((*self._head(action), (self._label(action), "")))
        return label + SETS + (TIME if self._returns(action) else GLYPH)

    def _dear(self, action: ActionView) -> int:
        """How many cells it is worth not to share a row: one that comes back would lose its time."""
        return self._wanted(action) + (TIME if self._returns(action) else 0)

    def _returns(self, action: ActionView) -> bool:
        return action.lead_status not in FINAL_STATUSES and action.type != ActionType.SCHEDULED

    def _row_of(self, row: list[int], width: int) -> Line:
        if len(row) == 1:
            self._places.append([(0, row[0])])
            return self._marked(row[0], clip_line(self._full(self.actions[row[0]], width), width))
        rooms = self._rooms([self.actions[index] for index in row], width)
        spans: list[Span] = []
        places: list[tuple[int, int]] = []
        start = 0
        for index, room in zip(row, rooms, strict=True):
            piece = self._shortened(self.actions[index], room)
            places.append((start, index))
            spans.extend((*self._marked(index, piece), (" " * (room + 1 - cells(piece)), "text")))
            start += room + 1
        self._places.append(places)
        return tuple(spans[:-1])

    def _rooms(self, actions: Sequence[ActionView], width: int) -> list[int]:
        """Cells for each outcome of a shared row; what is missing is taken from the longest labels."""
        rooms = [self._wanted(action) for action in actions]
        labels = [cell_len(self._label(action)) for action in actions]
        spare = width - sum(rooms) - len(rooms) + 1
        while spare < 0:
            longest = labels.index(max(labels))
            rooms[longest] -= 1
            labels[longest] -= 1
            spare += 1
        rooms[-1] += max(0, spare)
        return rooms

    def _marked(self, index: int, line: Line) -> Line:
        """The outcome under the cursor, in reverse, while the board has the focus."""
        if index != self.at or not self.has_focus:
            return line
        return tuple((text, "cursor") for text, _role in line)

    def _row(self, line: Line, width: int, *, selected: bool) -> Line:
        return super()._row(line, width, selected=False)

    def _full(self, action: ActionView, width: int) -> Line:
        """Key, label, marks, what it sets, what follows."""
        label = min(max((cell_len(self._label(each)) for each in self.actions), default=8), width - 26)
        head = self._head(action)
        room = max(label, 8)
        name: Line = ((fit(self._clipped(action, room), room), self._role(action)),)
        sets, effect = self._effects[action.slug]
        word = self.noted.get(action.slug)
        if word is not None:
            return (*head, *name, (f" {word[0]}", word[1]))
        return (*head, *name, (f" {fit(sets, 5)}", "muted"), *effect)

    def _short(self, action: ActionView) -> Line:
        sets, effect = self._effects[action.slug]
        return (
            *self._head(action),
            (self._label(action), self._role(action)),
            (f" {sets} ", "muted"),
            *effect,
        )

    def _shortened(self, action: ActionView, room: int) -> Line:
        """As much as fits: words of the effect go first, then its glyph, then the end of the label."""
        head, label, sets, *effect = self._short(action)
        word = self.noted.get(action.slug)
        if word is not None:
            end: Line = ((f" {word[2]}", word[1]),)
            space = room - cells((head, *end))
            return (head, (self._clipped(action, space), label[1]), *end)
        whole: Line = (head, label, sets, *effect)
        if cells(whole) <= room:
            return whole
        tail: Line = (sets, (effect[0][0].rstrip(), effect[0][1])) if effect else (sets,)
        for least in (cell_len(label[0]), min(cell_len(label[0]), LEAST_LABEL)):
            for end in (tail, (sets,)):
                space = room - cells((head, *end))
                if space >= least:
                    return (head, (self._clipped(action, space), label[1]), *end)
        return clip_line((head, label), room)

    def _clipped(self, action: ActionView, room: int) -> str:
        """The label in so many cells; its marks stay."""
        marks = self._marks(action)
        return clip(action.label, room - cell_len(marks)) + marks

    def _head(self, action: ActionView) -> Line:
        key = self.keys.get(action.slug)
        return ((f" {shown_key(key) if key else '·'} ", "key" if key else "muted"),)

    def _label(self, action: ActionView) -> str:
        return action.label + self._marks(action)

    def _marks(self, action: ActionView) -> str:
        """``‼`` press again, ``…`` asks for a time, the second key of call-later."""
        marks = "‼" if action.confirm else ""
        if action.type == ActionType.SCHEDULED:
            marks += "…"
        second = self.timed.get(action.slug)
        return f"{marks} {second}…" if second else marks

    def _role(self, action: ActionView) -> str:
        return action.colour if action.colour in {"success", "later", "ended"} else "text"

    def _effect(self, action: ActionView) -> tuple[str, Line]:
        if self.dossier is None:
            return f"{action.campaign_status} {_code(action.resolution)}", ()
        effect = self.dossier.rules.effect(action, self.now)
        return effect.sets, effect_words(effect, action, self.now, self.dossier, self.reader)

    # picking

    def action_move(self, steps: int) -> None:
        """The cursor to another outcome."""
        self.at = max(0, min(self.at + steps, len(self.actions) - 1))
        self.redraw()

    def action_pick(self) -> None:
        """Pick the outcome under the cursor."""
        if self.actions:
            self.post_message(self.Picked(self.actions[self.at].slug))

    def picked(self, index: int, x: int) -> None:
        """A click picks the outcome under it."""
        found = [action for start, action in self._places[index] if start <= x]
        if self.actions and found:
            self.at = found[-1]
            self.post_message(self.Picked(self.actions[self.at].slug))

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()


def _code(value: str) -> str:
    return {"keep": "=", "clear": "–"}.get(value, value)

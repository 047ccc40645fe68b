"""One change for many leads of a campaign: which ones and what, counted while it is put together, done, taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Label, Select, Static
from textual.widgets._select import SelectOverlay

from domain.bulk.selection import Change, Kind, Selection
from domain.codes import NO_STATUS_KEY, NO_STATUS_LABEL, DialStatus, status_label
from domain.errors import DomainError
from tui import commands
from tui.i18n import _, several
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.long_work import LongWork
from tui.text import clean, count, data
from tui.widgets.key_line import KeyLine
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.bulk.applying import Edited, Preview
    from domain.bulk.undoing import Undone
    from domain.campaigns.lists import ListLine
    from domain.people.users import UserView

TYPING_SECONDS = 0.25


def kinds() -> dict[Kind, tuple[str, str]]:
    """What can be changed, and what to write for it."""
    return {
        Kind.TAG: (_("set a tag"), _("the tag")),
        Kind.UNTAG: (_("remove a tag"), _("the tag")),
        Kind.PRIORITY: (_("set the priority"), _("0 to 99, higher is sooner")),
        Kind.ZONE: (_("set the time zone"), "America/Montevideo"),
        Kind.LIST: (_("put on a list"), _("the name of a list of this campaign")),
        Kind.DO_NOT_CALL: (_("never call again"), _("why, in a few words; may stay empty")),
    }


class BulkScreen(LongWork[None]):
    """``lead_ids``: these very leads; without them the fields say which."""

    REGISTRY = "bulk"
    BINDINGS = commands.bindings("bulk")
    AUTO_FOCUS = "Select"
    CSS = """
    BulkScreen Grid { grid-size: 2; grid-columns: 22 1fr; grid-rows: 1; height: auto; margin: 1 1; }
    BulkScreen Label { width: 1fr; }
    BulkScreen Input { border: none; height: 1; background: $surface; padding: 0 1; }
    BulkScreen Input:focus { border: none; background: $panel; }
    BulkScreen Select > SelectCurrent { background: $surface; padding: 0 1; }
    BulkScreen Select:focus > SelectCurrent { background: $panel; }
    BulkScreen #which { margin: 1 1 0 1; height: auto; }
    BulkScreen #seen { margin: 0 1; height: 1fr; }
    BulkScreen #state { height: auto; max-height: 3; color: $quiet; margin: 0 1; }
    """

    def __init__(self, campaign_id: int, campaign: str, lead_ids: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.campaign_id = campaign_id
        self.campaign = campaign
        self.lead_ids = lead_ids
        self.seen: Preview | None = None
        self.last: Edited | None = None
        self._lists: dict[str, int] = {}
        self._timer: Timer | None = None

    # ── layout ───────────────────────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(_("Change many"), f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        with Vertical():
            which = (
                several(
                    "{count} lead of the list before", "{count} leads of the list before", len(self.lead_ids)
                )
                if self.lead_ids
                else _("leads with all that is chosen here")
            )
            yield Static(Content.assemble((clean(self.campaign), "bold"), f" · {which}"), id="which")
            with Grid():
                if not self.lead_ids:
                    yield from self._filters()
                yield Label(Content(_("What becomes of them")))
                yield self._choice("kind", [(kind.value, words) for kind, (words, _hint) in kinds().items()])
                yield Label(Content(_("To what")))
                yield Input(id="value", compact=True)
            yield Static(Content(""), id="seen")
        yield Static(Content(""), id="state")
        yield KeyLine()

    def _filters(self) -> ComposeResult:
        statuses = [(each.value, _(status_label(each.value))) for each in DialStatus]
        yield Label(Content(_("Status")))
        yield self._choice("status", [*statuses, (NO_STATUS_KEY, _(NO_STATUS_LABEL))])
        yield Label(Content(_("List")))
        yield self._choice("list", [])
        yield Label(Content(_("Seller")))
        yield self._choice("seller", [])
        yield Label(Content(_("Tag")))
        yield Input(id="tag", compact=True)

    def _choice(self, name: str, options: list[tuple[str, str]]) -> Select[str]:
        return Select(_options(options), id=name, compact=True, prompt="–")

    def on_mount(self) -> None:
        self.ask(
            lambda: self.desk.filter_choices(self.campaign_id),
            self._offer,
            group="choices",
            failed=self._failed,
        )

    def _offer(self, found: tuple[list[ListLine], list[UserView]]) -> None:
        lists, people = found
        self._lists = {each.name: each.id for each in lists}
        if not self.lead_ids:
            self._select("list").set_options(_options([(str(each.id), each.name) for each in lists]))
            self._select("seller").set_options(_options([(str(each.id), each.name) for each in people]))

    def _select(self, name: str) -> Select[str]:
        return cast("Select[str]", self.query_one(f"#{name}", Select))

    # ── what is asked for ────────────────────────────────────────────────────────────────────────────────

    def condition(self, name: str) -> bool:
        """``changes``: there is something to do. ``done``: the last edit can be taken back."""
        if name == "done":
            return self.last is not None and not self.working
        return self.seen is not None and self.seen.changed > 0 and not self.working

    @on(Input.Changed)
    @on(Select.Changed)
    def _another(self) -> None:
        self.seen = None
        kind = self._chosen("kind")
        self.query_one("#value", Input).placeholder = kinds()[Kind(kind)][1] if kind else ""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TYPING_SECONDS, self.look)

    def _chosen(self, name: str) -> str | None:
        if self.lead_ids and name != "kind":
            return None
        value = self._select(name).value
        return value if isinstance(value, str) else None

    def asked(self) -> tuple[Selection, Change] | None:
        """Which leads and what, as far as it is said."""
        kind = self._chosen("kind")
        if kind is None:
            return None
        value = self.query_one("#value", Input).value.strip()
        if not value and kind != Kind.DO_NOT_CALL:
            return None
        if kind == Kind.LIST:
            value = str(self._lists.get(value, 0))
        status, list_id, seller = (self._chosen(name) for name in ("status", "list", "seller"))
        tag = "" if self.lead_ids else self.query_one("#tag", Input).value.strip()
        return Selection(
            self.campaign_id,
            statuses=(status,) if status else (),
            list_id=int(list_id) if list_id else None,
            seller_id=int(seller) if seller else None,
            tag=tag or None,
            lead_ids=self.lead_ids,
        ), Change(Kind(kind), value)

    def look(self) -> None:
        """Count what it would do."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        asked = self.asked()
        self.refresh_bindings()
        if asked is None:
            self.forget("look")
            self._told(Content(""))
            return
        self.ask(lambda: self.desk.bulk_preview(*asked), self._show, group="look", failed=self._failed)

    def _show(self, seen: Preview) -> None:
        self.seen = seen
        lines = [
            several("{count} lead chosen", "{count} leads chosen", seen.selected),
            "▶ " + several("{count} would change", "{count} would change", seen.changed),
        ]
        left = ((seen.same, _("so already")), (seen.in_hands, _("in a seller's hands")))
        for leads, why in (*left, (seen.no_number, _("without a number"))):
            if leads:
                lines.append(f"  {count(leads)} {_('stay')}: {why}")
        self._told(Content("\n".join(lines)))
        self.refresh_bindings()

    def _failed(self, error: DomainError) -> None:
        self.seen = None
        self._told(data(f"✕ {error.message}", "$class-problematic"))
        self.refresh_bindings()

    def _told(self, text: Content) -> None:
        self.query_one("#seen", Static).update(text)

    def say(self, text: Content) -> None:
        """In the line above the keys."""
        self.query_one("#state", Static).update(text)

    # ── doing ────────────────────────────────────────────────────────────────────────────────────────────

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter on an open choice is its own."""
        if action == "apply" and isinstance(self.focused, SelectOverlay):
            return False
        return super().check_action(action, parameters)

    def action_apply(self) -> None:
        """After a question."""
        asked, seen = self.asked(), self.seen
        if asked is None or seen is None:
            return
        words = kinds()[asked[1].kind][0]
        question = several("{count} lead: ", "{count} leads: ", seen.changed) + words
        if asked[1].value and asked[1].kind is not Kind.LIST:
            question += f" – {clean(asked[1].value)}"
        window = ConfirmScreen(_("Change these leads?"), question, yes=_("Change"), no=_("Leave"))
        self.app.push_screen(window, partial(self._apply, asked))

    def _apply(self, asked: tuple[Selection, Change], yes: bool | None) -> None:
        if yes:
            self.begin(_("Changing"), partial(self.desk.bulk_edit, *asked), self._applied, self._ended_early)

    def _applied(self, done: Edited) -> None:
        self.last = done
        words = several("✓ {count} lead changed. ", "✓ {count} leads changed. ", done.changed)
        stopped = "" if done.finished else _("Stopped. ")
        self.say(Content(stopped + words + _("F6 takes it back.")))
        self.look()

    def _ended_early(self, error: DomainError) -> None:
        self.say(data(f"✕ {error.message}", "$class-final"))
        self.look()

    def action_take_back(self) -> None:
        """The last edit of this screen."""
        if self.last is not None and not self.working:
            work = partial(self.desk.undo_bulk, self.last.bulk_edit_id)
            self.begin(_("Taking back"), work, self._taken_back, self._ended_early)

    def _taken_back(self, done: Undone) -> None:
        if done.finished:
            self.last = None
        back = several("✓ {count} lead as before", "✓ {count} leads as before", done.restored)
        kept = _("; {count} were changed since and stay").format(count=count(done.kept)) if done.kept else ""
        self.say(Content(f"{back}{kept}."))
        self.look()

    def action_past(self) -> None:
        """Earlier ones; back here it is counted anew."""
        from tui.screens.leading.bulk_past import PastBulkScreen

        self.app.push_screen(PastBulkScreen(self.campaign_id, self.campaign), lambda _nothing: self.look())

    def show_progress(self) -> None:
        if self.working:
            self.say(self.progress_line())

    def action_close(self) -> None:
        """Stop what is being done, else back."""
        if not self.stop_work():
            self.dismiss(None)


def _options(offered: list[tuple[str, str]]) -> list[tuple[Text, str]]:
    """Names are data: never parsed as markup."""
    return [(Text(clean(label), no_wrap=True, overflow="ellipsis"), value) for value, label in offered]

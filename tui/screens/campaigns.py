"""The campaigns one may work in, each with what waits in it, counted again every ten seconds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from domain.codes import Role
from domain.errors import DomainError
from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.base import CommandScreen
from tui.text import ago, clean, clock, count, data, fit, moment
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Row, Rows
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.calling.views import CampaignCard

REFRESH_SECONDS = 10.0
_WIDE = 96


class CampaignsScreen(CommandScreen[None]):
    """Ends when the person signs out; a chosen campaign is opened above it."""

    REGISTRY = "campaigns"
    BINDINGS = commands.bindings("campaigns")
    CSS = """
    CampaignsScreen #body { margin: 1 1 0 1; height: 1fr; }
    CampaignsScreen #head { height: 1; color: $quiet; }
    CampaignsScreen #state { height: 1; color: $quiet; margin: 0 1 1 1; }
    CampaignsScreen #empty { margin: 1 2; height: 1fr; display: none; }
    CampaignsScreen.-empty #empty { display: block; }
    CampaignsScreen.-empty #body { display: none; }
    """
    AUTO_FOCUS = "Rows"

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[str, CampaignCard] = {}
        self._loaded = False
        self._in_a_hurry = False

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(_("Campaigns"), f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        with Vertical(id="body"):
            yield Heading(id="head")
            yield Rows(id="cards")
        yield Static(Content(""), id="empty")
        yield Static(Content(_("Counting …")), id="state")
        yield KeyLine()

    def on_mount(self) -> None:
        self.set_interval(REFRESH_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        self.action_refresh()

    def _tick(self) -> None:
        if self.is_active:  # not while another screen covers this one (is_current holds then, too)
            self.action_refresh()
            self.read_alerts()

    def condition(self, name: str) -> bool:
        """``campaign``: there is one to open, or it is not known yet (Enter then opens the first)."""
        return bool(self.cards) or not self._loaded

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def action_refresh(self) -> None:
        """Count again."""
        self.ask(self.desk.cards, self._show, group="cards", failed=self._refused)

    def _show(self, cards: Sequence[CampaignCard]) -> None:
        had = bool(self.cards)
        self.cards = {str(card.campaign_id): card for card in cards}
        now = self.desk.now()
        zone = self.desk.preferences.zone
        draw = partial(_card, now=now, zone=zone, language=i18n.language())
        self.query_one(Rows).show([Row(key, partial(draw, card)) for key, card in self.cards.items()])
        self.set_class(not cards, "-empty")
        if not cards:
            self.query_one("#empty", Static).update(self._nothing())
        self._say(self._summary(now, zone))
        if had != bool(cards) or not self._loaded:
            self._loaded = True
            self.refresh_bindings()
        if self._in_a_hurry:
            self._in_a_hurry = False
            self.action_open()

    def _refused(self, error: DomainError) -> None:
        """While it happens again every ten seconds, a window would be in the way: one line says it."""
        line = data(f"✕ {error.message}", "$class-final")
        if self.cards:
            self._say(line)
            return
        self._loaded, self._in_a_hurry = True, False
        self.add_class("-empty")
        self.query_one("#empty", Static).update(line)
        self._say(Content(""))

    def _say(self, text: Content) -> None:
        self.query_one("#state", Static).update(text)

    def hear(self, line: str, seconds: float) -> bool:
        """In the line below, until the next count."""
        self._say(data(line))
        return True

    def _summary(self, now: datetime, zone: ZoneInfo | None) -> Content:
        due = sum(card.due for card in self.cards.values())
        done = sum(card.done_today for card in self.cards.values())
        parts = [
            several("{count} callback due", "{count} callbacks due", due),
            _("{count} done today").format(count=count(done)),
            _("counted at {time}").format(time=clock(now, zone)),
        ]
        return Content(" · ".join(parts))

    def _nothing(self) -> Content:
        if self.desk.actor.role is Role.SELLER:
            text = _(
                "Nothing to call yet: there is no campaign open to you.\n\nAsk a supervisor to start one."
            )
        else:
            keys = self.app.keys.shown
            text = _(
                "There is no campaign yet.\n\n"
                "Create one:        {new}, or dialdeck campaigns create NAME\n"
                "Bring people in:   {bring}, or dialdeck leads import FILE --campaign NAME\n"
                "Or look around:    dialdeck demo"
            ).format(new=keys("campaigns.new"), bring=keys("campaigns.import"))
        return Content(text)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.desk.actor.role in commands.SELLING:
            self.action_open()
        else:  # who only looks sees where the leads stand
            self.action_why()

    def action_open(self) -> None:
        """Work in the campaign one stands on; pressed before they are counted, in the first one then."""
        self.after_keys(self._open)

    def _open(self) -> None:
        if not self._loaded:
            self._in_a_hurry = True
            return
        card = self.cards.get(self.query_one(Rows).chosen or "")
        if card is None:
            return
        if not card.active:
            self.app.show_message(
                clean(card.name),
                _("This campaign is paused. A supervisor resumes it with: dialdeck campaigns resume NAME"),
                "warning",
            )
            return
        self.app.open_campaign(card)

    def _chosen(self) -> CampaignCard | None:
        return self.cards.get(self.query_one(Rows).chosen or "")

    def action_why(self) -> None:
        """Where the leads of the campaign stand."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.why import WhyScreen

            self.app.push_screen(WhyScreen(card.campaign_id, card.name))

    def action_report(self) -> None:
        """What came of the campaign, in figures."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.report import ReportScreen

            self.app.push_screen(ReportScreen(card.campaign_id, card.name))

    def action_many(self) -> None:
        """One change for many leads of the campaign."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.bulk import BulkScreen

            self.app.push_screen(BulkScreen(card.campaign_id, card.name))

    def action_changed(self) -> None:
        """What was changed for many leads of the campaign."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.bulk_past import PastBulkScreen

            self.app.push_screen(PastBulkScreen(card.campaign_id, card.name))

    def action_duplicates(self) -> None:
        """Contacts that may be one person."""
        from tui.screens.leading.duplicates import DuplicatesScreen

        self.app.push_screen(DuplicatesScreen())

    def action_find(self) -> None:
        """Anybody of the shop."""
        from tui.screens.leading.finding import FindScreen

        self.app.push_screen(FindScreen())

    def action_recycle(self) -> None:
        """Put leads of the campaign back into play."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.recycling import RecyclingScreen

            self.app.push_screen(RecyclingScreen(card.campaign_id, card.name))

    def action_hand_out(self) -> None:
        """Hand leads of the campaign to sellers, or take them back."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.handing import HandingScreen

            self.app.push_screen(HandingScreen(card.campaign_id, card.name))

    def action_hopper(self) -> None:
        """Who comes next in the campaign."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.hopper import HopperScreen

            self.app.push_screen(HopperScreen(card.campaign_id, card.name))

    def action_wallboard(self) -> None:
        """Everybody at this moment."""
        from tui.screens.leading.wallboard import WallboardScreen

        self.app.push_screen(WallboardScreen())

    def action_import(self) -> None:
        """Bring people into the campaign from a file."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.importing import ImportScreen

            self.app.push_screen(ImportScreen(card.campaign_id, card.name))

    def action_edit(self) -> None:
        """The campaign's settings."""
        card = self._chosen()
        if card is not None:
            from tui.screens.leading.campaign import CampaignScreen

            self.app.push_screen(CampaignScreen(card.name))

    def action_new(self) -> None:
        """Make a campaign."""
        from tui.screens.leading.campaign import CampaignScreen

        self.app.push_screen(CampaignScreen(None))

    def action_outcomes(self) -> None:
        """What the keys of the console do."""
        from tui.screens.leading.outcome_keys import OutcomeKeysScreen

        self.app.push_screen(OutcomeKeysScreen())

    def action_jobs(self) -> None:
        """The background jobs of the shop."""
        from tui.screens.leading.jobs import JobsScreen

        self.app.push_screen(JobsScreen())

    def action_users(self) -> None:
        """Who may sign in, and as what."""
        from tui.screens.leading.users import UsersScreen

        self.app.push_screen(UsersScreen())

    def action_audit(self) -> None:
        """Who did what."""
        from tui.screens.leading.audit import AuditScreen

        self.app.push_screen(AuditScreen())

    def action_down(self) -> None:
        self.query_one(Rows).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(Rows).action_cursor_up()

    def action_first(self) -> None:
        self.query_one(Rows).action_first()

    def action_last(self) -> None:
        self.query_one(Rows).action_last()

    def action_sign_out(self) -> None:
        """Let somebody else work."""
        self.dismiss(None)


class Heading(Widget):
    """The titles above the figures."""

    def render(self) -> Content:
        return Content("  ") + _figures(self.size.width - 2, "", _titles())


def _titles() -> dict[str, str]:
    return {
        "due": _("due"),
        "ready": _("ready"),
        "assigned": _("yours"),
        "due_later": _("later"),
        "waiting": _("waiting"),
        "done_today": _("done today"),
        "leads": _("leads"),
    }


_WIDTHS = {"due": 7, "ready": 8, "assigned": 8, "due_later": 8, "waiting": 10, "done_today": 12}
_WIDTHS_WIDE = {**_WIDTHS, "leads": 11}


def _figures(width: int, name: str, values: dict[str, str]) -> Content:
    """A name and its figures, right-aligned under their titles."""
    widths = _WIDTHS_WIDE if width >= _WIDE else _WIDTHS
    room = max(width - sum(widths.values()), 12)
    cells = "".join(fit(values[key], size, right=True) for key, size in widths.items())
    return Content.assemble((fit(name, room), "bold"), cells)


def _card(card: CampaignCard, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    """Two lines: name and figures; whether it may be called now and what comes next."""
    values = {key: count(getattr(card, key)) for key in _WIDTHS_WIDE}
    first = _figures(width, card.name, values)
    if not card.active:
        state, style = "‖ " + _("paused"), "$class-problematic"
    elif card.open_now:
        state, style = "● " + _("open"), "$class-recyclable"
    else:
        state, style = "☾ " + _("closed"), "$class-open"
    hours = _("round the clock") if card.hours == "00:00-24:00" else card.hours
    detail = hours if card.open_now or not card.active else (card.closed_because or hours)
    parts = [Content.styled(state, style), data(detail)]
    if card.next_at is not None and card.active:
        when = f"{moment(card.next_at, now, zone, language)} ({ago(card.next_at, now)})"
        next_one = _("next callback {when}") if card.open_now else _("opens {when}")
        parts.append(Content(next_one.format(when=when)))
    second = Content(" · ").join(parts).truncate(width, ellipsis=True)
    return Content("\n").join([first, second])

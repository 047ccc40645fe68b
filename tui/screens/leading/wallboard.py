"""The wallboard: big figures of today, then alerts, campaigns and sellers, a row each, looked at every two seconds.

What did not change is not painted again: the figures are set only when they differ, and a list with the same rows
exchanges the text of those that read differently.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Digits, OptionList, Static

from domain.errors import DomainError
from domain.reporting.seller_states import BoardState
from tui import commands
from tui.i18n import _
from tui.screens.leading.base import ListScreen
from tui.screens.leading.people import PeopleScreen
from tui.screens.leading.wallboard_words import alert, campaign, campaign_titles, seller, seller_titles
from tui.text import clean, clock, count, data
from tui.widgets.key_line import KeyLine
from tui.widgets.rows import Draw, Row, Rows
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from domain.calling.leads import LeadLine
    from domain.calling.taking_back import TakenBack
    from domain.people.messages import Message
    from domain.reporting.wallboard import Alert, CampaignRow, SellerRow, Wallboard

REFRESH_SECONDS = 2.0
PAGE = 200


class WallboardScreen(ListScreen[None]):
    """Reads again only when the answer before is there, so that a slow database is not asked over and over."""

    REGISTRY = "wallboard"
    BINDINGS = commands.bindings("wallboard")
    CSS = (
        ListScreen.CSS
        + """
    #figures { height: 4; margin: 0 1; }
    #figures Vertical { width: 1fr; height: 4; }
    #figures Static { height: 1; color: $quiet; }
    #figures Digits { width: 1fr; }
    #successes { color: $class-recyclable; text-style: bold; }
    #calls { text-style: bold; }
    """
    )

    def __init__(self) -> None:
        super().__init__(_("Wallboard"))
        self.board: Wallboard | None = None
        self._answer: Content | None = None
        self._asked = False
        self._possible: tuple[bool, ...] = ()

    def compose(self) -> ComposeResult:
        actor = self.desk.actor
        yield TopLine(self.heading, f"{actor.name} · {_(actor.role.value)}   {self.desk.database_label}")
        with Horizontal(id="figures"):
            for name, title in (
                ("successes", _("sales today")),
                ("calls", _("calls today")),
                ("contacts", _("contacts")),
                ("rate", _("sales of contacts, %")),
            ):
                with Vertical():
                    yield Static(Content(title))
                    yield Digits("", id=name)
        with Vertical():
            yield Rows(id="rows")
        yield Static(Content(_("Looking …")), id="state")
        yield KeyLine()

    def on_mount(self) -> None:
        self.set_interval(REFRESH_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        self._load()

    def _tick(self) -> None:
        if self.is_active and not self._asked:
            self._load()

    def condition(self, name: str) -> bool:
        """``row``: one stands on one.  ``seller``, ``campaign``: on such a one.  ``claim``: they have somebody."""
        if name == "claim":
            return self.seller is not None and self.seller.lead_id is not None
        if name == "row":
            return any(each is not None for each in (self.alert, self.campaign, self.seller))
        return {"seller": self.seller, "campaign": self.campaign}[name] is not None

    # ── showing ──────────────────────────────────────────────────────────────────────────────────────────

    def action_refresh(self) -> None:
        """Look again."""
        self._answer = None
        self._load()

    def _load(self) -> None:
        self._asked = True
        self.ask(self.desk.wallboard, self._show, group="wallboard", failed=self._not_read)

    def _not_read(self, error: DomainError) -> None:
        self._asked = False
        self.refused(error)

    def _show(self, board: Wallboard) -> None:
        self._asked = False
        self.board = board
        self._digit("successes", count(board.successes))
        self._digit("calls", count(board.calls))
        self._digit("contacts", count(board.contacts))
        self._digit("rate", f"{100 * board.successes / board.contacts:.1f}" if board.contacts else "-")
        self.rows.show(self._rows_of(board), chosen=self._first(board))
        if self._answer is not None:
            self.say(self._answer)
        else:
            as_of = clock(board.as_of, self.desk.preferences.zone)
            self.say(Content(_("as of {time}, looked at every 2 seconds").format(time=as_of)))
        self._keys_changed()

    def _digit(self, name: str, value: str) -> None:
        shown = self.query_one(f"#{name}", Digits)
        if shown.value != value:
            shown.update(value)

    def _rows_of(self, board: Wallboard) -> list[Row]:
        now, zone = board.as_of, self.desk.preferences.zone
        shown = [
            Row(f"alert:{number}", partial(alert, told, zone=zone))
            for number, told in enumerate(board.alerts)
        ]
        shown.append(Row("campaigns", _beside_marks(campaign_titles), heading=True))
        shown += [
            Row(f"campaign:{row.campaign_id}", partial(campaign, row, now=now, zone=zone))
            for row in board.campaigns
        ]
        shown.append(Row("sellers", _beside_marks(seller_titles), heading=True))
        shown += [Row(f"seller:{row.seller_id}", partial(seller, row, now=now)) for row in board.sellers]
        return shown

    def _first(self, board: Wallboard) -> str | None:
        """Where one stands when the row one stood on is gone."""
        return f"campaign:{board.campaigns[0].campaign_id}" if board.campaigns else None

    def on_resize(self) -> None:
        if self.board is not None:
            self._show(self.board)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._keys_changed()

    def _keys_changed(self) -> None:
        possible = tuple(map(self.condition, ("row", "seller", "campaign", "claim")))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    # ── where one stands ─────────────────────────────────────────────────────────────────────────────────

    def _at(self, kind: str) -> int | None:
        here, _colon, number = (self.rows.chosen or "").partition(":")
        return int(number) if here == kind and number else None

    @property
    def alert(self) -> Alert | None:
        """The alert one stands on."""
        at = self._at("alert")
        alerts = self.board.alerts if self.board is not None else ()
        return alerts[at] if at is not None and at < len(alerts) else None

    @property
    def campaign(self) -> CampaignRow | None:
        """The campaign one stands on."""
        at = self._at("campaign")
        campaigns = self.board.campaigns if self.board is not None else ()
        return next((row for row in campaigns if row.campaign_id == at), None)

    @property
    def seller(self) -> SellerRow | None:
        """The seller one stands on."""
        at = self._at("seller")
        sellers = self.board.sellers if self.board is not None else ()
        return next((row for row in sellers if row.seller_id == at), None)

    # ── going elsewhere ──────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """A seller's queue, a campaign's hopper, what an alert is about."""
        self.after_keys(self._open)

    def _open(self) -> None:
        if self.seller is not None:
            self.app.push_screen(SellerQueueScreen(self.seller))
        elif self.campaign is not None:
            from tui.screens.leading.hopper import HopperScreen

            self.app.push_screen(HopperScreen(self.campaign.campaign_id, self.campaign.name))
        elif self.alert is not None:
            self._open_alert(self.alert)

    def _open_alert(self, told: Alert) -> None:
        if told.campaign_id is None:
            from tui.screens.leading.jobs import JobsScreen

            self.app.push_screen(JobsScreen())
        elif told.kind == "problems":
            from tui.screens.leading.recycling import RecyclingScreen

            self.app.push_screen(RecyclingScreen(told.campaign_id, told.campaign or ""))
        else:
            from tui.screens.leading.why import WhyScreen

            self.app.push_screen(WhyScreen(told.campaign_id, told.campaign or ""))

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────

    def _answered(self, text: str) -> None:
        self._answer = data(f"✓ {text}", "$class-recyclable")
        self.say(self._answer)
        self._load()

    def _refused_act(self, error: DomainError) -> None:
        self._answer = data(f"✕ {error.message}", "$class-final")
        self.say(self._answer)
        self._load()

    def action_message(self) -> None:
        """A line to this seller."""
        from tui.screens.leading.line_to_seller import LineScreen

        row = self.seller
        if row is None:
            return
        name = row.full_name or row.name

        def written(text: str | None) -> None:
            if text:
                self.do(lambda: self.desk.send_message(row.seller_id, text), sent, failed=self._refused_act)

        def sent(_message: Message) -> None:
            self._answered(_("Sent to {name}; it is shown on their console").format(name=name))

        self.app.push_screen(LineScreen(name), written)

    def action_take_back(self) -> None:
        """The person out of this seller's hands, after a question."""
        from tui.screens.confirm import ConfirmScreen

        row = self.seller
        if row is None or row.lead_id is None:
            return
        name = row.full_name or row.name
        calling = row.state is BoardState.TALKING or row.silent
        words = _("{name} has lead {lead} in hand. It goes back into the queue for the others.")
        if calling:
            words = _(
                "{name} has lead {lead} in hand, and a call may run. Once dialled it stands as called, outcome "
                "missing, until somebody says what came of it; an outcome {name} still brings is kept."
            )

        def answered(yes: bool | None) -> None:
            if yes:
                self.do(
                    lambda: self.desk.take_back(row.seller_id, even_calling=calling),
                    taken,
                    failed=self._refused_act,
                )

        def taken(found: TakenBack) -> None:
            self._answered(
                _("Lead {lead} is not in {name}'s hands any more").format(lead=found.lead_id, name=name)
            )

        self.app.push_screen(
            ConfirmScreen(
                _("Take the person back?"),
                clean(words.format(name=name, lead=row.lead_id)),
                yes=_("Take back"),
                no=_("Leave"),
            ),
            answered,
        )

    def action_pause(self) -> None:
        """Let this campaign rest, or go on."""
        row = self.campaign
        if row is None:
            return
        done = (
            _("{name} is paused: sellers finish whom they have and get nobody new")
            if row.active
            else _("{name} goes on: sellers get people again")
        )
        self.do(
            lambda: self.desk.pause_campaign(row.name, paused=row.active),
            lambda _nothing: self._answered(done.format(name=row.name)),
            failed=self._refused_act,
        )


def _beside_marks(draw: Draw) -> Draw:
    """A heading has no mark before it, the rows below it have."""
    return lambda width: Content("  ") + draw(width)


class SellerQueueScreen(PeopleScreen):
    """Whom a seller has in hand, promised a call, or keeps."""

    def __init__(self, row: SellerRow) -> None:
        name = row.full_name or row.name
        super().__init__(0, name, "", _("Queue of a seller"))
        self.seller_id = row.seller_id

    def read(self, after: int) -> list[LeadLine]:
        """A page after this lead; asked in a thread."""
        return self.desk.queue_of(self.seller_id, after=after, limit=PAGE)

"""One lead as those who lead see it: state, numbers, whether it may be called now or every reason why not, history."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.codes import DialStatus, status_class, status_label
from domain.errors import Invalid
from tui import commands, i18n
from tui.i18n import _, mark
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.form import Field, FormScreen
from tui.screens.leading.lead_forms import contact_changes, contact_fields, lead_changes, lead_fields
from tui.screens.leading.personal import PersonScreen
from tui.text import clean, data, fit, moment, phone
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.calling.leads import LeadView
    from domain.contacts.contacts import ContactView


class LeadScreen(PersonScreen):
    """Who may change it has keys for that; auditors only look."""

    REGISTRY = "lead"
    BINDINGS = commands.bindings("lead")

    def __init__(self, lead_id: int) -> None:
        super().__init__(_("Lead {number}").format(number=lead_id))
        self.lead_id = lead_id
        self.lead: LeadView | None = None
        self.person: ContactView | None = None
        self._done = ""

    def on_mount(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``known``: the lead is on the screen."""
        return self.lead is not None

    def _load(self) -> None:
        self.ask(self._read, self._show, group="lead", failed=self.refused)

    def _read(self) -> tuple[LeadView, ContactView]:
        lead = self.desk.lead(self.lead_id)
        return lead, self.desk.contact(lead.contact_id)

    def _show(self, found: tuple[LeadView, ContactView]) -> None:
        lead, person = self.lead, self.person = found
        said: Callable[[datetime], str] = partial(
            moment, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language()
        )
        self.head(_standing(lead, person, said))
        rows = [Row("history", lambda width: Content(_("History, newest first")), heading=True)]
        for number, event in enumerate(lead.history):
            rows.append(Row(f"event {number}", partial(_event, event, said)))
        self.rows.show(rows)
        if self._done:
            self.say(Content(self._done))
        elif not lead.history:
            self.say(Content(_("Nothing has happened with this lead yet.")))
        else:
            self.say(Content(""))
        self.refresh_bindings()

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────

    def action_edit(self) -> None:
        """Status, resolution, priority, seller, next attempt."""
        if self.lead is not None:
            title = _("Change lead {number}").format(number=self.lead_id)
            self.app.push_screen(FormScreen(title, lead_fields(self.lead)), self._edit)

    def _edit(self, changed: dict[str, str] | None) -> None:
        if not changed:
            return
        try:
            changes, next_attempt = lead_changes(changed)
        except Invalid as wrong:
            self.refused(wrong)
            return
        self.write(
            lambda: self.desk.edit_lead(self.lead_id, changes, next_attempt), _("✓ The lead is changed.")
        )

    def action_person(self) -> None:
        """Name, numbers, tags and whatever else is known of the person."""
        if self.person is not None:
            title = _("Change this person, in every campaign")
            self.app.push_screen(FormScreen(title, contact_fields(self.person)), self._edit_person)

    def _edit_person(self, changed: dict[str, str] | None) -> None:
        person = self.person
        if changed and person is not None:
            changes = contact_changes(person, changed)
            self.write(
                lambda: self.desk.edit_contact(person.contact_id, changes), _("✓ The person is changed.")
            )

    def action_do_not_call(self) -> None:
        """Register the person with a reason, or take them off the register."""
        if self.person is None:
            return
        if self.registered:
            window = ConfirmScreen(
                _("Take this person off the do-not-call register?"),
                _("All their numbers. Leads these alone had ended stand again as before."),
                yes=_("Take off"),
                no=_("Leave"),
            )
            self.app.push_screen(window, self._released)
            return
        form = FormScreen(
            _("Never call this person again?"),
            [Field("reason", _("Reason"), "", _("why, in a few words"))],
            _("All their numbers go on the register; their leads end in every campaign."),
        )
        self.app.push_screen(form, self._blocked)

    @property
    def registered(self) -> bool:
        """Whether a number of this person is on the register, or the lead ended by it."""
        if self.person is None or self.lead is None:
            return False
        return any(each.do_not_call for each in self.person.phones) or self.lead.status == DialStatus.DNC

    def _blocked(self, given: dict[str, str] | None) -> None:
        person = self.person
        if given is not None and person is not None:
            reason = given.get("reason")
            self.write(
                lambda: self.desk.do_not_call(person.contact_id, reason),
                _("✓ This person is on the do-not-call register."),
            )

    def _released(self, yes: bool | None) -> None:
        person = self.person
        if yes and person is not None:
            self.write(
                lambda: self.desk.may_call_again(person.contact_id),
                _("✓ This person is off the do-not-call register."),
            )

    def write(self, change: Callable[[], None], words: str) -> None:
        """Change, then read anew and say what was done."""

        def done(_nothing: None) -> None:
            self._done = words
            self._load()

        self.do(change, done, failed=self.refused)


def _standing(lead: LeadView, person: ContactView, said: Callable[[datetime], str]) -> Content:
    """The lines above the history."""
    kind = status_class(lead.status)
    lines = [
        Content.assemble(
            (clean(lead.name) or _("No name"), "bold"),
            f"   {clean(lead.campaign)}   {clean(lead.list_name or '')}",
        ),
        Content.assemble(
            (f"{kind.glyph} {_(status_label(lead.status))}", f"$class-{kind.value}"),
            f" · {lead.campaign_status}/{lead.campaign_resolution or '–'}",
            f" · {lead.dial_attempts} " + _("attempts"),
            f" · {clean(lead.seller)}" if lead.seller else "",
        ),
    ]
    about = [person.company, person.email, person.city, *(f"#{tag}" for tag in person.tags)]
    told = [clean(text) for text in about if text]
    told.append(_("priority {number}").format(number=lead.priority))
    told.append(lead.zone)
    lines.append(Content.styled(" · ".join(told), "$quiet"))
    for each in lead.phones:
        marks = [_("bad")] * bool(each.get("bad")) + [_("do not call")] * bool(each.get("do_not_call"))
        lines.append(data("  ".join([phone(str(each["number"])), *marks])))
    if person.do_not_call_since is not None:
        since = _("on the do-not-call register since {moment}").format(moment=said(person.do_not_call_since))
        why = f": {clean(person.do_not_call_reason)}" if person.do_not_call_reason else ""
        lines.append(data(f"⊘ {since}{why}", "$class-final"))
    if lead.callable:
        lines.append(Content.styled("▶ " + _("may be called now"), "$class-recyclable"))
    lines += [data(f"✕ {_local(reason, said)}", "$class-problematic") for reason in lead.why_not]
    return Content("\n").join(lines)


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+00:00")


def _local(reason: str, said: Callable[[datetime], str]) -> str:
    """A reason with its times as the reader's clock has them."""
    return _MOMENT.sub(lambda found: said(datetime.fromisoformat(found[0])), reason)


def _event(event: dict[str, object], said: Callable[[datetime], str], width: int) -> Content:
    at = event.get("at")
    when = said(at) if isinstance(at, datetime) else str(at)
    what = str(event.get("kind", "")).replace("_", " ")
    action = f" {event['action']}" if event.get("action") else ""
    who = str(event.get("user") or event.get("seller") or "")
    before, after = (
        found if isinstance(found := event.get(name), dict) else {} for name in ("before", "after")
    )
    shown = ""
    if "status" in after:
        shown = f"  {status_label(before.get('status'))} → {status_label(after['status'])}"
    for name in _TOLD_CHANGES:
        if name in after and (name in before or event.get("kind") == "edit"):
            shown += f"  {_(name)} {_plain(before.get(name))} → {_plain(after[name])}"
    return data(fit(f"{fit(when, 16)} {what}{action}{shown}  {who}", width).rstrip())


_TOLD_CHANGES = (mark("priority"), mark("seller"))


def _plain(value: object) -> str:
    return "–" if value is None else str(value)

"""Contacts that share a number or an e-mail and may be one person: looked at, opened, made one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from tui import commands
from tui.i18n import _, several
from tui.screens.choose import Choice, ChoiceScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.base import ListScreen
from tui.screens.leading.personal import merge_question
from tui.text import clean, clip, count, data, fit, phone
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.contacts.contacts import ContactView
    from domain.privacy.finding import By, Duplicates, DuplicatesPage, Person
    from domain.privacy.merging import Merging

PAGE = 50
"""Groups of a page."""


class DuplicatesScreen(ListScreen[None]):
    """A group a heading, its contacts below; ``by`` says what they share."""

    REGISTRY = "duplicates"
    BINDINGS = commands.bindings("duplicates")

    def __init__(self) -> None:
        super().__init__(_("Duplicates"))
        self.by: By = "number"
        self.groups: tuple[Duplicates, ...] = ()
        self._starts = [""]
        self._next = ""
        self._answer: Content | None = None

    def on_mount(self) -> None:
        self._load()

    def condition(self, name: str) -> bool:
        """``person``: one stands on a contact. ``more``, ``before``: there are other pages."""
        if name == "more":
            return bool(self._next)
        return len(self._starts) > 1 if name == "before" else self._marked is not None

    @property
    def _marked(self) -> tuple[Duplicates, Person] | None:
        """The contact one stands on, and who shares something with it."""
        place = self.rows.chosen or ""
        group, _colon, contact_id = place.partition(":")
        if not contact_id:
            return None
        found = self.groups[int(group)]
        return found, next(each for each in found.people if str(each.contact_id) == contact_id)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def _load(self) -> None:
        by, after = self.by, self._starts[-1]
        self.say(Content(_("Looking …")))
        self.ask(
            lambda: self.desk.duplicates(by, after=after, limit=PAGE),
            self._show,
            group="duplicates",
            failed=self.refused,
        )

    def _show(self, page: DuplicatesPage) -> None:
        self.groups, self._next = page.groups, page.next
        rows = []
        for place, group in enumerate(self.groups):
            rows.append(Row(str(place), partial(_group_row, group), heading=True))
            rows += [
                Row(f"{place}:{each.contact_id}", partial(_person_row, each, self.by))
                for each in group.people
            ]
        self.rows.show(rows)
        what = _("share a number") if self.by == "number" else _("share an e-mail")
        self.head(Content(_("Contacts that {share}, and may be one person").format(share=what)))
        words = several("{count} group", "{count} groups", len(self.groups))
        if len(self._starts) > 1 or self._next:
            words = _("{groups} on page {page}").format(groups=words, page=count(len(self._starts)))
        nothing = _("No two contacts {share}.").format(share=what)
        self.say(self._answer or Content(words if self.groups else nothing))
        self._answer = None
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def _another(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def action_open(self) -> None:
        """The lead of this contact; where there are several, which."""
        marked = self._marked
        if marked is not None:
            contact_id = marked[1].contact_id
            self.ask(
                lambda: self.desk.contact(contact_id), self._open_lead, group="contact", failed=self.refused
            )

    def _open_lead(self, contact: ContactView) -> None:
        from tui.screens.leading.lead import LeadScreen

        if not contact.leads:
            self.say(Content(_("Contact {number} is in no campaign.").format(number=contact.contact_id)))
            return

        def opened(key: str | None) -> None:
            if key:
                self.app.push_screen(LeadScreen(int(key)), lambda _nothing: self._load())

        if len(contact.leads) == 1:
            opened(str(contact.leads[0].lead_id))
            return
        choices = [Choice(str(each.lead_id), clean(each.campaign)) for each in contact.leads]
        self.app.push_screen(ChoiceScreen(_("In which campaign?"), choices), opened)

    def action_merge(self) -> None:
        """This contact stays, the others of its group become it."""
        marked = self._marked
        if marked is None:
            return
        group, keep = marked
        others = [each.contact_id for each in group.people if each.contact_id != keep.contact_id]
        self.ask(
            lambda: self.desk.merge_preview(keep.contact_id, *others),
            self._ask_to_merge,
            group="merge",
            failed=self.refused,
        )

    def _ask_to_merge(self, told: Merging) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.do(
                    lambda: self.desk.merge_people(told.keep, *told.others),
                    self._merged,
                    group="merge",
                    failed=self.refused,
                )

        window = ConfirmScreen(_("Merge for good?"), merge_question(told), yes=_("Merge"), no=_("Leave"))
        self.app.push_screen(window, answered)

    def _merged(self, _done: object) -> None:
        self._answer = Content(_("✓ They are one person now."))
        self._load()

    def action_share(self) -> None:
        """Those with the same e-mail, or the same number."""
        self.by = "email" if self.by == "number" else "number"
        self._starts = [""]
        self._load()

    def action_more(self) -> None:
        """The next page."""
        self._starts.append(self._next)
        self._load()

    def action_page_back(self) -> None:
        """The page before."""
        self._starts.pop()
        self._load()

    def action_refresh(self) -> None:
        """Look again."""
        self._load()


def _group_row(group: Duplicates, width: int) -> Content:
    shared = phone(group.shared) if group.by == "number" else group.shared
    contacts = several("{count} contact", "{count} contacts", len(group.people))
    return data(clip(f"{shared} · {contacts}", width), "$quiet")


def _person_row(person: Person, by: By, width: int) -> Content:
    """Name, what else tells who it is, leads, the contact's number."""
    else_known = [person.email or "" if by == "number" else "", ", ".join(map(phone, person.numbers))]
    leads = several("{count} lead", "{count} leads", person.leads)
    number = f"#{person.contact_id}"
    name = min(max(width // 3, 14), 36)
    room = max(width - name - 12 - 10, 8)
    return Content.assemble(
        (fit(clean(person.name) or _("No name"), name - 1) + " ", "bold"),
        fit(clean(" · ".join(each for each in else_known if each)), room),
        (fit(leads, 12, right=True), "$quiet"),
        (fit(number, 10, right=True), "$quiet"),
    )

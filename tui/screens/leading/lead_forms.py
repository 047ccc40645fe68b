"""The fields of a lead and of a person in windows, and what was changed in them as the domain takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.calling.lead_edits import LeadChanges
from domain.codes import CampaignStatus, DialStatus, Resolution, status_label
from domain.contacts.contact_edits import FIELDS, ContactChanges
from domain.errors import Invalid
from tui.i18n import _
from tui.screens.leading.form import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.calling.leads import LeadView
    from domain.contacts.contacts import ContactView

_CLEARED = {"status": "status", "campaign_resolution": "campaign_resolution", "seller": "seller"}


def lead_fields(lead: LeadView) -> list[Field]:
    """What may be changed about a lead by hand."""
    statuses = tuple((each.value, _(status_label(each.value))) for each in DialStatus)
    standing = tuple((str(each.value), f"{each.value}  {_(each.label)}") for each in CampaignStatus)
    resolutions = tuple((each.value, f"{each.value}  {_(each.label)}") for each in Resolution)
    return [
        Field("status", _("Status"), lead.status or "", choices=statuses),
        Field("campaign_status", _("Campaign status"), str(lead.campaign_status), choices=standing),
        Field("campaign_resolution", _("Resolution"), lead.campaign_resolution or "", choices=resolutions),
        Field("priority", _("Priority"), str(lead.priority), _("0 to 99, higher is sooner")),
        Field("seller", _("Seller"), lead.seller or "", _("whose lead it is; empty: anybody's")),
        Field("next_attempt", _("Next attempt"), "", _("tomorrow 10, on their clock; empty: as it is")),
    ]


def lead_changes(changed: Mapping[str, str]) -> tuple[LeadChanges, str]:
    """The changes, and the time of the next attempt as it was written.

    Raises:
        Invalid: a priority that is no number.
    """
    given = {key: text for key, text in changed.items() if text}
    priority = given.get("priority")
    if "priority" in changed and not (priority or "").isdecimal():
        raise Invalid(_("The priority is a number from 0 to 99, higher is sooner."), code="priority")
    standing = given.get("campaign_status")
    return LeadChanges(
        status=given.get("status"),
        campaign_status=int(standing) if standing else None,
        campaign_resolution=given.get("campaign_resolution"),
        priority=int(priority) if priority else None,
        seller=given.get("seller"),
        clear=tuple(name for key, name in _CLEARED.items() if key in changed and not changed[key]),
    ), given.get("next_attempt", "")


def contact_fields(contact: ContactView) -> list[Field]:
    """A person's own data; numbers and tags between commas."""
    labels = {
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "company": _("Company"),
        "email": _("E-mail"),
        "address": _("Address"),
        "city": _("City"),
        "state": _("State"),
        "postal_code": _("Postal code"),
        "country": _("Country"),
        "language": _("Language"),
        "timezone": _("Time zone"),
        "notes": _("Notes"),
        "external_id": _("External id"),
    }
    hints = {"timezone": "America/Montevideo", "country": "UY", "language": "es"}
    shown = [
        Field(name, labels[name], _one_line(getattr(contact, name)), hints.get(name, "")) for name in FIELDS
    ]
    return [
        shown[0],
        Field("phones", _("Numbers"), _joined(each.number for each in contact.phones), _("between commas")),
        Field(
            "wrong",
            _("Wrong numbers"),
            _joined(each.number for each in contact.phones if each.bad),
            _("of those above; never dialled"),
        ),
        Field("tags", _("Tags"), _joined(contact.tags), _("between commas")),
        *shown[1:],
    ]


def contact_changes(contact: ContactView, changed: Mapping[str, str]) -> ContactChanges:
    """What a window with ``contact_fields`` brought."""
    had_tags, tags = contact.tags, _split(changed.get("tags", _joined(contact.tags)))
    numbers = tuple(each.number for each in contact.phones)
    wanted = _split(changed["phones"]) if "phones" in changed else numbers
    wrong_before = tuple(each.number for each in contact.phones if each.bad)
    wrong = _split(changed["wrong"]) if "wrong" in changed else wrong_before
    removed = _without(numbers, wanted)
    return ContactChanges(
        fields={name: text for name, text in changed.items() if name in FIELDS},
        add_tags=_without(tags, had_tags),
        remove_tags=_without(had_tags, tags),
        add_phones=_without(wanted, numbers),
        remove_phones=removed,
        good=_without(_without(wrong_before, wrong), removed),
        bad=_without(_without(wrong, wrong_before), removed),
    )


def _without(texts: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(text for text in texts if text not in known)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _one_line(text: str | None) -> str:
    """A field of one line cannot hold several: they are told apart by a stroke, and kept unless changed."""
    return " / ".join((text or "").splitlines())

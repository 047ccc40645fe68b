"""`dialdeck contacts`: one person over all campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import personal_data
from cli.context import Invocation
from cli.options import command, group, pairs
from cli.output import Column, answer, clean, details, line, local, table

if TYPE_CHECKING:
    from domain.contacts.contacts import ContactView

app = group("Contacts: one person over all campaigns.")

ContactId = Annotated[int, typer.Argument(metavar="CONTACT", help="Its number; see leads show.")]


def _field(option: str) -> object:
    return Annotated[str | None, typer.Option(option, metavar="TEXT", help="Empty text empties it.")]


def _many(option: str, metavar: str, help: str) -> object:
    return Annotated[
        list[str] | None, typer.Option(option, metavar=metavar, help=f"{help}; may be repeated.")
    ]


for _name, _function in {
    "find": personal_data.find,
    "duplicates": personal_data.duplicates,
    "merge": personal_data.merge,
    "export": personal_data.export,
    "erase": personal_data.erase,
}.items():
    command(app, _name, reads=_name in ("find", "duplicates"))(_function)


Name, FirstName, LastName = _field("--name"), _field("--first-name"), _field("--last-name")
Company, Email, Address = _field("--company"), _field("--email"), _field("--address")
City, State, PostalCode = _field("--city"), _field("--state"), _field("--postal-code")
Country, Language, Timezone = _field("--country"), _field("--language"), _field("--timezone")
Notes, ExternalId = _field("--notes"), _field("--external-id")
AddTag, RemoveTag = _many("--add-tag", "TAG", "Add a tag"), _many("--remove-tag", "TAG", "Remove a tag")
Attribute = _many("--attribute", "NAME=TEXT", "Set a further value")
AddPhone = _many("--add-phone", "NUMBER", "Add a number, as the last of the list")
RemovePhone = _many("--remove-phone", "NUMBER", "Remove a number")
GoodPhone = _many("--good-phone", "NUMBER", "A number marked wrong is right after all")
BadPhone = _many("--bad-phone", "NUMBER", "Mark a number as wrong: it is dialled no more")
Region = Annotated[
    str | None, typer.Option("--region", metavar="CC", help="Country of numbers without a country code.")
]


@command(app, "show", reads=True)
def show(work: Invocation, contact: ContactId) -> None:
    """A person with all numbers, their leads in every campaign, and the history, newest first."""
    from domain.contacts import contacts

    found = work.read(
        contacts.show, actor=work.actor, contact_id=contact, now=work.now(), language=work.language
    )
    _shown(work, found)


@command(app, "edit")
def edit(
    work: Invocation,
    contact: ContactId,
    name: Name = None,
    first_name: FirstName = None,
    last_name: LastName = None,
    company: Company = None,
    email: Email = None,
    address: Address = None,
    city: City = None,
    state: State = None,
    postal_code: PostalCode = None,
    country: Country = None,
    language: Language = None,
    timezone: Timezone = None,
    notes: Notes = None,
    external_id: ExternalId = None,
    add_tag: AddTag = None,
    remove_tag: RemoveTag = None,
    attribute: Attribute = None,
    add_phone: AddPhone = None,
    remove_phone: RemovePhone = None,
    good_phone: GoodPhone = None,
    bad_phone: BadPhone = None,
    region: Region = None,
) -> None:
    """Change a person's data; sellers those of their own leads."""
    from domain.contacts import contact_edits, dnc_files

    given = {
        "name": name,
        "first_name": first_name,
        "last_name": last_name,
        "company": company,
        "email": email,
        "address": address,
        "city": city,
        "state": state,
        "postal_code": postal_code,
        "country": country,
        "language": language,
        "timezone": timezone,
        "notes": notes,
        "external_id": external_id,
    }
    changes = contact_edits.ContactChanges(
        fields={key: text for key, text in given.items() if text is not None},
        add_tags=tuple(add_tag or ()),
        remove_tags=tuple(remove_tag or ()),
        attributes=pairs(attribute, "--attribute"),
        add_phones=tuple(add_phone or ()),
        remove_phones=tuple(remove_phone or ()),
        good=tuple(good_phone or ()),
        bad=tuple(bad_phone or ()),
        region=region or work.read(dnc_files.home_region, actor=work.actor),
    )
    found = work.write(
        contact_edits.edit,
        actor=work.actor,
        contact_id=contact,
        changes=changes,
        now=work.now(),
        language=work.language,
    )
    _shown(work, found)


def _shown(work: Invocation, found: ContactView) -> None:
    def human() -> None:
        line(f"Contact {found.contact_id}  {clean(found.name or found.company or '')}")
        marks = (("bad", "wrong"), ("do_not_call", "do not call"))
        numbers = (
            " ".join([each.number, *(f"({text})" for key, text in marks if getattr(each, key))])
            for each in found.phones
        )
        names = ("company", "email", "address", "city", "state", "postal_code", "country", "language")
        details(
            work,
            [
                ("phones", ", ".join(numbers)),
                *((name.replace("_", " "), getattr(found, name)) for name in names),
                ("time zone", found.timezone),
                ("external id", found.external_id),
                ("tags", ", ".join(found.tags)),
                ("notes", found.notes),
                *found.attributes.items(),
            ],
        )
        line()
        titles = ("Campaign", "Status", "CS", "Res.", "Seller")
        columns = [Column("Lead", "id"), *map(Column, titles), Column("Attempts", "number")]
        rows = [
            (
                each.lead_id,
                each.campaign,
                each.status or "no status",
                each.campaign_status,
                each.campaign_resolution,
                each.seller,
                each.attempts,
            )
            for each in found.leads
        ]
        table(work, columns, rows, empty="In no campaign.")
        for each in found.history[:20]:
            parts = (clean(each.label), each.who or "", clean(each.campaign or ""), clean(each.note or ""))
            undone = ["(undone)"] if each.undone else []
            line(f"  {local(each.at, work.zone)}  " + "  ".join([*filter(None, parts), *undone]))

    answer(work, found, human)

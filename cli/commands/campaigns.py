"""`dialdeck campaigns`: creating, showing, changing and pausing campaigns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import a_date, command, group
from cli.output import Column, answer, details, line, local, table
from domain.errors import NotFound

if TYPE_CHECKING:
    from domain.campaigns.campaigns import CampaignView
    from domain.campaigns.settings import CampaignSettings

app = group("Campaigns: create, show, change, pause.")

Name = Annotated[str, typer.Argument(metavar="NAME")]


def _text(option: str, metavar: str, help: str) -> object:
    return Annotated[str | None, typer.Option(option, metavar=metavar, help=help)]


def _count(option: str, help: str) -> object:
    return Annotated[int | None, typer.Option(option, metavar="N", help=help)]


Region = _text("--region", "CC", "Country of numbers without a country code, such as UY.")
Timezone = _text("--timezone", "ZONE", "Its IANA time zone (else the shop's).")
Start = _text("--start", "DATE", "First day, such as 2026-11-25.")
End = _text("--end", "DATE", "Last day.")
Hours = _text(
    "--hours",
    "HOURS",
    'Calling hours: "09:00-21:00", "mon-fri 09:00-18:00; sat 10:00-14:00"; 00:00-24:00: always.',
)
MaxAttempts = _count("--max-attempts", "Attempts in all.")
HopperLevel = _count("--hopper-level", "How many leads the hopper holds ready.")
HopperAuto = Annotated[
    bool | None,
    typer.Option(
        "--hopper-auto/--hopper-fixed",
        help="Whether it holds more than its level when sellers are fast (without a level it does).",
    ),
]
Holidays = _text("--holidays", "CC[-SUB]", "No calls on the holidays of this country.")
Retry = _text("--retry", "RULES", 'Waits by status: "no_answer=4h, busy=30m*2<=4h".')
Recyclable = Annotated[
    list[str] | None,
    typer.Option("--recyclable", metavar="STATUS", help="Statuses called again; may be repeated (else all)."),
]
CapPerDay = _count("--cap-per-day", "Calls to one number in a day.")
CapInDays = _count("--cap-in-days", "Calls to one number within the days of --cap-days.")
CapDays = _count("--cap-days", "The days --cap-in-days counts.")
CallLater = _text("--call-later", "WAIT", "Wait after call later: 1d, 4h.")
Overdue = _count("--callback-overdue", "Minutes after which a personal callback becomes anyone's.")
CloseExhausted = Annotated[
    bool | None,
    typer.Option(
        "--close-exhausted/--keep-exhausted", help="Whether leads without attempts left are closed."
    ),
]
PromotionDays = _count("--promotion-days", "Days a promotion runs.")
Description = _text("--description", "TEXT", "What it is for.")
Script = Annotated[
    Path | None, typer.Option("--script", metavar="FILE", help="What to say, in Markdown (UTF-8).")
]
Product = _text("--product", "NAME", "The product a sale is of.")


def _settings(
    retry_before: str | None = None, clear: list[str] | None = None, **given: object
) -> CampaignSettings:
    """The settings of the options given."""
    from domain.campaigns.retry import parse_duration, parse_retry_rules
    from domain.campaigns.settings import CampaignSettings
    from domain.campaigns.windows import parse_hours

    hours, retry, wait = given.pop("hours"), given.pop("retry"), given.pop("call_later")
    country, _, subdivision = str(given.pop("holidays") or "").partition("-")
    recyclable, script = given.pop("recyclable"), given.pop("script")
    base = parse_retry_rules(retry_before) if retry_before else None
    return CampaignSettings(
        start_date=a_date(given.pop("start"), "--start"),
        end_date=a_date(given.pop("end"), "--end"),
        hours=parse_hours(str(hours)) if hours is not None else None,
        retry=parse_retry_rules(str(retry), base) if retry is not None else None,
        call_later_seconds=parse_duration(str(wait)) if wait is not None else None,
        holidays_country=country or None,
        holidays_subdivision=subdivision or None,
        recyclable=tuple(recyclable) if recyclable else None,
        script=_read(script) if script is not None else None,
        clear=tuple(_CLEARED.get(name, name) for name in clear or ()),
        **given,
    )


_CLEARED = {
    "start": "start_date",
    "end": "end_date",
    "holidays": "holidays_country",
    "cap-per-day": "cap_per_day",
    "cap-in-days": "cap_in_days",
    "cap-days": "cap_days",
    "product": "default_product_id",
}


def _read(file: Path) -> str:
    from storage.errors import file_errors

    with file_errors(str(file)):
        try:
            return file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise NotFound(f"{file} is no UTF-8 text.", code="script_file") from None


@command(app, "create")
def create(
    work: Invocation,
    name: Name,
    region: Region = None,
    timezone: Timezone = None,
    start: Start = None,
    end: End = None,
    hours: Hours = None,
    max_attempts: MaxAttempts = None,
    hopper_level: HopperLevel = None,
    hopper_auto: HopperAuto = None,
    holidays: Holidays = None,
    retry: Retry = None,
    recyclable: Recyclable = None,
    cap_per_day: CapPerDay = None,
    cap_in_days: CapInDays = None,
    cap_days: CapDays = None,
    call_later: CallLater = None,
    callback_overdue_minutes: Overdue = None,
    close_exhausted: CloseExhausted = None,
    promotion_days: PromotionDays = None,
    description: Description = None,
    script: Script = None,
    default_product: Product = None,
) -> None:
    """Create a campaign: active, without end, open to every seller, unless told otherwise."""
    from domain.campaigns import campaigns

    settings = _settings(
        region=region,
        timezone=timezone,
        start=start,
        end=end,
        hours=hours,
        max_attempts=max_attempts,
        hopper_level=hopper_level,
        hopper_auto=hopper_auto,
        holidays=holidays,
        retry=retry,
        recyclable=recyclable,
        cap_per_day=cap_per_day,
        cap_in_days=cap_in_days,
        cap_days=cap_days,
        call_later=call_later,
        callback_overdue_minutes=callback_overdue_minutes,
        close_exhausted=close_exhausted,
        promotion_days=promotion_days,
        description=description,
        script=script,
        default_product=default_product,
    )
    made = work.write(campaigns.create, actor=work.actor, name=name, now=work.now(), settings=settings)
    _shown(work, made)
    if not work.json:
        work.say(f'Next: dialdeck leads import FILE --campaign "{made.name}"')


@command(app, "edit")
def edit(
    work: Invocation,
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Call it so.")] = None,
    region: Region = None,
    timezone: Timezone = None,
    start: Start = None,
    end: End = None,
    hours: Hours = None,
    max_attempts: MaxAttempts = None,
    hopper_level: HopperLevel = None,
    hopper_auto: HopperAuto = None,
    holidays: Holidays = None,
    retry: Retry = None,
    recyclable: Recyclable = None,
    cap_per_day: CapPerDay = None,
    cap_in_days: CapInDays = None,
    cap_days: CapDays = None,
    call_later: CallLater = None,
    callback_overdue_minutes: Overdue = None,
    close_exhausted: CloseExhausted = None,
    promotion_days: PromotionDays = None,
    description: Description = None,
    script: Script = None,
    default_product: Product = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(
            "--clear",
            metavar="NAME",
            help="Empty a setting: start, end, holidays, cap-per-day, cap-in-days, cap-days, product; "
            "may be repeated.",
        ),
    ] = None,
) -> None:
    """Change a campaign's settings; they take effect at once."""
    from domain.campaigns import campaigns

    before = work.read(campaigns.show, actor=work.actor, name=name)
    settings = _settings(
        before.retry,
        clear,
        region=region,
        timezone=timezone,
        start=start,
        end=end,
        hours=hours,
        max_attempts=max_attempts,
        hopper_level=hopper_level,
        hopper_auto=hopper_auto,
        holidays=holidays,
        retry=retry,
        recyclable=recyclable,
        cap_per_day=cap_per_day,
        cap_in_days=cap_in_days,
        cap_days=cap_days,
        call_later=call_later,
        callback_overdue_minutes=callback_overdue_minutes,
        close_exhausted=close_exhausted,
        promotion_days=promotion_days,
        description=description,
        script=script,
        default_product=default_product,
    )
    done = work.write(
        campaigns.edit, actor=work.actor, name=name, now=work.now(), settings=settings, new_name=new_name
    )
    _shown(work, done)


@command(app, "list", reads=True)
def list_campaigns(work: Invocation) -> None:
    """All campaigns with their leads, active ones first."""
    from domain.campaigns import campaigns

    found = work.read(campaigns.listing, actor=work.actor)

    def human() -> None:
        columns = [
            Column("Campaign"),
            Column("Leads", "number"),
            Column("Active", "code"),
            Column("Hours"),
            Column("Zone", "code"),
            Column("Start", "code"),
            Column("End", "code"),
        ]
        rows = [
            (each.name, each.leads, each.active, each.hours, each.timezone, each.start_date, each.end_date)
            for each in found
        ]
        table(work, columns, rows, empty="There are no campaigns. Make one: dialdeck campaigns create NAME")

    answer(work, found, human)


@command(app, "show", reads=True)
def show(work: Invocation, name: Name) -> None:
    """A campaign's settings, and how many leads stand where."""
    from domain.campaigns import campaigns

    _shown(work, work.read(campaigns.show, actor=work.actor, name=name))


@command(app, "pause")
def pause(work: Invocation, name: Name) -> None:
    """Hand out nobody of this campaign any more; people in hand are finished."""
    _set_active(work, name, active=False)


@command(app, "resume")
def resume(work: Invocation, name: Name) -> None:
    """Go on with a paused campaign."""
    _set_active(work, name, active=True)


def _set_active(work: Invocation, name: str, *, active: bool) -> None:
    from domain.campaigns import campaigns

    found = work.write(campaigns.set_active, actor=work.actor, name=name, active=active, now=work.now())
    answer(work, found, lambda: line(f"{found.name} is {'active' if active else 'paused'}."))


def _shown(work: Invocation, found: CampaignView) -> None:
    from domain.codes import NO_STATUS_KEY, status_label

    def human() -> None:
        line(f"{found.name}: {found.leads:,} leads{'' if found.active else ', paused'}")
        caps = [
            f"{found.cap_per_day} a day" if found.cap_per_day else "",
            f"{found.cap_in_days} in {found.cap_days} days" if found.cap_in_days else "",
        ]
        details(
            work,
            [
                ("description", found.description),
                ("region, zone", f"{found.region}, {found.timezone}"),
                ("dates", f"{found.start_date or '…'} to {found.end_date or '…'}"),
                ("hours", "always" if found.always_callable else found.hours),
                ("holidays", found.holidays),
                ("attempts", found.max_attempts),
                ("retry", found.retry),
                ("called again", ", ".join(found.recyclable)),
                ("calls to one number", ", ".join(cap for cap in caps if cap)),
                (
                    "hopper",
                    f"{found.hopper.get('new', 0)} ready of {found.hopper_level}"
                    + (", more when sellers are fast" if found.hopper_auto else ""),
                ),
                ("product", found.default_product),
                ("lists", found.lists),
            ],
        )
        for pause in found.pauses:
            did = "resumed" if pause.active else "paused"
            line(f"{did} {local(pause.at, work.zone)} by {pause.who or 'the system'}")
        rows = [
            (status_label(None if status == NO_STATUS_KEY else status), count)
            for status, count in sorted(found.by_status.items(), key=lambda item: -item[1])
        ]
        if rows:
            line()
            table(work, [Column("Status"), Column("Leads", "number")], rows, empty="")

    answer(work, found, human)

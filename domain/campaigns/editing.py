"""A campaign as a form: every setting as the text a person reads and types, checked one by one and all together.

Nothing is written before everything can be; what was not changed is not touched, so that two people may edit one
campaign at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from domain.campaigns import campaigns
from domain.campaigns.campaigns import CampaignView
from domain.campaigns.models import Campaign
from domain.campaigns.retry import RetryRules, duration_text, parse_duration, parse_retry_rules
from domain.campaigns.settings import CampaignSettings, apply, checked_name
from domain.campaigns.windows import DAY_NAMES, CallingHours, day_text, hours_of, parse_hours
from domain.errors import DomainError, Invalid, NotFound
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.sales.models import Product

Form = dict[str, str]
HOURS = tuple(f"hours_{day}" for day in DAY_NAMES)
YES, NO = "yes", "no"
SWITCHES = ("hopper_auto", "close_exhausted")
"""Settings that are yes or no."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form: its name, what it is called, what may stand in it, and under which heading."""

    key: str
    label: str
    explained: str
    group: str


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_HELP = "Such as 09:00-13:00, 14:00-20:00; empty: closed. 00:00-24:00 on all days: always callable."

FIELDS: tuple[Field, ...] = (
    Field("name", "Name", "One line that no other campaign has.", "Campaign"),
    Field("description", "Description", "What it is for.", "Campaign"),
    Field("region", "Region", "Country of numbers without a country code, such as UY.", "Campaign"),
    Field("timezone", "Time zone", "Of its dates, and of people whose zone is not known.", "Campaign"),
    Field("start_date", "First day", "Such as 2026-11-25; empty: from now on.", "Campaign"),
    Field("end_date", "Last day", "Such as 2026-12-24; empty: without end.", "Campaign"),
    Field("default_product", "Product", "What a sale is of; empty: none.", "Campaign"),
    Field("promotion_days", "Promotion days", "How many days a promotion runs.", "Campaign"),
    *(
        Field(key, day, _DAY_HELP, "Calling hours, on the clock of the person called")
        for key, day in zip(HOURS, _DAYS, strict=True)
    ),
    Field(
        "holidays",
        "No calls on holidays of",
        "Country or country-part, such as UY or US-CA; empty: calls go on.",
        "Calling hours, on the clock of the person called",
    ),
    Field("max_attempts", "Attempts in all", "A lead that used them up rests.", "Attempts"),
    Field("retry", "Waits", 'After each status: "no_answer=4h, busy=30m*2<=4h".', "Attempts"),
    Field("recyclable", "Called again", "Statuses that are tried again, with commas between.", "Attempts"),
    Field("call_later", "Call later after", "A wait such as 1d or 4h.", "Attempts"),
    Field(
        "callback_overdue_minutes",
        "Callback is anyone's after",
        "Minutes a personal callback may be overdue.",
        "Attempts",
    ),
    Field("close_exhausted", "Close who is used up", "Whether leads without attempts left end.", "Attempts"),
    Field("cap_per_day", "Calls a number and day", "Over all campaigns; empty: any number.", "Attempts"),
    Field("cap_in_days", "Calls a number in days", "Within the days below; empty: any number.", "Attempts"),
    Field("cap_days", "… of so many days", "Empty: where no such limit is set.", "Attempts"),
    Field("hopper_level", "Hopper level", "How many stand ready, from 1 to 10,000.", "Hopper"),
    Field("hopper_auto", "More for fast sellers", "Whether the level is only the least.", "Hopper"),
    Field("script", "Script", "What to say, in Markdown; {name} and {seller} are filled in.", "Script"),
)


def form_of(session: Session, *, actor: Actor, name: str | None) -> Form:
    """The settings of a campaign as texts; those of a new one without a name.

    Raises:
        NotFound: no such campaign.  NotAllowed: a seller.
    """
    require(actor, *READING_ROLES, to="see a campaign's settings")
    row = _row(session, actor, name)
    product = session.get(Product, row.default_product_id) if row.default_product_id else None
    hours = CallingHours.model_validate(row.hours)
    texts: dict[str, object] = {
        **{field.key: getattr(row, field.key, None) for field in FIELDS},
        **{key: day_text(day) for key, day in zip(HOURS, hours.week, strict=True)},
        "holidays": "-".join(part for part in (row.holidays_country, row.holidays_subdivision) if part),
        "retry": RetryRules.model_validate(row.retry).describe(),
        "recyclable": ", ".join(row.recyclable),
        "call_later": duration_text(row.call_later_seconds),
        "default_product": product.name if product is not None else "",
    }
    return {key: _text(value) for key, value in texts.items()}


def _row(session: Session, actor: Actor, name: str | None) -> Campaign:
    return (
        campaigns.find(session, actor=actor, name=name)
        if name is not None
        else campaigns.fresh(actor, name="", now=_NEVER)
    )


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    return value.isoformat() if isinstance(value, date) else str(value)


# ── what is typed ────────────────────────────────────────────────────────────────────────────────────────────


def problem_in(key: str, text: str) -> str:
    """What is wrong with a text by itself, empty where nothing is; asks no database."""
    try:
        if key == "name":
            checked_name(text)
        elif key in HOURS:
            _day(text)
        elif text.strip() or key in _NEEDED:
            _READERS.get(key, _as_it_is)(key, text.strip())
    except Invalid as error:
        return error.message
    return ""


def _day(text: str) -> str:
    """The windows of one day as they are kept, empty for a closed one."""
    text = text.strip()
    if not text:
        return ""
    if any(sign.isalpha() for sign in text) or ";" in text:
        raise Invalid("Write only hours, such as 09:00-18:00; empty: closed.", code="hours")
    return day_text(parse_hours(text).mon)


def _number(key: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Invalid(f"{text or 'Nothing'} is no number.", code=key)
    return int(text)


def _date(key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f'"{text}" is no date; write it as 2026-11-25.', code=key) from None


def _as_it_is(key: str, text: str) -> str:
    return text


def _statuses(key: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_READERS: Mapping[str, Callable[[str, str], object]] = {
    "start_date": _date,
    "end_date": _date,
    "retry": lambda _key, text: parse_retry_rules(text),
    "call_later": lambda _key, text: parse_duration(text),
    "recyclable": _statuses,
    **dict.fromkeys(SWITCHES, lambda _key, text: text == YES),
    **dict.fromkeys(
        (
            "promotion_days",
            "max_attempts",
            "callback_overdue_minutes",
            "cap_per_day",
            "cap_in_days",
            "cap_days",
            "hopper_level",
        ),
        _number,
    ),
}
_CLEARED = frozenset({"start_date", "end_date", "default_product", "cap_per_day", "cap_in_days", "cap_days"})
_NEEDED = frozenset(_READERS) - _CLEARED - {"recyclable"}
_SETTING = {"call_later": "call_later_seconds"}
_TOGETHER = (("start_date", "end_date"), ("cap_in_days", "cap_days"), HOURS)
"""Settings that only make sense with one another: they are tried at once."""


# ── all together ─────────────────────────────────────────────────────────────────────────────────────────────


def problems(
    session: Session, *, actor: Actor, name: str | None, before: Form, now_is: Form
) -> dict[str, str]:
    """What is wrong with the form, by field; empty where it can be saved."""
    require(actor, *LEADING_ROLES, to="edit campaigns")
    changed = _changed(before, now_is, new=name is None)
    found = {key: wrong for key in changed if (wrong := problem_in(key, now_is[key]))}
    if "name" in changed and "name" not in found:
        try:
            campaigns.require_free(session, actor, now_is["name"].strip(), but=name)
        except DomainError as error:
            found["name"] = error.message
    row = Campaign(**_row(session, actor, name).model_dump())
    for group in _groups([key for key in changed if key != "name"]):
        if any(key in found for key in group):
            continue
        tried = Campaign(**row.model_dump())
        try:
            with session.no_autoflush:
                apply(session, tried, _settings(group, now_is))
        except (Invalid, NotFound) as error:
            found[group[-1]] = error.message
            continue
        row = tried
    return found


def save(
    session: Session, *, actor: Actor, name: str | None, before: Form, now_is: Form, now: datetime
) -> CampaignView:
    """Write what was changed of a campaign (``before`` is what the person saw), or make a new one.

    Raises:
        Invalid: something in the form cannot be used; nothing was written.  NotFound, NotAllowed.
    """
    wrong = problems(session, actor=actor, name=name, before=before, now_is=now_is)
    if wrong:
        key, message = next(iter(wrong.items()))
        label = next(field.label for field in FIELDS if field.key == key)
        raise Invalid(f"{label}: {message}", code=key)
    changed = _changed(before, now_is, new=name is None)
    settings = CampaignSettings()
    for group in _groups([key for key in changed if key != "name"]):
        settings = _joined(settings, _settings(group, now_is))
    title = now_is["name"].strip()
    if name is None:
        return campaigns.create(session, actor=actor, name=title, now=now, settings=settings)
    renamed = title if "name" in changed else None
    return campaigns.edit(session, actor=actor, name=name, now=now, settings=settings, new_name=renamed)


def _changed(before: Form, now_is: Form, *, new: bool) -> list[str]:
    return [
        field.key
        for field in FIELDS
        if now_is[field.key].strip() != before[field.key].strip() or (new and field.key == "name")
    ]


def _groups(changed: list[str]) -> list[tuple[str, ...]]:
    """What is tried at once: the changed keys, those that belong together as one."""
    found: list[tuple[str, ...]] = []
    for key in changed:
        together = next((group for group in _TOGETHER if key in group), (key,))
        wanted = tuple(each for each in together if each in changed)
        if wanted not in found:
            found.append(wanted)
    return found


def _settings(group: tuple[str, ...], form: Form) -> CampaignSettings:
    """The settings of some fields that belong together."""
    if group[0] in HOURS:
        week = [parse_hours(form[key]).mon if form[key].strip() else () for key in HOURS]
        if not any(week):
            raise Invalid("At least one day needs hours.", code="hours")
        return CampaignSettings(hours=hours_of(week))
    values: dict[str, object] = {}
    clear: list[str] = []
    for key in group:
        text = form[key].strip()
        if key == "holidays":
            country, _, part = text.partition("-")
            clear += [] if part else ["holidays_subdivision"]
            clear += [] if country else ["holidays_country"]
            values["holidays_country"], values["holidays_subdivision"] = country or None, part or None
        elif not text and key in _CLEARED:
            clear.append(key)
        else:
            values[_SETTING.get(key, key)] = _READERS.get(key, _as_it_is)(key, text)
    return replace(CampaignSettings(**values), clear=tuple(clear))  # type: ignore[arg-type]  # read by key


def _joined(first: CampaignSettings, second: CampaignSettings) -> CampaignSettings:
    given = {
        name: value
        for name in CampaignSettings.__dataclass_fields__
        if (value := getattr(second, name)) is not None and name != "clear"
    }
    return replace(first, **given, clear=(*first.clear, *second.clear))

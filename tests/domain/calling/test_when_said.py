"""What is said about a typed time: assumed, understood or refused, and read back to the same moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.calling.when import describe, parse_when
from domain.errors import Invalid
from tests.support.fuzz import tried

MONTEVIDEO = "America/Montevideo"
NEW_YORK = "America/New_York"
MADRID = "Europe/Madrid"
NOW = datetime(2026, 11, 24, 14, 32, 10, tzinfo=ZoneInfo(MONTEVIDEO))  # a Tuesday
ZONES = [MONTEVIDEO, NEW_YORK, MADRID, "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC"]


def refusal(text: str, now: datetime = NOW, zone: str = MONTEVIDEO, *, day_first: bool = True) -> Invalid:
    with pytest.raises(Invalid) as refused:
        parse_when(text, now=now, zone=zone, day_first=day_first)
    message = refused.value.message
    assert "\n" not in message
    assert "tomorrow 10" in message
    return refused.value


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("tomorrow 10", ()),
        ("tomorrow", ("at 09:00",)),
        ("9:30", ("tomorrow, for 09:30 has passed today",)),
        ("tomorrow 3", ("15:00, not 03:00",)),
        ("5/12 9", ("day 5, month 12",)),
        ("5/5 9", ("in 2027",)),
        ("+1d", ("at 14:32 as now",)),
        ("mar 15", ('"mar" is the day of the week',)),
        ("2h", ("from now, not at 2:00",)),
        ("1h30", ("from now, not at 1:30",)),
        ("in 2h", ()),
        ("now", ("now is the coming minute",)),
    ],
)
def test_what_was_assumed_is_said(text: str, assumed: tuple[str, ...]) -> None:
    assert parse_when(text, now=NOW, zone=MONTEVIDEO).assumed == assumed


def test_what_was_understood_is_said_in_the_language_of_the_reader() -> None:
    assert parse_when("vie 9", now=NOW, zone=MONTEVIDEO).understood == "Fri 27 Nov 09:00"
    assert parse_when("fri 9", now=NOW, zone=MONTEVIDEO, language="es").understood == "vie 27 nov 09:00"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "no_time", "No time given"),
        ("   ", "no_time", "No time given"),
        ("foo", "unclear_time", "foo"),
        ("tomorow 10", "unclear_time", "did you mean tomorrow"),
        ("+2", "unclear_time", "+2"),
        ("-2h", "unclear_time", "-2h"),
        ("in 2", "unclear_time", "in"),
        ("2 hours ago", "unclear_time", "2 hours ago"),
        ("tomorrow 10 11", "unclear_time", "more than one time"),
        ("mañana hoy", "unclear_time", "more than one day"),
        ("25/11 fri 27/11", "unclear_time", "more than one day"),
        ("mon tue 9", "unclear_time", "more than one day"),
        ("9:10 to 12", "unclear_time", "to"),
        ("10 to 12:30", "unclear_time", "to"),
        ("november", "unclear_time", "no day of it"),
        ("el", "unclear_time", "neither a day nor a time"),
        ("pm", "unclear_time", "no hour"),
        ("31/2 9:00", "impossible_date", "31/2"),
        ("31 feb", "impossible_date", "no day 31 feb"),
        ("32/13 9", "impossible_date", "no day 32/13;"),
        ("2026-13-01", "impossible_date", "no day 2026-13-01"),
        ("2026-02-30T09:00Z", "impossible_date", "no such date"),
        ("29/2/2027", "impossible_date", "29/2/2027"),
        ("el 32 9:00", "impossible_date", "32"),
        ("25:00", "impossible_time", "25:00"),
        ("tomorrow 9:75", "impossible_time", "9:75"),
        ("13 am", "impossible_time", "13"),
        ("today 10", "past_time", "Tue 24 Nov 2026 10:00"),
        ("yesterday 10", "past_time", "passed"),
        ("+0m", "past_time", "passed"),
        ("2020-01-01 09:00", "past_time", "passed"),
        ("2026-11-24T17:32:10Z", "past_time", "passed"),
        ("2031-01-01", "too_far", "2031"),
        ("+9999w", "too_far", "too far"),
        ("fri 25 nov 9", "wrong_weekday", "Wed 25 Nov 2026"),
        ("x" * 500, "unclear_time", "too long"),
    ],
)
def test_what_makes_no_time_is_refused_in_one_line_with_examples(text: str, code: str, says: str) -> None:
    refused = refusal(text)
    assert refused.code == code
    assert says in refused.message


def test_a_refusal_quotes_the_text_harmlessly() -> None:
    message = refusal("a\x1b[31m\nb\t[red]" + "c" * 80).message
    assert message.isprintable()


def test_moments_are_described_for_contact_and_reader() -> None:
    def said(text: str, reader: str | None = None, language: str = "en") -> str:
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(MONTEVIDEO))
        return describe(at, now=NOW, contact_zone=MONTEVIDEO, reader_zone=reader, language=language)

    assert said("2026-11-24 18:00") == "today 18:00"
    assert said("2026-11-25 10:00") == "tomorrow 10:00"
    assert said("2026-11-23 10:00") == "yesterday 10:00"
    assert said("2026-12-01 10:00") == "Tue 1 Dec 10:00"
    assert said("2027-01-05 10:00") == "Tue 5 Jan 2027 10:00"
    assert said("2026-11-25 10:00", MADRID) == "tomorrow 10:00 (14:00 your time)"
    assert said("2026-11-25 22:00", MADRID) == "tomorrow 22:00 (Thu 02:00 your time)"
    assert said("2026-11-25 10:00", "America/Sao_Paulo") == "tomorrow 10:00"
    assert said("2026-12-01 10:00", MADRID, "es") == "mar 1 dic 10:00 (14:00 tu hora)"
    assert said("2026-11-25 10:00", language="es-UY") == "mañana 10:00"
    assert said("2026-12-01 10:00", language="tlh") == "Tue 1 Dec 10:00"


def instants(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, days * 24 * 60).map(lambda minutes: first + timedelta(minutes=minutes))


@tried(400)
@given(
    instants(datetime(2024, 1, 1, tzinfo=UTC), 1500),
    st.integers(1, 2 * 365 * 24 * 60),
    st.sampled_from(ZONES),
    st.none() | st.sampled_from(ZONES),
    st.sampled_from(["en", "es", "es_UY", "es_MX", "en_US", "en_GB"]),
)
def test_a_description_is_read_back_to_the_same_moment(
    now: datetime, minutes: int, zone: str, reader: str | None, language: str
) -> None:
    at = now + timedelta(minutes=minutes)
    local = at.astimezone(ZoneInfo(zone))
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())
    text = describe(at, now=now, contact_zone=zone, reader_zone=reader, language=language)
    assert parse_when(text, now=now, zone=zone).at_utc == at


PIECES = st.sampled_from(
    re.split(
        r"\s+",
        "tomorrow mañana hoy today mar may mon lunes vie next que viene + in en 2 25 31 32 0 24 99 2026 9999 "
        "0000 h m d w month hours 25/11 31/2 0/0 9:30 9.30 24:00 24:01 am pm noon midnight nov noviembre de el a "
        "las at th 1st 2026-11-25 t z -03:00 tarde noche ( ) , . / - : media hora y cuarto half past week to menos "
        "2h 9.30h 1h30 now ahora two twenty dos treinta hours quarter "
        "next+1h30 +9999d +9999month",
    )
)


@tried(600)
@given(
    st.lists(PIECES, max_size=7).flatmap(
        lambda pieces: st.sampled_from([" ", ""]).map(lambda between: between.join(pieces))
    )
    | st.text(max_size=60)
    | st.text(alphabet="0123456789:/.-+ hmdwtz", max_size=20),
    instants(datetime(2019, 1, 1, tzinfo=UTC), 4000),
    st.sampled_from(ZONES),
    st.booleans(),
)
@example("9999-12-31T23:59:59-23:59", NOW, MONTEVIDEO, True)
@example("0001-01-01T00:00+14:00", NOW, MONTEVIDEO, True)
@example("1/1/0001", NOW, MONTEVIDEO, True)
@example("²", NOW, MONTEVIDEO, True)
@example("٣:٠٠", NOW, MONTEVIDEO, True)
def test_any_text_is_a_moment_to_come_or_refused(
    text: str, now: datetime, zone: str, day_first: bool
) -> None:
    try:
        when = parse_when(text, now=now, zone=zone, day_first=day_first)
    except Invalid:
        assert refusal(text, now, zone, day_first=day_first).message.isprintable()
        return
    assert when.at_utc > now
    assert when.at_utc.tzinfo is UTC
    assert when.local.astimezone(UTC) == when.at_utc
    assert when.understood == describe(when.at_utc, now=now, contact_zone=zone)
    assert all(when.assumed)

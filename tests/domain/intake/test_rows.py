"""One line of a file becomes a person, or a reject with its reason."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import DialStatus
from domain.errors import Invalid
from domain.intake.mapping import propose
from domain.intake.moments import parse_moment
from domain.intake.reading import Record, open_source
from domain.intake.rejects import Reject, RejectReason, RejectsFile, harmless, unescaped
from domain.intake.rows import Row, RowReader

Write = Callable[..., Path]
MONTEVIDEO = ZoneInfo("America/Montevideo")


def read(header: str, *lines: str, region: str = "UY") -> list[Row | Reject]:
    records = [Record(number, line.split(";")) for number, line in enumerate([header, *lines], 1)]
    columns = propose(records, region=region, header=True)
    reader = RowReader(columns, region=region, zone=MONTEVIDEO, sellers={"ana": 7})
    return [reader(record) for record in records[1:]]


def row(header: str, line: str, region: str = "UY") -> Row:
    (found,) = read(header, line, region=region)
    assert isinstance(found, Row), found
    return found


def reject(header: str, line: str) -> Reject:
    (found,) = read(header, line)
    assert isinstance(found, Reject), found
    return found


def test_a_row_carries_all_fields_of_a_person() -> None:
    found = row(
        "phone;name;company;email;address;city;state;postal_code;country;language;timezone;tags;notes;external_id",
        "091234567;Ana Pérez;ACME;ana@example.com;Calle 1;Salto;Salto;50000;UY;es;America/Lima;a, b|c;hi;X-1",
    )
    assert found.line == 2
    assert [phone.e164 for phone in found.phones] == ["+59891234567"]
    assert (found.name, found.company, found.email, found.city) == (
        "Ana Pérez",
        "ACME",
        "ana@example.com",
        "Salto",
    )
    assert (found.timezone, found.tags, found.notes) == ("America/Lima", ("a", "b", "c"), "hi")
    assert (found.postal_code, found.country, found.language, found.external_id) == (
        "50000",
        "UY",
        "es",
        "X-1",
    )
    assert found.status == "new"
    assert found.attributes is None


def test_first_and_last_name_make_the_name() -> None:
    found = row("phone;first_name;last_name", "091234567;Ana;Pérez")
    assert (found.name, found.first_name, found.last_name) == ("Ana Pérez", "Ana", "Pérez")
    assert row("phone;company", "091234567;ACME").name == "ACME"


def test_numbers_of_all_phone_columns_and_cells_belong_to_the_person() -> None:
    found = row("phone;phone2;phone3", "091234567;2902 1234 / 099 111 222;+598 91 234 567")
    assert [phone.e164 for phone in found.phones] == ["+59891234567", "+59829021234", "+59899111222"]
    assert found.attributes is None


def test_a_second_number_that_is_none_does_not_cost_the_person_and_is_kept() -> None:
    found = row("phone;Casa;phone2", "091234567;x;123")
    assert [phone.e164 for phone in found.phones] == ["+59891234567"]
    assert found.attributes == {"phone2": "123", "Casa": "x"}
    assert [p.e164 for p in row("phone;phone2", "no tiene;099111222").phones] == ["+59899111222"]


def test_an_extension_is_kept_with_the_cell_as_it_stood() -> None:
    found = row("phone;name", "2902 1234 int 12;Ana")
    assert [phone.e164 for phone in found.phones] == ["+59829021234"]
    assert found.attributes == {"phone": "2902 1234 int 12"}


def test_every_other_column_is_an_attribute() -> None:
    found = row("phone;edad;saldo;vacio", "091234567;33;1.234,50; ")
    assert found.attributes == {"edad": "33", "saldo": "1.234,50"}


def test_a_bad_email_is_kept_as_an_attribute() -> None:
    found = row("phone;email", "091234567;ana at example")
    assert found.email is None
    assert found.attributes == {"email": "ana at example"}


def test_a_text_too_long_for_an_external_id_is_kept_as_an_attribute() -> None:
    found = row("phone;external_id", f"091234567;{'x' * 201}")
    assert found.external_id is None
    assert found.attributes == {"external_id": "x" * 201}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", RejectReason.NO_PHONE),
        ("no tiene", RejectReason.PHONE_NOT_A_NUMBER),
        ("5.98E+10", RejectReason.PHONE_DIGITS_LOST),
        ("123", RejectReason.PHONE_TOO_SHORT),
        ("59891234567000000", RejectReason.PHONE_TOO_LONG),
        ("09l234567", RejectReason.PHONE_LETTERS),
        ("+999123456789", RejectReason.PHONE_UNKNOWN_COUNTRY),
        ("+598 81 234 567", RejectReason.PHONE_NOT_IN_USE),
    ],
)
def test_a_row_without_a_callable_number_is_rejected_with_the_reason(cell: str, reason: RejectReason) -> None:
    found = reject("name;phone", f"Ana;{cell}")
    assert (found.line, found.reason, found.cells) == (2, reason, ["Ana", cell])
    assert cell in found.message


def test_statuses_are_taken_in_any_case_an_empty_one_stays_none_and_an_unknown_one_is_rejected() -> None:
    words = [status.value for status in DialStatus]
    found = read("phone;status", *(f"091234567;{word}" for word in words))
    assert [r.status for r in found if isinstance(r, Row)] == words
    assert row("phone;status", "091234567; No Answer ").status == "no_answer"
    assert row("phone;status", "091234567; ").status is None
    unknown = reject("phone;status", "091234567;maybe")
    assert unknown.reason is RejectReason.UNKNOWN_STATUS
    assert '"maybe"' in unknown.message


def test_what_another_system_knew_is_taken_over() -> None:
    header = "phone;dial_attempts;answered_count;last_dial_attempt;dial_result;campaign_status"
    header += ";campaign_resolution;resolution_reason;priority;seller"
    found = row(header, "091234567;3;1.0;2025-03-01 14:30;NO ANSWER;3;nf;7;80;Ana")
    assert found.tracking == (3, 1, datetime(2025, 3, 1, 17, 30, tzinfo=UTC), "no_answer", 3, "NF", 7)
    assert (found.priority, found.owner_id) == (80, 7)


def test_what_is_missing_of_it_is_none_or_zero() -> None:
    found = row("phone;dial_attempts;last_dial_attempt;priority;seller;campaign_status", "091234567;;;;;")
    assert found.tracking == (0, 0, None, None, None, None, None)
    assert (found.priority, found.owner_id) == (50, None)


@pytest.mark.parametrize(
    ("field", "cell", "reason"),
    [
        ("dial_attempts", "-1", RejectReason.BAD_NUMBER),
        ("dial_attempts", "many", RejectReason.BAD_NUMBER),
        ("answered_count", "1.5", RejectReason.BAD_NUMBER),
        ("resolution_reason", "late", RejectReason.BAD_NUMBER),
        ("last_dial_attempt", "yesterday", RejectReason.BAD_DATE),
        ("last_dial_attempt", "31/02/2025", RejectReason.BAD_DATE),
        ("last_dial_attempt", "9999-12-31T23:59:59", RejectReason.BAD_DATE),
        ("dial_result", "perhaps", RejectReason.UNKNOWN_RESULT),
        ("campaign_status", "8", RejectReason.BAD_CAMPAIGN_STATUS),
        ("campaign_resolution", "ZZ", RejectReason.UNKNOWN_RESOLUTION),
        ("priority", "100", RejectReason.BAD_PRIORITY),
        ("timezone", "America/Montvideo", RejectReason.UNKNOWN_TIMEZONE),
        ("seller", "Nobody", RejectReason.UNKNOWN_SELLER),
    ],
)
def test_a_value_that_cannot_be_is_a_reject(field: str, cell: str, reason: RejectReason) -> None:
    found = reject(f"phone;{field}", f"091234567;{cell}")
    assert found.reason is reason
    assert found.message[-1] in ".?"


def test_missing_last_cells_are_empty_and_too_many_are_a_reject() -> None:
    assert row("phone;name;city", "091234567;Ana").city is None
    assert row("phone;name", "091234567;Ana;;").name == "Ana"
    assert reject("phone;name", "091234567;Ana;Salto").reason is RejectReason.TOO_MANY_CELLS
    assert reject("name;city;phone", "Ana").reason is RejectReason.TOO_FEW_CELLS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-01", "2025-03-01 03:00"),
        ("2025-03-01T14:30:00Z", "2025-03-01 14:30"),
        ("2025-03-01 14:30:00+02:00", "2025-03-01 12:30"),
        ("1/3/2025", "2025-03-01 03:00"),
        ("01/03/2025 14:30", "2025-03-01 17:30"),
        ("1.3.25 2:30 pm", "2025-03-01 17:30"),
        ("2025/3/1 14:30:15", "2025-03-01 17:30"),
        ("12/31/2025", "2025-12-31 03:00"),
        ("45717.6041666667", "2025-03-01 17:30"),
    ],
)
def test_dates_are_read_as_exports_write_them(text: str, expected: str) -> None:
    moment = parse_moment(text, MONTEVIDEO)
    assert moment.strftime("%Y-%m-%d %H:%M") == expected
    assert moment.tzinfo is UTC


def test_months_come_first_where_the_region_writes_them_first() -> None:
    us = row("phone;last_dial_attempt", "(212) 555-0123;3/4/2025", region="US").tracking.last_dial_attempt
    uy = row("phone;last_dial_attempt", "091234567;3/4/2025").tracking.last_dial_attempt
    assert us is not None
    assert uy is not None
    assert (us.month, uy.month) == (3, 4)


def test_the_rejects_file_gives_the_rows_back_to_correct_and_import(write: Write, tmp_path: Path) -> None:
    source = open_source(write("name;phone;remark\nAna;12;=1+1\n'Eva;+598 91 234 567;-x\nLuis;99;\n"))
    columns = propose(source.sample, {"phone": "phone"}, region="UY")
    reader = RowReader(columns, region="UY", zone=MONTEVIDEO)
    with RejectsFile(tmp_path / "rejects.csv", columns, source=source.file.path) as rejects:
        for record in source.sample[1:]:
            found = reader(record)
            if isinstance(found, Reject):
                rejects.write(found)
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["reject_line", "reject_reason", "reject_message", "name", "phone", "remark"]
    assert lines[1] == ["2", "phone_too_short", '"12": too few digits.', "Ana", "12", "'=1+1"]
    assert [line[0] for line in lines[1:]] == ["2", "4"]
    again = open_source(write((tmp_path / "rejects.csv").read_bytes().replace(b",12,", b",091234568,")))
    columns = propose(again.sample, region="UY")
    found = RowReader(columns, region="UY", zone=MONTEVIDEO)(again.sample[1])
    assert isinstance(found, Row)
    assert found.notes == "=1+1"


def test_a_rejects_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    columns = propose([Record(1, ["phone"]), Record(2, ["091234567"])], region="UY")
    source = tmp_path / "list.csv"
    source.write_text("phone\n091234567\n")
    with pytest.raises(Invalid, match="cannot be written"):
        RejectsFile(tmp_path / "nowhere" / "rejects.csv", columns, source=source)
    with pytest.raises(Invalid, match="another name"):
        RejectsFile(source, columns, source=source)
    assert source.read_text() == "phone\n091234567\n"


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only some systems have a device that is always full"
)
def test_a_full_disk_under_the_rejects_file_is_told_in_one_line() -> None:
    columns = propose([Record(1, ["phone"]), Record(2, ["091234567"])], region="UY")
    with (
        pytest.raises(Invalid, match="cannot be written"),
        RejectsFile(Path("/dev/full"), columns, source=Path(__file__)),
    ):
        pass


@given(st.text(max_size=30))
def test_escaping_a_cell_can_be_taken_back(cell: str) -> None:
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    if not cell.startswith("'"):
        assert unescaped(harmless(cell)) == cell


@given(st.lists(st.text(alphabet="09 +-./;,éaE'\"=\n\t", max_size=12), min_size=1, max_size=9))
def test_any_cells_become_a_row_or_a_reject(cells: list[str]) -> None:
    header = [
        "phone",
        "status",
        "priority",
        "last_dial_attempt",
        "email",
        "tags",
        "timezone",
        "dial_attempts",
    ]
    columns = propose([Record(1, header), Record(2, ["091234567"])], region="UY", header=True)
    found = RowReader(columns, region="UY", zone=MONTEVIDEO)(Record(2, cells))
    assert found.line == 2
    assert isinstance(found, Row | Reject)

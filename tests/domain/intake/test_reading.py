"""Files as people really have them, read record by record."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError, Invalid
from domain.intake.reading import Problem, Record, Source, find_dialect, open_source
from tests.support.fuzz import tried
from tests.support.rights import open_folder, ordinary_account

Write = Callable[..., Path]

SPANISH = "Nombre;Teléfono;Ciudad\nJosé Núñez;091234567;Paysandú\nMaría Ibáñez;099111222;Colón\n"


def records(path: Path) -> list[Record]:
    with open_source(path).records() as found:
        return list(found)


def cells(path: Path) -> list[list[str]]:
    return [record.cells for record in records(path)]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "iso8859-15"],
)
def test_names_come_through_in_every_common_encoding(write: Write, encoding: str) -> None:
    assert cells(write(SPANISH, encoding=encoding)) == [line.split(";") for line in SPANISH.splitlines()]


def test_curly_quotes_and_euro_signs_of_windows_come_through(write: Write) -> None:
    text = "Name;Note\nAna;“10 €” – l’été\n"
    assert cells(write(text, encoding="cp1252"))[1] == ["Ana", "“10 €” – l’été"]


def test_other_alphabets_are_recognised(write: Write) -> None:
    text = "Имя;Телефон;Город\n" + "Иван Иванов;099123456;Москва\nОльга Петрова;091222333;Казань\n" * 20
    assert cells(write(text, encoding="cp1251"))[1] == ["Иван Иванов", "099123456", "Москва"]


def test_two_files_joined_in_different_encodings_keep_both_right(write: Write) -> None:
    text = SPANISH.encode() * 5 + "Iñaki;091999888;Río\n".encode("cp1252")
    assert cells(write(text))[1][0] == "José Núñez"
    assert cells(write(text))[-1] == ["Iñaki", "091999888", "Río"]


def test_a_late_accent_does_not_spoil_a_long_plain_start(write: Write) -> None:
    text = "name,phone\n" + "Ana,091234567\n" * 150_000 + "Iñaki,099111222\n"
    assert records(write(text, encoding="cp1252"))[-1] == Record(150_002, ["Iñaki", "099111222"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":"])
def test_the_delimiter_is_found(write: Write, delimiter: str) -> None:
    path = write(SPANISH.replace(";", delimiter))
    assert open_source(path).dialect.delimiter == delimiter
    assert cells(path)[1] == ["José Núñez", "091234567", "Paysandú"]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("name;address;phone\nAna;Calle 1, apto 2, Salto;091234567\nEva;Calle 2, Colón;099111222\n", ";"),
        ("091234567;Calle 1, Salto, Uruguay\n099111222;Calle 2, Rivera, Uruguay\n", ";"),
        ('name,tags,phone\nAna,"a;b;c",091234567\nEva,"d;e;f",099111222\n', ","),
        ('name,note,phone\nAna,"one\ntwo;three\nfour",091234567\nEva,x,099111222\n', ","),
        ("name|when|phone\nAna|10:30:00|091234567\nEva|11:45:10|099111222\n", "|"),
        ("name\tamount\tphone\nAna\t1,5\t091234567\nEva\t2,5\t099111222\n", "\t"),
    ],
)
def test_other_punctuation_inside_cells_does_not_mislead(text: str, delimiter: str) -> None:
    assert find_dialect(text).delimiter == delimiter


def test_several_numbers_in_a_single_column_stay_in_one_cell(write: Write) -> None:
    path = write("telefono\n091234567;099111222\n091234568;099111223\n")
    assert cells(path)[1] == ["091234567;099111222"]


def test_a_single_column_needs_no_delimiter(write: Write) -> None:
    assert cells(write("phone\n091234567\n099111222\n")) == [["phone"], ["091234567"], ["099111222"]]


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_the_separator_line_of_excel_is_obeyed_and_skipped(write: Write, first: str) -> None:
    found = records(write(first + "a;b,c\n1;2,3\n"))
    assert found == [Record(2, ["a", "b,c"]), Record(3, ["1", "2,3"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_works_also_without_a_last_one(write: Write, end: str) -> None:
    text = end.join(["name;phone", "Ana;091234567", "Eva;099111222"])
    assert [record.line for record in records(write(text))] == [1, 2, 3]


def test_quotes_delimiters_and_newlines_in_cells_keep_the_line_numbers_right(write: Write) -> None:
    text = 'name,note,phone\nAna,"said ""hi"",\nand left",091234567\nEva,,099111222\n'
    assert records(write(text)) == [
        Record(1, ["name", "note", "phone"]),
        Record(2, ["Ana", 'said "hi",\nand left', "091234567"]),
        Record(4, ["Eva", "", "099111222"]),
    ]


def test_empty_lines_are_counted_and_are_no_rows(write: Write) -> None:
    path = write("name;phone\n\nAna;091234567\n;\n   \n;;\nEva;099111222\n\n")
    with open_source(path).records() as found:
        assert [record.line for record in found] == [1, 3, 7]
        assert found.blank == 5


def test_blanks_before_quotes_are_understood(write: Write) -> None:
    assert cells(write('a, "b, c", d\n1, "2, 3", 4\n')) == [["a", "b, c", "d"], ["1", "2, 3", "4"]]


def test_quotes_escaped_with_backslashes_are_understood(write: Write) -> None:
    text = 'name,phone\n"Juan \\"Pepe\\" P",091234567\n"x \\"y\\", z",099111222\n'
    assert cells(write(text))[1:] == [['Juan "Pepe" P', "091234567"], ['x "y", z', "099111222"]]


def test_nul_bytes_are_dropped(write: Write) -> None:
    path = write(b"name,phone\nAn\0a,091234567\nEva,0991\x0011222\n" + b"Luis,091222333\n" * 50)
    assert cells(path)[1:3] == [["Ana", "091234567"], ["Eva", "099111222"]]


def test_a_stray_quote_costs_its_own_line_only(write: Write) -> None:
    lines = [f"{number},Name {number},0912345{number:02}" for number in range(100)]
    lines[5] = '5,"Name 5,091234505'
    lines[50] = '50,"Name, 50",091234550'
    found = records(write("id,name,phone\n" + "\n".join(lines)))
    assert len(found) == 101
    assert [(record.line, record.problem) for record in found if record.problem] == [
        (7, Problem.UNCLOSED_QUOTE)
    ]
    assert found[6].cells == ["5", '"Name 5', "091234505"]
    assert found[51].cells == ["50", "Name, 50", "091234550"]


def test_a_quote_that_never_closes_does_not_swallow_the_file(write: Write) -> None:
    lines = [f"Name {number},0912345{number % 100:02}" for number in range(20_000)]
    lines[3] = '"Name 3,091234503'
    found = records(write("name,phone\n" + "\n".join(lines)))
    assert len(found) == 20_001
    assert [record.line for record in found if record.problem] == [5]


def test_a_quote_open_on_the_last_line_is_named(write: Write) -> None:
    found = records(write('name,phone\nAna,091234567\n"Eva,099111222'))
    assert found[-1].problem is Problem.UNCLOSED_QUOTE
    assert found[-1].line == 3


def test_a_long_note_over_many_lines_is_one_cell(write: Write) -> None:
    note = "\n".join(f"line {number} of the note" for number in range(500))
    found = records(write(f'name,note,phone\nAna,"{note}",091234567\nEva,x,099111222\n'))
    assert [record.line for record in found] == [1, 2, 502]
    assert found[1].cells[1] == note


def test_a_cell_too_long_to_be_one_is_a_problem_of_its_line(write: Write) -> None:
    found = records(write("name,phone\nAna," + "9" * 140_000 + "\nEva,099111222\n"))
    assert [record.problem for record in found] == [None, Problem.CELL_TOO_LONG, None]


def test_200_columns_are_read(write: Write) -> None:
    header = ",".join(f"c{number}" for number in range(200))
    path = write(header + "\n" + ",".join(["x"] * 200) + "\n")
    assert open_source(path).dialect.width == 200
    assert len(cells(path)[1]) == 200


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_compressed_files_are_read_as_they_are(write: Write, pack: Callable[[bytes], bytes]) -> None:
    path = write(pack(SPANISH.encode("cp1252")), "list.csv.packed")
    assert cells(path)[1] == ["José Núñez", "091234567", "Paysandú"]


def test_the_same_content_has_the_same_fingerprint_compressed_or_not(write: Write) -> None:
    plain = open_source(write(SPANISH, "a.csv")).file
    packed = open_source(write(gzip.compress(SPANISH.encode()), "a.csv.gz")).file
    other = open_source(write(SPANISH + "Eva;099111223;Salto\n", "b.csv")).file
    assert plain.fingerprint == packed.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + b"\x14\0" * 50, "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "Excel workbook"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image"),
        (b"SQLite format 3\x00" + b"\0" * 50, "SQLite"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b'[{"phone": "091234567"}]', "JSON"),
        (bytes(range(256)) * 20, "not text"),
        (gzip.compress(SPANISH.encode() * 50, mtime=0)[:60], "damaged or cut short"),
        (lzma.compress(SPANISH.encode() * 50)[:90], "damaged or cut short"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        (b";;;\n;;;\n", "has no rows"),
    ],
)
def test_what_is_no_list_is_refused_with_one_line_saying_what_to_do(
    write: Write, content: bytes, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        open_source(write(content))
    assert "\n" not in str(refusal.value)


def test_a_missing_file_a_folder_and_a_device_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no file"):
        open_source(tmp_path / "nothing.csv")
    with pytest.raises(Invalid, match="is a folder"):
        open_source(tmp_path)
    with pytest.raises(Invalid, match="no ordinary file"):
        open_source(Path(os.devnull))


def test_a_file_without_the_right_to_read_it_is_refused() -> None:
    with open_folder() as folder, ordinary_account():
        path = folder / "list.csv"
        with pytest.raises(Invalid, match="There is no file"):
            open_source(path)
    with open_folder() as folder:
        path = folder / "list.csv"
        path.write_text(SPANISH)
        path.chmod(0)
        with ordinary_account(), pytest.raises(Invalid, match="may not read"):
            open_source(path)
        folder.chmod(0)
        with ordinary_account(), pytest.raises(Invalid, match="may not read"):
            open_source(path)


def test_an_encoding_or_delimiter_given_by_the_person_is_used(write: Write) -> None:
    path = write(SPANISH, encoding="cp850")
    source = open_source(path, encoding="cp850", delimiter=";")
    assert source.sample[1].cells[0] == "José Núñez"
    with pytest.raises(Invalid, match="no encoding"):
        open_source(path, encoding="klingon")
    with pytest.raises(Invalid, match="cannot separate cells"):
        open_source(path, delimiter="ab")


def test_a_large_file_is_read_in_little_memory(write: Write) -> None:
    import tracemalloc

    path = write("name,phone,note\n" + "Ana Pérez,091234567,something to remember\n" * 200_000)
    tracemalloc.start()
    with open_source(path).records() as found:
        count = sum(1 for _ in found)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 200_001
    assert peak < 12_000_000


@tried(100)
@given(st.binary(max_size=300) | st.text(alphabet='ab1,;\t|"\n\r\\ =', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused_and_no_line_is_lost(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(content)
        try:
            source = open_source(path)
        except DomainError:
            return
        assert_lines_add_up(source)


def assert_lines_add_up(source: Source) -> None:
    with source.file.open() as lines:
        physical = sum(1 for _ in lines)
    with source.records() as found:
        begun = [record.line for record in found]
        assert found.line == physical
    assert begun == sorted(set(begun))
    assert all(1 <= line <= physical for line in begun)

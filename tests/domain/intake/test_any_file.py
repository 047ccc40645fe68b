"""Any bytes as a file to import: every row is taken or told why not, and what is kept breaks no rule.

Real lists, in the encodings people have, with pieces of them damaged, so that most get past the first look.
"""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlmodel import select

from domain.contacts.models import ContactPhone
from domain.errors import DomainError
from domain.intake import calls_import
from domain.intake.importing import import_leads, preview
from domain.intake.options import Counts, ImportOptions
from storage import bulk
from storage.database import Database
from tests.support.factories import NOON, ShopFixture, build_shop
from tests.support.fuzz import no_hang, tried

ROWS = [
    ["Nombre", "Teléfono", "Ciudad", "email", "estado", "notas", "fecha"],
    ["José Núñez", "01 99 00 00 01", "Lyon", "jose@example.org", "new", 'said "hi"', "2026-03-02"],
    ["María Ibáñez", "+33199000002; 0199000003", "Paysandú", "", "busy", "uno, dos", "02/03/2026 10:30"],
    ["=1+1", "0199000004 (Juan)", "", "a@b", "do-not-call", "", "46000,5"],
    ["", "", "", "", "", "", ""],
]
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "cp1252",
    "latin-1",
    "cp1251",
    "mac-roman",
)
PIECES = st.sampled_from(
    [b"", b"\0", b'"', b'""', b"\r", b"\n", b"\r\n", b";", b",", b"\t", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\x1a",
     b"sep=;\n", b"x" * 40_000, b"9" * 5_000, b"1e400", b"\xed\xa0\x80", b"'", b"\\", b"=cmd|' /C calc'!A0", b"\x85",
     "\u2028".encode(), "\u202e".encode(), b"PK\x03\x04", b"99999999999999999999", b"0000-00-00", b"\x1f\x8b"],
) | st.binary(max_size=6)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A real list, damaged in up to four places, and perhaps compressed, perhaps cut off."""
    between, ends = draw(st.sampled_from(";,\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoted = draw(st.booleans())
    cells = [['"' + cell.replace('"', '""') + '"' if quoted else cell for cell in row] for row in ROWS]
    text = ends.join(between.join(row) for row in cells)
    content = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(content)))
        end = draw(st.integers(begin, min(len(content), begin + 12)))
        content = content[:begin] + draw(PIECES) + content[end:]
    packed = draw(st.sampled_from([bytes, bytes, bytes, gzip.compress, bz2.compress]))(content)
    return packed[: draw(st.integers(0, len(packed)))] if draw(st.integers(0, 9)) == 0 else packed


@pytest.fixture
def shop(sqlite_database: Database) -> ShopFixture:
    """A shop every file of the test goes into, one after the other."""
    return build_shop(sqlite_database, leads=0)


@tried(120)
@given(content=files() | st.binary(max_size=200))
@example(content=b"name,phone\n" + b'"' * 3_001)
@example(content=b"phone\n" + b"0199000001\n" * 3)
def test_any_file_is_imported_row_by_row_or_refused(
    shop: ShopFixture, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    given = {"actor": shop.sup, "path": path, "campaign_id": shop.campaign_id}
    options = ImportOptions(region="FR", rejects=tmp_path / "rejects.csv")
    with no_hang():
        try:
            preview(shop.database, options=options, **given)
            done = import_leads(shop.database, bulk, options=options, now=NOON, **given)
        except DomainError as refused:
            told, counts = refused.message, Counts()
        else:
            told, counts = "", done.counts
    assert "\n" not in told
    assert counts.rows == counts.imported + counts.updated + counts.duplicates + counts.rejected
    with shop.database.reading() as session:
        numbers = session.exec(select(ContactPhone.e164)).all()
    assert all(number[0] == "+" and number[1:].isascii() and number[1:].isdigit() for number in numbers)


@tried(60)
@given(content=files() | st.binary(max_size=200))
def test_any_file_as_a_call_log_is_taken_row_by_row_or_refused(
    shop: ShopFixture, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(content.replace(b"estado", b"result").replace(b"fecha", b"called_at"))
    with no_hang():
        try:
            counts = calls_import.import_calls(
                shop.database, actor=shop.sup, path=path, now=NOON, region="FR"
            )
        except DomainError as refused:
            told, counts = refused.message, calls_import.CallCounts()
        else:
            told = ""
    assert "\n" not in told
    assert counts.rows == counts.imported + counts.duplicates + counts.rejected

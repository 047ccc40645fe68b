"""Exports by command: a table a spreadsheet opens and cannot be tricked by, lines for programs, whole files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlmodel import select

from domain.audit.models import AuditEvent
from domain.exporting.columns import HEADINGS, HEADINGS_OF_ALL
from tests.cli.conftest import Shell

TRICKS = """name,phone,email,tags
=HYPERLINK(0),+33199000011,ada@example.org,@vip;+plus
"-2, or less",+33199000012,,
Élodie Ünal,+33199000013,,
"""


@pytest.fixture
def tricky(campaign: Shell, tmp_path: Path) -> Shell:
    """A second campaign whose people have names that would be formulas."""
    campaign.done("campaigns", "create", "Autumn", "--region", "FR", "--hours", "00:00-24:00")
    file = tmp_path / "tricks.csv"
    file.write_text(TRICKS, encoding="utf-8")
    campaign.done("leads", "import", str(file), "--campaign", "Autumn", "--list", "Tricks")
    return campaign


def _table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_campaign_goes_to_standard_output_with_the_mark_of_utf8(campaign: Shell) -> None:
    told = campaign.done("export", "leads", "--campaign", "Spring")
    assert told.out.startswith("\ufeffContact ID,")
    header, *rows = _table(told.out.removeprefix("\ufeff"))
    assert tuple(header) == HEADINGS
    assert [row[1] for row in rows] == ["Ada Marlow", "Bruno Keel", "Cleo Varga", "Dora Lind"]
    assert rows[0][2:6] == ["ada@example.org", "+33199000001", "", "new"]
    assert told.err == ""


def test_a_file_is_whole_and_formulas_are_harmless(tricky: Shell, tmp_path: Path) -> None:
    file = tmp_path / "out" / "leads.csv"
    file.parent.mkdir()
    told = tricky.json("export", "leads", "--campaign", "Autumn", "-o", str(file))
    assert told.document == {"file": str(file), "rows": 3}
    assert file.read_bytes().startswith(b"\xef\xbb\xbfContact ID,")
    _, *rows = _table(file.read_text(encoding="utf-8-sig"))
    assert [row[1] for row in rows] == ["'=HYPERLINK(0)", "'-2, or less", "Élodie Ünal"]
    assert rows[0][3] == "+33199000011", "a telephone number stays one"
    assert rows[0][-1].startswith("'@vip")
    assert [each.name for each in file.parent.iterdir()] == ["leads.csv"]


def test_all_campaigns_name_the_campaign_of_each(tricky: Shell) -> None:
    header, *rows = _table(tricky.done("export", "all").out.removeprefix("\ufeff"))
    assert tuple(header) == HEADINGS_OF_ALL
    assert [row[5] for row in rows] == ["Autumn"] * 3 + ["Spring"] * 4


def test_lines_for_programs_are_one_object_each(campaign: Shell, tmp_path: Path) -> None:
    file = tmp_path / "leads.jsonl"
    campaign.done("export", "leads", "--format", "jsonl", "-o", str(file), "--campaign", "Spring")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["contact_name"] for line in lines] == ["Ada Marlow", "Bruno Keel", "Cleo Varga", "Dora Lind"]
    assert (lines[0]["phone"], lines[0]["tags"], lines[0]["attempts"]) == ("+33199000001", [], 0)
    assert lines == campaign.json("export", "leads", "--campaign", "Spring").document


def test_the_exported_table_can_be_imported_again(tricky: Shell, tmp_path: Path) -> None:
    file = tmp_path / "again.csv"
    tricky.done("export", "leads", "--campaign", "Spring", "-o", str(file))
    tricky.done("campaigns", "create", "Winter", "--region", "FR")
    told = tricky.json("leads", "import", str(file), "--campaign", "Winter")
    assert (told["rows"], told["imported"], told["rejected"]) == (4, 4, 0)


def test_a_seller_is_refused_and_leaves_no_file(campaign: Shell, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    said = campaign.refused("export", "leads", "--campaign", "Spring", "--as", "ana", "-o", str(file))
    assert "may not export leads" in said
    assert not file.exists()


def test_a_place_that_cannot_be_written_is_one_clear_line(campaign: Shell, tmp_path: Path) -> None:
    said = campaign.refused("export", "leads", "--campaign", "Spring", "-o", str(tmp_path / "no" / "x.csv"))
    assert "cannot be written" in said
    assert "is a folder" in campaign.refused("export", "all", "-o", str(tmp_path))


def test_an_export_is_written_down_with_its_size_and_never_with_a_name(campaign: Shell) -> None:
    campaign.done("export", "leads", "--campaign", "Spring", "--tag", "Ada Marlow")
    campaign.done("export", "all")
    with campaign.database.reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.kind == "leads.export")).all()
    assert [(each.name, each.target, each.detail) for each in events] == [
        ("root", "1", {"rows": 0, "filters": ["tags"]}),
        ("root", "all", {"rows": 4}),
    ]


def test_the_filters_narrow_it(campaign: Shell) -> None:
    campaign.done("leads", "edit", "2", "--status", "busy")
    lines = campaign.json("export", "leads", "--campaign", "Spring", "--status", "busy", "--list", "March")
    assert [line["contact_name"] for line in lines.document] == ["Bruno Keel"]  # type: ignore[attr-defined]  # a list
    assert campaign.json("export", "all", "--seller", "ana").document == []
    assert "no such status" in campaign.refused("export", "all", "--status", "asleep")
    assert "Did you mean ana?" in campaign.refused("export", "all", "--seller", "anna")

"""The real campaign's file, as it is and with names and numbers given to its people."""

from __future__ import annotations

import lzma
from importlib.resources import files
from pathlib import Path

import pytest

from domain.errors import Invalid
from domain.intake.mapping import propose
from domain.intake.options import Counts
from domain.intake.reading import open_source
from storage.database import Database
from storage.demo.numbers import ranges
from tests.domain.intake.importing_support import Desk
from tests.support.factories import build_shop

CLIENTS = 45_211
ARCHIVE = Path(str(files("storage.demo") / "bank-marketing.csv.xz"))


def test_it_is_read_compressed_as_it_is_and_has_nobody_to_call() -> None:
    source = open_source(ARCHIVE)
    assert source.dialect.delimiter == ","
    with source.records() as records:
        assert sum(1 for _ in records) == CLIENTS + 1
        assert records.blank == 0
    with pytest.raises(Invalid, match="No column with telephone numbers"):
        propose(source.sample, region="PT")


def test_with_numbers_all_its_people_come_in_with_every_column(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with lzma.open(ARCHIVE, "rt", encoding="utf-8") as file:
        header, *lines = file.read().splitlines()
    numbers = (each.number(index).e164 for each in ranges() for index in range(each.size))
    text = "\n".join(
        [f"{header},telefone", *(f"{line},{number}" for line, number in zip(lines, numbers, strict=False))]
    )
    desk = Desk(build_shop(sqlite_database, leads=0), tmp_path)
    assert desk.counts(text) == Counts(rows=CLIENTS, imported=CLIENTS)
    first = desk.contacts()[0]
    assert first.attributes == dict(zip(header.split(","), lines[0].split(","), strict=True))

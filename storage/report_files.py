"""Reports as text: JSON, a table for spreadsheets (CSV) or a page (HTML); to a stream, or to a file that is whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TextIO

from domain.errors import Invalid
from domain.reporting import page, written
from domain.reporting.compare import Comparison
from domain.reporting.figures import CampaignReport
from storage.exports import csv_writer, whole_file

FORMATS: Final = ("json", "csv", "html")


def write_report(report: CampaignReport | Comparison, *, file: Path, format: str) -> None:
    """Write a report, or two side by side, to a file, which is there as a whole or not at all.

    Raises:
        Invalid: there is no such format.  Unavailable: the file cannot be written.
    """
    require_format(format)
    with whole_file(file, bom=format == "csv") as stream:
        put(report, stream=stream, format=format)


def put(report: CampaignReport | Comparison, *, stream: TextIO, format: str) -> None:
    """Write a report to a stream.

    Raises:
        Invalid: there is no such format.
    """
    require_format(format)
    if format == "json":
        json.dump(_document(report), stream, ensure_ascii=False)
        stream.write("\n")
    elif format == "html":
        stream.write(page.comparison_page(report) if isinstance(report, Comparison) else page.page(report))
    elif isinstance(report, Comparison):
        _table(stream, written.COMPARED, written.compared_rows(report))
    else:
        _table(stream, written.HEADINGS, written.rows(report))


def _document(report: CampaignReport | Comparison) -> dict[str, object]:
    return written.comparison(report) if isinstance(report, Comparison) else written.document(report)


def _table(stream: TextIO, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    write = csv_writer(stream, headings)
    for row in rows:
        write(row)


def require_format(format: str) -> None:
    """Refuse a format there is not."""
    if format not in FORMATS:
        raise Invalid(f"{format}: no such format; use {', '.join(FORMATS)}.", code="format")

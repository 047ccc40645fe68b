"""Work for processes of their own: importing a file, told where and as whom."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from domain.intake.importing import import_leads
from domain.intake.options import ImportOptions, Progress
from domain.people import entry
from storage import bulk
from storage.database import open_database
from tests.support.factories import NOON


def import_file(url: str, path: str, campaign_id: int, portions: Connection | None = None) -> tuple[int, int]:
    """Import as the supervisor; returns how many rows were imported and how many were duplicates.

    ``portions`` is sent the line that was reached with every portion that is on disk.
    """
    database = open_database(url)
    with database.reading() as session:
        actor = entry.sign_in(session, name="sup", password=None, now=NOON)

    def told(progress: Progress) -> None:
        if portions is not None:
            portions.send(progress.line)

    try:
        counts = import_leads(
            database,
            bulk,
            actor=actor,
            path=Path(path),
            campaign_id=campaign_id,
            options=ImportOptions(),
            now=NOON,
            progress=told,
        ).counts
    finally:
        database.close()
    return counts.imported, counts.duplicates

"""Importing as the screen asks for it: a look at the file, a trial, the import, and taking it back.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.intake.options import ImportOptions, ImportResult, Preview
    from domain.intake.undoing import UndoneImport


class SupervisingImports(Supervising):
    """What those who lead do with files of people."""

    def look_into(self, path: Path, campaign_id: int, options: ImportOptions) -> Preview:
        """How a file would be read, also where nothing says yet which column holds the numbers."""
        from domain.intake import importing

        return importing.preview(
            self.database,
            actor=self.actor,
            path=path,
            campaign_id=campaign_id,
            options=options,
            unfinished=True,
        )

    def import_file(
        self,
        path: Path,
        campaign_id: int,
        options: ImportOptions,
        tell: Callable[[int, int], None],
        stop: Callable[[], bool],
    ) -> ImportResult:
        """Import, or try it (``options.dry_run``); a file of rejects nobody needs is not left behind."""
        from domain.intake import importing
        from storage import bulk

        there = options.rejects is not None and options.rejects.exists()
        given = replace(options, rejects=None) if options.dry_run else options
        done = importing.import_leads(
            self.database,
            bulk,
            actor=self.actor,
            path=path,
            campaign_id=campaign_id,
            options=given,
            now=self.now(),
            progress=lambda at: tell(at.line, at.lines),
            stop=stop,
        )
        if given.rejects is not None and not there and not done.reasons:
            given.rejects.unlink(missing_ok=True)
        return done

    def undo_import(
        self, list_id: int, leads: int, tell: Callable[[int, int], None], stop: Callable[[], bool]
    ) -> UndoneImport:
        """Take an import of so many leads back, but for those somebody worked with."""
        from domain.intake import undoing

        return undoing.undo_import(
            self.database,
            actor=self.actor,
            list_id=list_id,
            now=self.now(),
            progress=lambda done: tell(done, max(leads, done)),
            stop=stop,
        )

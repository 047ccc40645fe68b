"""Imports beside other work: two at once, one killed, one while sellers write."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

from sqlalchemy import text
from sqlmodel import col, func, select

from domain.calling.models import Lead
from domain.contacts.models import Contact, ContactPhone
from domain.intake.options import Counts, Progress
from storage.integrity import check
from tests.domain.intake.import_workers import import_file
from tests.domain.intake.importing_support import Desk, people
from tests.support.processes import run_together, warm_context


def test_two_files_with_the_same_people_imported_at_once_make_each_person_once(desk: Desk) -> None:
    files = [str(desk.file(people(6_000), f"{name}.csv")) for name in ("one", "two")]
    url, campaign_id = desk.shop.database.url, desk.shop.campaign_id
    results = run_together(import_file, [(url, file, campaign_id) for file in files])
    assert sum(imported for imported, _ in results) == 6_000
    assert sum(duplicates for _, duplicates in results) == 6_000
    with desk.shop.database.reading() as session:
        repeated = select(ContactPhone.e164).group_by(ContactPhone.e164).having(func.count() > 1)
        assert session.exec(repeated).all() == []
        assert session.exec(select(func.count(col(Lead.id)))).one() == 6_000


def test_a_killed_import_leaves_whole_portions_and_continues(desk: Desk) -> None:
    lines = people(9_999)
    file = desk.file(lines)
    context: Any = warm_context()
    reached, portions = context.Pipe(duplex=False)
    process = context.Process(
        target=import_file, args=(desk.shop.database.url, str(file), desk.shop.campaign_id, portions)
    )
    process.start()
    assert [reached.recv(), reached.recv()] == [2_001, 4_001]
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    with desk.shop.database.reading() as session:
        leads = session.exec(select(func.count(col(Lead.id)))).one()
        assert leads == session.exec(select(func.count(col(Contact.id)))).one()
        assert leads == session.exec(select(func.count(col(ContactPhone.id)))).one()
    assert leads % 2_000 == 0
    assert 4_000 <= leads < 9_999
    assert desk.lists()[0].counts["imported"] == leads
    result = desk.run(lines)
    assert result.counts == Counts(rows=9_999, imported=9_999)
    assert check(desk.shop.database) == []


def test_others_write_while_an_import_runs(desk: Desk) -> None:
    waits: list[float] = []
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            begin = time.perf_counter()
            with desk.shop.database.transaction() as session:
                session.execute(text("UPDATE campaign SET description = description"))
            waits.append(time.perf_counter() - begin)

    portions: list[Progress] = []
    writer = threading.Thread(target=write)
    writer.start()
    try:
        desk.run(people(9_999), progress=portions.append)
    finally:
        done.set()
        writer.join()
    assert len(portions) == 5
    assert len(waits) > len(portions), "a writer gets its turn between the portions"

"""The gate: one writer at a time, everybody gets a turn, nobody waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import portalocker
import pytest

from storage.errors import DatabaseBusy, DatabaseReadOnly
from storage.gate import WriteGate, gate_for
from tests.support.rights import open_folder, ordinary_account

HOLDER = """
import sys
from pathlib import Path
from storage.gate import gate_for
with gate_for(Path(sys.argv[1])).hold():
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_by_another_process(database: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


@pytest.fixture
def gate(tmp_path: Path) -> WriteGate:
    return gate_for(tmp_path / "shop.sqlite3")


def test_every_way_of_writing_a_path_leads_to_the_same_gate(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "folder")
    first = gate_for(tmp_path / "folder" / "shop.sqlite3")
    assert gate_for(tmp_path / "folder" / ".." / "other" / "shop.sqlite3") is first


def test_writers_of_one_process_go_in_the_order_they_came(gate: WriteGate) -> None:
    order: list[int] = []
    threads: list[threading.Thread] = []

    def write(number: int) -> None:
        with gate.hold():
            order.append(number)

    with gate.hold():
        for number in range(6):
            thread = threading.Thread(target=write, args=(number,))
            thread.start()
            threads.append(thread)
            while gate.waiting <= number:
                pass
    for thread in threads:
        thread.join()
    assert order == list(range(6))


def test_a_writer_of_another_process_is_waited_for(gate: WriteGate, tmp_path: Path) -> None:
    entered = threading.Event()

    def write() -> None:
        with gate.hold():
            entered.set()

    with held_by_another_process(tmp_path / "shop.sqlite3") as process:
        thread = threading.Thread(target=write)
        thread.start()
        assert not entered.is_set()
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert entered.wait(30)
        thread.join()


def test_waiting_ends_with_a_clear_line(gate: WriteGate, tmp_path: Path) -> None:
    with (
        held_by_another_process(tmp_path / "shop.sqlite3"),
        pytest.raises(DatabaseBusy, match="busy") as caught,
        gate.hold(0.05),
    ):
        raise AssertionError("held by two")
    assert caught.value.code == "database_busy"


def test_who_gave_up_waiting_does_not_keep_the_gate_later(gate: WriteGate, tmp_path: Path) -> None:
    with held_by_another_process(tmp_path / "shop.sqlite3"):
        for _ in range(3):
            with pytest.raises(DatabaseBusy), gate.hold(0.01):
                raise AssertionError("held by two")
    with gate.hold(30), pytest.raises(DatabaseBusy):
        in_other_thread(gate, 0.01)
    with held_by_another_process(tmp_path / "shop.sqlite3"):
        pass


def in_other_thread(gate: WriteGate, seconds: float) -> None:
    errors: list[BaseException] = []

    def write() -> None:
        try:
            with gate.hold(seconds):
                pass
        except DatabaseBusy as error:
            errors.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def test_a_killed_writer_leaves_the_gate_open(gate: WriteGate, tmp_path: Path) -> None:
    with held_by_another_process(tmp_path / "shop.sqlite3") as process:
        process.kill()
        process.wait()
        with gate.hold(30):
            pass


def test_a_second_write_inside_a_write_is_a_defect_told_at_once(gate: WriteGate) -> None:
    with gate.hold(), pytest.raises(RuntimeError, match="already open"), gate.hold():
        pass
    with gate.hold():
        pass


def test_who_waited_for_a_lock_file_that_was_removed_takes_the_new_one(
    gate: WriteGate, tmp_path: Path
) -> None:
    locked_by_us: list[bool] = []

    def write() -> None:
        with gate.hold(), open(gate.path, "rb") as file:
            try:
                portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
            except portalocker.AlreadyLocked:
                locked_by_us.append(True)

    with held_by_another_process(tmp_path / "shop.sqlite3"):
        thread = threading.Thread(target=write)
        thread.start()
        while not any(other.name == "dialdeck-gate" for other in threading.enumerate()):
            pass
        gate.path.unlink()
    thread.join()
    assert locked_by_us == [True]


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with open_folder() as folder:
        folder.chmod(0o555)
        with ordinary_account(), pytest.raises(DatabaseReadOnly, match="No right to read or write"):
            gate_for(folder / "shop.sqlite3").hold().__enter__()


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_forked_inside_a_write_does_not_let_go_of_the_parents_gate(gate: WriteGate) -> None:
    with gate.hold():
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with gate.hold(0.05):
                    code = 2
            except DatabaseBusy:
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

"""Everything a shop does is done as its login, and nothing fails for want of a right; also behind a pooler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from benchmarks.floor.command import main as open_floor
from cli import main
from domain.jobs.catalogue import JOBS
from domain.models import metadata
from storage import access, engines, integrity, logins
from storage.address import parse_address
from storage.database import Database, open_database
from tests.support.factories import NOON
from tests.support.floor import Floor
from tests.support.postgres import Server

pytestmark = pytest.mark.postgresql

PEOPLE = "name,phone,email\n" + "".join(
    f"Person {number},+3319900{number:04d},p{number}@example.org\n" for number in range(40)
)
MORE = "name,phone\nOla Nord,+33199000090\n"
CALLS = "external_id,phone,started_at,result\nx1,+33199000030,2026-01-10 10:00,busy\n"

WORK = """
users add ana --role seller
users add ben --role seller
users add sam --role supervisor
users edit ben --shift morning
users disable ben
users enable ben
teams add North --lead sam
teams list
actions list
actions seed
reasons list
products add Tea --price 5
campaigns create Spring --region FR --hours 00:00-24:00
campaigns edit Spring --max-attempts 9
campaigns show Spring
leads import {people} --campaign Spring --list March
leads import {more} --campaign Spring --list April
lists list
lists pause March
lists resume March
hopper fill
hopper show
leads next --as ana
leads outcome 1 busy --as ana --note tea
leads undo --as ana
leads outcome 1 busy --as ana
leads next --as ana
leads skip --as ana
leads next --as ben
pause --as ben
resume --as ben
calls import {calls}
calls record --lead 9 --result busy
sync
leads status
leads why --campaign Spring
leads list
leads search person
leads show 1
leads edit 20 --priority 2
leads recycle --campaign Spring --status busy --yes
leads recycle-batches --campaign Spring
leads assign --campaign Spring --seller ana=3 --yes
leads release --campaign Spring --seller ana --yes
leads assign-batches --campaign Spring
leads bulk-edit --campaign Spring --list March --add-tag hot --yes
leads bulk-edits --campaign Spring
callbacks list
wallboard
messages send ana hello
messages list
report campaign Spring
report sellers
report campaigns
export leads --campaign Spring --output {folder}/leads.csv
contacts find +33199000005
contacts duplicates
contacts export 6 --output {folder}/six.json
contacts edit 2 --notes x
contacts merge 7 8 --yes
contacts erase 6 --yes
dnc add +33199000012
dnc remove +33199000012
dnc import {numbers}
dnc list
scheduler jobs
scheduler history
audit list
leads undo-import April --yes
hopper clear
db check
"""


@dataclass(frozen=True)
class Login:
    """A shop's login on a server, and the database as its owner opens it."""

    url: str
    owner: Database


@pytest.fixture
def login(postgres_server: Server, _postgres_template: str, tmp_path: Path) -> Iterator[Login]:
    name = postgres_server.create(_postgres_template)
    owner = open_database(postgres_server.url(name))
    try:
        for shop in ("south", "north"):
            made = logins.add_shop(owner, name=shop, administrator="root", timezone="UTC", now=NOON)
        assert made.login_url is not None
        yield Login(made.login_url, owner)
    finally:
        owner.close()
        postgres_server.drop(name)


def test_a_login_does_all_the_work_of_its_shop(
    login: Login, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"people": PEOPLE, "more": MORE, "calls": CALLS, "numbers": "number\n+33199000013\n"}
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    places = {name: str(tmp_path / f"{name}.csv") for name in files} | {"folder": str(tmp_path)}
    jobs = "".join(f"scheduler once {job}\n" for job in sorted(JOBS))
    monkeypatch.setenv("DIALDECK_USER", "root")
    failed = []
    for line in (WORK + jobs).split("\n"):
        words = [word.format(**places) for word in line.split()]
        if words and main.run([*words, "--database", login.url]) != 0:
            failed.append((line, capsys.readouterr().err.splitlines()[-1]))
    assert failed == []
    assert integrity.check(login.owner) == []


def test_a_floor_works_as_a_login_while_everything_goes_on_around_it(
    login: Login, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--database", login.url, "--sellers", "2", "--think-ms", "20", "--seconds", "2", "--json"]
    assert open_floor(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["violations"] == []
    assert found["dispositions"] > 0


def test_a_seller_works_with_every_transaction_on_another_connection(login: Login) -> None:
    """As a pooler in transaction mode has it, without prepared statements and without what a session would keep."""
    floor = Floor(login.owner)
    made = logins.give(login.owner, organisation_id=floor.organisation_id)
    assert made.url is not None
    address = parse_address(f"{made.url}{'&' if '?' in made.url else '?'}prepare_threshold=none&options=")
    seat = Database(address)
    seat.engine = engines.postgresql_engine(address, pool=NullPool)
    seat.read_engine = engines.postgresql_read_engine(seat.engine)
    floor.database = seat
    floor.leads(3)
    floor.fill()
    backends = set()
    for action, at in (("busy", None), ("schedule", floor.now + timedelta(days=1)), ("logistics", None)):
        lead_id = floor.take("ana").lead_id
        floor.record("ana", lead_id, action, at=at)
        floor.undo("ana")
        floor.record("ana", lead_id, action, at=at)
        with seat.reading() as session:
            backends.add(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
            assert session.execute(text("SHOW timezone")).scalar_one() == "UTC"
    assert len(backends) == 3
    seat.close()


def test_every_table_is_named_among_the_rights() -> None:
    assert {"SELECT"} == access.allowed("organisation")
    assert all("SELECT" in access.allowed(table) for table in metadata.tables)

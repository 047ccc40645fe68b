"""What goes on around the sellers: supervisors, an import, the background jobs, people who look at figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks.floor.campaign import Place
from benchmarks.floor.log import Bell, Log, peak_rss_mb
from benchmarks.floor.seats import ORDINARY
from domain.calling import why
from domain.contacts import do_not_call
from domain.errors import DomainError
from domain.handing import assigning, releasing
from domain.handing.targets import Target
from domain.intake import importing
from domain.intake.options import ImportOptions
from domain.recycling import applying
from domain.recycling.selection import Filters
from domain.reporting import report, wallboard
from domain.reporting.filters import ReportFilters
from storage import bulk
from storage.database import Database, open_database

PAUSE_SECONDS = 1.0
IMPORT_PAUSE_SECONDS = 5.0
HANDED = 20
REGISTERED = 2


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Around:
    """Where it goes on, and which of the supervisors this one is."""

    url: str
    place: Place
    number: int
    numbers: tuple[str, ...]
    file: Path


def supervise(given: Around, bell: Bell) -> Log:
    """Every second: recycle the busy ones, hand leads out, take them back, or register numbers."""
    place, chance = given.place, Random(given.number)
    actor = place.supervisors[given.number]

    def recycle(database: Database, log: Log) -> None:
        filters = Filters(("busy", "no_answer"))
        applying.run(database, actor=actor, campaign_id=place.campaign_id, filters=filters, clock=_now)

    def hand_out(database: Database, log: Log) -> None:
        to = [Target(seller_id=each.user_id, number=HANDED) for each in chance.sample(place.sellers, k=1)]
        assigning.run(database, actor=actor, campaign_id=place.campaign_id, to=to, clock=_now)

    def take_back(database: Database, log: Log) -> None:
        filters = Filters((), seller_id=chance.choice(place.sellers).user_id)
        releasing.run(database, actor=actor, campaign_id=place.campaign_id, filters=filters, clock=_now)

    def register(database: Database, log: Log) -> None:
        numbers = chance.sample(given.numbers, k=REGISTERED)
        with database.transaction() as session:
            do_not_call.add(session, actor=actor, numbers=numbers, now=_now())
        log.registered += [(number, time.monotonic_ns()) for number in numbers]

    steps = (("recycle", recycle), ("hand out", hand_out), ("take back", take_back), ("register", register))
    return _again_and_again(given, bell, actor.name, lambda: chance.choice(steps))


def look(given: Around, bell: Bell) -> Log:
    """Every second: the campaign's report, the wallboard, and why the queue is empty."""
    place = given.place
    actor = place.supervisors[given.number]

    def figures(database: Database, log: Log) -> None:
        with database.reading() as session:
            report.campaign_report(
                session, actor=actor, campaign_id=place.campaign_id, filters=ReportFilters(), now=_now()
            )
        with database.reading() as session:
            wallboard.wallboard(session, actor=actor, now=_now())
        with database.reading() as session:
            why.funnel(session, actor=actor, campaign_id=place.campaign_id, now=_now())

    return _again_and_again(given, bell, "figures", lambda: ("figures", figures))


def bring_in(given: Around, bell: Bell) -> Log:
    """An import now and then: the first brings new people, the others find them there."""
    place = given.place
    rounds = iter(range(1_000_000))

    def once(database: Database, log: Log) -> None:
        importing.import_leads(
            database,
            bulk,
            actor=place.administrator,
            path=given.file,
            campaign_id=place.campaign_id,
            options=ImportOptions(list_name=f"import {next(rounds)}"),
            now=_now(),
            stop=bell.over.is_set,
        )

    return _again_and_again(given, bell, "import", lambda: ("import", once), IMPORT_PAUSE_SECONDS)


def keep_jobs(given: Around, bell: Bell) -> Log:
    """The background jobs as their own process runs them."""
    from scheduler.service import Service
    from storage.scheduler_settings import SchedulerSettings

    log = Log("jobs")
    database = open_database(given.url)
    service = Service(database, SchedulerSettings())
    try:
        bell.ready()
        service.start()
        bell.over.wait()
        service.stop()
    finally:
        database.close()
    log.peak_rss_mb = peak_rss_mb()
    return log


Step = tuple[str, Callable[[Database, Log], None]]


def _again_and_again(
    given: Around, bell: Bell, who: str, choose: Callable[[], Step], seconds: float = PAUSE_SECONDS
) -> Log:
    log = Log(who)
    database = open_database(given.url)
    try:
        bell.ready()
        while not bell.over.is_set():
            name, step = choose()
            since = time.monotonic_ns()
            try:
                step(database, log)
            except ORDINARY as refused:
                log.refused[refused.code] += 1
            except DomainError as error:
                log.errors.append(f"{who}: {name}: {error.code}: {error.message}")
            log.took(name, since)
            bell.over.wait(seconds)
    finally:
        database.close()
    log.peak_rss_mb = peak_rss_mb()
    return log

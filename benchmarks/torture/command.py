"""``python -m benchmarks.torture``: fault after fault at random moments, and what must hold after each of them."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.floor import campaign, invariants
from benchmarks.torture.crew import Crew
from benchmarks.torture.faults import EVERYWHERE, IN_A_FILE, ON_A_SERVER, Stand, faults
from benchmarks.torture.server import Own
from storage.database import open_database

SELLERS = 4
LEADS = 20_000
WORKS_SECONDS = 30
"""How soon everybody must work again after a fault is over; a server's recovery is in it."""
NAMES = sorted(EVERYWHERE | IN_A_FILE | ON_A_SERVER)
Tell = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Strike; 0 if everything held, 1 if something did not."""
    given = _parser().parse_args(arguments)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    print(f"Seed {seed}", flush=True)
    found: list[str] = []
    for dialect in given.on:
        wanted = [name for name in faults(dialect) if not given.only or name in given.only]
        if wanted:
            with stand(dialect, seed=seed, sellers=SELLERS, leads=LEADS, fault_seconds=1.5) as at:
                found += strike(at, wanted, until=time.monotonic() + given.seconds / len(given.on), tell=_say)
    for violation in found:
        print(violation, file=sys.stderr)
    print(f"{len(found)} violations (again: --seed {seed})")
    return 1 if found else 0


@contextmanager
def stand(dialect: str, *, seed: int, sellers: int, leads: int, fault_seconds: float) -> Iterator[Stand]:
    """A floor on a new database of this kind, nobody at work yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dd-torture-")))
        own = None
        url = f"sqlite:///{folder / 'shop.sqlite3'}"
        if dialect == "postgresql":
            folder.chmod(0o755)  # the server may run as another account
            (folder / "pg").mkdir()
            own = Own(folder / "pg")
            stack.callback(own.stop)
            url = own.server.url(own.server.create())
        database = open_database(url, create=True)
        stack.callback(database.close)
        place = campaign.make(database, sellers=sellers, supervisors=1, leads=leads, now=datetime.now(UTC))
        before = invariants.rules(database)
        database.close()
        crew = Crew(url, place, folder)
        yield Stand(database, place, crew, folder, random.Random(seed), fault_seconds, own, before)


def strike(at: Stand, names: Sequence[str], *, until: float, tell: Tell) -> list[str]:
    """Each fault once, in any order, and again until the time is over; what did not hold, by fault."""
    known = faults(at.database.dialect)
    found: list[str] = []
    while True:
        for name in at.chance.sample(names, k=len(names)):
            told = [f"{at.database.dialect}, {name}: {each}" for each in _once(at, known[name], name)]
            tell(
                f"{at.database.dialect}, {name}: {len(at.crew.seen().events)} outcomes, {len(told)} violations"
            )
            found += told
        if time.monotonic() > until:
            return found


def _once(at: Stand, fault: Callable[[Stand], list[str]], name: str) -> list[str]:
    at.crew.start()
    try:
        found = [] if at.crew.works(WORKS_SECONDS) else ["not everybody worked after the start"]
        found += fault(at)
        if not at.crew.works(WORKS_SECONDS):
            found.append("not everybody worked again")
    finally:
        stayed = at.crew.stop()
    return found + stayed + afterwards(at, stepped=name == "clock")


def afterwards(at: Stand, *, stepped: bool) -> list[str]:
    """What must hold with everybody home: nothing told is lost, nothing unexplained is kept, no rule broken.

    An outcome may be kept and not told where its seller was killed in between, or its answer did not come back.
    """
    seen = at.crew.seen()
    told, kept = seen.events, invariants.kept_outcomes(at.database, at.place)
    found = list(seen.defects)
    if lost := set(told) - set(kept):
        found.append(f"{len(lost)} outcomes were told and are not kept")
    if len(told) != len(set(told)):
        found.append("an outcome was told twice")
    unexplained = len(set(kept) - set(told)) - at.crew.killed - len(seen.unavailable)
    if unexplained > 0:
        found.append(f"{unexplained} outcomes are kept that nobody was told of")
    if not stepped and not at.clock_was_stepped:
        found += invariants.seen(seen.logs)  # a clock hours ahead ends the leases of others, as it should
    at.clock_was_stepped |= stepped
    found += invariants.at_rest(at.database, at.place, before=at.before, now=datetime.now(UTC))
    at.database.close()
    return found


def _say(line: str) -> None:
    print(line, flush=True)


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description=__doc__)
    parser.add_argument("--seconds", type=_positive, default=240.0, help="how long, at least once around")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="FAULT", help=", ".join(NAMES))
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    parser.add_argument("--seed", type=int, help="the seed of an earlier run (default: a new one)")
    return parser

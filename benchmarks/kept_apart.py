"""``python -m benchmarks.kept_apart``: next person and outcome as the owner of a database, and as a shop's login.

The same shop, in turn, five people at a time, so that whatever else the machine does falls on both alike: what is
measured is the price of row-level security.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack, closing
from functools import partial

from benchmarks.queue_bench import AT_ONCE, WARM_UP, Worked
from benchmarks.shops import build, sit_down
from storage import logins, schema
from storage.database import open_database
from tests.support.postgres import running_server

STEPS = ("next", "outcome")


def main() -> None:
    """Build a shop on a server of its own, work it as both, print medians and 95 of a hundred in ms."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kept_apart")
    parser.add_argument("--leads", type=int, default=58_466)
    parser.add_argument("--people", type=int, default=100, help="how many each takes")
    given = parser.parse_args()
    with ExitStack() as stack:
        server = stack.enter_context(running_server())
        url = server.url(server.create())
        schema.upgrade(url)
        owner = stack.enter_context(closing(open_database(url)))
        build(owner, given.leads)
        desk = sit_down(owner)
        made = logins.give(owner, organisation_id=desk.seller.organisation_id)
        assert made.url is not None, "it is new"
        login = stack.enter_context(closing(open_database(made.url)))
        both = {
            "owner": Worked(desk, given.leads),
            "login": Worked(sit_down(login, "seller3"), given.leads),
        }
        for worked in both.values():
            stack.callback(worked.raw.close)
        both["owner"].top_up()
        for worked in both.values():
            work(worked, WARM_UP)
            worked.forget()
        for _ in range(0, given.people, AT_ONCE):
            for worked in both.values():
                work(worked, AT_ONCE)
        for step in STEPS:
            for who, worked in both.items():
                found = worked.samples[step]
                print(f"{step:8} as {who}: median {found.p50:.2f} ms, p95 {found.p95:.2f} ms")


def work(worked: Worked, people: int) -> None:
    """Next person and outcome."""
    for _ in range(people):
        lead_id = worked.somebody(worked.samples["next"])
        worked.samples["outcome"].time(partial(worked.record, lead_id, "not-found"))


if __name__ == "__main__":
    main()

"""The first page of a search among all people: by number, by words, by tag, by status, and of nobody.

Beside each stands the least SQL that brings the same people, through the driver alone.
"""

from __future__ import annotations

from contextlib import ExitStack

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Driver, PostgresDriver, SqliteDriver, Values
from benchmarks.shops import Desk, sit_down
from domain.calling import finding
from storage.counting import count_statements

PAGE = 50
FIRST_PAGE_MS = 30

_LINES = """SELECT l.id, c.name, c.company, l.next_attempt_at, l.status, l.campaign_resolution,
 (SELECT p.e164 FROM contact_phone p WHERE p.contact_id = l.contact_id ORDER BY p.bad, p.position LIMIT 1),
 l.dial_attempts FROM lead l JOIN contact c ON c.id = l.contact_id WHERE l.organisation_id = :shop AND """
_BY_CONTACT = _LINES + "l.contact_id IN ({people}) ORDER BY l.contact_id"
_WORDED = {
    "sqlite": "SELECT rowid FROM contact_words WHERE contact_words MATCH :words ORDER BY rowid LIMIT :page",
    "postgresql": "SELECT id FROM contact WHERE dialdeck_words(name, company, email) "
    "@@ to_tsquery('simple', :words) ORDER BY id LIMIT :page",
}
_NUMBERED = (
    "SELECT contact_id FROM contact_phone WHERE organisation_id = :shop "
    "AND e164 BETWEEN :number AND :last LIMIT :page"
)
_STATUS = (
    _LINES + "l.id IN (SELECT id FROM lead WHERE organisation_id = :shop AND campaign_id = :campaign "
    "AND status = :status ORDER BY id LIMIT :page) ORDER BY l.id"
)


class Search:
    """One shop being searched: samples by what was typed."""

    def __init__(self, desk: Desk, leads: int) -> None:
        self.desk = desk
        self.leads = leads
        sqlite = desk.database.dialect == "sqlite"
        self.driver: Driver = SqliteDriver(desk.database) if sqlite else PostgresDriver(desk.database)
        number = f"+999{leads // 2:09}"
        worded = _BY_CONTACT.format(people=_WORDED[desk.database.dialect])
        two = "words : (jun* AND greta*)" if sqlite else "jun:* & greta:*"
        one = "words : (jun*)" if sqlite else "jun:*"
        numbered = _BY_CONTACT.format(people=_NUMBERED)
        self.asked: dict[str, tuple[str, str, Values]] = {
            "a whole number": (number, numbered, {"number": number, "last": number + "9" * 15}),
            "the beginning of one word": ("jun", worded, {"words": one}),
            "beginnings of two words": ("greta jun", worded, {"words": two}),
            "a status": ("status:busy", _STATUS, {"status": "busy", "campaign": desk.campaign_id}),
        }
        self.samples = {name: Samples() for name in (*self.asked, "a tag nobody has")}
        self.raw = {name: Samples() for name in self.asked}
        self.statements: dict[str, int] = {}

    def look(self, name: str, text: str) -> finding.Found:
        """The first page for what was typed, as the screen asks for it."""
        desk = self.desk

        def page() -> finding.Found:
            with desk.database.reading() as session:
                return finding.search(
                    session, actor=desk.leader, wanted=finding.said(text), limit=PAGE, inside=False
                )

        with count_statements(desk.database) as counted:
            found = self.samples[name].time(page)
        self.statements[name] = max(self.statements.get(name, 0), counted.count)
        return found

    def round(self) -> None:
        """Everything once, ours and plain in turn."""
        for name, (text, statement, values) in self.asked.items():
            found = self.look(name, text)
            assert found.lines, f"nobody found by {name}"
            self._plainly(name, statement, values)
        self.look("a tag nobody has", "#unknown")

    def _plainly(self, name: str, statement: str, values: Values) -> None:
        given: Values = {"shop": self.desk.leader.organisation_id, "page": PAGE + 1, **values}
        rows = self.raw[name].time(lambda: self.driver.rows(statement, given))
        assert rows

    def close(self) -> None:
        self.driver.close()


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int) -> list[Figure]:
    """All of it at all sizes on one kind of database."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        for leads in sizes:
            search = Search(sit_down(stack.enter_context(place.shop(leads))), leads)
            search.round()
            for samples in (*search.samples.values(), *search.raw.values()):
                samples.forget()
            for _ in range(max(5, repeats // 4)):
                search.round()
            search.close()
            figures += [_figure(place.name, search, name) for name in search.samples]
    return figures


def _figure(database: str, search: Search, name: str) -> Figure:
    samples = search.samples[name]
    raw = search.raw.get(name)
    return Figure(
        what=f"first page of a search: {name}",
        database=database,
        leads=search.leads,
        p50=samples.p50,
        p95=samples.p95,
        cpu=samples.cpu_p50,
        statements=search.statements[name],
        raw=raw.p50 if raw is not None else None,
        times=len(samples.wall),
        targets=[at_most(f"≤ {FIRST_PAGE_MS} ms", samples.p50, FIRST_PAGE_MS, digits=1)],
    )

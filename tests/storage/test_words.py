"""The index of words: made with the schema, kept with every change, missed by the check, made anew by an upgrade."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from domain.constructs import people_tagged, people_with_words, words_of
from domain.contacts.models import Contact
from storage import integrity, schema
from storage.database import Database
from tests.support.premises import Premises


def found(database: Database, *words: str, whole: tuple[str, ...] = ()) -> list[int]:
    with database.reading() as session:
        people = people_with_words(words, whole)
        return list(session.execute(select(people.c.contact_id).order_by(people.c.contact_id)).scalars())


def tagged(session: Session, tag: str) -> list[int]:
    people = people_tagged(tag)
    return list(session.execute(select(people.c.contact_id).order_by(people.c.contact_id)).scalars())


@pytest.fixture
def people(database: Database) -> dict[str, int]:
    """Made-up people with accents, signs, letters of other scripts."""
    shop = Premises(database)
    made: dict[str, int] = {}
    for name, company, email in (
        ("Žofia Ångström-Núñez", None, "zofia.a@mail.example"),
        ("O'Brien & Sons", "Café 24/7", None),
        ("李小龙", None, None),
        ("x_y [z] \\ {q}", None, None),
    ):
        with database.transaction() as session:
            row = Contact(
                organisation_id=shop["sup"].organisation_id,
                name=name,
                company=company,
                email=email,
                tags=["new client", "★"] if company else [],
                created_at=shop.now,
                updated_at=shop.now,
            )
            session.add(row)
            session.flush()
            assert row.id is not None
            made[name] = row.id
    return made


def test_words_are_found_by_their_beginnings_whatever_stands_around_them(
    database: Database, people: dict[str, int]
) -> None:
    zofia, brien, dragon, signs = people.values()
    assert found(database, "zof", "nun") == [zofia]
    assert found(database, "angs") == [zofia]
    assert found(database, "zofiaam") == [zofia]
    assert found(database, "brien", "cafe") == [brien]
    assert found(database, whole=("24", "7")) == [brien]
    assert found(database, *words_of("李小")) == [dragon]
    assert found(database, whole=("z", "q")) == [signs]
    assert found(database, "ngs") == []
    assert found(database, whole=("zof",)) == []


def test_tags_are_asked_for_as_they_are_written(database: Database, people: dict[str, int]) -> None:
    brien = list(people.values())[1]
    with database.reading() as session:
        assert tagged(session, "new client") == [brien]
        assert tagged(session, "★") == [brien]
        assert tagged(session, "nobody's") == []


def test_who_is_deleted_is_not_found_any_more(database: Database, people: dict[str, int]) -> None:
    zofia = next(iter(people.values()))
    with database.transaction() as session:
        session.delete(session.get_one(Contact, zofia))
    assert found(database, "zof") == []


def test_an_index_that_is_gone_is_missed_and_made_anew(database: Database, people: dict[str, int]) -> None:
    with database.transaction() as session:
        if database.dialect == "sqlite":
            session.execute(text("DROP TRIGGER contact_words_update"))
        else:
            session.execute(text("DROP INDEX ix_contact_words"))
        row = session.get_one(Contact, next(iter(people.values())))
        row.name = "Quentin Late"
    assert [each.code for each in integrity.check(database)] == ["words_missing"]
    schema.upgrade(database.url)
    assert integrity.check(database) == []
    assert found(database, "quen") == [next(iter(people.values()))]
    assert found(database, "zof", "nun") == []

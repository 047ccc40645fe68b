"""A line from those who lead to a seller: who may send it, who reads it, when it counts as shown."""

from __future__ import annotations

import pytest

from domain.errors import DomainError, Invalid, NotAllowed, NotFound
from domain.people import messages, teams
from domain.people.messages import LONGEST, Message
from storage.counting import count_statements
from tests.support.floor import Floor


def send(floor: Floor, text: str, to: str = "ana", who: str = "sup") -> Message:
    with floor.database.transaction() as session:
        return messages.send(
            session, actor=floor[who], recipient_id=floor[to].user_id, text=text, now=floor.now
        )


def unread(floor: Floor, who: str = "ana") -> list[str]:
    with floor.database.reading() as session:
        return [message.text for message in messages.unread(session, actor=floor[who])]


def shown(floor: Floor, *ids: int, who: str = "ana") -> int:
    with floor.database.transaction() as session:
        return messages.shown(session, actor=floor[who], message_ids=ids, now=floor.now)


def listing(floor: Floor, who: str, **given: bool) -> list[Message]:
    with floor.database.reading() as session:
        return list(messages.listing(session, actor=floor[who], **given))


def test_a_message_waits_for_its_seller_until_it_was_on_their_screen(floor: Floor) -> None:
    first = send(floor, "Take the renewals\nfirst, please")
    second = send(floor, "Meeting at five", who="root")
    assert (first.sender, first.recipient, first.text) == ("Sup", "ana", "Take the renewals first, please")
    assert unread(floor) == ["Take the renewals first, please", "Meeting at five"]
    assert unread(floor, "ben") == []
    at = floor.later(seconds=4)
    assert shown(floor, first.id) == 1
    assert unread(floor) == ["Meeting at five"]
    floor.later(minutes=1)
    assert shown(floor, first.id, second.id) == 1
    assert [(each.text, each.shown_at) for each in listing(floor, "sup")] == [
        ("Meeting at five", floor.now),
        ("Take the renewals first, please", at),
    ]


def test_only_the_one_it_is_for_marks_it_as_shown(floor: Floor) -> None:
    message = send(floor, "Hello")
    assert shown(floor, message.id, who="ben") == 0
    assert unread(floor) == ["Hello"]


def test_sellers_list_their_own_auditors_all_and_only_unread_where_asked(floor: Floor) -> None:
    first = send(floor, "One")
    send(floor, "Two", to="ben")
    shown(floor, first.id)
    assert [each.text for each in listing(floor, "ana")] == ["One"]
    assert [each.text for each in listing(floor, "aud")] == ["Two", "One"]
    assert [each.text for each in listing(floor, "sup", unread=True)] == ["Two"]


@pytest.mark.parametrize(
    ("who", "to", "text", "refusal", "words"),
    [
        ("ana", "ben", "Hello", NotAllowed, "may not send messages"),
        ("aud", "ben", "Hello", NotAllowed, "may not send messages"),
        ("sup", "aud", "Hello", NotAllowed, "sells nothing"),
        ("sup", "ana", " \n ", Invalid, "empty message"),
        ("sup", "ana", "x" * (LONGEST + 1), Invalid, "at most 140"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_line(
    floor: Floor, who: str, to: str, text: str, refusal: type[DomainError], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        send(floor, text, to=to, who=who)
    assert unread(floor, "ben" if to == "ben" else "ana") == []


def test_nobody_of_another_shop_or_team_gets_one(floor: Floor) -> None:
    other = Floor(floor.database)
    with pytest.raises(NotFound), floor.database.transaction() as session:
        messages.send(
            session, actor=floor["sup"], recipient_id=other["ana"].user_id, text="Hello", now=floor.now
        )
    with floor.database.transaction() as session:
        teams.add(
            session,
            actor=floor["root"],
            name="Morning",
            members=("ana",),
            supervisors=("sup",),
            now=floor.now,
        )
    send(floor, "Hello", to="ana")
    with pytest.raises(NotAllowed):
        send(floor, "Hello", to="ben")
    assert [each.text for each in listing(floor, "sup")] == ["Hello"]


def test_asking_for_unread_ones_costs_one_statement_however_many_there_were(floor: Floor) -> None:
    for number in range(30):
        send(floor, f"Line {number}")
    with count_statements(floor.database) as counter:
        assert len(unread(floor)) == messages.UNREAD_AT_ONCE
    assert counter.count == 1

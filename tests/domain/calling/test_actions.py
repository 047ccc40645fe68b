"""Console actions are data: seeded, kept, added, edited (calling specification, 1.5)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from domain.calling import actions, reason_list
from domain.calling.action_seed import ACTION_SEED, REASON_SEED
from domain.calling.actions import SeedCounts
from domain.calling.models import ConsoleAction
from domain.codes import ActionType, ReasonMode, Resolution
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.floor import Floor

EVERY = len(ACTION_SEED)


def seed(floor: Floor, who: str = "root") -> SeedCounts:
    with floor.database.transaction() as session:
        return actions.seed(session, actor=floor[who], now=floor.now)


def shown(floor: Floor, language: str = "en") -> list[tuple[str, str | None, str]]:
    with floor.database.reading() as session:
        views = actions.for_console(session, organisation_id=floor.organisation_id, language=language)
    return [(view.slug, view.key, view.label) for view in views]


def tamper(floor: Floor, slug: str, **values: object) -> None:
    with floor.database.transaction() as session:
        row = session.exec(
            select(ConsoleAction).where(
                ConsoleAction.organisation_id == floor.organisation_id, ConsoleAction.slug == slug
            )
        ).one()
        row.sqlmodel_update(values)
        session.add(row)


def add(floor: Floor, slug: str, **given: object) -> None:
    values: dict[str, object] = {
        "labels": {"en": slug.title()},
        "type": ActionType.DECLINED,
        "campaign_status": "4",
        "resolution": "NI",
        "lead_status": "not_interested",
        "key": None,
        **given,
    }
    with floor.database.transaction() as session:
        actions.add(session, actor=floor["root"], slug=slug, now=floor.now, **values)  # type: ignore[arg-type]  # names of ``add``


def test_seeding_is_safe_to_repeat_and_says_what_it_did(floor: Floor) -> None:
    assert seed(floor) == SeedCounts(created=0, updated=0, unchanged=EVERY)
    before = shown(floor)
    tamper(floor, "sale", campaign_status="2", labels={"en": "Sold!", "es": "Venta"})
    tamper(floor, "busy", resolution="CL")
    assert seed(floor) == SeedCounts(created=0, updated=2, unchanged=EVERY - 2)
    assert shown(floor) == before
    assert (floor.action("sale").campaign_status, floor.action("busy").resolution) == ("4", "NF")
    assert seed(floor) == SeedCounts(created=0, updated=0, unchanged=EVERY)


def test_an_empty_shop_gets_all(floor: Floor) -> None:
    with floor.database.transaction() as session:
        for row in session.exec(
            select(ConsoleAction).where(ConsoleAction.organisation_id == floor.organisation_id)
        ):
            if row.slug != "sale":
                session.delete(row)
    assert seed(floor) == SeedCounts(created=EVERY - 1, updated=0, unchanged=1)
    assert len(shown(floor)) == EVERY


def test_it_keeps_the_shops_keys_order_and_active_flags(floor: Floor) -> None:
    floor.edit_action("sale", key="$")
    floor.edit_action("busy", active=False)
    floor.edit_action("schedule", position=99)
    seed(floor)
    assert floor.action("sale").key == "$"
    assert floor.action("busy").active is False
    assert shown(floor)[-1][0] == "schedule"
    assert "busy" not in [slug for slug, _, _ in shown(floor)]


def test_and_the_shops_choice_whether_to_ask_for_a_reason(floor: Floor) -> None:
    floor.edit_action("not-interested", reason="required")
    seed(floor)
    assert floor.action("not-interested").reason == "required"


def test_it_never_deletes_what_it_did_not_create_nor_takes_its_key(floor: Floor) -> None:
    floor.edit_action("sale", key=None)
    add(floor, "wants-brochure", key="s")
    with floor.database.transaction() as session:
        row = session.exec(
            select(ConsoleAction).where(
                ConsoleAction.organisation_id == floor.organisation_id, ConsoleAction.slug == "sale"
            )
        ).one()
        session.delete(row)
    assert seed(floor).created == 1
    assert floor.action("wants-brochure").key == "s"
    assert floor.action("sale").key is None


def test_a_shops_own_action_of_the_same_name_is_left_alone(floor: Floor) -> None:
    tamper(floor, "sale", origin="shop", campaign_status="2")
    assert seed(floor).unchanged == EVERY
    assert floor.action("sale").campaign_status == "2"


def test_an_added_action_appears_with_its_key_and_does_what_it_says(floor: Floor) -> None:
    add(floor, "wants-brochure", labels={"en": "Wants a brochure", "es": "Quiere folleto"}, key="+")
    assert shown(floor)[-1] == ("wants-brochure", "+", "Wants a brochure")
    assert shown(floor, "es")[-1][2] == "Quiere folleto"
    result = floor.handle("ana", "wants-brochure", floor.lead())
    assert (result.status, result.campaign_status, result.resolution) == ("not_interested", 4, "NI")
    assert [reason.code for reason in result.reasons] == []


@pytest.mark.parametrize("slug", ["sale", "not-interested"])
def test_labels_come_in_the_readers_language_else_in_english(floor: Floor, slug: str) -> None:
    label = {name: meaning["labels"] for name, meaning, _ in ACTION_SEED}[slug]
    assert {name: text for name, _, text in shown(floor, "es")}[slug] == label["es"]
    assert {name: text for name, _, text in shown(floor, "de")}[slug] == label["en"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"campaign_status": "8"},
        {"campaign_status": ""},
        {"resolution": "XX"},
        {"lead_status": "sold"},
        {"key": "ab"},
        {"key": "1"},
        {"key": " "},
        {"type": "nonsense"},
        {"reason": "maybe"},
        {"result": "sold"},
        {"colourful": True},
    ],
    ids=str,
)
def test_codes_nobody_knows_are_refused(floor: Floor, wrong: dict[str, object]) -> None:
    before = floor.action("sale")
    with pytest.raises(Invalid):
        floor.edit_action("sale", **wrong)
    assert floor.action("sale") == before


@pytest.mark.parametrize("slug", ["", "Sale", "two words", "ñandú!"])
def test_a_name_that_cannot_be_typed_is_refused(floor: Floor, slug: str) -> None:
    with pytest.raises(Invalid):
        add(floor, slug)


def test_a_key_belongs_to_one_active_action(floor: Floor) -> None:
    with pytest.raises(Conflict) as refused:
        floor.edit_action("busy", key="s")
    assert refused.value.code == "key_taken"
    floor.edit_action("sale", active=False)
    floor.edit_action("busy", key="s")
    with pytest.raises(Conflict):
        floor.edit_action("sale", active=True)


def test_a_key_of_a_console_command_is_no_outcomes(floor: Floor) -> None:
    for change in (lambda: add(floor, "brochure", key="d"), lambda: floor.edit_action("busy", key="/")):
        with pytest.raises(Conflict, match="in the console; choose another") as refused:
            change()
        assert refused.value.code == "key_reserved"
    tamper(floor, "busy", key="d")  # as it was before the command had this key
    floor.edit_action("busy", key="d", active=False)
    assert not floor.action("busy").active


def test_only_administrators_change_actions_and_reasons(floor: Floor) -> None:
    for who in ("sup", "ana", "aud"):
        with pytest.raises(NotAllowed):
            seed(floor, who)
        with floor.database.transaction() as session:
            with pytest.raises(NotAllowed):
                actions.edit(session, actor=floor[who], slug="sale", changes={"key": "z"}, now=floor.now)
            with pytest.raises(NotAllowed):
                reason_list.add(
                    session,
                    actor=floor[who],
                    now=floor.now,
                    resolution=Resolution.NI,
                    code=9,
                    labels={"en": "x"},
                )
    with pytest.raises(NotFound):
        floor.edit_action("nonsense", key="z")
    with pytest.raises(Conflict):
        add(floor, "sale")


def test_a_shops_own_reasons_are_kept_by_the_seed(floor: Floor) -> None:
    with floor.database.transaction() as session:
        root = floor["root"]
        reason_list.edit(
            session, actor=root, now=floor.now, resolution=Resolution.NI, code=1, labels={"en": "too dear"}
        )
        reason_list.edit(session, actor=root, now=floor.now, resolution=Resolution.NI, code=2, active=False)
        reason_list.add(
            session, actor=root, now=floor.now, resolution=Resolution.NI, code=42, labels={"en": "moon"}
        )
    seed(floor)
    offered = floor.action("not-interested").reasons
    assert (offered[0].label, offered[-1].code) == ("too dear", 42)
    assert len(offered) == len(REASON_SEED["NI"])


def test_reasons_of_one_shop_are_not_anothers(floor: Floor) -> None:
    other = Floor(floor.database)
    with floor.database.transaction() as session:
        reason_list.add(
            session,
            actor=floor["root"],
            now=floor.now,
            resolution=Resolution.NI,
            code=42,
            labels={"en": "moon"},
        )
    assert 42 not in [reason.code for reason in other.action("not-interested").reasons]
    assert other.action("not-interested").reason == ReasonMode.OFFERED

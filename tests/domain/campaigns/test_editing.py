"""A campaign as a form: what it shows, what is wrong beside which field, and that nothing is half-written."""

from __future__ import annotations

import pytest

from domain.campaigns import campaigns, editing
from domain.campaigns.campaigns import CampaignView
from domain.errors import Invalid, NotAllowed
from tests.support.floor import Floor


def _form(floor: Floor, name: str | None = "Spring") -> editing.Form:
    with floor.database.reading() as session:
        return editing.form_of(session, actor=floor["sup"], name=name)


def _wrong(floor: Floor, name: str | None = "Spring", **typed: str) -> dict[str, str]:
    before = _form(floor, name)
    with floor.database.reading() as session:
        return editing.problems(
            session, actor=floor["sup"], name=name, before=before, now_is={**before, **typed}
        )


def _save(floor: Floor, name: str | None = "Spring", who: str = "sup", **typed: str) -> CampaignView:
    before = _form(floor, name)
    with floor.database.transaction() as session:
        return editing.save(
            session,
            actor=floor[who],
            name=name,
            before=before,
            now_is={**before, **typed},
            now=floor.now,
        )


def _shown(floor: Floor, name: str = "Spring") -> CampaignView:
    with floor.database.reading() as session:
        return campaigns.show(session, actor=floor["sup"], name=name)


def test_the_form_shows_every_setting_as_one_types_it(floor: Floor) -> None:
    form = _form(floor)
    assert list(form) == [field.key for field in editing.FIELDS]
    assert (form["name"], form["region"], form["timezone"]) == ("Spring", "FR", "UTC")
    assert {form[key] for key in editing.HOURS} == {"00:00-24:00"}
    assert (form["call_later"], form["max_attempts"], form["hopper_auto"]) == ("1d", "5", "yes")
    assert form["retry"].startswith("no_answer=4h, busy=30m")
    assert (form["start_date"], form["cap_per_day"], form["default_product"]) == ("", "", "")


def test_a_form_that_was_not_changed_changes_nothing(floor: Floor) -> None:
    before = _shown(floor)
    after = _save(floor)
    assert (after.hours, after.retry, after.hopper_auto) == (before.hours, before.retry, before.hopper_auto)


def test_everything_can_be_changed_at_once(floor: Floor) -> None:
    floor.set(cap_per_day=3)
    made = _save_all(floor)
    assert (made.name, made.region, made.timezone) == ("Summer", "UY", "America/Montevideo")
    assert made.hours == "mon-fri 09:00-13:00,14:00-20:00; sat 10:00-12:00"
    assert (str(made.start_date), str(made.end_date)) == ("2026-04-01", "2026-05-01")
    assert (made.holidays, made.max_attempts, made.cap_per_day) == ("UY", 7, None)
    assert made.retry.startswith("no_answer=2h, busy=5m")
    assert made.recyclable == ("busy", "no_answer")
    assert (made.call_later_seconds, made.close_exhausted, made.promotion_days) == (7200, True, 9)
    assert (made.hopper_level, made.hopper_auto, made.script) == (50, False, "# Hello {name}")


def _save_all(floor: Floor) -> CampaignView:
    weekdays = dict.fromkeys(editing.HOURS[:5], "9-13, 14-20")
    before = _form(floor)
    typed = {
        "name": "Summer", "region": "uy", "timezone": "America/Montevideo", "start_date": "2026-04-01",
        "end_date": "2026-05-01", **weekdays, "hours_sat": "10:00-12:00", "hours_sun": "", "holidays": "UY",
        "max_attempts": "7", "cap_per_day": "", "retry": "no_answer=2h, busy=5m", "recyclable": "busy, no_answer",
        "call_later": "2h", "close_exhausted": "yes", "promotion_days": "9", "hopper_level": "50",
        "hopper_auto": "no", "script": "# Hello {name}",
    }  # fmt: skip
    with floor.database.transaction() as session:
        return editing.save(
            session,
            actor=floor["sup"],
            name="Spring",
            before=before,
            now_is={**before, **typed},
            now=floor.now,
        )


def test_what_is_wrong_stands_beside_its_field(floor: Floor) -> None:
    floor.campaign("Autumn")
    wrong = _wrong(
        floor,
        name="Spring",
        region="XX",
        timezone="Mars/Olympus",
        end_date="soon",
        hours_mon="mon 9-12",
        hours_tue="18:00-09:00",
        retry="sometimes",
        max_attempts="0",
        promotion_days="many",
        recyclable="sale",
        default_product="Moon",
        holidays="Atlantis",
    )
    assert set(wrong) == {
        "region", "timezone", "end_date", "hours_mon", "hours_tue", "retry", "max_attempts", "promotion_days",
        "recyclable", "default_product", "holidays",
    }  # fmt: skip
    assert "2026-11-25" in wrong["end_date"]
    assert "between 1 and 1000" in wrong["max_attempts"]
    assert "Moon" in wrong["default_product"]


def test_days_and_caps_are_judged_together(floor: Floor) -> None:
    assert "before it starts" in _wrong(floor, start_date="2026-05-01", end_date="2026-04-01")["end_date"]
    assert _wrong(floor, start_date="2027-05-01", end_date="2027-06-01") == {}
    assert "how many calls" in _wrong(floor, cap_days="7")["cap_days"]
    assert _wrong(floor, cap_in_days="3", cap_days="7") == {}
    assert "At least one day" in next(iter(_wrong(floor, **dict.fromkeys(editing.HOURS, "")).values()))


def test_a_name_another_campaign_has_is_told_and_nothing_is_written(floor: Floor) -> None:
    floor.campaign("Autumn")
    before = _form(floor)
    typed = {**before, "name": "autumn", "max_attempts": "9"}
    with floor.database.transaction() as session:
        wrong = editing.problems(session, actor=floor["sup"], name="Spring", before=before, now_is=typed)
        assert wrong == {"name": "There is already a campaign called Autumn."}
        with pytest.raises(Invalid, match="Name: There is already"):
            editing.save(
                session, actor=floor["sup"], name="Spring", before=before, now_is=typed, now=floor.now
            )
    assert _shown(floor).max_attempts == 5


def test_two_who_edit_one_campaign_keep_each_others_changes(floor: Floor) -> None:
    mine = _form(floor)
    floor.set(max_attempts=8)
    with floor.database.transaction() as session:
        editing.save(
            session,
            actor=floor["sup"],
            name="Spring",
            before=mine,
            now_is={**mine, "promotion_days": "12"},
            now=floor.now,
        )
    assert (_shown(floor).max_attempts, _shown(floor).promotion_days) == (8, 12)


def test_a_new_campaign_needs_a_name_and_has_the_usual_settings(floor: Floor) -> None:
    assert "needs a name" in _wrong(floor, name=None)["name"]
    before = _form(floor, None)
    with floor.database.transaction() as session:
        made = editing.save(
            session,
            actor=floor["sup"],
            name=None,
            before=before,
            now_is={**before, "name": "Winter", "region": "UY"},
            now=floor.now,
        )
    assert (made.name, made.region, made.active, made.hours) == ("Winter", "UY", True, "09:00-21:00")


def test_sellers_and_auditors_change_nothing(floor: Floor) -> None:
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed):
            _save(floor, who=who, max_attempts="2")
    with floor.database.reading() as session, pytest.raises(NotAllowed):
        editing.form_of(session, actor=floor["ana"], name="Spring")

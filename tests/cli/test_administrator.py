"""An administrator sets a shop up and looks after it: init, users, actions, reasons, products, campaigns, lists."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.conftest import Process, Shell
from tests.support.postgres import Server


def test_init_makes_a_shop_and_may_be_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(f"sqlite:///{tmp_path / 'new' / 'shop.sqlite3'}", capsys)
    first = shell.json("init", "--admin", "marta")
    assert (first["created"], first["upgraded"], first["admin"]) == (True, False, "marta")
    assert first["actions"] == {"created": 18, "updated": 0, "unchanged": 0}
    again = shell.json("init", "--admin", "marta")
    assert (again["created"], again["actions"]) == (False, {"created": 0, "updated": 0, "unchanged": 18})
    shell.done("users", "add", "ana", "--role", "seller")
    assert shell.json("init")["admin"] == "marta"
    mallory = shell.json("init", "--admin", "mallory")
    assert (mallory["admin"], "mallory was not made" in mallory.err) == ("marta", True)
    assert "mallory was not made" not in shell.json("init", "--admin", "marta").err
    assert [user["name"] for user in shell.json("users", "list").document] == ["ana", "marta"]


def test_processes_that_start_at_once_make_one_shop(
    tmp_path: Path, process: Process, capsys: pytest.CaptureFixture[str]
) -> None:
    _several_make_one_shop(Shell(f"sqlite:///{tmp_path / 'shop.sqlite3'}", capsys), process)


@pytest.mark.postgresql
def test_processes_that_start_at_once_make_one_shop_on_a_server(
    postgres_server: Server, process: Process, capsys: pytest.CaptureFixture[str]
) -> None:
    name = postgres_server.create()
    try:
        _several_make_one_shop(Shell(postgres_server.url(name), capsys), process)
    finally:
        postgres_server.drop(name)


def _several_make_one_shop(shell: Shell, process: Process) -> None:
    with ThreadPoolExecutor(4) as pool:
        words = ("init", "--admin", "marta", "--json", "--database", shell.url)
        done = list(pool.map(lambda _: process(*words), range(4)))
    assert [each.stderr for each in done] == [""] * 4
    documents = [json.loads(each.stdout) for each in done]
    assert sum(each["created"] for each in documents) == 1
    assert sum(each["actions"]["created"] for each in documents) == 18
    assert shell.json("db", "check")["ok"] is True


def test_users_are_added_changed_and_disabled(shell: Shell) -> None:
    added = shell.json(
        "users", "add", "ana", "--role", "seller", "--shift", "morning", "--full-name", "Ana Sol"
    )
    assert (added["name"], added["role"], added["shift"], added["active"]) == (
        "ana",
        "seller",
        "morning",
        True,
    )
    assert shell.json("users", "edit", "ana", "--role", "supervisor")["role"] == "supervisor"
    assert shell.json("users", "disable", "ana")["active"] is False
    assert "disabled" in shell.refused("campaigns", "list", "--as", "ana")
    assert shell.json("users", "enable", "ana")["active"] is True
    assert "already a user" in shell.refused("users", "add", "ana", "--role", "seller")
    assert "only administrator" in shell.refused("users", "disable", "root")
    assert "Did you mean ana?" in shell.refused("campaigns", "list", "--as", "anna")


def test_a_password_is_not_asked_for_without_a_terminal(sqlite_shell: Shell) -> None:
    assert "--stdin" in sqlite_shell.refused("users", "password", "root")
    removed = sqlite_shell.json("users", "password", "root", "--remove")
    assert removed.document == {"name": "root", "has_password": False}


def test_a_seller_may_not_do_an_administrators_work(sqlite_campaign: Shell) -> None:
    for words in (
        ("users", "add", "eva", "--role", "admin"),
        ("actions", "seed"),
        ("campaigns", "create", "Other"),
        ("campaigns", "pause", "Spring"),
        ("leads", "status", "--campaign", "Spring"),
        ("leads", "undo-import", "March"),
        ("lists", "list"),
        ("lists", "pause", "March"),
        ("hopper", "fill", "--campaign", "Spring"),
        ("dnc", "remove", "+33199000001"),
        ("dnc", "list"),
        ("reasons", "add", "NI", "9", "too far"),
        ("products", "add", "Tea", "--price", "1"),
        ("db", "backup", "copy.sqlite3"),
    ):
        assert "ana is a seller and may not" in sqlite_campaign.refused(*words, "--as", "ana")


def test_the_actions_say_what_each_key_sets(shell: Shell) -> None:
    rows = {row["slug"]: row for row in shell.json("actions", "list").document}
    assert len(rows) == 18
    sale = rows["sale"]
    assert (sale["type"], sale["key"], sale["campaign_status"]) == ("success", "s", 4)
    assert (sale["campaign_resolution"], sale["lead_status"], sale["reason"]) == ("S2", "sale", "never")
    assert (rows["call-dropped"]["campaign_resolution"], rows["move-morning"]["campaign_resolution"]) == (
        "keep",
        "clear",
    )
    offered = [row for row in rows.values() if row["reason"] == "offered"]
    assert len(offered) == 6
    assert all(reason["label"] and reason["code"] for row in offered for reason in row["reasons"])
    assert all(row["reasons"] for row in offered)
    assert shell.json("actions", "seed").document == {"created": 0, "updated": 0, "unchanged": 18}


def test_an_action_of_ones_own_gets_a_key_and_keeps_it(sqlite_shell: Shell) -> None:
    added = sqlite_shell.json(
        "actions", "add", "send-brochure", "--type", "call later", "--lead-status", "callback",
        "--campaign-status", "2", "--label", "Send brochure", "--label", "es=Enviar folleto", "--key", "+",
    )  # fmt: skip
    assert (added["key"], added["label"], added["campaign_status"]) == ("+", "Send brochure", 2)
    edited = sqlite_shell.json(
        "actions", "edit", "send-brochure", "--key", "-", "--inactive", "--position", "3"
    )
    assert (edited["key"], edited["active"], edited["position"]) == ("-", False, 3)
    assert "send-brochure" not in [
        row["slug"] for row in sqlite_shell.json("actions", "list", "--active").document
    ]
    assert "send-brochure" in [row["slug"] for row in sqlite_shell.json("actions", "list").document]
    assert "already belongs to" in sqlite_shell.refused("actions", "edit", "sale", "--key", "n")
    assert sqlite_shell.json("actions", "edit", "sale", "--no-key")["key"] is None
    assert sqlite_shell.json("actions", "seed")["unchanged"] == 18


def test_reasons_are_added_and_switched_off(sqlite_shell: Shell) -> None:
    assert (
        sqlite_shell.json("reasons", "add", "NI", "9", "too far", "--label", "es=lejos")["label"] == "too far"
    )
    assert "has a reason 9 already" in sqlite_shell.refused("reasons", "add", "NI", "9", "again")
    assert (
        sqlite_shell.json("reasons", "edit", "NI", "9", "--inactive", "--label", "too far away")["active"]
        is False
    )
    rows = sqlite_shell.json("reasons", "list", "--resolution", "NI").document
    assert rows[-1] == {
        "resolution": "NI", "code": 9, "label": "too far away", "active": False, "position": 6
    }  # fmt: skip
    offered = {row["slug"]: row for row in sqlite_shell.json("actions", "list").document}["not-interested"][
        "reasons"
    ]
    assert 9 not in [reason["code"] for reason in offered]
    assert "has no reason 77" in sqlite_shell.refused("reasons", "edit", "NI", "77", "--inactive")


def test_products_have_a_price_in_their_currency(sqlite_shell: Shell) -> None:
    tea = sqlite_shell.json("products", "add", "Tea", "--price", "19.90", "--currency", "EUR")
    assert (tea["price_minor"], tea["currency"]) == (1990, "EUR")
    assert (
        sqlite_shell.json("products", "add", "Mochi", "--price", "500", "--currency", "jpy")["price_minor"]
        == 500
    )
    assert "decimals" in sqlite_shell.refused(
        "products", "add", "Kelp", "--price", "5.50", "--currency", "JPY"
    )
    assert "no price" in sqlite_shell.refused("products", "add", "Kelp", "--price", "five")
    assert [row["name"] for row in sqlite_shell.json("products", "list").document] == ["Mochi", "Tea"]
    assert "19.90 EUR" in sqlite_shell.done("products", "list").out


def test_a_campaign_has_its_settings_and_says_them(shell: Shell, tmp_path: Path) -> None:
    script = tmp_path / "script.md"
    script.write_text("# Hello\n\nMy name is …", encoding="utf-8")
    made = shell.json(
        "campaigns", "create", "Spring", "--region", "UY", "--timezone", "America/Montevideo",
        "--start", "2026-01-01", "--end", "2027-01-01", "--hours", "mon-fri 09:00-18:00", "--max-attempts", "3",
        "--hopper-level", "50", "--holidays", "UY", "--retry", "busy=10m", "--recyclable", "busy",
        "--recyclable", "no_answer", "--cap-per-day", "2", "--call-later", "4h", "--close-exhausted",
        "--script", str(script),
    )  # fmt: skip
    assert (made["region"], made["timezone"], made["active"]) == ("UY", "America/Montevideo", True)
    assert (made["start_date"], made["end_date"], made["hours"]) == (
        "2026-01-01", "2027-01-01", "mon-fri 09:00-18:00"
    )  # fmt: skip
    assert (made["max_attempts"], made["hopper_level"], made["cap_per_day"]) == (3, 50, 2)
    assert made["hopper_auto"] is False
    assert (made["call_later_seconds"], made["close_exhausted"], made["holidays"]) == (14400, True, "UY")
    assert made["recyclable"] == ["busy", "no_answer"]
    assert str(made["script"]).startswith("# Hello")
    edited = shell.json(
        "campaigns", "edit", "Spring", "--retry", "failed=1h", "--clear", "end", "--hours", "00:00-24:00"
    )
    assert "busy=10m" in str(edited["retry"])
    assert "failed=1h" in str(edited["retry"])
    assert (edited["end_date"], edited["always_callable"]) == (None, True)
    assert [row["name"] for row in shell.json("campaigns", "list").document] == ["Spring"]


def test_a_new_campaign_is_open_to_everybody_with_everything_on(sqlite_shell: Shell) -> None:
    made = sqlite_shell.json("campaigns", "create", "Plain")
    assert (made["active"], made["end_date"], made["leads"], made["by_status"]) == (True, None, 0, {})
    assert len(made["recyclable"]) == 6


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("create", "Spring", "--start", "soon"), 2, "no date"),
        (("create", "Spring", "--max-attempts", "many"), 2, "--max-attempts"),
        (("create", "Spring", "--hours", "morning"), 1, "not understood"),
        (("create", "Spring", "--region", "ZZ"), 1, "no region"),
        (("create", "Spring", "--timezone", "Montevideo"), 1, "did you mean America/Montevideo?"),
        (("create", "Spring", "--start", "2026-02-01", "--end", "2026-01-01"), 1, "end before it starts"),
        (("create", "Spring", "--script", "nowhere.md"), 1, "nowhere.md"),
        (("show", "Sprng"), 1, "See: dialdeck campaigns list"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(
    sqlite_shell: Shell, words: tuple[str, ...], code: int, says: str
) -> None:
    assert says in sqlite_shell.refused("campaigns", *words, code=code)
    assert sqlite_shell.json("campaigns", "list").document == []


def test_a_campaign_named_wrongly_is_told_the_nearest(sqlite_campaign: Shell) -> None:
    assert "Did you mean Spring?" in sqlite_campaign.refused("campaigns", "show", "Sprng")
    assert "Did you mean Spring?" in sqlite_campaign.refused(
        "leads", "next", "--campaign", "spring", "--as", "ana"
    )


def test_a_paused_campaign_hands_out_nobody(sqlite_campaign: Shell) -> None:
    assert sqlite_campaign.json("campaigns", "pause", "Spring")["active"] is False
    found = sqlite_campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")
    assert (found["lead_id"], "paused" in str(found["why"])) == (None, True)
    shown = sqlite_campaign.done("campaigns", "show", "Spring").out
    told = [line for line in shown.splitlines() if " by " in line]
    assert [line.split()[0] for line in told] == ["paused"]
    assert sqlite_campaign.json("campaigns", "resume", "Spring")["active"] is True
    pauses = sqlite_campaign.json("campaigns", "show", "Spring")["pauses"]
    assert [pause["active"] for pause in pauses] == [True, False]
    assert sqlite_campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")["lead_id"] is not None


def test_a_paused_list_hands_out_nobody(campaign: Shell) -> None:
    [row] = campaign.json("lists", "list").document
    assert (row["name"], row["campaign"], row["leads"], row["state"]) == ("March", "Spring", 4, "complete")
    assert campaign.json("lists", "pause", "March")["active"] is False
    assert campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")["lead_id"] is None
    assert campaign.json("lists", "resume", str(row["list_id"]))["active"] is True
    assert campaign.json("lists", "show", "March")["leads"] == 4
    assert "no lead list April" in campaign.refused("lists", "show", "April")


def test_the_hopper_is_shown_entry_by_entry_and_some_are_taken_out(campaign: Shell) -> None:
    campaign.json("hopper", "fill", "--campaign", "Spring")
    shown = campaign.json("hopper", "show", "--campaign", "Spring", "--entries", "--limit", "3").document
    assert [each["position"] for each in shown["entries"]] == [1, 2, 3]
    first = shown["entries"][0]
    assert (first["source"], first["why"], first["claimed_by"]) == ("fresh", "not called yet", None)
    rest = campaign.json("hopper", "show", "--campaign", "Spring", "--entries", "--after", "3").document
    assert [each["position"] for each in rest["entries"]] == [4]
    assert first["name"] in campaign.done("hopper", "show", "--campaign", "Spring", "--entries").out
    taken = campaign.json("hopper", "take-out", str(first["entry_id"]), "999999").document
    assert taken == {"removed": 1, "kept": 1}
    left = campaign.json("hopper", "show", "--campaign", "Spring", "--entries").document["entries"]
    assert first["lead_id"] not in [each["lead_id"] for each in left]
    assert campaign.json("hopper", "fill", "--campaign", "Spring")["added"] == 0


def test_the_hopper_is_filled_shown_and_cleared(campaign: Shell) -> None:
    filled = campaign.json("hopper", "fill", "--campaign", "Spring", "--target", "3")
    assert filled.document == {"added": 3, "size": 3, "target": 3}
    shown = campaign.json("hopper", "show", "--campaign", "Spring").document
    assert shown["by_state"]["new"] == 3
    assert shown["by_source"]["fresh"] == 3
    assert "entries" not in shown
    assert campaign.json("hopper", "clear", "--campaign", "Spring")["removed"] == 3
    assert campaign.json("hopper", "fill", "--campaign", "Spring")["size"] == 4

"""What may not be done is refused in one line before anything is written, printed or replaced."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Process, Shell


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("role", ["seller", "supervisor", "auditor"])
def test_only_an_administrator_replaces_the_whole_shop(
    sqlite_campaign: Shell, tmp_path: Path, role: str, force: tuple[str, ...]
) -> None:
    copy = str(tmp_path / "copy.backup")
    sqlite_campaign.done("db", "backup", copy)
    sqlite_campaign.done("users", "add", "eva", "--role", role)
    said = sqlite_campaign.refused("db", "restore", copy, "--as", "eva", "--yes", *force)
    assert "may not replace the database" in said
    names = [user["name"] for user in sqlite_campaign.json("users", "list").document]
    assert "eva" in names  # who came after the backup
    sqlite_campaign.done("db", "restore", copy, "--as", "root", "--yes", *force)
    names = [user["name"] for user in sqlite_campaign.json("users", "list").document]
    assert "eva" not in names


def test_who_replaces_a_shop_with_a_password_gives_it(
    sqlite_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = str(tmp_path / "copy.backup")
    sqlite_shell.done("db", "backup", copy)
    monkeypatch.setattr("sys.stdin", io.StringIO("secret words\n"))
    sqlite_shell.done("users", "password", "root", "--stdin")
    monkeypatch.delenv("DIALDECK_USER")
    assert "password" in sqlite_shell.refused("db", "restore", copy, "--force")
    monkeypatch.setenv("DIALDECK_PASSWORD", "secret words")
    sqlite_shell.done("db", "restore", copy, "--force")
    monkeypatch.delenv("DIALDECK_PASSWORD")
    sqlite_shell.done("users", "list")  # as it was: without a password


def test_a_shop_that_stands_is_made_ready_again_by_an_administrator_only(sqlite_campaign: Shell) -> None:
    assert "may not make the shop ready again" in sqlite_campaign.refused("init", "--as", "ana")
    assert "no user called nobody" in sqlite_campaign.refused("init", "--as", "nobody")
    assert sqlite_campaign.json("init", "--as", "root")["actions"] == {
        "created": 0, "updated": 0, "unchanged": 18
    }  # fmt: skip


def test_a_refused_export_writes_nothing_at_all(sqlite_campaign: Shell, tmp_path: Path) -> None:
    assert "may not read the whole register" in sqlite_campaign.refused("dnc", "export", "--as", "ana")
    file = tmp_path / "register.csv"
    sqlite_campaign.refused("dnc", "export", "-o", str(file), "--as", "ana")
    assert list(tmp_path.glob("*register*")) == []


def test_a_device_is_written_to_and_stays_one(sqlite_campaign: Shell, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    number = os.open(pipe, os.O_RDWR)  # so that the writer need not wait for a reader
    try:
        sqlite_campaign.done("dnc", "add", "+33199000001")
        sqlite_campaign.done("dnc", "export", "-o", str(pipe))
        assert "+33199000001" in os.read(number, 10_000).decode("utf-8-sig")
    finally:
        os.close(number)
    assert pipe.is_fifo()


@pytest.fixture
def full_disk(tmp_path: Path) -> Path:
    """A device on which nothing has room: one of our own where the real one could be replaced by a mistake."""
    if not os.access("/dev", os.W_OK):
        return Path("/dev/full")
    device = tmp_path / "full"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
        device.open("wb").close()
    except OSError:
        pytest.skip("no device can be made here")
    return device


def test_a_full_disk_is_said_in_one_line(sqlite_campaign: Shell, people: Path, full_disk: Path) -> None:
    said = f"{full_disk} cannot be written (No space left on device)"
    assert sqlite_campaign.refused("dnc", "export", "-o", str(full_disk)).startswith(said)
    words = ("leads", "import", str(people), "--campaign", "Spring", "--list", "April")
    assert said in sqlite_campaign(*words, "--rejects", str(full_disk)).err
    assert full_disk.is_char_device()
    assert [row["name"] for row in sqlite_campaign.json("lists", "list").document] == ["March"]


def test_a_copy_of_the_shop_takes_no_devices_place(sqlite_campaign: Shell, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = sqlite_campaign.refused("db", "backup", str(pipe), "--force")
    assert said == f"{pipe} is no ordinary file and is not replaced. Name another file."
    assert pipe.is_fifo()


def test_what_is_exported_goes_to_the_file_a_link_leads_to(sqlite_campaign: Shell, tmp_path: Path) -> None:
    link, target = tmp_path / "link.csv", tmp_path / "target.csv"
    link.symlink_to(target)
    sqlite_campaign.done("dnc", "export", "-o", str(link))
    assert (link.is_symlink(), target.is_file()) == (True, True)


@pytest.mark.parametrize("name", ["", ".", "nowhere/register.csv"])
def test_a_place_that_takes_no_file_is_named_as_it_was_given(sqlite_campaign: Shell, name: str) -> None:
    said = sqlite_campaign.refused("dnc", "export", "-o", name)
    assert said.startswith(f"{name or '.'} cannot be written (")
    assert "partial" not in said


def test_an_export_to_the_standard_output_by_name_is_that(
    sqlite_campaign: Shell, tmp_path: Path, process: Process
) -> None:
    name = tmp_path / "stdout"
    name.symlink_to("/proc/self/fd/1")  # what /dev/stdout is
    done = process("dnc", "export", "-o", str(name), "--as", "root", "--database", sqlite_campaign.url)
    assert (done.returncode, done.stdout) == (0, "Number,Contact,Reason,Source,Added\n")
    assert name.is_symlink()


@pytest.mark.parametrize("rejects", ["nowhere/rejects.csv", "people.csv"])
def test_an_import_refused_for_its_rejects_file_leaves_the_list_as_it_was(
    sqlite_campaign: Shell, people: Path, rejects: str
) -> None:
    before = sqlite_campaign.json("lists", "list").document
    words = (
        "leads",
        "import",
        str(people),
        "--campaign",
        "Spring",
        "--rejects",
        str(people.parent / rejects),
    )
    for name in ("March", "April"):
        assert sqlite_campaign(*words, "--list", name).code == 1
    assert sqlite_campaign.json("lists", "list").document == before


def test_a_list_keeps_count_of_all_that_was_imported_into_it(campaign: Shell, people: Path) -> None:
    words = ("leads", "import", str(people), "--campaign", "Spring", "--list", "March")
    assert campaign.json(*words)["imported"] == 0
    people.write_text("name,phone\nEda Roux,+33199000005\nAda Marlow,+33199000001\n", encoding="utf-8")
    assert campaign.json(*words)["imported"] == 1
    shown = campaign.json("lists", "show", "March")
    counts = shown["counts"]
    assert (shown["leads"], shown["state"]) == (5, "complete")
    assert (counts["rows"], counts["imported"], counts["duplicates"]) == (10, 5, 5)


@pytest.mark.parametrize("change", [("--clear", "status"), ("--status", "no_status"), ("--status", "new")])
def test_nobody_on_the_register_is_brought_back_by_an_edit(
    sqlite_campaign: Shell, change: tuple[str, ...]
) -> None:
    sqlite_campaign.done("dnc", "add", "+33199000001")
    said = sqlite_campaign.refused("leads", "edit", "1", *change)
    assert said == "Lead 1 is on the do-not-call register; take its number off with: dialdeck dnc remove"
    sqlite_campaign.done("leads", "edit", "2", "--status", "closed")
    sqlite_campaign.done("dnc", "add", "+33199000002")
    assert "do-not-call register" in sqlite_campaign.refused("leads", "edit", "2", *change)
    statuses = [sqlite_campaign.json("leads", "show", lead)["status"] for lead in ("1", "2")]
    assert statuses == ["dnc", "closed"]


def test_a_lead_is_given_to_active_sellers_only(sqlite_campaign: Shell) -> None:
    sqlite_campaign.done("users", "add", "eva", "--role", "auditor")
    sqlite_campaign.done("users", "disable", "ben")
    for name in ("eva", "ben", "nobody"):
        said = sqlite_campaign.refused("leads", "edit", "1", "--seller", name)
        assert said.startswith(f'There is no active seller "{name}".')
    assert sqlite_campaign.json("leads", "edit", "1", "--seller", "ana")["seller"] == "ana"


def test_a_resolution_of_do_not_call_puts_the_number_on_the_register(campaign: Shell) -> None:
    edited = campaign.json("leads", "edit", "1", "--resolution", "DN")
    assert (edited["status"], edited["campaign_resolution"]) == ("dnc", "DN")
    numbers = [row["number"] for row in campaign.json("dnc", "list").document]
    assert "+33199000001" in numbers
    for contradiction in (("--status", "new"), ("--clear", "status"), ("--status", "not_interested")):
        said = campaign.refused("leads", "edit", "2", "--resolution", "DN", *contradiction)
        assert "goes with the status dnc only" in said
    assert campaign.json("leads", "show", "2")["status"] == "new"


@pytest.mark.parametrize("sold", [("--product", "Tea"), ("--quantity", "2"), ("--price", "5")])
def test_nothing_is_sold_with_an_outcome_that_is_no_sale(
    sqlite_campaign: Shell, sold: tuple[str, str]
) -> None:
    sqlite_campaign.done("products", "add", "Tea", "--price", "5")
    lead = str(sqlite_campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")["lead_id"])
    said = sqlite_campaign.refused("leads", "outcome", lead, "not-found", *sold, "--as", "ana")
    assert said == "not-found is no sale: leave product, quantity and price out."
    assert sqlite_campaign.json("leads", "show", lead)["dial_attempts"] == 0


HUGE = "99999999999999999999"


@pytest.mark.parametrize(
    "words",
    [
        ("leads", "show", HUGE),
        ("leads", "edit", HUGE, "--priority", "1"),
        ("leads", "outcome", HUGE, "not-found"),
        ("leads", "outcome", "1", "sale", "--quantity", HUGE),
        ("leads", "outcome", "1", "not-interested", "--reason", "-" + HUGE),
        ("leads", "list", "--campaign", "Spring", "--limit", HUGE),
        ("leads", "list", "--campaign", "Spring", "--after", HUGE),
        ("contacts", "show", HUGE),
        ("contacts", "edit", HUGE, "--name", "Eda"),
        ("callbacks", "list", "--limit", HUGE),
        ("dnc", "list", "--limit", HUGE),
        ("dnc", "list", "--after", HUGE),
        ("calls", "record", "--lead", HUGE, "--result", "busy"),
        ("actions", "edit", "sale", "--position", HUGE),
        ("actions", "edit", "sale", "--position", "2147483648"),
        ("reasons", "add", "NI", HUGE, "too far"),
        ("hopper", "take-out", "1", HUGE),
    ],
)
def test_a_number_no_column_holds_is_a_wrong_use(sqlite_campaign: Shell, words: tuple[str, ...]) -> None:
    said = sqlite_campaign.refused(*words, code=2)
    assert "is too large a number; at most " in said


def test_the_largest_numbers_there_are_name_nobody(campaign: Shell) -> None:
    largest = str(2**63 - 1)
    assert "no lead" in campaign.refused("leads", "show", largest)
    assert "no lead list" in campaign.refused("lists", "show", HUGE)
    assert "no lead list" in campaign.refused("leads", "undo-import", HUGE)
    assert campaign.json("leads", "list", "--campaign", "Spring", "--after", largest).document == []
    assert (
        len(campaign.json("leads", "list", "--campaign", "Spring", "--limit", str(2**31 - 1)).document) == 4
    )
    assert "too high a price" in campaign.refused("products", "add", "Tea", "--price", HUGE)
    assert "too high a price" in campaign.refused("leads", "outcome", "1", "sale", "--price", HUGE)


@pytest.mark.parametrize(
    "words",
    [
        ("campaigns", "show", "\udcff\udcfe"),
        ("leads", "outcome", "1", "\udcff"),
        ("leads", "list", "--status=\udcff"),
    ],
)
def test_an_argument_that_is_no_text_is_a_wrong_use(sqlite_campaign: Shell, words: tuple[str, ...]) -> None:
    said = sqlite_campaign.refused(*words, code=2)
    assert said.endswith("is not UTF-8 text; write it in UTF-8.")


def test_a_page_of_nobodys_leads_is_a_mistake(sqlite_campaign: Shell) -> None:
    words = ("leads", "list", "--campaign", "Spring")
    assert "Did you mean ana?" in sqlite_campaign.refused(*words, "--seller", "anna")
    assert "no lead list nope in this campaign" in sqlite_campaign.refused(*words, "--list", "nope")
    assert sqlite_campaign.json(*words, "--seller", "ana").document == []
    assert len(sqlite_campaign.json(*words, "--list", "March").document) == 4

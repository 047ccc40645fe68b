"""The application from its start to its end: databases of every state, errors, keys, themes, leaving."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Conflict, DomainError, Unavailable
from storage import logs
from storage.database import Database
from storage.migrations import VERSION_TABLE
from tests.tui.screens_text import line_with, settled, shown
from tests.tui.shop import MARKUP, Clock, SmallShop
from tui import theme
from tui.app import DialdeckApp
from tui.desk import Desk
from tui.preferences import Preferences
from tui.screens.base import CommandScreen
from tui.screens.campaigns import CampaignsScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.first_start import FirstStartScreen
from tui.screens.help import HelpScreen
from tui.screens.message import MessageScreen
from tui.screens.sign_in import SignInScreen

OpenApp = Callable[..., DialdeckApp]


class Counter(CommandScreen[None]):
    """A screen that writes down what its threads brought."""

    REGISTRY = "campaigns"

    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.left: list[str] = []

    def farewell(self) -> Callable[[], None] | None:
        return lambda: self.left.append(threading.current_thread().name)


# ── start ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_empty_database_offers_to_make_the_shop(tmp_path: Path, clock: Clock) -> None:
    desk = Desk(f"sqlite:///{tmp_path / 'new.sqlite3'}", Preferences(), now=clock)
    app = DialdeckApp(desk)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, FirstStartScreen)
        assert not (tmp_path / "new.sqlite3").exists()
        await pilot.press("ctrl+u", *"boss", "enter")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.desk.actor.name == "boss"
        assert "There is no campaign yet." in shown(app)
    desk.close()


async def test_a_name_that_cannot_be_is_told_and_asked_again(tmp_path: Path, clock: Clock) -> None:
    app = DialdeckApp(Desk(f"sqlite:///{tmp_path / 'new.sqlite3'}", Preferences(), now=clock))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+u", *"the boss", "enter")
        await settled(pilot)
        assert "cannot be a user name" in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, FirstStartScreen)
    app.desk.close()


async def test_leaving_the_first_start_makes_nothing(tmp_path: Path, clock: Clock) -> None:
    app = DialdeckApp(Desk(f"sqlite:///{tmp_path / 'new.sqlite3'}", Preferences(), now=clock))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
    assert app.return_code == 0
    assert not (tmp_path / "new.sqlite3").exists()


def _set_revision(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = ?", (revision,))


async def test_a_newer_database_ends_with_one_clear_line(small_shop: SmallShop, open_app: OpenApp) -> None:
    _set_revision(small_shop.database, "9999")
    app = open_app()
    async with app.run_test() as pilot:
        await settled(pilot)
    assert app.return_code == 1
    assert "made by a newer Dialdeck" in app.last_line


async def test_a_file_that_is_no_database_ends_with_one_clear_line(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, this is no database at all, whatever it is called.")
    app = DialdeckApp(Desk(f"sqlite:///{tmp_path / 'letter.txt'}", Preferences(), now=clock))
    async with app.run_test() as pilot:
        await settled(pilot)
    assert app.return_code == 1
    assert "letter.txt is not a Dialdeck database" in app.last_line
    assert "\n" not in app.last_line


class OlderDesk(Desk):
    """A desk whose database says once that it is older (an older schema does not exist yet)."""

    older = True

    def open(self) -> object:
        from tui.desk import Opened

        return Opened("older", f"{MARKUP} was made by an older Dialdeck.") if self.older else super().open()

    def upgrade(self) -> object:
        self.older = False
        return super().upgrade()


async def test_an_older_database_is_upgraded_after_a_yes(small_shop: SmallShop) -> None:
    app = DialdeckApp(OlderDesk(small_shop.url, Preferences(), now=small_shop.clock))
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        assert f"{MARKUP} was made by an older Dialdeck." in shown(app)
        await pilot.press("y")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_an_older_database_is_left_alone_after_a_no(small_shop: SmallShop) -> None:
    desk = OlderDesk(small_shop.url, Preferences(), now=small_shop.clock)
    app = DialdeckApp(desk)
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
    assert desk.older
    assert app.return_code == 1
    assert "older Dialdeck" in app.last_line


async def test_the_configuration_is_read_behind_the_first_picture(
    small_shop: SmallShop, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    file.write_text('theme = "dialdeck-light"\nuser = "bruno"\n[keymap]\n"campaigns.refresh" = "x"\n')
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    app = DialdeckApp(Desk("", now=small_shop.clock), options={"database": small_shop.url, "user": None})
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.desk.actor.name == "bruno"
        assert app.theme == "dialdeck-light"
        assert "x refresh" in shown(app)


async def test_a_mistake_in_the_configuration_ends_with_a_line_that_names_it(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    file.write_text('thema = "dialdeck-light"\n')
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    app = DialdeckApp(Desk(""), options={})
    async with app.run_test() as pilot:
        await settled(pilot)
    assert app.return_code == 1
    assert "thema" in app.last_line
    assert "theme" in app.last_line


# ── keys, themes, help ───────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_wrong_with_the_keymap_is_told_once_at_the_start(open_app: OpenApp) -> None:
    app = open_app(user="ana", keymap={"console.dail": "x", "[/x]": "y"}, theme="no-such-theme")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert isinstance(app.screen, MessageScreen)
        assert "no command console.dail. Did you mean" in shown(app)
        assert "there is no command [/x]" in shown(app)
        assert "no-such-theme" in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.theme == theme.DARK


async def test_a_moved_key_works_and_is_the_one_shown(open_app: OpenApp) -> None:
    app = open_app(user="ana", keymap={"campaigns.sign_out": "x"})
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "x sign out" in line_with(app, "sign out")
        await pilot.press("o")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        await pilot.press("f1")
        await settled(pilot)
        assert line_with(app, "sign out").split("│")[1].split()[0] == "x"
        await pilot.press("escape", "x")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_help_searches_and_enter_runs(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("question_mark", *"somebody else")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert "refresh" not in shown(app).split("Application")[0].split("▸")[1]
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_help_finds_nothing_without_falling_over(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("f1", *"[/x]", "enter", "down")
        await settled(pilot)
        assert "No key here does that" in shown(app)


async def test_f9_goes_round_the_themes(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        seen = []
        for _each in theme.ROUND:
            await pilot.press("f9")
            await settled(pilot)
            seen.append(app.theme)
            assert "Spring subscriptions" in shown(app)
        assert seen == [*theme.ROUND[1:], theme.ROUND[0]]


async def test_every_theme_there_is_can_be_used(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        for name in app.available_themes:
            app.use_theme(name)
            await pilot.pause()
            assert "Spring subscriptions" in shown(app)


async def test_the_palette_finds_a_command_and_runs_it(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"sign out")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


async def test_the_last_line_can_be_clicked(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        line = line_with(app, "sign out")
        await pilot.click(offset=(line.index("sign out"), 23))
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen)


@pytest.mark.parametrize("width", [20, 40, 60, 80])
async def test_the_last_line_keeps_help_whatever_the_width(open_app: OpenApp, width: int) -> None:
    app = open_app(user="ana")
    async with app.run_test(size=(width, 24)) as pilot:
        await settled(pilot)
        assert "F1 help" in shown(app).splitlines()[-1]


async def test_copying_shows_what_was_copied(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test(notifications=True) as pilot:
        await settled(pilot)
        app.copy(f"{MARKUP} +12125550123", "the number")
        await settled(pilot)
        assert app.clipboard == f"{MARKUP} +12125550123"
        assert f"Copied the number: {MARKUP}" in shown(app)


# ── campaigns ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_figures_change_in_place_and_one_stays_where_one_is(
    open_app: OpenApp, small_shop: SmallShop
) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("j")
        await settled(pilot)
        assert line_with(app, "Renewals").startswith(" ▸")
        small_shop.clock.forward(hours=6)
        await pilot.press("r")
        await settled(pilot)
        assert line_with(app, "Renewals").startswith(" ▸")
        assert "counted at 18:00" in shown(app)
        assert "☾ closed" not in shown(app)


async def test_an_error_while_counting_is_one_line_and_no_window(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)

        def busy() -> object:
            raise Unavailable("The database is busy. [/x]")

        app.desk.cards = busy
        await pilot.press("r")
        await settled(pilot)
        assert "✕ The database is busy. [/x]" in shown(app)
        assert isinstance(app.screen, CampaignsScreen)


# ── threads ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_questions_only_the_later_answer_counts(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        gate = threading.Event()

        def slow() -> str:
            gate.wait(10)
            return "first"

        screen.ask(slow, screen.got.append, group="g")
        screen.ask(lambda: "second", screen.got.append, group="g")
        await pilot.pause()
        gate.set()
        await settled(pilot)
        assert screen.got == ["second"]


async def test_writes_happen_in_the_order_of_the_keys_and_none_is_lost(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        gate = threading.Event()
        written: list[int] = []

        def write(number: int) -> int:
            if number == 0:
                gate.wait(10)
            written.append(number)
            return number

        for number in range(5):
            screen.do(lambda number=number: write(number), screen.got.append)
        app.pop_screen()
        gate.set()
        while app.writing:
            await settled(pilot)
        assert written == [0, 1, 2, 3, 4]


async def test_a_refused_write_is_told_even_when_its_screen_is_gone(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        gate = threading.Event()

        def refused() -> None:
            gate.wait(10)
            raise Conflict(f"{MARKUP} was already handled.")

        screen.do(refused)
        await app.pop_screen()
        gate.set()
        await settled(pilot)
        assert f"{MARKUP} was already handled." in shown(app)


async def test_leaving_first_writes_what_is_still_to_be_written(open_app: OpenApp) -> None:
    app = open_app(user="ana")
    async with app.run_test() as pilot:
        await settled(pilot)
        screen = Counter()
        await app.push_screen(screen)
        await pilot.press("ctrl+q")
        await settled(pilot)
    assert len(screen.left) == 1
    assert screen.left[0] != threading.main_thread().name
    assert app.return_code == 0


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_thread_is_left_after_the_end(open_app: OpenApp) -> None:
    before = set(threading.enumerate())
    app = open_app(user="ana")

    async def leave(pilot: object) -> None:
        await settled(pilot)
        await pilot.press("ctrl+q")

    app.run(headless=True, auto_pilot=leave)
    app.desk.close()
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert left == []
    assert app.return_code == 0


@pytest.mark.parametrize("where", ["on the loop", "in a thread"])
def test_a_defect_ends_with_one_line_and_no_traceback(
    open_app: OpenApp, where: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "dialdeck.log"
    logs.configure("info", log)
    app = open_app(user="ana")

    def broken() -> None:
        customer = "María González"
        raise RuntimeError(f"broken for {len(customer)}")

    async def break_it(pilot: object) -> None:
        await settled(pilot)
        if where == "on the loop":
            app.call_later(broken)
        else:
            app.ask(broken, lambda _nothing: None, group="broken")
        await settled(pilot)

    app.run(headless=True, auto_pilot=break_it)
    app.desk.close()
    assert app.return_code == 1
    assert "defect (RuntimeError)" in app.last_line
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert "María" not in told.out + told.err
    (line,) = [line for line in log.read_text().splitlines() if "defect" in line]
    assert "RuntimeError" in line
    assert "broken" in line
    assert "broken for" not in line


def test_the_error_window_says_title_and_line(open_app: OpenApp) -> None:
    error: DomainError = Conflict(f"{MARKUP} changed")
    window = MessageScreen.of(error)
    assert window.heading == "Changed meanwhile"
    assert window.text == f"{MARKUP} changed"

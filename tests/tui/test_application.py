"""The application's start and end: databases of every state, defects, and what is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Conflict, DomainError, NotAllowed
from storage import chosen, logs
from storage.database import Database
from storage.migrations import VERSION_TABLE
from tests.support.postgres import Server
from tests.tui.screens_text import settled, shown
from tests.tui.shop import MARKUP, Clock, SmallShop
from tui.app import DialdeckApp
from tui.desk import Desk
from tui.look import early
from tui.preferences import Preferences
from tui.screens.campaigns import CampaignsScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.first_start import FirstStartScreen
from tui.screens.message import MessageScreen
from tui.screens.sign_in import SignInScreen

OpenApp = Callable[..., DialdeckApp]


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


@pytest.mark.postgresql
async def test_the_first_administrator_on_a_server_gets_a_password_from_the_start(
    postgres_server: Server, clock: Clock
) -> None:
    name = postgres_server.create()
    desk = Desk(postgres_server.url(name), Preferences(), now=clock)
    app = DialdeckApp(desk)
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+u", *"boss", "enter", *"too few", "enter", *"too few", "enter")
        assert "A password needs at least 8 characters." in shown(app)
        await pilot.press(*"correct horse", "enter", *"correct house", "enter")
        assert "two different passwords" in shown(app)
        assert isinstance(app.screen, FirstStartScreen)
        await pilot.press(*"correct horse", "enter", *"correct horse", "enter")
        await settled(pilot)
        assert isinstance(app.screen, CampaignsScreen)
        assert app.desk.actor.name == "boss"
    with pytest.raises(NotAllowed, match="needs a password"):
        desk.sign_in("boss", None)
    desk.close()
    postgres_server.drop(name)


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


async def test_the_colours_chosen_with_f9_are_there_at_the_next_start(
    small_shop: SmallShop, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))

    async def start(configured: str, *keys: str) -> str:
        file.write_text(f'theme = "{configured}"\nuser = "ana"\n')
        app = DialdeckApp(
            Desk("", early(), now=small_shop.clock), options={"database": small_shop.url, "user": None}
        )
        async with app.run_test() as pilot:
            await settled(pilot)
            await pilot.press(*keys)
            await settled(pilot)
            return app.theme

    assert await start("light", "f9") == "dialdeck-contrast"
    assert early().theme == "dialdeck-contrast"  # the first picture has them already
    assert await start("light") == "dialdeck-contrast"
    assert await start("nord") == "nord"  # who configures others afterwards gets those


async def test_colours_that_cannot_be_kept_hold_until_the_end_and_say_so(
    small_shop: SmallShop, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen.chosen_path().mkdir(parents=True)  # something is in the way
    monkeypatch.setenv("DIALDECK_USER", "ana")
    app = DialdeckApp(Desk("", now=small_shop.clock), options={"database": small_shop.url, "user": None})
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("f9")
        await settled(pilot)
        assert app.theme == "dialdeck-light"
        assert "The colours hold until you leave" in shown(app)


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

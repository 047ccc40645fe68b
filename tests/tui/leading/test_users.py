"""Users and the audit log on screen: who may sign in, changed by administrators, and what is written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from domain.codes import Role
from domain.errors import NotAllowed
from domain.people import entry, signing_in, teams, users
from tests.tui.leading.jobs_at_work import leading
from tests.tui.screens_text import line_with, press, settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.screens.campaigns import CampaignsScreen
from tui.screens.leading.audit import AuditScreen
from tui.screens.leading.users import UsersScreen

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture
def staffed(small_shop: SmallShop) -> SmallShop:
    """The small shop with a team, a locked supervisor and a disabled seller."""
    at = small_shop.clock()
    with small_shop.database.transaction() as session:
        root = entry.sign_in(session, name="root", password=None, now=at)
        teams.add(session, actor=root, name="North", now=at, supervisors=("sofia",), members=("ana", "carla"))
        users.set_active(session, actor=root, name="bruno", active=False, now=at)
        users.set_password(session, actor=root, name="ana", password="correct horse", now=at)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            signing_in.sign_in(
                small_shop.database, name="sofia", password="guess", now=at, server=False, door="application"
            )
    return small_shop


async def stand_on(pilot: Pilot[object], name: str) -> None:
    """Go down to a user's row."""
    screen = pilot.app.screen
    assert isinstance(screen, UsersScreen)
    await press(pilot, "g")
    for _ in range(12):
        if screen.user is not None and screen.user.name == name:
            return
        await press(pilot, "j")
    raise AssertionError(f"{name} is not on the screen:\n{shown(pilot.app)}")


@SIZES
def test_the_users(snap_compare: Snap, staffed: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "u")
        app = pilot.app
        assert line_with(app, "sofia").split()[-3:] == ["locked", "to", "12:05"]
        assert "✕ disabled" in line_with(app, "bruno")
        assert "North" in line_with(app, "carla")
        assert MARKUP in line_with(app, "carla")
        assert "● password" in line_with(app, "ana ")
        assert "5 may sign in" in shown(app)

    assert snap_compare(leading(staffed), terminal_size=size, run_before=run)


@SIZES
def test_the_form_of_a_new_user(snap_compare: Snap, staffed: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "u", "a", *"ana", "enter")
        assert "✕ There is already a user called ana." in shown(pilot.app)

    assert snap_compare(leading(staffed), terminal_size=size, run_before=run)


async def test_a_user_is_added_changed_disabled_and_enabled(staffed: SmallShop) -> None:
    app = leading(staffed)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u", "a", *"zoe", "tab", *"Zoe", "enter")
        assert "✓ zoe was added" in shown(app)
        await stand_on(pilot, "zoe")
        await press(pilot, "enter", "end", "space", *"Diaz", "enter")
        assert "Zoe Diaz" in line_with(app, "zoe")
        await press(pilot, "d", "y")
        assert "✕ disabled" in line_with(app, "zoe ")
        await stand_on(pilot, "zoe")
        await press(pilot, "d")
        assert "✓ zoe is enabled" in shown(app)
    with staffed.database.reading() as session:
        root = entry.sign_in(session, name="root", password=None, now=staffed.clock())
        zoe = next(user for user in users.listing(session, actor=root) if user.name == "zoe")
    assert (zoe.role, zoe.team, zoe.active) == ("seller", None, True)


async def test_a_role_and_a_team_are_chosen_from_lists(staffed: SmallShop) -> None:
    app = leading(staffed)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u", "a", *"zoe", "tab", "tab", "space", "down", "enter")
        await press(pilot, "tab", "tab", "space", "down", "enter", "tab", "shift+tab", "enter")
        assert "✓ zoe was added" in shown(app)
        assert "supervisor" in line_with(app, "zoe ")
        assert "North" in line_with(app, "zoe ")


async def test_a_password_is_set_twice_alike_and_taken_away(staffed: SmallShop) -> None:
    app = leading(staffed)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u", "p", *"battery8", "enter", *"battery9", "enter")
        assert "The two passwords differ" in shown(app)
        assert "battery" not in shown(app)
        await press(pilot, "backspace", "8", "enter")
        assert "✓ The password of ana was set" in shown(app)
        with staffed.database.reading() as session:
            given = {"name": "ana", "now": staffed.clock()}
            assert entry.sign_in(session, password="battery8", **given).name == "ana"  # type: ignore[arg-type]
        await press(pilot, "p", "ctrl+l")
        assert "✓ ana needs no password now" in shown(app)


async def test_a_locked_user_is_unlocked(staffed: SmallShop) -> None:
    app = leading(staffed)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u")
        await stand_on(pilot, "sofia")
        await press(pilot, "u")
        assert "✓ sofia may sign in again" in shown(app)
        assert "● password" in line_with(app, "sofia")


async def test_the_only_administrator_cannot_be_disabled(staffed: SmallShop) -> None:
    app = leading(staffed)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u")
        await stand_on(pilot, "root")
        await press(pilot, "d", "y")
        assert "✕ root is the only administrator" in shown(app)


async def test_supervisors_see_the_own_team_and_change_nobody_sellers_see_nothing(staffed: SmallShop) -> None:
    with staffed.database.transaction() as session:
        root = entry.sign_in(session, name="root", password=None, now=staffed.clock())
        users.add(session, actor=root, name="sue", role=Role.SUPERVISOR, now=staffed.clock())
        teams.edit(session, actor=root, name="North", now=staffed.clock(), supervisors=("sue",))
    app = leading(staffed, "sue")
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u")
        assert "3 may sign in" in shown(app)
        assert "bruno" not in shown(app)
        await press(pilot, "a", "p", "d", "enter")
        assert isinstance(app.screen, UsersScreen)
        await press(pilot, "escape", "l")
        assert isinstance(app.screen, CampaignsScreen)
    app = leading(staffed, "carla")
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "u", "l")
        assert isinstance(app.screen, CampaignsScreen)


# ── the audit log ────────────────────────────────────────────────────────────────────────────────────────


@SIZES
def test_the_audit_log(snap_compare: Snap, staffed: SmallShop, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        await press(pilot, "l")
        app = pilot.app
        assert isinstance(app.screen, AuditScreen)
        assert "audrey" in line_with(app, "● sign_in ")
        assert "✕ sign_in.failed" in line_with(app, "sofia")
        assert "user.disable" in line_with(app, "bruno")
        await press(pilot, "j")
        assert "15 events · code wrong_password, door application, failures 5" in shown(app)

    assert snap_compare(leading(staffed, "audrey"), terminal_size=size, run_before=run)


async def test_the_log_is_narrowed_and_widened_again(staffed: SmallShop) -> None:
    app = leading(staffed, "audrey")
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "l", "f", "tab", "tab", "tab", "tab", "space", "enter")
        assert "only what was refused" in shown(app)
        assert "5 events" in shown(app)
        assert "team.add" not in shown(app)
        await press(pilot, "f", "tab", "tab", *"someday", "enter")
        assert '"someday" is not understood' in shown(app)
        await press(pilot, "escape", "f", "ctrl+l")
        assert "Everything" in shown(app)
        assert "team.add" in shown(app)


async def test_the_log_is_written_to_a_file_and_not_over_another(staffed: SmallShop, tmp_path: Path) -> None:
    app = leading(staffed, "audrey")
    file = tmp_path / "log.csv"
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "l", "x")
        await press(pilot, "ctrl+u", *str(file), "enter")
        assert "events written to" in shown(app)
        await press(pilot, "x", "ctrl+u", *str(file), "enter")
        assert "is there already" in shown(app)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Id,At,User,Kind,Target,Refused,Detail"
    assert ",sofia,sign_in.failed,," in "\n".join(lines)


async def test_what_the_application_refuses_is_in_the_log(staffed: SmallShop) -> None:
    app = leading(staffed, "carla")
    async with app.run_test() as pilot:
        await settled(pilot)
        app.ask(lambda: app.desk.set_user_active("root", False), lambda _view: None, group="people")
        await settled(pilot)
        assert "may not enable or disable users" in shown(app)
    app = leading(staffed)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "l")
        assert "people" in line_with(app, "✕ refused")
        assert "to enable or disable users" in line_with(app, "✕ refused")


async def test_pages_of_the_log_are_turned(staffed: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.leading.audit.PAGE", 4)
    app = leading(staffed)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "l")
        assert isinstance(app.screen, AuditScreen)
        first = [event.id for event in app.screen.events]
        await press(pilot, "n")
        second = [event.id for event in app.screen.events]
        assert first[-1] > second[0]
        assert "on page 2" in shown(app)
        await press(pilot, "p")
        assert [event.id for event in app.screen.events] == first

"""Where things stand at each size, what every size shows, and data that tries to be markup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import Session, select
from textual.pilot import Pilot

from domain.campaigns.models import Campaign
from domain.contacts.models import Contact
from tests.tui.console.seat import Seat, Ticks, seated
from tests.tui.screens_text import settled, shown
from tests.tui.shop import MARKUP, SmallShop
from tui.app import DialdeckApp
from tui.screens.console import ConsoleScreen

Snap = Callable[..., bool]
OpenApp = Callable[..., DialdeckApp]
SIZES = [(80, 24), (100, 30), (120, 40), (160, 50), (80, 50), (140, 26)]
PICTURES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def ids(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def a_past(shop: SmallShop) -> None:
    """María has e-mail, address, notes with markup, and a company."""

    def change(session: Session) -> None:
        contact = session.exec(select(Contact).where(Contact.name == "María González")).one()
        contact.company = "González & Hijos [b]"
        contact.address = "Calle Mayor 3"
        contact.notes = f"never before ten {MARKUP}\nsecond line"
        contact.attributes = {"plan": "[red]gold[/red]"}
        session.add(contact)
        campaign = session.exec(select(Campaign).where(Campaign.id == shop.campaigns["spring"])).one()
        campaign.script = f"# {MARKUP} script\n\nHello {{first_name}}, this is {{seller}}."
        session.add(campaign)

    shop.write(change)


@pytest.mark.parametrize("size", SIZES, ids=ids)
async def test_every_size_shows_the_person_the_outcomes_and_the_keys(
    small_shop: SmallShop, size: tuple[int, int]
) -> None:
    a_past(small_shop)
    async with seated(small_shop, size=size) as seat:
        lines = seat.text.splitlines()
        assert len(lines) == size[1]
        assert max(len(line) for line in lines) <= size[0]
        for text in (
            "María González", "González & Hijos [b]", "+1 212-555-0100", "try 1 of 5", "12:00 in Montevideo",
            "may call ✓", "ana ● ready", "SQLite", "Spring subscriptions", f"{MARKUP} script",
            "Hello María", "s Sale", "c Close without contact", "never called before",
            "w writes a note", "ready 1", "F1 help",
        ):  # fmt: skip
            assert text in " ".join(seat.text.split()) or text in seat.text, text


@pytest.mark.parametrize("size", [(120, 40), (160, 50), (140, 26), (80, 50)], ids=ids)
async def test_a_wide_screen_has_a_third_column(small_shop: SmallShop, size: tuple[int, int]) -> None:
    a_past(small_shop)
    async with seated(small_shop, size=size) as seat:
        seat.screen.read_queue()
        await seat.settle()
        assert "─ Next ─" in seat.text
        assert "─ Contact ─" in seat.text
        assert "Juan Pérez" in seat.text
        assert "Calle Mayor 3" in seat.text


async def test_a_resize_lays_out_anew_without_losing_anything(small_shop: SmallShop) -> None:
    async with seated(small_shop) as seat:
        await seat.press("w")
        await seat.write("stays")
        await seat.press("escape")
        await seat.pilot.resize_terminal(130, 42)
        await seat.settle()
        assert "─ Next ─" in seat.text
        assert "stays" in seat.text
        await seat.pilot.resize_terminal(80, 24)
        await seat.settle()
        assert "─ Next ─" not in seat.text
        assert "stays" in seat.text
        assert "c Close without contact" in seat.text


async def test_details_show_everything_also_on_a_small_screen(small_shop: SmallShop) -> None:
    a_past(small_shop)
    async with seated(small_shop) as seat:
        await seat.press("f4")
        text = " ".join(seat.text.split())
        assert "plan: [red]gold[/red]" in text
        assert "address: Calle Mayor 3" in text
        assert "second line" in text
        await seat.press("f4")
        assert "─ Script ─" in seat.text


async def test_names_that_are_markup_are_shown_as_they_are(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:
        await seat.press("n", "n")
        assert seat.name == f"{MARKUP} O[k]eefe"
        assert f" {MARKUP} O[k]eefe " in seat.text
        await seat.press("n")
        assert f"{MARKUP} O[k]eefe: not found" in seat.answer
        await seat.press("z")
        assert f"Undone: {MARKUP} O[k]eefe" in seat.answer


async def test_control_characters_in_data_never_reach_the_terminal(small_shop: SmallShop) -> None:
    def poison(session: Session) -> None:
        contact = session.exec(select(Contact).where(Contact.name == "María González")).one()
        contact.name = "Ma\x1b[31mría\x07\u202eGonz\n"
        contact.notes = "\x1b]52;c;aGk=\x07"
        session.add(contact)

    small_shop.write(poison)
    async with seated(small_shop, size=(120, 40)) as seat:
        for character in "\x1b\x07\u202e":
            assert character not in seat.text
        assert "Ma" in seat.text


async def test_wide_letters_keep_the_columns(small_shop: SmallShop) -> None:
    from rich.cells import cell_len

    async with seated(small_shop, size=(120, 40)) as seat:
        seat.screen.read_queue()
        await seat.settle()
        line = seat.line("李小龙")
        assert "• pool" in line
        assert cell_len(line) == cell_len(seat.line("Zoë Müller"))


async def test_no_colour_still_says_everything(
    small_shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(small_shop) as seat:
        await seat.press("x")
        assert "Do not call‼ again" in seat.text
        for glyph_and_word in ("● ready", "may call ✓", "✕ ends", "⚠ Do not call?"):
            assert glyph_and_word in seat.text


async def test_an_outcome_paints_the_next_person_without_laying_the_screen_out_anew(
    small_shop: SmallShop,
) -> None:
    async with seated(small_shop, size=(120, 40)) as seat:

        def layouts() -> int:
            return sum(each._layout_updates for each in seat.screen.walk_children(with_self=True))

        before = layouts()
        await seat.press("n", "i", "2")
        assert seat.name == f"{MARKUP} O[k]eefe"
        assert layouts() == before


@pytest.mark.parametrize("theme", ["dialdeck-light", "dialdeck-contrast", "ansi-dark", "textual-dark"])
async def test_every_theme_paints_the_console(small_shop: SmallShop, theme: str) -> None:
    async with seated(small_shop, theme=theme) as seat:
        assert "María González" in seat.text


async def test_help_is_made_from_the_live_keys(small_shop: SmallShop) -> None:
    async with seated(small_shop, size=(120, 40), keymap={"console.skip": "9", "action.busy": "B"}) as seat:
        assert "B Busy" in seat.text
        await seat.press("f1")
        assert "Not interested" in seat.text or "Sale" in seat.text


def console(*keys: str, holds: tuple[str, ...]) -> Callable[[Pilot[object]], Awaitable[None]]:
    """Open the console, press keys, find each of the texts."""

    async def run(pilot: Pilot[object]) -> None:
        await settled(pilot)
        app = pilot.app
        assert isinstance(app, DialdeckApp)
        screen = ConsoleScreen(1, "Spring subscriptions")
        screen.ticks = ticks = Ticks()
        app.push_screen(screen)
        await settled(pilot)
        for key in keys:
            ticks.at += 1
            await pilot.press(key)
            await settled(pilot)
        screen.read_queue()
        screen.read_figures()
        screen.read_pace()
        await settled(pilot)
        for text in holds:
            assert text in shown(app), shown(app)
        assert app.return_code is None

    return run


async def test_another_theme_repaints_every_role_at_once(small_shop: SmallShop) -> None:
    def colours(seat: Seat) -> set[str]:
        strips = seat.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.text.strip()]
        return {style.color.name.upper() for style in styles if style and style.color}

    async with seated(small_shop) as seat:
        seen = []
        for _theme in range(2):
            used = [seat.app.theme_variables[name].upper() for name in ("line", "quiet", "accent")]
            assert set(used) <= colours(seat)
            seen.append(used)
            await seat.press("f9")
        before, after = seen
        assert not set(before) & (set(after) | colours(seat))


@PICTURES
def test_picture_of_a_person(
    snap_compare: Snap, small_shop: SmallShop, open_app: OpenApp, size: tuple[int, int]
) -> None:
    a_past(small_shop)
    holds = ("María González", "s Sale", "✎ never before ten [/x] [Bob]")
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=console(holds=holds))


@PICTURES
def test_picture_after_an_outcome(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    holds = ("✓ María González: not interested. Why? 1 price", "Juan Pérez", "done 1, 0 sales")
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=console("i", holds=holds))


@PICTURES
def test_picture_of_a_call_and_a_time_prompt(
    snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]
) -> None:
    keys = ("d", "a", *"tomorrow", "space", *"10")
    holds = ("☎ talking 00:00", "When?", "✓ tomorrow 10:00")
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=console(*keys, holds=holds))


@PICTURES
def test_picture_of_the_queue(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    run = console("n", "j", "down", "down", holds=("━ Next ━", "李小龙"))
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@PICTURES
def test_picture_of_search(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[object]) -> None:
        await console("n", "n", "slash", holds=())(pilot)
        await pilot.press("p", "é")
        await settled(pilot)
        pilot.app.screen._search()
        await settled(pilot)
        assert "Juan Pérez" in shown(pilot.app)

    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@PICTURES
def test_picture_of_a_pause(snap_compare: Snap, open_app: OpenApp, size: tuple[int, int]) -> None:
    run = console("r", "2", holds=("Paused: Lunch",))
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


@PICTURES
def test_picture_without_colour(
    snap_compare: Snap, open_app: OpenApp, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    run = console("x", holds=("Press x again to confirm", "● ready"))
    assert snap_compare(open_app(user="ana"), terminal_size=size, run_before=run)


async def test_what_is_not_there_says_what_to_do(small_shop: SmallShop) -> None:
    def bare(session: Session) -> None:
        campaign = session.exec(select(Campaign).where(Campaign.id == small_shop.campaigns["spring"])).one()
        campaign.script = ""
        contact = session.exec(select(Contact).where(Contact.name == "María González")).one()
        contact.email, contact.tags = None, []
        session.add_all([campaign, contact])

    small_shop.write(bare)
    async with seated(small_shop, size=(120, 40)) as seat:
        script = " ".join(seat.screen.script.shown_text().split())
        assert "no script; a supervisor adds it (campaigns edit --script)" in script
        assert "never called before · d dials" in seat.text
        contact = " ".join(seat.screen.contact.shown_text().split())
        assert "nothing else is known · w writes a note" in contact

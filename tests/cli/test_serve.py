"""The application in a browser: who is let in, what every answer says, a process for every tab, a clean end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Event

import aiohttp
import pytest
from yarl import URL

from cli import main
from cli.serving import seat as seating
from cli.serving.address import Address, address_of, listen
from cli.serving.guard import Guard
from cli.serving.seat import COMMAND, Seat, environment
from cli.serving.server import HERE, STATIC, Desk, serve
from tests.cli.conftest import PROGRAM, Process, Shell

ELSEWHERE = "https://elsewhere.example"


class Browser:
    """What asks the server: the session of a browser, and what stands behind the server."""

    def __init__(self, desk: Desk, session: aiohttp.ClientSession) -> None:
        self.desk = desk
        self.session = session
        self.told: list[str] = []
        self.root = f"http://127.0.0.1:{desk.guard.address.port}"

    async def get(self, path: str, **options: object) -> tuple[int, str]:
        """Status and text of an answer."""
        options.setdefault("allow_redirects", False)
        async with self.session.get(URL(self.root + path, encoded=True), **options) as answer:
            return answer.status, await answer.text(errors="replace")

    async def open_link(self) -> None:
        """Open what the server printed."""
        assert (await self.get(f"/?token={self.desk.guard.token}"))[0] == 303

    def line(self, origin: str | None = None, **headers: str) -> Awaitable[aiohttp.ClientWebSocketResponse]:
        """The WebSocket of a tab."""
        headers["Origin"] = origin or self.root
        return self.session.ws_connect(f"{self.root}/ws?width=80&height=24", headers=headers)


@asynccontextmanager
async def served(
    *, public_url: str | None = None, most: int = 2, database: str = "", script: str | None = None
) -> AsyncIterator[Browser]:
    """A server in this process on a free port, and a browser that has not opened the link yet."""
    opened = listen("127.0.0.1", 0)
    told: list[str] = []
    guard = Guard(address_of(opened, "127.0.0.1", public_url))
    command = COMMAND if script is None else (sys.executable, "-c", script)
    variables = environment(database=database, user=None)
    desk = Desk(guard, variables=variables, most=most, tell=told.append, command=command)
    stop, ready = Event(), asyncio.Event()
    running = asyncio.create_task(serve(opened, desk, stop=stop, ready=ready.set))
    await ready.wait()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            browser = Browser(desk, session)
            browser.told = told
            yield browser
            stop.set()
            await running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def refusal(line: Awaitable[object]) -> int:
    """The status a WebSocket was refused with."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await line
    return refused.value.status


async def drawn(line: aiohttp.ClientWebSocketResponse, word: str) -> str:
    """What the application draws until ``word`` is among it."""
    text = ""
    while word not in text:
        message = await asyncio.wait_for(line.receive(), 30)
        assert message.type is aiohttp.WSMsgType.BINARY, (message, text)
        text += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", message.data.decode("utf-8", "replace"))
    return text


async def gone(pid: int) -> None:
    """Wait until a process is no more; the test's own time limit is the patience."""
    async with asyncio.timeout(15):
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.02)


# ── who is let in ────────────────────────────────────────────────────────────────────────────────────────


async def test_without_the_link_nothing_is_served_and_the_refusal_is_one_line() -> None:
    async with served() as browser:
        paths = ("/", "/ws", "/page.css", "/static/js/textual.js", "/download/x", "/nothing", "/static/")
        for path in paths:
            status, text = await browser.get(path)
            assert status == 403, path
            assert text.count("\n") == 1
            assert "dialdeck serve" in text
        assert await refusal(browser.line()) == 403
        for wrong in (
            "",
            "x",
            browser.desk.guard.token[:-1],
            browser.desk.guard.token + "x",
            "%ff",
            "%C3%A9",
        ):
            assert (await browser.get(f"/?token={wrong}"))[0] == 403, wrong
        assert not browser.session.cookie_jar
        browser.session.cookie_jar.update_cookies(
            {browser.desk.guard.cookie_name: browser.desk.guard.token}, URL(browser.root)
        )
        assert (await browser.get("/"))[0] == 403  # the token of the link is not the secret of the cookie


async def test_the_link_gives_a_cookie_no_script_reads_and_a_clean_address() -> None:
    async with served() as browser:
        async with browser.session.get(browser.desk.guard.link, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Secure" not in cookie
        assert browser.desk.guard.token not in cookie
        status, page = await browser.get("/")
        assert status == 200
        assert browser.desk.guard.token not in page
        assert f'data-session-websocket-url="ws://127.0.0.1:{browser.desk.guard.address.port}/ws"' in page


async def test_two_starts_share_no_secret() -> None:
    async with served() as first, served() as second:
        await first.open_link()
        [cookie] = first.session.cookie_jar
        headers = {"Cookie": f"{second.desk.guard.cookie_name}={cookie.value}"}
        assert (await second.get("/", headers=headers))[0] == 403
        assert (await second.get(f"/?token={first.desk.guard.token}"))[0] == 403


async def test_a_name_of_somebody_else_is_refused_with_the_cookie_too() -> None:
    async with served() as browser:
        await browser.open_link()
        port = browser.desk.guard.address.port
        for host in (
            "elsewhere.example",
            f"elsewhere.example:{port}",
            "127.0.0.1",
            f"127.0.0.1:{port + 1}",
            "",
        ):
            assert (await browser.get("/", headers={"Host": host}))[0] == 403, host
            assert (await browser.get(f"/?token={browser.desk.guard.token}", headers={"Host": host}))[
                0
            ] == 403
        assert (await browser.get("/", headers={"Host": f"LOCALHOST:{port}"}))[0] == 200
        assert await refusal(browser.line(Host="elsewhere.example")) == 403


async def test_another_pages_websocket_is_refused() -> None:
    async with served() as browser:
        await browser.open_link()
        port = browser.desk.guard.address.port
        for origin in (
            ELSEWHERE,
            "null",
            f"https://127.0.0.1:{port}",
            "http://127.0.0.1",
            f"http://localhost:{port}",
        ):
            assert await refusal(browser.line(origin)) == 403, origin
        assert (await browser.get("/ws"))[0] == 403  # no origin at all
        assert browser.desk.seats == set()


async def test_nothing_can_be_sent_but_a_question() -> None:
    async with served() as browser:
        await browser.open_link()
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
            async with browser.session.request(method, browser.root + "/") as answer:
                assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD"), method
        async with browser.session.head(browser.root + "/") as answer:
            assert answer.status == 200


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────────


async def test_every_answer_carries_the_policy_refusals_too() -> None:
    async with served() as browser:
        refused = await browser.session.get(browser.root + "/nothing")
        await browser.open_link()
        answers = [refused]
        for path in (
            "/",
            "/page.css",
            "/page.js",
            "/static/js/textual.js",
            "/nothing",
            "/static/",
            "/download/x",
        ):
            answers.append(await browser.session.get(browser.root + path))
        assert [answer.status for answer in answers] == [403, 200, 200, 200, 200, 404, 403, 404]
        for answer in answers:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] in ("no-store", "private, no-cache")
            if answer.content_type == "text/html":
                assert answer.headers["Cache-Control"] == "no-store"
            assert "Server" not in answer.headers
            rules = dict(
                rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";")
            )
            assert rules["default-src"] == "'none'"
            assert rules["script-src"] == "'self'"
            assert rules["frame-ancestors"] == "'none'"
            assert rules["connect-src"] == f"'self' ws://127.0.0.1:{browser.desk.guard.address.port}"
            answer.release()


async def test_the_page_and_what_it_is_made_of_name_no_other_host() -> None:
    comments = {"https://github.com/chjj/term.js", "http://bellard.org/jslinux/"}
    async with served() as browser:
        await browser.open_link()
        _, page = await browser.get("/")
        files = [HERE / name for name in ("page.css", "page.js")]
        files += [each for each in STATIC.rglob("*") if each.suffix in (".js", ".css")]
        texts = [page.replace(f"ws://127.0.0.1:{browser.desk.guard.address.port}/ws", "")]
        texts += [file.read_text(encoding="utf-8") for file in files]
        for text in texts:
            named = set(re.findall(r"(?:https?|wss?)://[\w.][^\s\"'`)]*", text)) - comments
            assert {each for each in named if "w3.org" not in each} == set()  # names of XML, not addresses
        assert "<script>" not in page
        assert not re.search(r"\son\w+=", page)
        wanted = re.findall(r'(?:src|href)="(/[^"]+)"', page) + re.findall(r'url\("(/[^"]+)"\)', texts[1])
        assert len(wanted) == 6
        for path in wanted:
            assert (await browser.get(path))[0] == 200, path


async def test_behind_a_proxy_only_its_address_counts_and_the_cookie_is_secure() -> None:
    async with served(public_url="https://desk.example/") as browser:
        guard = browser.desk.guard
        assert guard.link == f"https://desk.example/?token={guard.token}"
        assert (await browser.get(f"/?token={guard.token}"))[0] == 403
        proxied = {"Host": "desk.example"}
        async with browser.session.get(
            f"{browser.root}/?token={guard.token}", headers=proxied, allow_redirects=False
        ) as answer:
            cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}
        proxied["Cookie"] = cookie.partition(";")[0]
        status, page = await browser.get("/", headers=proxied)
        assert (status, 'data-session-websocket-url="wss://desk.example/ws"' in page) == (200, True)
        for origin in (browser.root, "http://desk.example", ELSEWHERE):
            assert await refusal(browser.line(origin, **proxied)) == 403
        assert (await browser.get("/ws", headers={**proxied, "Origin": "https://desk.example"}))[0] == 400


# ── the seats ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_tab_is_a_process_that_draws_obeys_keys_and_ends_with_it(sqlite_campaign: Shell) -> None:
    async with served(most=1, database=sqlite_campaign.url) as browser:
        await browser.open_link()
        tab = await browser.line()
        await drawn(tab, "Spring")
        [seat] = browser.desk.seats
        assert await refusal(browser.line()) == 503
        status, text = await browser.get("/")
        assert (status, text.count("\n")) == (503, 1)
        for nonsense in (
            "",
            "{}",
            "[]",
            "[1]",
            '["resize", {"width": "x"}]',
            '["stdin", 7]',
            '["resize", 1]',
        ):
            await tab.send_str(nonsense)
        await tab.send_json(["resize", {"width": 90, "height": 30}])
        await tab.send_json(["stdin", "\x1bOP"])
        await drawn(tab, "type to search")
        await tab.close()
        assert seat.pid is not None
        await gone(seat.pid)
        async with asyncio.timeout(15):
            while (await browser.get("/"))[0] != 200:  # the seat is free again
                await asyncio.sleep(0.02)
        assert browser.told == []


async def test_an_application_that_cannot_open_says_why_beside_the_answer(tmp_path: Path) -> None:
    file = tmp_path / "no.sqlite3"
    file.write_bytes(b"this is no database at all" * 100)
    async with served(database=f"sqlite:///{file}") as browser:
        await browser.open_link()
        tab = await browser.line()
        async with asyncio.timeout(30):
            while not (await tab.receive()).type.name.startswith("CLOS"):
                pass
        [line] = browser.told
        assert str(file) in line


STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdout.write("__GANGLION__\\nD\\0\\0\\0\\5ready")
sys.stdout.flush()
time.sleep(600)
"""


async def test_a_process_that_will_not_go_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seating, "QUIT_SECONDS", 0.2)
    monkeypatch.setattr(seating, "TERM_SECONDS", 0.2)
    async with served(script=STUBBORN) as browser:
        await browser.open_link()
        tab = await browser.line()
        await drawn(tab, "ready")
        [seat] = browser.desk.seats
        assert seat.pid is not None
    await gone(seat.pid)


DELIVERING = """
import io
from textual.app import App

class Delivering(App):
    def action_quit(self):
        self.exit()

    def on_mount(self):
        self.deliver_text(io.StringIO("<script>1</script>" * 9999), save_filename='a"b;c.html', open_method="browser")

Delivering().run()
"""


async def test_a_file_for_the_tab_is_saved_and_never_shown() -> None:
    async with served(script=DELIVERING) as browser:
        await browser.open_link()
        tab = await browser.line()
        while (message := await asyncio.wait_for(tab.receive(), 30)).type is not aiohttp.WSMsgType.TEXT:
            assert message.type is aiohttp.WSMsgType.BINARY, message
        kind, key = json.loads(message.data)
        assert kind == "deliver_file_start"
        async with aiohttp.request("GET", f"{browser.root}/download/{key}") as stranger:
            assert stranger.status == 403
        async with browser.session.get(f"{browser.root}/download/{key}") as answer:
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a_b_c.html"
            assert await answer.text() == "<script>1</script>" * 9999
        assert (await browser.get(f"/download/{key}"))[0] == 404


async def test_only_links_that_lead_to_a_page_or_a_call_are_opened() -> None:
    opened: list[str] = []
    told: list[str] = []

    async def send(text: str) -> None:
        opened.append(json.loads(text)[1]["url"])

    async def nothing(_data: bytes = b"") -> None:
        pytest.fail("nothing else is sent")

    desk = Desk(Guard(Address("http://x", frozenset(), 1)), variables={}, most=1, tell=told.append)
    seat = Seat(
        variables={},
        write_bytes=nothing,
        write_str=send,
        close=nothing,
        downloads=desk.downloads,
        tell=told.append,
    )
    for url in (
        "https://desk.example/help",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc",
        "tel:+33199000001",
    ):
        await seat.on_meta(json.dumps({"type": "open_url", "url": url, "new_tab": True}).encode())
    assert opened == ["https://desk.example/help", "tel:+33199000001"]
    assert len(told) == 3


def test_a_seat_gets_the_options_by_its_environment_and_nobodys_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIALDECK_PASSWORD", "secret")
    monkeypatch.setenv("DIALDECK_CONFIG", "/etc/dialdeck.toml")
    given = environment(database="postgresql://desk:pw@server/shop", user="ana")
    assert given["DIALDECK_DATABASE"] == "postgresql://desk:pw@server/shop"
    assert given["DIALDECK_USER"] == "ana"
    assert given["DIALDECK_CONFIG"] == "/etc/dialdeck.toml"
    assert "DIALDECK_PASSWORD" not in given


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────


def children_of(pid: int) -> list[int]:
    """The processes it started, where the system tells."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the system does not list a process's children"
)
async def test_sigterm_ends_the_server_and_every_seat(sqlite_campaign: Shell) -> None:
    password = "postgresql://nobody:sesame@nowhere.invalid/shop"
    words = ("serve", "--port", "0", "--json", "--database", sqlite_campaign.url)
    server = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "DIALDECK_PASSWORD": password},
    )
    try:
        assert server.stdout is not None
        answer = json.loads(await asyncio.wait_for(server.stdout.readline(), 30))
        assert (answer["host"], URL(answer["url"]).port) == ("127.0.0.1", answer["port"])
        root = str(URL(answer["url"]).origin())
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            assert (await session.get(answer["url"])).status == 200
            tab = await session.ws_connect(f"{root}/ws", headers={"Origin": root})
            await drawn(tab, "Spring")
            [child] = children_of(server.pid)
            assert sqlite_campaign.url not in Path(f"/proc/{child}/cmdline").read_text()
            assert password not in Path(f"/proc/{child}/environ").read_text()
            server.send_signal(signal.SIGTERM)
            while (message := await tab.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
            assert message.data == aiohttp.WSCloseCode.GOING_AWAY
        out, err = await asyncio.wait_for(server.communicate(), 30)
        assert (server.returncode, out, err) == (0, b"", b"")
        await gone(child)
    finally:
        with suppress(ProcessLookupError):
            server.kill()


def test_what_cannot_be_listened_on_is_one_clear_line(process: Process) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = process("serve", "--port", str(port), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == f"dialdeck: Port {port} of 127.0.0.1 is taken. Name another with --port; 0 is any free one.\n"
    )


def test_what_is_no_database_is_told_at_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["serve", "--port", "0", "--database", "nothing://here"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "sqlite:///" in said.err


def test_wrong_addresses_are_refused(sqlite_shell: Shell) -> None:
    assert "no.such.host.invalid" in sqlite_shell.refused("serve", "--host", "no.such.host.invalid")
    assert "unknown" in sqlite_shell.refused("serve", "--host", "x" * 80)
    assert "no address of this computer" in sqlite_shell.refused(
        "serve", "--host", "192.0.2.1", "--port", "0"
    )
    for url in (
        "desk.example",
        "ftp://desk.example",
        "https://",
        "https://a b",
        "https://x/desk",
        "https://x:y",
    ):
        refused = sqlite_shell.refused("serve", "--port", "0", "--public-url", url)
        assert "--public-url" in refused
    assert "--port" in sqlite_shell.refused("serve", "--port", "65536", code=2)
    assert "--most" in sqlite_shell.refused("serve", "--most", "0", code=2)


def test_on_all_addresses_numbers_count_and_names_of_others_do_not() -> None:
    with listen("0.0.0.0", 0) as opened:
        address = address_of(opened, "0.0.0.0")
        port = opened.getsockname()[1]
    assert address.open
    assert address.knows(f"192.0.2.7:{port}")
    assert address.knows(f"[2001:db8::7]:{port}")
    assert address.knows(f"localhost:{port}")
    for host in (
        "elsewhere.example",
        f"elsewhere.example:{port}",
        "192.0.2.7",
        f"192.0.2.7:{port + 1}",
        f"[::1%x]:{port}",
    ):
        assert not address.knows(host), host


def test_only_this_computer_is_no_reason_to_warn() -> None:
    with listen("127.0.0.1", 0) as opened:
        address = address_of(opened, "127.0.0.1")
        assert not address.open
        assert not address.knows(f"192.0.2.7:{address.port}")
        proxied = address_of(opened, "127.0.0.1", "https://Desk.example:8443")
        assert (proxied.origin, proxied.open) == ("https://desk.example:8443", False)
        assert address_of(opened, "127.0.0.1", "http://desk.example").open

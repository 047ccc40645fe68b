"""A real browser without a window, driven by its own protocol; what it heard from the server can be read."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import struct
import zlib
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

PROGRAM = shutil.which("chromium")
OPTIONS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=900,600",
)
_PATIENCE = 30


class Tab:
    """One tab: opened, typed into, photographed."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._last = 0
        self._session: str | None = None
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.heard = ""

    async def call(self, method: str, **values: object) -> dict[str, object]:
        """Ask the browser for something; what else it tells meanwhile is kept."""
        self._last += 1
        number = self._last
        document = {"id": number, "method": method, "params": values}
        await self._line.send_json(document | ({"sessionId": self._session} if self._session else {}))
        while (answer := await self._next()).get("id") != number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    async def _next(self) -> dict[str, object]:
        event = await asyncio.wait_for(self._line.receive_json(), _PATIENCE)
        values = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(values["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(values["url"])
            case "Network.webSocketFrameReceived" if values["response"]["opcode"] == 2:
                self.heard += base64.b64decode(values["response"]["payloadData"]).decode("utf-8", "replace")
            case "Log.entryAdded" if values["entry"]["level"] == "error":
                self.complaints.append(values["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(values["exceptionDetails"]))
        return event

    async def open(self, url: str) -> None:
        """A new tab with an address."""
        target = (await self.call("Target.createTarget", url="about:blank"))["targetId"]
        self._session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for room in ("Page", "Network", "Log", "Runtime"):
            await self.call(f"{room}.enable")
        await self.call("Page.navigate", url=url)

    async def hear(self, word: str) -> None:
        """Wait until the server has sent ``word`` for the terminal."""
        while word not in self.heard:
            await self._next()

    async def press(self, key: str, code: int) -> None:
        """A key of the keyboard, to whatever has the focus."""
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    async def address(self) -> str:
        """What stands in the line of the address."""
        found = await self.call("Runtime.evaluate", expression="location.href")
        return str(found["result"]["value"])

    async def photograph(self) -> bytes:
        """The tab as a PNG."""
        return base64.b64decode(str((await self.call("Page.captureScreenshot", format="png"))["data"]))

    async def painted(self, *, unlike: bytes | None = None) -> bytes:
        """A photograph with something on it, and other than an earlier one, as soon as there is one."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                png = await self.photograph()
                if shades(png) > 40 and (unlike is None or pixels(png) != pixels(unlike)):
                    return png
                await asyncio.sleep(0.05)


def pixels(png: bytes) -> bytes:
    """The unpacked rows of a PNG."""
    at, packed = 8, b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        at += 12 + size
    return zlib.decompress(packed)


def shades(png: bytes) -> int:
    """How many different bytes its rows are made of: a blank page has a handful, letters have many."""
    return len(set(pixels(png)))


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Tab]:
    """A browser with an empty profile in ``folder``; it ends with the block."""
    assert PROGRAM is not None
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *OPTIONS, *root, f"--user-data-dir={folder}", "about:blank", stdout=DEVNULL, stderr=PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(_PATIENCE):
            while b"DevTools listening" not in (said := await process.stderr.readline()):
                assert said, "chromium ended at once"
        where = said.decode().split()[-1]
        async with aiohttp.ClientSession() as session, session.ws_connect(where, max_msg_size=0) as line:
            yield Tab(line)
            await line.send_json({"id": 0, "method": "Browser.close"})
            await asyncio.wait_for(process.communicate(), _PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()

"""The web server: the page, what it is made of, and a line to an own process for every tab that opens it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import Template
from threading import Event
from urllib.parse import quote

import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.download_manager import DownloadManager

from cli.serving.guard import OTHER_ORIGIN, Guard, Handler, refusal
from cli.serving.seat import COMMAND, Seat

HERE = Path(__file__).parent
STATIC = Path(textual_serve.__file__).parent / "static"
_HEARTBEAT = 15.0
_FAREWELL = 1.0
_LOOK = 0.2
_UNHEARD = logging.NullHandler()
_LARGEST_MESSAGE = 2**20


class Desk:
    """What is served: the guard at the door, and the seats that are taken."""

    def __init__(
        self,
        guard: Guard,
        *,
        variables: Mapping[str, str],
        most: int,
        tell: Callable[[str], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        """``variables`` and ``command``: what a seat's process is started with; ``tell`` hears its last words."""
        self.guard = guard
        self.most = most
        self.seats: set[Seat] = set()
        self._taken = 0
        self._closing = False
        self._variables = variables
        self._command = command
        self._tell = tell
        self.downloads = DownloadManager()
        self._lines: set[web.WebSocketResponse] = set()
        self._page = Template((HERE / "page.html").read_text(encoding="utf-8"))

    def application(self) -> web.Application:
        """Everything put together."""
        app = web.Application(middlewares=[_shield, self.guard.middleware])
        app.router.add_get("/", self.page)
        app.router.add_get("/page.css", _own("page.css", "text/css"))
        app.router.add_get("/page.js", _own("page.js", "text/javascript"))
        app.router.add_get("/ws", self.line, allow_head=False)
        app.router.add_get("/download/{key}", self.download, allow_head=False)
        app.router.add_static("/static", STATIC)
        app.on_response_prepare.append(self.guard.put_headers)
        app.on_shutdown.append(self.close)
        return app

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page with the terminal."""
        if self._taken >= self.most:
            return self._full()
        text = self._page.substitute(
            socket=self.guard.address.line_for(request.headers["Host"]) + "/ws",
            size=_within(request.query.get("fontsize"), 8, 40, 16),
        )
        return web.Response(text=text, content_type="text/html")

    def _full(self) -> web.Response:
        return refusal(f"All {self.most} seats are taken; close a tab, or start with more by --most.", 503)

    async def line(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket of a tab; the process behind it lives as long."""
        if not self.guard.own_origin(request):
            return refusal(OTHER_ORIGIN)
        if self._taken >= self.most or self._closing:
            return self._full()
        websocket = web.WebSocketResponse(
            timeout=_FAREWELL, heartbeat=_HEARTBEAT, max_msg_size=_LARGEST_MESSAGE
        )
        if not websocket.can_prepare(request):
            return refusal("Only the page of the application asks for this.", 400)
        self._taken += 1  # before anything is awaited, so that two cannot have the last seat
        try:
            await websocket.prepare(request)
            self._lines.add(websocket)
            await self._sit(websocket, request)
        finally:
            self._lines.discard(websocket)
            self._taken -= 1
        return websocket

    async def _sit(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        seat = Seat(
            variables=self._variables,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,
            downloads=self.downloads,
            tell=self._tell,
            command=self._command,
        )
        self.seats.add(seat)
        try:
            await seat.start(
                _within(request.query.get("width"), 20, 500, 80),
                _within(request.query.get("height"), 6, 300, 24),
            )
            async for message in websocket:
                if message.type == WSMsgType.TEXT:
                    await _obey(seat, websocket, message.data)
        except ConnectionError:
            pass  # the tab has gone in the middle of a word
        finally:
            await asyncio.shield(self._leave(seat))

    async def _leave(self, seat: Seat) -> None:
        try:
            await seat.stop()
        finally:
            self.seats.discard(seat)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file the application hands to its tab; always saved, never shown, whatever it calls itself."""
        key = request.match_info["key"]
        try:
            offered = await self.downloads.get_download_metadata(key)
        except KeyError:
            return refusal("There is no such file (any more).", 404)
        name = re.sub(r"[^\w .()+-]", "_", offered.file_name) or "file"
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        response = web.StreamResponse(
            headers={"Content-Type": "application/octet-stream", "Content-Disposition": disposition}
        )
        await response.prepare(request)
        async for chunk in self.downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def close(self, _app: web.Application) -> None:
        """Nobody sits down any more; whoever sits finishes, all at once."""
        self._closing = True
        farewells = [
            each.close(code=WSCloseCode.GOING_AWAY, message=b"The server ends") for each in self._lines
        ]
        await asyncio.gather(*farewells, return_exceptions=True)  # a line that is broken is closed too
        while self.seats:
            await asyncio.sleep(_LOOK / 4)


def _own(name: str, kind: str) -> Handler:
    text = (HERE / name).read_text(encoding="utf-8")

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    return answer


async def _obey(seat: Seat, websocket: web.WebSocketResponse, text: str) -> None:
    """One message of the page; what is none is passed over."""
    try:
        kind, *rest = json.loads(text)
    except (ValueError, TypeError):
        return
    value = rest[0] if rest else None
    if kind == "stdin" and isinstance(value, str):
        await seat.send_bytes(value.encode("utf-8", "replace"))
    elif kind == "resize" and isinstance(value, dict):
        await seat.set_terminal_size(
            _within(value.get("width"), 20, 500, 80), _within(value.get("height"), 6, 300, 24)
        )
    elif kind == "ping":
        await websocket.send_json(["pong", value])
    elif kind == "blur":
        await seat.blur()
    elif kind == "focus":
        await seat.focus()


def _within(value: object, least: int, most: int, usual: int) -> int:
    """A number of the page, held between limits."""
    try:
        number = int(str(value)[:6])
    except ValueError:
        return usual
    return max(least, min(most, number))


@web.middleware
async def _shield(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A defect in one request is a line in the log and a refusal; the other seats go on."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        return refusal(refused.reason, refused.status)
    except Exception as error:  # noqa: BLE001 - see above
        from storage import logs

        logs.record("serve", "defect", level="error", error=error)
        return refusal("Something went wrong here; more is in the log.", 500)


async def serve(opened: socket.socket, desk: Desk, *, stop: Event, ready: Callable[[], None]) -> None:
    """Serve on ``opened`` until ``stop`` is set; then end every seat and let go of everything."""
    for name in ("aiohttp", "asyncio", "textual-serve"):
        # Unheard: their lines may hold addresses with tokens, and tracebacks with people's data.
        logging.getLogger(name).addHandler(_UNHEARD)
    runner = web.AppRunner(desk.application(), access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, opened).start()
        ready()
        while not stop.is_set():
            await asyncio.sleep(_LOOK)
    finally:
        await runner.cleanup()

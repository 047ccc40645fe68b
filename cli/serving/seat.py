"""One tab's process: started without a shell, fed by the tab, and gone with it.

textual-serve knows how to talk to the application; here is what it leaves open: no shell, an end that always
comes, links and downloads that do no harm, errors beside the answer instead of in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

_ROOT = str(Path(__file__).parents[2])
# The very code this server runs, and (-P) nothing that lies about in the folder it was started in.
_START = (
    f"import sys; {_ROOT!r} in sys.path or sys.path.append({_ROOT!r}); "
    "from cli.serving.tab import main; sys.exit(main())"
)
COMMAND = (sys.executable, "-P", "-c", _START)
DRIVER = "cli.serving.tab:TabDriver"
LINKS = frozenset({"http", "https", "mailto", "tel"})
QUIT_SECONDS = 5.0
TERM_SECONDS = 1.0
_KEPT_BYTES = 4096
_LONGEST_LINE = 500
_GREETING = b"__GANGLION__\n"
_LARGEST_PACKET = 64 * 2**20


def environment(*, database: str | None, user: str | None) -> dict[str, str]:
    """What a seat's process gets from ours: the configuration and the options, but nobody's password.

    Options go by the environment, for a command line can be read by everybody on the computer.
    """
    found = {name: value for name, value in os.environ.items() if name != "DIALDECK_PASSWORD"}
    for name in ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_SCREENSHOT", "TEXTUAL_PRESS"):
        found.pop(name, None)
    if database is not None:
        found["DIALDECK_DATABASE"] = database
    if user is not None:
        found["DIALDECK_USER"] = user
    return found


class Seat(AppService):
    """The application's process for one tab."""

    def __init__(
        self,
        *,
        variables: Mapping[str, str],
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[object]],
        downloads: DownloadManager,
        tell: Callable[[str], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        super().__init__(
            "dialdeck",
            write_bytes=write_bytes,
            write_str=write_str,
            close=close,
            download_manager=downloads,
        )
        self._words = command
        self._variables = variables
        self._tell = tell
        self._said = b""
        self.pid: int | None = None

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        ours = super()._build_environment(width, height)
        names = (
            "TEXTUAL_FPS",
            "TEXTUAL_COLOR_SYSTEM",
            "TERM_PROGRAM",
            "TERM_PROGRAM_VERSION",
            "COLUMNS",
            "ROWS",
        )
        return {**self._variables, **{name: ours[name] for name in names}, "TEXTUAL_DRIVER": DRIVER}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            # Ctrl+C in the server's terminal is for the server, which then lets everybody finish.
            start_new_session=True,
        )
        self._stdin = process.stdin
        self.pid = process.pid
        return process

    async def run(self) -> None:
        """Hand on what the application draws until it has ended."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(self._keep_errors(process.stderr))
        try:
            await self._hand_on(process.stdout)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the application or the tab has ended
        finally:
            await self._end(process)
            await errors
            self._tell_errors()
            with suppress(ConnectionError):
                await self.remote_close()

    async def _hand_on(self, output: asyncio.StreamReader) -> None:
        while (line := await output.readline()) != _GREETING:
            if not line:
                return
        kinds = {b"D": self.on_data, b"M": self.on_meta, b"P": self.on_packed}
        while True:
            head = await output.readexactly(5)
            size = int.from_bytes(head[1:], "big")
            if head[:1] not in kinds or size > _LARGEST_PACKET:
                return  # nothing of ours: somebody wrote into the output
            await kinds[head[:1]](await output.readexactly(size))

    async def on_meta(self, data: bytes) -> None:
        """What the application wants of the browser: a link is opened where it leads to a page or a call."""
        wanted = json.loads(data)
        kind = wanted.get("type")
        if kind == "exit":
            return  # run() sees the end of the process
        if kind == "open_url" and urlsplit(str(wanted.get("url", ""))).scheme.lower() not in LINKS:
            self._tell("A link that leads to no page was not opened")
            return
        await super().on_meta(data)

    async def stop(self) -> None:
        """End the process, as gently as it lets us, and wait until it is gone."""
        if self._task is None:
            return
        task, self._task = self._task, None
        await self._download_manager.cancel_app_downloads(self.app_service_id)
        with suppress(ConnectionError):
            await self.send_meta({"type": "quit"})
        # The application draws until it ends; run() reads that, the tab need not be there any more.
        process = self._process
        assert process is not None
        for seconds, insist in (
            (QUIT_SECONDS, process.terminate),
            (TERM_SECONDS, process.kill),
            (TERM_SECONDS, task.cancel),
        ):
            done, _ = await asyncio.wait({task}, timeout=seconds)
            if done:
                return
            with suppress(ProcessLookupError):
                insist()
        await asyncio.wait({task})

    async def _end(self, process: Process) -> None:
        """The process is gone after this: it goes by itself, is asked to, or is ended."""
        if process.stdin is not None:
            process.stdin.close()
        for seconds, ask in ((QUIT_SECONDS, process.terminate), (TERM_SECONDS, process.kill)):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gone(process), seconds)
                return
            with suppress(ProcessLookupError):
                ask()
        await self._gone(process)

    @staticmethod
    async def _gone(process: Process) -> None:
        """Wait for the end; what it still draws is read, for a full pipe would hold it."""
        assert process.stdout is not None
        while await process.stdout.read(2**16):
            pass
        await process.wait()

    async def _keep_errors(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(_KEPT_BYTES):
            self._said = (self._said + data)[-_KEPT_BYTES:]

    def _tell_errors(self) -> None:
        """The one line an application ends with where it could not go on."""
        lines = self._said.decode("utf-8", "replace").split("\n")
        said = [line for line in (each.strip() for each in lines) if line]
        if said:
            self._tell(said[-1][:_LONGEST_LINE])

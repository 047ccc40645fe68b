"""`dialdeck serve`: the application in a browser, for seats without a terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import answer, clean
from cli.stopping import stop_request

app = group("The application in a browser.")


@command(app, "serve")
def serve(
    work: Invocation,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Name or address to listen on; 0.0.0.0: on all.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", metavar="PORT", min=0, max=65535, help="Port to listen on; 0: any free one."),
    ] = 8765,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="How browsers reach it through a proxy with TLS."),
    ] = None,
    most: Annotated[
        int,
        typer.Option("--most", metavar="N", min=1, max=10_000, help="Most tabs that may be open at once."),
    ] = 50,
) -> None:
    """Serve the application to browsers until SIGTERM or Ctrl+C: the same one, a process of its own for every tab.

    It prints a link with a token that is made anew at every start; only browsers that opened the link are let in.
    Without --host only this computer reaches it.
    """
    import asyncio

    from cli.serving.address import address_of, listen
    from cli.serving.guard import Guard
    from cli.serving.seat import environment
    from cli.serving.server import Desk
    from cli.serving.server import serve as run
    from storage import logs
    from storage.address import parse_address

    parse_address(work.url)  # what is no address is told here, not in every tab
    logs.configure(work.configuration.settings.log_level)
    with listen(host, port) as opened:
        address = address_of(opened, host, public_url)
        guard = Guard(address)
        desk = Desk(
            guard,
            variables=environment(database=work.database_option, user=work.as_user),
            most=most,
            tell=lambda text: work.say(f"A seat: {clean(text)}"),
        )

        def ready() -> None:
            if address.open:
                work.say(_WARNING)
            document = {"url": guard.link, "host": host, "port": address.port}
            answer(work, document, lambda: work.say(f"Dialdeck is at {guard.link}\nCtrl+C ends it."))
            sys.stdout.flush()

        with stop_request() as stop:
            asyncio.run(run(opened, desk, stop=stop, ready=ready))


_WARNING = (
    "Warning: without TLS others on the network can read the token of the link and everything typed; listen on "
    "127.0.0.1 behind a proxy with TLS and give its address with --public-url."
)

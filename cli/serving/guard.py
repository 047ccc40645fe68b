"""Who is let in: every request shows where it came from and that its browser opened the link of this start.

The link carries a token; a browser that opens it gets a cookie with another secret, which no script can read and
which goes with no request another site began.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from cli.serving.address import Address

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOT_SIGNED_IN = "Open Dialdeck by the link that dialdeck serve printed at its start."
OTHER_HOST = "This server is not called that."
OTHER_ORIGIN = "The application is opened from its own page only."
OTHER_METHOD = "There is nothing to do here but to read."


class Guard:
    """The secrets of one start, and the rules a request is held against."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.token = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        # Browsers keep cookies by host, not by port: two servers of one computer need two names.
        self.cookie_name = "__Host-dialdeck" if address.secure else f"dialdeck-{address.port}"

    @property
    def link(self) -> str:
        """What a person opens."""
        return f"{self.address.origin}/?token={self.token}"

    def admitted(self, request: web.Request) -> bool:
        """Whether the browser has opened the link before."""
        return _same(request.cookies.get(self.cookie_name, ""), self._cookie)

    def own_origin(self, request: web.Request) -> bool:
        """Whether a page of this server asks, by the host that the request itself names."""
        return request.headers.getall("Origin", []) == [self.address.origin_for(request.headers["Host"])]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what is not ours in one line; a link is turned into a cookie and a clean address."""
        if request.method not in ("GET", "HEAD"):
            return refusal(OTHER_METHOD, 405, Allow="GET, HEAD")
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or not self.address.knows(hosts[0]):
            return refusal(OTHER_HOST)
        if request.path == "/" and "token" in request.query:
            return self._let_in(request.query["token"])
        if not self.admitted(request):
            return refusal(NOT_SIGNED_IN)
        return await handler(request)

    def _let_in(self, token: str) -> web.StreamResponse:
        if not _same(token, self.token):
            return refusal(NOT_SIGNED_IN)
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            self.cookie_name,
            self._cookie,
            path="/",
            secure=self.address.secure,
            httponly=True,
            samesite="Strict",
        )
        return response

    async def put_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """What every answer tells the browser: nothing from elsewhere, nothing kept, in no other page's frame."""
        response.headers.update(self._headers(request))
        response.headers.pop("Server", None)

    def _headers(self, request: web.Request) -> dict[str, str]:
        host = request.headers.get("Host", "")
        line = self.address.line_for(host) if self.address.knows(host) else ""
        # The terminal writes its colours and measures as styles into the page; it writes no script.
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            f"font-src 'self'; connect-src 'self' {line}; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            # What the page is made of is the same for everybody, and asked after before it is used again.
            "Cache-Control": "private, no-cache" if request.path.startswith("/static/") else "no-store",
        }


def refusal(line: str, status: int = 403, **headers: str) -> web.Response:
    """One line of text."""
    return web.Response(text=line + "\n", status=status, headers=headers)


def _same(given: str, wanted: str) -> bool:
    """Compared in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())

"""Where the server listens, and by which names a browser may have come there.

A page elsewhere can give its own name the address of this computer; so only names that are known to be ours count.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.errors import Invalid, Unavailable

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_USUAL_PORTS = {"http": 80, "https": 443}
_WAITING = 128


@dataclass(frozen=True, slots=True)
class Address:
    """How browsers reach the server.

    origin: what stands before the path, such as ``http://127.0.0.1:8765``. ``hosts``: what the Host header may say.
    any_number: any numeric address with our port is one of ours (listening on all of them). ``open``: others
    on the network may read what goes over the line.
    """

    origin: str
    hosts: frozenset[str]
    port: int
    any_number: bool = False
    open: bool = False

    @property
    def scheme(self) -> str:
        """http or https, as the browser sees it."""
        return self.origin.partition(":")[0]

    @property
    def secure(self) -> bool:
        """Whether the browser's line is encrypted."""
        return self.scheme == "https"

    def origin_for(self, host: str) -> str:
        """The origin of a page that came with this Host header."""
        return f"{self.scheme}://{host.lower().removesuffix(f':{_USUAL_PORTS[self.scheme]}')}"

    def line_for(self, host: str) -> str:
        """The same for a WebSocket."""
        return self.origin_for(host).replace("http", "ws", 1)

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server."""
        host = host.lower()
        if host in self.hosts:
            return True
        if not self.any_number or "%" in host:
            return False
        name, _sign, port = host.rpartition(":")
        return port == str(self.port) and _number(name.removeprefix("[").removesuffix("]")) is not None


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for browsers; ``port`` 0 is any free one.

    Raises ``Unavailable``: the host is unknown or no address of this computer, the port taken or not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError, ValueError):
        raise Unavailable(f'The host "{host}" is unknown. Give a name or address of this computer.') from None
    family, kind, protocol, _name, where = found[0]
    opened = None
    try:
        opened = socket.socket(family, kind, protocol)
        if os.name == "posix":  # elsewhere it would let two programs share the port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(where)
        opened.listen(_WAITING)
    except OSError as error:
        if opened is not None:
            opened.close()
        raise Unavailable(_why_not(error, host, port)) from None
    opened.setblocking(False)
    return opened


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken. Name another with --port; 0 is any free one."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This account may not listen on port {port}. Name one above 1023 with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this computer. Name one of its own with --host."
    return f"Cannot listen on {host}, port {port}: {error.strerror}."


def address_of(opened: socket.socket, host: str, public_url: str | None = None) -> Address:
    """By which names browsers come to ``opened``, which was asked for as ``host``.

    public_url: the address of the proxy before it, the only one that counts then.
    """
    number, port = opened.getsockname()[:2]
    bound = _number(number)
    outside = bound is None or not bound.is_loopback
    if public_url is not None:
        origin, hosts = _public(public_url)
        return Address(origin, hosts, port, open=outside or origin.startswith("http:"))
    everywhere = bound is not None and bound.is_unspecified
    names = {_bracketed(host.lower()), _bracketed(number)}
    if everywhere or not outside:
        names |= _LOOPBACK
    if everywhere:
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    shown = _own_name() if everywhere else _bracketed(host.lower())
    hosts = frozenset(each for name in names for each in _with_port(name, port, "http"))
    return Address(f"http://{_shortest(shown, port, 'http')}", hosts, port, everywhere, outside)


def _public(url: str) -> tuple[str, frozenset[str]]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password
    name = _bracketed(parts.hostname or "")
    if parts.scheme not in _USUAL_PORTS or not name or rest or not all("!" < sign < "\x7f" for sign in name):
        raise Invalid(f'--public-url: "{url}" is not such as https://desk.example, without a path.')
    port = port or _USUAL_PORTS[parts.scheme]
    origin = f"{parts.scheme}://{_shortest(name, port, parts.scheme)}"
    return origin, frozenset(_with_port(name, port, parts.scheme))


def _with_port(name: str, port: int, scheme: str) -> set[str]:
    return {f"{name}:{port}", _shortest(name, port, scheme)}


def _shortest(name: str, port: int, scheme: str) -> str:
    """As a browser writes it: without the usual port."""
    return name if port == _USUAL_PORTS[scheme] else f"{name}:{port}"


def _number(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    plain = host.partition("%")[0]
    return f"[{plain}]" if ":" in plain and not plain.startswith("[") else plain


def _own_name() -> str:
    """The computer's name, or 127.0.0.1 where not even the computer knows its name."""
    name = socket.gethostname().lower()
    try:
        socket.getaddrinfo(name, None)
    except (OSError, UnicodeError):
        return "127.0.0.1"
    return name

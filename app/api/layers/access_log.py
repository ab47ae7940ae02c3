"""The access log: one line for each request and each live connection that opens or closes, written in batches.

The lines look like those of the rest of the log, but are put together here: the general machinery takes as long for
one line as the whole answer to a hot read. Query strings and headers are never written: they may hold what is secret.
Of a client's address there is by default its network, enough to see where a flood comes from, and nobody's name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal, TextIO

from starlette.types import Scope

from app.domain.clock import Clock, Micros, format_time
from app.wire.log_lines import RequestLine, encode_log_line, encode_request_line

FLUSH_SECONDS = 0.2
FLUSH_LINES = 500

_LOGGER = "app.live.hub.connection_log"
"""Where the events beside requests come from."""

_PREVIEWS = ("/v1/previews/", "/previews/", "/media-previews/")
"""Paths whose rest is a secret that shows what is not public yet."""

AccessLine = RequestLine

AddressForm = Literal["off", "short", "full"]
"""What is written of a client's address: nothing, its network (`shorten_address`), or all of it."""

ADDRESSES_KEPT = 8_192
"""Forms of addresses kept, so that a request line costs no more than it did without."""


class AccessLog:
    """A buffer of lines, filled on the event loop and written to `stream` a moment later."""

    def __init__(
        self, *, form: Literal["console", "json"], stream: TextIO, clock: Clock, addresses: AddressForm = "short"
    ) -> None:
        self._render: Callable[[str, AccessLine, str], str] = encode_request_line if form == "json" else _for_a_person
        self._shown = lru_cache(maxsize=ADDRESSES_KEPT)(_SHOWING[addresses])
        self._is_json = form == "json"
        self._stream = stream
        self._clock = clock
        self._lines: list[str] = []
        self._second = -1
        self._written_second = ""

    def add(self, line: AccessLine, *, client: str) -> None:
        """Add the line of a request from the address `client`; it is written within a fifth of a second."""
        self._keep(self._render(self._now(), line, self._shown(client)))

    def add_event(self, event: str, **fields: str | float) -> None:
        """Add a line about something else that happens thousands of times a second."""
        if self._is_json:
            line = encode_log_line(time=self._now(), level="info", event=event, logger=_LOGGER, fields=fields)
        else:
            shown = " ".join([f"{name}={value}" for name, value in fields.items()])
            line = f"{self._now()} [info     ] {event}  {shown}\n"
        self._keep(line)

    def _keep(self, line: str) -> None:
        # Kept as text, which the garbage collector need not walk through while it waits.
        self._lines.append(line)
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        elif len(self._lines) >= FLUSH_LINES:
            self.flush()

    def flush(self) -> None:
        """Write the buffered lines. Call once more at the end."""
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(lines))
            self._stream.flush()

    def _now(self) -> str:
        """Format the time as format_time does, which is called once a second only."""
        second, rest = divmod(self._clock(), 1_000_000)
        if second != self._second:
            self._second, self._written_second = second, format_time(Micros(second * 1_000_000))[:-4]
        return f"{self._written_second}{rest // 1000:03d}Z"


def path_to_log(scope: Scope) -> str:
    """Return a request's path as it may be logged: without query and still percent-encoded.

    A preview's secret is left out however it was spelt: the router matches the decoded path.
    """
    decoded: str = scope["path"]
    if decoded.startswith(_PREVIEWS):
        return next(f"{beginning}…" for beginning in _PREVIEWS if decoded.startswith(beginning))
    raw: bytes = scope.get("raw_path", b"")
    return raw.decode("latin-1") or decoded


def shorten_address(address: str) -> str:
    """Return the network of an address that may be logged: of IPv4 three bytes, of IPv6 the first 48 bits."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""  # a Unix socket's peer has none; what a proxy claims may be anything
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False).network_address)


def _full_address(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def _no_address(_address: str) -> str:
    return ""


_SHOWING: dict[AddressForm, Callable[[str], str]] = {
    "off": _no_address,
    "short": shorten_address,
    "full": _full_address,
}


def _for_a_person(time: str, line: AccessLine, client: str) -> str:
    request_id, method, path, status, size_bytes, seconds = line
    return (
        f"{time} [info     ] request  {method} {path} {status}"
        f" bytes={size_bytes} us={int(seconds * 1e6)} request_id={request_id} client={client}\n"
    )

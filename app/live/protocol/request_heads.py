"""The rules for a request's head that the parser leaves to its server (RFC 9112). Pure.

The parser refuses what cannot be read: two lengths, a length beside a transfer coding, folded lines, control
characters. What is left is what two programs in a row may read in two ways.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from app.wire.short_cache import cache_short

Headers = list[tuple[bytes, bytes]]
"""A request's or a response's headers; names in lower case."""

HEAD_LIMIT_BYTES = 64 * 1024
"""A head is under 8 KB; the parser has no limit, and a head, a trailer or a chunk's extension without end would fill
the memory."""

HEADERS_LIMIT = 100
"""A browser behind three proxies sends thirty; each costs every layer that looks through them."""

HOSTS_KEPT = 256
"""A server is asked for by few names, and matching one costs more than finding it."""

_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
_REQUEST_LINE = re.compile(rb"([A-Z]+) (/\S*) (HTTP/[0-9.]+)")
_ASCII = "".join(map(chr, range(0x80)))
_VERSIONS = frozenset({"1.0", "1.1"})


class BadRequestHead(Exception):
    """A head that could be read in two ways. The message is a sentence that says why."""


@cache_short(HOSTS_KEPT)
def is_host(value: bytes) -> bool:
    """Return whether a Host header's value is a host with or without a port, or empty."""
    return _HOST.fullmatch(value) is not None


def with_ascii_target(data: bytes) -> bytes:
    """Return the bytes of a request with its target percent-encoded, where a client has sent it as it is, in UTF-8.

    The parser refuses such a target. Only a request line that is whole is looked at: it is one packet wherever people
    type addresses.
    """
    line, end, rest = data.partition(b"\r\n")
    found = None if line.isascii() or not end else _REQUEST_LINE.fullmatch(line)
    if found is None:
        return data
    method, target, version = found.groups()
    return b"%b %b %b\r\n%b" % (method, quote(target, safe=_ASCII).encode(), version, rest)


def size_of_head(target: bytes, headers: Headers) -> int:
    """Count the bytes of a head, but for its method and version."""
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers)


def check_head(method: bytes, target: bytes, version: str, headers: Headers) -> bool:
    """Check a head that was parsed; return whether it announces a body. Raises BadRequestHead."""
    if version not in _VERSIONS:
        raise BadRequestHead("This server speaks HTTP/1.1 and 1.0.")
    hosts, has_body = [], False
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"content-length":
            has_body = has_body or value != b"0"
        elif name == b"transfer-encoding":
            has_body = True
            if value.lower() != b"chunked" or version == "1.0":
                raise BadRequestHead("The only transfer coding read here is chunked, over HTTP/1.1.")
    if len(hosts) != 1 and (hosts or version == "1.1"):
        raise BadRequestHead("A request has one Host header.")
    if hosts and not is_host(hosts[0]):
        raise BadRequestHead("The Host header is no host.")
    if not target.startswith(b"/") and not (target == b"*" and method == b"OPTIONS"):
        _check_absolute(target, hosts)
    if b"#" in target:
        raise BadRequestHead("The request's target has a fragment.")
    return has_body


def _check_absolute(target: bytes, hosts: list[bytes]) -> None:
    """Check a target that names its host, as requests to a proxy do."""
    scheme, separator, rest = target.partition(b"://")
    authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    if not separator or scheme.lower() not in {b"http", b"https"} or not authority or not is_host(authority):
        raise BadRequestHead("The request's target is no path.")
    if hosts and hosts[0].lower() != authority.lower():
        raise BadRequestHead("The request's target and its Host header name two hosts.")

"""The rules for a request's head that the parser leaves to its server (RFC 9112). Pure.

The parser refuses what cannot be read: two lengths, a length beside a transfer coding, folded lines, control
characters. What is left is what two programs in a row may read in two ways.
"""

from __future__ import annotations

import re

Headers = list[tuple[bytes, bytes]]
"""A request's or a response's headers; names in lower case."""

HEAD_LIMIT_BYTES = 64 * 1024
"""A head is under 8 KB; the parser has no limit, and a head, a trailer or a chunk's extension without end would fill
the memory."""

HEADERS_LIMIT = 100
"""A browser behind three proxies sends thirty; each costs every layer that looks through them."""

_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
_VERSIONS = frozenset({"1.0", "1.1"})


def is_host(value: bytes) -> bool:
    """Return whether a Host header's value is a host with or without a port, or empty."""
    return _HOST.fullmatch(value) is not None


def size_of_head(target: bytes, headers: Headers) -> int:
    """Count the bytes of a head, but for its method and version."""
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers)


def has_body(headers: Headers) -> bool:
    """Return whether a request announces a body."""
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)


def head_fault(method: bytes, target: bytes, version: str, headers: Headers, *, is_upgrade: bool) -> str | None:
    """Return what is wrong with a head that was parsed, in a sentence; None: nothing."""
    if version not in _VERSIONS:
        return "This server speaks HTTP/1.1 and 1.0."
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        return "A request has one Host header."
    if hosts and not is_host(hosts[0]):
        return "The Host header is no host."
    if not target.startswith(b"/") and not (target == b"*" and method == b"OPTIONS"):
        fault = _absolute_fault(target, hosts)
        if fault is not None:
            return fault
    if b"#" in target:
        return "The request's target has a fragment."
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or version == "1.0"):
        return "The only transfer coding read here is chunked, over HTTP/1.1."
    if is_upgrade and has_body(headers):
        return "A request for another protocol has no body."
    return None


def _absolute_fault(target: bytes, hosts: list[bytes]) -> str | None:
    """Return what is wrong with a target that names its host, as requests to a proxy do."""
    scheme, separator, rest = target.partition(b"://")
    authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    if not separator or scheme.lower() not in {b"http", b"https"} or not authority or not is_host(authority):
        return "The request's target is no path."
    if hosts and hosts[0].lower() != authority.lower():
        return "The request's target and its Host header name two hosts."
    return None

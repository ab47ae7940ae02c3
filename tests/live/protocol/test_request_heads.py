"""The rules for a head that was parsed; tests/server/test_request_heads.py has them on a real server."""

from __future__ import annotations

import pytest

from app.live.protocol.request_heads import BadRequestHead, Headers, check_head, is_host, size_of_head

HOST = (b"host", b"live.example:8000")


@pytest.mark.parametrize(
    "value", [b"", b"x", b"live.example", b"live.example:8000", b"127.0.0.1", b"[::1]:80", b"a_b:"]
)
def test_a_host_has_a_name_or_an_address_and_perhaps_a_port(value: bytes) -> None:
    assert is_host(value)


@pytest.mark.parametrize(
    "value", [b"a@b", b"a/b", b"a b", b"a:b", b"a:1:2", b"[x]", b"[::1", b"a?", b"\xe4", b"a\\b", b"http://a"]
)
def test_nothing_else_is_a_host(value: bytes) -> None:
    assert not is_host(value)


@pytest.mark.parametrize(
    ("method", "target", "version", "headers", "has_body"),
    [
        (b"GET", b"/", "1.1", [HOST], False),
        (b"GET", b"/", "1.0", [], False),
        (b"OPTIONS", b"*", "1.1", [HOST], False),
        (b"GET", b"HTTP://Live.example:8000/x", "1.1", [HOST], False),
        (b"GET", b"https://live.example/x", "1.0", [], False),
        (b"POST", b"/", "1.1", [HOST, (b"content-length", b"0")], False),
        (b"POST", b"/", "1.1", [HOST, (b"content-length", b"1")], True),
        (b"POST", b"/", "1.1", [HOST, (b"transfer-encoding", b"Chunked")], True),
    ],
)
def test_a_head_is_read_in_one_way(
    method: bytes, target: bytes, version: str, headers: Headers, has_body: bool
) -> None:
    assert check_head(method, target, version, headers) is has_body


@pytest.mark.parametrize(
    ("method", "target", "version", "headers", "says"),
    [
        (b"GET", b"/", "0.9", [], "speaks"),
        (b"GET", b"/", "1.1", [], "one Host"),
        (b"GET", b"/", "1.0", [HOST, HOST], "one Host"),
        (b"GET", b"/", "1.1", [(b"host", b"a@b")], "no host"),
        (b"GET", b"*", "1.1", [HOST], "no path"),
        (b"GET", b"x", "1.1", [HOST], "no path"),
        (b"GET", b"ftp://live.example:8000/", "1.1", [HOST], "no path"),
        (b"GET", b"http:///x", "1.1", [HOST], "no path"),
        (b"GET", b"http://site@live.example:8000/", "1.1", [HOST], "no path"),
        (b"GET", b"http://live.example/", "1.1", [HOST], "two hosts"),
        (b"GET", b"/#x", "1.1", [HOST], "fragment"),
        (b"POST", b"/", "1.1", [HOST, (b"transfer-encoding", b"gzip, chunked")], "chunked"),
        (b"POST", b"/", "1.0", [HOST, (b"transfer-encoding", b"chunked")], "chunked"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_reason(
    method: bytes, target: bytes, version: str, headers: Headers, says: str
) -> None:
    with pytest.raises(BadRequestHead, match=says):
        check_head(method, target, version, headers)


def test_the_size_of_a_head_is_that_of_its_lines() -> None:
    assert size_of_head(b"/x", [(b"host", b"x")]) == len(b"/x" + b"host: x\r\n")

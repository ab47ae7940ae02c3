"""Requests that two programs in a row may read in two ways: refused with a problem, however readers are served."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.live.protocol.request_heads import HEAD_LIMIT_BYTES, HEADERS_LIMIT
from tests.server.raw_clients import Answer, RawClient, served

KEY = base64.b64encode(b"0123456789abcdef")
HOST = b"Host: live.example\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n"
)
SOCKETS = ["/v1/stories/flood/live", "/v1/live", "/v1/newsroom/live", "/nowhere"]
"""Where a handshake may be for: a reader's sockets, the newsroom's, and none."""


@pytest.fixture(scope="module", params=["native", "portable"])
def port(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """A server with one story, in both ways to serve readers."""
    options = ["--portable"] if request.param == "portable" else []
    with served(migrated_sqlite, tmp_path_factory.mktemp("data"), {}, *options) as (port, _):
        yield port


def ask(port: int, request: bytes) -> Answer:
    """Send bytes on a connection of their own; its answer, which must be its last."""
    with RawClient(port) as client:
        client.send(request)
        return client.answer()


def get(
    target: bytes = b"/v1/site", headers: bytes = HOST, *, method: bytes = b"GET", version: bytes = b"1.1"
) -> bytes:
    return method + b" " + target + b" HTTP/" + version + b"\r\n" + headers + b"\r\n"


def post(headers: bytes, body: bytes = b"", *, version: bytes = b"1.1") -> bytes:
    return get(b"/v1/stories", HOST + headers, method=b"POST", version=version) + body


UNREADABLE = {
    "no Host": get(headers=b""),
    "two Hosts": get(headers=HOST + b"Host: other.example\r\n"),
    "the same Host twice": get(headers=HOST + HOST),
    "a Host with user info": get(headers=b"Host: site@other.example\r\n"),
    "a Host with a path": get(headers=b"Host: live.example/x\r\n"),
    "two Hosts in one": get(headers=b"Host: live.example, other.example:1:2\r\n"),
    "two Hosts over HTTP/1.0": get(headers=HOST + HOST, version=b"1.0"),
    "a target for another host": get(b"http://other.example/v1/site"),
    "a target with user info": get(b"http://site@live.example/v1/site"),
    "a target of another scheme": get(b"ftp://live.example/v1/site"),
    "a target without a slash": get(b"v1/site"),
    "a target that is *": get(b"*"),
    "a target with a fragment": get(b"/v1/site#x"),
    "a target with a tab": get(b"/v1/\tsite"),
    "a target in UTF-8 without a slash": get("ä".encode()),
    "a method in UTF-8": get(method="GÄT".encode()),
    "CONNECT": get(b"live.example:443", method=b"CONNECT"),
    "a method in small letters": get(method=b"get"),
    "a method nobody has defined": get(method=b"FETCH"),
    "HTTP/0.9": b"GET /v1/site\r\n\r\n",
    "HTTP/0.9, said aloud": get(version=b"0.9"),
    "HTTP/1.2": get(version=b"1.2"),
    "HTTP/2 by name": get(version=b"2.0"),
    "HTTP/2 by its preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03",
    "a folded line": get(headers=HOST + b"X-A: b\r\n c\r\n"),
    "a blank before the colon": get(headers=HOST + b"X-A : b\r\n"),
    "a line without a colon": get(headers=HOST + b"X-A\r\n"),
    "a header without a name": get(headers=HOST + b": b\r\n"),
    "a name in UTF-8": get(headers=HOST + "X-Ä: b\r\n".encode()),
    "NUL in a value": get(headers=HOST + b"X-A: b\0c\r\n"),
    "a control character in a value": get(headers=HOST + b"X-A: b\x01c\r\n"),
    "a bare carriage return in a value": get(headers=HOST + b"X-A: b\rc\r\n"),
    "line feeds alone": get().replace(b"\r\n", b"\n"),
    "two lengths": post(b"Content-Length: 2\r\nContent-Length: 3\r\n", b"{} "),
    "the same length twice": post(b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"),
    "two lengths in one": post(b"Content-Length: 2, 2\r\n", b"{}"),
    "a length with a sign": post(b"Content-Length: +2\r\n", b"{}"),
    "a length below zero": post(b"Content-Length: -2\r\n", b"{}"),
    "a length in hexadecimal": post(b"Content-Length: 0x2\r\n", b"{}"),
    "an empty length": post(b"Content-Length: \r\n", b"{}"),
    "a length and a coding": post(b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "a coding and a length": post(b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", b"0\r\n\r\n"),
    "a coding before chunked": post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    "a coding without chunked": post(b"Transfer-Encoding: gzip\r\n", b"0\r\n\r\n"),
    "chunked twice": post(b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "chunked in two headers": post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "nearly chunked": post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "chunked over HTTP/1.0": post(b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", version=b"1.0"),
    "a chunk whose size is no number": post(b"Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than it says": post(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}{}\r\n0\r\n\r\n"),
    "another protocol, with a body": get(
        headers=HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n"
    ) + b"{}",
}  # fmt: skip


@pytest.mark.parametrize("request_bytes", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_plain_http_is_refused_with_a_problem(port: int, request_bytes: bytes) -> None:
    answer = ask(port, request_bytes)
    assert (answer.status, answer.problem["code"]) == (400, "malformed_request")
    assert answer.problem["status"] == 400
    assert answer.headers["connection"] == "close"


HANDSHAKES = {
    "no Host": lambda path: get(path, UPGRADE),
    "two Hosts": lambda path: get(path, HOST + HOST + UPGRADE),
    "a Host with user info": lambda path: get(path, b"Host: site@other.example\r\n" + UPGRADE),
    "a body of known length": lambda path: get(path, HOST + UPGRADE + b"Content-Length: 2\r\n") + b"{}",
    "a body that is still to come": lambda path: get(path, HOST + UPGRADE + b"Content-Length: 2\r\n"),
    "a body in chunks": lambda path: get(path, HOST + UPGRADE + b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n",
    "NUL in a value": lambda path: get(path, HOST + UPGRADE + b"X-A: b\0c\r\n"),
    "a control character in a value": lambda path: get(path, HOST + UPGRADE + b"X-A: b\x7fc\r\n"),
    "a name that is none": lambda path: get(path, HOST + UPGRADE + b"X(A): b\r\n"),
    "a folded line": lambda path: get(path, HOST + UPGRADE + b"X-A: b\r\n c\r\n"),
    "a fragment": lambda path: get(path + b"#x", HOST + UPGRADE),
    "a control character in the query": lambda path: get(path + b"?a=\x01", HOST + UPGRADE),
    "UTF-8 before the path": lambda path: get("ä".encode() + path, HOST + UPGRADE),
    "a target for another host": lambda path: get(b"http://other.example" + path, HOST + UPGRADE),
}


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize("make", HANDSHAKES.values(), ids=HANDSHAKES.keys())
def test_so_is_a_handshake_at_every_socket(port: int, path: str, make: object) -> None:
    assert callable(make)
    answer = ask(port, make(path.encode()))
    assert (answer.status, answer.problem["code"]) == (400, "malformed_request")
    assert answer.headers["connection"] == "close"


BAD_UPGRADES = {
    "POST": (lambda path: get(path, HOST + UPGRADE, method=b"POST"), 400),
    "HTTP/1.0": (lambda path: get(path, HOST + UPGRADE, version=b"1.0"), 400),
    "no key": (lambda path: get(path, HOST + UPGRADE.replace(b"Key", b"Lock")), 400),
    "another version": (lambda path: get(path, HOST + UPGRADE.replace(b"13", b"8")), 426),
}


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize(("make", "status"), BAD_UPGRADES.values(), ids=BAD_UPGRADES.keys())
def test_a_handshake_that_is_none_is_a_problem_at_every_socket(port: int, path: str, make: object, status: int) -> None:
    assert callable(make)
    answer = ask(port, make(path.encode()))
    assert (answer.status, answer.problem["code"]) == (status, "bad_upgrade")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", SOCKETS[:3])
def test_a_handshake_with_an_empty_body_is_one(port: int, path: str) -> None:
    with RawClient(port) as client:
        client.send(get(path.encode(), HOST + UPGRADE + b"Content-Length: 0\r\n"))
        assert client.head().startswith(b"HTTP/1.1 101 ")


READABLE = {
    "HTTP/1.1": get(),
    "HTTP/1.0 without Host": get(headers=b"", version=b"1.0"),
    "a port": get(headers=b"Host: live.example:8000\r\n"),
    "an IPv6 host": get(headers=b"Host: [::1]:8000\r\n"),
    "an empty host": get(headers=b"Host: \r\n"),
    "a target that names the host": get(b"http://Live.Example/v1/site"),
    "blank lines before": b"\r\n\r\n" + get(),
    "another protocol that is not spoken here": get(
        headers=HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    ),
    "a target in UTF-8": get("/v1/site?ä=東".encode()),
    "a header in Latin-1": get(headers=HOST + b"X-A: caf\xe9\r\n"),
    "a body that GET has no use for": get(headers=HOST + b"Content-Length: 2\r\n") + b"{}",
}


@pytest.mark.parametrize("request_bytes", READABLE.values(), ids=READABLE.keys())
def test_what_is_unusual_and_clear_is_answered(port: int, request_bytes: bytes) -> None:
    with RawClient(port) as client:
        client.send(request_bytes)
        assert client.head().startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("behind", [get(b"/healthz"), get(headers=b"")], ids=["a request", "one without a Host"])
def test_what_follows_another_protocol_that_is_not_spoken_here_is_read(port: int, behind: bytes) -> None:
    with RawClient(port) as client:
        client.send(get(headers=HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n") + behind)
        first, second = client.answer(), None
        assert first.status == 200
        if behind == get(b"/healthz"):
            second = client.answer()
            assert second.status == 200
        else:
            assert client.is_ended()


def test_rubbish_behind_a_request_does_not_cost_its_answer(port: int) -> None:
    with RawClient(port) as client:
        client.send(get() + b"rubbish\r\n\r\n")
        assert client.answer().status == 200
        assert client.is_ended()


def test_a_trailer_is_no_header(port: int) -> None:
    trailer = b"2\r\n{}\r\n0\r\nAuthorization: Bearer stolen\r\nX-Request-Id: trailed\r\n\r\n"
    with RawClient(port) as client:
        client.send(post(b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", trailer))
        answer = client.answer()
    assert (answer.status, answer.problem["code"]) == (401, "token_missing")


def _head_of(size: int) -> bytes:
    """A request whose target and headers are that many bytes, in lines that each are small."""
    lines, left = [b"Host: live.example\r\n"], size - len(b"/v1/site") - len(b"Host: live.example\r\n")
    while left:
        length = 1_000 if left > 2_000 else left
        lines.append(b"X-A: " + b"x" * (length - 7) + b"\r\n")
        left -= length
    return get(headers=b"".join(lines))


def test_a_head_of_the_limit_is_read_and_one_byte_more_is_not(port: int) -> None:
    with RawClient(port) as client:
        client.send(_head_of(HEAD_LIMIT_BYTES))
        assert client.answer().status == 200
        client.send(_head_of(HEAD_LIMIT_BYTES + 1))
        answer = client.answer()
    assert (answer.status, answer.problem["code"]) == (431, "head_too_large")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("endless", [b"GET /", get()[:-2] + b"X-A: ", get()[:-2]], ids=["target", "value", "lines"])
def test_a_head_without_end_is_refused_at_the_limit_and_not_read_on(port: int, endless: bytes) -> None:
    more = b"x" * 1_000 if not endless.endswith(b"\n") else b"X-A: " + b"x" * 993 + b"\r\n"
    sent = len(endless)
    with RawClient(port) as client:
        client.send(endless)
        while not client.has_answer():
            client.send(more)
            sent += len(more)
            assert sent <= HEAD_LIMIT_BYTES + 2 * len(more), "read on behind the limit"
        answer = client.answer()
    assert (answer.status, answer.problem["code"]) == (431, "head_too_large")
    assert sent > HEAD_LIMIT_BYTES


@pytest.mark.parametrize("path", ["/v1/site", "/v1/stories/flood/live"])
def test_more_headers_than_any_client_sends_are_refused(port: int, path: str) -> None:
    with RawClient(port) as client:
        few = HOST + UPGRADE if path.endswith("live") else HOST
        client.send(get(path.encode(), few + b"a:b\r\n" * (HEADERS_LIMIT - few.count(b"\n"))))
        assert client.head()[9:12] in {b"200", b"101"}
    answer = ask(port, get(path.encode(), few + b"a:b\r\n" * (HEADERS_LIMIT - few.count(b"\n") + 1)))
    assert (answer.status, answer.problem["code"]) == (431, "head_too_large")


def test_options_of_the_whole_server_is_answered(port: int) -> None:
    answer = ask(port, get(b"*", method=b"OPTIONS"))
    assert (answer.status, answer.problem["code"]) == (404, "not_found")

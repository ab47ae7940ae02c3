"""A story with a slug in other scripts, asked for in every spelling, over every way to serve readers."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import httpx
import pytest
from websockets.sync.client import connect

from tests.ports import reserved_port
from tests.processes import Installation, Server
from tests.server.raw_clients import SOON, Answer, RawClient
from tests.waiting import await_true

SLUG, FORMER = "grosse-выборы-東京", "старый-адрес"
ENCODED = quote(SLUG)
SAME = {
    "canonical": ENCODED.encode(),
    "digits in small letters": ENCODED.lower().encode(),
    "bytes of UTF-8": SLUG.encode(),
}
"""Spellings that are the slug once they are decoded."""
OTHERS = {
    "capitals": quote("GROSSE-ВЫБОРЫ-東京").encode(),
    "with accents": quote("größe-выборы-東京").encode(),
    "with accents, in bytes of UTF-8": "größe-Выборы-東京".encode(),
    "decomposed": quote(unicodedata.normalize("NFD", "größe-выборы-東京")).encode(),
    "a former slug": quote(FORMER).encode(),
    "a former slug in capitals": quote(FORMER.upper()).encode(),
}
SPELLINGS = {**SAME, **OTHERS}
HOST = b"Host: live.example\r\n"


class StoryServer(NamedTuple):
    """A server, its port, and the id of its one story."""

    server: Server
    port: int
    story: str


@pytest.fixture(scope="module", params=["native", "portable"])
def asked(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StoryServer]:
    """A server in both ways to serve readers, with a story that has had two addresses."""
    data_dir = tmp_path_factory.mktemp("slugs") / "data"
    data_dir.mkdir(mode=0o700)
    (data_dir / "liveblog.db").write_bytes(migrated_sqlite.read_bytes())
    installation = Installation(data_dir, {"LIVEBLOG_LOG_FORMAT": "json"})
    options = ["--portable"] if request.param == "portable" else []
    with reserved_port() as port, installation.serving(port, *options) as server:
        with server.client(installation.token) as api:
            made = api.post("/v1/stories", json={"title": "Größe", "slug": FORMER}).json()
            assert api.post(f"/v1/stories/{FORMER}/entries", json={"text": "Polls have closed."}).status_code == 201
            renamed = api.patch(f"/v1/stories/{made['id']}", json={"slug": SLUG}, headers={"if-match": "*"})
            assert renamed.json()["url"].endswith(f"/stories/{ENCODED}")
        yield StoryServer(server, port, made["id"])


def ask(port: int, target: bytes) -> Answer:
    with RawClient(port) as client:
        client.send(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        return client.answer()


@pytest.mark.parametrize("ref", SAME.values(), ids=SAME.keys())
def test_the_slug_is_served_however_it_is_encoded(asked: StoryServer, ref: bytes) -> None:
    _, port, story = asked
    tags = set()
    for below in (b"", b"?body=both", b"/entries", b"/entries?limit=1", b"/changes?after=0", b"/corrections"):
        answer = ask(port, b"/v1/stories/" + ref + below)
        assert answer.status == 200, (below, answer)
        tags.add(answer.headers["etag"])
        assert answer.headers["etag"] == ask(port, f"/v1/stories/{story}".encode() + below).headers["etag"]
    page = ask(port, b"/stories/" + ref)
    assert page.status == 200
    assert f'href="{server_url(page)}/stories/{ENCODED}"'.encode() in page.body


def server_url(page: Answer) -> str:
    """The origin of the page's canonical address."""
    return page.body.partition(b'rel="canonical" href="')[2].partition(b"/stories/")[0].decode()


@pytest.mark.parametrize("ref", OTHERS.values(), ids=OTHERS.keys())
def test_any_other_spelling_leads_to_the_one_address(asked: StoryServer, ref: bytes) -> None:
    _, port, _ = asked
    for before, below in (
        (b"/stories/", b""),
        (b"/v1/stories/", b""),
        (b"/v1/stories/", b"?body=both"),
        (b"/v1/stories/", b"/entries"),
        (b"/v1/stories/", b"/entries?limit=1&tag=%D0%B0"),
        (b"/v1/stories/", b"/corrections"),
    ):
        answer = ask(port, before + ref + below)
        expected = f"{before.decode()}{ENCODED}{below.decode()}"
        assert (answer.status, answer.headers.get("location")) == (308, expected), (before, below)
    polled = ask(port, b"/v1/stories/" + ref + b"/changes?after=0")  # which a reader goes on with, as with a stream
    assert (polled.status, len(json.loads(polled.body)["events"])) == (200, 2)


@pytest.mark.parametrize("ref", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_streams_serve_the_story_under_any_spelling(asked: StoryServer, ref: bytes) -> None:
    _, port, story = asked
    with RawClient(port) as client:
        client.send(b"GET /v1/stories/" + ref + b"/events HTTP/1.1\r\n" + HOST + b"\r\n")
        assert b" 200 " in client.head().split(b"\r\n")[0]
        assert story.encode() in client.until(b'"resume"')
    for target in (b"/v1/stories/" + ref + b"/live", b"/v1/live?subscribe=" + ref):
        with RawClient(port) as client:
            client.send(b"GET " + target + b" HTTP/1.1\r\n" + HOST + UPGRADE + b"\r\n")
            assert b" 101 " in client.head().split(b"\r\n")[0], target
            assert story.encode() in client.until(b'"resume"')


UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
)


@pytest.mark.parametrize("ref", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_messages_name_the_story_in_any_spelling(asked: StoryServer, ref: bytes) -> None:
    _, port, story = asked
    with connect(f"ws://127.0.0.1:{port}/v1/live") as reader:
        named = unquote(ref)
        reader.send(json.dumps({"type": "subscribe", "story": named}))
        assert next_of(reader, "subscribed") == {"story": story, "slug": SLUG}
        reader.send(json.dumps({"type": "unsubscribe", "story": SLUG.upper()}))
        reader.send(json.dumps({"type": "ping"}))
        assert next_of(reader, "heartbeat")["heads"] == {}
        reader.send(json.dumps({"type": "subscribe", "story": f"Нет-{named}"}))
        assert next_of(reader, "refused") == {"story": f"Нет-{named}"}  # by the name that it was asked for


def next_of(reader: Any, kind: str) -> dict[str, Any]:
    """What the next message of that kind says of stories."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        message = json.loads(reader.recv(timeout=SOON))
        if message["type"] == kind:
            return {name: message[name] for name in ("story", "slug", "heads") if name in message}
    raise AssertionError(f"no {kind}")


def test_what_is_no_utf8_is_refused(asked: StoryServer) -> None:
    _server, port, _ = asked
    for target in (
        b"/v1/stories/gr\xf6\xdfe",
        b"/v1/stories/gr%F6%DFe",
        b"/stories/\xff",
        b"/v1/stories?position=\xff",
    ):
        answer = ask(port, target)
        assert (answer.status, answer.problem["code"]) in {(400, "malformed_path"), (400, "malformed_query")}
    for target in (b"/v1/stories/gr\xf6\xdfe/live", b"/v1/stories/gr\xf6\xdfe/events"):
        with RawClient(port) as client:
            upgrade = UPGRADE if target.endswith(b"live") else b""
            client.send(b"GET " + target + b" HTTP/1.1\r\n" + HOST + upgrade + b"\r\n")
            assert client.head().split()[1] in {b"400", b"404"}, target


def test_headers_and_logs_have_the_address_in_ascii(asked: StoryServer) -> None:
    server, port, _ = asked
    ask(port, b"/v1/stories/" + SLUG.encode())
    with connect(f"ws://127.0.0.1:{port}/v1/live?subscribe={ENCODED}"):
        pass  # the connection is named as it was asked for
    wanted = (f'"path":"/v1/stories/{ENCODED}"', f'"story":"{ENCODED}"')
    await_true(lambda: all(line in server.log for line in wanted), seconds=SOON, or_say=lambda: server.log)
    assert server.log.isascii()
    with httpx.Client(timeout=40) as client:
        missing = client.get(f"http://127.0.0.1:{port}/v1/stories/нет-такой").json()
    assert missing["instance"] == f"/v1/stories/{quote('нет-такой')}"

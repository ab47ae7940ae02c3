"""Hot creates are answered exactly as FastAPI would, and FastAPI gets every unusual request."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.api.http.bodies import ENTRY_LIMIT_BYTES
from app.api.layers.default_headers import DefaultHeaders
from app.api.layers.hot_create import HotCreate
from tests.api.layers.test_hot_reads import behind, refuse
from tests.api.server import ADMIN_TOKEN, Server

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}
SIGNED = {**JSON, "authorization": f"Bearer {ADMIN_TOKEN}"}
_MADE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z|election-night-\w{4}(?=/)")


class Case(NamedTuple):
    """A request for a new entry; `ref` is the end of the address, after the story's id."""

    body: bytes
    headers: dict[str, str] | list[tuple[str, str]] = SIGNED
    ref: str = "/entries"


USUAL = {
    "text": Case(b'{"text": "Polls have **closed**."}'),
    "html": Case(b'{"html": "<p>Polls have closed.</p>", "key_event": true, "authors": [{"name": "Ada"}]}'),
    "label and icon": Case('{"text": "Goal.", "label": "67′", "icon": "goal"}'.encode()),
    "draft": Case(b'{"headline": "Later", "status": "draft"}'),
    "submitted": Case(b'{"text": "Look at this.", "status": "submitted"}'),
    "scheduled": Case(b'{"text": "Soon.", "status": "scheduled", "publish_at": "2999-01-01T00:00:00Z"}'),
    "past": Case(b'{"text": "Soon.", "status": "scheduled", "publish_at": "2001-01-01T00:00:00Z"}'),
    "key": Case(b'{"text": "Once."}', {**SIGNED, "idempotency-key": "a-key-for-{story}"}),
    "bad key": Case(b'{"text": "Once."}', {**SIGNED, "idempotency-key": "x" * 300}),
    "id taken": Case(b'{"text": "Other.", "id": "0198f000-0000-4000-8000-000000000001"}'),
    "lower-case scheme": Case(b'{"text": "Hello."}', {**JSON, "authorization": f"bearer  {ADMIN_TOKEN} "}),
    "if-match": Case(b'{"text": "Hello."}', {**SIGNED, "if-match": '"x"'}),
    "lone surrogate": Case(b'{"text": "a \\ud83d\\ude42 b"}'),
}
"""The requests answered before FastAPI, whether they become entries or are refused by the newsroom."""

UNUSUAL = {
    "no body": Case(b""),
    "no JSON": Case(b'{"text": "Polls'),
    "no UTF-8": Case(b'{"text": "\xff"}'),
    "NaN": Case(b'{"text": NaN}'),
    "a list": Case(b"[]"),
    "null": Case(b"null"),
    "nothing said": Case(b'{"text": ""}'),
    "a name twice": Case(b'{"text": "Lost.", "headline": "One", "text": "Kept."}'),
    "half a pair": Case(b'{"text": "a \\ud83d b"}'),
    "unknown member": Case(b'{"text": "Polls have closed.", "txet": 1}'),
    "unknown icon": Case(b'{"text": "Polls have closed.", "icon": "goat"}'),
    "several faults": Case(b'{"text": 7, "tags": "x", "kind": "song", "publish_at": "soon"}'),
    "deep": Case(b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "too large": Case(b'{"text": "' + b"x" * ENTRY_LIMIT_BYTES + b'"}'),
    "form": Case(b"text=Hello", {**SIGNED, "content-type": "application/x-www-form-urlencoded"}),
    "charset": Case(b'{"text": "Hello."}', {**SIGNED, "content-type": "application/json; charset=utf-8"}),
    "other charset": Case(b'{"text": "Hello."}', {**SIGNED, "content-type": "application/json; charset=latin-1"}),
    "no type": Case(b'{"text": "Hello."}', {"authorization": f"Bearer {ADMIN_TOKEN}"}),
    "no token": Case(b'{"text": "Hello."}', JSON),
    "mistyped token": Case(b'{"text": "Hello."}', {**JSON, "authorization": "Bearer lb_person_x"}),
    "basic": Case(b'{"text": "Hello."}', {**JSON, "authorization": "Basic eDp5"}),
    "two tokens": Case(b'{"text": "Hello."}', [*SIGNED.items(), ("authorization", f"Bearer {ADMIN_TOKEN}")]),
    "two keys": Case(b'{"text": "Hello."}', [*SIGNED.items(), ("idempotency-key", "a"), ("idempotency-key", "b")]),
    "batch": Case(b'{"items": [{"text": "Hello."}]}', ref="/entries:batch"),
    "slash": Case(b'{"text": "Hello."}', ref="/entries/"),
    "deeper": Case(b'{"text": "Hello."}', ref="/x/entries"),
}


class Passed:
    """The routes, with a count of the requests that reached them."""

    def __init__(self, server: Server) -> None:
        self.count = 0
        self._routes = server.app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += 1
        await self._routes(scope, receive, send)


async def ask(client: httpx.AsyncClient, story: str, case: Case) -> httpx.Response:
    """Send a body in pieces, so that its length is not known before the end."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(case.body), 1_000_000):
            yield case.body[start : start + 1_000_000]

    sent = case.headers.items() if isinstance(case.headers, dict) else case.headers
    headers = [(name, value.replace("{story}", story)) for name, value in sent]
    return await client.post(f"/v1/stories/{story}{case.ref}", content=pieces(), headers=headers)


def comparable(response: httpx.Response, story: dict[str, Any]) -> tuple[Any, ...]:
    """Return an answer without what differs from one entry or story to the next."""

    def plain(text: str) -> str:
        return _MADE.sub("…", text.replace(story["id"], "STORY").replace(story["slug"], "STORY"))

    def same(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: "…" if key in {"id", "sort_key"} else same(each) for key, each in value.items()}
        if isinstance(value, list):
            return [same(each) for each in value]
        return plain(value) if isinstance(value, str) else value

    headers = [(name, plain(value)) for name, value in response.headers.items() if name != "content-length"]
    return response.status_code, sorted(headers), same(json.loads(response.content))


@pytest.mark.parametrize("name", [*USUAL, *UNUSUAL])
async def test_a_hot_create_and_fastapi_answer_alike(server: Server, name: str) -> None:
    case = {**USUAL, **UNUSUAL}[name]
    answers = []
    passed = Passed(server)
    for app in (HotCreate(passed, server.app_state), server.app.routes):
        story = await server.story()
        await server.post(story["id"], id="0198f000-0000-4000-8000-000000000001")
        async with behind(server, DefaultHeaders(app)) as client:
            answers.append([comparable(await ask(client, story["id"], case), story) for _ in range(2)])
        await server.admin.patch(f"/v1/stories/{story['id']}", json={"status": "draft"}, headers={"if-match": "*"})
    assert answers[0] == answers[1]
    assert passed.count == (2 if name in UNUSUAL else 0)


@pytest.mark.parametrize("ref", ["no-such-story", "No Story", "%C3%A4", "%00", "."])
async def test_a_story_that_is_not_there_is_answered_alike(server: Server, ref: str) -> None:
    story = await server.story()
    answers = []
    for app in (HotCreate(server.app.routes, server.app_state), server.app.routes):
        async with behind(server, DefaultHeaders(app)) as client:
            answers.append(comparable(await ask(client, ref, USUAL["text"]), story))
    assert answers[0] == answers[1]


async def test_a_story_is_found_by_its_slug_without_fastapi(server: Server) -> None:
    story = await server.story()
    async with behind(server, DefaultHeaders(HotCreate(refuse, server.app_state))) as client:
        answer = await ask(client, story["slug"], USUAL["text"])
    assert (answer.status_code, answer.json()["story"]) == (201, story["id"])


async def test_a_body_in_pieces_is_read_whole_and_one_that_ends_early_by_fastapi(server: Server) -> None:
    story = await server.story()
    headers = {**SIGNED, "idempotency-key": "in-pieces"}

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"te', b'xt": "Polls', b' have closed."}'):
            yield piece

    address = f"/v1/stories/{story['id']}/entries"
    async with behind(server, DefaultHeaders(HotCreate(refuse, server.app_state))) as client:
        answer = await client.post(address, content=pieces(), headers=headers)
        assert answer.status_code == 201
        again = await client.post(address, content=b'{"text": "Polls have closed."}', headers=headers)
        assert (again.json(), again.headers["idempotent-replayed"]) == (answer.json(), "true")

    seen: list[str] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([(await receive())["type"] for _ in range(2)])

    messages: list[Message] = [
        {"type": "http.request", "body": b'{"text": "Polls', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def lost() -> Message:
        return messages.pop(0)

    async def discard(message: Message) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": address,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await HotCreate(note, server.app_state)(scope, lost, discard)
    assert seen == ["http.request", "http.disconnect"]

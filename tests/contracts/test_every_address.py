"""Pages and live connections: every address beside the API's routes is listed too, with what it answers to whom."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from starlette.routing import BaseRoute

from app.api.layers.live_dispatch import NEWSROOM_STREAM
from app.live.protocol import addresses
from tests.api.peers import Peer, connected
from tests.contracts.house import CALLERS, OUTSIDE_OF_IT, OUTSIDERS, House
from tests.contracts.matrix import MATRIX, PAGES, WITH_A_SLASH
from tests.contracts.rights import STORIES
from tests.contracts.states import column_of
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

NAMES = {"{ref}": "{slug}", "{path:path}": "{file}"}
"""What the routes call what the house has under another name."""

LIVE = """
draft scheduled upcoming live paused ended archived withdrawn frozen site members
GET /stories/{slug}                             404   404   200   200   200   200   200   410   200   200   200
GET /stories/{slug}/fragment                    404   404   200   200   200   200   200   410   200   200   200
GET /stories/{slug}/fragment?mode=ticker        404   404   200   200   200   200   200   410   200   200   200
GET /stories/{slug}/entries/{entry}             404   404   200   200   200   200   200   410   200   200   200
GET /oembed?url=https://live.example/stories/{slug} 404 404 200   200   200   200   200   410   200   200   200
GET /stories/{slug}/feed.atom                   404   404   200   200   200   200   200   410   200   200   200
GET /stories/{slug}/feed.json                   404   404   200   200   200   200   200   410   200   200   200
WS  /v1/stories/{story}/live                    404   404   open  open  open  ends  ends  410   open  open  open
WS  /v1/stories/{story}/live from-a-page        4504  4504  open  open  open  ends  ends  4510  open  open  open
WS  /v1/live?subscribe={story}                  no404 no404 open  open  open  ends  ends  no410 open  open  open
SSE /v1/stories/{story}/events                  no404 no404 open  open  open  ends  ends  no410 open  open  open
GET /v1/stories/{story}/changes?after=0&wait=1  404   404   200   200   200   200   200   410   200   200   200
GET /v1/stories/{story}/live                    426   426   426   426   426   426   426   426   426   426   426
GET /v1/live                                    426   426   426   426   426   426   426   426   426   426   426
GET /v1/newsroom/live                           426   426   426   426   426   426   426   426   426   426   426
"""
"""What readers are told, whatever token they show. `open`: brought to the head, and kept; `ends`: and sent to poll.
`no404`, `no410`: refused by a message with that status; four digits: let in, and closed with that code."""

DRIVER = """
                NOBODY NONSENSE EXPIRED REVOKED DISABLED READ    OTHER   OWN     MEMBER  EDITOR  ADMIN   BOUND   ABROAD
WS authenticate 4501   4501     4501    4501    4501     welcome welcome welcome welcome welcome welcome welcome welcome
WS ticket       401    401      401     401     401      welcome welcome welcome welcome welcome welcome welcome welcome
"""
"""Who gets into the newsroom's stream: by a first message, or by a ticket (401: the call for one is refused)."""

WATCHING = """
draft scheduled upcoming live paused ended archived withdrawn frozen site members apart
WS  READ                                        yes yes yes yes yes yes yes yes yes yes .   404
WS  OTHER                                       yes yes yes yes yes yes yes yes yes yes .   404
WS  OWN                                         yes yes yes yes yes yes yes yes yes yes .   404
WS  MEMBER                                      yes yes yes yes yes yes yes yes yes yes yes .
WS  EDITOR                                      yes yes yes yes yes yes yes yes yes yes .   404
WS  ADMIN                                       yes yes yes yes yes yes yes yes yes yes yes .
WS  BOUND                                       404 404 404 404 404 404 404 404 404 404 .   404
WS  ABROAD                                      404 404 404 404 404 404 404 404 404 404 .   404
"""
"""Who may watch a story in each state on it."""


def leaves(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, BaseRoute]]:
    """Every route below, with its whole path: included routers are kept as they are, as a tree."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        below = route.routes if inner is None and hasattr(route, "routes") else getattr(inner, "routes", None)
        if below is None:
            yield prefix + str(getattr(route, "path", route)), route
            continue
        context = getattr(route, "include_context", None)
        yield from leaves(below, prefix + str(getattr(context, "prefix", "") or getattr(route, "path", "")))


async def test_every_route_of_the_whole_application_is_listed(house: House) -> None:
    there = set()
    for path, route in leaves(house.server.app.routes.routes):
        for ours, named in NAMES.items():
            path = path.replace(ours, named)
        methods = getattr(route, "methods", None) or {type(route).__name__}
        there |= {f"{method} {path}" for method in methods if method != "HEAD"}
    listed = {row.address for table in (MATRIX, PAGES, WITH_A_SLASH) for row in table}
    assert sorted(there - listed) == [], "not listed"
    assert sorted(listed - there) == [], "listed, but not there"


def test_every_address_of_a_live_connection_is_listed() -> None:
    head, story, kinds = addresses._STORY.pattern.partition("([^/]+)")
    assert story, "the addresses are found another way now: list them here anew"
    there = {f"{head}{{story}}/{kind}" for kind in kinds.strip("/()").split("|")} | {addresses._SEVERAL}
    live = {row.path.partition("?")[0] for row in read_table(LIVE) if row.method in {"WS", "SSE"}}
    assert there == live
    assert NEWSROOM_STREAM == "/v1/newsroom/live"


@pytest.mark.parametrize("row", PAGES | WITH_A_SLASH, ids=lambda row: row.path)
async def test_a_page_is_the_same_bytes_for_everybody_and_takes_nothing(house: House, row: Row) -> None:
    await house.prepare(row)
    house.refs["file"] = "apply.js"
    answers = set()
    for caller in (*CALLERS, *OUTSIDERS):
        reply = await house.ask(caller, row)
        answers.add((str(reply.status_code), reply.content))
    assert [status for status, _ in answers] == [(PAGES | WITH_A_SLASH)[row]]
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        refused = await house.ask("ADMIN", Row(method, row.path))
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD"), method


@pytest.mark.parametrize("state", STORIES)
async def test_readers_connections_are_told_of_a_story_what_the_table_says(house: House, state: str) -> None:
    for row, cells in read_table(LIVE).items():
        await house.prepare(row, story=state)
        for caller in ("NOBODY", "REVOKED", "OTHER", "MEMBER", "ADMIN", *OUTSIDE_OF_IT):
            token = house.tokens[caller]
            headers = [] if token is None else [(b"authorization", f"Bearer {token}".encode())]
            if row.method == "GET":
                # A long-poll is asked from the beginning on, so that it answers at once.
                reply = await house.server.client.get(house.path(row), headers=headers)
                assert str(reply.status_code) == cells[state], (row, caller, reply.text)
                continue
            if row.variant:
                headers.append((b"origin", b"https://page.example"))
            kind = "websocket" if row.method == "WS" else "http"
            async with connected(house.server, kind, house.path(row), headers=headers) as peer:
                assert await told(peer) == cells[state], (row, caller)
    await house.thaw()


@pytest.mark.parametrize("caller", [*CALLERS, *OUTSIDERS])
async def test_the_newsrooms_stream_lets_in_whom_the_table_says(house: House, caller: str) -> None:
    head, *lines = [line.split() for line in DRIVER.strip().splitlines()]
    cells = {line[1]: dict(zip(head, line[2:], strict=True))[caller] for line in lines}
    async with connected(house.server, "websocket", NEWSROOM_STREAM) as peer:
        assert await introduced(peer, house.tokens[caller] or "") == cells["authenticate"]
    reply = await house.ask(caller, Row("POST", "/v1/newsroom/live/tickets"))
    if reply.status_code != 201:
        assert str(reply.status_code) == cells["ticket"]
        return
    for outcome in (cells["ticket"], "4501"):  # once, and not again
        async with connected(house.server, "websocket", f"{NEWSROOM_STREAM}?ticket={reply.json()['ticket']}") as peer:
            assert await introduced(peer, None) == outcome


@pytest.mark.parametrize("caller", CALLERS)
async def test_who_is_in_watches_the_stories_that_the_table_says_and_hears_of_no_other(
    house: House, caller: str
) -> None:
    cells = next(cells for row, cells in read_table(WATCHING).items() if row.path == caller)
    row = Row("GET", "/v1/newsroom/stories/{story}")
    for state in STORIES:
        await house.prepare(row, story=state)
        async with connected(house.server, "websocket", NEWSROOM_STREAM) as peer:
            assert await introduced(peer, house.tokens[caller] or "") == "welcome"
            answers = []
            for ref in (house.refs["story"], house.refs["slug"], str(uuid.uuid4())):
                await say(peer, {"type": "watch", "story": ref})
                answer = await heard(peer)
                answers.append("yes" if answer["type"] == "watching" else str(answer["status"]))
                assert answer["type"] == "watching" or answer["code"] == "story_not_found"
        assert answers == [cells[column_of(state, caller)]] * 2 + ["404"], (state, caller)
    await house.thaw()


async def told(peer: Peer) -> str:
    """Return what a reader's connection receives first, in the table's words."""
    message = await peer.next()
    if message["type"] == "websocket.http.response.start":
        return str(message["status"])
    text = ""
    while True:
        message = await peer.next()
        if message["type"] == "websocket.close":
            return "ends" if message["code"] == 1000 and '"caught_up"' in text else str(message["code"])
        text += message.get("text") or message.get("body", b"").decode()
        if '"refused"' in text:
            return "no404" if '"status":404' in text else "no410" if '"status":410' in text else text
        if '"goodbye"' in text and '"reason":"ended"' in text and '"caught_up"' in text:
            return "ends"
        if '"caught_up"' in text and not await ends(peer):
            return "open"


async def ends(peer: Peer) -> bool:
    """Return whether more follows at once: nothing but turns of the loop lies between the head and a goodbye."""
    for _ in range(50):
        await asyncio.sleep(0)  # more turns than a goodbye takes
    return not peer.outbound.empty()


async def introduced(peer: Peer, token: str | None) -> str:
    """What the newsroom's stream answers to a token, or to the ticket in the URL."""
    assert (await peer.next())["type"] == "websocket.accept"
    assert (await heard(peer))["type"] == "hello"
    if token is not None:
        await say(peer, {"type": "authenticate", "token": token})
    message = await peer.next()
    return str(message["code"]) if message["type"] == "websocket.close" else str(json.loads(message["text"])["type"])


async def say(peer: Peer, message: dict[str, Any]) -> None:
    await peer.inbound.put({"type": "websocket.receive", "text": json.dumps(message)})


async def heard(peer: Peer) -> dict[str, Any]:
    """The next message that is no news of what was written a moment ago."""
    while True:
        message: dict[str, Any] = json.loads((await peer.next())["text"])
        if message["type"] not in {"entry", "story", "presence"}:
            return message

"""A day in a newsroom, as those who work there and those who read would tell it.

Whatever happens in the newsroom, readers on three transports hold the public truth after each step, and nothing else.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from liveblog_client.apply import State
from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, serving
from tests.loopback import NO_CERTIFICATES

AGREE_SECONDS = 20
Json = dict[str, Any]


@dataclass
class NewsroomDriver:
    """Somebody of the newsroom at work on one story."""

    client: httpx.AsyncClient
    story: str = ""

    async def make_story(self, **fields: Any) -> str:
        self.story = (await self.send("POST", "/v1/stories", **fields))["id"]
        return self.story

    async def change_story(self, **fields: Any) -> Json:
        return await self.send("PATCH", f"/v1/stories/{self.story}", **fields)

    async def write(self, text: str, **fields: Any) -> Json:
        return await self.send("POST", f"/v1/stories/{self.story}/entries", text=text, **fields)

    async def edit(self, entry: Json, **fields: Any) -> Json:
        return await self.send("PATCH", f"/v1/stories/{self.story}/entries/{entry['id']}", **fields)

    async def act(self, action: str, entry: Json, **body: Any) -> Json:
        return await self.send("POST", f"/v1/stories/{self.story}/entries/{entry['id']}/{action}", **body)

    async def send(self, method: str, path: str, **body: Any) -> Json:
        headers = {"If-Match": "*"} if method == "PATCH" else {}
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        sent: Json = answer.json()
        return sent


@dataclass
class Public:
    """Three readers who follow one story, each on another transport, over connections that break."""

    client: httpx.AsyncClient
    story: str
    readers: list[Follower] = field(default_factory=list)
    going: list[asyncio.Task[None]] = field(default_factory=list)
    is_over: bool = False

    async def begin(self) -> None:
        for number, transport in enumerate(Transport):
            habit = Habit(transport, page_size=None, breaks=number * 3)
            reader = Follower(self.client, self.story, habit, random.Random(number))
            await reader.begin()
            self.readers.append(reader)
            self.going.append(asyncio.create_task(reader.follow(self._has_ended)))

    def _has_ended(self, state: State) -> bool:
        return self.is_over

    async def see(self, *texts: str) -> None:
        """Wait until every reader holds what a newcomer is shown, and these texts are the whole of it, newest first."""
        fresh = (await self.client.get(f"/v1/stories/{self.story}")).json()
        shown = [_words(entry) for entry in fresh["timeline"]["items"]]
        assert shown == list(texts)
        async with asyncio.timeout(AGREE_SECONDS):
            while not all(reader.state["head"] == fresh["head"] for reader in self.readers):
                for task in self.going:
                    if task.done():
                        await task
                await asyncio.sleep(0.02)  # between two looks
        for reader in self.readers:
            assert [_words(entry) for entry in reader.state["timeline"]["items"]] == list(texts)

    async def agree_at_the_end(self) -> list[str]:
        self.is_over = True
        await asyncio.gather(*self.going)
        return [line for reader in self.readers for line in await differences(reader, self.client)]


def _in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _words(entry: Json) -> str:
    body: str = entry["body_html"]
    return body.removeprefix("<p>").removesuffix("</p>")


@asynccontextmanager
async def _signed_in_page(server: Server, token: str) -> AsyncIterator[NewsroomDriver]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=40
    ) as client:
        yield NewsroomDriver(client)


async def _hire(boss: NewsroomDriver, name: str, role: str) -> str:
    person = await boss.send("POST", "/v1/newsroom/people", name=name, role=role)
    token = await boss.send("POST", "/v1/newsroom/tokens", label=name, person=person["id"])
    secret: str = token["token"]
    return secret


def _send_and_lose_the_answer(server: Server, token: str, path: str, key: str, body: str) -> None:
    """A phone in a tunnel: the request gets out, the answer does not get in."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as phone:
        phone.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )


async def test_a_day_in_a_newsroom(anyio_backend: str, database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, HEARTBEAT_SECONDS="1") as server:
        async with _signed_in_page(server, ADMIN_TOKEN) as boss, reading_client(server.url) as client:
            ada_token, eve_token = await _hire(boss, "Ada", "reporter"), await _hire(boss, "Eve", "editor")
            async with _signed_in_page(server, ada_token) as ada, _signed_in_page(server, eve_token) as eve:
                await _morning(server, client, ada, eve, ada_token)


async def _morning(
    server: Server, client: httpx.AsyncClient, ada: NewsroomDriver, eve: NewsroomDriver, ada_token: str
) -> None:
    # Eve announces the coverage; reporters' work is to be read before it goes out.
    ada.story = await eve.make_story(
        title="Election day", status="upcoming", settings={"review_required": True}, slug="election-day"
    )
    public = Public(client, ada.story)
    await public.begin()
    await public.see()
    await eve.change_story(status="live")
    await eve.write("Polls are open.")
    await public.see("Polls are open.")

    # Ada writes from a train. The first two answers are lost; there is one submission, and readers know of none.
    path, key = f"/v1/stories/{ada.story}/entries", str(uuid.uuid4())
    for _ in range(2):
        _send_and_lose_the_answer(server, ada_token, path, key, '{"text":"Long queues at the bridge."}')
    answer = await ada.client.post(path, json={"text": "Long queues at the bridge."}, headers={"Idempotency-Key": key})
    assert answer.status_code == 201
    queues = answer.json()
    assert queues["status"] == "submitted"
    listed = (await eve.client.get(f"/v1/newsroom/stories/{ada.story}/entries?status=submitted")).json()["items"]
    assert [entry["id"] for entry in listed] == [queues["id"]]
    await public.see("Polls are open.")

    # Eve wants to know which bridge. Ada mends it, Eve lets it out.
    await eve.act("return", queues, note="Which bridge?")
    await ada.edit(queues, text="Long queues at the harbour bridge.")
    await ada.act("submit", queues)
    await public.see("Polls are open.")
    await eve.act("publish", queues)
    await public.see("Long queues at the harbour bridge.", "Polls are open.")

    # A hold saves Eve from a mistake: nobody ever sees it.
    await eve.change_story(settings={"hold_seconds": 60})
    wrong = await eve.write("Turnout is 400 %.")
    assert (wrong["status"], wrong["held"]) == ("scheduled", True)
    await eve.act("cancel", wrong)
    await eve.change_story(settings={"hold_seconds": 0})
    await public.see("Long queues at the harbour bridge.", "Polls are open.")

    # What is known beforehand goes out by itself, when its time has come and not before.
    planned = await eve.write("Polls have closed.", status="scheduled", publish_at=_in_seconds(3600))
    await public.see("Long queues at the harbour bridge.", "Polls are open.")
    await eve.act("cancel", planned)
    soon = datetime.fromisoformat(_in_seconds(5))  # a machine that others use too may take a second to be told
    await eve.act("schedule", planned, publish_at=soon.isoformat(timespec="milliseconds"))
    closed = await _until_shown(client, ada.story, count=3)
    assert datetime.fromisoformat(closed["published_at"]) >= soon
    await public.see("Polls have closed.", "Long queues at the harbour bridge.", "Polls are open.")

    # A correction in the open, and an edit of Ada's that waits for Eve.
    await eve.act("corrections", queues, text="It was the harbour bridge all along.")
    edit = await ada.edit(queues, text="Long queues at the harbour bridge, gone by noon.")
    assert edit["working"]["status"] == "draft"
    await public.see("Polls have closed.", "Long queues at the harbour bridge.", "Polls are open.")
    await ada.act("submit", queues)
    await eve.act("publish", queues)
    await public.see("Polls have closed.", "Long queues at the harbour bridge, gone by noon.", "Polls are open.")
    await _afternoon(server, client, eve, public, closed)


async def _afternoon(
    server: Server, client: httpx.AsyncClient, eve: NewsroomDriver, public: Public, closed: Json
) -> None:
    # A projection is retracted, with the reason where everybody reads it, and later stands again.
    early = await eve.write("The mayor has lost.")
    await eve.act("retract", early, reason="Half the wards are missing.")
    state = (await client.get(f"/v1/stories/{eve.story}")).json()
    retracted = state["timeline"]["items"][0]
    assert (retracted["status"], "Half the wards are missing." in retracted["body_html"]) == ("retracted", True)
    await eve.act("reinstate", early)

    # The night's first fact is pinned and made a key point; a rumour is taken out of the world.
    place = f"/v1/stories/{eve.story}"
    await eve.send("PUT", f"{place}/pinned", items=[{"entry": closed["id"]}])
    await eve.send("PUT", f"{place}/key-points", items=[{"text": "The mayor has lost.", "entry": early["id"]}])
    rumour = await eve.write("A recount, some say.")
    await eve.act("remove", rumour)
    before = ["Polls have closed.", "Long queues at the harbour bridge, gone by noon.", "Polls are open."]
    await public.see("The mayor has lost.", *before)

    # The server dies in the middle of the evening, and is back.
    server.kill()
    server.start()
    await eve.write("We are back.")
    await public.see("We are back.", "The mayor has lost.", *before)

    # The night ends; in the morning it turns out that it had not.
    await eve.change_story(status="ended")
    assert (await eve.client.post(f"{place}/entries", json={"text": "One more."})).json()["code"] == "story_ended"
    await public.see("We are back.", "The mayor has lost.", *before)
    await eve.change_story(status="live")
    await eve.write("A recount after all.")
    await public.see("A recount after all.", "We are back.", "The mayor has lost.", *before)
    assert await public.agree_at_the_end() == []
    replayed = (await client.get(f"{place}/changes?after=0&limit=1000")).text
    for secret in ("400 %", "Which bridge?", "some say", "Long queues at the bridge."):
        assert secret not in replayed


async def _until_shown(client: httpx.AsyncClient, story: str, *, count: int) -> Json:
    """The newest entry, once there are so many."""
    deadline = time.monotonic() + AGREE_SECONDS
    while time.monotonic() < deadline:
        items = (await client.get(f"/v1/stories/{story}")).json()["timeline"]["items"]
        if len(items) == count:
            newest: Json = items[0]
            return newest
        await asyncio.sleep(0.02)  # between two looks
    raise AssertionError(f"there were never {count} entries")

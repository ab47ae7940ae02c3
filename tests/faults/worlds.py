"""A world: the whole application in this process, whose time and randomness are what its public history says.

Two worlds with the same public history can be compared byte by byte, whatever else their newsrooms did.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.domain.clock import Micros
from app.domain.identifiers import BASE62
from app.main import Application, create_app
from app.settings import Settings

ADMIN_TOKEN = "operator-secret-of-forty-characters-0000"
PUBLIC_URL = "https://live.example"
START = 1_790_000_000_000_000
SECOND = 1_000_000
REQUEST_ID = "a-request-of-either-world"
TOLD_SECONDS = 20

SITE_FILES = (
    *("/robots.txt", "/favicon.ico", "/sitemap.xml", "/sitemaps/stories-1.xml", "/sitemaps/stories-2.xml"),
    *("/sitemaps/news.xml", "/oembed"),
)
"""What search engines ask of a site."""

Json = dict[str, Any]
Recording = dict[str, tuple[Any, ...]]
"""What was answered, by what was asked."""


def found_at(story: str, entries: Iterable[str]) -> Iterator[str]:
    """List where a story and some entries are found: structured data, entries' pages, and how they are embedded."""
    yield f"/v1/stories/{story}/structured-data"
    yield f"/oembed?url={PUBLIC_URL}/stories/{story}"
    for entry in entries:
        yield f"/stories/{story}/entries/{entry}"
        yield f"/oembed?url={PUBLIC_URL}/stories/{story}/entries/{entry}&format=xml"


class WorldRandom:
    """Randomness as a function of purpose and object. A block belongs to an entry and a public step, not to a version:
    versions count what the newsroom does in private."""

    def __init__(self) -> None:
        self.step = 0

    def uuid(self, purpose: str, key: str) -> str:
        return str(uuid.UUID(bytes=self._digest(purpose, key)[:16], version=4))

    def base62(self, purpose: str, key: str, length: int) -> str:
        if purpose == "block":
            entry, _, made = key.split(":")
            key = f"{entry}:{self.step}:{made}"
        return "".join(BASE62[byte % 62] for byte in self._digest(purpose, key)[:length])

    def _digest(self, purpose: str, key: str) -> bytes:
        return hashlib.sha512(f"{purpose}:{key}".encode()).digest()


@dataclass
class World:
    """`reader` asks without credentials, `admin` with the admin token. `secrets` is how many hidden things happened."""

    app: Application
    reader: httpx.AsyncClient
    admin: httpx.AsyncClient
    random: WorldRandom
    now: int = START
    secrets: int = 0
    sockets: list[Socket] = field(default_factory=list)

    def clock(self) -> Micros:
        return Micros(self.now)

    async def step(self, method: str, path: str, **body: Any) -> Json:
        """One step of the public history; everybody who listens has been told when this returns."""
        self.random.step += 1
        self.now = START + self.random.step * SECOND
        return await self.write(method, path, 2, **body)

    async def secret(self, method: str, path: str, expect: int, *, token: str | None = None, **body: Any) -> Json:
        """Something readers must not be able to notice; `expect` is the status, or its first digit."""
        self.secrets += 1
        self.now += 100  # however many there are, they fit between two public steps
        return await self.write(method, path, expect, token=token, **body)

    async def write(self, method: str, path: str, expect: int, *, token: str | None = None, **body: Any) -> Json:
        headers = {"If-Match": "*"} if method == "PATCH" else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        answer = await self.admin.request(method, f"/v1{path}", json=body, headers=headers)
        assert expect in {answer.status_code, answer.status_code // 100}, f"{method} {path} {body}: {answer.text}"
        written: Json = answer.json()
        return written

    async def read(self, path: str) -> Json:
        """Read what the newsroom knows."""
        answer = await self.admin.get(f"/v1{path}")
        assert answer.status_code == 200, answer.text
        known: Json = answer.json()
        return known

    async def upload(self, media: str, content: bytes) -> Json:
        """Keep an upload; readers must not be able to notice it until something shows it."""
        headers = {"Content-Type": "image/png"}
        answer = await self.admin.post("/v1/media", content=content, headers=headers, params={"id": media})
        assert answer.status_code == 201, answer.text
        written: Json = answer.json()
        return written

    async def listen(self, path: str, *, kind: str, query: str = "") -> Socket:
        """Open a WebSocket or an event stream, and keep what it says."""
        socket = Socket(kind)
        socket.open(self.app, path, query)
        self.sockets.append(socket)
        return socket

    async def ask(self, urls: Iterable[str], *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Recording:
        """Ask for each URL in each way; every byte and header of the answers."""
        recording: Recording = {}
        for url in urls:
            for method in methods:
                answer = await self.reader.request(method, url)
                recording[f"{method} {url}"] = (answer.status_code, sorted(answer.headers.raw), answer.content)
                if etag := answer.headers.get("etag"):
                    again = await self.reader.request(method, url, headers={"If-None-Match": etag})
                    recording[f"{method} {url} again"] = (again.status_code, sorted(again.headers.raw), again.content)
        return recording

    async def hang_up(self) -> None:
        for socket in self.sockets:
            await socket.close()
        self.sockets.clear()


class Socket:
    """One open connection of a reader, held by hand; `said` is every message or chunk that was sent to it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.said: list[Any] = []
        self._inbox: asyncio.Queue[Json] = asyncio.Queue()
        self._told = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def open(self, app: Application, path: str, query: str) -> None:
        scope: Json = {
            "type": "websocket" if self.kind == "websocket" else "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"live.example"), (b"x-request-id", REQUEST_ID.encode())],
            "client": ("192.0.2.1", 50_000),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        begin = "websocket.connect" if self.kind == "websocket" else "http.request"
        self._inbox.put_nowait({"type": begin, "body": b"", "more_body": False})
        self._running = asyncio.create_task(app(scope, self._inbox.get, self._send))

    async def until(self, word: str) -> None:
        """Wait until it was told something with that word in it, or its end."""
        async with asyncio.timeout(TOLD_SECONDS):
            while word not in self.text and self._running is not None and not self._running.done():
                self._told.clear()
                waiting = asyncio.create_task(self._told.wait())
                await asyncio.wait({waiting, self._running}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()

    @property
    def text(self) -> str:
        """Everything it was told, without the one line that is random on purpose, and without heartbeats.

        Those say what time it is, and come when nothing else has come for a while by the wall clock.
        """
        told = (said for said in self.said if '"type":"heartbeat"' not in said)
        return "\n".join(line for said in told for line in said.split("\n") if not line.startswith("retry:"))

    @property
    def cursors(self) -> list[str]:
        """The cursor of each event it was told."""
        lines = [line.removeprefix("data: ") for line in self.text.split("\n")]
        return [m["cursor"] for m in (json.loads(line) for line in lines if line.startswith("{")) if "seq" in m]

    async def close(self) -> None:
        self._inbox.put_nowait({"type": "websocket.disconnect" if self.kind == "websocket" else "http.disconnect"})
        assert self._running is not None
        await asyncio.wait_for(self._running, TOLD_SECONDS)

    async def _send(self, message: Any) -> None:
        match message["type"]:
            case "websocket.send":
                self.said.append(message["text"])
            case "http.response.body" | "websocket.http.response.body":
                self.said.append(message.get("body", b"").decode())
            case _:
                self.said.append(repr(sorted(message.items())))
        self._told.set()


@asynccontextmanager
async def running_world(database_url: str, folder: Path) -> AsyncIterator[World]:
    """A world over a migrated, empty database."""
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        public_url=PUBLIC_URL,
        site_name="The Post",
        site_url="https://post.example",
        admin_token=ADMIN_TOKEN,
        heartbeat_seconds=50,
        comments="moderated",
        comments_per_address=0,
        comments_per_story=0,
        comments_per_site=0,
        log_level="error",
    )
    moved = WorldRandom()
    times: list[World] = []
    app = create_app(
        settings, clock=lambda: times[0].clock(), random=moved, access_stream=io.StringIO(), follows_database=False
    )
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 50_000))
    headers = {"X-Request-Id": REQUEST_ID}
    authorized = {**headers, "Authorization": f"Bearer {ADMIN_TOKEN}"}
    async with (
        httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers) as reader,
        httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=authorized) as admin,
    ):
        world = World(app, reader, admin, moved)
        times.append(world)
        async with app.running():
            yield world
            await world.hang_up()


def assert_same(plain: Recording, secretive: Recording) -> None:
    """Compare what two worlds answered, byte by byte."""
    assert plain.keys() == secretive.keys()
    different = {name: (plain[name], secretive[name]) for name in plain if plain[name] != secretive[name]}
    assert different == {}

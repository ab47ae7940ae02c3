"""A server for tests: the real application in this process, and clients that reach it as those on a network would."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.api.http.state import AppState
from app.domain.clock import Clock, system_clock
from app.main import Application, create_app
from app.settings import Settings

ADMIN_TOKEN = "operator-secret-of-forty-characters-0000"
METRICS_TOKEN = "scraper-secret-of-forty-characters-00000"
PUBLIC_URL = "https://live.example"
PAGE_ORIGIN = "https://desk.example"
PLAIN = {"accept-encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running application, with a client that has no credentials and one that has the admin token."""

    app: Application
    app_state: AppState
    client: httpx.AsyncClient
    admin: httpx.AsyncClient
    access_lines: io.StringIO

    async def story(self, title: str = "Election night", **fields: Any) -> dict[str, Any]:
        """Create a story, public unless `fields` say otherwise."""
        return await self._written("POST", "/v1/stories", {"title": title, **fields})

    async def post(self, story: str, text: str | None = "Polls have closed.", **fields: Any) -> dict[str, Any]:
        """Create an entry, public unless `fields` say otherwise."""
        return await self._written("POST", f"/v1/stories/{story}/entries", {"text": text, **fields})

    async def act(self, action: str, entry: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Do one action to an entry: `publish`, `unpublish`, `retract`, `remove`…"""
        return await self._written("POST", f"/v1/stories/{entry['story']}/entries/{entry['id']}/{action}", body)

    async def _written(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = await self.admin.request(method, path, json=body)
        assert reply.status_code in {200, 201, 202}, reply.text
        written: dict[str, Any] = reply.json()
        return written


@asynccontextmanager
async def running(database_url: str, folder: Path, *, clock: Clock = system_clock) -> AsyncIterator[Server]:
    """Run the application over a migrated database until the block ends."""
    access_lines = io.StringIO()
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        public_url=PUBLIC_URL,
        site_name="The Post",
        site_url="https://post.example",
        admin_token=ADMIN_TOKEN,
        metrics_token=METRICS_TOKEN,
        cors_origins=(PAGE_ORIGIN,),
        log_format="json",
    )
    app = create_app(settings, clock=clock, access_stream=access_lines)
    async with app.running() as app_state:
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 50_000))
        async with (
            httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=PLAIN) as client,
            httpx.AsyncClient(
                transport=transport,
                base_url=PUBLIC_URL,
                headers={**PLAIN, "authorization": f"Bearer {ADMIN_TOKEN}"},
            ) as admin,
        ):
            yield Server(app, app_state, client, admin, access_lines)

"""An import in this process: a server with its control socket's calls, a run against it, and what readers then have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.cli.admin_api import controlled
from app.cli.imports.run import ImportedResult, ImportRequest, ImportRun
from app.domain.clock import system_clock
from app.importers.foreign import ReadOptions, SourceFile
from app.importers.report import Report
from app.importers.sources import Source
from app.media.picture_fetcher import PictureFetcher
from tests.api.server import ADMIN_TOKEN, PUBLIC_URL, Server, running


class Killed(BaseException):
    """The command was killed."""


@dataclass(slots=True)
class Imports:
    """A running server, and the runs of `liveblog import` against it."""

    server: Server
    api: httpx.AsyncClient
    calls: int = 0
    killed_at: int | None = None
    """The call that does not come back: every second one is not even made."""
    reports: list[Report] = field(default_factory=list)
    results: list[ImportedResult] = field(default_factory=list)

    async def run(
        self, source: Source, files: Sequence[SourceFile], *, fetcher: PictureFetcher | None = None, **wished: Any
    ) -> None:
        """Report on the files and bring what is in them, as the command does with --yes and --all."""
        self.reports, self.results = [], []
        given: dict[str, Any] = {"takes_all": True, "does_it": True, **wished}
        request = ImportRequest(source, files, ReadOptions(now=system_clock()), **given)
        run = ImportRun(request, self.api, fetcher=fetcher)
        await run.report(self.reports.append)
        await run.bring(lambda _, result: self.results.append(result), progress=lambda _, __: None)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Return how many entries of the last run were added, changed, the same, and removed."""
        [result] = self.results
        return result.outcome.added, result.outcome.changed, result.outcome.same, result.removed

    async def public_entries(self, slug: str) -> list[dict[str, Any]]:
        """Return all that readers have of a story's entries, without what is random: the oldest first."""
        found: list[dict[str, Any]] = []
        following: str | None = f"/v1/stories/{slug}/entries?limit=100&body=html"
        while following is not None:
            page = (await self.server.client.get(following)).json()
            found += page["items"]
            following = page["next"]
        random = {"id", "url", "story", "sort_key"}
        return [{name: value for name, value in entry.items() if name not in random} for entry in reversed(found)]


class _Transport(httpx.AsyncBaseTransport):
    """Passes calls on to the application until the one at which the command is killed."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.imports: Imports | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        imports = self.imports
        assert imports is not None
        imports.calls += 1
        if imports.killed_at == imports.calls and imports.calls % 2:
            raise Killed
        answer = await self.inner.handle_async_request(request)
        if imports.killed_at == imports.calls:
            raise Killed
        return answer


@asynccontextmanager
async def importing(database_url: str, folder: Path) -> AsyncIterator[Imports]:
    """Run a server for imports until the block ends."""
    async with running(database_url, folder) as server:
        transport = _Transport(httpx.ASGITransport(controlled(server.app)))
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers) as api:
            transport.imports = imports = Imports(server, api)
            yield imports

"""Seeds and removes the demo story, and posts its remaining entries while a reader has its page open.

All writing goes through the API, as any newsroom's would.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any

import httpx
import structlog

from app.jobs.demo_story import DEMO_STORY, DemoEntry, DemoStory, LaterStep
from app.jobs.job import Job, run_in_thread
from app.storage.database.transactions import Database
from app.storage.newsroom.entries import read_entry_by_external_id
from app.storage.newsroom.stories import delete_story, lock_story, read_story

SHORTEST_PAUSE_SECONDS = 8.0
LONGEST_PAUSE_SECONDS = 15.0

_STORY = f"/v1/stories/{DEMO_STORY}"
_ENTRIES = f"{_STORY}/entries"

log = structlog.get_logger()


class DemoRefused(Exception):
    """A part of the demo story that the API refused; the message has its answer."""


async def seed_demo(api: httpx.AsyncClient, story: DemoStory, *, set_minutes_ago: Callable[[float], None]) -> bool:
    """Post the story and its first entries; return False, with nothing posted, if it exists already.

    `set_minutes_ago` is called before each step with how many minutes ago it happened, for a clock that can be set.
    Raises DemoRefused.
    """
    if (await api.get(f"/v1/newsroom/stories/{DEMO_STORY}")).is_success:
        return False
    steps = sorted(_steps(story), key=lambda step: -step[0])
    set_minutes_ago(steps[0][0] + 1)
    await _send(api, "POST", "/v1/stories", story.body)
    ids: dict[str, str] = {}
    for minutes_ago, entry, later in steps:
        set_minutes_ago(minutes_ago)
        if later is None:
            ids[entry.external_id] = (await post_entry(api, entry))["id"]
        else:
            await _send_later_step(api, f"{_ENTRIES}/{ids[entry.external_id]}", later)
    points = [{**point, "entry": ids[point["entry"]]} for point in story.key_points]
    await _send(api, "PUT", f"{_STORY}/key-points", {"items": points})
    await _send(api, "PUT", f"{_STORY}/pinned", {"items": [{"entry": ids[each]} for each in story.pinned]})
    return True


async def post_entry(api: httpx.AsyncClient, entry: DemoEntry) -> dict[str, Any]:
    """Publish one entry under its external id, which makes a repetition harmless. Raises DemoRefused."""
    body = {**entry.body, "external_version": 1}
    return await _send(api, "PUT", f"{_ENTRIES}/by-external-id/{entry.external_id}", body)


def remove_demo(database: Database) -> bool:
    """Delete every trace of the demo story; return False if there is none."""
    with database.transaction() as tx:
        if lock_story(tx, DEMO_STORY) is None:
            return False
        delete_story(tx, DEMO_STORY)
        return True


def next_entry(database: Database, story: DemoStory) -> DemoEntry | None:
    """Return the first remaining entry that the story has never had; None if there is none, or no demo story."""
    with database.snapshot() as tx:
        if read_story(tx, DEMO_STORY) is None:
            return None
        for entry in story.remaining:
            if read_entry_by_external_id(tx, DEMO_STORY, entry.external_id) is None:
                return entry
    return None


def demo_job(
    database: Database,
    story: DemoStory,
    *,
    count_readers: Callable[[], Awaitable[int]],
    connect: Callable[[], httpx.AsyncClient],
    random: Random,
) -> Job:
    """Make the job that posts one remaining entry at a time while `count_readers` is not 0.

    `connect` opens a client of this server's API that may publish.
    """

    async def run() -> None:
        if await count_readers() == 0:
            return
        entry = await run_in_thread(lambda: next_entry(database, story))
        if entry is None:
            return
        async with connect() as api:
            await post_entry(api, entry)
        log.info("demo_entry_posted", external_id=entry.external_id)

    return Job(
        name="demo", run=run, pause_seconds=lambda: random.uniform(SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
    )


def local_api(app: Any, token: str) -> httpx.AsyncClient:
    """Open a client of the ASGI application `app` in this process, with the rights of `token`."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://liveblog", headers={"Authorization": f"Bearer {token}"}
    )


def _steps(story: DemoStory) -> list[tuple[float, DemoEntry, LaterStep | None]]:
    steps: list[tuple[float, DemoEntry, LaterStep | None]] = []
    for entry in story.seeded:
        steps.append((entry.minutes_ago or 0, entry, None))
        steps.extend((later.minutes_ago, entry, later) for later in entry.later)
    return steps


async def _send_later_step(api: httpx.AsyncClient, url: str, step: LaterStep) -> None:
    if step.kind == "edit":
        await _send(api, "PATCH", url, step.body, headers={"If-Match": "*"})
    elif step.kind == "correction":
        await _send(api, "POST", f"{url}/corrections", step.body)
    else:
        await _send(api, "POST", f"{url}/retract", step.body)


async def _send(
    api: httpx.AsyncClient, method: str, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    reply = await api.request(method, url, json=body, headers=headers)
    if not reply.is_success:
        raise DemoRefused(f"{method} {url} was answered with {reply.status_code}: {reply.text[:500]}")
    members: dict[str, Any] = reply.json()
    return members

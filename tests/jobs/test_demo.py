"""The demo through the real application: seeded once, continued only while a reader watches, removed whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from app.domain.clock import Micros, format_time
from app.jobs.demo import DemoRefused, demo_job, local_api, next_entry, post_entry, remove_demo, seed_demo
from app.jobs.demo_story import DEMO_STORY, DemoEntry, load_demo_story
from app.jobs.job import Job
from app.main import Application, create_app
from app.settings import Settings
from app.storage.database.transactions import Database

pytestmark = pytest.mark.anyio

TOKEN = "the-admin-token-of-these-tests-0123456789"
NOW = 1_800_000_000_000_000
MINUTE = 60_000_000
STORY = load_demo_story("http://127.0.0.1:8000")


class Clock:
    """A clock that `go_back` sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Micros:
        return Micros(self.now)

    def go_back(self, minutes: float) -> None:
        self.now = NOW - round(minutes * MINUTE)


@asynccontextmanager
async def _running(url: str, folder: Path, clock: Clock, **given: Any) -> AsyncGenerator[Application]:
    settings = Settings(data_dir=folder, database_url=url, admin_token=TOKEN, log_level="warning", **given)
    app = create_app(settings, clock=clock, follows_database=False)
    async with app.running():
        yield app


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(database_url: str, tmp_path: Path, clock: Clock) -> AsyncGenerator[Application]:
    async with _running(database_url, tmp_path / "data", clock) as running:
        yield running


@pytest.fixture
async def api(app: Application) -> AsyncGenerator[httpx.AsyncClient]:
    async with local_api(app, TOKEN) as client:
        yield client


def _database(app: Application) -> Database:
    return app.app_state.newsroom.database


def _job(app: Application, *, readers: int) -> Job:
    async def count_readers() -> int:
        return readers

    return demo_job(
        _database(app), STORY, count_readers=count_readers, connect=lambda: local_api(app, TOKEN), random=Random(1)
    )


async def _state(api: httpx.AsyncClient) -> Any:
    return (await api.get("/v1/stories/demo", params={"body": "both"})).json()


async def _changes(api: httpx.AsyncClient) -> list[Any]:
    events: list[Any] = (await api.get("/v1/stories/demo/changes", params={"after": "0"})).json()["events"]
    return events


async def _shown(api: httpx.AsyncClient, entry: DemoEntry) -> Any:
    items = (await _state(api))["timeline"]["items"]
    return next(item for item in items if item["headline"] == entry.body.get("headline"))


async def test_a_seeding_posts_all_it_begins_with_and_a_second_one_nothing(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    assert await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    first = await _state(api)
    assert first["entry_count"] == 10
    assert not await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    assert await _state(api) == first


async def test_what_was_seeded_lies_in_the_past_in_order(api: httpx.AsyncClient, clock: Clock) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    items = (await _state(api))["timeline"]["items"]
    assert [item["published_at"] for item in reversed(items)] == [
        format_time(Micros(NOW - round((entry.minutes_ago or 0) * MINUTE))) for entry in STORY.seeded
    ]


async def test_it_holds_an_edit_a_correction_a_retraction_and_the_picture(api: httpx.AsyncClient, clock: Clock) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    items = (await _state(api))["timeline"]["items"]
    assert sum(item["status"] == "retracted" for item in items) == 1
    assert sum(bool(item["corrections"]) for item in items) >= 1
    edited = [item for item in items if "lighthouse keeper" in item["body_html"]]
    assert edited[0]["updated_at"] > edited[0]["published_at"]
    lead = await _shown(api, STORY.seeded[-1])
    assert (await api.get(lead["blocks"][0]["url"])).headers["content-type"] == "image/png"


async def test_its_front_has_an_intro_a_sponsor_key_points_a_pin_and_a_map_on_consent(
    api: httpx.AsyncClient, clock: Clock
) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    state = await _state(api)
    assert "<strong>tonight</strong>" in str(state["intro"])
    assert state["sponsor"]["name"] == "Aldane Harbour Bookshop"
    assert [author["name"] for author in state["authors"]] == ["Mara Ellery", "Dr Oda Reyle"]
    ids = {item["id"]: item["headline"] for item in state["timeline"]["items"]}
    assert [ids[pin["entry"]] for pin in state["pinned"]] == ["Trains: what runs and what does not"]
    assert ids[state["key_points"][0]["entry"]] == "The barrier is closed"
    embeds = [block for item in state["timeline"]["items"] for block in item["blocks"] if block["type"] == "embed"]
    assert [(block["provider"], block["category"]) for block in embeds] == [("openstreetmap", "map")]


async def test_nothing_is_posted_while_nobody_watches(app: Application, api: httpx.AsyncClient, clock: Clock) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    before = await _state(api)
    await _job(app, readers=0).run()
    assert await _state(api) == before


async def test_while_somebody_watches_the_rest_is_posted_one_by_one_and_then_nothing(
    app: Application, api: httpx.AsyncClient, clock: Clock
) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    clock.now = NOW
    job = _job(app, readers=1)
    for number, entry in enumerate(STORY.remaining, start=1):
        clock.now += MINUTE
        await job.run()
        newest = (await _state(api))["timeline"]["items"][0]
        assert newest["headline"] == entry.body.get("headline")
        assert (await _state(api))["entry_count"] == 10 + number
    finished = await _state(api)
    await job.run()
    assert await _state(api) == finished


async def test_an_entry_taken_back_is_not_posted_again(app: Application, api: httpx.AsyncClient, clock: Clock) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    job = _job(app, readers=1)
    await job.run()
    newest = (await _state(api))["timeline"]["items"][0]["id"]
    assert (await api.delete(f"/v1/stories/demo/entries/{newest}")).is_success
    following = next_entry(_database(app), STORY)
    assert following is not None
    assert following.external_id == "demo-12"


async def test_where_there_is_no_demo_story_nothing_is_posted(app: Application, api: httpx.AsyncClient) -> None:
    await _job(app, readers=1).run()
    assert (await api.get("/v1/stories")).json()["items"] == []


async def test_two_processes_that_post_the_same_entry_make_one(api: httpx.AsyncClient, clock: Clock) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    first = await post_entry(api, STORY.remaining[0])
    events = len(await _changes(api))
    assert (await post_entry(api, STORY.remaining[0]))["id"] == first["id"]
    assert len(await _changes(api)) == events


async def test_a_removed_demo_leaves_no_trace_and_can_be_seeded_again(
    app: Application, api: httpx.AsyncClient, clock: Clock
) -> None:
    await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
    assert remove_demo(_database(app))
    assert not remove_demo(_database(app))
    await app.app_state.hub.stories.reconcile()
    assert (await api.get("/v1/stories/demo")).status_code == 404
    assert (await api.get(f"/v1/newsroom/stories/{DEMO_STORY}")).status_code == 404
    assert await seed_demo(api, STORY, set_minutes_ago=clock.go_back)


async def test_a_refusal_names_what_was_refused(app: Application, clock: Clock) -> None:
    async with local_api(app, "lb_bot_nobody") as stranger:
        with pytest.raises(DemoRefused, match="/v1/stories was answered with 401"):
            await seed_demo(stranger, STORY, set_minutes_ago=clock.go_back)


async def test_pauses_are_between_eight_and_fifteen_seconds(app: Application) -> None:
    job = _job(app, readers=1)
    pauses = [job.pause_seconds() for _ in range(200)]
    assert min(pauses) >= 8
    assert max(pauses) <= 15
    assert len(set(pauses)) > 100


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 404),
        ({"demo": True}, 200),
        ({"demo": True, "host": "192.0.2.7", "public_url": "https://live.example"}, 404),
    ],
)
async def test_its_page_is_on_loopback_alone_where_it_was_asked_for_and_while_the_story_is_there(
    sqlite_url: str, tmp_path: Path, clock: Clock, given: dict[str, Any], *, status: int
) -> None:
    async with _running(sqlite_url, tmp_path / "data", clock, **given) as app, local_api(app, TOKEN) as api:
        assert (await api.get("/demo")).status_code == 404
        await seed_demo(api, STORY, set_minutes_ago=clock.go_back)
        page = await api.get("/demo")
        assert page.status_code == status
        assert "/demo" not in (await api.get("/openapi.json")).json()["paths"]
        if status == 200:
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'; script-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
            assert TOKEN not in page.text

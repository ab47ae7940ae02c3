"""Changes over HTTP: short and long polls, and every cursor that cannot be honoured."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tests.api.server import PUBLIC_URL, Server
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_without_a_cursor_a_reader_learns_where_to_begin(server: Server) -> None:
    story = await server.story()
    await server.post(story["id"])
    state = (await server.client.get(f"/v1/stories/{story['id']}")).json()
    for query in ("", "?wait=30"):
        reply = (await server.client.get(f"/v1/stories/{story['slug']}/changes{query}")).json()
        assert reply == {
            "events": [],
            "cursor": state["head"],
            "head": state["head"],
            "more": False,
            "comment_count": 0,
        }


async def test_from_the_beginning_comes_everything_in_pages(server: Server) -> None:
    story = await server.story()
    posted = [(await server.post(story["id"]))["id"] for _ in range(5)]
    replies: list[dict[str, Any]] = [{"cursor": "0", "more": True, "events": []}]
    while replies[-1]["more"]:
        after = replies[-1]["cursor"]
        reply = (await server.client.get(f"/v1/stories/{story['id']}/changes?after={after}&limit=2")).json()
        replies.append(reply)
        if reply["more"]:
            assert len(reply["events"]) == 2
            assert reply["cursor"] == reply["events"][-1]["cursor"]
    seen = [event for reply in replies for event in reply["events"]]
    assert [event["seq"] for event in seen] == [1, 2, 3, 4, 5, 6]
    assert [event["entry"]["id"] for event in seen[1:]] == posted
    assert replies[-1]["cursor"] == replies[-1]["head"]


async def test_body_chooses_the_form_of_the_entries(server: Server) -> None:
    story = await server.story()
    await server.post(story["id"])
    for body, has in (("html", {"body_html"}), ("blocks", {"blocks"}), ("both", {"body_html", "blocks"})):
        reply = (await server.client.get(f"/v1/stories/{story['id']}/changes?after=0&body={body}")).json()
        assert reply["events"][1]["entry"].keys() & {"body_html", "blocks"} == has


async def test_every_cursor_that_cannot_be_honoured_is_410_with_the_snapshots_url(server: Server) -> None:
    story, other = await server.story(), await server.story("Another")
    await server.post(story["id"])
    await server.post(other["id"])
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    epoch, seq, check = head.split(".")
    foreign = (await server.client.get(f"/v1/stories/{other['id']}/changes")).json()["head"]
    reasons = {
        "abc": "epoch",
        "-1": "epoch",
        str(2**63): "epoch",
        f"{epoch}.{2**63}.{check}": "epoch",
        f"{epoch}.-1.{check}": "epoch",
        f"{epoch}.{int(seq) + 1}.{check}": "fork",
        f"{epoch}.{seq}.zzzzzz": "fork",
        f"{epoch}.{seq}": "epoch",
        f"zzzzzzzz.{seq}.{check}": "epoch",
        foreign: "epoch",
        "\u202e": "epoch",
    }
    for cursor, reason in reasons.items():
        for wait in ("", "5"):
            params = {"after": cursor} | ({"wait": wait} if wait else {})
            reply = await server.client.get(f"/v1/stories/{story['slug']}/changes", params=params)
            problem = reply.json()
            assert (reply.status_code, problem["code"], problem["cause"]) == (410, "cursor_unusable", reason), cursor
            assert problem["snapshot_url"] == f"{PUBLIC_URL}/v1/stories/{story['id']}"
            assert reply.headers["cache-control"] == "no-store"
    assert (await server.client.get(f"{PUBLIC_URL}/v1/stories/{story['id']}")).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "wait=31", "wait=-1", "wait=soon", "body=x"])
async def test_a_value_that_cannot_be_is_pointed_at(server: Server, query: str) -> None:
    story = await server.story()
    reply = await server.client.get(f"/v1/stories/{story['id']}/changes?{query}")
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, f"/query/{query.partition('=')[0]}")


async def poll(server: Server, story: str, after: str, *, wait: int) -> asyncio.Task[dict[str, Any]]:
    """Start a long poll, and return once it waits."""

    async def ask() -> dict[str, Any]:
        reply = await server.client.get(f"/v1/stories/{story}/changes?after={after}&wait={wait}")
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "no-store"
        found: dict[str, Any] = reply.json()
        return found

    waiting = server.app_state.hub.metrics.waiting_polls
    task = asyncio.create_task(ask())
    await until(lambda: server.app_state.hub.metrics.waiting_polls != waiting or task.done())
    return task


async def test_a_long_poll_is_answered_by_the_next_event(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    polls = [await poll(server, story["id"], head, wait=30) for _ in range(20)]
    assert server.app_state.hub.metrics.waiting_polls == 20
    posted = await server.post(story["id"])
    for reply in await asyncio.gather(*polls):
        (event,) = reply["events"]
        assert event["entry"]["id"] == posted["id"]
        assert reply["cursor"] == reply["head"] == event["cursor"]
    assert server.app_state.hub.metrics.waiting_polls == 0


async def test_a_long_poll_that_is_behind_is_answered_at_once(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    await server.post(story["id"])
    async with asyncio.timeout(5):
        reply = (await server.client.get(f"/v1/stories/{story['id']}/changes?after={head}&wait=30")).json()
    assert len(reply["events"]) == 1


async def test_a_long_poll_in_which_nothing_happens_ends_empty_in_time(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    begun = asyncio.get_running_loop().time()
    reply = await (await poll(server, story["id"], head, wait=1))
    assert reply == {"events": [], "cursor": head, "head": head, "more": False, "comment_count": 0}
    assert asyncio.get_running_loop().time() - begun >= 0.9


async def test_what_happens_to_a_draft_wakes_nobody(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    waiting = await poll(server, story["id"], head, wait=1)
    await server.post(story["id"], status="draft")
    assert (await waiting)["head"] == head


async def test_a_drain_ends_every_long_poll(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    waiting = await poll(server, story["id"], head, wait=30)
    await asyncio.wait_for(server.app.drain(), 5)
    assert (await asyncio.wait_for(waiting, 5))["events"] == []


async def test_asking_at_the_head_touches_no_database(server: Server) -> None:
    story = await server.story()
    head = (await server.client.get(f"/v1/stories/{story['id']}/changes")).json()["head"]
    gate = threading.Event()
    snapshots = server.app_state.reading.snapshots
    readers = [
        asyncio.create_task(read(lambda tx: gate.wait(20)))
        for read in (snapshots.read, snapshots.read_for_live, snapshots.read_for_upkeep)
        for _ in range(20)
    ]
    try:
        async with asyncio.timeout(5):
            reply = await server.client.get(f"/v1/stories/{story['id']}/changes?after={head}")
    finally:
        gate.set()
        await asyncio.gather(*readers)
    assert reply.json()["events"] == []


async def test_long_polls_that_lack_the_same_are_answered_by_one_read(server: Server) -> None:
    story = await server.story()
    await server.post(story["id"])
    url = f"/v1/stories/{story['id']}/changes"
    cursor = (await server.client.get(url)).json()["cursor"]

    async def builds() -> int:
        lines = (await server.admin.get("/metrics")).text.splitlines()
        return sum(int(line.split()[-1]) for line in lines if line.startswith("liveblog_representation_builds_total"))

    before = await builds()
    polls = [await poll(server, story["id"], cursor, wait=20) for _ in range(30)]
    await server.post(story["id"], text="SECRET")
    answers = [await each for each in polls]
    assert {len(answer["events"]) for answer in answers} == {1}
    assert await builds() == before + 1
    again = await server.client.get(f"{url}?after={cursor}")
    assert again.json() == answers[0]
    assert await builds() == before + 1

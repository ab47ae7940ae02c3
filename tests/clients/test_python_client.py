"""The Python client against a real server that is killed and started again, and its examples as they are run."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from liveblog_client import Follower, Liveblog, Refused, Unreachable
from tests.e2e.server import ADMIN_TOKEN, Server, make_story

pytestmark = pytest.mark.anyio

PYTHON_CLIENT = Path(__file__).parents[2] / "clients" / "python"


@asynccontextmanager
async def client_of(server: Server, *, url: str | None = None, **options: Any) -> AsyncIterator[Liveblog]:
    """A client with the rights of the operator."""
    async with Liveblog(url or server.url, token=ADMIN_TOKEN, trust_env=False, **options) as live:
        yield live


async def until_head(updates: Follower, head: str) -> dict[str, Any]:
    """Follow up to a cursor; return what is held then."""
    async with asyncio.timeout(60):
        async for update in updates:
            if update.state["head"] == head:
                return dict(update.state)
    raise AssertionError("it ended before")


def without_bound(state: dict[str, Any]) -> dict[str, Any]:
    """Return what is held without what only readers keep."""
    return {**state, "timeline": {name: each for name, each in state["timeline"].items() if name != "bound"}}


@pytest.mark.parametrize("transport", ["websocket", "poll"])
async def test_a_follower_of_a_killed_server_holds_what_a_new_reader_is_sent(server: Server, transport: Any) -> None:
    story = make_story(server)
    async with client_of(server) as live, live.follow(story, transport=transport) as updates:
        first = await live.post_entry(story, text="Before.")
        await until_head(updates, (await live.read_story(story))["head"])
        server.kill()
        posting = asyncio.create_task(live.post_entry(story, text="Posted while it was away."))
        await asyncio.to_thread(server.start)
        await posting
        await live.act_on_entry(story, first["id"], "retract", reason="A test.")
        fresh = await live.read_story(story)
        held = await until_head(updates, fresh["head"])
        assert {**without_bound(held), "comment_counts": {}} == fresh
        assert [entry["body_html"] for entry in fresh["timeline"]["items"]] == [
            "<p>Posted while it was away.</p>",
            fresh["timeline"]["items"][1]["body_html"],
        ]


async def test_an_entry_whose_answer_was_lost_is_stored_once(server: Server) -> None:
    story, address = make_story(server), urlsplit(server.url)
    lost: list[bytes] = []

    async def lose_the_first_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(address.hostname, address.port)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        inner_writer.write(head + await reader.readexactly(int(length[1]) if length else 0))
        answer = await inner_reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        answer += await inner_reader.readexactly(int(length[1]) if length else 0)
        if lost:
            writer.write(answer.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
            await writer.drain()
        lost.append(answer)
        for each in (writer, inner_writer):
            each.close()

    proxy = await asyncio.start_server(lose_the_first_answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    async with proxy, client_of(server, url=url) as live:
        entry = await live.post_entry(story, text="Once.")
    assert [answer.split()[1] for answer in lost] == [b"201", b"201"]
    async with client_of(server) as live:
        items = (await live.read_story(story))["timeline"]["items"]
        assert [each["id"] for each in items] == [entry["id"]]
        again = await live.post_entry(story, key="of-my-own", text="Twice?")
        assert (await live.post_entry(story, key="of-my-own", text="Twice?"))["id"] == again["id"]


async def test_a_refusal_is_told_at_once_and_a_server_that_is_away_after_patience_is_over(server: Server) -> None:
    async with client_of(server, patience_seconds=1) as live:
        with pytest.raises(Refused) as refused:
            await live.post_entry("no-such-story", text="To nobody.")
        assert (refused.value.status, refused.value.code) == (404, "story_not_found")
        async with live.follow("no-such-story") as updates:
            with pytest.raises(Refused, match="story_not_found"):
                await anext(aiter(updates))
    async with client_of(server, url="http://127.0.0.1:9", patience_seconds=0) as live:
        with pytest.raises(Unreachable, match="failed 1 times"):
            await live.list_stories()


async def test_following_is_over_with_the_story_if_that_was_asked_for(server: Server) -> None:
    story = make_story(server)
    for transport in ("websocket", "poll"):
        async with (
            client_of(server) as live,
            live.follow(story, transport=transport, stop_at_end=True) as updates,
        ):
            await anext(aiter(updates))
            set_status(server, story, "ended")
            async with asyncio.timeout(60):
                statuses = [update.state["status"] async for update in updates]
            assert statuses[-1] == "ended"
        set_status(server, story, "live")


async def test_who_follows_a_story_that_is_withdrawn_is_told_so(server: Server) -> None:
    story = make_story(server)
    statuses: list[str] = []

    async def follow(updates: Follower) -> None:
        async for update in updates:
            statuses.append(update.state["status"])
            if update.message is not None and update.message["type"] == "caught_up":
                await asyncio.to_thread(set_status, server, story, "withdrawn")

    async with client_of(server) as live, live.follow(story) as updates:
        with pytest.raises(Refused) as refused:
            await asyncio.wait_for(follow(updates), 60)
    assert (refused.value.status, statuses[-1]) == (410, "withdrawn")


def set_status(server: Server, story: str, status: str) -> None:
    """Set a story's status, as an editor does."""
    with server.signed_in() as admin:
        answer = admin.patch(f"/v1/stories/{story}", json={"status": status}, headers={"If-Match": "*"})
        assert answer.is_success, answer.text


async def test_older_pages_are_loaded_to_the_end_while_the_story_goes_on(server: Server) -> None:
    story = make_story(server)
    async with client_of(server) as live, live.follow(story) as updates:
        for number in range(45):
            await live.post_entry(story, text=f"Entry {number}.")
        begun = aiter(updates)
        await anext(begun)
        await live.post_entry(story, text="Meanwhile.")
        while await updates.load_older():
            pass
        held = await until_head(updates, (await live.read_story(story))["head"])
        assert len(held["timeline"]["items"]) == 46
        keys = [entry["sort_key"] for entry in held["timeline"]["items"]]
        assert keys == sorted(keys, reverse=True)
        assert held["entry_count"] == 46


def run_example(name: str, server: Server, story: str, lines: str) -> subprocess.CompletedProcess[str]:
    """Run an example as its first lines say."""
    environment = {**os.environ, "LIVEBLOG_TOKEN": ADMIN_TOKEN, "PYTHONPATH": str(PYTHON_CLIENT), "no_proxy": "*"}
    command = [sys.executable, str(PYTHON_CLIENT / "examples" / name), server.url, story]
    return subprocess.run(
        command, input=lines, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def bodies(server: Server, story: str) -> list[tuple[str | None, str]]:
    """Return headline and body of each entry, the newest first."""
    with server.reader() as reader:
        items = reader.get(f"/v1/stories/{story}").json()["timeline"]["items"]
    return [(each["headline"], each["body_html"]) for each in items]


def test_the_program_of_its_readme_posts_and_follows_to_the_end(server: Server) -> None:
    story = make_story(server)
    block = re.search(r"```python\n(.*?)```", (PYTHON_CLIENT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    program = block[1]
    for shown, meant in (("https://live.example", server.url), ("election-night", story), ("lb_bot_…", ADMIN_TOKEN)):
        assert program.count(f'"{shown}"') == 1
        program = program.replace(f'"{shown}"', f'"{meant}"')
    environment = {**os.environ, "PYTHONPATH": str(PYTHON_CLIENT), "no_proxy": "*", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "Election night 1\n"
        set_status(server, story, "ended")
        _, trouble = running.communicate(timeout=60)
        assert (running.returncode, trouble) == (0, "")


def test_the_bot_posts_a_match_once_however_often_it_is_started(server: Server) -> None:
    story = make_story(server, title="Match day")
    minutes = "12 Goal for Harbour\n67 Yellow card\n"
    ran = [run_example("bot.py", server, story, minutes) for _ in range(2)]
    assert [each.returncode for each in ran] == [0, 0], ran[0].stderr + ran[1].stderr
    assert ran[0].stdout == ran[1].stdout
    assert bodies(server, story) == [
        (None, "<p><strong>67′</strong> Yellow card</p>"),
        (None, "<p><strong>12′</strong> Goal for Harbour</p>"),
    ]


def test_the_ingest_updates_an_item_and_leaves_an_older_version_alone(server: Server) -> None:
    story = make_story(server)
    items: list[dict[str, Any]] = [
        {"id": "wire-1", "version": 2, "headline": "Polls close", "text": "At eight."},
        {"id": "wire-1", "version": 3, "headline": "Polls have closed", "text": "At eight."},
        {"id": "wire-1", "version": 1, "headline": "Polls open", "text": "At six."},
        {"id": "wire-2", "version": 1, "text": ""},
    ]
    ran = run_example("ingest.py", server, story, "".join(f"{json.dumps(item)}\n" for item in items))
    assert ran.returncode == 1
    assert re.fullmatch(r"wire-2: 422 \w+: .*\n", ran.stderr), ran.stderr
    assert bodies(server, story) == [("Polls have closed", "<p>At eight.</p>")]

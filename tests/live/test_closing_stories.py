"""Stories that are over, to readers on WebSockets and event streams, on both paths."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.live.model import story
from tests.live.sockets import BROWSER, closed, kinds, next_messages, serving_sockets
from tests.live.streams import block_kinds, next_blocks, reading, rest_of, serving_streams
from tests.waiting import until

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_paths")]

ENDED = {"type": "goodbye", "reason": "ended", "story": "id-one", "use": "poll", "poll_seconds": 30}
REFUSED = {"type": "refused", "story": "id-one", "status": 410, "code": "story_withdrawn"}


async def test_a_socket_hears_the_end_of_its_story_and_is_closed_for_good() -> None:
    model = story()
    async with serving_sockets(model) as (hub, _, at), connect(f"{at}/v1/stories/one/live") as reader:
        await next_messages(reader, 3)
        hub.accept(model.publish())
        hub.accept(model.end())
        messages, code, reason = await closed(reader)
        assert [message.get("seq") for message in messages[:-1]] == [2, 3]
        assert (messages[-1], code, reason) == (ENDED, 1000, "story ended")


async def test_a_hundred_readers_are_all_sent_away_and_none_is_left() -> None:
    model = story()
    async with serving_sockets(model) as (hub, _, at):
        readers = [await connect(f"{at}/v1/stories/one/live") for _ in range(100)]
        for reader in readers:
            await next_messages(reader, 3)
        hub.accept(model.end())
        for reader in readers:
            messages, code, _ = await closed(reader)
            assert (kinds(messages), code) == ([2, "goodbye"], 1000)
        await until(lambda: not hub.connection_count)
        assert hub.reader_count(model.id) == 0


async def test_a_socket_opened_after_the_end_is_caught_up_first() -> None:
    model = story(entries=3)
    model.end()
    async with (
        serving_sockets(model) as (_, _, at),
        connect(f"{at}/v1/stories/one/live?after={model.cursors[3]}") as reader,
    ):
        messages, code, _ = await closed(reader)
        assert kinds(messages) == ["hello", "subscribed", 4, 5, "caught_up", "goodbye"]
        assert code == 1000


async def test_a_socket_stays_with_its_ended_story_for_a_while_and_follows_it() -> None:
    model = story()
    async with (
        serving_sockets(model, heartbeat_seconds=0.1, ended_socket_seconds=0.5) as (hub, _, at),
        connect(f"{at}/v1/stories/one/live") as reader,
    ):
        await next_messages(reader, 3)
        hub.accept(model.end())
        hub.accept(model.publish("a correction"))
        messages, code, reason = await closed(reader)
        told = kinds(messages)
        assert (told.count(2), told.count(3), told.count("goodbye")) == (1, 1, 1)
        assert (code, reason) == (1000, "story ended")


async def test_a_reader_that_reconnects_whatever_the_code_comes_seldom() -> None:
    model = story()
    model.end()
    left: list[float] = []
    async with serving_sockets(model, heartbeat_seconds=0.1, ended_socket_seconds=0.5) as (_, _, at):
        began = asyncio.get_running_loop().time()
        async for reader in connect(f"{at}/v1/stories/one/live"):
            await closed(reader)
            left.append(asyncio.get_running_loop().time() - began)
            if len(left) == 3:
                break
    assert all(at >= 0.45 * times for times, at in enumerate(left, start=1)), left


async def test_a_socket_for_several_stories_outlives_the_end_of_one() -> None:
    one, two = story("one"), story("two")
    async with (
        serving_sockets(one, two) as (hub, _, at),
        connect(f"{at}/v1/live?subscribe=one&subscribe=two") as reader,
    ):
        await next_messages(reader, 5)
        hub.accept(one.end())
        assert (await next_messages(reader, 2))[1] == ENDED
        hub.accept(one.publish("a correction"))
        hub.accept(two.publish())
        (event,) = await next_messages(reader, 1)
        assert event["story"] == "id-two"
        await reader.send(json.dumps({"type": "subscribe", "story": "one", "after": str(one.cursors[2])}))
        assert kinds(await next_messages(reader, 4)) == ["subscribed", 3, "caught_up", "goodbye"]


async def test_a_stream_receives_the_end_and_an_id_that_keeps_it_away() -> None:
    model = story()
    async with (
        serving_streams(model) as (hub, _, at),
        reading(f"{at}/v1/stories/one/events") as blocks,
    ):
        await next_blocks(blocks, 4)
        hub.accept(model.end())
        event, goodbye = await rest_of(blocks)
        assert event["id"] == str(model.head.cursor)
        assert (json.loads(goodbye["data"]), goodbye["id"]) == (ENDED, "end")


async def test_a_socket_hears_of_the_withdrawal_and_does_not_come_back() -> None:
    model = story(entries=1)
    async with serving_sockets(model) as (hub, _, at), connect(f"{at}/v1/stories/one/live") as reader:
        await next_messages(reader, 3)
        hub.accept(model.withdraw())
        messages, code, reason = await closed(reader)
        assert [message["type"] for message in messages] == ["story.removed", "refused"]
        assert (messages[-1], code, reason) == (REFUSED, 4510, "story_withdrawn")


async def test_a_stream_hears_of_the_withdrawal_and_does_not_come_back() -> None:
    model = story(entries=1)
    async with serving_streams(model) as (hub, _, at), reading(f"{at}/v1/stories/one/events") as blocks:
        await next_blocks(blocks, 4)
        hub.accept(model.withdraw())
        removed, refused = await rest_of(blocks)
        assert (block_kinds([removed]), removed["id"]) == ([3], str(model.head.cursor))
        assert (json.loads(refused["data"]), refused["id"]) == (REFUSED, "end")


async def test_a_withdrawn_story_is_refused_to_programs_and_browsers() -> None:
    model = story(entries=1)
    model.withdraw()
    async with serving_sockets(model) as (_, _, at):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{at}/v1/stories/one/live")
        problem = json.loads(refused.value.response.body)
        assert (refused.value.response.status_code, problem["code"]) == (410, "story_withdrawn")
        async with connect(f"{at}/v1/stories/one/live", **BROWSER) as browser:
            assert await closed(browser) == ([], 4510, "story_withdrawn")
        async with connect(f"{at}/v1/live?subscribe=one") as reader:
            assert (await next_messages(reader, 2))[1] == {**REFUSED, "story": "one"}


async def test_a_stream_of_a_withdrawn_story_is_refused_for_good() -> None:
    model = story()
    model.withdraw()
    async with serving_streams(model) as (_, _, at), reading(f"{at}/v1/stories/one/events") as blocks:
        *_, last = await rest_of(blocks)
        assert (json.loads(last["data"]), last["id"]) == ({**REFUSED, "story": "one"}, "end")

"""The hub applies announcements: late, doubled, missing, lying, or of another history."""

from __future__ import annotations

import asyncio

import pytest

from app.live.story.packets import FORMS, Framing
from tests.live.hubs import SOON, Follower, ReadyFollower, pass_turns, reach, running_hub
from tests.live.model import ModelLog, story
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_an_announcement_that_comes_twice_wakes_no_subscriber_twice() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        reader = Follower()
        live.subscriptions.add(reader)
        announcement = model.publish()
        for _ in range(2):
            hub.accept(announcement)
            await until(lambda: reader.wakes)
        await pass_turns()
        assert (reader.wakes, hub.metrics.fan_outs) == (1, 1)


async def test_an_announcement_of_a_story_that_is_not_in_memory_is_dropped() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        hub.accept(model.publish())
        assert log.reads == []
        assert hub.metrics.announcements == 1


async def test_a_missing_number_that_arrives_in_time_costs_no_read() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        await hub.stories.open("one")
        first, second = model.publish(), model.publish()
        before = asyncio.all_tasks()
        hub.accept(second)
        (filling,) = asyncio.all_tasks() - before
        hub.accept(first)
        await reach(hub, 3)
        async with asyncio.timeout(SOON):
            await filling
        assert log.reads == ["find"]


async def test_a_missing_number_is_read_once_for_all() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        readers = [Follower() for _ in range(3)]
        live.subscriptions.update(readers)
        model.publish()
        for _ in range(3):
            hub.accept(model.publish())
        await reach(hub, 5)
        assert log.reads == ["find", "changes"]
        assert {reader.wakes for reader in readers} == {1}
        packets = live.ring.since(model.cursors[1])
        assert packets is not None
        assert [packet.cursor.seq for packet in packets] == [2, 3, 4, 5]


async def test_a_gap_that_cannot_be_read_is_closed_by_the_next_reconciliation() -> None:
    model = story()
    log = ModelLog(model)
    async with running_hub(log, reconcile_seconds=0.05) as hub:
        await hub.stories.open("one")
        log.failing = True
        model.publish()
        hub.accept(model.publish())
        waiting = asyncio.create_task(reach(hub, 3))
        await until(lambda: hub.metrics.reconciles_failed)
        log.failing = False
        await waiting


async def test_a_commit_is_passed_over_unless_its_story_is_in_memory_or_may_be_about_to_be() -> None:
    model, other = story(), story("two")
    log = ModelLog(model, other)
    log.gate = asyncio.Event()
    async with running_hub(log) as hub:
        assert hub.pass_over(model.id)
        opening = asyncio.create_task(hub.stories.open("one"))
        await log.waiting.wait()
        assert not hub.pass_over(model.id)
        assert not hub.pass_over(other.id), "a load may be of any story: it is found by its slug"
        log.gate.set()
        await opening
        assert not hub.pass_over(model.id)
        assert hub.pass_over(other.id)
        assert hub.metrics.announcements == 2


async def test_tables_are_compared_at_once_when_others_are_heard_no_more() -> None:
    compared: list[int] = []
    async with running_hub(ModelLog(story()), reconcile_seconds=0.02) as hub:
        await hub.stories.open("one")

        def are_heard() -> bool:
            compared.append(hub.metrics.reconciles)
            return len(compared) < 5

        hub.hear_others(are_heard)
        await until(lambda: compared and hub.metrics.reconciles > compared[0])
    assert compared == [compared[0]] * 5


async def test_a_number_that_was_announced_but_does_not_exist_is_forgotten() -> None:
    model, liar = story(), story()
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        lies = [liar.publish() for _ in range(4)]
        hub.accept(lies[-1])
        assert live.is_behind()
        await until(lambda: not live.is_behind())
        assert live.head == model.head
        hub.accept(model.publish())
        assert live.head == model.head


async def test_another_epoch_in_an_announcement_is_settled_by_the_tables() -> None:
    model = story(entries=1)
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        model.rebuild("epoch002")
        reader = Follower()
        live.subscriptions.add(reader)
        hub.accept(model.publish())
        await hub.wait_beyond("one", 2, timeout_seconds=SOON)
        assert live.head == model.head
        assert (live.generation, reader.wakes, hub.metrics.resets) == (1, 1, 1)


@pytest.mark.parametrize("back_to", [3, 2], ids=["same number", "older number"])
async def test_an_event_that_contradicts_ours_is_settled_by_the_tables(back_to: int) -> None:
    model = story(entries=3)
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        model.fork(back_to=back_to, branch="b")
        hub.accept(model.publish())
        while model.seq < 5:
            # It would follow our head by its number, but it follows another event.
            hub.accept(model.publish())
        assert live.head.cursor.check == "a00004"
        async with asyncio.timeout(SOON):
            while live.generation == 0 or live.is_behind():
                await hub.wait_beyond("one", 5, timeout_seconds=0.01)
        assert live.head == model.head


async def test_a_writer_who_built_on_another_event_than_ours_is_noticed_at_once() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        model.fork(back_to=3, branch="b")
        model.publish()
        hub.accept(model.publish("its number follows our head, its history does not"))
        assert live.head.cursor.check == "a00004"
        await hub.wait_beyond("one", 4, timeout_seconds=SOON)
        assert (live.generation, live.head, hub.metrics.gaps) == (1, model.head, 0)
        assert log.reads == ["find", "find"]


async def test_a_contradiction_that_cannot_be_looked_into_now_is_settled_by_the_next_reconciliation() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with running_hub(log) as hub:
        live = await hub.stories.open("one")
        model.fork(back_to=3, branch="b")
        log.failing = True
        hub.accept(model.publish())
        await until(lambda: hub.metrics.reconciles_failed)
        log.failing = False
        await hub.stories.reconcile()
        assert (live.generation, live.head) == (1, model.head)


async def test_a_fan_out_lets_the_loop_do_other_things_between_slices() -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        readers = [Follower() for _ in range(1000)]
        live.subscriptions.update(readers)
        hub.accept(model.publish())
        await until(lambda: any(reader.wakes for reader in readers))
        assert sum(reader.wakes for reader in readers) < 1000
        hub.accept(model.publish())
        await until(lambda: hub.metrics.fan_outs >= 2)
        assert {reader.wakes for reader in readers} == {2}


@pytest.mark.parametrize("turns", range(10))
async def test_a_story_that_moves_amid_a_fan_out_is_sent_in_each_form_once(turns: int) -> None:
    model = story()
    async with running_hub(ModelLog(model)) as hub:
        live = await hub.stories.open("one")
        readers = [ReadyFollower() for _ in range(400)]
        legible = [form for form in FORMS.values() if form.framing != Framing.DEFLATED_FRAME]
        for number, reader in enumerate(readers):
            live.make_ready(reader, legible[number % len(legible)])
        hub.accept(model.publish())
        for _ in range(turns):
            await asyncio.sleep(0)  # after how many turns it moves is what is tried
        for _ in range(3):
            hub.accept(model.publish())
        await until(lambda: all(reader.cursor == model.head.cursor for reader in readers))
        numbers = [b"".join(reader.written).count(b'"type":"entry.published"') for reader in readers]
        assert numbers == [4] * len(readers)

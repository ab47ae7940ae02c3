"""The hub on a real loop, with a model of the tables behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.domain.cursor import Cursor
from app.domain.errors import NotFound
from app.live.effects import (
    CatchUp,
    Failed,
    Missing,
    Opened,
    OpenStory,
    ReadChanges,
    ReadSnapshot,
    SnapshotTaken,
    Unusable,
)
from app.live.hub import Hub
from app.live.passes import SLICE
from app.wire.encoding import BodyVariant
from tests.live.model import START, ModelLog, ModelStory, story

pytestmark = pytest.mark.anyio

SOON = 5.0


class _Reader:
    """Counts how often it is told that something moved."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1


class _Connection:
    """A connection that leaves when it is told goodbye, or stays."""

    def __init__(self, hub: Hub, *, obedient: bool = True) -> None:
        self._hub = hub
        self._obedient = obedient
        self.window: tuple[int, int] | None = None
        self.was_cut = False
        self.ticked = asyncio.Event()

    def tick(self, now: float) -> float:
        self.ticked.set()
        return now + 1000

    def drain(self, reconnect_after_ms: tuple[int, int]) -> None:
        self.window = reconnect_after_ms
        if self._obedient:
            self._hub.leave(self)

    def cut(self) -> None:
        self.was_cut = True


@asynccontextmanager
async def _hub(log: ModelLog, *, reconcile_seconds: float = 1000.0) -> AsyncIterator[Hub]:
    hub = Hub(log, clock=lambda: START, reconcile_seconds=reconcile_seconds)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def _reach(hub: Hub, seq: int) -> None:
    head = await hub.wait_beyond("one", seq - 1, timeout_seconds=SOON)
    assert head.cursor.seq == seq


# Opening


async def test_a_story_is_opened_once_however_many_ask() -> None:
    log = ModelLog(story())
    async with _hub(log) as hub:
        assert hub.head("one") is None
        opened = await asyncio.gather(*(hub.open("one") for _ in range(100)), hub.open("one"))
        assert len({id(live) for live in opened}) == 1
        assert log.reads == ["find"]
        for ref in ("one", "id-one"):
            head = hub.head(ref)
            assert head is not None
            assert head.cursor.seq == 1


async def test_an_unknown_story_is_not_found_and_not_remembered() -> None:
    log = ModelLog()
    async with _hub(log) as hub:
        with pytest.raises(NotFound):
            await hub.open("one")
        log.stories |= {(model := story()).id: model}
        assert (await hub.open("one")).head == model.head


async def test_an_old_slug_leads_to_the_same_story_in_memory() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        model.slug = "renamed"
        hub.accept(model.rename("other"))
        assert hub.head("renamed") == hub.head("one") == live.head


async def test_what_is_committed_during_the_opening_read_is_not_missed() -> None:
    model = story()
    log = ModelLog(model)
    log.gate = asyncio.Event()
    async with _hub(log) as hub:
        opening = asyncio.create_task(hub.open("one"))
        await log.waiting.wait()
        hub.accept(model.publish())
        hub.accept(story("two").publish())
        hub.accept(model.publish())
        log.gate.set()
        live = await opening
        assert live.head == model.head
        assert live.ring.since(model.cursors[1]) is not None


async def test_a_gap_among_what_was_committed_during_the_opening_read_is_mended() -> None:
    model = story()
    log = ModelLog(model)
    log.gate = asyncio.Event()
    async with _hub(log) as hub:
        opening = asyncio.create_task(hub.open("one"))
        await log.waiting.wait()
        model.publish()
        hub.accept(model.publish())
        log.gate.set()
        await opening
        await _reach(hub, 3)


async def test_a_waiter_who_gives_up_does_not_end_the_opening_of_others() -> None:
    log = ModelLog(story())
    log.gate = asyncio.Event()
    async with _hub(log) as hub:
        first = asyncio.create_task(hub.open("one"))
        second = asyncio.create_task(hub.open("one"))
        await asyncio.sleep(0)
        await log.waiting.wait()
        first.cancel()
        log.gate.set()
        assert (await second).id == "id-one"


# Announcements


async def test_announcements_from_another_thread_arrive_in_commit_order() -> None:
    model = story()
    async with _hub(ModelLog(model)) as hub:
        live = await hub.open("one")
        reader = _Reader()
        live.places.add(reader)
        committed = [model.publish() for _ in range(50)]

        def commit() -> None:
            for announcement in committed:
                hub.post(announcement)

        thread = threading.Thread(target=commit)
        thread.start()
        thread.join()
        await _reach(hub, 51)
        assert reader.wakes == 50
        assert hub.metrics.gaps == 0


async def test_an_announcement_that_comes_twice_wakes_nobody_twice() -> None:
    model = story()
    async with _hub(ModelLog(model)) as hub:
        live = await hub.open("one")
        reader = _Reader()
        live.places.add(reader)
        announcement = model.publish()
        hub.accept(announcement)
        hub.accept(announcement)
        assert reader.wakes == 1


async def test_an_announcement_nobody_follows_is_dropped() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        hub.accept(model.publish())
        assert log.reads == []
        assert hub.metrics.announcements == 1


async def test_an_announcement_before_the_start_or_after_the_end_is_counted_and_harmless() -> None:
    model = story()
    hub = Hub(ModelLog(model), clock=lambda: START)
    hub.post(model.publish())
    await hub.start()
    await hub.stop()
    hub.post(model.publish())
    assert hub.metrics.announcements_lost == 2


def test_an_announcement_after_the_loop_was_closed_is_counted_and_harmless() -> None:
    model = story()
    hub = Hub(ModelLog(model), clock=lambda: START)
    asyncio.run(hub.start())
    hub.post(model.publish())
    assert hub.metrics.announcements_lost == 1


async def test_a_missing_number_that_arrives_in_time_costs_no_read() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        await hub.open("one")
        first, second = model.publish(), model.publish()
        hub.accept(second)
        hub.accept(first)
        await _reach(hub, 3)
        async with asyncio.timeout(SOON):
            while hub._truth._mending:  # noqa: ASYNC110  (finding nothing to mend tells nobody)
                await asyncio.sleep(0.01)
        assert log.reads == ["find"]


async def test_a_missing_number_is_read_once_for_everybody() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        readers = [_Reader() for _ in range(10)]
        live.places.update(readers)
        model.publish()
        for _ in range(3):
            hub.accept(model.publish())
        await _reach(hub, 5)
        assert log.reads == ["find", "changes"]
        assert {reader.wakes for reader in readers} == {1}
        packets = live.ring.since(model.cursors[1])
        assert packets is not None
        assert [packet.cursor.seq for packet in packets] == [2, 3, 4, 5]


async def test_a_gap_that_cannot_be_read_is_closed_by_the_next_reconcile_pass() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log, reconcile_seconds=0.05) as hub:
        await hub.open("one")
        log.failing = True
        model.publish()
        hub.accept(model.publish())
        waiting = asyncio.create_task(_reach(hub, 3))
        async with asyncio.timeout(SOON):
            while not hub.metrics.reconciles_failed:  # noqa: ASYNC110  (the failure itself tells nobody)
                await asyncio.sleep(0.01)
        log.failing = False
        await waiting


async def test_a_number_that_was_announced_but_does_not_exist_is_forgotten() -> None:
    model, liar = story(), story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        lies = [liar.publish() for _ in range(4)]
        hub.accept(lies[-1])
        assert live.is_behind()
        async with asyncio.timeout(SOON):
            while live.is_behind():  # noqa: ASYNC110  (nothing moves when a lie is found out)
                await asyncio.sleep(0.01)
        assert live.head == model.head
        hub.accept(model.publish())
        assert live.head == model.head


async def test_another_epoch_in_an_announcement_is_settled_by_the_tables() -> None:
    model = story(entries=1)
    async with _hub(ModelLog(model)) as hub:
        live = await hub.open("one")
        model.rebuild("epoch002")
        reader = _Reader()
        live.places.add(reader)
        hub.accept(model.publish())
        await hub.wait_beyond("one", 2, timeout_seconds=SOON)
        assert live.head == model.head
        assert (live.generation, reader.wakes, hub.metrics.resets) == (1, 1, 1)


@pytest.mark.parametrize("back_to", [3, 2], ids=["same number", "older number"])
async def test_an_event_that_contradicts_ours_is_settled_by_the_tables(back_to: int) -> None:
    model = story(entries=3)
    async with _hub(ModelLog(model)) as hub:
        live = await hub.open("one")
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


async def test_a_contradiction_that_cannot_be_looked_into_now_is_settled_by_the_reconcile_pass() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        model.fork(back_to=3, branch="b")
        log.failing = True
        hub.accept(model.publish())
        async with asyncio.timeout(SOON):
            while not hub.metrics.reconciles_failed:  # noqa: ASYNC110  (the failure itself tells nobody)
                await asyncio.sleep(0.01)
        log.failing = False
        await hub.reconcile()
        assert (live.generation, live.head) == (1, model.head)


async def test_a_fan_out_lets_the_loop_do_other_things_between_slices() -> None:
    model = story()
    async with _hub(ModelLog(model)) as hub:
        live = await hub.open("one")
        readers = [_Reader() for _ in range(1000)]
        live.places.update(readers)
        hub.accept(model.publish())
        assert 0 < sum(reader.wakes for reader in readers) < 1000
        hub.accept(model.publish())
        for _ in range(2 * 1000 // SLICE + 4):
            await asyncio.sleep(0)
        assert {reader.wakes for reader in readers} == {2}


# Reconciling


async def test_an_announcement_that_never_came_is_found_by_the_reconcile_pass() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log, reconcile_seconds=0.05) as hub:
        await hub.open("one")
        model.publish()
        await _reach(hub, 2)
        assert hub.metrics.gaps == 1
        assert hub.reconciled_at is not None


async def test_all_stories_are_compared_in_one_query() -> None:
    models = [story(f"s{number}") for number in range(20)]
    log = ModelLog(*models)
    async with _hub(log) as hub:
        for model in models:
            await hub.open(model.slug)
        await hub.reconcile()
        assert log.reads.count("heads") == 1
        assert hub.metrics.reconciles == 1


async def test_nothing_is_asked_when_no_story_is_in_memory() -> None:
    log = ModelLog(story())
    async with _hub(log) as hub:
        await hub.reconcile()
        assert log.reads == []


@pytest.mark.parametrize("grown", [0, 1, 2], ids=["behind", "equal", "ahead"])
async def test_a_history_that_lost_events_resets_the_story(grown: int) -> None:
    model = story(entries=3)
    async with _hub(ModelLog(model)) as hub:
        live = await hub.open("one")
        model.fork(back_to=3, branch="b")
        for _ in range(grown):
            model.publish()
        await hub.reconcile()
        if grown == 2:
            # A fork that has grown past our head shows only when our head's cursor is used to read on.
            await hub.wait_beyond("one", 4, timeout_seconds=SOON)
        assert (live.generation, live.head) == (1, model.head)


async def test_a_head_read_before_an_event_came_is_not_mistaken_for_a_fork() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        old = model.head
        hub.accept(model.publish())
        hub._truth.observe(live, old.cursor, old)
        assert (live.generation, live.head) == (0, model.head)


async def test_a_head_that_comes_late_from_a_read_begun_before_is_not_believed_over_a_reset() -> None:
    model = story(entries=2)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        log.gate = asyncio.Event()
        reading = asyncio.create_task(hub.reconcile())
        await log.waiting.wait()
        model.rebuild("epoch002")
        live.reset(model.head)
        log.gate.set()
        await reading
        assert (live.generation, live.head) == (1, model.head)


async def test_a_story_that_vanishes_while_a_fork_is_looked_into_is_gone() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        model.fork(back_to=3, branch="b")
        model.publish()
        model.publish()
        log.gate = asyncio.Event()
        mending = asyncio.create_task(hub._truth._guarded(hub._truth._read_on(live), live))
        await log.waiting.wait()
        log.stories.clear()
        log.gate.set()
        await mending
        assert live.gone
        assert log.reads == ["find", "changes", "find"]


async def test_a_reset_while_a_gap_is_read_outdoes_the_read() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        for branch in (None, "b"):
            log.gate = asyncio.Event()
            log.waiting.clear()
            if branch is not None:
                model.fork(back_to=3, branch=branch)
                model.publish()
                model.publish()
            model.publish()
            reading = asyncio.create_task(hub._truth._guarded(hub._truth._read_on(live), live))
            await log.waiting.wait()
            model.rebuild("epoch002" if branch is None else "epoch003")
            live.reset(model.head)
            generation, head = live.generation, live.head
            log.gate.set()
            await reading
            assert (live.generation, live.head) == (generation, head)


async def test_a_gap_that_grows_while_it_is_read_is_read_again() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        model.publish()
        hub.accept(model.publish())
        log.gate = asyncio.Event()
        await log.waiting.wait()
        model.publish()
        hub.accept(model.publish())
        log.gate.set()
        log.gate = None
        await _reach(hub, 3)
        await _reach(hub, 5)
        assert live.head == model.head


async def test_a_vanished_story_is_gone_for_those_who_follow_it_and_for_newcomers() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        reader = _Reader()
        live.places.add(reader)
        waiting = asyncio.create_task(hub.wait_beyond("one", 1, timeout_seconds=SOON))
        await asyncio.sleep(0)
        log.stories.clear()
        await hub.reconcile()
        assert live.gone
        assert reader.wakes == 1
        with pytest.raises(NotFound):
            await waiting
        assert hub.head("one") is None


async def test_a_story_that_vanishes_before_its_gap_is_read_is_gone() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        model.publish()
        hub.accept(model.publish())
        log.stories.clear()
        with pytest.raises(NotFound):
            await hub.wait_beyond("one", 1, timeout_seconds=SOON)
        assert live.gone


async def test_a_database_that_is_away_leaves_everything_as_it_is() -> None:
    model = story()
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        log.failing = True
        await hub.reconcile()
        assert hub.metrics.reconciles_failed == 1
        assert hub.reconciled_at is None
        hub.accept(model.publish())
        assert hub.head("one") == live.head == model.head


# Long-poll


async def test_a_poll_returns_at_once_when_the_story_is_already_beyond() -> None:
    model = story(entries=2)
    async with _hub(ModelLog(model)) as hub:
        assert await hub.wait_beyond("one", 2, timeout_seconds=1000) == model.head


async def test_a_poll_returns_when_the_story_moves() -> None:
    model = story()
    async with _hub(ModelLog(model)) as hub:
        waiting = asyncio.create_task(hub.wait_beyond("id-one", 1, timeout_seconds=1000))
        await hub.open("one")
        await asyncio.sleep(0)
        assert (hub.metrics.waiting_polls, hub.reader_count(model.id)) == (1, 1)
        hub.post(model.publish())
        assert await waiting == model.head
        assert (hub.metrics.waiting_polls, hub.reader_count(model.id)) == (0, 0)


async def test_a_poll_returns_the_same_head_when_its_time_is_out() -> None:
    model = story()
    async with _hub(ModelLog(model)) as hub:
        assert await hub.wait_beyond("one", 1, timeout_seconds=0.01) == model.head
        assert hub.reader_count(model.id) == 0


async def test_a_poll_of_an_unknown_story_is_not_found() -> None:
    async with _hub(ModelLog()) as hub:
        with pytest.raises(NotFound):
            await hub.wait_beyond("one", 1, timeout_seconds=1000)
        assert hub.reader_count(story().id) == 0


# Shared reads


def _changes(live: object, model: ModelStory, seq: int) -> ReadChanges:
    return ReadChanges(live, model.cursors[seq], 0)  # type: ignore[arg-type]


async def test_ten_thousand_who_lack_the_same_cost_a_handful_of_reads() -> None:
    model = story(entries=60)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        answers = await asyncio.gather(*(hub.fetch(_changes(live, model, 10)) for _ in range(10_000)))
        assert len({id(answer) for answer in answers}) == 1
        snapshots = [ReadSnapshot(live, "fork", BodyVariant.HTML, 0) for _ in range(10_000)]
        taken = await asyncio.gather(*(hub.fetch(ask) for ask in snapshots))
        assert isinstance(taken[0], SnapshotTaken)
        assert len({id(answer) for answer in taken}) == 1
        assert log.reads == ["find", "changes", "snapshot"]


async def test_a_kept_answer_is_not_used_once_the_story_has_moved() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        await hub.fetch(_changes(live, model, 2))
        hub.accept(model.publish())
        page = await hub.fetch(_changes(live, model, 2))
        assert isinstance(page, CatchUp)
        assert page.cursor == model.head.cursor


async def test_a_read_begun_before_a_reset_tells_the_hub_nothing() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        log.gate = asyncio.Event()
        changes = hub.fetch(_changes(live, model, 2))
        snapshot = hub.fetch(ReadSnapshot(live, "requested", BodyVariant.HTML, 0))
        await log.waiting.wait()
        await asyncio.sleep(0)
        model.rebuild("epoch002")
        live.reset(model.head)
        log.gate.set()
        await asyncio.gather(changes, snapshot)
        assert (live.generation, live.head, hub.metrics.resets) == (1, model.head, 0)


async def test_an_unusable_cursor_is_answered_and_the_answer_kept() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        ask = ReadChanges(live, Cursor("other", 2, "x"), 0)
        assert await hub.fetch(ask) == await hub.fetch(ask) == Unusable("epoch")
        assert log.reads == ["find", "changes"]


async def test_what_failed_is_not_kept() -> None:
    model = story(entries=3)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        log.failing = True
        assert await hub.fetch(_changes(live, model, 2)) == Failed()
        log.failing = False
        assert isinstance(await hub.fetch(_changes(live, model, 2)), CatchUp)
        log.stories.clear()
        assert await hub.fetch(_changes(live, model, 1)) == Missing()


async def test_what_is_kept_is_bounded_by_count_and_by_size() -> None:
    model = story(entries=400)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        for seq in range(1, 400):
            await hub.fetch(_changes(live, model, seq))
        assert len(hub._reads._kept) <= 256
        for seq in range(1, 80):
            hub.accept(model.publish("x" * 60_000))
            if seq % 8 == 0:
                await hub.fetch(_changes(live, model, 300 + seq))
        assert hub._reads._kept_bytes <= 32 * 1024 * 1024


async def test_a_read_that_brings_news_tells_the_hub() -> None:
    model = story(entries=1)
    log = ModelLog(model)
    async with _hub(log) as hub:
        live = await hub.open("one")
        model.publish()
        await hub.fetch(ReadSnapshot(live, "requested", BodyVariant.HTML, 0))
        await _reach(hub, 3)
        assert live.head == model.head


async def test_an_open_story_is_fetched_and_an_unknown_one_is_missing() -> None:
    log = ModelLog(story())
    async with _hub(log) as hub:
        assert isinstance(await hub.fetch(OpenStory("one")), Opened)
        assert await hub.fetch(OpenStory("two")) == Missing()
        log.failing = True
        assert await hub.fetch(OpenStory("three")) == Failed()


# Connections


async def test_the_wheel_ticks_a_connection_at_its_time_and_sooner_when_asked() -> None:
    async with _hub(ModelLog()) as hub:
        connection = _Connection(hub)
        hub.tick_by(connection, due_at=0.0)
        now = hub.moment().seconds
        hub.enter(connection, due_at=now + 1000)
        hub.tick_by(connection, due_at=now + 2000)
        hub.tick_by(connection, due_at=now)
        await asyncio.wait_for(connection.ticked.wait(), SOON)
        hub.leave(connection)


async def test_a_drain_says_goodbye_to_all_and_frees_the_polls() -> None:
    model = story()
    async with _hub(ModelLog(model)) as hub:
        connections = [_Connection(hub) for _ in range(250)]
        for connection in connections:
            hub.enter(connection, due_at=hub.moment().seconds + 1000)
        waiting = asyncio.create_task(hub.wait_beyond("one", 1, timeout_seconds=1000))
        await hub.open("one")
        await asyncio.sleep(0)
        await hub.drain(timeout_seconds=1000)
        assert {connection.window for connection in connections} == {(0, 1000)}
        assert not any(connection.was_cut for connection in connections)
        assert await waiting == model.head
        assert hub.draining
        assert await hub.wait_beyond("one", 1, timeout_seconds=1000) == model.head


async def test_the_window_to_come_back_grows_with_the_readers_up_to_a_limit() -> None:
    async with _hub(ModelLog()) as hub:
        connections = [_Connection(hub) for _ in range(50_000)]
        for connection in connections:
            hub._connections.add(connection)
        await hub.drain(timeout_seconds=1000)
        assert connections[0].window == (0, 45_000)


async def test_a_drain_that_takes_its_time_sends_readers_away_evenly_to_come_back_at_once() -> None:
    async with _hub(ModelLog()) as hub:
        connections = [_Connection(hub) for _ in range(250)]
        for connection in connections:
            hub.enter(connection, due_at=hub.moment().seconds + 1000)
        drained = asyncio.create_task(hub.drain(spread_seconds=0.3, timeout_seconds=1000))
        sent_away = []
        while not drained.done():
            sent_away.append(sum(connection.window is not None for connection in connections))
            await asyncio.sleep(0.01)
        assert sorted(set(sent_away) | {250}) == [*range(0, 250, SLICE), 250]
        assert {connection.window for connection in connections} == {(0, 1000)}


async def test_who_does_not_leave_is_cut_when_the_drain_is_over() -> None:
    async with _hub(ModelLog()) as hub:
        stubborn = _Connection(hub, obedient=False)
        hub.enter(stubborn, due_at=hub.moment().seconds + 1000)
        await hub.drain(timeout_seconds=0.01)
        assert stubborn.was_cut


async def test_a_drain_without_readers_is_over_at_once() -> None:
    async with _hub(ModelLog()) as hub:
        await hub.drain(timeout_seconds=1000)
        assert hub.draining

"""The broker over a channel that is well, and over one that drops, doubles, delays, reorders, lies and dies."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from app.brokers.messages import FRESH_SECONDS, SharedKey
from app.domain.clock import Micros
from app.domain.cursor import Cursor, MalformedCursor, parse_cursor
from app.domain.identifiers import StoryId
from app.wire.announcement import Announcement
from tests.brokers.hostile import KEY, WHOLE, Hostility, Wire, bring_to_hub, broker_over, started, two_nodes
from tests.figures import Figures
from tests.live.app import serve
from tests.live.hubs import hub_over, reach, running_hub
from tests.live.model import START, ModelLog, story
from tests.waiting import until

TOO_OLD = Micros(START - int(FRESH_SECONDS * 1e6) - 1)
TOO_EARLY = Micros(START + int(FRESH_SECONDS * 1e6) + 1)

pytestmark = pytest.mark.anyio

both_kinds = pytest.mark.parametrize("limit", [0, WHOLE], ids=["numbers", "announcements"])


async def test_what_one_node_commits_the_other_reads_from_the_tables_at_once() -> None:
    model = story()
    async with two_nodes(model, Wire()) as (committing, hub, _):
        for _ in range(3):
            committing.publish(model.publish())
            await reach(hub, model.seq)
        assert hub.stories.head("one") == model.head
        assert hub.metrics.heads_heard == 3
        assert hub.metrics.gaps == hub.metrics.resets == 0


async def test_an_announcement_that_goes_on_where_a_node_is_costs_it_no_read() -> None:
    model = story()
    async with two_nodes(model, Wire(), payload_limit_bytes=WHOLE) as (committing, hub, log):
        for _ in range(50):
            committing.publish(model.publish())
        committing.publish(model.together(model.publish(), model.edit("e00001", "other words"), model.remove("e00002")))
        await reach(hub, model.seq)
        assert hub.stories.head("one") == model.head
        assert log.reads == []
        assert (hub.metrics.announcements_heard, hub.metrics.heads_heard) == (51, 0)
        assert hub.metrics.gaps == hub.metrics.resets == 0


async def test_one_that_is_too_long_goes_as_its_number_and_the_next_whole_again() -> None:
    model = story()
    async with two_nodes(model, wire := Wire(), payload_limit_bytes=8_000) as (committing, hub, log):
        committing.publish(model.publish("long " * 2_000))
        await reach(hub, model.seq)
        assert len(wire.sent[0]) < 100
        assert hub.metrics.heads_heard == 1
        committing.publish(model.publish("short"))
        await reach(hub, model.seq)
        assert hub.metrics.announcements_heard == 1
        assert log.reads == ["changes"]


async def test_while_nothing_arrives_numbers_wait_and_no_announcement() -> None:
    model, wire = story(), Wire()
    async with started(broker_over(wire, payload_limit_bytes=WHOLE)) as broker:
        wire.ends[0].is_deaf = True
        broker.publish(announcement := model.publish())
        assert wire.sent == [f"{announcement.head.story} {announcement.head.cursor}".encode()]


async def test_a_hundred_commits_in_one_moment_are_few_reads() -> None:
    model = story()
    async with two_nodes(model, Wire()) as (committing, hub, _):
        for _ in range(100):
            committing.publish(model.publish())
        await reach(hub, model.seq)
        assert hub.metrics.heads_heard == 100
        assert hub.metrics.reads_changes <= 3


async def test_what_is_missing_before_an_announcement_is_read_from_the_tables_at_once() -> None:
    model, wire = story(), Wire()
    async with two_nodes(model, wire, payload_limit_bytes=WHOLE) as (committing, hub, log):
        wire.spoil = lambda _: []
        committing.publish(model.publish())
        wire.spoil = lambda message: [message]
        committing.publish(model.publish())
        await reach(hub, model.seq)
        assert log.reads == ["changes"]
        assert (hub.metrics.announcements_heard, hub.metrics.resets) == (0, 0)


async def test_nothing_that_was_kept_forged_or_damaged_moves_more_than_a_number() -> None:
    """Each lie is told to a node that is at the head, one behind it, and in another history."""
    model, wire = story(), Wire()
    async with two_nodes(model, wire, payload_limit_bytes=WHOLE) as (committing, hub, log):
        committing.publish(model.publish("text of before"))
        await reach(hub, model.seq)
        [genuine] = wire.sent
        forger = broker_over(stranger := Wire(), payload_limit_bytes=WHOLE, key=SharedKey("another key"))
        old = broker_over(stranger, payload_limit_bytes=WHOLE, clock=lambda: TOO_OLD)
        async with started(forger), started(old):
            base = model.head.cursor
            announcement = model.publish("never committed")
            for teller in (forger, old):
                teller.publish(announcement)
            model.fork(back_to=base.seq, branch="b")
        lies = [genuine, genuine.replace(b"before", b"behind"), *stranger.sent]
        lies += [lie.replace(b"committed", b"published") for lie in lies]
        for lie in (*lies, *(lie[:-9] for lie in lies), b"note settings somebody 1 1 ff\n"):
            wire.carry(None, lie)
        await until(lambda: not hub.stories.get(model.id) or "changes" in log.reads)
        await asyncio.sleep(0)  # no wait: what the last lie has scheduled on the loop is run
        head = hub.stories.head("one")
        assert head is not None
        assert head.cursor == base
        assert hub.metrics.resets == 0
        committing.publish(model.publish("the truth"))
        await reach(hub, model.seq)
        assert hub.stories.head("one") == model.head
        assert hub.metrics.announcements_heard == 2


async def test_an_announcement_of_another_epoch_or_of_nothing_we_know_is_a_number() -> None:
    model, wire = story(), Wire()
    async with two_nodes(model, wire, payload_limit_bytes=WHOLE) as (committing, hub, _):
        before = model.head.cursor
        other = story()
        other.rebuild("epoch000")
        committing.publish(other.publish())
        committing.publish(Announcement(other.head, ()))
        committing.publish(Announcement(model.publish().head, (), before))
        await reach(hub, model.seq)
        assert hub.metrics.announcements_heard == 0
        assert (hub.stories.head("one"), hub.metrics.resets) == (model.head, 0)


async def test_what_another_node_signed_and_the_tables_have_lost_is_taken_back_by_comparing() -> None:
    """A database that has failed over to a copy without the newest commits."""
    model, wire = story(), Wire()
    async with two_nodes(model, wire, payload_limit_bytes=WHOLE, reconcile_seconds=0.02) as (committing, hub, _):
        kept = model.seq
        announcement = model.publish("lost with the machine")
        model.fork(back_to=kept, branch="b")
        committing.publish(announcement)
        await until(lambda: hub.metrics.resets)
        assert hub.stories.head("one") == model.head


async def test_heads_that_are_lost_are_found_by_comparing() -> None:
    model = story()
    async with two_nodes(model, Wire(lambda _: []), reconcile_seconds=0.02) as (committing, hub, _):
        committing.publish(model.publish())
        await reach(hub, model.seq)
        assert hub.metrics.heads_heard == 0


async def test_a_commit_told_of_while_its_story_is_loaded_is_not_missed() -> None:
    model, wire = story(), Wire()
    log = ModelLog(model)
    async with (
        started(broker_over(wire, payload_limit_bytes=WHOLE)) as committing,
        started(broker_over(wire, payload_limit_bytes=WHOLE)) as hearing,
        running_hub(log) as hub,
    ):
        bring_to_hub(hearing, hub)
        log.gate = asyncio.Event()
        loading = asyncio.create_task(hub.stories.open("one"))
        await log.waiting.wait()  # the head is read, and is not answered yet
        committing.publish(model.publish())
        log.gate.set()
        await loading
        await reach(hub, model.seq)


async def test_comparing_is_rarer_while_others_are_heard() -> None:
    model, wire = story(), Wire()
    async with two_nodes(model, wire, reconcile_seconds=0.01) as (_, hub, _):
        await until(lambda: hub.metrics.reconciles)  # one was under way
        before = hub.metrics.reconciles
        await asyncio.sleep(0.2)  # twenty of the short pauses, and a fifth of the long one
        assert hub.metrics.reconciles - before <= 1
        wire.ends[1].is_deaf = True
        await until(lambda: hub.metrics.reconciles - before >= 5)


async def test_a_node_that_hears_nobody_is_not_connected_and_serves_its_own() -> None:
    model, wire = story(), Wire()
    async with started(broker_over(wire)) as broker:
        assert broker.health().is_connected
        wire.ends[0].is_deaf = True
        wire.ends[0].lost = 4
        received = []
        broker.subscribe(lambda announcement, _: received.append(announcement))
        broker.publish(kept := model.publish())
        await until(lambda: received)
        assert received == [kept]
        assert (broker.health().is_connected, broker.health().announcements_lost) == (False, 4)


async def test_an_error_of_one_subscriber_keeps_nothing_from_another() -> None:
    model, wire = story(), Wire()
    heads: list[tuple[StoryId, Cursor]] = []
    notes: list[tuple[str, str, int, bytes]] = []

    def fail(*_: object) -> None:
        raise RuntimeError("a subscriber's own")

    async with started(broker_over(wire)) as committing, started(broker_over(wire)) as hearing:
        hearing.subscribe_heads(fail)
        hearing.subscribe_heads(lambda story, head: heads.append((story, head)))
        hearing.subscribe_notes(fail)
        hearing.subscribe_notes(lambda *note: notes.append(note))
        announcement = model.publish()
        committing.publish(announcement)
        committing.tell("settings", b"sites")
        await until(lambda: heads and notes)
    assert heads == [(announcement.head.story, announcement.head.cursor)]
    assert notes == [("settings", "process0", 1, b"sites")]


async def test_a_note_that_is_kept_or_not_ours_is_not_heard() -> None:
    wire, notes = Wire(), []
    async with started(broker_over(wire)) as telling, started(broker_over(wire)) as hearing:
        hearing.subscribe_notes(lambda *note: notes.append(note))
        forger = broker_over(stranger := Wire(), key=SharedKey("another key"))
        old = broker_over(stranger, clock=lambda: TOO_OLD)
        early = broker_over(stranger, clock=lambda: TOO_EARLY)
        async with started(forger), started(old), started(early):
            for teller in (forger, old, early):
                teller.tell("readers", b"{}")
        telling.tell("readers", b"ours")
        [genuine] = wire.sent
        for lie in (*stranger.sent, genuine.replace(b"ours", b"mine"), genuine.replace(b"readers", b"waiters")):
            wire.carry(None, lie)
        await until(lambda: hearing.health().refused == 5)
    assert [body for *_, body in notes] == [b"ours"]


async def test_a_note_that_comes_back_to_its_sender_is_not_heard_there() -> None:
    wire, notes = Wire(), []
    async with started(broker_over(wire)) as telling, started(broker_over(wire)) as hearing:
        for name, each in (("telling", telling), ("hearing", hearing)):
            each.subscribe_notes(lambda *note, name=name: notes.append((name, *note)))
        telling.tell("readers", b"{}")
        wire.carry(None, wire.sent[0])
        assert notes == [("hearing", "readers", "process0", 1, b"{}")] * 2


async def test_what_is_signed_says_nothing_to_a_process_of_the_release_before() -> None:
    """It took whatever it heard for a story and a cursor."""
    wire = Wire()
    async with started(broker_over(wire, payload_limit_bytes=WHOLE)) as broker:
        broker.publish(story().publish())
        broker.tell("readers", b"{}")
    for message in wire.sent:
        with pytest.raises(MalformedCursor):
            parse_cursor(message.decode(errors="replace").partition(" ")[2])


async def test_a_key_that_was_replaced_counts_beside_the_new_one_and_no_longer_once_it_is_forgotten() -> None:
    model, wire = story(), Wire()
    signing, checking = SharedKey(KEY), SharedKey(KEY)
    heard: list[Announcement] = []
    async with (
        started(broker_over(wire, payload_limit_bytes=WHOLE, key=signing)) as committing,
        started(broker_over(wire, payload_limit_bytes=WHOLE, key=checking)) as hearing,
    ):
        hearing.subscribe(lambda announcement, _: heard.append(announcement))
        signing.replace("a new key", KEY)  # here the command has run
        committing.publish(model.publish())
        assert (heard, checking.is_unknown) == ([], True)
        assert checking.replace("a new key", KEY)
        assert not checking.is_unknown
        committing.publish(second := model.publish())
        signing.replace(KEY, None)  # as a node that has not looked yet
        committing.publish(third := model.publish())
        await until(lambda: len(heard) == 2)
        checking.replace("a new key", None)
        committing.publish(model.publish())
        assert heard == [second, third]


@both_kinds
async def test_readers_miss_nothing_whatever_the_channel_does(limit: int, figures: Figures) -> None:
    """Two nodes that both commit; each has a reader, who sees each event once and in its order."""
    for seed in range(figures.choose(quick=1, suite=3, prove=100)):
        await _play_hostile(seed, limit, commits=150, agree_seconds=5 if figures.full else 30)


async def _play_hostile(seed: int, limit: int, *, commits: int, agree_seconds: float) -> None:
    model, wire = story(), Wire()
    log = ModelLog(model)
    first, second = (broker_over(wire, payload_limit_bytes=limit) for _ in range(2))
    hubs = [hub_over(log, heartbeat_seconds=1000, reconcile_seconds=0.1) for _ in range(2)]
    async with started(first), started(second), serve(hubs[0]) as at_first, serve(hubs[1]) as at_second:
        for broker, hub in zip((first, second), hubs, strict=True):
            bring_to_hub(broker, hub)
        Hostility(seed).attach(wire)
        readers = [asyncio.create_task(_read(address, 1 + commits)) for address in (at_first, at_second)]
        await until(lambda: all(hub.reader_count(model.id) for hub in hubs))
        for number in range(commits):
            (first, second)[number % 2].publish(model.publish(f"text {number}"))
            await asyncio.sleep(0.002 * (number % 3))  # the pace of the writers: some commits at once, some apart
        async with asyncio.timeout(agree_seconds):  # the bar is five, on a machine of one's own
            seen = await asyncio.gather(*readers)
        assert seen == [list(range(1, 2 + commits))] * 2
        assert [hub.stories.head("one") for hub in hubs] == [model.head] * 2
        assert [hub.metrics.resets for hub in hubs] == [0, 0]


async def _read(address: str, count: int) -> list[int]:
    seqs: list[int] = []
    async with connect(f"ws://{address}/v1/stories/one/live?after=0", compression=None, proxy=None) as reader:
        while len(seqs) < count:
            message: dict[str, Any] = json.loads(await reader.recv())
            if "seq" in message and message["type"].startswith(("entry.", "story.")):
                seqs.append(message["seq"])
    return seqs

"""The readers of several processes, summed from what each says of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.api.http.machine.receipts import cluster_figures, join_receipts
from app.domain.clock import Micros
from app.domain.identifiers import EntryId
from app.live.hub.cluster import HEARD_SECONDS, PART_ITEMS, PART_RECEIPTS, SAID_AGAIN_SECONDS, Cluster
from app.live.hub.hub import Hub
from app.live.story.packets import FORMS, Framing
from app.wire.encoding import BodyVariant
from tests.live.hubs import ReadyFollower, reach
from tests.live.model import START, ModelLog, ModelStory, story
from tests.waiting import until

pytestmark = pytest.mark.anyio

FORM = FORMS[Framing.FRAME, BodyVariant.HTML]


class Nodes:
    """Processes on one database, whose clock stands still until the test moves it."""

    def __init__(self, model: ModelStory) -> None:
        self.seconds = 0.0
        self.model = model
        self.hubs: list[Hub] = []
        self.clusters: list[Cluster] = []
        self.told = 0

    def make(self) -> Hub:
        log = ModelLog(*(story(f"s{number}") for number in range(2 * PART_ITEMS)), self.model)
        hub = Hub(log, log, clock=self.wall, monotonic=lambda: self.seconds, reconcile_seconds=1_000.0)
        self.hubs.append(hub)
        self.clusters.append(Cluster(hub, monotonic=lambda: self.seconds))
        return hub

    def wall(self) -> Micros:
        return Micros(START + round(self.seconds * 1_000_000))

    async def follow(self, node: int, name: str = "one", *, readers: int) -> None:
        live = await self.hubs[node].stories.open(name)
        for _ in range(readers):
            live.make_ready(ReadyFollower(), FORM)

    def say_readers(self, node: int, to: int) -> list[bytes]:
        """Let one process say its readers to another; what it said."""
        said = [body for _, body in self.clusters[node].say_readers()]
        for body in said:
            self.told += 1
            self.clusters[to].hear_readers(f"node{node}", self.told, body)
        return said

    def say_receipts(self, node: int, to: int) -> int:
        said = [body for _, body in self.clusters[node].say_receipts()]
        for body in said:
            self.clusters[to].hear_receipts(f"node{node}", body)
        return len(said)

    def receipt(self, node: int, entry: EntryId) -> dict[str, Any]:
        """The receipt as the API has it."""
        found = join_receipts(cluster_figures(each) for each in self.clusters[node].receipts(self.model.id, entry))
        assert found is not None
        return found

    async def publish(self) -> EntryId:
        """Commit an entry on the first, which all hear of a quarter of a second later."""
        announcement = self.model.publish()
        self.hubs[0].accept(announcement, self.seconds)
        await self._fanned_out(self.hubs[0])
        self.seconds += 0.25
        for hub in self.hubs[1:]:
            hub.accept_heard(announcement)
        for hub in self.hubs:
            await self._fanned_out(hub)
        entry = announcement.events[0].entry_id
        assert entry is not None
        return entry

    async def _fanned_out(self, hub: Hub) -> None:
        if hub.stories.head("one") is not None:
            await reach(hub, self.model.seq)
            live = hub.stories.get(self.model.id)
            await until(lambda: not live or live.fanned_out_to == self.model.head.cursor)


@asynccontextmanager
async def nodes(count: int) -> AsyncIterator[Nodes]:
    made = Nodes(story())
    try:
        for _ in range(count):
            await made.make().start()
        yield made
    finally:
        for hub in made.hubs:
            await hub.stop()


async def test_readers_are_those_of_all_who_were_heard_in_the_last_seconds() -> None:
    async with nodes(3) as they:
        for node, readers in enumerate((1, 2, 3)):
            await they.follow(node, readers=readers)
        first, model = they.clusters[0], they.model
        they.say_readers(1, to=0)
        they.seconds += HEARD_SECONDS / 2
        they.say_readers(2, to=0)
        assert (first.reader_count(model.id), first.process_count) == (6, 3)
        they.seconds += HEARD_SECONDS / 2 + 1
        assert (first.reader_count(model.id), first.process_count) == (4, 2)  # the second is silent
        they.say_readers(1, to=0)
        assert first.reader_count(model.id) == 6


async def test_more_stories_than_one_note_has_room_for_are_said_in_parts_and_forgotten_with_them() -> None:
    async with nodes(2) as they:
        for number in range(PART_ITEMS + 1):
            await they.follow(1, f"s{number}", readers=1)
        said = they.say_readers(1, to=0)
        assert len(said) == 2
        assert max(map(len, said)) < 7_000
        first = they.clusters[0]
        counts = [first.reader_count(story(f"s{number}").id) for number in range(PART_ITEMS + 1)]
        assert counts == [1] * (PART_ITEMS + 1)
        for live in tuple(they.hubs[1].stories):
            live.ready.clear()
        they.say_readers(1, to=0)
        assert sum(first.reader_count(story(f"s{number}").id) for number in range(PART_ITEMS + 1)) == 0


async def test_a_note_that_is_old_doubled_or_unreadable_changes_nothing() -> None:
    async with nodes(2) as they:
        first, model = they.clusters[0], they.model
        await they.follow(1, readers=2)
        [old] = they.say_readers(1, to=0)
        await they.follow(1, readers=3)
        they.say_readers(1, to=0)
        first.hear_readers("node1", 1, old)
        first.hear_readers("node1", they.told, old)
        for body in (b"", b"[]", b'{"stories": {"one": -1}}', old.replace(b"connections", b"other")):
            first.hear_readers("node1", 1_000, body)
            first.hear_receipts("node1", body)
        assert first.reader_count(model.id) == 5


async def test_a_receipt_counts_all_readers_and_is_as_slow_as_the_slowest_of_them() -> None:
    async with nodes(2) as they:
        await they.follow(0, readers=3)
        await they.follow(1, readers=1)
        entry = await they.publish()
        assert they.say_receipts(1, to=0) == 1
        found = they.receipt(0, entry)
        assert (found["seq"], found["readers"], found["handed_over"], found["behind"]) == (2, 4, 4, 0)
        assert found["median_ms"] == pytest.approx(0, abs=10)
        assert found["p99_ms"] == pytest.approx(250, abs=10)
        assert they.say_receipts(1, to=0) == 0  # nothing is new of it


async def test_a_receipt_is_said_again_for_those_who_have_not_heard_it_and_not_for_ever() -> None:
    async with nodes(2) as they:
        await they.follow(1, readers=2)
        entry = await they.publish()
        assert len(list(they.clusters[1].say_receipts())) == 1  # the note is lost
        they.seconds += SAID_AGAIN_SECONDS
        assert they.say_receipts(1, to=0) == 1
        assert they.receipt(0, entry)["handed_over"] == 2
        assert they.say_receipts(1, to=0) == 0
        they.seconds += HEARD_SECONDS
        assert they.say_receipts(1, to=0) == 0


async def test_as_many_receipts_as_one_note_has_are_a_note_that_a_notification_takes() -> None:
    async with nodes(1) as they:
        await they.follow(0, readers=200)  # written to in many slices
        for _ in range(2 * PART_RECEIPTS):
            await they.publish()
        said = [body for _, body in they.clusters[0].say_receipts()]
        assert len(said) == 2
        growth = 2 * PART_RECEIPTS * 40  # ids are longer than the model's, and times have six digits
        assert max(map(len, said)) + growth < 7_500


async def test_readers_of_whom_nothing_is_said_yet_are_counted_as_behind() -> None:
    async with nodes(2) as they:
        await they.follow(0, readers=3)
        await they.follow(1, readers=2)
        they.say_readers(1, to=0)
        entry = await they.publish()
        found = they.receipt(0, entry)
        assert (found["readers"], found["handed_over"], found["behind"]) == (5, 3, 2)
        they.say_receipts(1, to=0)
        found = they.receipt(0, entry)
        assert (found["readers"], found["handed_over"], found["behind"]) == (5, 5, 0)


async def test_a_node_without_readers_knows_of_those_of_others_and_of_the_newest_event_alone() -> None:
    async with nodes(2) as they:
        await they.follow(1, readers=2)
        entry = await they.publish()
        first, model = they.clusters[0], they.model
        assert first.receipts(model.id, entry) == []
        they.say_receipts(1, to=0)
        found = they.receipt(0, entry)
        assert (found["seq"], found["readers"], found["handed_over"]) == (2, 2, 2)
        said = {"story": model.id, "entry": entry, "seq": 1, "readers": 9, "behind": 0}
        older = json.dumps({"receipts": [{**said, "moments": [[9.0, 9]]}]})
        first.hear_receipts("node7", older.encode())
        assert they.receipt(0, entry) == found

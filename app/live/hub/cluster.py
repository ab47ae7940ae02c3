"""The readers of all processes of one database: each says its own, and every one sums what it hears.

Notes may be lost, doubled or late. Who has not been heard for fifteen seconds counts no more; a note that is older than
one of the same process changes nothing. So the sums are of some seconds ago, and right again after any trouble.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.domain.identifiers import EntryId, StoryId
from app.live.hub.hub import Hub
from app.live.story.deliveries import Receipt

HEARD_SECONDS = 15.0
SAID_AGAIN_SECONDS = 3.0
"""The pause before a receipt is said again of which nothing is new: a note may have been lost."""
PART_ITEMS = 100
PART_RECEIPTS = 14
"""Stories and receipts of one note: some kilobytes, which NOTIFY takes too."""
RECEIPTS_KEPT = 2_000
"""Receipts of other processes that are remembered, of the newest entries."""
POINTS = 16
"""Moments by which a receipt says how fast readers were written to; more would say no more."""

Item = TypeVar("Item")

Moments = tuple[tuple[float, int], ...]
"""Seconds since the commit, and how many readers were written to then."""


@dataclass(frozen=True, slots=True)
class ProcessReceipt:
    """The delivery of an event to the readers of one process.

    `behind` counts those who have not received it, as far as is known: also all readers of a process that has not said
    yet how it went.
    """

    seq: int
    readers: int
    behind: int
    moments: Moments


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Readers(_Body):
    """A part of the readers of one process: by story, `part` of `parts`."""

    connections: int
    stories: dict[str, int]
    part: int
    parts: int


class _SaidReceipt(_Body):
    story: str
    entry: str
    seq: int
    readers: int
    behind: int
    moments: list[tuple[float, int]]

    @property
    def written(self) -> int:
        return sum(count for _, count in self.moments)


class _Receipts(_Body):
    receipts: list[_SaidReceipt]


@dataclass(slots=True)
class _Other:
    """One other process: when it was heard, its connections, its readers by part and story."""

    heard_at: float
    connections: int = 0
    parts: dict[int, dict[str, int]] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def is_older(self, kind: str, part: int, number: int) -> bool:
        """Return whether a note of this kind and part is older than one that was heard."""
        if number <= self.numbers.get((kind, part), -1):
            return True
        self.numbers[kind, part] = number
        return False

    def count(self, story: str) -> int:
        return sum(stories.get(story, 0) for stories in self.parts.values())


class Cluster:
    """The sums of this process and the others. It belongs to the loop's thread. `monotonic` is in seconds."""

    def __init__(self, hub: Hub, *, monotonic: Callable[[], float]) -> None:
        self._hub = hub
        self._monotonic = monotonic
        self._others: dict[str, _Other] = {}
        self._receipts: OrderedDict[tuple[str, str], dict[str, _SaidReceipt]] = OrderedDict()
        self._said: dict[tuple[StoryId, EntryId], tuple[tuple[int, int, int], float]] = {}
        """What was said of each receipt, and when."""

    @property
    def process_count(self) -> int:
        """Count the processes that are heard of, with this one."""
        return 1 + len(self._heard())

    @property
    def connection_count(self) -> int:
        """Count the readers' connections of all processes."""
        return self._hub.connection_count + sum(other.connections for other in self._heard().values())

    def reader_count(self, story: StoryId) -> int:
        """Count the connections and long-polls that follow the story anywhere."""
        return self._hub.reader_count(story) + sum(other.count(story) for other in self._heard().values())

    def receipts(self, story: StoryId, entry: EntryId) -> list[ProcessReceipt]:
        """Return how the newest event about an entry reached the readers of each process that is known to have any.

        A process that has not heard of the newest event yet tells of the one before.
        """
        own, heard = self._hub.delivery(story, entry), self._receipts.get((story, entry), {})
        found = [ProcessReceipt(each.seq, each.readers, each.behind, tuple(each.moments)) for each in heard.values()]
        if own is not None:
            found.append(_own_receipt(own))
            if self._monotonic() - own.delivery.began_at <= HEARD_SECONDS:
                silent = (
                    other.count(story)
                    for name, other in self._heard().items()
                    if name not in heard or heard[name].seq < own.seq
                )
                found += [ProcessReceipt(own.seq, count, count, ()) for count in silent if count]
        return found

    def say_readers(self) -> Iterator[tuple[str, bytes]]:
        """Yield notes with the readers of this process, each with the name of its part."""
        counted = {story.id: story.reader_count for story in self._hub.stories if story.reader_count}
        parts = _in_parts(counted.items(), PART_ITEMS) or [[]]
        for number, items in enumerate(parts):
            said = _Readers(connections=self._hub.connection_count, stories=dict(items), part=number, parts=len(parts))
            yield str(number), said.model_dump_json().encode()

    def say_receipts(self) -> Iterator[tuple[str, bytes]]:
        """Yield notes with what is new of the receipts of this process, each with the name of its part.

        Receipts of the last HEARD_SECONDS are said again and again.
        """
        now = self._monotonic()
        recent = {(story, entry): each for story, entry, each in self._hub.recent_receipts(now - HEARD_SECONDS)}
        said = {key: (each.seq, each.delivery.written, each.behind) for key, each in recent.items()}
        since = now - SAID_AGAIN_SECONDS
        kept = {key: was for key, was in self._said.items() if was[0] == said.get(key) and was[1] > since}
        due = [key for key in said if key not in kept]
        self._said = kept | {key: (said[key], now) for key in due}
        for keys in _in_parts(due, PART_RECEIPTS):
            receipts = _Receipts(receipts=[_say(*key, recent[key]) for key in keys])
            yield f"{keys[0][1]} {said[keys[0]]}", receipts.model_dump_json().encode()

    def hear_readers(self, process: str, number: int, body: bytes) -> None:
        """Take what another process says of its readers; what is older, or another release's, changes nothing."""
        try:
            said = _Readers.model_validate_json(body)
        except ValidationError:
            return
        now = self._monotonic()
        other = self._others.setdefault(process, _Other(now))
        if other.is_older("readers", said.part, number):
            return
        other.heard_at, other.connections = now, said.connections
        other.parts = {part: stories for part, stories in other.parts.items() if part < said.parts}
        other.parts[said.part] = dict(said.stories)

    def hear_receipts(self, process: str, body: bytes) -> None:
        """Take what another process says of how events reached its readers."""
        try:
            said = _Receipts.model_validate_json(body)
        except ValidationError:
            return
        for each in said.receipts:
            known = self._receipts.setdefault((each.story, each.entry), {})
            if process not in known or (known[process].seq, known[process].written) <= (each.seq, each.written):
                known[process] = each
            self._receipts.move_to_end((each.story, each.entry))
        while len(self._receipts) > RECEIPTS_KEPT:
            self._receipts.popitem(last=False)

    def _heard(self) -> dict[str, _Other]:
        oldest = self._monotonic() - HEARD_SECONDS
        if any(other.heard_at < oldest for other in self._others.values()):
            self._others = {name: other for name, other in self._others.items() if other.heard_at >= oldest}
        return self._others


def _own_receipt(receipt: Receipt) -> ProcessReceipt:
    moments = tuple((receipt.late_seconds + seconds, count) for seconds, count in receipt.delivery.marks if count)
    return ProcessReceipt(receipt.seq, receipt.delivery.readers, receipt.behind, moments)


def _say(story: str, entry: str, receipt: Receipt) -> _SaidReceipt:
    own = _own_receipt(receipt)
    return _SaidReceipt(
        story=story,
        entry=entry,
        seq=own.seq,
        readers=own.readers,
        behind=own.behind,
        moments=_fewer(own.moments),
    )


def _fewer(moments: Moments) -> list[tuple[float, int]]:
    """Join moments that follow each other into POINTS, each by its latest: none is said to have been faster."""
    step = max(1, -(-len(moments) // POINTS))
    groups = [moments[start : start + step] for start in range(0, len(moments), step)]
    return [(round(group[-1][0], 6), sum(count for _, count in group)) for group in groups]


def _in_parts(items: Iterable[Item], size: int) -> list[list[Item]]:
    found = list(items)
    return [found[start : start + size] for start in range(0, len(found), size)]

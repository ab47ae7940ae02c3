"""Compares the cost of a delivery at two servers, or to two audiences of one, with the same messages in turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figures import median
from benchmarks.publishing import Publication, Publisher
from benchmarks.readers import Audience, Reader
from benchmarks.servers import Running

PAIRS = 5
PUBLICATIONS = 20
WARM_UP = 5


@dataclass(slots=True)
class Side:
    """One side of a comparison: its publisher, its audience, and the cost of a publication without readers."""

    publisher: Publisher
    audience: Audience
    alone_cpu: float = 0.0

    @classmethod
    async def open(
        cls, server: Running, path: str, make_request: Callable[[int], bytes], *, kind: type[Reader] = Reader
    ) -> Side:
        """Open a side whose audience is still empty."""
        return cls(await Publisher.open(server, make_request), Audience(server.port, path, kind=kind))

    async def let_in(self, readers: int) -> None:
        """Measure publications without readers, then connect the readers."""
        alone = [await self.publisher.publish(self.audience) for _ in range(WARM_UP + PUBLICATIONS)]
        self.alone_cpu = median(each.cpu_seconds for each in alone[WARM_UP:])
        await self.audience.join(readers)

    def delivery_cpu(self, publications: list[Publication]) -> float:
        """Return the CPU seconds of one delivery, less the cost of a publication without readers."""
        return (median(each.cpu_seconds for each in publications) - self.alone_cpu) / self.audience.joined

    def close(self) -> None:
        """Close the audience and the publisher."""
        self.audience.leave()
        self.publisher.close()


@dataclass(frozen=True, slots=True)
class Compared:
    """The costs of both sides, pair by pair; `ours` and `theirs` are CPU seconds for one delivery."""

    ours: list[float]
    theirs: list[float]
    our_publications: list[Publication]
    their_publications: list[Publication]

    @property
    def ratios(self) -> list[float]:
        """Return the ratio of ours to theirs for every pair."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]


async def compare(ours: Side, theirs: Side) -> Compared:
    """Publish to both in turns, after a few that are not counted."""
    await _publish_in_turns(ours, theirs, WARM_UP)
    found = Compared([], [], [], [])
    for _ in range(PAIRS):
        our_part, their_part = await _publish_in_turns(ours, theirs, PUBLICATIONS)
        found.ours.append(ours.delivery_cpu(our_part))
        found.theirs.append(theirs.delivery_cpu(their_part))
        found.our_publications.extend(our_part)
        found.their_publications.extend(their_part)
    return found


async def _publish_in_turns(ours: Side, theirs: Side, count: int) -> tuple[list[Publication], list[Publication]]:
    our_part, their_part = [], []
    for _ in range(count):
        our_part.append(await ours.publisher.publish(ours.audience))
        their_part.append(await theirs.publisher.publish(theirs.audience))
    return our_part, their_part

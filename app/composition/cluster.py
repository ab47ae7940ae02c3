"""The notes, which may be lost, that the processes of one database send each other beside their commits.

Each says how many readers it has, how events reached them, and who is on its desk; and at once, that something was
written or a setting changed, for which the others look into the tables, as they do each second anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.brokers.broker import Notes
from app.jobs.job import Job
from app.live.hub.cluster import Cluster
from app.newsroom_stream.remote_presence import encode_presence_notes
from app.newsroom_stream.stream import NewsroomStream
from app.reading.reading import Reading

READERS_PAUSE_SECONDS = 3.0
RECEIPTS_PAUSE_SECONDS = 1.0
PRESENCE_PAUSE_SECONDS = 3.0

READERS = "readers"
RECEIPTS = "receipts"
PRESENCE = "presence"
WRITTEN = "written"
"""Something was recorded in the audit: a note without content."""
SETTINGS = "settings"
"""A site was changed, or text purged: a note without content."""


@dataclass(frozen=True, slots=True)
class Gossip:
    """The notes of one process: what it says, and what becomes of what it hears.

    `look` lets jobs look that follow what another process has changed.
    """

    notes: Notes
    cluster: Cluster
    stream: NewsroomStream
    reading: Reading
    look: Callable[[], None]

    def begin(self) -> None:
        """Hear the others from now on, and say at once what cannot wait. Call on the event loop."""
        self.notes.subscribe_notes(self._hear)
        self.stream.tell_presence(self._say_presence)

    def jobs(self) -> list[Job]:
        """Make the jobs that say what this process knows of itself."""
        return [
            Job("readers gossip", run=self._say_all_readers, pause_seconds=lambda: READERS_PAUSE_SECONDS),
            Job("receipts gossip", run=self._say_all_receipts, pause_seconds=lambda: RECEIPTS_PAUSE_SECONDS),
            Job("presence gossip", run=self._say_all_presence, pause_seconds=lambda: PRESENCE_PAUSE_SECONDS),
        ]

    def _hear(self, kind: str, process: str, number: int, body: bytes) -> None:
        match kind:
            case "readers":
                self.cluster.hear_readers(process, number, body)
            case "receipts":
                self.cluster.hear_receipts(process, body)
            case "presence":
                self.stream.hear_presence(process, number, body)
            case "written":
                self.reading.comments.outdate()
                self.stream.wake()
            case "settings":
                self.look()

    async def _say_all_readers(self) -> None:
        for part, body in self.cluster.say_readers():
            self.notes.tell(READERS, body, part=part)

    async def _say_all_receipts(self) -> None:
        for part, body in self.cluster.say_receipts():
            self.notes.tell(RECEIPTS, body, part=part)

    async def _say_all_presence(self) -> None:
        self._say_presence()
        self.stream.refresh_presence()

    def _say_presence(self) -> None:
        for part, body in encode_presence_notes(self.stream.presence_here()):
            self.notes.tell(PRESENCE, body, part=part)


def begin_gossip(
    notes: Notes | None,
    cluster: Cluster | None,
    stream: NewsroomStream,
    reading: Reading,
    *,
    looking: Callable[[], None],
) -> list[Job]:
    """Begin to hear the others, and return the jobs that tell them; none where nobody can be told."""
    if notes is None or cluster is None:
        return []
    gossip = Gossip(notes, cluster, stream, reading, looking)
    gossip.begin()
    return gossip.jobs()


def tell_of_writes(notes: Notes | None) -> Callable[[str], None]:
    """Return what tells the others, from any thread, that there is something to look at; of several the last."""

    def tell(kind: str) -> None:
        if notes is not None:
            notes.tell(kind, b"")

    return tell

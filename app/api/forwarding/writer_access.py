"""The access of a process that reads to the one that writes: the link, and the newsroom's streams over it."""

from __future__ import annotations

from app.api.forwarding.forwarding import WaitApplied
from app.api.forwarding.stream_forwarding import StreamForwarding
from app.api.forwarding.writer_link import WriterLink


class WriterAccess:
    """The link, and who is joined to the writer over it. `drain` it, then `close` it."""

    def __init__(self, link: WriterLink, *, wait_applied: WaitApplied) -> None:
        self.link = link
        self.wait_applied = wait_applied
        self.streams = StreamForwarding(link)

    async def drain(self) -> None:
        """Send the newsroom's streams away: they come back to another process."""
        await self.streams.drain()

    async def close(self) -> None:
        """Close every connection."""
        await self.link.close()

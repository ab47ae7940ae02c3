"""The decoder: converts uploads one at a time, each in a process of its own that it can only kill."""

from __future__ import annotations

from pathlib import Path

from app.media.converted import ConvertedMedia
from app.media.limits import MediaLimits


class Decoder:
    """Converts uploaded files. Made once for a process; `close` ends what still runs."""

    def __init__(self, limits: MediaLimits | None = None) -> None:
        self._limits = limits or MediaLimits()

    async def convert(self, source: Path, into: Path, *, declared: str | None = None) -> ConvertedMedia:
        """Convert a file; its renditions are in the empty folder `into`, on disk, when this returns.

        Raises UnsupportedMedia (415), MediaRefused (422), TooLarge (413), and Unavailable (503) at once when too many
        wait already. Cancelled, it ends the process; what is in `into` is the caller's to delete, whatever happened.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """End the process that runs and refuse everybody who waits."""
        raise NotImplementedError

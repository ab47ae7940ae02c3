"""The limits of uploads and of the process that decodes them; each is there for an attack or for a machine's memory."""

from __future__ import annotations

from dataclasses import dataclass

from app.media.formats import MediaFormat, MediaKind

MIB = 2**20


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """The limits of one upload, and of decoding it."""

    image_bytes: int = 50 * MIB
    video_bytes: int = 250 * MIB
    audio_bytes: int = 100 * MIB

    pixels: int = 50_000_000
    """Of one picture once it is decoded: 200 MB of memory. A telephone's 48 megapixels are below it."""
    jpeg_pixels: int = 110_000_000
    """A JPEG is decoded at the size that is needed, in a fraction of its memory."""
    frames: int = 1_000
    frame_pixels: int = 150_000_000
    """Of all frames of an animation together: 500 frames of 640 × 470."""
    kept_frame_pixels: int = 60_000_000
    """The same once it is converted, 240 MB of memory: an animation with more is made smaller still."""
    seconds: int = 3_600
    """Of a video or a sound."""

    decoder_memory_bytes: int = 1024 * MIB
    decoder_cpu_seconds: int = 60
    decoder_wall_seconds: float = 120
    """The parent's own: a process that sleeps uses no CPU time."""
    output_bytes: int = 300 * MIB
    """Of one file that the decoder writes."""
    waiting: int = 16
    """Uploads that wait for the decoder beside the one it works on; the next is told to come again."""

    def bytes_of(self, found: MediaFormat) -> int:
        """Return how large a file of this format may be."""
        if found.kind is MediaKind.IMAGE:
            return self.image_bytes
        return self.video_bytes if found.kind is MediaKind.VIDEO else self.audio_bytes

    @property
    def largest_bytes(self) -> int:
        """Return how large a file may be at most, whatever it is."""
        return max(self.image_bytes, self.video_bytes, self.audio_bytes)

"""The reasons for which a file is refused, each with its code and its sentence.

The decoder's process names a reason by its key and says nothing else: what is sent to a client stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from app.domain.errors import LiveblogError, MediaRefused, UnsupportedMedia
from app.media.files import storage_full
from app.media.limits import MediaLimits


class Refused(Exception):
    """Raised by the decoder's programs with the key of a reason in `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code (docs/errors.md) and a sentence, in which limits are named by their fields of MediaLimits."""

    code: str
    sentence: str
    is_unsupported: bool = False


REASONS: Mapping[str, Reason] = {
    "unreadable": Reason(code="media_unreadable", sentence="The file is damaged, and cannot be read."),
    "truncated": Reason(code="media_truncated", sentence="The file ends too early. Send it again, whole."),
    "pixels": Reason(
        code="media_over_limits",
        sentence="The picture has too many pixels: at most {megapixels} million, or {jpeg_megapixels} million as JPEG.",
    ),
    "frames": Reason(
        code="media_over_limits",
        sentence="The animation is too long: at most {frames:,} frames, and {frame_megapixels} million pixels in all "
        "of them together. Send it as a video.",
    ),
    "parts": Reason(
        code="media_over_limits", sentence="The file is made of more parts than any camera or program writes."
    ),
    "seconds": Reason(code="media_over_limits", sentence="It is too long: at most {minutes} minutes."),
    "effort": Reason(
        code="media_over_limits",
        sentence="The file needs more time or memory than an upload is given. Send it smaller.",
    ),
    "no_picture": Reason(code="media_unreadable", sentence="There is no picture in the video."),
    "codec": Reason(
        code="media_codec_not_taken",
        sentence="Browsers cannot play how this video is encoded. Send it as MP4 with H.264 and AAC, or as WebM.",
        is_unsupported=True,
    ),
}


def refusal(reason: str, limits: MediaLimits) -> LiveblogError:
    """Make the error of a reason; one that is not known is that of a damaged file."""
    if reason == "full":
        return storage_full()
    found = REASONS.get(reason, REASONS["unreadable"])
    values = asdict(limits) | {
        "megapixels": limits.pixels // 1_000_000,
        "jpeg_megapixels": limits.jpeg_pixels // 1_000_000,
        "frame_megapixels": limits.frame_pixels // 1_000_000,
        "minutes": limits.seconds // 60,
    }
    kind = UnsupportedMedia if found.is_unsupported else MediaRefused
    return kind(found.code, found.sentence.format_map(values))

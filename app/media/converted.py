"""The result of a conversion: renditions, and what was read of the file before they were made."""

from __future__ import annotations

from dataclasses import dataclass

from app.media.formats import MediaKind


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file that readers are sent. `size` is in bytes; a sound has no width and height."""

    file: str
    content_type: str
    width: int | None
    height: int | None
    size: int


@dataclass(frozen=True, slots=True)
class OfferedWords:
    """The words that stood in the file itself (IPTC, XMP, EXIF), as plain text; empty where there were none."""

    caption: str = ""
    credit: str = ""
    rights: str = ""


@dataclass(frozen=True, slots=True)
class ConvertedMedia:
    """A converted file. `width` and `height` are those of the picture or video as it is shown, before it was made
    smaller; `content_type` is of what was sent, by its content; `placeholder` is an average colour, `#rrggbb`.

    Renditions are in a fixed order: what plays first (`video.mp4`, `audio.mp3`), then pictures, the smallest first,
    each as WebP and as JPEG (`320.webp`, `320.jpg`, …). Of a video the pictures are its poster.
    """

    kind: MediaKind
    content_type: str
    width: int | None
    height: int | None
    animated: bool
    duration_ms: int | None
    placeholder: str | None
    renditions: tuple[Rendition, ...]
    offered: OfferedWords

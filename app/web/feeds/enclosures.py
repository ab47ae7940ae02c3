"""The pictures, films and sounds of an entry as enclosures: with their type, and their size where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from app.web.feeds.feed import Enclosure
from app.web.rendering import web_address

_KINDS = frozenset({"image", "video", "audio"})

_TYPES = {
    "image": {
        **{each: f"image/{each}" for each in ("avif", "gif", "heic", "png", "webp")},
        **{"jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml"},
    },
    "video": {
        "mp4": "video/mp4",
        "m4v": "video/mp4",
        "mov": "video/quicktime",
        "ogv": "video/ogg",
        "webm": "video/webm",
    },
    "audio": {
        **{each: "audio/ogg" for each in ("oga", "ogg", "opus")},
        **{"aac": "audio/aac", "flac": "audio/flac", "m4a": "audio/mp4", "mp3": "audio/mpeg", "wav": "audio/wav"},
        "webm": "audio/webm",
    },
}
"""The types of files elsewhere, by the ends of their names: a feed must say one, and we fetch nothing of others."""


def enclosures_of(entry: Mapping[str, Any]) -> tuple[Enclosure, ...]:
    """List the files that an entry shows; none of a retracted one, which programs for sounds would fetch and play.

    Those elsewhere whose names do not tell their type are in the text alone.
    """
    if entry["status"] == "retracted":
        return ()
    found = [_enclosure(block) for block in entry["blocks"] if block["type"] in _KINDS and web_address(block["url"])]
    return tuple({each.url: each for each in found if each is not None}.values())


def _enclosure(block: Mapping[str, Any]) -> Enclosure | None:
    own = next((each for each in block.get("renditions", ()) if each["url"] == block["url"]), None)
    content_type = _guessed(block) if own is None else own["type"]
    if content_type is None:
        return None
    size = {} if own is None else own
    return Enclosure(
        kind=block["type"],
        url=block["url"],
        type=content_type,
        size=size.get("size"),
        title=block.get("caption") or block.get("alt") or None,
        width=size.get("width") or block.get("width"),
        height=size.get("height") or block.get("height"),
        duration_ms=block.get("duration_ms"),
    )


def _guessed(block: Mapping[str, Any]) -> str | None:
    ending = PurePosixPath(urlsplit(block["url"]).path).suffix[1:].lower()
    return _TYPES[block["type"]].get(ending)

"""Reads the answer of the decoder's process and checks what it wrote: it had a hostile file, and is not trusted."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from app.media.converted import ConvertedMedia, OfferedWords, Rendition
from app.media.formats import HEAD_BYTES, MediaFormat, identify_format
from app.media.limits import MediaLimits
from app.media.refusals import Refused

MAX_RENDITIONS = 16
MAX_SIDE = 65_535
MAX_WORDS = 2_000
_FILE = re.compile(r"(?:[1-9][0-9]{0,4}\.(?:webp|jpg)|video\.(?:mp4|webm)|audio\.mp3)")
_CONTENT_TYPES = {
    "webp": "image/webp", "jpg": "image/jpeg", "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg",
}  # fmt: skip
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class BadAnswer(Exception):
    """An answer that no decoder of ours gives; the message is for the log."""


def read_answer(answer: bytes, folder: Path, found: MediaFormat, limits: MediaLimits) -> ConvertedMedia:
    """Return what was converted into a folder. Raises Refused with the decoder's reason, or BadAnswer."""
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise BadAnswer("no JSON") from error
    if not isinstance(told, dict):
        raise BadAnswer("no object")
    if "refused" in told:
        raise Refused(str(told["refused"]))
    renditions = told.get("renditions")
    if not isinstance(renditions, list) or not 0 < len(renditions) <= MAX_RENDITIONS:
        raise BadAnswer("no renditions, or too many")
    checked = tuple(_rendition(each, folder, limits) for each in renditions)
    if len({each.file for each in checked}) < len(checked):
        raise BadAnswer("a file twice")
    placeholder = told.get("placeholder")
    return ConvertedMedia(
        kind=found.kind,
        content_type=found.content_type,
        width=_number(told.get("width"), MAX_SIDE),
        height=_number(told.get("height"), MAX_SIDE),
        animated=told.get("animated") is True,
        duration_ms=_number(told.get("duration_ms"), 1000 * limits.seconds + 1000),
        placeholder=placeholder if isinstance(placeholder, str) and _COLOUR.fullmatch(placeholder) else None,
        renditions=checked,
        offered=_words(told.get("offered")),
    )


def _rendition(told: Any, folder: Path, limits: MediaLimits) -> Rendition:
    if not isinstance(told, dict) or not isinstance(told.get("file"), str) or not _FILE.fullmatch(told["file"]):
        raise BadAnswer("a file's name")
    file: str = told["file"]
    content_type = _CONTENT_TYPES[file.rpartition(".")[2]]
    try:
        handle = os.open(folder / file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BadAnswer(f"{file} is not there") from error
    try:
        status, head = os.fstat(handle), os.read(handle, HEAD_BYTES)
    finally:
        os.close(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or not 0 < status.st_size <= limits.output_bytes:
        raise BadAnswer(f"{file} is no file of its own")
    try:
        is_right = identify_format(head).content_type == content_type
    except Exception as error:
        raise BadAnswer(f"{file} is something else") from error
    if not is_right:
        raise BadAnswer(f"{file} is something else")
    width, height = _number(told.get("width"), MAX_SIDE), _number(told.get("height"), MAX_SIDE)
    return Rendition(file, content_type, width, height, status.st_size)


def _number(value: Any, most: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        raise BadAnswer("a number")
    return value


def _words(told: Any) -> OfferedWords:
    words = told if isinstance(told, dict) else {}
    return OfferedWords(*(_line(words.get(name)) for name in ("caption", "credit", "rights")))


def _line(value: Any) -> str:
    text = value[:MAX_WORDS] if isinstance(value, str) else ""
    return "".join(each for each in text if each == "\n" or each.isprintable())

"""Rewrites a video without what it tells of its maker, and makes its poster; executed as a program.

The encoded pictures and sound are copied, not encoded anew. Everything else stays behind: tags, chapters, covers,
subtitles, tracks of data (a camera's positions and movements), and what encoders write between the pictures (SEI).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from app.media.conversion.pixels import average_colour, prepare
from app.media.conversion.program import Task, run_program
from app.media.conversion.renditions import ladder, write_ladder
from app.media.conversion.structure import check_boxes
from app.media.refusals import Refused

MAX_STREAMS = 32
POSTER_SECONDS = 1.0
"""The first pictures of many videos are black."""
MAX_POSTER_FRAMES = 120

_VIDEO = {"mp4": frozenset({"h264", "hevc", "av1"}), "webm": frozenset({"vp8", "vp9", "av1"})}
_AUDIO = {"mp4": frozenset({"aac", "mp3"}), "webm": frozenset({"opus", "vorbis"})}
_FILTERS = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_QUIET = {"fflags": "+bitexact"}


def convert_video(task: Task) -> dict[str, Any]:
    """Rewrite a video and write its poster. Raises Refused."""
    kind = "webm" if task.format == "WebM" else "mp4"
    if kind == "mp4":
        _check_boxes(task)
    try:
        seconds = _rewrite(task, kind)
        task.source.seek(0)
        poster, size = _poster(task, kind)
    except (av.FFmpegError, ValueError, OSError, EOFError) as error:
        raise Refused("unreadable") from error
    files = [{"file": f"video.{kind}", "width": size[0], "height": size[1]}, *write_ladder(poster, task.folder)]
    return {
        "width": size[0], "height": size[1], "animated": False, "duration_ms": round(seconds * 1000),
        "placeholder": average_colour(poster), "renditions": files,
        "offered": {"caption": "", "credit": "", "rights": ""},
    }  # fmt: skip


def _check_boxes(task: Task) -> None:
    with memory_map(task) as data:
        check_boxes(data, frames=100_000)  # a recording in fragments has two boxes for each


def memory_map(task: Task) -> Any:
    """Map the file into memory."""
    import mmap

    return mmap.mmap(task.source.fileno(), 0, access=mmap.ACCESS_READ)

"""Rewrites a video without what it tells of its maker, and makes its poster; executed as a program.

The encoded pictures and sound are copied, not encoded anew. Everything else stays behind: tags, chapters, covers,
subtitles, tracks of data (a camera's positions and movements), and what encoders write between the pictures (SEI).
"""

from __future__ import annotations

import mmap
from typing import Any

import av
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from app.media.conversion.pixels import average_colour, prepare
from app.media.conversion.program import Task, reason_of, run_program
from app.media.conversion.renditions import ladder, write_ladder
from app.media.conversion.structure import check_boxes, check_segment
from app.media.refusals import Refused

MAX_STREAMS = 32
MAX_SIDE = 8_192
MAX_BOXES = 100_000
"""A recording in fragments has two for each."""
POSTER_SECONDS = 1.0
"""The first pictures of many videos are black."""
MAX_POSTER_FRAMES = 120

_VIDEO = {"mp4": frozenset({"h264", "hevc", "av1"}), "webm": frozenset({"vp8", "vp9", "av1"})}
_AUDIO = {"mp4": frozenset({"aac", "mp3"}), "webm": frozenset({"opus", "vorbis"})}
_FILTERS = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_OUTPUT_OPTIONS = {
    # Without the name of the program, and with the index first, so that a browser plays before it has all.
    "mp4": {"fflags": "+bitexact", "movflags": "+faststart"},
    "webm": {"fflags": "+bitexact"},
}


def convert_video(task: Task) -> dict[str, Any]:
    """Rewrite a video and write its poster. Raises Refused."""
    kind = "webm" if task.format == "WebM" else "mp4"
    _check_structure(task, kind)
    try:
        seconds = _rewrite(task, kind)
        task.source.seek(0)
        poster, size = _poster(task, kind)
    except (av.FFmpegError, ValueError, OSError, EOFError) as error:
        raise Refused(reason_of(error)) from error
    files = [{"file": f"video.{kind}", "width": size[0], "height": size[1]}, *write_ladder(poster, task.folder)]
    return {
        "width": size[0], "height": size[1], "animated": False, "duration_ms": round(seconds * 1000),
        "placeholder": average_colour(poster), "renditions": files,
        "offered": {"caption": "", "credit": "", "rights": ""},
    }  # fmt: skip


def _check_structure(task: Task, kind: str) -> None:
    with mmap.mmap(task.source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if kind == "mp4":
            check_boxes(data, most=MAX_BOXES)
        else:
            check_segment(data)


def _rewrite(task: Task, kind: str) -> float:
    """Copy the first picture track and the first sound track; return how long they last in seconds."""
    with (
        _opened(task, kind) as source,
        av.open(str(task.folder / f"video.{kind}"), "w", format=kind, options=_OUTPUT_OPTIONS[kind]) as output,
    ):
        taken = [_video_of(source, kind, task), *_audio_of(source, kind)]
        copies = {each.index: _Copy(each, output) for each in taken}
        end = 0.0
        for packet in source.demux(taken):
            if packet.dts is None:
                continue  # the end of a track, as PyAV tells it
            end = max(end, _end_of(packet))
            if end > task.limits.seconds:
                raise Refused("seconds")
            copies[packet.stream.index].write(packet)  # which takes all that is in it
        for each in copies.values():
            each.write(None)
    if end == 0:
        raise Refused("unreadable")
    return end


class _Copy:
    """One track of the output, and what is taken out of its packets on the way."""

    def __init__(self, source: Stream, output: OutputContainer) -> None:
        self._source = source
        self._output = output
        self._stream = output.add_stream_from_template(source)
        self._stream.metadata.clear()
        name = source.codec_context.name if isinstance(source, VideoStream) else ""
        if name == "hevc":
            self._stream.codec_context.codec_tag = "hvc1"  # the one that Safari plays
        chosen = _FILTERS.get(name)
        self._filter = BitStreamFilterContext(chosen, source, self._stream) if chosen else None

    def write(self, packet: Packet[Any] | None) -> None:
        """Write a packet, or what is left with None."""
        if self._filter is not None:
            packets = self._filter.filter(packet)
        else:
            packets = [packet] if packet is not None else []
        for each in packets:
            if self._source.time_base is not None:
                each.time_base = self._source.time_base
            each.stream = self._stream
            self._output.mux(each)


def _end_of(packet: Packet[Any]) -> float:
    if packet.pts is None or packet.time_base is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def _poster(task: Task, kind: str) -> tuple[Image.Image, tuple[int, int]]:
    """Return a picture of a video, of the largest size it is offered in, and the size the video is shown in."""
    with _opened(task, kind) as source:
        stream = _video_of(source, kind, task)
        stream.codec_context.thread_count = 2
        chosen: VideoFrame | None = None
        for number, frame in enumerate(source.decode(stream)):
            chosen = frame
            if number >= MAX_POSTER_FRAMES or (frame.time or 0) >= POSTER_SECONDS:
                break
        if chosen is None:
            raise Refused("no_picture")
        image: Image.Image = chosen.to_image()  # type: ignore[no-untyped-call] # av has no types for its keywords
        ratio = stream.sample_aspect_ratio
        if ratio and ratio != 1:
            image = image.resize((max(1, min(round(image.width * ratio), MAX_SIDE)), image.height))
        turn = _TURNS.get(round(chosen.rotation) % 360)
        if turn is not None:
            image = image.transpose(turn)
        return prepare(image, ladder(image.size)[-1], 1), image.size


def _opened(task: Task, kind: str) -> InputContainer:
    # The format is told, so that nothing is guessed: other demuxers open further files and addresses.
    return av.open(task.source, "r", format="matroska" if kind == "webm" else "mov", metadata_errors="ignore")


def _video_of(source: InputContainer, kind: str, task: Task) -> VideoStream:
    if len(source.streams) > MAX_STREAMS:
        raise Refused("parts")
    streams = [each for each in source.streams.video if not each.disposition & Disposition.attached_pic]
    if not streams:
        raise Refused("no_picture")
    stream = streams[0]
    if stream.codec_context.name not in _VIDEO[kind]:
        raise Refused("codec")
    if not 0 < stream.width * stream.height <= task.limits.pixels or max(stream.width, stream.height) > MAX_SIDE:
        raise Refused("pixels")
    return stream


def _audio_of(source: InputContainer, kind: str) -> list[Stream]:
    streams = list(source.streams.audio)[:1]
    if any(_codec_of(each) not in _AUDIO[kind] for each in streams):
        raise Refused("codec")
    return list(streams)


def _codec_of(stream: AudioStream) -> str:
    return stream.codec_context.name.removesuffix("float")  # the decoder of MP3 has another name than the format


if __name__ == "__main__":
    run_program(convert_video)

"""The decoder beside everything that can go wrong with the processes it starts."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import LiveblogError, MediaRefused, Unavailable, UnsupportedMedia
from app.media.conversion.program import reason_of
from app.media.decoder import Decoder, refuse_without_reader
from app.media.formats import HEIC, JPEG, MOV, MP4, MediaFormat
from app.media.limits import MIB, MediaLimits
from tests.media.decoder_processes import LIMITS, Told, pid_of_a_child, pid_written_in
from tests.media.pictures import encoded, quartered
from tests.needs import require

pytestmark = pytest.mark.anyio


async def test_a_program_that_does_as_it_should_is_believed(told: Told, misled: Decoder) -> None:
    done = await told("truth")
    assert [each.file for each in done.renditions] == ["1.jpg"]
    assert misled.metrics.converted == 1


@pytest.mark.parametrize(
    ("word", "code", "cause"),
    [
        ("crash", "media_unreadable", "was ended by SIGSEGV"),
        ("abort", "media_unreadable", "was ended by SIGABRT"),
        ("complain", "media_unreadable", "ended with 3"),
        ("exit", "media_unreadable", "no JSON"),
        ("nonsense", "media_unreadable", "no JSON"),
        ("a list", "media_unreadable", "no object"),
        ("talk", "media_unreadable", "said too much"),
        ("spin", "media_over_limits", "SIG"),
        ("sleep", "media_over_limits", "ran out of time"),
        ("a path", "media_unreadable", "a file's name"),
        ("another name", "media_unreadable", "a file's name"),
        ("a missing file", "media_unreadable", "2.jpg is not there"),
        ("no files", "media_unreadable", "no renditions"),
        ("too many files", "media_unreadable", "too many"),
        ("a file twice", "media_unreadable", "a file twice"),
        ("a size of words", "media_unreadable", "a number"),
        ("a negative size", "media_unreadable", "a number"),
        ("a number too large", "media_unreadable", "a number"),
        ("a page", "media_unreadable", "1.jpg is something else"),
    ],
)
async def test_a_crash_or_a_lie_is_a_refusal_of_one_upload_and_one_line_in_the_log(
    told: Told, misled: Decoder, caplog: pytest.LogCaptureFixture, word: str, code: str, cause: str
) -> None:
    misled.limits = MediaLimits(
        **{name: getattr(LIMITS, name) for name in LIMITS.__slots__} | {"output_bytes": 5 * MIB}
    )
    misled.limits = replace(LIMITS, decoder_wall_seconds=1) if word == "sleep" else LIMITS
    with caplog.at_level(logging.INFO), pytest.raises(MediaRefused) as refused:
        await told(word)
    misled.limits = LIMITS
    assert refused.value.code == code
    (line,) = [record.getMessage() for record in caplog.records]
    assert cause in line
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 500
    assert misled.metrics.crashed == 1
    assert (await told("truth")).renditions  # the next one knows nothing of it


async def test_complaining_without_end_is_ended_by_the_clock(told: Told, misled: Decoder) -> None:
    misled.limits = replace(LIMITS, decoder_wall_seconds=1, decoder_cpu_seconds=40)
    with pytest.raises(MediaRefused, match="more time or memory"):
        await told("nag")
    assert misled.metrics.most_seconds < 20


async def test_a_disk_that_hangs_is_not_waited_for(
    misled: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A named pipe without a writer in the place of the file: opening it never ends."""
    monkeypatch.setattr("app.media.decoder.LOOK_SECONDS", 0.2)
    pipe = tmp_path / "source"
    os.mkfifo(pipe)
    for _ in range(4):
        with pytest.raises(Unavailable) as refused:
            await misled.convert(pipe, tmp_path)
        assert refused.value.code == "media_unavailable"
    assert (misled.waiting, misled.health.failures) == (0, 4)
    assert len(caplog.records) == 1
    writers = [await asyncio.to_thread(os.open, pipe, os.O_RDWR | os.O_NONBLOCK)]  # lets the threads go
    await misled.close()
    for writer in writers:
        os.close(writer)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_process_that_no_kill_ends_is_left_and_the_next_upload_goes_on(
    told: Told,
    misled: Decoder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    is_cancelled: bool,
) -> None:
    """As the kernel has it with one that waits for its disk: it is killed, and its end is not told."""
    monkeypatch.setattr("app.media.decoder.ENDING_SECONDS", 0.3)
    ends, wait4 = threading.Event(), os.wait4

    def hang(pid: int, options: int) -> tuple[int, int, Any]:
        ends.wait(40)
        return wait4(pid, options)

    monkeypatch.setattr(os, "wait4", hang)
    misled.limits = LIMITS if is_cancelled else replace(LIMITS, decoder_wall_seconds=1)
    upload = asyncio.ensure_future(told("sleep"))
    if is_cancelled:
        await pid_of_a_child()
        upload.cancel()
    with pytest.raises(asyncio.CancelledError if is_cancelled else MediaRefused):
        await upload
    monkeypatch.setattr(os, "wait4", wait4)
    misled.limits = LIMITS
    assert (await told("truth")).renditions
    (line,) = [record.getMessage() for record in caplog.records]
    assert "does not end" in line
    assert misled.metrics.crashed == 1
    ends.set()


async def test_eating_all_memory_ends_that_process_alone(told: Told, misled: Decoder) -> None:
    with pytest.raises(MediaRefused, match="more time or memory"):
        await told("eat")
    assert misled.metrics.refused == 1


async def test_writing_without_end_is_ended_by_the_size_of_a_file(told: Told, misled: Decoder) -> None:
    misled.limits = replace(LIMITS, output_bytes=5 * MIB)
    with pytest.raises(MediaRefused, match="more time or memory"):
        await told("fill")


async def test_a_full_disk_is_no_fault_of_the_file(told: Told) -> None:
    with pytest.raises(Unavailable) as full:
        await told("a full disk")
    assert full.value.code == "media_storage_full"


def test_a_decoder_that_writes_to_a_full_disk_says_that() -> None:
    assert reason_of(OSError(errno.ENOSPC, "No space left on device")) == "full"
    assert reason_of(OSError(errno.EFBIG, "File too large")) == "effort"
    assert reason_of(OSError("broken data stream")) == "unreadable"


async def test_a_reason_that_is_not_ours_is_never_repeated(told: Told) -> None:
    with pytest.raises(MediaRefused) as refused:
        await told("an unknown reason")
    assert "script" not in refused.value.detail


async def test_words_from_a_program_are_cleaned_once_more(told: Told) -> None:
    done = await told("words")
    assert done.offered.caption == "a[2Jbc"
    assert done.offered.credit == ""
    assert len(done.offered.rights) == 2_000
    assert (await told("another colour")).placeholder is None


async def test_a_program_reaches_no_file_no_socket_and_no_process_but_its_own(told: Told, tmp_path: Path) -> None:
    offered = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
    require("Landlock", found=offered >= 1, reason="needs Linux 5.13, and a container that lets it through")
    done = await told("attack")
    assert done.offered.caption == "nothing"
    assert (tmp_path / "secret").read_bytes() == b"of the server"
    assert not (tmp_path / "planted").exists()


@pytest.fixture
def inheritable() -> Iterator[None]:
    """A descriptor of this process that a program would inherit if it were let."""
    ours = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(ours, True)
    yield
    os.close(ours)


@pytest.mark.usefixtures("inheritable")
async def test_a_program_inherits_three_descriptors_no_environment_and_no_priority(told: Told) -> None:
    done = await told("descriptors")
    assert json.loads(done.offered.caption) == [0, 1, 2]
    assert set(done.offered.credit.strip("[]").replace("'", "").split(", ")) <= {
        "LC_ALL",
        "LC_CTYPE",
        "MALLOC_ARENA_MAX",
    }
    assert int(done.offered.rights) >= 15


async def test_a_program_that_answers_and_goes_on_is_ended(told: Told, tmp_path: Path) -> None:
    with pytest.raises(MediaRefused):
        await told("go on alone")
    pid = pid_written_in(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("format", "missing", "extra"),
    [(HEIC, "pillow_heif", "heic"), (MP4, "av", "video"), (MOV, "av", "video"), (JPEG, "PIL", "images")],
)
def test_a_format_without_its_decoder_is_refused_by_its_name(format: MediaFormat, missing: str, extra: str) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        refuse_without_reader(format, is_installed=lambda module: module != missing)
    assert refused.value.code == "media_decoder_missing"
    assert format.name in refused.value.detail
    assert f"`{extra}`" in refused.value.detail


async def test_a_file_that_is_no_file_is_not_opened(tmp_path: Path) -> None:
    decoder = Decoder()
    (tmp_path / "real").write_bytes(encoded(quartered((8, 8)), "PNG"))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OSError, match="symbolic"):
        await decoder.convert(tmp_path / "link", tmp_path)
    with pytest.raises((OSError, ValueError, LiveblogError)):
        await decoder.convert(tmp_path, tmp_path)
    assert decoder.waiting == 0
    await decoder.close()

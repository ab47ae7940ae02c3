"""The decoder: converts uploads one at a time, each in a process of its own that can only be killed, never trusted."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import signal
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from app.domain.errors import LiveblogError, TooLarge, Unavailable, UnsupportedMedia
from app.media.answers import BadAnswer, read_answer
from app.media.child_process import OUT_OF_TIME, ChildProcess, Finished
from app.media.converted import ConvertedMedia
from app.media.files import storage_unavailable
from app.media.formats import (
    HEAD_BYTES,
    HEIC,
    MediaFormat,
    MediaKind,
    check_declared_type,
    identify_format,
)
from app.media.limits import MediaLimits
from app.media.refusals import Refused, refusal
from app.media.store_health import StoreHealth

log = logging.getLogger(__name__)

PROGRAMS = "app.media.conversion"
LONGEST_RETRY_SECONDS = 60
LOOK_SECONDS = 10.0
"""Time for the first bytes of a file, which was written a moment ago."""
ENDING_SECONDS = 5.0
"""Time for a process to end that was killed. One whose disk hangs may take for ever, and is not waited for."""
HUNG_LIMIT = 2
"""Processes that may be left so; beyond them uploads are told to come again."""
_ENDED_BY_LIMITS = frozenset({-signal.SIGXCPU, -signal.SIGXFSZ, -signal.SIGKILL})
"""The last is also that of a kernel that has no memory left."""
_FIRST_GUESS_SECONDS = 2.0
"""How long one conversion takes, until one was measured."""


@dataclass(slots=True)
class DecoderMetrics:
    """Counters of one process's decoder, raised where things happen and read by `/metrics`."""

    converted: int = 0
    refused: int = 0
    """Files that were read and refused."""
    crashed: int = 0
    """Processes that died, were killed by a limit, or answered nonsense."""
    turned_away: int = 0
    """Uploads that found the queue full."""
    cpu_seconds: float = 0
    most_seconds: float = 0
    """The longest conversion by the clock."""


class Decoder:
    """Converts uploaded files. Made once for a process; `close` ends what still runs."""

    def __init__(self, limits: MediaLimits | None = None, *, programs: str = PROGRAMS) -> None:
        """`programs` is the package whose modules are executed: `image`, `heic`, `video` and `audio`."""
        self.limits = limits or MediaLimits()
        self._programs = programs
        self.metrics = DecoderMetrics()
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._average_seconds = _FIRST_GUESS_SECONDS
        self._running: ChildProcess | None = None
        self._is_closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decoder")
        self._hung: set[asyncio.Future[ConvertedMedia | LiveblogError]] = set()
        self.health = StoreHealth("the folder of uploads")
        self._looking = ThreadPoolExecutor(2, thread_name_prefix="decoder-look")

    @property
    def waiting(self) -> int:
        """Count the uploads that are converted or wait for it."""
        return self._waiting

    async def convert(self, source: Path, into: Path, *, declared: str | None = None) -> ConvertedMedia:
        """Convert a file; its renditions are in the empty folder `into` when this returns. `keep` makes them durable.

        `declared` is the Content-Type the client gave, if any. Raises UnsupportedMedia (415), MediaRefused (422),
        TooLarge (413), and Unavailable (503) at once where too many wait already. Cancelled, it ends the process first.
        What is in `into` is the caller's to delete, whatever happened.
        """
        self._refuse_when_full()
        self._waiting += 1
        try:
            found = await self._look(source, declared)
            async with self._turn:
                if self._is_closed:
                    raise self._busy()
                return await self._convert(source, into, found)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the process that runs, and refuse all that wait and come later."""
        self._is_closed = True
        if self._running is not None:
            self._running.kill()
        async with self._turn:
            self._thread.shutdown(wait=False)
            self._looking.shutdown(wait=False)

    def _refuse_when_full(self) -> None:
        if self._is_closed or self._waiting > self.limits.waiting or len(self._hung) >= HUNG_LIMIT:
            self.metrics.turned_away += 1
            raise self._busy()

    def _busy(self) -> Unavailable:
        seconds = math.ceil(self._average_seconds * max(1, self._waiting))
        return Unavailable(
            "media_busy",
            "Too many files are being worked on at the moment. Nothing was kept; send it again in a moment.",
            retry_after_seconds=min(seconds, LONGEST_RETRY_SECONDS),
        )

    async def _look(self, source: Path, declared: str | None) -> MediaFormat:
        look = asyncio.get_running_loop().run_in_executor(self._looking, self._look_at, source, declared)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                found = await look
        except TimeoutError:
            self.health.record_failure("read", f"no answer within {LOOK_SECONDS:g} s")
            raise storage_unavailable() from None
        self.health.record_success("read")
        return found

    def _look_at(self, source: Path, declared: str | None) -> MediaFormat:
        """Read the first bytes of a file and its size: all that this process ever does with it."""
        handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            status, head = os.fstat(handle), os.read(handle, HEAD_BYTES)
        finally:
            os.close(handle)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{source} is not a file")
        found = identify_format(head)
        check_declared_type(declared, found)
        refuse_without_reader(found)
        if status.st_size > self.limits.bytes_of(found):
            megabytes = self.limits.bytes_of(found) // 2**20
            raise TooLarge("media_too_large", f"The file is too large: {found.name} may have {megabytes} MB.")
        return found

    async def _convert(self, source: Path, into: Path, found: MediaFormat) -> ConvertedMedia:
        loop = asyncio.get_running_loop()
        task = {"format": found.name, "limits": asdict(self.limits), "parent": os.getpid()}
        child = ChildProcess(
            f"{self._programs}.{program_of(found)}", json.dumps(task),
            source=source, folder=into, seconds=self.limits.decoder_wall_seconds,
        )  # fmt: skip
        self._running = child
        began = loop.time()
        try:
            work = loop.run_in_executor(self._thread, self._run, child, into, found)
            try:
                async with asyncio.timeout(self.limits.decoder_wall_seconds + ENDING_SECONDS):
                    converted = await asyncio.shield(work)
            except TimeoutError:
                self._leave(work, found)
                raise refusal("effort", self.limits) from None
            except asyncio.CancelledError:
                child.kill()
                if not await _has_ended(work):
                    self._leave(work, found)
                raise
        finally:
            self._running = None
            seconds = loop.time() - began
            self.metrics.most_seconds = max(self.metrics.most_seconds, seconds)
            self._average_seconds += (seconds - self._average_seconds) / 8
        if isinstance(converted, LiveblogError):
            raise self._busy() if self._is_closed else converted
        self.metrics.converted += 1
        return converted

    def _run(self, child: ChildProcess, into: Path, found: MediaFormat) -> ConvertedMedia | LiveblogError:
        """Run a child to its end and judge its answer; in the decoder's thread."""
        done = child.run()
        self.metrics.cpu_seconds += done.cpu_seconds
        try:
            if done.code == 0 and not done.verdict:
                return read_answer(done.answer, into, found, self.limits)
        except Refused as refused:
            self.metrics.refused += 1
            return refusal(refused.reason, self.limits)
        except BadAnswer as error:
            return self._crashed(found, done, f"answered nonsense ({error})")
        return self._crashed(found, done, _cause_of(done))

    def _leave(self, work: asyncio.Future[ConvertedMedia | LiveblogError], found: MediaFormat) -> None:
        """Leave a process that the kernel does not let end to itself, with its thread: the next upload gets another."""
        self.metrics.crashed += 1
        log.error("the decoder of a %s file was killed and does not end, and is left: its disk hangs", found.name)
        self._hung.add(work)
        work.add_done_callback(self._forget)
        self._thread.shutdown(wait=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decoder")

    def _forget(self, work: asyncio.Future[ConvertedMedia | LiveblogError]) -> None:
        self._hung.discard(work)
        if not work.cancelled():
            work.exception()

    def _crashed(self, found: MediaFormat, done: Finished, cause: str) -> LiveblogError:
        self.metrics.crashed += 1
        if not self._is_closed:
            last = next(reversed(done.complaint.splitlines()), "")[:200]
            log.warning("the decoder of a %s file %s, and the upload is refused: %r", found.name, cause, last)
        was_limited = done.verdict == OUT_OF_TIME or (not done.verdict and done.code in _ENDED_BY_LIMITS)
        return refusal("effort" if was_limited else "unreadable", self.limits)


def is_installed(module: str) -> bool:
    """Return whether a package is installed, without importing it."""
    return find_spec(module) is not None


def refuse_without_reader(found: MediaFormat, *, is_installed: Callable[[str], bool] = is_installed) -> None:
    """Refuse a format whose decoder is not installed; raises UnsupportedMedia, which names the format and the extra."""
    for module, extra in _needs(found):
        if not is_installed(module):
            raise UnsupportedMedia(
                "media_decoder_missing",
                f"This is {'an' if found.name[0] in 'AHM' else 'a'} {found.name} file, which this server cannot read: "
                f"its decoder is not installed (extra `{extra}`).",
            )


def program_of(found: MediaFormat) -> str:
    """Return the program, a module of `conversion`, that converts a format."""
    return "heic" if found is HEIC else found.kind.value


def _needs(found: MediaFormat) -> list[tuple[str, str]]:
    """List the modules a format's program needs, with the extra of pyproject.toml that has each."""
    if found.kind is MediaKind.AUDIO:
        return []
    needs = [("PIL", "images")]
    if found is HEIC:
        needs.append(("pillow_heif", "heic"))
    if found.kind is MediaKind.VIDEO:
        needs.append(("av", "video"))
    return needs


def _cause_of(done: Finished) -> str:
    if done.verdict:
        return done.verdict
    if done.code < 0:
        return f"was ended by {signal.Signals(-done.code).name}"
    return f"ended with {done.code}"


async def _has_ended(work: asyncio.Future[ConvertedMedia | LiveblogError]) -> bool:
    """Wait for a child that was killed, however often the waiting is cancelled: only then is it the next one's turn.

    Returns False for one that does not end in ENDING_SECONDS.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ENDING_SECONDS
    while not work.done() and (left := deadline - loop.time()) > 0:
        try:
            await asyncio.wait([work], timeout=left)
        except asyncio.CancelledError:
            continue
    if work.done() and not work.cancelled():
        work.exception()
    return work.done()

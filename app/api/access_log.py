"""One line for each request, written in batches.

The lines look like those of the rest of the log, but are put together here: the general machinery takes as long for
one line as the whole answer to a hot read. Query strings and headers are never written: they may hold what is secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, NamedTuple, TextIO

from app.domain.clock import Clock, Micros, format_time
from app.wire.encoding import encode_json

FLUSH_SECONDS = 0.2
FLUSH_LINES = 500


class AccessLine(NamedTuple):
    """What is told about one request. `path` has no query and is still percent-encoded; `seconds` is until its end."""

    request_id: str
    method: str
    path: str
    status: int
    size_bytes: int
    seconds: float


class AccessLog:
    """Collects lines on the event loop and writes them to `stream` a moment later."""

    def __init__(self, *, form: Literal["console", "json"], stream: TextIO, clock: Clock) -> None:
        self._render: Callable[[Micros, AccessLine], str] = _as_json if form == "json" else _for_a_person
        self._stream = stream
        self._clock = clock
        self._lines: list[tuple[Micros, AccessLine]] = []

    def add(self, line: AccessLine) -> None:
        """Take a line; it is written within a fifth of a second."""
        self._lines.append((self._clock(), line))
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        elif len(self._lines) >= FLUSH_LINES:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting. Call once more at the end."""
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(self._render(at, line) for at, line in lines))
            self._stream.flush()


def _as_json(at: Micros, line: AccessLine) -> str:
    path = encode_json(line.path).decode()
    return (
        f'{{"event":"request","request_id":"{line.request_id}","method":"{line.method}","path":{path},'
        f'"status":{line.status},"bytes":{line.size_bytes},"ms":{line.seconds * 1000:.2f},'
        f'"logger":"app.api.shell","level":"info","time":"{format_time(at)}"}}\n'
    )


def _for_a_person(at: Micros, line: AccessLine) -> str:
    return (
        f"{format_time(at)} [info     ] request  {line.method} {line.path} {line.status}"
        f" bytes={line.size_bytes} ms={line.seconds * 1000:.2f} request_id={line.request_id}\n"
    )

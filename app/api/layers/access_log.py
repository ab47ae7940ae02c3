"""The access log: one line for each request and each live connection that opens or closes, written in batches.

The lines look like those of the rest of the log, but are put together here: the general machinery takes as long for
one line as the whole answer to a hot read. Query strings and headers are never written: they may hold what is secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, TextIO

from starlette.types import Scope

from app.domain.clock import Clock, Micros, format_time
from app.wire.encoding import encode_json

FLUSH_SECONDS = 0.2
FLUSH_LINES = 500

_PREVIEWS = ("/v1/previews/", "/previews/")
"""Paths whose rest is a secret that shows what is not public yet."""

AccessLine = tuple[str, str, str, int, int, float]
"""Request id, method, path as `path_to_log` returns it, status, bytes of the body, seconds until its end."""


class AccessLog:
    """A buffer of lines, filled on the event loop and written to `stream` a moment later."""

    def __init__(self, *, form: Literal["console", "json"], stream: TextIO, clock: Clock) -> None:
        self._render: Callable[[str, AccessLine], str] = _as_json if form == "json" else _for_a_person
        self._is_json = form == "json"
        self._stream = stream
        self._clock = clock
        self._lines: list[str] = []
        self._second = -1
        self._written_second = ""

    def add(self, line: AccessLine) -> None:
        """Add a request's line; it is written within a fifth of a second."""
        self._keep(self._render(self._now(), line))

    def add_event(self, event: str, **fields: str | float) -> None:
        """Add a line about something else that happens thousands of times a second."""
        if self._is_json:
            line = encode_json({"event": event, **fields, "level": "info", "time": self._now()}).decode()
        else:
            shown = " ".join([f"{name}={value}" for name, value in fields.items()])
            line = f"{self._now()} [info     ] {event}  {shown}"
        self._keep(line + "\n")

    def _keep(self, line: str) -> None:
        # Kept as text, which the garbage collector need not walk through while it waits.
        self._lines.append(line)
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        elif len(self._lines) >= FLUSH_LINES:
            self.flush()

    def flush(self) -> None:
        """Write the buffered lines. Call once more at the end."""
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(lines))
            self._stream.flush()

    def _now(self) -> str:
        """Format the time as format_time does, which is called once a second only."""
        second, rest = divmod(self._clock(), 1_000_000)
        if second != self._second:
            self._second, self._written_second = second, format_time(Micros(second * 1_000_000))[:-4]
        return f"{self._written_second}{rest // 1000:03d}Z"


def path_to_log(scope: Scope) -> str:
    """Return a request's path as it may be logged: without query and still percent-encoded.

    A preview's secret is left out however it was spelt: the router matches the decoded path.
    """
    decoded: str = scope["path"]
    if decoded.startswith(_PREVIEWS):
        return next(f"{beginning}…" for beginning in _PREVIEWS if decoded.startswith(beginning))
    raw: bytes = scope.get("raw_path", b"")
    return raw.decode("latin-1") or decoded


@lru_cache(maxsize=1024)
def _quoted(path: str) -> str:
    return encode_json(path).decode()


def _as_json(time: str, line: AccessLine) -> str:
    request_id, method, path, status, size_bytes, seconds = line
    return (
        f'{{"event":"request","request_id":"{request_id}","method":"{method}","path":{_quoted(path)},'
        f'"status":{status},"bytes":{size_bytes},"us":{int(seconds * 1e6)},'
        f'"logger":"app.api.layers.middleware","level":"info","time":"{time}"}}\n'
    )


def _for_a_person(time: str, line: AccessLine) -> str:
    request_id, method, path, status, size_bytes, seconds = line
    return (
        f"{time} [info     ] request  {method} {path} {status}"
        f" bytes={size_bytes} us={int(seconds * 1e6)} request_id={request_id}\n"
    )

"""The responses with a kept file: whole, or the one range that was asked for (RFC 9110 §14), streamed as it is read.

A file at its address never changes. Its type is the one we wrote it as, and no browser may run anything in it.
"""

from __future__ import annotations

import asyncio
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.http.conditional import etag_of, names_tag
from app.media.files import OpenedFile

CONTENT_TYPES = {
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
}
"""The types of the files that are made of uploads, by the ends of their names."""

_SAFE = {
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class UnsatisfiableRange(Exception):
    """A range that begins behind the file's end, of `size` bytes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


def redirect_to_file(location: str, *, file: str, headers: dict[str, str]) -> Response:
    """Return the response in whose place nginx sends the file of that location, ranges and 304 included."""
    known = {**_SAFE, **headers, "Content-Disposition": f'inline; filename="{file}"', "X-Accel-Redirect": location}
    del known["Accept-Ranges"]  # nginx has its own, and would send both
    return Response(headers=known, media_type=CONTENT_TYPES[file.rpartition(".")[2]])


class FileResponse(Response):
    """One file as a response; the file is closed when it was sent, or nobody waits for it any more.

    Making one raises UnsatisfiableRange, after which the file is the caller's to close.
    """

    def __init__(self, opened: OpenedFile, request: Request, *, file: str, tag: str, headers: dict[str, str]) -> None:
        super().__init__()
        self._opened = opened
        self._is_head = bool(request.scope.get("is_head"))
        known = {
            **_SAFE,
            **headers,
            "ETag": etag_of(tag).decode(),
            "Content-Type": CONTENT_TYPES[file.rpartition(".")[2]],
            "Content-Disposition": f'inline; filename="{file}"',
        }
        self._start, self._end = 0, opened.size
        if names_tag(request.headers.get("if-none-match", "").encode("latin-1"), tag):
            self._status, self._end = 304, 0
            for name in ("Content-Type", "Content-Disposition"):
                del known[name]
        else:
            self._status = self._apply_range(request, known, tag)
            known["Content-Length"] = str(self._end - self._start)
        self._sent = [(name.lower().encode(), value.encode("latin-1")) for name, value in known.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, as long as its client is there: a server takes what is sent to one that has left, and says
        nothing, so that without a look a whole video would be read for nobody.
        """
        leaving = asyncio.create_task(_wait_until_left(receive))
        try:
            await send({"type": "http.response.start", "status": self._status, "headers": self._sent})
            if self._end > self._start and not self._is_head:
                async for piece in self._opened.read(self._start, self._end):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    if leaving.done():
                        return
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            await self._opened.close()

    def _apply_range(self, request: Request, known: dict[str, str], tag: str) -> int:
        """Set the part that is sent; return the status. Several ranges, and what cannot be read, are the whole.

        Raises UnsatisfiableRange.
        """
        asked = request.headers.getlist("range")
        condition = request.headers.get("if-range")
        if len(asked) != 1 or (condition is not None and condition.strip() != etag_of(tag).decode()):
            return 200
        part = read_range(asked[0], self._opened.size)
        if part is None:
            return 200
        self._start, self._end = part
        known["Content-Range"] = f"bytes {self._start}-{self._end - 1}/{self._opened.size}"
        return 206


async def _wait_until_left(receive: Receive) -> None:
    """Wait until the client has left. What it still sends of a body is dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass


def read_range(value: str, size: int) -> tuple[int, int] | None:
    """Return the start and the end (exclusive) of the one range of bytes asked for; None: ignore the header.

    Raises UnsatisfiableRange.
    """
    match = _RANGE.fullmatch(value.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        if length == 0 or size == 0:
            raise UnsatisfiableRange(size)
        return max(0, size - length), size
    start = int(match[1])
    if match[2] and int(match[2]) < start:
        return None  # its end is before its start: no range at all
    if start >= size:
        raise UnsatisfiableRange(size)
    return start, min(int(match[2]) + 1, size) if match[2] else size

"""One connection to the writer's socket: HTTP/1.1 by the parser that the server itself uses, one request at a time.

A general client takes many times as long for each, and what a worker spends on writers it does not spend on readers
(docs/decisions/0038).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

Headers = list[tuple[bytes, bytes]]

WAITING_LIMIT_BYTES = 256 * 1024
"""An answer's bytes that may wait for its client; then no more are read from the writer. An answer that says
it has no more (Content-Length) is passed on once it is whole: if the writer dies within it, its client is told so."""

_FAREWELL = b"close"


class WriterGone(ConnectionError):
    """The end of a connection within a request or its answer: whether it was done is not known."""


class Answer:
    """One answer while it comes: it is `ready` to be passed on once it is whole, or, where it is long, has begun."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = []
        self.is_whole = False
        self.error: Exception | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting: list[bytes] = []
        self.waiting_bytes = 0
        self._more: asyncio.Future[None] | None = None

    async def take(self) -> bytes:
        """Return what has come since; b"" at the end. Raises what ended it too early."""
        while not self.waiting and not self.is_whole:
            if self.error is not None:
                raise self.error
            self._more = asyncio.get_running_loop().create_future()
            await self._more
        pieces, self.waiting, self.waiting_bytes = self.waiting, [], 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def wake(self) -> None:
        """Wake the one that takes, to look again."""
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    def set_ready(self) -> None:
        """Tell that it can be passed on: its status and headers are here, and what is to be here of its body."""
        if not self.ready.done():
            self.ready.set_result(None)

    def fail(self, error: Exception) -> None:
        """End too early."""
        self.error = self.error or error
        if not self.ready.done():
            self.ready.set_exception(self.error)
            self.ready.exception()  # known, also where nobody waits any more
        self.wake()


class WriterConnection(asyncio.Protocol):
    """One connection. `on_free` is called when it may take the next request, `on_lost` when it is over."""

    def __init__(
        self, *, on_free: Callable[[WriterConnection], None], on_lost: Callable[[WriterConnection], None]
    ) -> None:
        self.free_at = 0.0
        self.is_open = False
        self._on_free = on_free
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: Answer | None = None
        self._is_head = False
        self._is_sent = True
        self._is_paused = False
        self._writable = asyncio.Event()
        self._writable.set()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # a stream socket's
        self.is_open = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.is_open = False
        self._writable.set()
        if self._answer is not None:
            self._answer.fail(WriterGone("the writer has ended the connection"))
            self._answer = None
        self._on_lost(self)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:
            self.close()  # nobody has asked
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            answer.fail(WriterGone("the writer's answer cannot be read"))
            self.close()
            return
        answer.wake()
        is_too_much = self._answer is answer and answer.waiting_bytes > WAITING_LIMIT_BYTES
        if is_too_much and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()

    # What the parser calls.

    def on_status(self, status: bytes) -> None:
        """Begin an answer."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        if self._answer is not None:
            self._answer.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Keep the status; announce an answer that is too long to be waited for to the one that asked."""
        if self._answer is not None:
            self._answer.status = self._parser.get_status_code()
            if self._is_head:
                self._finish()
            elif not _is_short(self._answer.headers):
                self._answer.set_ready()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        if self._answer is not None:
            self._answer.waiting.append(body)
            self._answer.waiting_bytes += len(body)

    def on_message_complete(self) -> None:
        """End the answer."""
        if self._answer is not None:
            self._finish()

    # What whoever asks calls.

    def begin(self, head: bytes, *, is_head: bool, is_whole: bool) -> Answer:
        """Send a request's head, with its body if it `is_whole`; return its answer, which is to come."""
        assert self._transport is not None  # noqa: S101 - only an open one is given out
        self._answer = answer = Answer()
        self._is_head, self._is_sent = is_head, is_whole
        self._transport.write(head)
        return answer

    async def send(self, piece: bytes) -> None:
        """Send a piece of the body, and wait until there is room for the next one."""
        if self._transport is not None:
            self._transport.write(piece)
            await self._writable.wait()

    def end_body(self, ending: bytes) -> None:
        """End the request."""
        self._is_sent = True
        if self._transport is not None and ending:
            self._transport.write(ending)

    def resume(self) -> None:
        """Read on: what waited was taken."""
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        """Cut the connection; an answer that is not whole fails."""
        if self._transport is not None:
            self._transport.abort()

    def _finish(self) -> None:
        answer, self._answer = self._answer, None
        if answer is None:
            return
        answer.is_whole = True
        answer.set_ready()
        answer.wake()
        self.resume()
        keeps = self._is_sent and not self._is_head and (b"connection", _FAREWELL) not in answer.headers
        if keeps and self._parser.should_keep_alive():
            self._parser = httptools.HttpResponseParser(self)
            self._on_free(self)
        else:
            self.close()


def _is_short(headers: Headers) -> bool:
    """Return whether an answer says that it is no longer than may wait."""
    size = next((value for name, value in headers if name == b"content-length"), None)
    return size is not None and int(size) <= WAITING_LIMIT_BYTES

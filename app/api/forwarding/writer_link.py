"""The link of a process that reads to the one that writes: its socket, its time limits, and whether it answers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import structlog
from starlette.types import Message, Receive, Scope

from app.api.forwarding.forwarded_requests import forwarded_headers, has_body
from app.api.forwarding.writer_connection import Answer, Headers, WriterConnection, WriterGone
from app.api.http.bodies import BODY_LIMIT_BYTES, WITHOUT_BODY
from app.domain.errors import Unavailable

CONNECT_SECONDS = 1.0
"""Time for one of the connections to become free, and for a new one."""
ANSWER_SECONDS = 45.0
"""Time until an answer is ready once the body was sent: what hangs at the writer is answered by itself after 30 s."""
UPLOAD_SECONDS = 300.0
"""The same for an upload, whose video is converted before it is answered."""
SILENCE_SECONDS = 1.0
"""Time that a request is waited for once nothing else is heard of the writer either: it is stopped, or stuck."""
LOOK_SECONDS = 0.5
QUEUE_SECONDS = 0.005
"""The pause before another attempt at a socket whose queue is full."""

CONNECTIONS_LIMIT = 200
COMING_LIMIT = 100
"""Connections that may wait for their clients' bodies at a time: slow ones leave the others to everybody else."""
AHEAD_BYTES = BODY_LIMIT_BYTES
"""A body of so many bytes is here whole before it has a connection: its client may take its time to send it."""
KEPT_SECONDS = 3.0
"""An idle connection is closed before the writer would do so (uvicorn: 5 s), so that no request meets its end."""

RETRY_SECONDS = 2

_UPLOADING_PATH = "/v1/media"

_log = structlog.get_logger(__name__)


class ClientLeft(Exception):
    """The client's end of a connection whose body had not come whole."""


class WriterUnreachable(ConnectionError):
    """A writer that was sent nothing: its socket is not there, or it takes no connection."""


class Exchange:
    """One answer and its connection. Read it to its end, or `close` it."""

    def __init__(self, answer: Answer, connection: WriterConnection) -> None:
        self._answer = answer
        self._connection = connection

    @property
    def status(self) -> int:
        """Return the answer's status."""
        return self._answer.status

    @property
    def headers(self) -> Headers:
        """Return its headers as they came, in lower case."""
        return self._answer.headers

    @property
    def is_whole(self) -> bool:
        """Return whether all of it has come, and what was not taken yet is the last of it."""
        return self._answer.is_whole

    async def take(self) -> bytes:
        """Return the next piece of the body; b"" at the end. Raises WriterGone."""
        piece = await self._answer.take()
        if not self._answer.is_whole:
            self._connection.resume()
        return piece

    def close(self) -> None:
        """End the exchange: an answer that is not whole ends its connection."""
        if not self._answer.is_whole:
            self._connection.close()


class WriterLink:
    """The connections to the writer's socket at `path`. `is_heard` says whether anything is heard of it by other means.

    `forwarded` counts requests that were sent on, `failures` those that the writer did not answer.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_heard: Callable[[], bool],
        silence_seconds: float = SILENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.forwarded = 0
        self.failures = 0
        self._is_heard = is_heard
        self._silence_seconds = silence_seconds
        self._monotonic = monotonic
        self._failing_since: float | None = None
        self._free: list[WriterConnection] = []
        self._busy: set[WriterConnection] = set()
        self._room = asyncio.Semaphore(CONNECTIONS_LIMIT)
        self._room_for_coming = asyncio.Semaphore(COMING_LIMIT)

    @property
    def is_up(self) -> bool:
        """Return whether the writer answered the last request, or is heard again since."""
        return self._failing_since is None or self._is_heard()

    async def close(self) -> None:
        """Cut every connection."""
        for connection in (*self._busy, *self._free):
            connection.close()

    async def ask(self, scope: Scope, receive: Receive) -> Exchange:
        """Send a request on, what is long of its body as it comes; return the answer once it can be passed on.

        Raises Unavailable while the writer is away, ClientLeft, and what `receive` raises.
        """
        body = _Body(receive) if has_body(scope) else None
        ahead = [] if body is None else await body.take_ahead(_ahead_bytes(scope))
        self.forwarded += 1
        try:
            exchange = await self._exchange(scope, body, ahead)
        except (WriterGone, WriterUnreachable) as error:
            self.record_failure(error)
            raise _away(is_sent=isinstance(error, WriterGone)) from error
        self.record_answer()
        return exchange

    def record_failure(self, error: Exception) -> None:
        """Count what the writer did not answer; log the cause if it is new."""
        self.failures += 1
        if self._failing_since is None:
            self._failing_since = self._monotonic()
            _log.warning("writer_away", cause=str(error) or repr(error))

    def record_answer(self) -> None:
        """Record that the writer answers."""
        if self._failing_since is not None:
            seconds, self._failing_since = self._monotonic() - self._failing_since, None
            _log.warning("writer_away_over", after_seconds=round(seconds, 3))

    async def _exchange(self, scope: Scope, body: _Body | None, ahead: list[bytes]) -> Exchange:
        is_chunked = body is not None and not any(name == b"content-length" for name, _ in scope["headers"])
        ending = b"0\r\n\r\n" if is_chunked else b""
        head = _head_of(scope, is_chunked=is_chunked) + b"".join(_chunk(each) if is_chunked else each for each in ahead)
        is_head = scope["method"] == "HEAD"
        is_whole = body is None or body.is_whole
        async with nullcontext() if is_whole else self._place_for_coming():
            connection = await self._take_connection()
            try:
                answer = connection.begin(head + (ending if is_whole else b""), is_head=is_head, is_whole=is_whole)
                if body is not None and not is_whole:
                    await self._send_rest(connection, answer, body, ending)
            except BaseException:
                connection.close()
                raise
        try:
            await self._await_ready(answer, UPLOAD_SECONDS if scope["path"] == _UPLOADING_PATH else ANSWER_SECONDS)
        except BaseException:
            connection.close()
            raise
        return Exchange(answer, connection)

    @asynccontextmanager
    async def _place_for_coming(self) -> AsyncGenerator[None]:
        """Keep a place for a body that is still coming. Raises WriterUnreachable where too many are."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._room_for_coming.acquire()
        except TimeoutError as error:
            raise WriterUnreachable("too many bodies are coming") from error
        try:
            yield
        finally:
            self._room_for_coming.release()

    async def _send_rest(self, connection: WriterConnection, answer: Answer, body: _Body, ending: bytes) -> None:
        """Send a body as it comes, until it ends or an answer is ready without it. Raises as `ask` does."""
        sending = asyncio.create_task(_send(connection, body, ending), name="forwarding a body")
        try:
            await asyncio.wait([sending, answer.ready], return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and not answer.ready.done():
                await sending
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _await_ready(self, answer: Answer, seconds: float) -> None:
        """Wait until the answer can be passed on. Raises WriterGone, also for a writer that says nothing."""
        if answer.ready.done():
            answer.ready.result()
            return
        asked_at = heard_at = self._monotonic()
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle

        def look() -> None:
            nonlocal heard_at, timer
            now = self._monotonic()
            heard_at = now if self._is_heard() else heard_at
            if now - heard_at > self._silence_seconds or now - asked_at > seconds:
                answer.fail(WriterGone("the writer says nothing"))
            else:
                timer = loop.call_later(LOOK_SECONDS, look)

        timer = loop.call_later(LOOK_SECONDS, look)
        try:
            await answer.ready
        finally:
            timer.cancel()

    async def _take_connection(self) -> WriterConnection:
        """Return a connection that is free, or a new one. Raises WriterUnreachable."""
        if not self._room.locked() and (free := self._pop_free()) is not None:
            await self._room.acquire()  # which waits for nothing: a time limit would cost as much as all the rest
            self._busy.add(free)
            return free
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._room.acquire()
                try:
                    connection = self._pop_free() or await self._connect()
                except BaseException:
                    self._room.release()
                    raise
        except (OSError, TimeoutError) as error:
            raise WriterUnreachable(str(error) or "the writer takes no connection") from error
        self._busy.add(connection)
        return connection

    def _pop_free(self) -> WriterConnection | None:
        now = self._monotonic()
        while self._free:
            connection = self._free.pop()
            if connection.is_open and now - connection.free_at < KEPT_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self) -> WriterConnection:
        loop = asyncio.get_running_loop()
        while True:
            try:
                _, connection = await loop.create_unix_connection(
                    lambda: WriterConnection(on_free=self._keep, on_lost=self._forget), os.fspath(self.path)
                )
                return connection
            except BlockingIOError:  # more at once than the socket queues
                await asyncio.sleep(QUEUE_SECONDS)

    def _keep(self, connection: WriterConnection) -> None:
        connection.free_at = self._monotonic()
        self._free.append(connection)
        self._leave(connection)

    def _forget(self, connection: WriterConnection) -> None:
        self._leave(connection)
        if connection in self._free:
            self._free.remove(connection)

    def _leave(self, connection: WriterConnection) -> None:
        """Let the next request have the place of this one."""
        if connection in self._busy:
            self._busy.discard(connection)
            self._room.release()


class _Body:
    """A request's body as it comes: no more of it is taken than the writer takes."""

    def __init__(self, receive: Receive) -> None:
        self.is_whole = False
        self._receive = receive

    async def take_ahead(self, least_bytes: int) -> list[bytes]:
        """Return the pieces of the first bytes, at least so many unless the body is shorter. Raises as `take` does."""
        pieces = [await self.take()]
        size_bytes = len(pieces[0])
        while not self.is_whole and size_bytes < least_bytes:
            pieces.append(await self.take())
            size_bytes += len(pieces[-1])
        return pieces

    async def take(self) -> bytes:
        """Return the next piece. Raises ClientLeft, and what `receive` raises."""
        message: Message = await self._receive()
        if message["type"] != "http.request":
            raise ClientLeft
        self.is_whole = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece


async def _send(connection: WriterConnection, body: _Body, ending: bytes) -> None:
    while not body.is_whole:
        piece = await body.take()
        if piece:
            await connection.send(_chunk(piece) if ending else piece)
    connection.end_body(ending)


def _ahead_bytes(scope: Scope) -> int:
    """Return how much of a body is waited for before it has a connection; 0 for its first piece alone.

    That is for bodies that the writer answers before they are whole: an upload may be refused by its head.
    """
    is_answered_early = scope["path"] == _UPLOADING_PATH or scope["method"] in WITHOUT_BODY
    return 0 if is_answered_early else AHEAD_BYTES


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _head_of(scope: Scope, *, is_chunked: bool) -> bytes:
    """Return the request's head, with its address exactly as the client wrote it."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    target = path + b"?" + query if query else path
    headers = forwarded_headers(scope)
    if is_chunked:
        headers.append((b"transfer-encoding", b"chunked"))
    lines = [b"%b: %b" % each for each in headers]
    return b"\r\n".join([b"%b %b HTTP/1.1" % (scope["method"].encode(), target), *lines, b"\r\n"])


def _away(*, is_sent: bool) -> Unavailable:
    """Make the refusal: of what was sent it is not known whether it was done."""
    detail = "This server takes no writes at the moment; readers are served. Try again."
    if is_sent:
        detail = (
            "The part of this server that writes has gone away or says nothing; whether it did this is not known."
            " Try again, with the same Idempotency-Key."
        )
    return Unavailable("writer_away", detail, retry_after_seconds=RETRY_SECONDS)

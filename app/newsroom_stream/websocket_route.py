"""The newsroom's stream on a WebSocket: `/v1/newsroom/live`. Moves messages between a server and a StreamMember."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from app.domain.clock import Clock
from app.domain.errors import LiveblogError, MalformedInput, NotAllowed, NotAuthenticated, NotFound
from app.live.portable.asgi import Receive, Scope, Send
from app.live.protocol.subscribe_requests import NotAMessage, parse_query
from app.live.session.effects import Close
from app.live.session.rate_limit import RateLimit
from app.newsroom_stream.requests import (
    Authenticate,
    Ping,
    Present,
    StreamRequest,
    Unwatch,
    Watch,
    parse_stream_request,
)
from app.newsroom_stream.stream import NewsroomStream, StreamMember
from app.wire.close_codes import (
    BAD_REQUEST,
    INTERNAL_ERROR,
    NORMAL,
    NOT_ALLOWED,
    NOT_SIGNED_IN,
    PROTOCOL_ERROR,
    SERVICE_RESTART,
    CloseCode,
)
from app.wire.messages import encode_hello, encode_refused
from app.wire.newsroom_stream_feed import Watcher
from app.wire.newsroom_stream_messages import encode_newsroom_heartbeat, encode_welcome

INBOUND_PER_SECOND = 10.0

_log = structlog.get_logger(__name__)


class NewsroomStreamRoute:
    """ASGI application for one WebSocket of the newsroom.

    A connection that has not signed in after `authenticate_seconds` is closed, and one whose peer takes no message for
    `stall_seconds`.
    """

    def __init__(
        self,
        newsroom_stream: NewsroomStream,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
        heartbeat_seconds: float,
        authenticate_seconds: float,
        stall_seconds: float,
    ) -> None:
        self._stream = newsroom_stream
        self._clock = clock
        self._monotonic = monotonic
        self._heartbeat_seconds = heartbeat_seconds
        self._authenticate_seconds = authenticate_seconds
        self._stall_seconds = stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] != "websocket.connect":
            return
        await send({"type": "websocket.accept", "headers": []})
        if self._stream.draining:
            await _close(send, Close(SERVICE_RESTART, "restarting"))
            return
        await _send(send, encode_hello(heartbeat_seconds=self._heartbeat_seconds, time=self._clock()))
        try:
            watcher = await self._admit(scope, receive)
        except _Refused as refusal:
            await _close(send, refusal.close)
            return
        if watcher is None:
            return
        member, awake = self._make_member(watcher)
        try:
            await self._stream.join(member)
        except LiveblogError as error:
            await _close(send, Close(INTERNAL_ERROR, error.code))
            return
        await self._serve(member, awake, receive, send)

    async def _admit(self, scope: Scope, receive: Receive) -> Watcher | None:
        """Return the watcher; None if the peer left before it signed in. Raises _Refused."""
        try:
            tickets = parse_query(scope["query_string"]).get("ticket")
            if tickets:
                return await self._stream.admit(ticket=tickets[0])
            async with asyncio.timeout(self._authenticate_seconds):
                request = await _receive_request(receive)
            if not isinstance(request, Authenticate):
                raise _Refused(NOT_SIGNED_IN, "authenticate first")
            return await self._stream.admit(token=request.token)
        except _Left:
            return None
        except TimeoutError:
            raise _Refused(NOT_SIGNED_IN, "authenticate first") from None
        except MalformedInput as error:
            raise _Refused(BAD_REQUEST, error.code) from None
        except NotAMessage as error:
            raise _Refused(PROTOCOL_ERROR, str(error)) from None
        except NotAuthenticated as error:
            raise _Refused(NOT_SIGNED_IN, error.code) from None
        except NotAllowed as error:
            raise _Refused(NOT_ALLOWED, error.code) from None
        except LiveblogError as error:
            raise _Refused(INTERNAL_ERROR, error.code) from None

    def _make_member(self, watcher: Watcher) -> tuple[StreamMember, asyncio.Event]:
        awake = asyncio.Event()
        member = StreamMember(watcher, awake.set)
        member.send(encode_welcome(watcher.who, role=watcher.role))
        return member, awake

    async def _serve(self, member: StreamMember, awake: asyncio.Event, receive: Receive, send: Send) -> None:
        _log.info("newsroom_stream_opened", token=member.token)
        reader = asyncio.create_task(self._read(member, receive))
        try:
            await self._write(member, awake, send)
        finally:
            reader.cancel()
            self._stream.leave(member)
            reason = "cancelled" if member.close is None else member.close.reason
            _log.info("newsroom_stream_closed", token=member.token, reason=reason)

    async def _write(self, member: StreamMember, awake: asyncio.Event, send: Send) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat_seconds):
                    await awake.wait()
            awake.clear()
            messages, member.outbox = member.outbox, []
            if not messages and member.close is None:
                messages = [encode_newsroom_heartbeat(self._clock())]
            try:
                async with asyncio.timeout(self._stall_seconds):
                    for message in messages:
                        await _send(send, message)
                    if member.close is not None:
                        await _close(send, member.close)
                        return
            except TimeoutError:
                member.end(Close(INTERNAL_ERROR, "stalled"))
                return

    async def _read(self, member: StreamMember, receive: Receive) -> None:
        rate_limit = RateLimit(per_second=INBOUND_PER_SECOND, now=self._monotonic())
        try:
            while True:
                request = await _receive_request(receive)
                if not rate_limit.spend(self._monotonic()):
                    raise NotAMessage("too many messages")
                if request is not None:
                    await self._answer(member, request)
        except _Left:
            member.end(Close(NORMAL, "peer closed"))
        except NotAMessage as error:
            member.end(Close(PROTOCOL_ERROR, str(error)))
        except NotAuthenticated as error:
            member.end(Close(NOT_SIGNED_IN, error.code))
        except LiveblogError as error:
            member.end(Close(INTERNAL_ERROR, error.code))

    async def _answer(self, member: StreamMember, request: StreamRequest) -> None:
        match request:
            case Watch(story=ref):
                try:
                    await self._stream.watch(member, ref)
                except NotFound as error:
                    member.send(encode_refused(ref, status=404, code=error.code))
            case Unwatch(story=ref):
                self._stream.unwatch(member, ref)
            case Present(story=ref, doing=doing, entry=entry):
                self._stream.show_presence(member, ref, doing=doing, entry=entry)
            case Ping():
                member.send(encode_newsroom_heartbeat(self._clock()))
            case Authenticate():
                raise NotAMessage("authenticated already")


class _Left(Exception):
    """The peer's close of the connection."""


class _Refused(Exception):
    """A refusal: the connection is closed instead of served."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.close = Close(code, reason)


async def _receive_request(receive: Receive) -> StreamRequest | None:
    message = await receive()
    if message["type"] == "websocket.disconnect":
        raise _Left
    text = message.get("text")
    return parse_stream_request(message.get("bytes") or b"" if text is None else text)


async def _send(send: Send, message: bytes) -> None:
    await send({"type": "websocket.send", "text": message.decode()})


async def _close(send: Send, close: Close) -> None:
    await send({"type": "websocket.close", "code": close.code.code, "reason": close.reason})

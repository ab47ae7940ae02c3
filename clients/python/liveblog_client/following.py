"""Follows one story: begins, listens, comes back from where it was, and never leaves a gap in silence.

What a message does to what is held is decided by the client law (reader.py); this module decides when to connect.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, cast
from urllib.parse import quote

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from liveblog_client.answers import path_of, refusal_in
from liveblog_client.apply import missing_entries
from liveblog_client.errors import Refused, Unreachable
from liveblog_client.pacing import back_off_seconds, is_final_code, is_final_status
from liveblog_client.reader import Mode, Reader, Verdict, fold_changes, receive
from liveblog_client.shapes import Changes, Event, LiveMessage, Page, StoryState
from liveblog_client.window import changes_wanted_after, merge_named, merge_page

if TYPE_CHECKING:
    from liveblog_client.client import Liveblog

FIRST_WORD_SECONDS = 15.0
"""A connection on which nothing was heard by then does not get through."""

STEADY_SECONDS = 10.0
"""A connection that lived this long was a good one: the next back-off starts small again."""

LONG_POLL_SECONDS = 25

MISSING_AGAIN_SECONDS = 30.0
"""What the server did not send of what pins and key points name is not asked for again sooner: events go before."""

MOST_REPLIES = 50
"""For one page; a client that is so far behind is better served by a new start."""

_OPEN = {"upcoming", "live", "paused"}
_UPGRADE_REQUIRED = 426
_log = logging.getLogger("liveblog_client")


@dataclass(frozen=True, slots=True)
class Update:
    """A change of what is held. `state` is the story after it; it is never changed itself.

    `message` is what made the change: an event, `caught_up` or a snapshot; None for a new start and for older entries.
    With `is_new_start` everything held before is void.
    """

    state: StoryState
    message: LiveMessage | Event | None
    is_new_start: bool = False


@dataclass(slots=True)
class _End:
    """The end of a connection: how long it asked to stay away, if it did."""

    wait_seconds: float | None = None
    cause: str = "it ended"
    is_loss: bool = True


class Follower:
    """One story followed by one program. Iterate in `async with`, which closes the connection at the end.

    It goes on for ever: over restarts of the server, and after the end of the story, for corrections. It is over with
    Refused when the story is withdrawn or was never there, and by itself when `stop_at_end` was asked for.
    """

    def __init__(
        self,
        live: Liveblog,
        story: str,
        *,
        state: StoryState | None = None,
        body: str = "html",
        transport: Literal["websocket", "poll"] = "websocket",
        stop_at_end: bool = False,
    ) -> None:
        self._live, self._story, self._body = live, story, body
        self._pace = live.pace
        self._transport = transport
        self._stop_at_end = stop_at_end
        self._reader = None if state is None else Reader(state)
        self._updates = self._follow()
        self._failures = 0
        self._starts = 0
        self._heard = False
        self._was_lost = False
        self._ask_missing_at = 0.0
        self._poll_seconds: float | None = None
        """The pace at which the server has asked to poll, while it has."""
        self._live_at: float | None = None
        """When to try a connection again while polling; None for a story that has ended."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._updates.aclose()

    def __aiter__(self) -> AsyncIterator[Update]:
        return self._updates

    @property
    def state(self) -> StoryState | None:
        """The story as it is held now; None until there is one."""
        return None if self._reader is None else cast(StoryState, self._reader.state)

    @property
    def is_live(self) -> bool:
        """Whether everything there was has come, and nothing is known to be missing."""
        return self._heard and self._reader is not None and self._reader.mode is Mode.LIVE

    async def load_older(self) -> bool:
        """Load the next older page into what is held; False if there is none. Raises Unreachable."""
        reader = self._reader
        if reader is None or reader.state["timeline"]["next"] is None:
            return False
        page = await self._live.read_page(reader.state["timeline"]["next"])
        try:
            return await self._merge(page, merge_page)
        except (httpx.TransportError, TimeoutError) as error:
            raise Unreachable(f"an older page could not be brought forward: {error!r}") from error

    # Connecting

    async def _follow(self) -> AsyncGenerator[Update]:
        while True:
            began = self._pace.now()
            self._heard = False
            try:
                if self._reader is None:
                    yield await self._begin()
                end = _End()
                async with aclosing(self._poll() if self._polls else self._listen()) as connection:
                    async for told in connection:
                        if isinstance(told, _End):
                            end = told
                        else:
                            yield told
                if self._stop_at_end and self._is_over:
                    return
            except Refused as refusal:
                end = self._after_refusal(refusal)
            except (OSError, httpx.TransportError, WebSocketException) as error:
                end = _End(cause=repr(error))
            except (KeyError, TypeError, ValueError) as error:
                # What cannot be understood must not be silently wrong: begin again.
                self._reader = None
                end = _End(cause=f"a message cannot be understood: {error!r}")
            steady = self._heard and self._pace.now() - began >= STEADY_SECONDS
            self._failures = 0 if steady else self._failures + 1
            await self._stay_away(end)

    @property
    def _polls(self) -> bool:
        return self._transport == "poll" or self._poll_seconds is not None

    @property
    def _has_ended(self) -> bool:
        return self._poll_seconds is not None and self._live_at is None

    @property
    def _is_over(self) -> bool:
        """Return whether the story has ended, as far as is known, and all of it is held."""
        return self._has_ended or (self._transport == "poll" and self._heard and self._state["status"] not in _OPEN)

    async def _begin(self) -> Update:
        state = await self._live.ask_once(f"{path_of(self._story)}?body={self._body}")
        self._reader = Reader(state)
        self._starts += 1
        return Update(state, None, is_new_start=True)

    def _after_refusal(self, refusal: Refused) -> _End:
        if refusal.status == _UPGRADE_REQUIRED:
            _log.warning("%s: WebSockets do not get through (%s); asking instead", self._story, refusal)
            self._transport = "poll"
            return _End(0.0, str(refusal), is_loss=False)
        if refusal.status == 410 and refusal.code != "story_withdrawn":
            self._reader = None  # the cursor cannot be honoured
            return _End(cause=str(refusal))
        if is_final_status(refusal.status):
            raise refusal
        return _End(refusal.retry_after_seconds, str(refusal))

    async def _stay_away(self, end: _End) -> None:
        if end.is_loss and not self._was_lost:
            _log.warning("%s: the connection was lost (%s)", self._story, end.cause)
            self._was_lost = True
        if self._has_ended and self._reader is not None and self._state["status"] in _OPEN:
            self._poll_seconds = None  # it was opened again meanwhile
        wait = end.wait_seconds
        if wait is None:  # two seconds after a connection that lasted: all who were cut off with it come, too
            wait = back_off_seconds(self._failures - 1 if self._failures else 2, self._pace)
        await self._pace.sleep(wait)

    # Listening

    async def _listen(self) -> AsyncGenerator[Update | _End]:
        reader = self._held
        address = self._live.server.replace("http", "ws", 1) + path_of(self._story)
        url = f"{address}/live?after={quote(reader.state['head'], safe='')}&body={self._body}"
        try:
            async with (
                connect(
                    url,
                    proxy=True if self._live.trust_env else None,
                    max_size=None,
                    open_timeout=FIRST_WORD_SECONDS,
                    close_timeout=5,
                ) as socket,
                aclosing(self._hear(socket)) as heard,
            ):
                async for told in heard:
                    yield told
        except InvalidStatus as error:
            answer = error.response
            raise refusal_in(answer.status_code, answer.body or b"", answer.headers.get("retry-after")) from None

    async def _hear(self, socket: ClientConnection) -> AsyncGenerator[Update | _End]:
        patience, leave_at = FIRST_WORD_SECONDS, None
        while True:
            left = patience if leave_at is None else min(patience, max(0.0, leave_at - self._pace.now()))
            try:
                async with asyncio.timeout(left):
                    message = json.loads(await socket.recv())
            except TimeoutError:
                is_time = leave_at is not None and self._pace.now() >= leave_at
                yield _End(0.0, "it asked to go", is_loss=False) if is_time else _End(cause="nothing was heard")
                return
            except ConnectionClosed as closed:
                yield self._after_close(closed, leave_at)
                return
            self._heard = True
            match message["type"]:
                case "hello":
                    patience = 2.2 * message["heartbeat_seconds"]
                case "refused" if message["story"] in {self._story, self._held.state["id"]}:
                    raise Refused(message["status"], message["code"])
                case "goodbye":
                    leave_at = self._leave_at(message)
                    if self._polls and (self._live_at is not None or self._stop_at_end):
                        return
            for update in self._take(message):
                yield update
            if self._held.mode is Mode.WAITING:
                again = {"type": "subscribe", "story": self._held.state["id"], "after": self._held.state["head"]}
                await socket.send(json.dumps(again))
            for update in await self._load_missing():
                yield update
            if message["type"] == "caught_up":
                self._say_live()

    def _leave_at(self, goodbye: dict[str, Any]) -> float | None:
        """Return when to leave: a moment of our choosing in the window. Without one, the socket is left open."""
        window = goodbye.get("reconnect_after_ms")
        moment = None if window is None else self._pace.now() + self._pace.within(*window) / 1000
        if goodbye.get("use") == "poll":
            self._poll_seconds = float(goodbye.get("poll_seconds", 30))
            self._live_at = moment
        return moment

    def _after_close(self, closed: ConnectionClosed, leave_at: float | None) -> _End:
        code = 1006 if closed.rcvd is None else closed.rcvd.code
        if is_final_code(code):
            raise Refused(410 if code == 4510 else 404 if code == 4504 else 400, f"closed_{code}", closed.reason)
        wait = None if leave_at is None else max(0.0, leave_at - self._pace.now())
        return _End(0.0 if self._has_ended else wait, f"closed with {code}", is_loss=not self._has_ended)

    def _take(self, message: dict[str, Any]) -> list[Update]:
        self._reader, verdict = receive(self._held, message)
        if verdict not in {Verdict.APPLIED, Verdict.REPLACED}:
            return []
        self._starts += verdict is Verdict.REPLACED
        return [Update(self._state, cast("LiveMessage", message), is_new_start=verdict is Verdict.REPLACED)]

    # Asking

    async def _poll(self) -> AsyncGenerator[Update | _End]:
        """Ask for changes again and again, until it is time for a connection."""
        pause = self._poll_seconds
        if pause is not None:
            await self._pace.sleep(self._pace.within(0, pause))
        while True:
            wait = LONG_POLL_SECONDS if pause is None and self._heard else 0
            before = self._held.state["head"]
            query = f"after={quote(before, safe='')}&wait={wait}&body={self._body}"
            reply: Changes = await self._live.ask_once(f"{path_of(self._story)}/changes?{query}", wait_seconds=wait)
            self._heard = True
            for update in self._fold(reply):
                yield update
            for update in await self._load_missing():
                yield update
            if reply["more"]:
                # A cache in between may say the same again and again.
                await self._pace.sleep(0.0 if self._held.state["head"] != before else 1.0)
                continue
            self._say_live()
            if self._is_time_to_connect():
                yield _End(0.0, "it is time for a connection", is_loss=False)
                return
            if self._stop_at_end and self._is_over:
                return
            await self._pace.sleep(0.0 if reply["events"] else 1.0 if pause is None else pause)

    def _is_time_to_connect(self) -> bool:
        if self._poll_seconds is None:
            return False
        is_open_again = self._live_at is None and self._state["status"] in _OPEN
        if is_open_again or (self._live_at is not None and self._pace.now() >= self._live_at):
            self._poll_seconds = self._live_at = None
            return True
        return False

    def _fold(self, reply: Changes) -> list[Update]:
        """Fold a reply in, event by event, so that each is told of; the cursor it ends with is the new head."""
        updates = []
        for event in reply["events"]:
            one = {"events": [event], "cursor": event["cursor"], "more": False}
            self._reader, verdict = fold_changes(self._held, one)
            if verdict is Verdict.APPLIED:
                updates.append(Update(self._state, event))
        self._reader, _ = fold_changes(self._held, {**reply, "events": []})
        return updates

    # Entries that are held nowhere

    async def _load_missing(self) -> list[Update]:
        """Fetch each entry that pins and key points name and that is not held, once live."""
        updates: list[Update] = []
        if self._held.mode is not Mode.LIVE or self._pace.now() < self._ask_missing_at:
            return updates
        for entry in missing_entries(self._held.state):
            address = f"{path_of(self._story)}/entries?around={quote(entry, safe='')}&limit=1&body={self._body}"
            try:
                if await self._merge(await self._live.ask_once(address), merge_named):
                    updates.append(Update(self._state, None))
            except Refused:
                continue  # it is gone, and the event that says so is on its way; or the next message asks again
            except (httpx.TransportError, TimeoutError, Unreachable) as error:
                # Whoever waits for each of them in vain hears nothing of what goes on.
                self._ask_missing_at = self._pace.now() + MISSING_AGAIN_SECONDS
                _log.warning("%s: entries that are pinned cannot be loaded now (%r)", self._story, error)
                break
        return updates

    async def _merge(self, page: Page, merge: Any) -> bool:
        """Merge a page into what is held; False if a new start has made it void meanwhile."""
        began = self._starts
        replies: list[Changes] = []
        while (wanted := changes_wanted_after(self._held.state, page, replies)) is not None:
            if len(replies) == MOST_REPLIES:
                raise Unreachable("the page is too far behind what is held")
            query = f"after={quote(wanted, safe='')}&body={self._body}"
            replies.append(await self._live.ask_once(f"{path_of(self._story)}/changes?{query}"))
        if self._reader is None or began != self._starts:
            return False
        self._reader = Reader(merge(self._reader.state, page, replies), self._reader.mode)
        return True

    @property
    def _held(self) -> Reader:
        if self._reader is None:
            raise RuntimeError("a connection begins with a state")
        return self._reader

    @property
    def _state(self) -> StoryState:
        return cast("StoryState", self._held.state)

    def _say_live(self) -> None:
        if self._was_lost:
            _log.info("%s: current again at %s", self._story, self._held.state["head"])
        self._was_lost = False

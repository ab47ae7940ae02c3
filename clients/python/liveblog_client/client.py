"""Calls of the API: typed answers, refusals as errors, and retries that cannot write twice."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import quote

import httpx

from liveblog_client.answers import path_of, refusal_of
from liveblog_client.errors import Unreachable
from liveblog_client.following import Follower
from liveblog_client.pacing import Pace, back_off_seconds, is_final_status
from liveblog_client.shapes import Changes, NewsroomEntry, NewsroomStory, Page, PublicEntry, StoryList, StoryState

Body = Literal["html", "blocks", "both"]


class Liveblog:
    """One server, as seen by one holder of a token, or by a reader without one.

    A call that fails on the way, or that the server cannot answer now, is sent again after the back-off of
    docs/protocol.md, for `patience_seconds` in all; then it raises Unreachable. Each POST has an Idempotency-Key, the
    same each time, so that what was stored before its answer was lost is not stored twice.
    """

    def __init__(
        self,
        server: str,
        *,
        token: str | None = None,
        patience_seconds: float = 60.0,
        timeout_seconds: float = 30.0,
        trust_env: bool = True,
        pace: Pace | None = None,
    ) -> None:
        """`timeout_seconds`: for how long a server may say nothing; a whole answer may take twice as long.

        `trust_env`: go through the proxy that the environment names, if it names one.
        """
        self.trust_env = trust_env
        self.server = server.rstrip("/")
        self.pace = pace or Pace()
        self._patience_seconds = patience_seconds
        self._authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(trust_env=trust_env, follow_redirects=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections that calls have left open."""
        await self._http.aclose()

    # Reading, as any reader

    async def list_stories(self) -> StoryList:
        """Return the public stories, those that are live first."""
        return cast(StoryList, await self.get("/v1/stories"))

    async def read_story(self, story: str, *, body: Body = "html") -> StoryState:
        """Return a story as it is now; its `head` is the cursor to go on from."""
        return cast(StoryState, await self.get(f"{path_of(story)}?body={body}"))

    async def read_entry(self, story: str, entry: str) -> PublicEntry:
        """Return one public entry."""
        return cast(PublicEntry, await self.get(f"{path_of(story)}/entries/{quote(entry, safe='')}"))

    async def read_page(self, address: str) -> Page:
        """Return the page of entries at an address, as `next` of a page before it has it."""
        url = httpx.URL(address)
        return cast(Page, await self.get(url.raw_path.decode("ascii")))

    async def read_changes(self, story: str, after: str, *, wait_seconds: int = 0, body: Body = "html") -> Changes:
        """Return everything after a cursor, waiting for the first change if there is none."""
        query = f"after={quote(after, safe='')}&wait={wait_seconds}&body={body}"
        address = f"{path_of(story)}/changes?{query}"
        return cast(Changes, await self.request("GET", address, wait_seconds=wait_seconds))

    def follow(
        self,
        story: str,
        *,
        state: StoryState | None = None,
        body: Body = "html",
        transport: Literal["websocket", "poll"] = "websocket",
        stop_at_end: bool = False,
    ) -> Follower:
        """Follow a story from `state`, or from as it is now. With `stop_at_end` it is over when the story is."""
        return Follower(self, story, state=state, body=body, transport=transport, stop_at_end=stop_at_end)

    # Writing, with a token

    async def create_story(self, title: str, *, key: str | None = None, **fields: Any) -> NewsroomStory:
        """Begin a story; live unless `status` says otherwise."""
        return cast(NewsroomStory, await self.post("/v1/stories", {"title": title, **fields}, key=key))

    async def post_entry(self, story: str, *, key: str | None = None, **fields: Any) -> NewsroomEntry:
        """Write an entry (`text`, `html` or `blocks`, and the fields of an EntryDraft): published if the token may.

        `key` is the Idempotency-Key, for a program that may be started again before it knows the answer.
        """
        return cast(NewsroomEntry, await self.post(f"{path_of(story)}/entries", fields, key=key))

    async def put_entry(
        self, story: str, external_id: str, *, version: int | None = None, **fields: Any
    ) -> NewsroomEntry:
        """Write or replace the entry that another system knows by an id of its own; an older `version` is ignored."""
        address = f"{path_of(story)}/entries/by-external-id/{quote(external_id, safe='')}"
        content = fields if version is None else {**fields, "external_version": version}
        return cast(NewsroomEntry, await self.request("PUT", address, content=content))

    async def act_on_entry(
        self, story: str, entry: str, action: str, *, key: str | None = None, **fields: Any
    ) -> NewsroomEntry:
        """Do one of an entry's actions, such as `publish`, `retract` or `remove`."""
        address = f"{path_of(story)}/entries/{quote(entry, safe='')}/{action}"
        return cast(NewsroomEntry, await self.post(address, fields, key=key))

    # Any call

    async def get(self, address: str) -> Any:
        """Return the answer of a GET."""
        return await self.request("GET", address)

    async def post(self, address: str, content: Mapping[str, Any], *, key: str | None = None) -> Any:
        """Return the answer of a POST, made once however often it is sent."""
        return await self.request(
            "POST", address, content=content, headers={"Idempotency-Key": key or str(uuid.uuid4())}
        )

    async def request(
        self,
        method: str,
        address: str,
        *,
        content: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        wait_seconds: float = 0,
    ) -> Any:
        """Return the answer of a call. Raises Refused, or Unreachable once patience is over.

        `wait_seconds` is what the server was asked to wait before it answers.
        A PATCH is sent once: with If-Match a second one is refused for what the first has done.
        """
        deadline = self.pace.now() + (0.0 if method == "PATCH" else self._patience_seconds)
        failures = 0
        while True:
            cause: Exception
            asked: float | None = None
            try:
                answer = await self._send(
                    method,
                    address,
                    wait_seconds,
                    json=content,
                    headers={**self._authorization, **(headers or {})},
                )
                if answer.is_success:
                    return answer.json() if answer.content else None
            except (httpx.TransportError, TimeoutError, ValueError) as error:
                cause = error  # ValueError: a proxy's page in the place of the answer
            else:
                refusal = refusal_of(answer)
                if is_final_status(answer.status_code) or answer.status_code < 400:
                    raise refusal
                cause, asked = refusal, refusal.retry_after_seconds
            wait = back_off_seconds(failures, self.pace) if asked is None else asked
            failures += 1
            if self.pace.now() + wait > deadline:
                raise Unreachable(f"{method} {address} failed {failures} times: {cause!r}") from cause
            await self.pace.sleep(wait)

    async def ask_once(self, address: str, *, wait_seconds: float = 0) -> Any:
        """Return the answer of a GET that is not sent again. Raises Refused for any status but a good one."""
        answer = await self._send("GET", address, wait_seconds)
        if not answer.is_success:
            raise refusal_of(answer)
        return answer.json()

    async def _send(self, method: str, address: str, wait_seconds: float, **given: Any) -> httpx.Response:
        silence = self._timeout_seconds + wait_seconds
        async with asyncio.timeout(2 * silence):
            return await self._http.request(method, self.server + address, timeout=silence, **given)

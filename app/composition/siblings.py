"""The siblings of one process, asked over their Unix sockets."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping

import httpx

from app.api.http.machine.sibling_answers import READINESS
from app.api.http.machine.siblings import NoSiblings, Siblings
from app.composition.roles import Worker

ANSWER_SECONDS = 0.9
"""Time for all of them together: who asks whether to send traffic here wants to know within a second."""
KEPT_SECONDS = 0.5
"""Anybody may ask how ready this machine is, as often as they like: so often its processes ask each other at most."""

Answers = dict[str, bytes | None]


def make_siblings(worker: Worker, count_replaced: Callable[[], Mapping[str, int]]) -> Siblings:
    """Make what the siblings of this process are asked with."""
    return NoSiblings() if worker.is_alone else UnixSiblings(worker, count_replaced)


class UnixSiblings:
    """The other processes of one supervisor, each behind its socket."""

    def __init__(
        self,
        worker: Worker,
        count_replaced: Callable[[], Mapping[str, int]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worker = worker
        self._count_replaced = count_replaced
        self._monotonic = monotonic
        self._readiness: asyncio.Task[Answers] | None = None
        self._readiness_asked_at = 0.0

    @property
    def name(self) -> str:
        """Return the name of this process."""
        return self._worker.name

    async def ask(self, path: str) -> Answers:
        """Ask all of them at once, and return each one's answer; None for one that did not answer in time.

        Of their readiness, all who ask at a time have the answer to one question, which is kept for a moment.
        """
        if path != READINESS:
            return await self._ask_all(path)
        now, asked = self._monotonic(), self._readiness
        if asked is None or (asked.done() and now - self._readiness_asked_at >= KEPT_SECONDS):
            self._readiness_asked_at = now
            self._readiness = asked = asyncio.create_task(self._ask_all(path), name="readiness of siblings")
        return await asyncio.shield(asked)  # one who leaves takes the answer from nobody else

    def count_replaced(self) -> Mapping[str, int]:
        """Return what the supervisor counted."""
        return self._count_replaced()

    async def _ask_all(self, path: str) -> Answers:
        names = self._worker.siblings
        answers = await asyncio.gather(*(self._ask(name, path) for name in names))
        return dict(zip(names, answers, strict=True))

    async def _ask(self, name: str, path: str) -> bytes | None:
        # A connection for each question: one that is kept would be that of a process which was replaced.
        transport = httpx.AsyncHTTPTransport(
            uds=str(self._worker.sibling_socket(name)), verify=_NO_CERTIFICATES, trust_env=False
        )
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                httpx.AsyncClient(transport=transport, base_url="http://sibling", trust_env=False) as client,
            ):
                answer = await client.get(path)
        except (httpx.HTTPError, TimeoutError, OSError):
            return None
        return answer.content if answer.is_success else None


_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""No certificates for sockets of our own: to read every authority there is would take 19 ms."""

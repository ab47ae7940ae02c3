"""The siblings of one process, asked over their Unix sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping

import httpx

from app.api.http.machine.siblings import NoSiblings, Siblings
from app.composition.roles import Worker

ANSWER_SECONDS = 0.9
"""Time for all of them together: who asks whether to send traffic here wants to know within a second."""


def make_siblings(worker: Worker, count_replaced: Callable[[], Mapping[str, int]]) -> Siblings:
    """Make what the siblings of this process are asked with."""
    return NoSiblings() if worker.is_alone else UnixSiblings(worker, count_replaced)


class UnixSiblings:
    """The other processes of one supervisor, each behind its socket."""

    def __init__(self, worker: Worker, count_replaced: Callable[[], Mapping[str, int]]) -> None:
        self._worker = worker
        self._count_replaced = count_replaced

    @property
    def name(self) -> str:
        """Return the name of this process."""
        return self._worker.name

    async def ask(self, path: str) -> dict[str, bytes | None]:
        """Ask all of them at once, and return each one's answer; None for one that did not answer in time."""
        names = self._worker.siblings
        answers = await asyncio.gather(*(self._ask(name, path) for name in names))
        return dict(zip(names, answers, strict=True))

    def count_replaced(self) -> Mapping[str, int]:
        """Return what the supervisor counted."""
        return self._count_replaced()

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

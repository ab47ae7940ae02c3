"""uvicorn's HTTP protocol, with reads answered as soon as they are parsed where the application has the answer ready.

A task, a channel of messages and the layers of an application cost several times what such an answer does. The
application says that it has some by a method `answer_at_once`, which this looks for.

The parts used of uvicorn 0.54 (tests/live/native/test_read_protocol.py holds it): `_start_asgi_task` is called with the
`cycle` of a request, from within the parser or once the response before it has ended; of a cycle without a task
`response_started` and `response_complete` say how far it is; `default_headers` are added to each head.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.live.native.http_protocol import HttpProtocol
from app.live.protocol.response_heads import encode_headers
from app.live.story.connection_states import ConnectionState

AnswerAtOnce = Callable[[HTTPScope], tuple[bytes, bytes] | None]
"""Returns a response's head without the server's own headers and the empty line, and its body; None: start a task."""

ANSWERS_AT_ONCE = 8
"""Answers to what came in one packet; those behind them are tasks, so that everybody else has a turn in between."""

_log = structlog.get_logger(__name__)


class ReadProtocol(HttpProtocol):
    """One HTTP connection whose application may answer a GET before a task is made for it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._answer_at_once: AnswerAtOnce | None = getattr(self.app, "answer_at_once", None)
        self._is_receiving = False
        self._parsed: tuple[RequestResponseCycle, Any] | None = None

    def data_received(self, data: bytes) -> None:
        """Feed the parser; answer what is ready of the requests that came, one after the other."""
        self._is_receiving = True
        super().data_received(data)
        answers = 0
        while self._parsed is not None:
            cycle, app = self._parsed
            self._parsed = None
            if answers < ANSWERS_AT_ONCE and self._answer(cycle):
                answers += 1
            else:
                self._start_parsed(cycle, app)
        self._is_receiving = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._is_receiving and self._answer_at_once is not None and cycle.scope["method"] == "GET":
            self._parsed = cycle, app
            if self._entered is ConnectionState.HEAD:
                self._enter(ConnectionState.ANSWER)  # the next head, of which a part may be here, has its own limit
        else:
            super()._start_asgi_task(cycle, app)

    def _answer(self, cycle: RequestResponseCycle) -> bool:
        """Answer a request here, if that can be done at once; return whether it was.

        It is here whole: until then its connection counts as one that is not kept.
        """
        if self._answer_at_once is None or not cycle.keep_alive or self.flow.write_paused or not self._is_open():
            return False
        try:
            found = self._answer_at_once(cycle.scope)
        except Exception:  # noqa: BLE001 - the application answers this connection by its own way from now on
            self._accept_context.count_failure()
            _log.exception("answer_at_once_failed")
            self._answer_at_once = None
            return False
        if found is None:
            return False
        head, body = found
        cycle.response_started = cycle.response_complete = True
        cycle.on_response = _ignore  # as uvicorn does at the end of a task: no cycle is left to the garbage collector
        whole_head = head + encode_headers(self.server_state.default_headers) + b"\r\n"
        if body:
            self.transport.writelines((whole_head, body))
        else:
            self.transport.write(whole_head)
        self.on_response_complete()
        return True

    def _start_parsed(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Start the task of a request that was held back until everything that came with it was parsed."""
        transport: asyncio.Transport | None = self.transport
        if transport is None:
            return
        super()._start_asgi_task(cycle, app)
        self._limit_head()  # of the request behind it, of which a part may be here


def _ignore() -> None:
    """Do nothing: the end of the response has been told."""

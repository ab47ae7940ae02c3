"""The answers of hot reads that are in memory, whole, for a connection that writes them before any layer is called.

They are what the layers would send: a test compares the two. Whatever is anything but such a read goes through these.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from starlette.types import Scope

from app.api.http.answers import prepare_answer
from app.api.layers.cors import ANYONE, EXPOSED
from app.api.layers.hot_reads import HotReads
from app.api.layers.request_ids import sent_request_id
from app.api.layers.request_records import RequestRecords
from app.live.protocol.response_heads import encode_headers

_ANYONE = encode_headers(ANYONE)
_ANYONE_NOT_MODIFIED = encode_headers([each for each in ANYONE if each is not EXPOSED])
"""A page keeps the list that it got with the content."""


class ReadyAnswers:
    """A function of a request's scope that returns the answer's head, without the empty line, and its body, or None."""

    def __init__(self, hot_reads: HotReads, *, records: RequestRecords, make_request_id: Callable[[], str]) -> None:
        self._hot_reads = hot_reads
        self._records = records
        self._make_request_id = make_request_id

    def __call__(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """Answer a GET whose answer is in memory, and record it as the outermost layer would; None for any other."""
        started = perf_counter()
        found = self._hot_reads.find_in_memory(scope)
        if found is None:
            return None  # or its address cannot be read: such a story is not in memory
        headers = scope["headers"]
        answer = prepare_answer(found, headers)
        status: int = answer.start["status"]
        request_id = sent_request_id(dict(headers).get(b"x-request-id")) or self._make_request_id()
        added = _ANYONE_NOT_MODIFIED if status == 304 else _ANYONE
        body: bytes = answer.body["body"]
        size_bytes, seconds = len(body), perf_counter() - started
        self._records.add(scope, request_id=request_id, status=status, size_bytes=size_bytes, seconds=seconds)
        return b"%bx-request-id: %b\r\n%b" % (answer.head, request_id.encode(), added), body

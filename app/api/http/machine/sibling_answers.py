"""The application that a process answers its siblings with, on a Unix socket of its own.

It has no route of the API and no command: what it tells is what `/metrics`, `/readyz` and receipts are joined from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from app.api.http.machine.receipts import receipt_figures
from app.api.http.metrics.exposition import render_metrics
from app.api.http.state import AppState
from app.domain.identifiers import EntryId, StoryId
from app.wire.encoding import encode_json

METRICS, READINESS, RECEIPT, READERS = "/metrics", "/readiness", "/receipt", "/readers"

Answer = Callable[[AppState, dict[str, str]], Awaitable[bytes]]


class SiblingAnswers:
    """The ASGI application. `app_state` is called for each question."""

    def __init__(self, app_state: Callable[[], AppState]) -> None:
        self._app_state = app_state

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one question with 200, or 404."""
        answer = _ANSWERS.get(scope["path"]) if scope["type"] == "http" else None
        asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode("ascii")).items()}
        body = b"" if answer is None else await answer(self._app_state(), asked)
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 404 if answer is None else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _metrics(app_state: AppState, _asked: dict[str, str]) -> bytes:
    return render_metrics(app_state).encode()


async def _readiness(app_state: AppState, _asked: dict[str, str]) -> bytes:
    _, word, reasons = await app_state.readiness.check()
    return encode_json({"status": word, "reasons": reasons})


async def _receipt(app_state: AppState, asked: dict[str, str]) -> bytes:
    receipt = app_state.hub.delivery(StoryId(asked["story"]), EntryId(asked["entry"]))
    figures: dict[str, Any] | None = None if receipt is None else receipt_figures(receipt)
    return encode_json(figures)


async def _readers(app_state: AppState, asked: dict[str, str]) -> bytes:
    return encode_json(app_state.hub.reader_count(StoryId(asked["story"])))


_ANSWERS: dict[str, Answer] = {METRICS: _metrics, READINESS: _readiness, RECEIPT: _receipt, READERS: _readers}

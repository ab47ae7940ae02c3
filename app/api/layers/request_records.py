"""The records of requests: counters, durations and the access log's line of each that was answered."""

from __future__ import annotations

from typing import Literal

from starlette.types import Scope

from app.api.http.bodies import WITHOUT_BODY
from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.layers.access_log import AccessLog, path_to_log

_STREAMS = ("/live", "/events")


class RequestRecords:
    """Counts requests in `metrics`, and adds each to the access log if there is one."""

    def __init__(self, metrics: RequestMetrics, access_log: AccessLog | None) -> None:
        self.metrics = metrics
        self._access_log = access_log

    def add(self, scope: Scope, *, request_id: str, status: int, size_bytes: int, seconds: float) -> None:
        """Record one request: the status of its answer, 0 for none, the body's bytes that were sent, and its time."""
        metrics = self.metrics
        metrics.seconds += seconds
        metrics.durations[_kind_of(scope)].observe(seconds)
        metrics.bytes_sent += size_bytes
        metrics.by_status[status] += 1
        if self._access_log is not None:
            client = scope.get("client")
            line = (request_id, scope["method"], path_to_log(scope), status, size_bytes, seconds)
            self._access_log.add(line, client=client[0] if client else "")


def _kind_of(scope: Scope) -> Literal["read", "write", "wait"]:
    if scope["method"] not in WITHOUT_BODY:
        return "write"
    return "wait" if b"wait=" in scope["query_string"] or scope["path"].endswith(_STREAMS) else "read"

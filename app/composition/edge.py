"""The edge of one process: the layers around its routes, and what connections that leave HTTP early are given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp, Scope

from app.api.forwarding.forwarding import Forwarding
from app.api.forwarding.known_writes import KnownWrites
from app.api.forwarding.writer_access import WriterAccess
from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.http.state import AppState
from app.api.layers.body_limits import BodyLimits
from app.api.layers.comment_limits import CommentLimits
from app.api.layers.cors import ANYONE, CrossOrigin
from app.api.layers.default_headers import DefaultHeaders
from app.api.layers.hot_create import HotCreate
from app.api.layers.hot_reads import HotReads
from app.api.layers.live_dispatch import LiveDispatch
from app.api.layers.middleware import Middleware
from app.api.layers.ready_answers import ReadyAnswers
from app.api.layers.request_ids import is_readable_path, sent_request_id
from app.api.layers.request_records import RequestRecords
from app.brokers.broker import Broker
from app.brokers.local import LocalBroker
from app.composition.limits import admission_limits_of
from app.composition.media import UPLOADING_PATH, upload_limits_of
from app.composition.process import Process
from app.live.hub.admission_limits import ConnectionLimiter
from app.live.hub.hub import Hub
from app.live.native.handshake import AcceptContext
from app.newsroom_stream.stream import NewsroomStream
from app.newsroom_stream.websocket_route import NewsroomStreamRoute

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Edge:
    """The layers of a process as one application, and what connections answer without calling it."""

    app: ASGIApp
    answer_at_once: Callable[[Scope], tuple[bytes, bytes] | None]


def make_accept_context(process: Process, hub: Hub, metrics: RequestMetrics) -> AcceptContext:
    """Make the context of native connections, for the server whose protocol takes them off HTTP itself."""
    limits = admission_limits_of(process.settings, process.capacity, process.worker)
    limiter = ConnectionLimiter(limits, now=time.monotonic())

    def common_headers(request: Headers) -> Headers:
        """Return what `Middleware` adds to every answer, for those that do not pass it."""
        sent = next((value for name, value in request if name == b"x-request-id"), None)
        request_id = sent_request_id(sent) or process.request_ids()
        return [(b"x-request-id", request_id.encode()), *ANYONE]

    def count_failure() -> None:
        metrics.failures += 1

    return AcceptContext(
        hub,
        limiter,
        common_headers=common_headers,
        is_readable=is_readable_path,
        compress=process.settings.compression,
        count_failure=count_failure,
        paced_bodies={UPLOADING_PATH: upload_limits_of(process.settings).bytes_per_second},
    )


def make_edge(
    process: Process,
    app_state: AppState,
    *,
    routes: FastAPI,
    newsroom_stream: NewsroomStream,
    broker: Broker,
    writer: WriterAccess | None = None,
) -> Edge:
    """Put the layers around the routes, in the order that app/api/layers/__init__.py lists.

    A process that reads has another one behind the first reads: what is not its own goes to `writer`.
    """
    newsroom_stream_route = NewsroomStreamRoute(
        newsroom_stream,
        clock=process.clock,
        monotonic=time.monotonic,
        heartbeat_seconds=process.settings.heartbeat_seconds,
        authenticate_seconds=process.settings.header_seconds,
        stall_seconds=process.settings.stall_seconds,
    )
    dispatch = LiveDispatch(
        DefaultHeaders(HotCreate(routes, app_state)),
        app_state.hub,
        newsroom_stream=newsroom_stream_route if writer is None else writer.streams,
    )
    behind = dispatch if writer is None else Forwarding(dispatch, writer.link, wait_applied=writer.wait_applied)
    hot_reads = HotReads(behind, app_state.reading)
    inner: ASGIApp = hot_reads
    if writer is None:
        inner = CommentLimits(inner, lambda: app_state.comments.limiter)
    if isinstance(broker, LocalBroker):
        inner = KnownWrites(inner, broker)
    records = RequestRecords(app_state.request_metrics, process.access_log)
    app = Middleware(
        inner,
        body_limits=BodyLimits(
            routes.routes, seconds=process.settings.body_seconds, uploads=upload_limits_of(process.settings)
        ),
        cross_origin=CrossOrigin(
            process.settings.cors_origins,
            origins_at=lambda scope: process.links.at_host(scope).site.cors_origins,
        ),
        records=records,
        make_request_id=process.request_ids,
    )
    return Edge(app, ReadyAnswers(hot_reads, records=records, make_request_id=process.request_ids))

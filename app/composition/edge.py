"""The edge of one process: the layers around its routes, and what connections that leave HTTP early are given."""

from __future__ import annotations

import time
from typing import TextIO

from fastapi import FastAPI
from starlette.types import ASGIApp

from app.api.http.state import AppState
from app.api.layers.access_log import AccessLog
from app.api.layers.body_limits import BodyLimits
from app.api.layers.cors import ANYONE, CrossOrigin
from app.api.layers.default_headers import DefaultHeaders
from app.api.layers.hot_create import HotCreate
from app.api.layers.hot_reads import HotReads
from app.api.layers.live_dispatch import LiveDispatch
from app.api.layers.middleware import Middleware
from app.api.layers.request_ids import RequestIds, is_readable_path, sent_request_id
from app.composition.capacity import Capacity
from app.composition.limits import admission_limits_of
from app.domain.clock import Clock
from app.live.hub.admission_limits import ConnectionLimiter
from app.live.hub.hub import Hub
from app.live.native.handshake import AcceptContext
from app.settings import Settings

Headers = list[tuple[bytes, bytes]]


def make_access_log(settings: Settings, *, clock: Clock, stream: TextIO) -> AccessLog | None:
    """Make the log of requests and connections, unless its level is one that the operator does not want to see."""
    if settings.log_level not in {"debug", "info"}:
        return None
    return AccessLog(form=settings.log_format, stream=stream, clock=clock)


def make_accept_context(hub: Hub, *, settings: Settings, capacity: Capacity, request_ids: RequestIds) -> AcceptContext:
    """Make the context of native connections, for the server whose protocol takes them off HTTP itself."""
    limiter = ConnectionLimiter(admission_limits_of(settings, capacity), now=time.monotonic())

    def common_headers(request: Headers) -> Headers:
        """Return what `Middleware` adds to every answer, for those that do not pass it."""
        sent = next((value for name, value in request if name == b"x-request-id"), None)
        request_id = sent_request_id(sent) or request_ids()
        return [(b"x-request-id", request_id.encode()), *ANYONE]

    return AcceptContext(
        hub, limiter, common_headers=common_headers, is_readable=is_readable_path, compress=settings.compression
    )


def make_edge(
    routes: FastAPI,
    app_state: AppState,
    *,
    newsroom_stream: ASGIApp,
    settings: Settings,
    request_ids: RequestIds,
    access_log: AccessLog | None,
) -> ASGIApp:
    """Put the layers around the routes, in the order that app/api/layers/__init__.py lists."""
    return Middleware(
        HotReads(
            LiveDispatch(
                DefaultHeaders(HotCreate(routes, app_state)),
                app_state.hub,
                newsroom_stream=newsroom_stream,
            ),
            app_state.reading,
        ),
        body_limits=BodyLimits(routes.routes),
        cross_origin=CrossOrigin(settings.cors_origins),
        metrics=app_state.request_metrics,
        access_log=access_log,
        make_request_id=request_ids,
    )

"""The operator's routes: health, readiness, version and metrics."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from app import __version__
from app.api.http.exposition import render_metrics
from app.api.http.resource_router import ResourceRouter
from app.api.http.security_schemes import METRICS
from app.api.http.state import AppState
from app.domain.errors import NotFound
from app.newsroom.context.access import digest_of, is_admin_token
from app.wire.encoding import encode_json

router = ResourceRouter(tags=["Operations"])

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def _json_answer(description: str, example: dict[str, object]) -> dict[int | str, dict[str, object]]:
    schema = {"type": "object", "additionalProperties": True}
    return {200: {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}}


@router.get("/healthz", responses=_json_answer("The process runs.", {"status": "ok"}))
async def get_health() -> Response:
    """Return 200 while the process runs and its event loop turns; restart the process when this fails."""
    return _json({"status": "ok"})


@router.get(
    "/readyz",
    responses={
        **_json_answer("Send traffic here.", {"status": "ready", "reasons": []}),
        503: {
            "description": "Send traffic elsewhere.",
            "content": {"application/json": {"example": {"status": "draining", "reasons": []}}},
        },
    },
)
async def get_readiness(request: Request) -> Response:
    """Return whether to send traffic here. `degraded` is 200: readers are served from memory without the database."""
    app_state: AppState = request.app.state.app_state
    status, word, reasons = await app_state.readiness.check()
    return _json({"status": word, "reasons": reasons}, status=status)


@router.get("/version", responses=_json_answer("The release.", {"version": __version__}))
async def get_version() -> Response:
    """Return the release that runs here."""
    return _json({"version": __version__})


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    openapi_extra={"security": METRICS},
    responses={
        200: {
            "description": "Prometheus text format.",
            "content": {"text/plain": {"example": "liveblog_requests_in_flight 1\n"}},
        }
    },
)
async def get_metrics(request: Request) -> Response:
    """Return metrics for Prometheus: on this machine, or with the metrics' or the admin's token; else 404."""
    app_state: AppState = request.app.state.app_state
    if not _is_local(request) and not _may_read_metrics(request, app_state):
        raise NotFound("not_found", "There is nothing at this address.")
    return Response(render_metrics(app_state), media_type="text/plain; version=0.0.4")


def _is_local(request: Request) -> bool:
    """Return whether the peer is this machine itself, and not a proxy on it that forwards for another."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    if request.client is None or not request.client.host:
        return True  # the control socket, which only the server's own account can open
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _may_read_metrics(request: Request, app_state: AppState) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    token, wanted = token.strip(), app_state.metrics_token_sha256
    is_for_metrics = wanted is not None and hmac.compare_digest(digest_of(token), wanted)
    return is_admin_token(app_state.newsroom, token) or is_for_metrics


def _json(members: dict[str, object], *, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(encode_json(members), status_code=status, media_type="application/json", headers=headers)

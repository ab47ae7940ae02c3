"""The operator's routes: health, readiness, version and metrics."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from app import __version__
from app.api.http.machine.machine import check_readiness, read_metrics
from app.api.http.resource_router import ResourceRouter
from app.api.http.security_schemes import METRICS
from app.api.http.state import AppState
from app.domain.errors import NotFound
from app.newsroom.context.access import digest_of, is_admin_token
from app.wire.encoding import encode_json
from app.wire.shapes.oversight import Health, Readiness, Release
from app.wire.shapes.public import Problem

router = ResourceRouter(tags=["Operations"])

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


def _json_answer(model: type[BaseModel], description: str, example: dict[str, object]) -> dict[str, object]:
    return {"model": model, "description": description, "content": {"application/json": {"example": example}}}


@router.get("/healthz", responses={200: _json_answer(Health, "The process runs.", {"status": "ok"})})
async def get_health() -> Response:
    """Return 200 while the process runs and its event loop turns; restart the process when this fails."""
    return _json({"status": "ok"})


@router.get(
    "/readyz",
    responses={
        200: _json_answer(Readiness, "Send traffic here.", {"status": "ready", "reasons": []}),
        503: _json_answer(Readiness, "Send traffic elsewhere.", {"status": "draining", "reasons": []}),
    },
)
async def get_readiness(request: Request) -> Response:
    """Return whether to send traffic here. `degraded` is 200: readers are served from memory without the database."""
    app_state: AppState = request.app.state.app_state
    status, word, reasons = await check_readiness(app_state)
    return _json({"status": word, "reasons": reasons}, status=status)


@router.get("/version", responses={200: _json_answer(Release, "The release.", {"version": __version__})})
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
        },
        404: {
            "description": "Not on this machine, and without a token for it.",
            "content": {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
        },
    },
)
async def get_metrics(request: Request) -> Response:
    """Return metrics for Prometheus: on this machine, or with the metrics' or the admin's token; else 404."""
    app_state: AppState = request.app.state.app_state
    if not _is_local(request) and not _may_read_metrics(request, app_state):
        raise NotFound("not_found", "There is nothing at this address.")
    return Response(await read_metrics(app_state), media_type="text/plain; version=0.0.4")


def _is_local(request: Request) -> bool:
    """Return whether the peer is this machine itself, and not a proxy on it that forwards for another."""
    if "is_forwarded" in request.scope or any(name in request.headers for name in _FORWARDED):
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

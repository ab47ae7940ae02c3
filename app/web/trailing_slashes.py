"""The addresses of pages with a slash at their end, as people and other systems write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.web.headers import PUBLIC_CACHE

_SLASH = re.compile(r"(?:/|%2[Ff])$")
"""Routes are matched after decoding, so an encoded slash comes here too, and must not be led to itself."""


def trailing_slashes(paths: Sequence[str]) -> APIRouter:
    """Return routes that lead from each path with a slash at its end to the path without it, query and all."""
    router = APIRouter(include_in_schema=False)
    for path in paths:
        router.add_api_route(f"{path}/", _redirect, methods=["GET", "HEAD"])
    return router


def _redirect(request: Request) -> Response:
    raw_path: bytes = request.scope["raw_path"]
    query = f"?{request.url.query}" if request.url.query else ""
    location = _SLASH.sub("", raw_path.decode("ascii")) + query
    return Response(status_code=308, headers={"Location": location, "Cache-Control": PUBLIC_CACHE})

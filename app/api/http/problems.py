"""Problem details (RFC 9457) for every error, with the path and the request's id beside the error's own members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from app.domain.errors import (
    InvalidInput,
    LiveblogError,
    MalformedInput,
    NotFound,
    Redirected,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from app.wire.encoding import encode_json
from app.wire.links import path_part
from app.wire.problems import MAX_ERRORS, problem_members, problem_of, validation_errors

PROBLEM_TYPE = "application/problem+json"

_PATH_SIGNS = "/:@!$&'()*+,;=~"
"""What may stand in a path as it is (RFC 3986), beside letters, digits and `-._`."""


def error_response(error: LiveblogError, scope: Scope) -> Response:
    """Make the response to a request that failed with `error`."""
    headers = {}
    if isinstance(error, Unavailable | TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, Redirected):
        headers["Location"] = _moved_to(error.slug, scope)
    problem = problem_of(error)
    if problem["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem_response(problem, scope, headers=headers)


def _moved_to(slug: str, scope: Scope) -> str:
    """Return the same address under the story's slug of today."""
    head, _, rest = scope["path"].partition("/stories/")
    query = scope["query_string"].decode("latin-1")
    _, slash, below = rest.partition("/")
    return f"{quote(head)}/stories/{path_part(slug)}{slash}{quote(below)}" + (f"?{query}" if query else "")


def problem_response(problem: dict[str, Any], scope: Scope, *, headers: dict[str, str] | None = None) -> Response:
    """Make a response of a problem's members; no cache keeps it."""
    members = {**problem, "instance": quote(scope["path"], safe=_PATH_SIGNS), "request_id": scope.get("request_id")}
    return Response(
        encode_json(members),
        status_code=problem["status"],
        media_type=PROBLEM_TYPE,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
    )


def server_error_response(scope: Scope) -> Response:
    """Make the response to a request in which something of ours broke; the log has it under the request's id."""
    detail = "Something went wrong here; the log has it under the request's id."
    return problem_response(problem_members(500, code="internal_error", detail=detail), scope)


def method_not_allowed(scope: Scope, *, allow: Sequence[str]) -> Response:
    """Make the response to a method that an address does not take; `allow` names those it does."""
    detail = f"This address does not take {scope['method']}; see Allow."
    problem = problem_members(405, code="method_not_allowed", detail=detail)
    return problem_response(problem, scope, headers={"Allow": ", ".join(allow)})


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(LiveblogError, _on_liveblog_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_exception)


async def _on_liveblog_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LiveblogError)  # noqa: S101 - FastAPI's handlers are typed for any exception
    return error_response(error, request.scope)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    return error_response(request_errors(error.errors()), request.scope)


async def _on_disconnect(request: Request, _error: Exception) -> Response:
    """Answer a client that disconnected within its body: it reads nothing, but the log must not call it our fault."""
    return error_response(MalformedInput("malformed_body", "The body ended too early."), request.scope)


async def _on_exception(request: Request, _error: Exception) -> Response:
    return server_error_response(request.scope)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == 405:
        return method_not_allowed(request.scope, allow=_methods_at(request))
    return http_error_response(error, request.scope)


def http_error_response(error: HTTPException, scope: Scope) -> Response:
    """Make the response to a request that HTTP itself refuses: its address, its body."""
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return error_response(NotFound("not_found", "There is nothing at this address."), scope)
    if error.status_code == 400:
        return error_response(MalformedInput("malformed_body", "The body cannot be read."), scope)
    if error.status_code == 413:
        return error_response(TooLarge("body_too_large", str(error.detail)), scope)
    if error.status_code == 408:
        return problem_response(problem_members(408, code="body_too_slow", detail=str(error.detail)), scope)
    problem = problem_members(error.status_code, code="unexpected_request", detail=str(error.detail))
    return problem_response(problem, scope, headers=headers)


def _methods_at(request: Request) -> Sequence[str]:
    """List the methods that any route takes at this address; Starlette names those of the first route alone."""
    routes = request.app.routes
    found = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found


def request_errors(errors: Sequence[Any]) -> LiveblogError:
    """Convert what FastAPI found wrong with a request.

    Pointers into the body are JSON Pointers into what was sent; others begin with the part of the request:
    `/query/limit`, `/path/story`, `/header/if-match`.
    """
    first = errors[:MAX_ERRORS]
    if any(error["type"] == "json_invalid" for error in first):
        return MalformedInput("malformed_json", "The body is not JSON.")
    found = validation_errors([{**error, "loc": _location(error["loc"])} for error in first])
    return InvalidInput(found.errors, total=len(errors))


def _location(location: Sequence[Any]) -> Sequence[Any]:
    return location[1:] if location and location[0] == "body" else location

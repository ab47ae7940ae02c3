"""The OpenAPI descriptions of the newsroom's routes: the shape, one example, and the errors that can come."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from app.wire.shapes.public import Problem

_MEANINGS = {
    400: "The request cannot be read.",
    401: "No token, or none that is known and valid now.",
    403: "The token may not do this.",
    404: "There is no such thing.",
    409: "The state it is in forbids it.",
    410: "The story was withdrawn; or the write was done, and what it said has been removed since.",
    412: "Somebody has changed it since you read it; `current_etag` is today's.",
    413: "Too large.",
    415: "The body is of a type this address does not read.",
    422: "The values cannot be accepted; `errors` point at them.",
    428: "Send If-Match.",
    429: "Too many from one address, for one story or in all; see Retry-After.",
    503: "Cannot be done now; see Retry-After.",
}

Documented = dict[int | str, dict[str, Any]]


def newsroom_responses(status: int, model: type[BaseModel], example: object, *errors: int) -> Documented:
    """Describe the responses of a route: one success with an example, and the problems it may end in."""
    return _described(status, model, example, {400, 401, 403, *errors, 503})


def anonymous_responses(status: int, model: type[BaseModel], example: object) -> Documented:
    """Describe the responses of a route that takes what anybody writes, as JSON or as a form."""
    described = _described(status, model, example, {400, 403, 404, 409, 410, 413, 415, 422, 429, 503})
    return described | {303: {"description": "To a form: the page that says what became of it."}}


def _described(status: int, model: type[BaseModel], example: object, errors: set[int]) -> Documented:
    documented: Documented = {
        status: {"model": model, "content": {"application/json": {"example": example}}, "description": "Done."}
    }
    for error in sorted(errors):
        documented[error] = {
            "description": _MEANINGS[error],
            "content": {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
        }
    return documented

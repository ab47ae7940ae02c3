"""Errors as sent to clients: problem details (RFC 9457) with a stable `code`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from app.domain.errors import (
    Conflict,
    FieldError,
    Gone,
    InvalidInput,
    LiveblogError,
    MalformedInput,
    MediaRefused,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Redirected,
    TooLarge,
    TooManyRequests,
    Unavailable,
    UnknownFormat,
    UnsupportedMedia,
    UnsupportedType,
)
from app.wire.validation_messages import error_type, validation_message

STATUS_OF: Mapping[type[LiveblogError], int] = {
    MalformedInput: 400,
    NotAuthenticated: 401,
    NotAllowed: 403,
    Redirected: 308,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    PreconditionFailed: 412,
    TooLarge: 413,
    UnsupportedType: 415,
    UnsupportedMedia: 415,
    MediaRefused: 422,
    InvalidInput: 422,
    PreconditionRequired: 428,
    TooManyRequests: 429,
    UnknownFormat: 501,
    Unavailable: 503,
}
"""The one mapping from the tree of errors to HTTP."""

_MAX_NAMED = 3
"""Fields that `detail` names; the others are in `errors`."""

MAX_ERRORS = 20
"""A body of a million unknown members is answered with the first errors and a count of all: naming each cost 1.7 s."""


def status_of(error: LiveblogError) -> int:
    """Return the HTTP status of an error."""
    return STATUS_OF[type(error)]


def problem_of(error: LiveblogError) -> dict[str, Any]:
    """Return the problem's members that follow from the error; the edge adds `instance` and `request_id`."""
    status = status_of(error)
    detail = _named(error) if isinstance(error, InvalidInput) and error.code == "invalid" else error.detail
    problem = problem_members(status, code=error.code, detail=detail)
    if isinstance(error, InvalidInput):
        problem["errors"] = [
            {"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in error.errors[:MAX_ERRORS]
        ]
    if isinstance(error, Gone) and error.cause is not None:
        problem["cause"] = error.cause
    if isinstance(error, Gone) and error.snapshot_url is not None:
        problem["snapshot_url"] = error.snapshot_url
    if isinstance(error, PreconditionFailed) and error.current_etag is not None:
        problem["current_etag"] = error.current_etag
    return problem


def problem_members(status: int, *, code: str, detail: str) -> dict[str, Any]:
    """Return the members of a problem without an error of ours."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code}


def validation_errors(errors: Sequence[Mapping[str, Any]], *, skip: int = 0) -> InvalidInput:
    """Convert the first of Pydantic's errors to ours, and count all.

    The first `skip` parts of each location name the body or query itself.
    """
    found = [
        FieldError(pointer=_pointer(error["loc"][skip:]), code=_code(error), detail=validation_message(error))
        for error in errors[:MAX_ERRORS]
    ]
    return InvalidInput(found, total=len(errors))


def unknown_members(names: Sequence[str]) -> InvalidInput:
    """Return the error of a body with members of these names, which it does not have; the first are named."""
    return validation_errors([{"type": "extra_forbidden", "loc": (name,)} for name in names])


def _named(error: InvalidInput) -> str:
    """Return a sentence that names its fields, because a person reads it without `errors`."""
    named = [f"{_place(each)}: {each.detail}" if each.pointer else each.detail for each in error.errors[:_MAX_NAMED]]
    if error.total > MAX_ERRORS:
        named.append(f"… {error.total:,} values are wrong, of which errors has the first {MAX_ERRORS}.")
    elif error.total > _MAX_NAMED:
        named.append("…")
    return "; ".join(named)


def _place(error: FieldError) -> str:
    return error.pointer.removeprefix("/query").removeprefix("/path")[1:]


def _pointer(location: Sequence[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in _as_sent(location))


def _as_sent(location: Sequence[Any]) -> Iterator[Any]:
    """Drop the type of a block, which Pydantic adds to the location and the body does not have."""
    for index, part in enumerate(location):
        if not (index > 1 and location[index - 2] == "blocks" and isinstance(location[index - 1], int)):
            yield part


def _code(error: Mapping[str, Any]) -> str:
    kind = error_type(error)
    return {"extra_forbidden": "unknown_field", "value_error": "invalid_value"}.get(kind, kind)

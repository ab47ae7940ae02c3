"""The tree of errors that a caller can meet.

LiveblogError
├── InvalidInput            422  a well-formed body whose values cannot be accepted; `errors` point at them
├── MalformedInput          400  not readable at all (JSON, query, cursor syntax)
├── NotAuthenticated        401  no, unknown, expired or revoked credentials
├── NotAllowed              403  known, but without the right
├── Redirected              308  the story has another slug now
├── NotFound                404  unknown, or what the caller may not know exists
├── Conflict                409  the object's state forbids it
├── Gone                    410  was public and is no more, or a cursor that cannot be honoured
├── PreconditionFailed      412  If-Match names an older state; `current_etag` is today's
├── TooLarge                413
├── UnsupportedType         415
├── UnsupportedMedia        415  an uploaded file of a kind that is not taken
├── MediaRefused            422  an uploaded file of a kind that is taken, which cannot be used itself
├── PreconditionRequired    428
├── TooManyRequests         429  `retry_after_seconds`
├── UnknownFormat           501  an answer in a format that there is none of it in
└── Unavailable             503  `retry_after_seconds`

`code` is stable and documented in docs/errors.md; `detail` is a sentence for a person and may change.
The HTTP statuses are mapped in one place, app/wire/problems.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One value that cannot be accepted. `pointer` is a JSON Pointer (RFC 6901) into the request body."""

    pointer: str
    code: str
    detail: str


class LiveblogError(Exception):
    """Root of the tree; never raised itself."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class InvalidInput(LiveblogError):
    """A readable body or query with `total` values that cannot be accepted; `errors` are all, or the first of them."""

    def __init__(
        self,
        errors: Sequence[FieldError],
        *,
        code: str = "invalid",
        detail: str | None = None,
        total: int | None = None,
    ) -> None:
        super().__init__(code, detail or errors[0].detail)
        self.errors = tuple(errors)
        self.total = total or len(errors)


class MalformedInput(LiveblogError):
    """Input that cannot be read at all."""


class NotAuthenticated(LiveblogError):
    """A call without credentials, or with unknown, expired or revoked ones."""


class NotAllowed(LiveblogError):
    """A call by a known caller who lacks the right."""


class NotFound(LiveblogError):
    """An object that is unknown or hidden from this caller; no answer distinguishes the two."""


class Redirected(LiveblogError):
    """A story named by a former slug: reads redirect to the current one, streams serve it as it is."""

    def __init__(self, code: str, detail: str, *, slug: str) -> None:
        super().__init__(code, detail)
        self.slug = slug


class Conflict(LiveblogError):
    """A request that the object's present state forbids."""


class Gone(LiveblogError):
    """An object that was public and is no longer. `cause` is the reason for an entry, `snapshot_url` a new start."""

    def __init__(self, code: str, detail: str, *, cause: str | None = None, snapshot_url: str | None = None) -> None:
        super().__init__(code, detail)
        self.cause = cause
        self.snapshot_url = snapshot_url


def story_not_found() -> NotFound:
    """Return the error for a story that readers cannot see, whatever it is to the newsroom."""
    return NotFound("story_not_found", "No such story.")


def story_withdrawn() -> Gone:
    """Return the error for a story that was withdrawn."""
    return Gone("story_withdrawn", "This story has been withdrawn.")


class PreconditionFailed(LiveblogError):
    """An If-Match that names another state than the present one."""

    def __init__(self, code: str, detail: str, *, current_etag: str | None = None) -> None:
        super().__init__(code, detail)
        self.current_etag = current_etag


class PreconditionRequired(LiveblogError):
    """A call without the If-Match header that it needs."""


class TooLarge(LiveblogError):
    """A body or an object over its documented size."""


class UnsupportedType(LiveblogError):
    """A Content-Type that the route does not read."""


class UnsupportedMedia(LiveblogError):
    """An uploaded file of a format that is not taken, or that is declared as another than it is."""


class MediaRefused(LiveblogError):
    """An uploaded file of a format that is taken, but broken, hostile or over its limits."""


class TooManyRequests(LiveblogError):
    """A request beyond what one address, story or site may send in a time; nothing was changed."""

    def __init__(self, code: str, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(code, detail)
        self.retry_after_seconds = retry_after_seconds


class UnknownFormat(LiveblogError):
    """A request for an answer in a format that it does not come in."""


class Unavailable(LiveblogError):
    """A request that the server cannot serve now; nothing was changed."""

    def __init__(self, code: str, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(code, detail)
        self.retry_after_seconds = retry_after_seconds

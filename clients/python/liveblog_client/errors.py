"""Everything that this package raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LiveblogError(Exception):
    """The base of what is raised here."""


class Unreachable(LiveblogError):
    """The server was not reached, or could not answer, for as long as the client was to try. The cause is attached."""


class Refused(LiveblogError):
    """The server has refused; asking for the same again is no use. `code` is stable, docs/errors.md lists them all."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        problem: Mapping[str, Any] | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}" if detail else f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.problem = dict(problem or {})
        self.retry_after_seconds = retry_after_seconds

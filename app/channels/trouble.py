"""The log of a trouble: one line when it begins, with its cause, and one when it is over."""

from __future__ import annotations

from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Trouble:
    """A trouble by its name in the log, which is this name, and `<name>_over` with how long it took."""

    def __init__(self, name: str, monotonic: Callable[[], float]) -> None:
        self._name, self._over = name, f"{name}_over"
        self._monotonic = monotonic
        self._since: float | None = None

    def begin(self, cause: str) -> None:
        """Record that it is there; of several times in a row the first is logged."""
        if self._since is None:
            self._since = self._monotonic()
            log.warning(self._name, cause=cause)

    def end(self) -> None:
        """Record that it is over, if it was there."""
        if self._since is not None:
            seconds, self._since = self._monotonic() - self._since, None
            log.warning(self._over, after_seconds=round(seconds, 3))

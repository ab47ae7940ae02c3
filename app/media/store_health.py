"""The state of a store of files: failures are counted, and logged when the state changes, not at each attempt."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


class StoreHealth:
    """The state of one store, as its last operation found it."""

    def __init__(self, where: str) -> None:
        """`where` names the store in the log: its folder or bucket, without credentials."""
        self.failures = 0
        """A counter, for `/metrics`."""
        self._where = where
        self._is_failing = False

    def record_failure(self, cause: object) -> None:
        """Count a failure, and log the first after a success with its cause."""
        self.failures += 1
        if not self._is_failing:
            log.error("media cannot be read or kept at %s: %s", self._where, cause)
        self._is_failing = True

    def record_success(self) -> None:
        """Log that the store works again, if it had failed."""
        if self._is_failing:
            log.info("media can be read and kept at %s again", self._where)
        self._is_failing = False

"""The state of a store of files: failures are counted, and logged when the state changes, not at each attempt."""

from __future__ import annotations

import logging
from typing import Literal

log = logging.getLogger(__name__)

Use = Literal["read", "keep", "delete"]
"""What a store was used for. One that is full can be read and deleted from, which says nothing of keeping."""


class StoreHealth:
    """The state of one store, as its last operation of each kind found it."""

    def __init__(self, where: str) -> None:
        """`where` names the store in the log: its folder or bucket, without credentials."""
        self.failures = 0
        """A counter, for `/metrics`."""
        self._where = where
        self._failing: set[Use] = set()

    def record_failure(self, use: Use, cause: object) -> None:
        """Count a failure, and log the first after a success with its cause."""
        self.failures += 1
        if not self._failing:
            log.error("media cannot be read or kept at %s: %s", self._where, cause)
        self._failing.add(use)

    def record_success(self, use: Use) -> None:
        """Log that the store works again, if what had failed does."""
        if use in self._failing:
            self._failing.remove(use)
            if not self._failing:
                log.info("media can be read and kept at %s again", self._where)

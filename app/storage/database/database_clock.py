"""One time for all processes of a database: its own, as each of them last read it.

What comes due is compared with the database's time, read in the same transaction; what is dated in between uses the
clock here, which runs on from the last reading and so does not jump when this machine's clock is set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import structlog

from app.domain.clock import Clock, Micros
from app.storage.database.transactions import ReadTransaction

SKEW_SECONDS = 1.0
"""A process whose own clock is further from the database's than this says so."""
SETTLED_SECONDS = 0.5
"""And below this no more; between the two nothing changes."""
PROMPT_SECONDS = 0.5
"""An answer that took longer says little about the time at which it was made."""
STEP_MICROS = 20_000
"""A reading that is later than ours is right, for it was read before it arrived; one that is earlier by more than this
shows a clock that was set, and not a slow answer."""

_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

log = structlog.get_logger()


class _Reading(NamedTuple):
    time: int
    at: float


class DatabaseClock:
    """A Clock that follows the database's. Before its first reading it is the process's own, `local`."""

    def __init__(self, local: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.skew_seconds = 0.0
        """How far the process's own clock is ahead of the database's."""
        self.is_skewed = False
        self._local = local
        self._monotonic = monotonic
        self._reading: _Reading | None = None

    def __call__(self) -> Micros:
        """Return the database's time as far as it is known: never ahead of it."""
        reading = self._reading
        return self._local() if reading is None else self._since(reading, self._monotonic())

    def read(self, tx: ReadTransaction) -> Micros:
        """Return the database's time now, and follow it from here."""
        asked_at = self._monotonic()
        now = Micros(tx.connection.exec_driver_sql(_NOW).scalar_one())
        answered_at = self._monotonic()
        if self._reading is None or answered_at - asked_at < PROMPT_SECONDS:
            self.observe(now, at=answered_at)
        return now

    def observe(self, database_time: Micros, *, at: float) -> None:
        """Follow a time that the database gave not long before `at`, in monotonic seconds."""
        reading = self._reading
        if reading is None or not -STEP_MICROS < database_time - self._since(reading, at) <= 0:
            self._reading = _Reading(database_time, at)
        self._judge((self._local() - self()) / 1e6)

    def _judge(self, skew_seconds: float) -> None:
        self.skew_seconds = round(skew_seconds, 3)
        if not self.is_skewed and abs(skew_seconds) > SKEW_SECONDS:
            self.is_skewed = True
            log.warning("clock_skewed", seconds=self.skew_seconds)
        elif self.is_skewed and abs(skew_seconds) < SETTLED_SECONDS:
            self.is_skewed = False
            log.warning("clock_skewed_over", seconds=self.skew_seconds)

    def _since(self, reading: _Reading, at: float) -> Micros:
        return Micros(reading.time + int((at - reading.at) * 1e6))

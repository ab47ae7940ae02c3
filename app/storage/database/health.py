"""The health of the database as this process meets it: each transaction reports how it went.

A cause is logged once when the trouble begins and once when it is over, however many attempts fail in between.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import structlog

from app.domain.errors import Unavailable

Trouble = Literal["unreachable", "unwritable", "refused"]
"""`unreachable`: no answer; `unwritable`: it answers and cannot store (disk full, read-only, no right); `refused`: one
statement was ended by the database: it waited too long for a lock, took too long, or met another transaction."""

Closing = Literal["copied", "moved"]
"""Why writes are refused that the database could take: it is copied elsewhere now, or was."""

QUIET_SECONDS = 30.0
"""Refusals are of single statements, and others succeed meanwhile: only so long after the last one are they over."""

log = structlog.get_logger()


class DatabaseUnusable(Exception):
    """A database that no server can be started on; the message is a sentence that says why."""


@dataclass(slots=True)
class _Episode:
    cause: str
    since: float
    last: float
    failures: int = 0


class WriteGate:
    """Refuses every write while a command copies the database to another one, and once it has moved there.

    What the database itself says is recorded; the one writer of a SQLite file, which the command cannot see into, is
    held by the command instead, for as long as it says again and again that it is still there. Used from every thread.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.refused = 0
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._recorded: Closing | None = None
        self._holder: str | None = None
        self._held_until = float("-inf")
        self._passing = threading.local()

    @property
    def closing(self) -> Closing | None:
        """Return why writes are refused now; None if they are not."""
        if self._recorded is None and self._holder is None:
            return None
        with self._lock:
            self._end_lapsed_hold()
            return self._recorded or (None if self._holder is None else "copied")

    def require_open(self) -> None:
        """Raise Unavailable while writes are refused."""
        closing = self.closing
        if closing is None or getattr(self._passing, "is_let_in", False):
            return
        with self._lock:
            self.refused += 1
        raise _refusal_of(closing)

    def record(self, closing: Closing | None) -> None:
        """Record what the database says of itself; each change is logged."""
        with self._lock:
            former, self._recorded = self._recorded, closing
            if closing == "moved":
                self._holder = None
        if former != closing:
            _log_closing(closing or "none", former=former or "none")

    def hold(self, key: str, *, seconds: float) -> bool:
        """Refuse writes for `seconds` from now on, which `key` may do again; return False if another key does."""
        with self._lock:
            self._end_lapsed_hold()
            if self._recorded is not None or self._holder not in {None, key}:
                return False
            is_new, self._holder = self._holder is None, key
            self._held_until = self._monotonic() + seconds
        if is_new:
            _log_closing("copied", former="none")
        return True

    def renew(self, key: str, *, seconds: float) -> bool:
        """Hold on for `seconds` from now; return False if the hold has ended, and a write may have been taken since."""
        with self._lock:
            self._end_lapsed_hold()
            if self._holder != key or self._recorded == "moved":
                return False
            self._held_until = self._monotonic() + seconds
        return True

    def release(self, key: str) -> None:
        """Take writes again."""
        with self._lock:
            if self._holder != key:
                return
            self._holder = None
        _log_closing("none", former="copied")

    @contextmanager
    def passing(self) -> Generator[None]:
        """Let the writes of this thread through, which close and open the gate."""
        self._passing.is_let_in = True
        try:
            yield
        finally:
            self._passing.is_let_in = False

    def _end_lapsed_hold(self) -> None:
        if self._holder is not None and self._monotonic() >= self._held_until:
            self._holder = None
            log.warning("writing_hold_lapsed", cause="the command that copied the database has not been heard of")


def _log_closing(now: str, *, former: str) -> None:
    log.warning("database_closing_changed", now=now, former=former)


def _refusal_of(closing: Closing) -> Unavailable:
    if closing == "copied":
        return Unavailable(
            "being_copied",
            "The database is being copied to another one, and takes no writes meanwhile. Nothing was changed; send it"
            " again.",
            retry_after_seconds=5,
        )
    return Unavailable(
        "database_moved",
        "The database has moved to another one, which another server serves. Nothing was changed; send it again.",
        retry_after_seconds=5,
    )


class DatabaseHealth:
    """The troubles that a database is in now, and counts of the attempts that failed. Used from every thread."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.failures: Counter[str] = Counter(dict.fromkeys(get_args(Trouble), 0))
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._episodes: dict[Trouble, _Episode] = {}
        self._wrong_schema: str | None = None
        self._answered_at = float("-inf")
        self.gate = WriteGate(monotonic=monotonic)

    @property
    def is_reachable(self) -> bool:
        """Return whether the database answered last time."""
        return "unreachable" not in self._episodes

    @property
    def has_our_schema(self) -> bool:
        """Return whether the database had the schema of this release when that was looked at last."""
        return self._wrong_schema is None

    @property
    def is_writable(self) -> bool:
        """Return whether the database stored what it was last asked to store, and may be asked."""
        return "unwritable" not in self._episodes and self.gate.closing is None

    def cause(self, trouble: Trouble) -> str | None:
        """Return the cause of a trouble that lasts, as the database gave it; None if there is none."""
        episode = self._episodes.get(trouble)
        return None if episode is None else episode.cause

    def seconds(self) -> float:
        """Return the time at which an attempt begins, for `record_failure`."""
        return self._monotonic()

    def record_failure(self, trouble: Trouble, cause: str, *, began: float | None = None) -> None:
        """Count a failed attempt; log its cause if the trouble is new. `cause` must not quote what was written.

        An attempt that `began` before the database's last answer tells of a silence that is over, and of no new one.
        """
        now = self._monotonic()
        with self._lock:
            self.failures[trouble] += 1
            self._end_refusals(now)
            episode = self._episodes.get(trouble)
            if episode is None and trouble == "unreachable" and began is not None and began < self._answered_at:
                return
            if episode is None:
                episode = self._episodes[trouble] = _Episode(cause, now, now)
                log.warning(f"database_{trouble}", cause=cause)  # noqa: G004 - the event's name, of three
            episode.failures += 1
            episode.last = now

    def record_schema(self, wrong: str | None) -> None:
        """Record what is wrong with the schema, None if nothing is; each change is logged."""
        with self._lock:
            former, self._wrong_schema = self._wrong_schema, wrong
        if former is None and wrong is not None:
            log.error("database_migrated_by_another_release", cause=wrong)
        elif former is not None and wrong is None:
            log.warning("database_has_our_schema_again")

    def require_our_schema(self) -> None:
        """Raise Unavailable if another release has migrated the database: we no longer know how to write to it."""
        if self._wrong_schema is not None:
            raise Unavailable(
                "schema_changed",
                "The database has been migrated to another release; this server takes no more writes. Try again.",
                retry_after_seconds=2,
            )

    def record_read(self) -> None:
        """Record that the database answered."""
        self._answered_at = self._monotonic()
        if self._episodes:
            self._end_troubles("unreachable")

    def record_write(self) -> None:
        """Record that the database stored something: it can be reached, too."""
        self._answered_at = self._monotonic()
        if self._episodes:
            self._end_troubles("unreachable", "unwritable")

    def _end_troubles(self, *troubles: Trouble) -> None:
        now = self._monotonic()
        with self._lock:
            for trouble in troubles:
                episode = self._episodes.pop(trouble, None)
                if episode is not None:
                    log.warning(
                        f"database_{trouble}_over",  # noqa: G004 - as above
                        after_seconds=round(now - episode.since, 3),
                        failures=episode.failures,
                    )
            self._end_refusals(now)

    def _end_refusals(self, now: float) -> None:
        episode = self._episodes.get("refused")
        if episode is not None and now - episode.last > QUIET_SECONDS:
            del self._episodes["refused"]
            log.warning("database_refused_over", failures=episode.failures)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text: what follows may quote a row."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__

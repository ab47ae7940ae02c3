"""The arguments and the result of every use case: the newsroom's means, the call, and the reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.clock import Clock, Micros
from app.domain.comments import Mode
from app.domain.identifiers import RandomSource
from app.newsroom.context.token_usage import TokenUsage
from app.storage.database.transactions import Database, ReadTransaction
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The seconds a browser stays signed in: in all, and without being used."""

    lifetime_seconds: int = 30 * 86_400
    idle_seconds: int = 7 * 86_400


PENDING_COMMENTS = 50_000
"""Comments that may wait for a moderator in all: what nobody looks through only fills the disk."""


@dataclass(frozen=True, slots=True)
class CommentPolicy:
    """The operator's settings for readers' comments in all stories."""

    mode: Mode = "off"
    """Of stories that say nothing else."""
    unattended_seconds: int = 24 * 3_600
    """A story takes no more comments once its oldest one has waited for so long and nobody has decided about any; 0:
    it does not close for that."""
    pending_limit: int = PENDING_COMMENTS


@dataclass(slots=True)
class AdminToken:
    """The digest of the operator's token, which another process of the database may replace while this one runs."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The means of one process: database, clock, randomness, links; put together by main.

    Several processes of one database have one time, the database's: `read_time` reads it in a transaction, and `clock`
    runs on from there. Without `read_time` the clock is all there is.
    """

    database: Database
    clock: Clock
    random: RandomSource
    links: Links
    admin_token: AdminToken
    session_limits: SessionLimits = SessionLimits()
    own_token_sha256: str | None = None
    """Of a token that opens this process alone, to its own commands."""
    own_bylines: bool = False
    """Whether reporters may use no byline but their own in any story, whatever its settings say."""
    signing_key: str = field(default="", repr=False)
    """Of the addresses of media that are not public; without one, none is valid."""
    comments: CommentPolicy = CommentPolicy()
    themes: frozenset[str] | None = None
    """The names that a site's theme may have; None for any, where this server has no themes."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    read_time: Callable[[ReadTransaction], Micros] | None = None

    def time_in(self, tx: ReadTransaction) -> Micros:
        """Return the time that what is due is compared with."""
        return self.clock() if self.read_time is None else self.read_time(tx)


@dataclass(frozen=True, slots=True)
class Call:
    """The caller's credentials, and the conditions that came with the request.

    `is_session` says that the credentials are a browser's, out of its cookie. `fingerprint` is a digest of method,
    path and body, made where there is an Idempotency-Key: two calls with one key are the same if they have the same.
    """

    credentials: str | None
    is_session: bool = False
    fingerprint: str = ""
    idempotency_key: str | None = None
    if_match: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer that is sent once the transaction has committed."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

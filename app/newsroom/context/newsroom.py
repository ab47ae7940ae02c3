"""What every use case is given: the newsroom's means, the caller's request, and the answer's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.clock import Clock
from app.domain.identifiers import RandomSource
from app.newsroom.context.token_usage import TokenUsage
from app.storage.database.transactions import Database
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a browser stays signed in: in all, and without being used."""

    lifetime_seconds: int = 30 * 86_400
    idle_seconds: int = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The means of one process, put together by main."""

    database: Database
    clock: Clock
    random: RandomSource
    links: Links
    admin_token_sha256: str
    session_limits: SessionLimits = SessionLimits()
    usage: TokenUsage = field(default_factory=TokenUsage)


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the conditions that came with the call.

    `is_session` says that the credentials are a browser's, out of its cookie. `fingerprint` is a digest of method,
    path and body: what makes two calls with one Idempotency-Key the same.
    """

    credentials: str | None
    is_session: bool = False
    fingerprint: str = ""
    idempotency_key: str | None = None
    if_match: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered once the transaction has committed."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

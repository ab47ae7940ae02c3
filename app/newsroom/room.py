"""What every use case is given: the newsroom's means, the caller's request, and the answer's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.clock import Clock
from app.domain.identifiers import RandomSource
from app.storage.database import Database
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The means of one process, put together by main."""

    database: Database
    clock: Clock
    random: RandomSource
    links: Links
    admin_token_sha256: str


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the conditions that came with the call.

    `fingerprint` is a digest of method, path and body: what makes two calls with one Idempotency-Key the same.
    """

    credentials: str | None
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

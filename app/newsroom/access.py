"""Whose call it is: tokens, their checksum, and the person behind them."""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from typing import Literal

from app.domain.clock import Micros
from app.domain.errors import NotAuthenticated
from app.domain.identifiers import BASE62, RandomSource, TokenId
from app.domain.rights import Actor, Role, Scope
from app.newsroom.room import Call, Newsroom
from app.storage.database import ReadTransaction
from app.storage.people import TokenHolder, read_person, read_token, read_token_holder

OPERATOR_ID = "admin"
"""The identity under which the operator's own token writes."""

CLOCK_ID = "clock"
CLOCK = Actor(role=Role.ADMIN, token_id=CLOCK_ID)
"""Who does what comes due by itself."""

SECRET_LENGTH = 30
CHECKSUM_LENGTH = 6

_TOKEN = re.compile(r"lb_(?:person|bot)_[0-9A-Za-z]{36}", re.ASCII)


def make_token(random: RandomSource, *, kind: Literal["person", "bot"], token_id: str) -> str:
    """A new secret, `lb_<kind>_<30 base62><6 base62 of CRC32>`: scanners find it, and a typo costs no look-up."""
    stem = f"lb_{kind}_{random.letters('token', token_id, SECRET_LENGTH)}"
    return stem + _checksum(stem)


def has_valid_checksum(token: str) -> bool:
    """Whether `token` was made by `make_token`, as far as its own characters tell."""
    return _TOKEN.fullmatch(token) is not None and _checksum(token[:-CHECKSUM_LENGTH]) == token[-CHECKSUM_LENGTH:]


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def refuse_hopeless(room: Newsroom, credentials: str | None) -> str:
    """The credentials, if a look-up could find them. Raises NotAuthenticated without touching the database."""
    if not credentials:
        raise NotAuthenticated("token_missing", "Send a token: Authorization: Bearer lb_….")
    if not (is_admin_token(room, credentials) or has_valid_checksum(credentials)):
        raise NotAuthenticated("token_invalid", "This is no token of ours: mistyped, or cut off.")
    return credentials


def is_admin_token(room: Newsroom, credentials: str) -> bool:
    """Whether these are the operator's own credentials (compared in constant time)."""
    return hmac.compare_digest(digest_of(credentials), room.admin_token_sha256)


def authenticate(tx: ReadTransaction, room: Newsroom, call: Call) -> Actor:
    """Who calls. Raises NotAuthenticated `token_missing`, `token_invalid`, `token_revoked` or `token_expired`."""
    credentials = refuse_hopeless(room, call.credentials)
    if is_admin_token(room, credentials):
        return Actor(role=Role.ADMIN, token_id=OPERATOR_ID)
    holder = read_token_holder(tx, digest_of(credentials))
    if holder is None:
        raise NotAuthenticated("token_invalid", "This token is unknown.")
    return _actor(holder, room.clock())


def actor_of_token(tx: ReadTransaction, room: Newsroom, token_id: str) -> Actor:
    """Who a token's holder is now, for what was opened with it before. Raises as `authenticate`."""
    if token_id == OPERATOR_ID:
        return Actor(role=Role.ADMIN, token_id=OPERATOR_ID)
    token = read_token(tx, TokenId(token_id))
    if token is None:
        raise NotAuthenticated("token_invalid", "This token is unknown.")
    return _actor(TokenHolder(token, read_person(tx, token.person) if token.person else None), room.clock())


def _actor(holder: TokenHolder, now: Micros) -> Actor:
    token, person = holder.token, holder.person
    if token.revoked_at is not None:
        raise NotAuthenticated("token_revoked", "This token has been revoked.")
    if token.expires_at is not None and token.expires_at <= now:
        raise NotAuthenticated("token_expired", "This token has expired.")
    role = person.role if person is not None else token.role
    return Actor(
        role=role or Role.REPORTER,
        token_id=token.id,
        person=None if person is None else person.id,
        byline=None if person is None else (person.byline or person.name),
        scopes=token.scopes or frozenset(Scope),
        shorthand=token.shorthand,
    )


def _checksum(stem: str) -> str:
    value = zlib.crc32(stem.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        value, digit = divmod(value, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))

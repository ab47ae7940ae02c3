"""Authentication: tokens, their checksum, and the person behind each."""

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
from app.newsroom.context.newsroom import Call, Newsroom
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.people import Token, TokenHolder, read_token_holder, read_token_holder_by_id

OPERATOR_ID = "admin"
"""The identity under which the operator's own token writes."""

CLOCK_ID = "clock"
CLOCK = Actor(role=Role.ADMIN, token_id=CLOCK_ID)
"""The actor of due work, which nobody asked for."""
NO_CALL = Call(None)
"""The call of due work."""

SECRET_LENGTH = 30
CHECKSUM_LENGTH = 6

SecretKind = Literal["person", "bot", "session", "invite"]

_SECRET = re.compile(r"lb_(person|bot|session|invite)_[0-9A-Za-z]{36}", re.ASCII)
_FOR_THE_API = frozenset({"person", "bot"})


def make_secret(random: RandomSource, *, kind: SecretKind, ident: str) -> str:
    """Make a secret, `lb_<kind>_<30 base62><6 base62 of CRC32>`: scanners find it, and a typo costs no look-up."""
    stem = f"lb_{kind}_{random.base62('token', ident, SECRET_LENGTH)}"
    return stem + _checksum(stem)


def kind_of_secret(secret: str) -> str | None:
    """Return the kind as which `make_secret` made this; None for anything else, as far as its own characters tell."""
    match = _SECRET.fullmatch(secret)
    if match is None or _checksum(secret[:-CHECKSUM_LENGTH]) != secret[-CHECKSUM_LENGTH:]:
        return None
    return match[1]


def digest_of(token: str) -> str:
    """Return the SHA-256 of a token, which is what is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(session_secret: str) -> str:
    """Make what a page repeats with each write, to show that it is ours: this takes the session's secret."""
    return hashlib.sha256(f"csrf {session_secret}".encode()).hexdigest()


def check_credential_format(newsroom: Newsroom, call: Call) -> str:
    """Return the credentials, if a look-up could find them. Raises NotAuthenticated without touching the database."""
    credentials = call.credentials
    if not credentials:
        raise NotAuthenticated("token_missing", "Send a token: Authorization: Bearer lb_….")
    kind = kind_of_secret(credentials)
    if not (kind == "session" if call.is_session else kind in _FOR_THE_API or is_admin_token(newsroom, credentials)):
        raise NotAuthenticated("token_invalid", "This is no token of ours: mistyped, or cut off.")
    return credentials


def is_admin_token(newsroom: Newsroom, credentials: str) -> bool:
    """Return whether these are the operator's credentials, or those of this process (compared in constant time)."""
    digest = digest_of(credentials)
    is_own = newsroom.own_token_sha256 is not None and hmac.compare_digest(digest, newsroom.own_token_sha256)
    return hmac.compare_digest(digest, newsroom.admin_token.sha256) or is_own


def authenticate(tx: ReadTransaction, newsroom: Newsroom, call: Call) -> Actor:
    """Return who calls. Raises NotAuthenticated `token_missing`, `token_invalid`, or as `actor_of_token`."""
    credentials = check_credential_format(newsroom, call)
    if not call.is_session and is_admin_token(newsroom, credentials):
        return Actor(role=Role.ADMIN, token_id=OPERATOR_ID)
    holder = read_token_holder(tx, digest_of(credentials))
    if holder is None or (holder.token.kind == "session") is not call.is_session:
        raise NotAuthenticated("token_invalid", "This token is unknown.")
    now = newsroom.clock()
    actor = _actor(newsroom, holder, now)
    newsroom.usage.record(actor.token_id, now)
    return actor


def actor_of_token(tx: ReadTransaction, newsroom: Newsroom, token_id: str) -> Actor:
    """Return who a token's holder is now, for what was opened with it before.

    Raises NotAuthenticated `token_invalid`, `token_revoked`, `token_expired` or `person_disabled`.
    """
    if token_id == OPERATOR_ID:
        return Actor(role=Role.ADMIN, token_id=OPERATOR_ID)
    holder = read_token_holder_by_id(tx, TokenId(token_id))
    if holder is None:
        raise NotAuthenticated("token_invalid", "This token is unknown.")
    return _actor(newsroom, holder, newsroom.clock())


def _actor(newsroom: Newsroom, holder: TokenHolder, now: Micros) -> Actor:
    token, person = holder.token, holder.person
    if token.revoked_at is not None:
        raise NotAuthenticated("token_revoked", "This token has been revoked.")
    if _ends_at(newsroom, token) <= now:
        raise NotAuthenticated("token_expired", "This token has expired.")
    if person is not None and person.disabled_at is not None:
        raise NotAuthenticated("person_disabled", "This person does not work here at the moment.")
    role = person.role if person is not None else token.role
    sites = token.sites if person is None else person.sites
    return Actor(
        role=role or Role.REPORTER,
        token_id=token.id,
        person=None if person is None else person.id,
        author=None if person is None else person.author,
        names=(token.label,) if person is None else (person.name, person.author["name"]),
        scopes=token.scopes or frozenset(Scope),
        shorthand=token.shorthand,
        memberships=holder.memberships,
        stories=token.stories,
        sites=sites,
    )


def _ends_at(newsroom: Newsroom, token: Token) -> float:
    """Return when the token ends by itself; an unused session ends earlier than it might."""
    end = float("inf") if token.expires_at is None else token.expires_at
    if token.kind == "token":
        return end
    used_at = max(token.created_at, token.last_used_at or 0, newsroom.usage.last_used_at(token.id) or 0)
    return min(end, used_at + newsroom.session_limits.idle_seconds * 1_000_000)


def _checksum(stem: str) -> str:
    value = zlib.crc32(stem.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        value, digit = divmod(value, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))

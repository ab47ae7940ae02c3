"""Browser sessions: opened with an invitation, ended by signing out, by time, or by an admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.errors import NotAuthenticated
from app.domain.identifiers import TokenId
from app.domain.rights import Scope
from app.newsroom.context.access import actor_of_token, csrf_token, digest_of, kind_of_secret, make_secret
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import WriteContext
from app.newsroom.people.tokens import record_token
from app.storage.newsroom.invites import update_invite_used
from app.storage.newsroom.people import Token, insert_token, read_person, read_token, update_token_revoked
from app.wire.encoding import encode_json


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session's secret, for the cookie alone, and the reply to its page."""

    secret: str
    reply: Reply


def sign_in(newsroom: Newsroom, call: Call, *, secret: str) -> NewSession:
    """Open a session with an invitation, which is used up by it: of two calls at once, one succeeds.

    Raises NotAuthenticated `invite_invalid`, or `person_disabled`, which leaves the invitation as it was.
    """
    if kind_of_secret(secret) != "invite":
        raise _invalid()
    with newsroom.database.transaction() as tx:
        now = newsroom.clock()
        person_id = update_invite_used(tx, digest_of(secret), now=now)
        person = None if person_id is None else read_person(tx, person_id)
        if person is None:
            raise _invalid()
        token = Token(
            id=TokenId(newsroom.random.uuid("session", f"{person.id}:{now}")),
            label="Browser",
            person=person.id,
            role=None,
            scopes=frozenset(Scope),
            created_at=now,
            expires_at=Micros(now + newsroom.session_limits.lifetime_seconds * 1_000_000),
            revoked_at=None,
            kind="session",
        )
        session = make_secret(newsroom.random, kind="session", ident=token.id)
        insert_token(tx, token, secret_sha256=digest_of(session))
        context = WriteContext(tx, newsroom, actor_of_token(tx, newsroom, token.id), call, now)
        record_token(context, token, action="sign_in")
        shown = {"person": person.id, "name": person.name, "csrf": csrf_token(session), **_end(token)}
        return NewSession(session, Reply(201, encode_json(shown)))


def sign_out(newsroom: Newsroom, call: Call) -> Reply:
    """End the caller's session; called with a token, nothing is ended. Raises NotAuthenticated."""
    with open_write(newsroom, call) as context:
        token = read_token(context.tx, TokenId(context.actor.token_id))
        if token is None or token.kind != "session":
            raise NotAuthenticated("token_missing", "There is no session to end: this call came with a token.")
        update_token_revoked(context.tx, token.id, at=context.now)
        record_token(context, token, action="sign_out")
        return Reply(200, encode_json({"signed_out": True}))


def _end(token: Token) -> dict[str, Any]:
    return {"expires_at": None if token.expires_at is None else format_time(token.expires_at)}


def _invalid() -> NotAuthenticated:
    return NotAuthenticated("invite_invalid", "This invitation is unknown, used, or older than a day; ask for another.")

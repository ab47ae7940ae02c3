"""Tokens: making them, showing them without their secrets, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, Gone, InvalidInput, NotFound
from app.domain.identifiers import PersonId, StoryId, TokenId
from app.domain.rights import Actor, Right, Scope, has_right, require_right
from app.newsroom.context.access import SecretKind, authenticate, digest_of, make_secret
from app.newsroom.context.idempotency import earlier_reply, keep_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.people import (
    Token,
    insert_token,
    list_tokens,
    read_person,
    read_token,
    update_token_revoked,
    update_token_secret,
)
from app.storage.newsroom.stories import read_story
from app.wire.encoding import encode_json
from app.wire.requests.people import TokenDraft

_DAY = 86_400_000_000


def create_token(newsroom: Newsroom, call: Call, draft: TokenDraft) -> Reply:
    """Make a token. The reply is the only place its secret ever stands: it is not kept, not even for a retry.

    A retry is given the same token with another secret, as long as nobody has used it. Raises InvalidInput, Gone.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (earlier := earlier_reply(tx, newsroom, actor, call)) is not None:
            return _with_another_secret(tx, newsroom, actor, call, earlier)
        token = _new_token(tx, newsroom, draft)
        secret = _secret_for(newsroom, token)
        insert_token(tx, token, secret_sha256=digest_of(secret))
        record_token(tx, newsroom, actor, call, token, action="create")
        kept = Reply(201, encode_json(shown_token(newsroom, token)))
        keep_reply(tx, actor, call, kept, story=None, entries=[])
        return Reply(201, encode_json({**shown_token(newsroom, token), "token": secret}))


def show_tokens(newsroom: Newsroom, call: Call) -> Reply:
    """Every token and session there has been, without secrets, for admins."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.MANAGE_PEOPLE)
        return Reply(200, encode_json({"items": [shown_token(newsroom, token) for token in list_tokens(tx)]}))


def show_own_tokens(newsroom: Newsroom, call: Call) -> Reply:
    """The caller's own tokens and sessions; a token that may not look after the others sees itself alone."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        return Reply(200, encode_json({"items": [shown_token(newsroom, token) for token in _own_tokens(tx, actor)]}))


def revoke_token(newsroom: Newsroom, call: Call, token_id: str) -> Reply:
    """Take a token back: from now on it opens nothing. A second time changes nothing. Raises NotFound."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        return _revoke(tx, newsroom, actor, call, TokenId(token_id))


def revoke_own_token(newsroom: Newsroom, call: Call, token_id: str) -> Reply:
    """The same for one of the caller's own. Raises NotFound for anybody else's."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        if token_id not in {token.id for token in _own_tokens(tx, actor)}:
            raise _not_found()
        return _revoke(tx, newsroom, actor, call, TokenId(token_id))


def shown_token(newsroom: Newsroom, token: Token) -> dict[str, Any]:
    """A token without its secret."""
    used_at = _last_used(newsroom, token)
    return {
        "id": token.id,
        "label": token.label,
        "kind": "session" if token.kind == "session" else "bot" if token.person is None else "person",
        "person": token.person,
        "role": None if token.role is None else token.role.value,
        "scopes": sorted(scope.value for scope in token.scopes),
        "stories": None if token.stories is None else sorted(token.stories),
        "shorthand": token.shorthand,
        "created_at": format_time(token.created_at),
        "expires_at": _time(token.expires_at),
        "revoked_at": _time(token.revoked_at),
        "last_used_at": _time(Micros(used_at)) if used_at else None,
    }


def record_token(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, token: Token, *, action: str
) -> None:
    """The audit row of what was done with a token or session."""
    after = {"person": token.person, "role": None if token.role is None else token.role.value, "kind": token.kind}
    change = AuditedChange(action, "token", token.id, after=after)
    append_audit(tx, change, actor=actor, at=newsroom.clock(), request_id=call.request_id)


def _own_tokens(tx: ReadTransaction, actor: Actor) -> list[Token]:
    if actor.person is not None and has_right(actor, Right.MANAGE_OWN_TOKENS):
        return list_tokens(tx, person=actor.person)
    itself = read_token(tx, TokenId(actor.token_id))
    return [] if itself is None else [itself]


def _revoke(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, token_id: TokenId) -> Reply:
    update_token_revoked(tx, token_id, at=newsroom.clock())
    token = read_token(tx, token_id)
    if token is None:
        raise _not_found()
    record_token(tx, newsroom, actor, call, token, action="revoke")
    reply = Reply(200, encode_json(shown_token(newsroom, token)))
    return keep_reply(tx, actor, call, reply, story=None, entries=[])


def _new_token(tx: ReadTransaction, newsroom: Newsroom, draft: TokenDraft) -> Token:
    """Raises InvalidInput for a person or a story there is not."""
    if draft.person is not None and read_person(tx, PersonId(draft.person)) is None:
        raise InvalidInput([FieldError("/person", "person_not_found", "There is no such person.")])
    at = newsroom.clock()
    return Token(
        id=TokenId(newsroom.random.uuid("token", f"{draft.label}:{at}")),
        label=draft.label,
        person=None if draft.person is None else PersonId(draft.person),
        role=draft.role,
        scopes=frozenset(draft.scopes or Scope),
        created_at=at,
        expires_at=None if draft.expires_in_days is None else Micros(at + draft.expires_in_days * _DAY),
        revoked_at=None,
        shorthand=draft.shorthand,
        stories=None if draft.stories is None else _story_ids(tx, draft.stories),
    )


def _with_another_secret(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, earlier: Reply) -> Reply:
    """The token that was made before, for whoever has not got its secret; the one it had opens nothing any more."""
    token = read_token(tx, TokenId(from_json(earlier.body)["id"]))
    if token is None or token.revoked_at is not None or _last_used(newsroom, token):
        raise Gone("reply_removed", "The token was made, and has been used or revoked since; its secret is shown once.")
    secret = _secret_for(newsroom, token)
    update_token_secret(tx, token.id, secret_sha256=digest_of(secret))
    record_token(tx, newsroom, actor, call, token, action="renew")
    return Reply(earlier.status, encode_json({**shown_token(newsroom, token), "token": secret}), earlier.headers)


def _secret_for(newsroom: Newsroom, token: Token) -> str:
    kind: SecretKind = "bot" if token.person is None else "person"
    return make_secret(newsroom.random, kind=kind, ident=f"{token.id}:{newsroom.clock()}")


def _last_used(newsroom: Newsroom, token: Token) -> int:
    return max(token.last_used_at or 0, newsroom.usage.last(token.id) or 0)


def _story_ids(tx: ReadTransaction, refs: Sequence[str]) -> frozenset[StoryId]:
    found = []
    for index, ref in enumerate(refs):
        story = read_story(tx, ref)
        if story is None:
            raise InvalidInput([FieldError(f"/stories/{index}", "story_not_found", "There is no such story.")])
        found.append(story.id)
    return frozenset(found)


def _not_found() -> NotFound:
    return NotFound("token_not_found", "There is no such token.")


def _time(at: Micros | None) -> str | None:
    return None if at is None else format_time(at)

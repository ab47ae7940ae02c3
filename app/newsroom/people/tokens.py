"""Tokens: creating them, showing them without their secrets, and revoking them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, Gone, InvalidInput, NotFound
from app.domain.identifiers import PersonId, StoryId, TokenId
from app.domain.rights import Actor, Right, Scope, has_right, require_right
from app.newsroom.context.access import SecretKind, authenticate, digest_of, make_secret
from app.newsroom.context.begin_write import begin_write, open_write
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import answer, record_audit
from app.newsroom.context.sites import lock_sites_for_roles, shown_site_roles
from app.newsroom.context.write_context import WriteContext
from app.newsroom.entries.parking import park_held_by
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.audit import AuditedChange
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
    """Create a token. The reply is the only place that shows its secret: it is not kept, not even for a retry.

    A retry is sent the same token with another secret, as long as nobody has used it. Raises InvalidInput, Gone.
    """
    with open_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if (earlier := earlier_reply(context)) is not None:
            return _with_another_secret(context, earlier)
        token = _new_token(context, draft)
        secret = _make_secret_of(context, token)
        insert_token(context.tx, token, secret_sha256=digest_of(secret))
        record_token(context, token, action="create")
        shown = shown_token(newsroom, token)
        answer(context, shown, status=201)
        return Reply(201, encode_json({**shown, "token": secret}))


def show_tokens(newsroom: Newsroom, call: Call) -> Reply:
    """Show every token and session there has been, without secrets, to admins."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.MANAGE_PEOPLE)
        return Reply(200, encode_json({"items": [shown_token(newsroom, token) for token in list_tokens(tx)]}))


def show_own_tokens(newsroom: Newsroom, call: Call) -> Reply:
    """Show the caller's own tokens and sessions; a token that may not manage the others sees itself alone."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        return Reply(200, encode_json({"items": [shown_token(newsroom, token) for token in _own_tokens(tx, actor)]}))


def revoke_token(newsroom: Newsroom, call: Call, token_id: str) -> Reply:
    """Revoke a token: from now on it opens nothing, and what it holds is parked. A second time changes nothing.

    Raises NotFound.
    """
    with begin_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if isinstance(context, Reply):
            reply = context
        else:
            reply = _revoke(context, TokenId(token_id))
    park_held_by(newsroom, call, {token_id})
    return reply


def revoke_own_token(newsroom: Newsroom, call: Call, token_id: str) -> Reply:
    """Revoke one of the caller's own tokens, as `revoke_token` does. Raises NotFound for anybody else's."""

    def recheck(context: WriteContext, _: Reply) -> None:
        if token_id not in {token.id for token in _own_tokens(context.tx, context.actor)}:
            raise _not_found()

    with begin_write(newsroom, call, recheck=recheck) as context:
        if isinstance(context, Reply):
            reply = context
        elif token_id not in {token.id for token in _own_tokens(context.tx, context.actor)}:
            raise _not_found()
        else:
            reply = _revoke(context, TokenId(token_id))
    park_held_by(newsroom, call, {token_id})
    return reply


def shown_token(newsroom: Newsroom, token: Token) -> dict[str, Any]:
    """Return the members of a token, without its secret."""
    used_at = _last_used(newsroom, token)
    return {
        "id": token.id,
        "label": token.label,
        "kind": "session" if token.kind == "session" else "bot" if token.person is None else "person",
        "person": token.person,
        "role": None if token.role is None else token.role.value,
        **shown_site_roles(token.sites),
        "scopes": sorted(scope.value for scope in token.scopes),
        "stories": None if token.stories is None else sorted(token.stories),
        "shorthand": token.shorthand,
        "created_at": format_time(token.created_at),
        "expires_at": _time(token.expires_at),
        "revoked_at": _time(token.revoked_at),
        "last_used_at": _time(Micros(used_at)) if used_at else None,
    }


def record_token(context: WriteContext, token: Token, *, action: str) -> None:
    """Append the audit row of what was done with a token or session."""
    role = None if token.role is None else token.role.value
    after = {"person": token.person, "role": role, **shown_site_roles(token.sites), "kind": token.kind}
    record_audit(context, AuditedChange(action, "token", token.id, after=after))


def _own_tokens(tx: ReadTransaction, actor: Actor) -> list[Token]:
    if actor.person is not None and has_right(actor, Right.MANAGE_OWN_TOKENS):
        return list_tokens(tx, person=actor.person)
    itself = read_token(tx, TokenId(actor.token_id))
    return [] if itself is None else [itself]


def _revoke(context: WriteContext, token_id: TokenId) -> Reply:
    update_token_revoked(context.tx, token_id, at=context.now)
    token = read_token(context.tx, token_id)
    if token is None:
        raise _not_found()
    record_token(context, token, action="revoke")
    return answer(context, shown_token(context.newsroom, token))


def _new_token(context: WriteContext, draft: TokenDraft) -> Token:
    """Make the token of a draft. Raises InvalidInput for a person or a story there is not."""
    now = context.now
    if draft.person is not None and read_person(context.tx, PersonId(draft.person)) is None:
        raise InvalidInput([FieldError("/person", "person_not_found", "There is no such person.")])
    lock_sites_for_roles(context.tx, draft.sites or ())
    return Token(
        id=TokenId(context.newsroom.random.uuid("token", f"{draft.label}:{now}")),
        label=draft.label,
        person=None if draft.person is None else PersonId(draft.person),
        role=draft.own_role(),
        sites=draft.site_roles(),
        scopes=frozenset(draft.scopes or Scope),
        created_at=now,
        expires_at=None if draft.expires_in_days is None else Micros(now + draft.expires_in_days * _DAY),
        revoked_at=None,
        shorthand=draft.shorthand,
        stories=None if draft.stories is None else _story_ids(context.tx, draft.stories),
    )


def _with_another_secret(context: WriteContext, earlier: Reply) -> Reply:
    """Give the token another secret, for a caller who has not got the first; that one opens nothing any more."""
    newsroom = context.newsroom
    token = read_token(context.tx, TokenId(from_json(earlier.body)["id"]))
    if token is None or token.revoked_at is not None or _last_used(newsroom, token):
        raise Gone("reply_removed", "The token was made, and has been used or revoked since; its secret is shown once.")
    secret = _make_secret_of(context, token)
    update_token_secret(context.tx, token.id, secret_sha256=digest_of(secret))
    record_token(context, token, action="renew")
    return Reply(earlier.status, encode_json({**shown_token(newsroom, token), "token": secret}), earlier.headers)


def _make_secret_of(context: WriteContext, token: Token) -> str:
    kind: SecretKind = "bot" if token.person is None else "person"
    return make_secret(context.newsroom.random, kind=kind, ident=f"{token.id}:{context.now}")


def _last_used(newsroom: Newsroom, token: Token) -> int:
    return max(token.last_used_at or 0, newsroom.usage.last_used_at(token.id) or 0)


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

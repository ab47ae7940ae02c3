"""Adding people, making tokens, and taking tokens back."""

from __future__ import annotations

from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.identifiers import PersonId, TokenId
from app.domain.rights import Actor, Right, Scope, require_right
from app.newsroom.access import authenticate, digest_of, make_token
from app.newsroom.replies import earlier_reply, keep_reply
from app.newsroom.room import Call, Newsroom, Reply
from app.storage.audit import AuditedChange, append_audit
from app.storage.database import WriteTransaction
from app.storage.people import (
    Person,
    Token,
    insert_person,
    insert_token,
    list_people,
    list_tokens,
    read_person,
    read_token,
    update_token_revoked,
)
from app.wire.encoding import encode_json
from app.wire.people import PersonDraft, TokenDraft

_DAY = 86_400_000_000


def add_person(room: Newsroom, call: Call, draft: PersonDraft) -> Reply:
    """Add somebody to the newsroom; give them a token next."""
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (reply := earlier_reply(tx, room, actor, call)) is not None:
            return reply
        at = room.clock()
        person = Person(
            id=PersonId(room.random.uuid("person", f"{draft.name}:{at}")),
            name=draft.name,
            email=draft.email,
            role=draft.role,
            byline=draft.byline,
            created_at=at,
        )
        insert_person(tx, person)
        _audit(tx, room, actor, call, action="create", kind="person", ident=person.id)
        reply = Reply(201, encode_json(_person(person)))
        return keep_reply(tx, actor, call, reply, story=None, entries=[])


def show_people(room: Newsroom, call: Call) -> Reply:
    """Everybody of the newsroom, for admins."""
    with room.database.snapshot() as tx:
        require_right(authenticate(tx, room, call), Right.MANAGE_PEOPLE)
        return Reply(200, encode_json({"items": [_person(person) for person in list_people(tx)]}))


def create_token(room: Newsroom, call: Call, draft: TokenDraft) -> Reply:
    """Make a token. The reply is the only place its secret ever stands: it is not kept, not even for a retry."""
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if draft.person is not None and read_person(tx, PersonId(draft.person)) is None:
            raise InvalidInput([FieldError("/person", "person_not_found", "There is no such person.")])
        at = room.clock()
        token = Token(
            id=TokenId(room.random.uuid("token", f"{draft.label}:{at}")),
            label=draft.label,
            person=None if draft.person is None else PersonId(draft.person),
            role=draft.role,
            scopes=frozenset(draft.scopes or Scope),
            created_at=at,
            expires_at=None if draft.expires_in_days is None else Micros(at + draft.expires_in_days * _DAY),
            revoked_at=None,
        )
        secret = make_token(room.random, kind="bot" if token.person is None else "person", token_id=token.id)
        insert_token(tx, token, secret_sha256=digest_of(secret))
        _audit(tx, room, actor, call, action="create", kind="token", ident=token.id)
        return Reply(201, encode_json({**_token(token), "token": secret}))


def show_tokens(room: Newsroom, call: Call) -> Reply:
    """Every token there has been, without secrets, for admins."""
    with room.database.snapshot() as tx:
        require_right(authenticate(tx, room, call), Right.MANAGE_PEOPLE)
        return Reply(200, encode_json({"items": [_token(token) for token in list_tokens(tx)]}))


def revoke_token(room: Newsroom, call: Call, token_id: str) -> Reply:
    """Take a token back: from now on it opens nothing. A second time changes nothing. Raises NotFound."""
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        update_token_revoked(tx, TokenId(token_id), at=room.clock())
        token = read_token(tx, TokenId(token_id))
        if token is None:
            raise NotFound("token_not_found", "There is no such token.")
        _audit(tx, room, actor, call, action="revoke", kind="token", ident=token.id)
        return Reply(200, encode_json(_token(token)))


def _audit(
    tx: WriteTransaction, room: Newsroom, actor: Actor, call: Call, *, action: str, kind: str, ident: str
) -> None:
    change = AuditedChange(action=action, object_kind=kind, object_id=ident)
    append_audit(tx, change, actor=actor, at=room.clock(), request_id=call.request_id)


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "byline": person.byline,
        "created_at": format_time(person.created_at),
    }


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "kind": "bot" if token.person is None else "person",
        "person": token.person,
        "role": None if token.role is None else token.role.value,
        "scopes": sorted(scope.value for scope in token.scopes),
        "created_at": format_time(token.created_at),
        "expires_at": None if token.expires_at is None else format_time(token.expires_at),
        "revoked_at": None if token.revoked_at is None else format_time(token.revoked_at),
    }

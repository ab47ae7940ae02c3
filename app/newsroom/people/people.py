"""The newsroom's people: adding them, changing what is known of them, and keeping them out."""

from __future__ import annotations

import dataclasses
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.errors import NotFound
from app.domain.identifiers import PersonId
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.idempotency import earlier_reply, keep_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import AuditedChange, append_audit
from app.storage.newsroom.invites import delete_invites
from app.storage.newsroom.people import (
    Person,
    insert_person,
    list_people,
    lock_person,
    update_person,
    update_tokens_revoked,
)
from app.wire.encoding import encode_json
from app.wire.requests.people import PersonDraft, PersonPatch


def add_person(newsroom: Newsroom, call: Call, draft: PersonDraft) -> Reply:
    """Add somebody to the newsroom; give them a token or an invitation next."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        at = newsroom.clock()
        person = Person(id=PersonId(newsroom.random.uuid("person", f"{draft.name}:{at}")), created_at=at, **dict(draft))
        insert_person(tx, person)
        change = AuditedChange("create", "person", person.id, after=_summary(person))
        append_audit(tx, change, actor=actor, at=at, request_id=call.request_id)
        reply = Reply(201, encode_json(shown_person(person)))
        return keep_reply(tx, actor, call, reply, story=None, entries=[])


def show_people(newsroom: Newsroom, call: Call) -> Reply:
    """Everybody of the newsroom, for admins."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.MANAGE_PEOPLE)
        return Reply(200, encode_json({"items": [shown_person(person) for person in list_people(tx)]}))


def edit_person(newsroom: Newsroom, call: Call, person_id: str, patch: PersonPatch) -> Reply:
    """Change what is known of somebody; their entries stay as they were written. Raises NotFound."""
    given = patch.model_dump(exclude_unset=True)
    return _change(newsroom, call, person_id, action="edit", given=given)


def disable_person(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    """Let nothing of theirs in until they are enabled again; their tokens and sessions stay. Raises NotFound."""
    return _change(newsroom, call, person_id, action="disable", given={"disabled_at": newsroom.clock()})


def enable_person(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    """Let somebody in again. Raises NotFound."""
    return _change(newsroom, call, person_id, action="enable", given={"disabled_at": None})


def revoke_person(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    """Take back every token, session and invitation of somebody, at once and for good. Raises NotFound."""
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        person = _locked(tx, person_id)
        at = newsroom.clock()
        revoked = update_tokens_revoked(tx, person.id, at=at)
        delete_invites(tx, person.id)
        change = AuditedChange("revoke", "person", person.id, after={"revoked": revoked})
        append_audit(tx, change, actor=actor, at=at, request_id=call.request_id)
        reply = Reply(200, encode_json({"person": person.id, "revoked": revoked}))
        return keep_reply(tx, actor, call, reply, story=None, entries=[])


def shown_person(person: Person) -> dict[str, Any]:
    """A person as admins see them."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "byline": person.byline,
        "avatar": person.avatar,
        "url": person.url,
        "created_at": format_time(person.created_at),
        "disabled_at": None if person.disabled_at is None else format_time(person.disabled_at),
    }


def _change(newsroom: Newsroom, call: Call, person_id: str, *, action: str, given: dict[str, Any]) -> Reply:
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        before = _locked(tx, person_id)
        after = _changed(before, given)
        if after != before:
            update_person(tx, after)
            change = AuditedChange(
                action, "person", after.id, before=_summary(before), after={**_summary(after), "changed": sorted(given)}
            )
            append_audit(tx, change, actor=actor, at=newsroom.clock(), request_id=call.request_id)
        reply = Reply(200, encode_json(shown_person(after)))
        return keep_reply(tx, actor, call, reply, story=None, entries=[])


def _changed(person: Person, given: dict[str, Any]) -> Person:
    """Disabled a second time, somebody stays disabled since the first."""
    disabled_at: Micros | None = given.get("disabled_at", person.disabled_at)
    if disabled_at is not None and person.disabled_at is not None:
        disabled_at = person.disabled_at
    return dataclasses.replace(person, **{**given, "disabled_at": disabled_at})


def _locked(tx: WriteTransaction, person_id: str) -> Person:
    person = lock_person(tx, PersonId(person_id))
    if person is None:
        raise NotFound("person_not_found", "There is no such person.")
    return person


def _summary(person: Person) -> dict[str, Any]:
    """What the audit says of somebody: no address of theirs, since it is kept longer than they may want."""
    return {"role": person.role.value, "disabled": person.disabled_at is not None}

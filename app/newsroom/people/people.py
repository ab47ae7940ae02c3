"""The newsroom's people: adding, editing, disabling and enabling them, and revoking their access."""

from __future__ import annotations

import dataclasses
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.identifiers import PersonId
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_write
from app.newsroom.context.media_use import UsedMedia, record_person_media
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.recording import answer, record_audit
from app.newsroom.context.sites import lock_sites_for_roles, shown_site_roles
from app.newsroom.context.write_context import WriteContext
from app.newsroom.entries.parking import park_held_by
from app.newsroom.publication.story_again import publish_stories_of_duty
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.held_entries import list_token_ids
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
    """Add a person to the newsroom; create a token or an invitation for them next."""
    with begin_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if isinstance(context, Reply):
            return context
        now = context.now
        lock_sites_for_roles(context.tx, draft.sites or ())
        ident = PersonId(newsroom.random.uuid("person", f"{draft.name}:{now}"))
        person = Person(id=ident, created_at=now, **_with_avatar(context, draft.given()))
        insert_person(context.tx, person)
        record_person_media(context, person.id, before=None, after=person.avatar)
        record_audit(context, AuditedChange("create", "person", person.id, after=_summary(person)))
        return answer(context, shown_person(person), status=201)


def show_people(newsroom: Newsroom, call: Call) -> Reply:
    """Show everybody of the newsroom to admins."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.MANAGE_PEOPLE)
        return Reply(200, encode_json({"items": [shown_person(person) for person in list_people(tx)]}))


def edit_person(newsroom: Newsroom, call: Call, person_id: str, patch: PersonPatch) -> Reply:
    """Edit what is known of a person; their entries stay as they were written. Raises NotFound."""
    return _change_in_public(newsroom, call, person_id, action="edit", given=patch.given())


def disable_person(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    """Refuse all calls of a person until they are enabled again; their tokens and sessions stay. Raises NotFound.

    What they hold is parked.
    """
    reply = _change_in_public(newsroom, call, person_id, action="disable", given={"disabled_at": newsroom.clock()})
    _park_held_by(newsroom, call, PersonId(person_id))
    return reply


def enable_person(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    """Let a disabled person in again. Raises NotFound."""
    return _change_in_public(newsroom, call, person_id, action="enable", given={"disabled_at": None})


def revoke_person(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    """Revoke every token, session and invitation of a person, at once and for good; park what they hold.

    Raises NotFound.
    """
    reply = _revoke(newsroom, call, person_id)
    _park_held_by(newsroom, call, PersonId(person_id))
    return reply


def _park_held_by(newsroom: Newsroom, call: Call, person: PersonId) -> None:
    with newsroom.database.snapshot() as tx:
        tokens = list_token_ids(tx, person)
    park_held_by(newsroom, call, tokens)


def _revoke(newsroom: Newsroom, call: Call, person_id: str) -> Reply:
    with begin_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if isinstance(context, Reply):
            return context
        person = _lock(context.tx, person_id)
        revoked = update_tokens_revoked(context.tx, person.id, at=context.now)
        delete_invites(context.tx, person.id)
        record_audit(context, AuditedChange("revoke", "person", person.id, after={"revoked": revoked}))
        return answer(context, {"person": person.id, "revoked": revoked})


def shown_person(person: Person) -> dict[str, Any]:
    """Return the members of a person as admins see them."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        **shown_site_roles(person.sites),
        "byline": person.byline,
        "avatar": person.avatar,
        "url": person.url,
        "created_at": format_time(person.created_at),
        "disabled_at": None if person.disabled_at is None else format_time(person.disabled_at),
    }


def _change_in_public(newsroom: Newsroom, call: Call, person_id: str, *, action: str, given: dict[str, Any]) -> Reply:
    """Change what is known of a person, and then what readers see of them in the stories that they are on duty for."""
    reply = _change(newsroom, call, person_id, action=action, given=given)
    publish_stories_of_duty(newsroom, call, person_id)
    return reply


def _change(newsroom: Newsroom, call: Call, person_id: str, *, action: str, given: dict[str, Any]) -> Reply:
    with begin_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if isinstance(context, Reply):
            return context
        before = _lock(context.tx, person_id)
        _refuse_half_a_role(before, given)
        lock_sites_for_roles(context.tx, given.get("sites") or ())
        after = _changed(before, _with_avatar(context, given))
        if after != before:
            update_person(context.tx, after)
            record_person_media(context, after.id, before=before.avatar, after=after.avatar)
            summary = {**_summary(after), "changed": sorted(given)}
            record_audit(context, AuditedChange(action, "person", after.id, before=_summary(before), after=summary))
        return answer(context, shown_person(after))


def _refuse_half_a_role(person: Person, given: dict[str, Any]) -> None:
    """Raise InvalidInput for one role of a person with a role in each of some sites, which they keep."""
    if person.sites is not None and "role" in given and "sites" not in given:
        detail = "They have a role in each of some sites: send `sites`, or null in it to give them one role in all."
        raise InvalidInput([FieldError("/role", "role_of_sites", detail)])


def _with_avatar(context: WriteContext, given: dict[str, Any]) -> dict[str, Any]:
    """Return what is given of a person, with the picture in `avatar` as it is stored. Raises InvalidInput."""
    media = given.pop("avatar_media", None)
    if media is not None:
        given["avatar"] = UsedMedia(context).avatar_of(media, pointer="/avatar_media")
    elif given.get("avatar") is not None:
        given["avatar"] = UsedMedia(context).avatar(given["avatar"])
    return given


def _changed(person: Person, given: dict[str, Any]) -> Person:
    """Return the person with these changes; one who is disabled a second time stays disabled since the first."""
    disabled_at: Micros | None = given.get("disabled_at", person.disabled_at)
    if disabled_at is not None and person.disabled_at is not None:
        disabled_at = person.disabled_at
    return dataclasses.replace(person, **{**given, "disabled_at": disabled_at})


def _lock(tx: WriteTransaction, person_id: str) -> Person:
    person = lock_person(tx, PersonId(person_id))
    if person is None:
        raise NotFound("person_not_found", "There is no such person.")
    return person


def _summary(person: Person) -> dict[str, Any]:
    """Return what the audit says of a person: no address, since it is kept longer than they may want."""
    return {
        "role": person.role.value,
        **shown_site_roles(person.sites),
        "disabled": person.disabled_at is not None,
    }

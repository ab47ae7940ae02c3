"""Retracting what a person published last in a story, in one step."""

from __future__ import annotations

from app.domain.entry import Entry
from app.domain.errors import NotAllowed, NotFound
from app.domain.identifiers import PersonId
from app.domain.rights import Role
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.withdrawal import retract_entry
from app.storage.newsroom.entries import read_last_published
from app.wire.requests.people import LastRetraction


def retract_last_entry(newsroom: Newsroom, call: Call, story_ref: str, retraction: LastRetraction) -> Reply:
    """Retract what the caller published last in a story, or what another person did. Raises NotFound, NotAllowed."""

    def find_last(context: StoryContext) -> Entry:
        actor = context.actor
        person = actor.person if retraction.person is None else PersonId(retraction.person)
        if person != actor.person and not actor.role.includes(Role.EDITOR):
            raise NotAllowed("not_allowed", "It takes an editor to retract somebody else's entry.")
        found = read_last_published(context.tx, context.story.id, person=person, token=actor.token_id)
        if found is None:
            whose = "theirs" if retraction.person else "yours"
            raise NotFound("nothing_to_retract", f"There is no public entry of {whose} in this story.")
        return found

    return retract_entry(newsroom, call, story_ref, find_last, reason=retraction.reason)

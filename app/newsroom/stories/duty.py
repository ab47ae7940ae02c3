"""The duty for a story: the person who looks after it, since when, and the people whom its editors may name.

It gives nobody a right: who comes on duty takes over by themselves, who is on duty hands over, and an editor of the
story may name anybody who sees it. Readers see their byline among the story's authors, behind those set by hand, for as
long as they are on duty; since when, and who was before, is a note among colleagues.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.entry import JsonObject
from app.domain.errors import NotFound
from app.domain.rights import Right, require_right
from app.domain.story import OVER, Story
from app.domain.text_folding import fold_text
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_story_write, still_has
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.lookup import look_up_story_and_actor
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.on_duty import read_on_duty, read_person_in_story, works_for
from app.newsroom.context.preconditions import honour_match
from app.newsroom.stories.lifecycle import put_story
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.memberships import list_members
from app.storage.newsroom.people import list_people
from app.wire.encoding import encode_json
from app.wire.requests.people import Handover

HAND_OVER = "hand_over"


def hand_over(newsroom: Newsroom, call: Call, story_ref: str, handover: Handover) -> Reply:
    """Put a person on duty for the story, or nobody. Raises NotFound `person_not_found`, NotAllowed.

    Whoever writes may take over, and hand over what is theirs; for the rest it takes an editor. Who is on duty already
    stays so since when they were.
    """
    with begin_story_write(newsroom, call, story_ref, recheck=still_has(Right.CREATE_ENTRY)) as context:
        if isinstance(context, Reply):
            return context
        story, actor, wanted = context.story, context.actor, handover.person
        require_right(actor, Right.CREATE_ENTRY)
        is_own = actor.person is not None and actor.person in {wanted, _person_of(story)}
        if not is_own:
            require_right(actor, Right.EDIT_STORIES)
        honour_match(call.if_match, story)
        if wanted is not None and read_person_in_story(context.tx, story, wanted) is None:
            raise NotFound("person_not_found", "There is no such person who sees this story.")
        if wanted != _person_of(story):
            settings = dataclasses.replace(story.settings, duty=_duty(story, wanted, since=context.now))
            story = put_story(context, dataclasses.replace(story, settings=settings), action=HAND_OVER)
        shown = {"story": story.id, "on_duty": on_duty(context.tx, story)}
        return keep_reply(context, Reply(200, encode_json(shown)), story=story.id)


def on_duty(tx: ReadTransaction, story: Story) -> dict[str, Any] | None:
    """Return who is on duty for a story, by the name that colleagues know, and since when; None for nobody."""
    duty, person = story.settings.duty, read_on_duty(tx, story, _person_of(story))
    if duty is None or person is None:
        return None
    return {"person": person.id, "name": person.name, "since": format_time(Micros(duty["since"]))}


def find_people(newsroom: Newsroom, call: Call, story_ref: str, words: str, *, limit: int) -> Reply:
    """Find people by name for the story's editors: who works here, and may see stories of its site."""
    with newsroom.database.snapshot() as tx:
        story, actor = look_up_story_and_actor(tx, story_ref, authenticate(tx, newsroom, call))
        require_right(actor, Right.MANAGE_MEMBERS)
        members = {member.person: member.role.value for member in list_members(tx, story.id)}
        wanted = fold_text(words).split()
        found = [
            {"person": person.id, "name": person.name, "member": members.get(person.id)}
            for person in list_people(tx)
            if works_for(person, story) and all(word in fold_text(person.name) for word in wanted)
        ]
        return Reply(200, encode_json({"items": found[:limit], "more": len(found) > limit}))


def _person_of(story: Story) -> str | None:
    return None if story.settings.duty is None else story.settings.duty["person"]


def _duty(story: Story, wanted: str | None, *, since: Micros) -> JsonObject | None:
    """Return the duty to store. A story that is over keeps whom readers are shown: its article is written."""
    shown = {"shown": story.shown_on_duty} if story.status in OVER and story.settings.duty is not None else {}
    return {"person": wanted, "since": since, **shown} if shown or wanted is not None else None

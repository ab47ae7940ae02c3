"""Purging a person: who they are, and their bylines where that is asked for.

The person is shut out first, then their bylines go, story by story, and at last their names, by which the bylines are
found: whatever stops it on the way, the next purge goes on from there.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from itertools import groupby

from app.domain.entry import EntryContent
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId, StoryId
from app.domain.rights import Right
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_audit
from app.newsroom.erasure.entries import MAX_UPLOADS, Erased, take_out_of_entry
from app.newsroom.publication.story_again import publish_stories_of_duty
from app.newsroom.stories.lifecycle import PURGE, put_story
from app.storage.erasure.bylines import (
    fields_without_bylines,
    is_author,
    list_entries_with_bylines,
    list_stories_with_bylines,
)
from app.storage.erasure.erasing import count_text, delete_text
from app.storage.erasure.targets import ERASED, PersonTarget
from app.storage.erasure.uploads import delete_stale_uses, delete_uploads
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.comment_lock import lock_out_comments
from app.storage.newsroom.entries import read_entry
from app.storage.newsroom.invites import delete_invites
from app.storage.newsroom.memberships import delete_memberships
from app.storage.newsroom.people import Person, lock_person, update_person, update_tokens_revoked


def person_target(person: Person, *, bylines: bool) -> PersonTarget:
    """Return the target of a purge of the person, with the texts that name them."""
    names = (person.name, person.byline, person.email)
    return PersonTarget(person.id, tuple(name for name in names if name not in {None, ERASED}), bylines)


def purge_person(newsroom: Newsroom, call: Call, target: PersonTarget) -> Erased:
    """Purge a person, who can sign in no more, with their avatar where nothing else shows it. Raises NotFound."""
    with open_write(newsroom, call, right=Right.ERASE) as context:
        person = lock_person(context.tx, target.person)
        if person is None:
            raise NotFound("person_not_found", "There is no such person.")
        if person.disabled_at is None:
            update_person(context.tx, dataclasses.replace(person, disabled_at=context.now))
        update_tokens_revoked(context.tx, person.id, at=context.now)
        delete_invites(context.tx, person.id, used=True)
        delete_memberships(context.tx, person.id)
        counts = count_text(context.tx, target)
        found = list_entries_with_bylines(context.tx, target) if target.bylines else []
        stories = list_stories_with_bylines(context.tx, target) if target.bylines else []
    publish_stories_of_duty(newsroom, call, target.person, despite_freeze=True)
    for story in stories:
        _take_byline_out(newsroom, call, story, target)
    for story, entries in groupby(found, key=lambda each: each[0]):
        _take_bylines_out(newsroom, call, story, [entry for _, entry in entries], target)
    with open_write(newsroom, call, right=Right.ERASE) as context:
        lock_out_comments(context.tx)  # an answer of theirs may be under way
        delete_text(context.tx, target, at=context.now)
        delete_stale_uses(context.tx, target)
        files = delete_uploads(context.tx, target, limit=MAX_UPLOADS)
        record_audit(context, AuditedChange(PURGE, "person", target.person, after={"erased": counts}))
    return Erased(counts, files or [])


def _take_byline_out(newsroom: Newsroom, call: Call, story: StoryId, target: PersonTarget) -> None:
    """Take the person's byline out of a story itself, in public where readers have it."""
    with open_write(newsroom, call, right=Right.ERASE) as opened:
        context = opened.lock_story(story)
        if not context.story.legal_hold:
            fields = fields_without_bylines(context.story.fields, target)
            put_story(context, dataclasses.replace(context.story, fields=fields), action=PURGE)


def _take_bylines_out(
    newsroom: Newsroom, call: Call, story: StoryId, entries: list[EntryId], target: PersonTarget
) -> None:
    """Take the person's bylines out of these entries of a story, in public where readers have them."""
    with open_write(newsroom, call, right=Right.ERASE) as opened:
        context = opened.lock_story(story)
        for entry in entries:
            before = read_entry(context.tx, story, entry)
            if before is not None and not (before.legal_hold or context.story.legal_hold):
                take_out_of_entry(context, before, partial(_without, target=target))


def _without(content: EntryContent, target: PersonTarget) -> EntryContent:
    authors = tuple(author for author in content.authors if not is_author(author, target))
    return dataclasses.replace(content, authors=authors)

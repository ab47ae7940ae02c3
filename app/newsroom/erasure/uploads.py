"""Purging an upload by its id: out of every block, version, story and avatar that shows it, then its row.

It goes story by story, so that no writer waits for long; whatever stops it on the way, the next purge goes on from
there. The last step looks again whether anything uses it by then.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from itertools import groupby

from app.content import media_name
from app.domain.entry import EntryContent
from app.domain.errors import Conflict, NotFound
from app.domain.identifiers import PersonId, StoryId
from app.domain.media import MediaUse
from app.domain.rights import Right
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.media_use import record_person_media
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.newsroom.erasure.entries import Erased, take_out_of_entry
from app.newsroom.media.library import media_held
from app.newsroom.stories.lifecycle import PURGE, put_story
from app.storage.database.transactions import ReadTransaction
from app.storage.erasure.erasing import count_text, delete_text
from app.storage.erasure.targets import MediaTarget
from app.storage.erasure.uploads import delete_uploads, fields_without_upload, without_upload
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.entries import content_json, read_entry
from app.storage.newsroom.legal_holds import list_media_holds
from app.storage.newsroom.media import list_media_uses, lock_media
from app.storage.newsroom.people import lock_person, update_person

ROUNDS = 5
"""How often somebody may use it again while it is taken out, before the admin is told."""


def purge_media(newsroom: Newsroom, call: Call, target: MediaTarget) -> Erased:
    """Purge an upload, with all that shows it. Raises NotFound, Conflict `legal_hold`, `media_in_use`."""
    with open_write(newsroom, call, right=Right.ERASE) as context:
        uses = _current_uses(context, target)
        counts = count_text(context.tx, target)
    for _ in range(ROUNDS):
        for story, of_story in groupby(uses, key=lambda use: use.story):
            if story is not None:
                _take_out_of_story(newsroom, call, story, list(of_story), target)
        for use in uses:
            if use.person is not None:
                _take_out_of_person(newsroom, call, use.person, target)
        with open_write(newsroom, call, right=Right.ERASE) as context:
            uses = _current_uses(context, target)
            if not uses:
                files = delete_uploads(context.tx, target, limit=1)
                delete_text(context.tx, target, at=context.now)
                record_audit(context, AuditedChange(PURGE, "media", target.media, after={"erased": counts}))
                return Erased(counts, files or [])
    raise Conflict("media_in_use", "It is used again and again: ask for the purge again when nobody writes with it.")


def _current_uses(context: WriteContext, target: MediaTarget) -> list[MediaUse]:
    """Lock the upload, and return where it is used now. Raises NotFound, Conflict `legal_hold`."""
    if lock_media(context.tx, target.media) is None:
        raise NotFound("media_not_found", "There is no such upload.")
    _refuse_held(context.tx, target)
    return [use for use in list_media_uses(context.tx, target.name) if use.is_current]


def _refuse_held(tx: ReadTransaction, target: MediaTarget) -> None:
    if list_media_holds(tx, target.name):
        raise media_held()


def _take_out_of_story(
    newsroom: Newsroom, call: Call, story: StoryId, uses: list[MediaUse], target: MediaTarget
) -> None:
    """Take the upload out of a story and its entries, in public where readers have it."""
    with open_write(newsroom, call, right=Right.ERASE) as opened:
        context = opened.lock_story(story)
        _refuse_held(context.tx, target)
        fields = fields_without_upload(context.story.fields, target)
        if fields != context.story.fields:
            context = context.in_story(
                put_story(context, dataclasses.replace(context.story, fields=fields), action=PURGE)
            )
        for use in uses:
            before = None if use.entry is None else read_entry(context.tx, story, use.entry)
            if before is not None:
                take_out_of_entry(context, before, partial(_without, target=target))


def _without(content: EntryContent, target: MediaTarget) -> EntryContent:
    kept = without_upload(content_json(content), target)
    return dataclasses.replace(content, text=kept["text"], blocks=tuple(kept["blocks"]), authors=tuple(kept["authors"]))


def _take_out_of_person(newsroom: Newsroom, call: Call, ident: PersonId, target: MediaTarget) -> None:
    with open_write(newsroom, call, right=Right.ERASE) as context:
        person = lock_person(context.tx, ident)
        if person is None or person.avatar is None or media_name(person.avatar) != target.name:
            return
        update_person(context.tx, dataclasses.replace(person, avatar=None))
        record_person_media(context, person.id, before=person.avatar, after=None)
        record_audit(context, AuditedChange(PURGE, "person", person.id, after={"changed": ["avatar"]}))

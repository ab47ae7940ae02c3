"""The library of uploads: finding them, seeing where they are used, changing their words, deleting them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.identifiers import StoryId
from app.domain.media import Media, MediaId, MediaUse
from app.domain.rights import Actor, Right, actor_in_story, has_right, require_right, visibility_of
from app.domain.story import Story
from app.domain.text_folding import fold_words
from app.newsroom.context.access import authenticate
from app.newsroom.context.accounts import Accounts
from app.newsroom.context.begin_write import Recheck, begin_write
from app.newsroom.context.idempotency import keep_reply
from app.newsroom.context.media_use import facts_of
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.positions import parse_time_position
from app.newsroom.context.preconditions import etag_of, honour_match, require_match
from app.newsroom.context.recording import record_audit
from app.newsroom.context.write_context import WriteContext
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.legal_holds import list_media_holds
from app.storage.newsroom.media import (
    delete_media,
    has_media,
    list_media,
    list_media_uses,
    lock_media,
    read_media,
    read_visibility,
    update_media_words,
)
from app.storage.newsroom.people import read_person
from app.storage.newsroom.stories import list_stories, read_story, read_visible_stories
from app.wire.encoding import encode_json
from app.wire.media_json import media_use, newsroom_media
from app.wire.requests.media import MediaPatch

MAX_WORDS = 20


@dataclass(frozen=True, slots=True)
class Deleted:
    """The reply to a deletion, and the name of the media whose files are to be deleted now; None for a retry."""

    reply: Reply
    name: str | None


def show_media_list(newsroom: Newsroom, call: Call, words: str, *, position: str | None, limit: int) -> Reply:
    """List uploads that the caller may see, the newest first; with words, those that have each of them.

    The last word may be a beginning. Raises MalformedInput `bad_position`.
    """
    before = parse_time_position(position, MediaId)
    wanted = list(dict.fromkeys(fold_words(words)))[-MAX_WORDS:]
    with newsroom.database.snapshot() as tx:
        actor = _reader(tx, newsroom, call)
        found = list_media(tx, words=wanted, visible=_visible_to(tx, actor), before=before, limit=limit + 1)
        page = found[:limit]
        following = f"{page[-1].created_at}.{page[-1].id}" if len(found) > limit else None
        return Reply(200, encode_json({"items": shown_media(tx, actor, *page), "next": following}))


def show_media(newsroom: Newsroom, call: Call, media_id: str) -> Reply:
    """Show one upload, and each place where it is used that the caller may see. Raises NotFound `media_not_found`."""
    with newsroom.database.snapshot() as tx:
        actor = _reader(tx, newsroom, call)
        media = _require_visible(tx, actor, read_media(tx, media_id))
        uses, elsewhere = shown_uses(tx, actor, list_media_uses(tx, media.name))
        shown = {**shown_media(tx, actor, media)[0], "uses": uses, "used_elsewhere": elsewhere}
        return Reply(200, encode_json(shown), {"ETag": etag_of(media)})


def edit_media(newsroom: Newsroom, call: Call, media_id: str, patch: MediaPatch) -> Reply:
    """Change the words that are kept with an upload; what shows it already keeps the words it has.

    Raises NotFound, NotAllowed for another's upload, PreconditionRequired, PreconditionFailed.
    """
    with begin_write(newsroom, call, recheck=_recheck(media_id)) as context:
        if isinstance(context, Reply):
            return context
        before = _require_visible(context.tx, context.actor, lock_media(context.tx, media_id))
        _require_own_or(context.actor, before)
        require_match(call.if_match, before)
        given = patch.given_words()
        after = dataclasses.replace(before, words=dataclasses.replace(before.words, **given))
        if after != before:
            after = dataclasses.replace(after, version=before.version + 1)
            update_media_words(context.tx, after)
            summary = {"version": after.version, "changed": sorted(given)}
            record_audit(context, AuditedChange("edit", "media", after.id, after=summary))
        shown = shown_media(context.tx, context.actor, after)[0]
        return keep_reply(context, Reply(200, encode_json(shown), {"ETag": etag_of(after)}))


def delete_unused(newsroom: Newsroom, call: Call, media_id: str) -> Deleted:
    """Delete an upload that nothing uses now; the caller deletes its files once this has returned.

    Raises NotFound, NotAllowed for another's upload, Conflict `media_in_use` that names the places, `legal_hold`.
    """
    with begin_write(newsroom, call, recheck=_recheck(media_id)) as context:
        if isinstance(context, Reply):
            return Deleted(context, None)
        media = _require_visible(context.tx, context.actor, lock_media(context.tx, media_id))
        _require_own_or(context.actor, media)
        honour_match(call.if_match, media)
        _refuse_used(context.tx, context.actor, media)
        delete_media(context.tx, media)
        summary = {"kind": media.kind, "size": media.size_bytes, "name": media.name}
        record_audit(context, AuditedChange("delete", "media", media.id, before=summary))
        return Deleted(keep_reply(context, Reply(200, encode_json({"id": media.id}))), media.name)


def media_held() -> Conflict:
    """Make the error of an upload that a legal hold keeps, since what is held shows it."""
    detail = "What shows it is kept for a court: an admin has to lift the hold before it can go."
    return Conflict("legal_hold", detail)


def shown_media(tx: ReadTransaction, actor: Actor, *media: Media) -> list[dict[str, Any]]:
    """Return uploads as the caller sees them."""
    accounts = Accounts(tx, ((each.created_by, each.created_by_token) for each in media))
    return [
        newsroom_media(
            each,
            facts_of(each),
            can=_permitted(actor, each),
            posted_by=accounts.find(each.created_by, each.created_by_token).members,
        )
        for each in media
    ]


def _permitted(actor: Actor, media: Media) -> list[str]:
    return ["edit", "delete"] if _may_edit(actor, media) else []


def _may_edit(actor: Actor, media: Media) -> bool:
    return has_right(actor, Right.EDIT_MEDIA) or (_owns(actor, media) and has_right(actor, Right.UPLOAD_MEDIA))


def _owns(actor: Actor, media: Media) -> bool:
    if actor.person is not None:
        return media.created_by == actor.person
    return media.created_by is None and media.created_by_token == actor.token_id


def _recheck(media_id: str) -> Recheck:
    """Return what raises where an earlier reply about the upload is the caller's no more."""

    def recheck(context: WriteContext, _: Reply) -> None:
        if (media := read_media(context.tx, media_id)) is None:
            require_right(context.actor, Right.UPLOAD_MEDIA)  # it is gone, and its reply names its id alone
        else:
            _require_own_or(context.actor, _require_visible(context.tx, context.actor, media))

    return recheck


def _require_own_or(actor: Actor, media: Media) -> None:
    """Raise NotAllowed unless the upload is the caller's own, or theirs to change."""
    if _may_edit(actor, media):
        return
    require_right(actor, Right.UPLOAD_MEDIA)
    if actor.stories is not None and not _owns(actor, media):
        raise NotAllowed("not_allowed", "A token that is bound to stories changes its own uploads alone.")
    require_right(actor, Right.EDIT_MEDIA)


def _reader(tx: ReadTransaction, newsroom: Newsroom, call: Call) -> Actor:
    actor = authenticate(tx, newsroom, call)
    require_right(actor, Right.READ_NEWSROOM)
    return actor


def _visible_to(tx: ReadTransaction, actor: Actor) -> Any:
    stories = read_visible_stories(tx, visibility_of(actor))
    is_bound = actor.stories is not None or actor.sites is not None
    if stories is None and not is_bound:
        return None
    if stories is None and actor.stories is None:  # of whose sites all stories are
        stories = frozenset(story.id for story in list_stories(tx))
    return read_visibility(
        stories=stories if stories is not None else actor.stories or (),
        person=actor.person,
        token=actor.token_id,
        is_bound=is_bound,
    )


def _require_visible(tx: ReadTransaction, actor: Actor, media: Media | None) -> Media:
    """Return the upload. Raises NotFound for none, and alike for one that shows in hidden stories alone."""
    visible = None if media is None else _visible_to(tx, actor)
    if media is None or (visible is not None and not has_media(tx, media.id, visible)):
        raise NotFound("media_not_found", "There is no such upload.")
    return media


def _refuse_used(tx: ReadTransaction, actor: Actor, media: Media) -> None:
    if list_media_holds(tx, media.name):
        raise media_held()
    current = [use for use in list_media_uses(tx, media.name) if use.is_current]
    if not current:
        return
    uses, elsewhere = shown_uses(tx, actor, current)
    named = [
        f"the entry {use['entry']} of “{use['title']}”"
        if use["entry"]
        else f"the story “{use['title']}”"
        if use["story"]
        else f"the avatar of {use['name']}"
        for use in uses[:3]
    ]
    if len(uses) > len(named) or elsewhere:
        named.append(f"{len(uses) - len(named) + elsewhere} more")
    raise Conflict("media_in_use", f"It is used in {', '.join(named)}: take it out there first.")


def shown_uses(tx: ReadTransaction, actor: Actor, found: Sequence[MediaUse]) -> tuple[list[dict[str, Any]], int]:
    """Return the places that the caller may see, and the number of those that are hidden from them."""
    stories: dict[StoryId, Story | None] = {}
    uses = []
    for use in found:
        if use.story is None:
            person = None if use.person is None else read_person(tx, use.person)
            uses.append(media_use(use, title=None, slug=None, name=None if person is None else person.name))
            continue
        if use.story not in stories:
            story = read_story(tx, use.story)
            stories[use.story] = None if story is None or actor_in_story(actor, story) is None else story
        if (seen := stories[use.story]) is not None:
            uses.append(media_use(use, title=seen.fields["title"], slug=seen.slug, name=None))
    return uses, len(found) - len(uses)

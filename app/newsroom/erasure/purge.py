"""Purging text in two steps: what would go, by place and count, and its confirmation within ten minutes.

Nothing is stored between the two: the first answer signs what was asked for. Whoever may purge may confirm, so that
one admin can ask and another look and confirm. It works in a freeze, which a court does not wait for, and only takes
away. Done twice, the second finds nothing left; killed in the middle, an entry is purged whole or not at all, and of a
story or a person what is left goes with the next confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import Actor, Right, require_right
from app.newsroom.comments.moderation import comment_not_found
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.idempotency import finished_reply, first_reply
from app.newsroom.context.lookup import look_up_entry, look_up_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.signing import KEY_LENGTH, read_signed, sign_members
from app.newsroom.erasure.comments import purge_comment
from app.newsroom.erasure.entries import Erased, purge_entry, purge_story
from app.newsroom.erasure.legal_holds import hold_members
from app.newsroom.erasure.people import person_target, purge_person
from app.newsroom.erasure.uploads import purge_media
from app.newsroom.media.library import shown_uses
from app.storage.database.transactions import ReadTransaction
from app.storage.erasure.bylines import list_held_bylines
from app.storage.erasure.erasing import count_text
from app.storage.erasure.targets import CommentTarget, EntryTarget, MediaTarget, PersonTarget, StoryTarget, Target
from app.storage.erasure.uploads import list_kept_uploads
from app.storage.newsroom.comments import read_comment
from app.storage.newsroom.legal_holds import LegalHold, list_holds, list_media_holds
from app.storage.newsroom.media import read_media
from app.storage.newsroom.people import read_person
from app.storage.newsroom.site_control import insert_signing_key, read_signing_key
from app.wire.encoding import encode_json
from app.wire.requests.erasure import PurgeDraft

CONFIRM_SECONDS = 600

_PURPOSE = "purge"


@dataclass(frozen=True, slots=True)
class ConfirmedPurge:
    """The reply to a purge that was done, and the names of the uploads whose files are to be deleted now."""

    reply: Reply
    files: list[str]


def prepare_purge(newsroom: Newsroom, call: Call, draft: PurgeDraft) -> Reply:
    """Show how many rows a purge would take from which places, what is held, and the text that confirms it.

    Nothing is changed. Raises NotFound, Conflict `own_account`.
    """
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.ERASE)
        if draft.person is not None:
            if draft.person == actor.person:
                raise _own_account()
            target: Target = _person(tx, PersonId(draft.person), bylines=draft.bylines)
        elif draft.media is not None:
            target = _media(tx, draft.media)
        elif draft.comment is not None:
            target = _comment(tx, draft.comment)
        else:
            story = look_up_story(tx, draft.story or "", actor)
            entry = None if draft.entry is None else look_up_entry(tx, story, draft.entry).id
            target = StoryTarget(story.id) if entry is None else EntryTarget(story.id, entry)
        shown = _shown(target, count_text(tx, target), _held(tx, target), _kept(tx, actor, target))
        key = read_signing_key(tx)
    if _is_kept(target, shown["held"]):
        return Reply(200, encode_json({**shown, "confirm": None, "expires_at": None}))
    if key is None:
        with newsroom.database.transaction() as tx:
            key = insert_signing_key(tx, newsroom.random.base62("signing key", "site", KEY_LENGTH))
    expires_at = Micros(newsroom.clock() + CONFIRM_SECONDS * 1_000_000)
    confirm = sign_members(key, _PURPOSE, [*_members(target).values(), expires_at])
    return Reply(200, encode_json({**shown, "confirm": confirm, "expires_at": format_time(expires_at)}))


def confirm_purge(newsroom: Newsroom, call: Call, confirm: str) -> ConfirmedPurge:
    """Purge what `prepare_purge` has shown, as it is by now; the caller deletes the files once this has returned.

    Raises InvalidInput `confirmation_invalid`, NotFound, Conflict `legal_hold`, `own_account`.
    """
    with open_write(newsroom, call, right=Right.ERASE) as context:
        if (reply := finished_reply(context)) is not None:
            return ConfirmedPurge(reply, [])
        target = _read(context.tx, newsroom, confirm)
        if isinstance(target, PersonTarget) and target.person == context.actor.person:
            raise _own_account()
        held, kept = _held(context.tx, target), _kept(context.tx, context.actor, target)
        if _is_kept(target, [hold_members(hold) for hold in held]):
            raise Conflict("legal_hold", "It is kept for a court: an admin has to lift the hold before it can go.")
    erased = _purge(newsroom, call, target)
    with open_write(newsroom, call) as context:
        if isinstance(target, PersonTarget):  # whose bylines may have been all that showed their picture
            kept = [each for each in kept if read_media(context.tx, each["media"]) is not None]
        reply = Reply(200, encode_json(_shown(target, erased.counts, held, kept)))
        return ConfirmedPurge(first_reply(context, reply), erased.files)


def _purge(newsroom: Newsroom, call: Call, target: Target) -> Erased:
    if isinstance(target, PersonTarget):
        return purge_person(newsroom, call, target)
    if isinstance(target, MediaTarget):
        return purge_media(newsroom, call, target)
    if isinstance(target, CommentTarget):
        return purge_comment(newsroom, call, target)
    if isinstance(target, StoryTarget):
        return purge_story(newsroom, call, target)
    return purge_entry(newsroom, call, target)


def _own_account() -> Conflict:
    return Conflict("own_account", "This is you: another admin, or the operator, has to purge you.")


def _person(tx: ReadTransaction, ident: PersonId, *, bylines: bool) -> PersonTarget:
    person = read_person(tx, ident)
    if person is None:
        raise NotFound("person_not_found", "There is no such person.")
    return person_target(person, bylines=bylines)


def _media(tx: ReadTransaction, ident: str) -> MediaTarget:
    media = read_media(tx, ident)
    if media is None:
        raise NotFound("media_not_found", "There is no such upload.")
    return MediaTarget(media.id, media.name)


def _comment(tx: ReadTransaction, ident: str) -> CommentTarget:
    comment = read_comment(tx, ident)
    if comment is None:
        raise comment_not_found()
    return CommentTarget(comment.id, comment.story, comment.entry)


def _read(tx: ReadTransaction, newsroom: Newsroom, confirm: str) -> Target:
    """Return what a confirmation is for. Raises InvalidInput, NotFound."""
    members = read_signed(read_signing_key(tx), _PURPOSE, confirm)
    if members is None or members[-1] <= newsroom.clock():
        detail = "This confirms nothing, or nothing any more: ask for the purge again, and confirm within ten minutes."
        raise InvalidInput([FieldError("/confirm", "confirmation_invalid", detail)], code="confirmation_invalid")
    story, entry, person, bylines, media, comment, _ = members
    if comment is not None:
        return _comment(tx, comment)
    if media is not None:
        return _media(tx, media)
    if person is not None:
        return _person(tx, PersonId(person), bylines=bylines)
    return StoryTarget(StoryId(story)) if entry is None else EntryTarget(StoryId(story), EntryId(entry))


def _held(tx: ReadTransaction, target: Target) -> list[LegalHold]:
    """List the holds that keep something of the target."""
    if isinstance(target, PersonTarget):
        return [LegalHold(*held) for held in list_held_bylines(tx, target)] if target.bylines else []
    if isinstance(target, MediaTarget):
        return list_media_holds(tx, target.name)
    holds = list_holds(tx, target.story)
    if isinstance(target, StoryTarget):
        return holds
    return [hold for hold in holds if hold.entry in {None, target.entry}]


def _kept(tx: ReadTransaction, actor: Actor, target: Target) -> list[dict[str, Any]]:
    """Return the uploads of the target that stay, since something else uses them, and where that is."""
    kept = list_kept_uploads(tx, target)
    return [{"media": each.media, "uses": shown_uses(tx, actor, each.uses)[0]} for each in kept]


def _is_kept(target: Target, held: list[Any]) -> bool:
    """Return whether a hold keeps the whole target: of a person it keeps but the bylines in what is held."""
    return bool(held) and not isinstance(target, PersonTarget)


def _members(target: Target) -> dict[str, Any]:
    members: dict[str, Any] = dict.fromkeys(("story", "entry", "person", "bylines", "media", "comment"))
    members["bylines"] = False
    if isinstance(target, PersonTarget):
        return {**members, "person": target.person, "bylines": target.bylines}
    if isinstance(target, MediaTarget):
        return {**members, "media": target.media}
    if isinstance(target, CommentTarget):
        return {**members, "comment": target.comment}
    entry = target.entry if isinstance(target, EntryTarget) else None
    return {**members, "story": target.story, "entry": entry}


def _shown(target: Target, counts: dict[str, int], held: list[LegalHold], kept: list[dict[str, Any]]) -> dict[str, Any]:
    places = [{"place": name, "count": count} for name, count in counts.items()]
    return {**_members(target), "places": places, "held": [hold_members(hold) for hold in held], "kept": kept}

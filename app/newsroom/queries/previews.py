"""Previews: links with which anybody reads what is not public yet, as it is now, for an hour, without signing in.

A link names what it shows, who made it and when it ends, and is signed; nothing of it is stored. So it is valid until
its time is over, its maker loses the right, or what it shows is gone.
"""

from __future__ import annotations

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryStatus
from app.domain.errors import LiveblogError, NotFound
from app.domain.rights import Right, require_right
from app.newsroom.context.access import actor_of_token
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.lookup import look_up_entry, look_up_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.signing import KEY_LENGTH, read_signed, sign_members
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.site_control import insert_signing_key, read_signing_key
from app.wire.encoding import encode_json
from app.wire.public_entry import preview_members

PREVIEW_SECONDS = 3_600

_PURPOSE = "preview"


def make_preview(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Make a link to an entry as it is now and will be within the hour. Raises NotFound."""
    with open_write(newsroom, call, right=Right.READ_NEWSROOM) as context:
        story = look_up_story(context.tx, story_ref, context.actor)
        entry = look_up_entry(context.tx, story, entry_ref)
        if entry.status is EntryStatus.REMOVED:
            raise NotFound("entry_not_found", "There is no such entry in this story.")
        key = insert_signing_key(context.tx, newsroom.random.base62("signing key", "site", KEY_LENGTH))
        expires_at = Micros(context.now + PREVIEW_SECONDS * 1_000_000)
        signed = sign_members(key, _PURPOSE, [story.id, entry.id, context.actor.token_id, expires_at])
        links = newsroom.links.for_site(story.site)
        urls = {"url": links.preview(signed), "page_url": links.preview_page(signed)}
        return Reply(201, encode_json({**urls, "expires_at": format_time(expires_at)}))


def show_preview(newsroom: Newsroom, signed: str) -> Reply:
    """Show what a link names, in the public shape. Raises NotFound, the same whatever is wrong with the link."""
    with newsroom.database.snapshot() as tx:
        try:
            return Reply(200, encode_json(preview_members(_previewed(tx, newsroom, signed))))
        except LiveblogError:
            raise NotFound("preview_not_found", "There is no such preview, or none any more.") from None


def _previewed(tx: ReadTransaction, newsroom: Newsroom, signed: str) -> Entry:
    members = read_signed(read_signing_key(tx), _PURPOSE, signed)
    if members is None:
        raise _forged()
    story_id, entry_id, token_id, expires_at = members
    if expires_at <= newsroom.clock():
        raise _forged()
    actor = actor_of_token(tx, newsroom, token_id)
    require_right(actor, Right.READ_NEWSROOM)
    entry = look_up_entry(tx, look_up_story(tx, story_id, actor), entry_id)
    if entry.status is EntryStatus.REMOVED:
        raise _forged()
    return entry


def _forged() -> NotFound:
    return NotFound("preview_not_found", "There is no such preview, or none any more.")

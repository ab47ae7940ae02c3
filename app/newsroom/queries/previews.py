"""Previews: links with which anybody reads what is not public yet, as it is now, for an hour, without signing in.

A link names what it shows, who made it and when it ends, and is signed; nothing of it is stored. So it is valid until
its time is over, its maker loses the right, or what it shows is gone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from pydantic_core import from_json

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryStatus
from app.domain.errors import LiveblogError, NotFound
from app.domain.rights import Right, require_right
from app.newsroom.context.access import actor_of_token
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.lookup import look_up_entry, look_up_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.site_control import insert_signing_key, read_signing_key
from app.wire.encoding import encode_json
from app.wire.public_entry import preview_members

PREVIEW_SECONDS = 3_600
KEY_LENGTH = 43

_LONGEST = 400
"""Characters of a link's signed part; ours have about 250."""


def make_preview(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Make a link to an entry as it is now and will be within the hour. Raises NotFound."""
    with open_write(newsroom, call, right=Right.READ_NEWSROOM) as context:
        story = look_up_story(context.tx, story_ref, context.actor)
        entry = look_up_entry(context.tx, story, entry_ref)
        if entry.status is EntryStatus.REMOVED:
            raise NotFound("entry_not_found", "There is no such entry in this story.")
        key = insert_signing_key(context.tx, newsroom.random.base62("signing key", "site", KEY_LENGTH))
        expires_at = Micros(context.now + PREVIEW_SECONDS * 1_000_000)
        signed = _sign(key, [story.id, entry.id, context.actor.token_id, expires_at])
        urls = {"url": newsroom.links.preview(signed), "page_url": newsroom.links.preview_page(signed)}
        return Reply(201, encode_json({**urls, "expires_at": format_time(expires_at)}))


def show_preview(newsroom: Newsroom, signed: str) -> Reply:
    """Show what a link names, in the public shape. Raises NotFound, the same whatever is wrong with the link."""
    with newsroom.database.snapshot() as tx:
        try:
            return Reply(200, encode_json(preview_members(_previewed(tx, newsroom, signed))))
        except LiveblogError:
            raise NotFound("preview_not_found", "There is no such preview, or none any more.") from None


def _previewed(tx: ReadTransaction, newsroom: Newsroom, signed: str) -> Entry:
    story_id, entry_id, token_id, expires_at = _read(read_signing_key(tx), signed)
    if expires_at <= newsroom.clock():
        raise _forged()
    actor = actor_of_token(tx, newsroom, token_id)
    require_right(actor, Right.READ_NEWSROOM)
    entry = look_up_entry(tx, look_up_story(tx, story_id, actor), entry_id)
    if entry.status is EntryStatus.REMOVED:
        raise _forged()
    return entry


def _sign(key: str, members: list[Any]) -> str:
    payload = base64.urlsafe_b64encode(encode_json(members)).decode().rstrip("=")
    return f"{payload}.{_signature(key, payload)}"


def _read(key: str | None, signed: str) -> tuple[str, str, str, int]:
    payload, _, signature = signed.partition(".")
    # Without a key nothing has been signed; the comparison is made all the same.
    genuine = hmac.compare_digest(_signature(key or "", payload).encode(), signature.encode())
    if key is None or not genuine or len(signed) > _LONGEST:
        raise _forged()
    try:
        story, entry, token, expires_at = from_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        raise _forged() from None
    return story, entry, token, expires_at


def _signature(key: str, payload: str) -> str:
    return hmac.new(key.encode(), f"preview {payload}".encode(), hashlib.sha256).hexdigest()


def _forged() -> NotFound:
    return NotFound("preview_not_found", "There is no such preview, or none any more.")

"""Conversions: a body that nobody keeps, cleaned and rendered as an entry's would be, for a paste or a preview.

A conversion is no write: it stores and fetches nothing, is in no audit, keeps no reply for a retry, and works in a
freeze. What it renders depends on no story.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from app.content import (
    TEXT_TYPES,
    Block,
    keep_formatting,
    parse_html,
    parse_markdown,
    parse_plain,
    render_html,
    render_markdown,
    render_text,
    warnings_of,
)
from app.domain.media import Media
from app.domain.rights import Actor, Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.media_use import ShownMedia
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.entries.content import block_ids, check_body_size
from app.newsroom.entries.shorthand import without_shorthand
from app.storage.newsroom.media import list_media_named
from app.wire.encoding import encode_json
from app.wire.requests.conversions import ConversionDraft


def convert_body(newsroom: Newsroom, call: Call, draft: ConversionDraft) -> Reply:
    """Return a body as blocks, as Markdown, as readers would get it in HTML and in plain text, with its warnings.

    Raises NotAllowed for who may not write, InvalidInput, TooLarge.
    """
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.CREATE_ENTRY)
    blocks = _blocks(newsroom, actor, draft)
    check_body_size(blocks)
    text, is_exact = render_markdown(blocks)
    members: dict[str, Any] = {
        "body_html": render_html(blocks),
        "body_text": render_text(blocks),
        "blocks": blocks,
        "text": text,
        "text_format": "markdown",
        "text_exact": is_exact,
        "warnings": warnings_of(blocks),
    }
    return Reply(200, encode_json(members))


def _blocks(newsroom: Newsroom, actor: Actor, draft: ConversionDraft) -> list[Block]:
    media = ShownMedia(newsroom, _finder(newsroom))
    new_id = block_ids(newsroom.random, f"conversion:{newsroom.clock()}")
    if draft.html is not None:
        return media.adopt(parse_html(draft.html, new_id=new_id), before=())
    given = media.complete(draft.written_blocks(), new_id=new_id)
    if draft.text is None:
        return given
    text = draft.text
    if actor.shorthand:
        with newsroom.database.snapshot() as tx:
            text = without_shorthand(tx, text)
    parse = parse_plain if draft.text_format == "plain" else parse_markdown
    kept = {block["id"]: block for block in given if block["type"] not in TEXT_TYPES}
    parsed = media.adopt(parse(text, new_id=new_id, kept=kept), before=given)
    return parsed if draft.text_format == "plain" else keep_formatting(given, parsed)


def _finder(newsroom: Newsroom) -> Callable[[Collection[str], Collection[str]], list[Media]]:
    """Return what finds uploads in a snapshot of its own, so that none is open while a long body is read."""

    def find(ids: Collection[str], names: Collection[str]) -> list[Media]:
        with newsroom.database.snapshot() as tx:
            return list_media_named(tx, ids=ids, names=names)

    return find

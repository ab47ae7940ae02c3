"""The rules that moderators set for comments to come: blocked networks and hold-words; and forgetting a person."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from ipaddress import ip_address, ip_network
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.comments import CommentId, without_text
from app.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from app.domain.rights import Right, require_right
from app.domain.text_folding import fold_words
from app.newsroom.comments.moderation import comment_not_found, require_moderator
from app.newsroom.context.access import authenticate
from app.newsroom.context.begin_write import begin_write
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_etag
from app.newsroom.context.recording import answer, record_audit
from app.newsroom.context.write_context import WriteContext
from app.newsroom.publication.comments import hide_comments
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.comment_addresses import delete_addresses, delete_emails, list_comments_by_email
from app.storage.newsroom.comment_lock import lock_out_comments
from app.storage.newsroom.comment_rules import (
    CommentBlock,
    delete_block,
    insert_block,
    list_blocks,
    list_hold_words,
    update_hold_words,
)
from app.storage.newsroom.comments import list_held_comments, lock_comments, read_comment, update_comment
from app.storage.newsroom.stored_replies import delete_reply_bodies_of_comments
from app.storage.public.comments import update_shown_counts
from app.wire.encoding import encode_json
from app.wire.requests.comments import CommentBlockDraft, CommentErasure, HoldWords

NETWORK_BITS = {4: 24, 6: 48}
"""The width of the network around a comment's address, as in the log; of an address of version 6 it is 64 bits."""

LEAST_BITS = {4: 8, 6: 16}
"""No wider network is blocked: it would be a country."""


def block_network(newsroom: Newsroom, call: Call, draft: CommentBlockDraft) -> Reply:
    """Take no comment from a network for a time. Raises Conflict `no_address` for a comment whose address is gone."""
    with begin_write(newsroom, call, right=Right.SET_COMMENT_RULES) as context:
        if isinstance(context, Reply):
            return context
        network = _network_of(context, draft)
        block = CommentBlock(
            id=newsroom.random.uuid("block", f"{network}:{context.now}"),
            network=network,
            note=draft.note,
            created_at=context.now,
            expires_at=Micros(context.now + draft.hours * 3_600_000_000),
        )
        insert_block(context.tx, block)
        after = {"hours": draft.hours, "width": draft.width}
        record_audit(context, AuditedChange("block", "comment_block", block.id, after=after))
        return answer(context, _shown(block), status=201)


def lift_block(newsroom: Newsroom, call: Call, block: str) -> Reply:
    """Lift a block before its time. Raises NotFound `block_not_found`."""
    with begin_write(newsroom, call, right=Right.SET_COMMENT_RULES) as context:
        if isinstance(context, Reply):
            return context
        if not delete_block(context.tx, block):
            raise NotFound("block_not_found", "There is no such block, or none any more.")
        record_audit(context, AuditedChange("unblock", "comment_block", block))
        return answer(context, {"id": block})


def show_blocks(newsroom: Newsroom, call: Call) -> Reply:
    """List the networks that are blocked now."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.SET_COMMENT_RULES)
        items = [_shown(block) for block in list_blocks(tx, now=newsroom.clock())]
        return Reply(200, encode_json({"items": items}))


def show_hold_words(newsroom: Newsroom, call: Call) -> Reply:
    """List the hold-words."""
    with newsroom.database.snapshot() as tx:
        require_right(authenticate(tx, newsroom, call), Right.SET_COMMENT_RULES)
        words = list_hold_words(tx)
        return Reply(200, encode_json({"words": words}), {"ETag": _etag_of_words(words)})


def set_hold_words(newsroom: Newsroom, call: Call, draft: HoldWords) -> Reply:
    """Replace the hold-words; each is kept as it is compared, without case and accents.

    Raises PreconditionFailed `stale` if If-Match names the words of another time.
    """
    with begin_write(newsroom, call, right=Right.SET_COMMENT_RULES) as context:
        if isinstance(context, Reply):
            return context
        honour_etag(call.if_match, _etag_of_words(list_hold_words(context.tx)))
        words = {word for each in draft.words for word in fold_words(each)}
        update_hold_words(context.tx, words, at=context.now)
        record_audit(context, AuditedChange("set_hold_words", "comment_words", "site", after={"count": len(words)}))
        return answer(context, {"words": sorted(words)})


def erase_person(newsroom: Newsroom, call: Call, request: CommentErasure) -> Reply:
    """Forget an e-mail address, and with `comments` what was sent with it; the audit has the number alone.

    Without the comments they stay, and nobody knows any more whose they are. So do those that a court has asked to be
    kept, with their story or entry: of them the addresses are forgotten alone.
    """
    with begin_write(newsroom, call, right=Right.MANAGE_PEOPLE) as context:
        if isinstance(context, Reply):
            return context
        lock_out_comments(context.tx)
        found = list_comments_by_email(context.tx, request.email)
        held = list_held_comments(context.tx, found) if request.comments else []
        if request.comments:
            _erase_comments(context, [comment for comment in found if comment not in held])
            delete_addresses(context.tx, held)
        cleared = delete_emails(context.tx, request.email)
        after = {"comments": len(found), "held": len(held), "erased": request.comments}
        record_audit(context, AuditedChange("erase", "comment_person", "site", after=after))
        return answer(context, {"addresses": cleared, **after})


def _erase_comments(context: WriteContext, comments: list[CommentId]) -> None:
    locked = lock_comments(context.tx, comments)  # first: a decision that is under way has its reply stored by then
    delete_reply_bodies_of_comments(context.tx, comments)
    for before in locked:
        after = without_text(before, at=context.now, person=context.actor.person, token=context.actor.token_id)
        update_comment(context.tx, after)
        hide_comments(context.tx, before.story, [before.id])
        update_shown_counts(context.tx, before.story, now=context.now)


def _network_of(context: WriteContext, draft: CommentBlockDraft) -> str:
    if draft.network is not None:
        return _parsed_network(draft.network)
    comment = read_comment(context.tx, draft.comment or "")
    if comment is None:
        raise comment_not_found()
    require_moderator(context.tx, comment, context.actor)
    if comment.address is None:
        raise Conflict("no_address", "Where this reply came from is not known any more.")
    address = ip_address(comment.address.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    single = 32 if mapped.version == 4 else 64
    bits = single if draft.width == "address" else NETWORK_BITS[mapped.version]
    return str(ip_network((mapped, bits), strict=False))


def _parsed_network(text: str) -> str:
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise _wrong("invalid_value", "is no network; write it like 192.0.2.0/24 or 192.0.2.7") from None
    if network.prefixlen < LEAST_BITS[network.version]:
        raise _wrong("too_wide", f"is too wide; name one of at least /{LEAST_BITS[network.version]}")
    return str(network)


def _etag_of_words(words: Collection[str]) -> str:
    return f'"{hashlib.sha256(" ".join(sorted(words)).encode()).hexdigest()[:16]}"'


def _wrong(code: str, detail: str) -> InvalidInput:
    return InvalidInput([FieldError("/network", code, detail)])


def _shown(block: CommentBlock) -> dict[str, Any]:
    return {
        "id": block.id,
        "network": block.network,
        "note": block.note,
        "created_at": format_time(block.created_at),
        "expires_at": format_time(block.expires_at),
    }

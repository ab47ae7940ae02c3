"""Retried writes: the first reply to an Idempotency-Key is given again, and nothing is done twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.errors import FieldError, Gone, InvalidInput, MalformedInput
from app.domain.identifiers import EntryId, StoryId
from app.newsroom.context.newsroom import Call, Reply
from app.newsroom.context.write_context import WriteContext
from app.storage.newsroom.stored_replies import StoredReply, insert_reply, read_reply, update_reply

_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def earlier_reply(context: WriteContext) -> Reply | None:
    """Return the first reply to this key, or None: then the key is this transaction's, and `keep_reply` must follow.

    Waits for a call with the same key that is still running. Raises InvalidInput `idempotency_key_reused` when the
    key came with another request, Gone `reply_removed` when the text it showed has been removed since.
    """
    call = context.call
    if (key := _key(call)) is None:
        return None
    stored = insert_reply(context.tx, scope=context.actor.key, key=key, fingerprint=call.fingerprint, at=context.now)
    return None if stored is None else _replayed(stored, call)


def finished_reply(context: WriteContext) -> Reply | None:
    """Return the first reply to this key, or None, which leaves the key free until `first_reply`.

    For what takes several transactions, and does no harm when it is done twice. Raises as `earlier_reply`.
    """
    key = _key(context.call)
    stored = None if key is None else read_reply(context.tx, scope=context.actor.key, key=key)
    return None if stored is None else _replayed(stored, context.call)


def first_reply(context: WriteContext, reply: Reply) -> Reply:
    """Keep `reply`, which shows no entry, for a retry; or return that of a call with the same key that was faster."""
    earlier = earlier_reply(context)
    return keep_reply(context, reply) if earlier is None else earlier


def keep_reply(
    context: WriteContext, reply: Reply, *, story: StoryId | None = None, entries: Iterable[EntryId] = ()
) -> Reply:
    """Keep `reply` for a retry, if the call has a key, and return it; `entries` are those whose text it shows."""
    call = context.call
    if call.idempotency_key is not None:
        kept = StoredReply(call.fingerprint, reply.status, dict(reply.headers), reply.body)
        update_reply(context.tx, kept, scope=context.actor.key, key=call.idempotency_key, story=story, entries=entries)
    return reply


def _key(call: Call) -> str | None:
    if call.idempotency_key is not None and _KEY.fullmatch(call.idempotency_key) is None:
        raise MalformedInput("bad_idempotency_key", "Idempotency-Key is 1 to 255 visible ASCII characters.")
    return call.idempotency_key


def _replayed(stored: StoredReply, call: Call) -> Reply:
    if stored.fingerprint not in {call.fingerprint, ""}:  # purged ones have none: it is a digest of the text
        detail = "This Idempotency-Key came with another request before; make a new one for each new write."
        raise InvalidInput([FieldError("", "idempotency_key_reused", detail)], code="idempotency_key_reused")
    if stored.body is None or stored.status is None:
        raise Gone("reply_removed", "The write was done; what it said has been removed since.")
    return Reply(stored.status, stored.body, {**stored.headers, "Idempotent-Replayed": "true"})

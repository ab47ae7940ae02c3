"""Retried writes: the first reply to an Idempotency-Key is given again, and nothing is done twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.errors import FieldError, Gone, InvalidInput, MalformedInput
from app.domain.identifiers import EntryId, StoryId
from app.domain.rights import Actor
from app.newsroom.room import Call, Newsroom, Reply
from app.storage.database import WriteTransaction
from app.storage.replies import StoredReply, claim_reply, update_reply

_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def earlier_reply(tx: WriteTransaction, room: Newsroom, actor: Actor, call: Call) -> Reply | None:
    """The first reply to this key, or None: then the key is this transaction's, and `keep_reply` must follow.

    Waits for a call with the same key that is still running. Raises InvalidInput `idempotency_key_reused` when the
    key came with another request, Gone `reply_removed` when the text it showed has been removed since.
    """
    if call.idempotency_key is None:
        return None
    if _KEY.fullmatch(call.idempotency_key) is None:
        raise MalformedInput("bad_idempotency_key", "Idempotency-Key is 1 to 255 visible ASCII characters.")
    stored = claim_reply(tx, scope=actor.key, key=call.idempotency_key, fingerprint=call.fingerprint, at=room.clock())
    return None if stored is None else _replayed(stored, call)


def keep_reply(
    tx: WriteTransaction, actor: Actor, call: Call, reply: Reply, *, story: StoryId | None, entries: Iterable[EntryId]
) -> Reply:
    """Keep `reply` for a retry, if the call has a key; `entries` are those whose text it shows. Returns it."""
    if call.idempotency_key is not None:
        kept = StoredReply(call.fingerprint, reply.status, dict(reply.headers), reply.body)
        update_reply(tx, kept, scope=actor.key, key=call.idempotency_key, story=story, entries=entries)
    return reply


def _replayed(stored: StoredReply, call: Call) -> Reply:
    if stored.fingerprint != call.fingerprint:
        detail = "This Idempotency-Key came with another request before; make a new one for each new write."
        raise InvalidInput([FieldError("", "idempotency_key_reused", detail)], code="idempotency_key_reused")
    if stored.body is None or stored.status is None:
        raise Gone("reply_removed", "The write was done; what it said has been removed since.")
    return Reply(stored.status, stored.body, {**stored.headers, "Idempotent-Replayed": "true"})

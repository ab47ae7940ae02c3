"""The prologue of a write, as context managers: each opens the transaction, which leaving its block commits.

`begin_story_write` for a write in one story, `begin_write` for any other; both yield the first reply in place of a
context to a call that is a retry, and the use case returns that at once. `open_write` is for what keeps no reply, or
does something of its own for a retry.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.storage.database.transactions import WriteTransaction


@contextmanager
def open_write(newsroom: Newsroom, call: Call, *, right: Right | None = None) -> Generator[WriteContext]:
    """Open a transaction for the caller, who must have `right` if one is given. Raises NotAuthenticated, NotAllowed."""
    with newsroom.database.transaction() as tx:
        yield _context(tx, newsroom, call, right)


@contextmanager
def begin_write(newsroom: Newsroom, call: Call, *, right: Right | None = None) -> Generator[WriteContext | Reply]:
    """Open a transaction as `open_write` does; yield the first reply instead if the call is a retry.

    A use case that is given the context keeps its reply with `keep_reply`. Raises as `earlier_reply`.
    """
    with newsroom.database.transaction() as tx:
        context = _context(tx, newsroom, call, right)
        yield earlier_reply(context) or context


@contextmanager
def begin_story_write(
    newsroom: Newsroom, call: Call, story_ref: str, *, right: Right | None = None
) -> Generator[StoryContext | Reply]:
    """Begin a write as `begin_write` does, then lock the story. Raises NotFound `story_not_found`.

    `right` is checked before the lock, for all stories alike; the use case checks with the context's actor, who has
    their role in this story, and refuses a story that is closed or frozen as far as its action asks for it.
    """
    with newsroom.database.transaction() as tx:
        context = _context(tx, newsroom, call, right)
        yield earlier_reply(context) or context.lock_story(story_ref)


def _context(tx: WriteTransaction, newsroom: Newsroom, call: Call, right: Right | None) -> WriteContext:
    actor = authenticate(tx, newsroom, call)
    if right is not None:
        require_right(actor, right)
    return WriteContext(tx, newsroom, actor, call, newsroom.clock())

"""The prologue of a write, as context managers: each opens the transaction, which leaving its block commits.

`begin_story_write` for a write in one story, `begin_write` for any other; both yield the first reply in place of a
context to a call that is a retry, and the use case returns that at once. An earlier reply is told only to a caller who
has the right to it now, whatever they had when it was given. `open_write` is for what keeps no reply, or does something
of its own for a retry.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.lookup import look_up_story_and_actor
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.storage.database.transactions import WriteTransaction

Recheck = Callable[[WriteContext, Reply], object]
"""Raises NotFound or NotAllowed where the caller has no right to an earlier reply of theirs any more."""

StoryRecheck = Callable[[StoryContext, Reply], object]
"""As `Recheck`, in a story that is seen as it is, and not locked."""


@contextmanager
def open_write(
    newsroom: Newsroom, call: Call, *, right: Right | None = None, gives_way: bool = False
) -> Generator[WriteContext]:
    """Open a transaction for the caller, who must have `right` if one is given. Raises NotAuthenticated, NotAllowed.

    With `gives_way` it begins only while no other write waits for the one writer that SQLite has.
    """
    with newsroom.database.transaction(gives_way=gives_way) as tx:
        yield _context(tx, newsroom, call, right)


@contextmanager
def begin_write(
    newsroom: Newsroom, call: Call, *, right: Right | None = None, recheck: Recheck | None = None
) -> Generator[WriteContext | Reply]:
    """Open a transaction as `open_write` does; yield the first reply instead if the call is a retry.

    Where `right` does not say it all, `recheck` checks that the caller of a retry still has the right to the reply. A
    use case that is given the context keeps its reply with `keep_reply`. Raises as `earlier_reply`.
    """
    with newsroom.database.transaction() as tx:
        context = _context(tx, newsroom, call, right)
        if (reply := earlier_reply(context)) is None:
            yield context
            return
        if recheck is not None:
            recheck(context, reply)
        yield reply


@contextmanager
def begin_story_write(
    newsroom: Newsroom, call: Call, story_ref: str, *, recheck: StoryRecheck, right: Right | None = None
) -> Generator[StoryContext | Reply]:
    """Begin a write as `begin_write` does, then lock the story. Raises NotFound `story_not_found`.

    `right` is checked before the lock, for all stories alike; the use case checks with the context's actor, who has
    their role in this story, and refuses a story that is closed or frozen as far as its action asks for it. A retry is
    answered only to who sees the story still, and passes `recheck` there.
    """
    with newsroom.database.transaction() as tx:
        context = _context(tx, newsroom, call, right)
        if (reply := earlier_reply(context)) is None:
            yield context.lock_story(story_ref)
            return
        recheck(see_story(context, story_ref), reply)
        yield reply


def still_has(right: Right) -> StoryRecheck:
    """Return what raises NotAllowed where the caller of an earlier reply has not the right in its story any more."""
    return lambda seen, _: require_right(seen.actor, right)


def see_story(context: WriteContext, story_ref: str) -> StoryContext:
    """Return the context for a story that is not locked, with the actor's role in it. Raises NotFound."""
    story, actor = look_up_story_and_actor(context.tx, story_ref, context.actor)
    return StoryContext(context.tx, context.newsroom, actor, context.call, context.now, story)


def _context(tx: WriteTransaction, newsroom: Newsroom, call: Call, right: Right | None) -> WriteContext:
    actor = authenticate(tx, newsroom, call)
    if right is not None:
        require_right(actor, right)
    return WriteContext(tx, newsroom, actor, call, newsroom.clock())

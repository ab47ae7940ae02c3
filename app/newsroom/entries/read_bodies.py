"""Bodies of entries read before the transaction that writes them: of a hundred that takes seconds of CPU.

What a body becomes is the same in any transaction but for the uploads that it names, so that only those are left for
it. Its Markdown, which the answer has, is kept where the answer looks for it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from app.content import (
    Block,
    MediaFacts,
    NewId,
    complete_blocks,
    markdown_source,
    read_shorthand,
)
from app.domain.errors import LiveblogError
from app.domain.media import Media
from app.domain.rights import Right, require_right
from app.newsroom.context.access import authenticate
from app.newsroom.context.media_use import ShownMedia
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.entries.content import TextForm, block_ids, parse_text
from app.newsroom.entries.shorthand import author_finder
from app.storage.newsroom.media import list_media_named
from app.wire.encoding import encode_json
from app.wire.requests.entries import EntryDraft

_Made = list[Block] | LiveblogError
_Facts = Mapping[str, MediaFacts | None]


class ReadBodies:
    """The bodies of one request that were read already, each to be taken once. Any other is read when asked for."""

    def __init__(self) -> None:
        self._texts: defaultdict[tuple[TextForm, str], deque[_Made]] = defaultdict(deque)
        self._blocks: defaultdict[bytes, deque[tuple[_Facts, _Made]]] = defaultdict(deque)

    def read_text(self, form: TextForm, text: str, *, new_id: NewId) -> None:
        """Read a text or HTML, or keep the error that it is refused with."""
        made = _made(lambda: parse_text(form, text, new_id=new_id, kept={}))
        self._texts[form, text].append(made)
        if form == "html" and isinstance(made, list):
            markdown_source(made)

    def read_blocks(
        self, blocks: Sequence[Mapping[str, Any]], *, new_id: NewId, media: Mapping[str, MediaFacts]
    ) -> list[Block]:
        """Complete blocks as `complete_blocks` does, or keep the error that they are refused with."""
        made = _made(lambda: complete_blocks(blocks, new_id=new_id, media=media))
        self._blocks[encode_json(blocks)].append((_facts_in(blocks, media), made))
        if not isinstance(made, list):
            return []
        markdown_source(made)
        return made

    def parse(self, form: TextForm, text: str, *, new_id: NewId, kept: Mapping[str, Block]) -> list[Block]:
        """Return the blocks of a text or HTML as `parse_text` does."""
        if kept or not (waiting := self._texts.get((form, text))):
            return parse_text(form, text, new_id=new_id, kept=kept)
        return _taken(waiting.popleft())

    def complete(
        self, blocks: Sequence[Mapping[str, Any]], *, new_id: NewId, media: Mapping[str, MediaFacts]
    ) -> list[Block]:
        """Return blocks as `complete_blocks` does; anew where an upload that they name has changed."""
        if self._blocks and (waiting := self._blocks.get(encode_json(blocks))):
            facts, made = waiting.popleft()
            if facts == _facts_in(blocks, media):
                return _taken(made)
        return complete_blocks(blocks, new_id=new_id, media=media)


NOTHING_READ = ReadBodies()
"""For a write of one entry, which reads its body itself."""


def read_bodies(newsroom: Newsroom, call: Call, drafts: Iterable[EntryDraft]) -> ReadBodies:
    """Read the bodies of new entries, in no transaction. Raises NotAuthenticated, NotAllowed."""
    with newsroom.database.snapshot() as tx:
        actor = authenticate(tx, newsroom, call)
        require_right(actor, Right.CREATE_ENTRY)
        find_author = author_finder(tx) if actor.shorthand else None

    def find(ids: Collection[str], names: Collection[str]) -> list[Media]:
        with newsroom.database.snapshot() as tx:  # of its own: none is open while bodies are read
            return list_media_named(tx, ids=ids, names=names)

    bodies = ReadBodies()
    media = ShownMedia(newsroom, find, complete=bodies.read_blocks)
    for draft in drafts:
        new_id = block_ids(newsroom.random, f"{draft.id or newsroom.random.uuid('body', '')}:1")
        blocks = draft.written_blocks()
        if blocks is not None:
            media.complete(blocks, new_id=new_id)
        elif draft.html is not None:
            bodies.read_text("html", draft.html, new_id=new_id)
        elif draft.text is not None:
            text = draft.text if find_author is None else read_shorthand(draft.text, find_author=find_author).text
            bodies.read_text(draft.text_format or "markdown", text, new_id=new_id)
    return bodies


def _made(make: Callable[[], list[Block]]) -> _Made:
    try:
        return make()
    except LiveblogError as error:
        return error


def _taken(made: _Made) -> list[Block]:
    if isinstance(made, LiveblogError):
        raise made
    return made


def _facts_in(blocks: Sequence[Mapping[str, Any]], media: Mapping[str, MediaFacts]) -> _Facts:
    return {block["media"]: media.get(block["media"]) for block in blocks if block.get("media")}

"""Representations: encoded answers with their ETags, plain and compressed, built once and shared by all requests.

Nothing is invalidated: a cached representation carries the cursor it shows, and is served for that head alone. Requests
for a head without a cached representation wait for one shared build. Only when text was purged from the database is
all of it dropped, which nobody would be served but memory would keep.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Protocol

import brotli  # type: ignore[import-untyped]  # it ships no types
from anyio import CapacityLimiter, to_thread

from app.content.embeds.providers import providers_in_use
from app.domain.cursor import Cursor
from app.domain.errors import Redirected
from app.domain.identifiers import StoryId
from app.reading.stories import require_story
from app.reading.views import KeptView, read_view
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import ReadTransaction
from app.wire.announcement import StoryHead
from app.wire.links import Links

COMPRESS_FROM_BYTES = 512
"""Below this a compressed body saves no packet and costs time on both sides."""

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
"""Chosen on a 20 KB timeline: one level more costs twice the time for one or two percent."""

KEPT_LIMIT_BYTES = 64 * 1024 * 1024

PAGES_LIMIT_BYTES = 8 * 1024 * 1024
"""For pages of timelines and changes, apart from the views: who asks for page after page must not push those out."""


@dataclass(frozen=True, slots=True)
class Representation:
    """The answer of one view at one moment. `tag` is its ETag without quotes and without the encoding's suffix."""

    plain: bytes
    tag: str
    links: tuple[tuple[str, str], ...] = ()
    """(URL, relation) pairs of the `Link` header."""
    surrogate: str = ""
    is_over: bool = False
    """Whether it shows a story that has ended, and so hardly changes."""
    gzip: bytes | None = None
    brotli: bytes | None = None
    content_type: bytes = b"application/json"
    prepared: dict[object, object] = field(default_factory=dict, compare=False, repr=False)
    """Responses the edge has prepared from it, kept as long as its bytes."""

    @property
    def size_bytes(self) -> int:
        """Estimate the memory it takes."""
        return len(self.plain) + len(self.gzip or b"") + len(self.brotli or b"") + 1024


class Heads(Protocol):
    """The heads of public stories in memory: app.live.memory.stories_in_memory.StoriesInMemory."""

    def head(self, ref: str) -> StoryHead | None: ...

    async def open(self, ref: str) -> HasHead: ...


class HasHead(Protocol):
    """A story in memory."""

    @property
    def head(self) -> StoryHead: ...


class _State(NamedTuple):
    """All that a view's bytes depend on: the head, the comments' version if it tells how many there are, the site."""

    cursor: Cursor
    comments: int
    site: str
    """The end of the tag for the story's site; empty for the settings'."""

    def tag(self, view: KeptView) -> str:
        """Return the view's ETag in this state."""
        counted = f".c{self.comments}" if self.comments else ""
        return f"{self.cursor}.{view.tag}{counted}{self.site}"


def state_of(head: StoryHead, view: KeptView, links: Links) -> _State:
    """Return the state that names what `view` shows at `head`, with the links of its site as they are now."""
    comments = head.comments.version if view.shows_comments else 0
    tag = providers_in_use().tag if head.site is None else links.for_site(head.site).site.tag
    return _State(head.cursor, comments, tag)


@dataclass(frozen=True, slots=True)
class _Kept:
    shown: _State
    asked: _State
    """The state for which it was built; if the tables had moved on by then, it shows a newer one."""
    representation: Representation


def compressed(
    representation: Representation, codings: Collection[Literal["gzip", "br"]] = ("gzip", "br")
) -> Representation:
    """Add the compressed forms to a representation, if they are worth it.

    It takes about a millisecond; call it in a thread."""
    plain = representation.plain
    if len(plain) < COMPRESS_FROM_BYTES or not codings:
        return representation
    return replace(
        representation,
        gzip=gzip.compress(plain, GZIP_LEVEL, mtime=0) if "gzip" in codings else None,
        brotli=brotli.compress(plain, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY) if "br" in codings else None,
        prepared={},
    )


def _is_its_name(ref: str, head: StoryHead) -> bool:
    return ref == head.story or ref == head.slug


class Representations:
    """A cache of stories' views that evicts the least recently used ones. It belongs to one event loop."""

    def __init__(
        self, snapshots: Snapshots, heads: Heads, *, links: Links, limit_bytes: int = KEPT_LIMIT_BYTES
    ) -> None:
        self.builds = 0
        self.hits = 0
        self.kept_bytes = 0
        self._snapshots = snapshots
        self._heads = heads
        self._links = links
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[tuple[StoryId, KeptView], _Kept] = OrderedDict()
        self._builds: dict[tuple[StoryId, KeptView, _State], asyncio.Task[Representation]] = {}
        self._compressing = CapacityLimiter(2)
        self._forgotten = 0

    def forget(self) -> None:
        """Drop every cached representation; a build that is under way serves those who wait, and is not cached."""
        self._forgotten += 1
        self._kept.clear()
        self.kept_bytes = 0

    def ready(self, ref: str, view: KeptView) -> Representation | None:
        """Return the view at the story's head if both are in memory, else None: ask `current`. Never waits."""
        head = self._heads.head(ref)
        return None if head is None or not _is_its_name(ref, head) else self._find(head, view)

    async def current(self, ref: str, view: KeptView) -> Representation:
        """Return the view of the story at its head, built if it is not in memory.

        Raises NotFound, Gone, Redirected for a slug it had before, Unavailable when it must be read and cannot be, and
        what `read_view` raises.
        """
        head = self._heads.head(ref)
        if head is None:
            head = (await self._heads.open(ref)).head
        if not _is_its_name(ref, head):
            raise Redirected("moved", "This story has another address now.", slug=head.slug)
        return self._find(head, view) or await self._build_once(head, view)

    def _find(self, head: StoryHead, view: KeptView) -> Representation | None:
        key = (head.story, view)
        kept = self._kept.get(key)
        if kept is None:
            return None
        state = state_of(head, view, self._links)
        if kept.shown != state and kept.asked != state:
            return None
        self._kept.move_to_end(key)
        self.hits += 1
        return kept.representation

    async def _build_once(self, head: StoryHead, view: KeptView) -> Representation:
        key = (head.story, view, state_of(head, view, self._links))
        task = self._builds.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._build(head, view))
            self._builds[key] = task
            task.add_done_callback(lambda done: self._build_done(key, done))
        # One cancelled request must not end the build for the others.
        return await asyncio.shield(task)

    def _build_done(self, key: tuple[StoryId, KeptView, _State], done: asyncio.Task[Representation]) -> None:
        del self._builds[key]
        if not done.cancelled():
            done.exception()  # retrieved, though all who waited may have been cancelled

    async def _build(self, head: StoryHead, view: KeptView) -> Representation:
        self.builds += 1
        forgotten = self._forgotten

        def work(tx: ReadTransaction) -> tuple[_State, Representation]:
            story = require_story(tx, head.story)
            links = self._links.for_site(story.head.site)  # as it is now, whoever changes it meanwhile
            state = state_of(story.head, view, links)
            read = read_view(tx, story, view, links=links)
            found = Representation(
                plain=read.body,
                tag=state.tag(view),
                links=tuple((url, rel) for url, rel in ((read.next, "next"), (read.prev, "prev")) if url),
                surrogate=f"story-{head.story}",
                is_over=story.head.closing is not None,
            )
            return state, found

        shown, plain = await self._snapshots.read(work, turn=(view.tag, head.story))
        representation = await to_thread.run_sync(compressed, plain, view.codings, limiter=self._compressing)
        if self._forgotten == forgotten:
            asked = state_of(head, view, self._links)
            self._keep((head.story, view), _Kept(shown=shown, asked=asked, representation=representation))
        return representation

    def _keep(self, key: tuple[StoryId, KeptView], kept: _Kept) -> None:
        before = self._kept.pop(key, None)
        if before is not None:
            self.kept_bytes -= before.representation.size_bytes
        self._kept[key] = kept
        self.kept_bytes += kept.representation.size_bytes
        while self.kept_bytes > self._limit_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self.kept_bytes -= oldest.representation.size_bytes

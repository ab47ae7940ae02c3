"""`GET /v1/stories/{story}/changes`: the log by polling, long or short."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response

from app.api.http.answers import NO_STORE, PUBLIC_CACHE, RepresentationResponse, codings_for
from app.api.http.public_descriptions import OF_A_STORY, public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import LiveHub, PublicReading
from app.api.routes.public.read_stories import BodyQuery, PublicStoryRef
from app.domain.errors import Gone
from app.domain.identifiers import StoryId
from app.live.hub.hub import Hub
from app.live.story.story_log import CursorUnusable
from app.reading.changes import CHANGES_LIMIT, MAX_CHANGES_LIMIT, encode_changes, is_empty, parse_after
from app.reading.reading import Reading
from app.reading.representations import Representation
from app.reading.views import ChangesView
from app.wire.announcement import ChangesPage, StoryHead
from app.wire.encoding import BodyVariant
from app.wire.shapes.events import Changes
from app.wire.shapes.examples import CHANGES

CHANGES_PATH = "/v1/stories/{story}/changes"
MAX_WAIT_SECONDS = 30

router = ResourceRouter(tags=["Reading"])

AfterQuery = Annotated[
    str | None,
    Query(max_length=100, description="The cursor you hold; `0` for everything; leave it out to learn where to begin."),
]
LimitQuery = Annotated[int, Query(ge=1, le=MAX_CHANGES_LIMIT, description="How many events are sent at most.")]
WaitQuery = Annotated[
    int, Query(ge=0, le=MAX_WAIT_SECONDS, description="Seconds to wait for an event when there is none yet.")
]


@router.get(
    CHANGES_PATH,
    responses=public_responses(Changes, CHANGES, *OF_A_STORY, "cursor_unusable", "invalid"),
)
async def get_changes(
    request: Request,
    reading: PublicReading,
    hub: LiveHub,
    story: PublicStoryRef,
    after: AfterQuery = None,
    limit: LimitQuery = CHANGES_LIMIT,
    wait: WaitQuery = 0,
    body: BodyQuery = BodyVariant.HTML,
) -> Response:
    """Return everything after a cursor, by state. A cursor that cannot be honoured is 410, with the snapshot's URL."""
    head = await hub.stories.open_head(story)
    try:
        if after is None:
            answer = _nothing_since(head, body)
        else:
            view = ChangesView(parse_after(after), limit, body, codings_for(request))
            answer = await _read(reading, hub, head, view, wait=wait)
    except CursorUnusable as error:
        raise _gone(error, reading, head) from None
    return RepresentationResponse(answer, cache_control=NO_STORE if wait else PUBLIC_CACHE)


async def _read(reading: Reading, hub: Hub, head: StoryHead, view: ChangesView, *, wait: int) -> Representation:
    cursor = view.after
    if cursor != head.cursor:
        answer = await _read_shared(reading, head.story, view)
        if not wait or not is_empty(answer.plain):
            return answer
    if wait:
        # The reader is at the head, so that this is a cursor: "from the beginning" always has an event.
        seq = 0 if cursor is None else cursor.seq
        head = await hub.wait_beyond(head.story, seq, timeout_seconds=wait)
    if cursor == head.cursor:
        return _nothing_since(head, view.variant)
    return await _read_shared(reading, head.story, view)


async def _read_shared(reading: Reading, story: StoryId, view: ChangesView) -> Representation:
    """Return what all who hold this cursor are answered: a thousand long-polls wake at once, and lack the same."""
    # Of an ended story, too, what is new is asked for again after a second.
    return replace(await reading.pages.current(story, view), is_over=False)


def _nothing_since(head: StoryHead, variant: BodyVariant) -> Representation:
    page = ChangesPage(events=(), cursor=head.cursor, head=head, more=False)
    counted = f".c{head.comments.version}" if head.comments.version else ""
    tag = f"{head.cursor}.changes.{variant}{counted}"
    return Representation(plain=encode_changes(page, variant), tag=tag, surrogate=f"story-{head.story}")


def _gone(error: CursorUnusable, reading: PublicReading, head: StoryHead) -> Gone:
    detail = "This cursor cannot be continued from; begin again from the snapshot."
    return Gone(
        "cursor_unusable", detail, cause=error.reason, snapshot_url=reading.links.for_site(head.site).story(head.story)
    )

"""Writes of entries: create, edit, review, schedule, publish, move and withdraw."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Request, Response

from app.api.http.bodies import FORM, BatchRoute, EntryRoute, FormWriteRoute, WriteRoute
from app.api.http.calls import WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.routes.references import EntryRef, ExternalRef, StoryRef
from app.newsroom.entries import create, edit, move, release, review, withdrawal
from app.wire.requests.entries import (
    CorrectionDraft,
    EntryBatch,
    EntryDraft,
    EntryMove,
    EntryPatch,
    ExternalEntry,
    Note,
    Nothing,
    Publication,
    Retraction,
    Schedule,
)
from app.wire.shapes.newsroom import NEWSROOM_ENTRY, BatchResults, NewsroomEntry, entry_example

_ERRORS = (404, 409, 410, 412, 413, 415, 422)
_UNSEEN: dict[str, Any] = {"revision": 0, "time": None, "published_at": None, "sort_key": None}


def _changed_to(**members: Any) -> Any:
    """Describe the answer to an action; `members` are what it changes in the example."""
    return newsroom_responses(200, NewsroomEntry, entry_example(**{"version": 2, **members}), *_ERRORS)


_CHANGED: Any = _changed_to()
_SCHEDULED = entry_example(**_UNSEEN, status="scheduled", publish_at="2026-11-03T22:00:00.000Z")
_LATER: Any = newsroom_responses(202, NewsroomEntry, {**_SCHEDULED, "held": True}, *_ERRORS)
_HELD: Any = {**_LATER, **_CHANGED}

_LOCATION = f"https://live.harbour.example/v1/stories/{NEWSROOM_ENTRY['story']}/entries/{NEWSROOM_ENTRY['id']}"
_BATCH_RESULTS: Any = {"items": [{"status": 201, "location": _LOCATION, "entry": NEWSROOM_ENTRY}]}

posting = ResourceRouter(tags=["Writing entries"], route_class=FormWriteRoute)
batching = ResourceRouter(tags=["Writing entries"], route_class=BatchRoute)
writing = ResourceRouter(tags=["Writing entries"], route_class=EntryRoute)
acting = ResourceRouter(tags=["Writing entries"], route_class=WriteRoute)


@posting.post(
    "/v1/stories/{story}/entries",
    status_code=201,
    responses={**_LATER, **newsroom_responses(201, NewsroomEntry, NEWSROOM_ENTRY, 404, 409, 410, 413, 415, 422)},
    openapi_extra={"requestBody": {"content": {FORM: {"schema": {"$ref": "#/components/schemas/EntryDraft"}}}}},
)
async def create_entry(
    request: Request,
    story: StoryRef,
    draft: Annotated[EntryDraft, Body(examples=[{"text": "Polls have closed."}])],
    call: WriteCall,
) -> Response:
    """Write a new entry: as JSON, or as a form with `text=`. It is published if the token may, else submitted."""
    return await perform(request, create.create_entry, call, story, draft)


@batching.post(
    "/v1/stories/{story}/entries:batch",
    responses=newsroom_responses(200, BatchResults, _BATCH_RESULTS, 404, 409, 410, 413, 415, 422),
)
async def create_entries(
    request: Request,
    story: StoryRef,
    batch: Annotated[EntryBatch, Body(examples=[{"items": [{"text": "Polls have closed."}]}])],
    call: WriteCall,
) -> Response:
    """Write up to 100 entries in order; each succeeds or fails alone."""
    return await perform(request, create.create_entries, call, story, batch)


@writing.put(
    "/v1/stories/{story}/entries/by-external-id/{external_id}",
    responses={**newsroom_responses(201, NewsroomEntry, NEWSROOM_ENTRY), **_HELD},
)
async def upsert_entry(
    request: Request,
    story: StoryRef,
    external_id: ExternalRef,
    draft: Annotated[ExternalEntry, Body(examples=[{"text": "Polls have closed.", "external_version": 3}])],
    call: WriteCall,
) -> Response:
    """Create the entry another system knows by this id, or update it to that system's newest version."""
    return await perform(request, create.upsert_entry, call, story, external_id, draft)


@writing.patch(
    "/v1/stories/{story}/entries/{entry}",
    responses={**_HELD, **newsroom_responses(200, NewsroomEntry, NEWSROOM_ENTRY, 404, 409, 412, 413, 415, 422, 428)},
)
async def edit_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    patch: Annotated[EntryPatch, Body(examples=[{"headline": "Polls have closed", "material": False}])],
    call: WriteCall,
) -> Response:
    """Change an entry; needs If-Match. `"publish": false` keeps the edit aside as a working revision."""
    return await perform(request, edit.edit_entry, call, story, entry, patch)


@writing.delete("/v1/stories/{story}/entries/{entry}", responses=_CHANGED)
async def delete_entry(request: Request, story: StoryRef, entry: EntryRef, call: WriteCall) -> Response:
    """Remove an entry for good, as `remove` does."""
    return await perform(request, withdrawal.remove_entry, call, story, entry, note=None)


@acting.post("/v1/stories/{story}/entries/{entry}/submit", responses=_changed_to(**_UNSEEN, status="submitted"))
async def submit_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, _: Nothing | None = None
) -> Response:
    """Submit a draft, or a working revision, to the editors."""
    return await perform(request, review.submit_entry, call, story, entry)


@acting.post("/v1/stories/{story}/entries/{entry}/return", responses=_changed_to(**_UNSEEN, status="draft"))
async def return_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, body: Note | None = None
) -> Response:
    """Return a submission, or a submitted working revision, to its author, with a note readers never see."""
    return await perform(request, review.return_entry, call, story, entry, note=body.note if body else None)


@acting.post("/v1/stories/{story}/entries/{entry}/reject", responses=_changed_to(**_UNSEEN, status="rejected"))
async def reject_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, body: Note | None = None
) -> Response:
    """Reject a submission, or a submitted working revision, for good, with a note readers never see."""
    return await perform(request, review.reject_entry, call, story, entry, note=body.note if body else None)


@acting.post(
    "/v1/stories/{story}/entries/{entry}/schedule",
    status_code=202,
    responses=newsroom_responses(202, NewsroomEntry, _SCHEDULED, *_ERRORS),
)
async def schedule_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[Schedule, Body(examples=[{"publish_at": "2026-11-03T22:00:00Z"}])],
    call: WriteCall,
) -> Response:
    """Schedule an entry, or the working revision of a published one, to be published by itself at a time to come."""
    return await perform(request, release.schedule_entry, call, story, entry, publish_at=body.publish_at)


@acting.post("/v1/stories/{story}/entries/{entry}/cancel", responses=_changed_to(**_UNSEEN, status="draft"))
async def cancel_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, _: Nothing | None = None
) -> Response:
    """Cancel what was scheduled or held before readers see it: it is a draft again."""
    return await perform(request, release.cancel_entry, call, story, entry)


@acting.post("/v1/stories/{story}/entries/{entry}/publish", responses=_HELD)
async def publish_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, body: Publication | None = None
) -> Response:
    """Publish an entry, or the working revision of a published one; `hold_seconds` waits that long, if not longer."""
    hold_seconds = None if body is None else body.hold_seconds
    return await perform(request, release.publish_entry, call, story, entry, hold_seconds=hold_seconds)


@acting.post("/v1/stories/{story}/entries/{entry}/discard", responses=_CHANGED)
async def discard_working_revision(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, _: Nothing | None = None
) -> Response:
    """Discard the working revision; readers go on seeing the entry as it is."""
    return await perform(request, release.discard_working_revision, call, story, entry)


@acting.post("/v1/stories/{story}/entries/{entry}/unpublish", responses=_changed_to(status="unpublished", revision=2))
async def unpublish_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, body: Note | None = None
) -> Response:
    """Unpublish an entry; it can be published again."""
    return await perform(request, withdrawal.unpublish_entry, call, story, entry, note=body.note if body else None)


@acting.post("/v1/stories/{story}/entries/{entry}/retract", responses=_changed_to(status="retracted", revision=2))
async def retract_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[Retraction, Body(examples=[{"reason": "The figure was last year's."}])],
    call: WriteCall,
) -> Response:
    """Retract an entry in public, with the reason; its text stays, struck through."""
    return await perform(request, withdrawal.retract_entry, call, story, entry, reason=body.reason)


@acting.post("/v1/stories/{story}/entries/{entry}/reinstate", responses=_CHANGED)
async def reinstate_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, _: Nothing | None = None
) -> Response:
    """Reinstate a retracted entry."""
    return await perform(request, withdrawal.reinstate_entry, call, story, entry)


@acting.post("/v1/stories/{story}/entries/{entry}/remove", responses=_changed_to(status="removed", revision=2))
async def remove_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: WriteCall, body: Note | None = None
) -> Response:
    """Remove an entry for good: a tombstone for readers, its text gone from everything public."""
    return await perform(request, withdrawal.remove_entry, call, story, entry, note=body.note if body else None)


@acting.post("/v1/stories/{story}/entries/{entry}/move", responses=_CHANGED)
async def move_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[EntryMove, Body(examples=[{"before": "f3a1b2c3-4d5e-4f60-8a7b-9c0d1e2f3a4b"}])],
    call: WriteCall,
) -> Response:
    """Move a public entry right above (`before`) or below (`after`) another one. The time that is shown stays."""
    return await perform(request, move.move_entry, call, story, entry, body)


@acting.post("/v1/stories/{story}/entries/{entry}/corrections", responses=_CHANGED)
async def correct_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[CorrectionDraft, Body(examples=[{"text": "The bridge opened in 1931, not 1913."}])],
    call: WriteCall,
) -> Response:
    """Add a line to the entry's public log of corrections."""
    return await perform(request, withdrawal.correct_entry, call, story, entry, text=body.text, severity=body.severity)

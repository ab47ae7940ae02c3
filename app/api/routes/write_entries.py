"""Writing entries and moving them through their life."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Request, Response

from app.api.http.bodies import FORM, FormWriteRoute, WriteRoute
from app.api.http.calls import TheCall, perform
from app.api.http.declarations import Routes
from app.api.http.write_descriptions import answers
from app.newsroom.entries import create as entries
from app.newsroom.entries import edit as editing
from app.newsroom.entries import move as moving
from app.newsroom.entries import release as releasing
from app.newsroom.entries import review as reviewing
from app.newsroom.entries import withdrawal as taking_back
from app.wire.requests.entries import (
    CorrectionDraft,
    EntryBatch,
    EntryDraft,
    EntryMove,
    EntryPatch,
    ExternalEntry,
    ExternalId,
    Note,
    Nothing,
    Retraction,
    Schedule,
)
from app.wire.shapes.newsroom import NEWSROOM_ENTRY, BatchResults, NewsroomEntry, entry_example

StoryRef = Annotated[str, Path(description="A story's id or slug.", examples=["election-night-x4k2"])]
EntryRef = Annotated[str, Path(description="An entry's id.", examples=[NEWSROOM_ENTRY["id"]])]
ExternalRef = Annotated[
    ExternalId,
    Path(description="The other system's id of the entry; unique in the story.", examples=["wire-20261103-17"]),
]

_ERRORS = (404, 409, 410, 412, 413, 415, 422)
_UNSEEN: dict[str, Any] = {"revision": 0, "time": None, "published_at": None, "sort_key": None}


def _becomes(**members: Any) -> Any:
    """The answer to an action, with the members of the example that tell what it did."""
    return answers(200, NewsroomEntry, entry_example(**{"version": 2, **members}), *_ERRORS)


_CHANGED: Any = _becomes()
_SCHEDULED = entry_example(**_UNSEEN, status="scheduled", publish_at="2026-11-03T22:00:00.000Z")
_LATER: Any = answers(202, NewsroomEntry, {**_SCHEDULED, "held": True}, *_ERRORS)
_HELD: Any = {**_LATER, **_CHANGED}

posting = Routes(tags=["Writing entries"], route_class=FormWriteRoute)
writing = Routes(tags=["Writing entries"], route_class=WriteRoute)


@posting.post(
    "/v1/stories/{story}/entries",
    status_code=201,
    responses={**_LATER, **answers(201, NewsroomEntry, NEWSROOM_ENTRY, 404, 409, 410, 413, 415, 422)},
    openapi_extra={"requestBody": {"content": {FORM: {"schema": {"$ref": "#/components/schemas/EntryDraft"}}}}},
)
async def create_entry(
    request: Request,
    story: StoryRef,
    draft: Annotated[EntryDraft, Body(examples=[{"text": "Polls have closed."}])],
    call: TheCall,
) -> Response:
    """Write a new entry: as JSON, or as a form with `text=`. It is published if the token may, else submitted."""
    return await perform(request, entries.create_entry, call, story, draft)


@writing.post(
    "/v1/stories/{story}/entries:batch",
    responses=answers(
        200, BatchResults, {"items": [{"status": 201, "entry": NEWSROOM_ENTRY}]}, 404, 409, 410, 413, 415, 422
    ),
)
async def create_entries(
    request: Request,
    story: StoryRef,
    batch: Annotated[EntryBatch, Body(examples=[{"items": [{"text": "Polls have closed."}]}])],
    call: TheCall,
) -> Response:
    """Write up to 100 entries in order; each succeeds or fails alone."""
    return await perform(request, entries.create_entries, call, story, batch)


@writing.put(
    "/v1/stories/{story}/entries/by-external-id/{external_id}",
    responses={**answers(201, NewsroomEntry, NEWSROOM_ENTRY), **_HELD},
)
async def upsert_entry(
    request: Request,
    story: StoryRef,
    external_id: ExternalRef,
    draft: Annotated[ExternalEntry, Body(examples=[{"text": "Polls have closed.", "external_version": 3}])],
    call: TheCall,
) -> Response:
    """Create the entry another system calls by this id, or bring it up to that system's newest version."""
    return await perform(request, entries.upsert_entry, call, story, external_id, draft)


@writing.patch(
    "/v1/stories/{story}/entries/{entry}",
    responses={**_HELD, **answers(200, NewsroomEntry, NEWSROOM_ENTRY, 404, 409, 412, 413, 415, 422, 428)},
)
async def edit_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    patch: Annotated[EntryPatch, Body(examples=[{"headline": "Polls have closed", "material": False}])],
    call: TheCall,
) -> Response:
    """Change an entry; needs If-Match. `"publish": false` keeps the edit aside as a working revision."""
    return await perform(request, editing.edit_entry, call, story, entry, patch)


@writing.delete("/v1/stories/{story}/entries/{entry}", responses=_CHANGED)
async def delete_entry(request: Request, story: StoryRef, entry: EntryRef, call: TheCall) -> Response:
    """Remove an entry for good, as `remove` does."""
    return await perform(request, taking_back.remove_entry, call, story, entry, note=None)


@writing.post("/v1/stories/{story}/entries/{entry}/submit", responses=_becomes(**_UNSEEN, status="submitted"))
async def submit_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, _: Nothing | None = None
) -> Response:
    """Hand a draft, or a working revision, to the editors."""
    return await perform(request, reviewing.submit_entry, call, story, entry)


@writing.post("/v1/stories/{story}/entries/{entry}/return", responses=_becomes(**_UNSEEN, status="draft"))
async def return_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, body: Note | None = None
) -> Response:
    """Give a submission, or a submitted working revision, back to its author, with a note readers never see."""
    return await perform(request, reviewing.return_entry, call, story, entry, note=body.note if body else None)


@writing.post("/v1/stories/{story}/entries/{entry}/reject", responses=_becomes(**_UNSEEN, status="rejected"))
async def reject_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, body: Note | None = None
) -> Response:
    """Turn a submission, or a submitted working revision, down for good, with a note readers never see."""
    return await perform(request, reviewing.reject_entry, call, story, entry, note=body.note if body else None)


@writing.post(
    "/v1/stories/{story}/entries/{entry}/schedule",
    status_code=202,
    responses=answers(202, NewsroomEntry, _SCHEDULED, *_ERRORS),
)
async def schedule_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[Schedule, Body(examples=[{"publish_at": "2026-11-03T22:00:00Z"}])],
    call: TheCall,
) -> Response:
    """Let an entry, or the working revision of one that is out, out by itself at a time to come."""
    return await perform(request, releasing.schedule_entry, call, story, entry, publish_at=body.publish_at)


@writing.post("/v1/stories/{story}/entries/{entry}/cancel", responses=_becomes(**_UNSEEN, status="draft"))
async def cancel_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, _: Nothing | None = None
) -> Response:
    """Take back what was scheduled or held before anybody has seen it: it is a draft again."""
    return await perform(request, releasing.cancel_entry, call, story, entry)


@writing.post("/v1/stories/{story}/entries/{entry}/publish", responses=_HELD)
async def publish_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, _: Nothing | None = None
) -> Response:
    """Let an entry out, or the working revision of one that is out."""
    return await perform(request, releasing.publish_entry, call, story, entry)


@writing.post("/v1/stories/{story}/entries/{entry}/discard", responses=_CHANGED)
async def discard_working_revision(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, _: Nothing | None = None
) -> Response:
    """Drop the working revision; readers go on seeing the entry as it is."""
    return await perform(request, releasing.discard_working_revision, call, story, entry)


@writing.post("/v1/stories/{story}/entries/{entry}/unpublish", responses=_becomes(status="unpublished", revision=2))
async def unpublish_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, body: Note | None = None
) -> Response:
    """Take an entry out of the public; it can be published again."""
    return await perform(request, taking_back.unpublish_entry, call, story, entry, note=body.note if body else None)


@writing.post("/v1/stories/{story}/entries/{entry}/retract", responses=_becomes(status="retracted", revision=2))
async def retract_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[Retraction, Body(examples=[{"reason": "The figure was last year's."}])],
    call: TheCall,
) -> Response:
    """Say in public that an entry no longer stands, and why; its text stays, struck through."""
    return await perform(request, taking_back.retract_entry, call, story, entry, reason=body.reason)


@writing.post("/v1/stories/{story}/entries/{entry}/reinstate", responses=_CHANGED)
async def reinstate_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, _: Nothing | None = None
) -> Response:
    """Take a retraction back."""
    return await perform(request, taking_back.reinstate_entry, call, story, entry)


@writing.post("/v1/stories/{story}/entries/{entry}/remove", responses=_becomes(status="removed", revision=2))
async def remove_entry(
    request: Request, story: StoryRef, entry: EntryRef, call: TheCall, body: Note | None = None
) -> Response:
    """Remove an entry for good: a tombstone for readers, its text gone from everything public."""
    return await perform(request, taking_back.remove_entry, call, story, entry, note=body.note if body else None)


@writing.post("/v1/stories/{story}/entries/{entry}/move", responses=_CHANGED)
async def move_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[EntryMove, Body(examples=[{"before": "f3a1b2c3-4d5e-4f60-8a7b-9c0d1e2f3a4b"}])],
    call: TheCall,
) -> Response:
    """Put a public entry right above (`before`) or below (`after`) another one. The time that is shown stays."""
    return await perform(request, moving.move_entry, call, story, entry, body)


@writing.post("/v1/stories/{story}/entries/{entry}/corrections", responses=_CHANGED)
async def correct_entry(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    body: Annotated[CorrectionDraft, Body(examples=[{"text": "The bridge opened in 1931, not 1913."}])],
    call: TheCall,
) -> Response:
    """Add a line to the entry's public log of corrections."""
    return await perform(request, taking_back.correct_entry, call, story, entry, text=body.text, severity=body.severity)

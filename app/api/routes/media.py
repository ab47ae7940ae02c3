"""Uploads: sending one, finding it again, changing its words, deleting it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import Body, Path, Query, Request, Response
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect

from app.api.http.bodies import EntryRoute, UploadRoute, WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform, response_of, run_use_case, turn_of
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.api.http.uploads import Upload, receive_upload
from app.domain.errors import LiveblogError, MalformedInput, Unavailable
from app.newsroom.context.newsroom import Call, Reply
from app.newsroom.media import library
from app.newsroom.media.upload import admit_upload, find_upload, keep_upload, new_media_name
from app.wire.problems import validation_errors
from app.wire.requests.media import MediaPatch, MediaUpload
from app.wire.shapes.media import DELETED_MEDIA, MEDIA, MEDIA_WITH_USES, DeletedMedia, Media, MediaList, MediaWithUses

uploading = ResourceRouter(tags=["Media"], route_class=UploadRoute)
router = ResourceRouter(tags=["Media"], route_class=WriteRoute)
editing = ResourceRouter(tags=["Media"], route_class=EntryRoute)
"""Three texts of 4,000 characters, in their longest JSON spelling."""

MediaRef = Annotated[str, Path(description="An upload's id.", examples=[MEDIA["id"]])]

RECEIVING_LIMIT = 64
"""Bodies that come in at once. Each is on our disk until it is converted, and a slow line may take long."""

_WORDS = ("id", "alt", "caption", "credit", "rights", "focal")
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            **{name: {"type": "string"} for name in _WORDS[:-1]},
            "focal": {"type": "string", "description": 'JSON, like `{"x": 0.5, "y": 0.3}`.'},
        },
    }
}


@uploading.post(
    "/v1/media",
    status_code=201,
    responses=newsroom_responses(201, Media, MEDIA, 409, 413, 415, 422),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": _FORM, "image/*": _BINARY, "video/*": _BINARY, "audio/*": _BINARY},
        }
    },
)
async def upload_media(
    request: Request,
    call: ReadCall,
    id: Annotated[str | None, Query(max_length=100, description="As in a form; beside a raw body.")] = None,
    alt: Annotated[str | None, Query(max_length=4_000)] = None,
    caption: Annotated[str | None, Query(max_length=4_000)] = None,
    credit: Annotated[str | None, Query(max_length=300)] = None,
    rights: Annotated[str | None, Query(max_length=4_000)] = None,
    focal: Annotated[str | None, Query(max_length=200, description="JSON.")] = None,
) -> Response:
    """Upload a picture, a video or a sound: its bytes with their Content-Type, or a form with a `file`.

    Answered once its renditions are on disk. What it is, is told by its content; all metadata is dropped.
    """
    app_state: AppState = request.app.state.app_state
    media = app_state.media
    admit = partial(admit_upload, app_state.newsroom, call, quota_bytes=media.quota_bytes)
    await app_state.read_threads.run(admit, turn=turn_of(call))
    asked = {"id": id, "alt": alt, "caption": caption, "credit": credit, "rights": rights, "focal": focal}
    if media.receiving >= RECEIVING_LIMIT:
        raise Unavailable("media_busy", "Too many files are being sent at the moment.", retry_after_seconds=5)
    media.receiving += 1
    try:
        return await _receive(request, call, asked)
    finally:
        media.receiving -= 1


async def _receive(request: Request, call: Call, asked: dict[str, str | None]) -> Response:
    app_state: AppState = request.app.state.app_state
    media = app_state.media
    content_type = request.headers.get("content-type", "")
    incoming, limits = media.incoming, media.decoder.limits
    async with receive_upload(content_type, _pieces(request), incoming=incoming, limits=limits) as upload:
        upload.fields = {**{name: value for name, value in asked.items() if value is not None}, **upload.fields}
        written = _parse_fields(upload)
        call = _with_conditions(request, call, upload)
        reply = await _keep(app_state, call, written, upload)
    return response_of(reply, app_state.newsroom)


async def _keep(app_state: AppState, call: Call, written: MediaUpload, upload: Upload) -> Reply:
    newsroom, threads, media = app_state.newsroom, app_state.write_threads, app_state.media
    turn = turn_of(call)
    known = await threads.run(partial(find_upload, newsroom, call, written, upload.received), turn=turn)
    if known is not None:
        return known
    converted = await media.decoder.convert(upload.path, upload.converted, declared=upload.declared)
    name = new_media_name(newsroom, written, upload.received)
    await media.files.keep(name, upload.converted, [each.file for each in converted.renditions])
    keep = partial(keep_upload, newsroom, call, written, upload.received, name=name, converted=converted)
    try:
        kept = await threads.run(keep, turn=turn)
    except Unavailable:
        raise  # it may have been written all the same: files without a row are found in time
    except LiveblogError:
        await media.delete_files([name])
        raise
    if not kept.is_new:
        await media.delete_files([name])
    media.uploads += kept.is_new
    return kept.reply


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise MalformedInput("malformed_body", "The body ended too early.") from None


def _parse_fields(upload: Upload) -> MediaUpload:
    """Parse the fields beside a file. Raises InvalidInput with pointers into the form."""
    fields: dict[str, Any] = {name: value for name, value in upload.fields.items() if value != "" or name != "focal"}
    if "focal" in fields:
        with suppress(ValueError):
            fields["focal"] = from_json(fields["focal"])
    for name in ("credit", "id"):
        if fields.get(name) == "":
            del fields[name]
    try:
        return MediaUpload.model_validate(fields)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None


def _with_conditions(request: Request, call: Call, upload: Upload) -> Call:
    """Return the call with its Idempotency-Key, and a fingerprint of the file and its fields."""
    keys = request.headers.getlist("idempotency-key")
    if len(keys) > 1:
        raise MalformedInput("repeated_header", "idempotency-key was sent more than once.")
    digest = hashlib.sha256(f"POST {request.scope['path']}\n{upload.received.sha256}".encode())
    for name, value in sorted(upload.fields.items()):
        digest.update(f"\n{name}\n{len(value)}\n{value}".encode())
    return dataclasses.replace(call, idempotency_key=keys[0] if keys else None, fingerprint=digest.hexdigest())


@router.get("/v1/newsroom/media", responses=newsroom_responses(200, MediaList, {"items": [MEDIA], "next": None}, 422))
async def list_media(
    request: Request,
    call: ReadCall,
    q: Annotated[
        str, Query(max_length=10_000, description="Words, all of which are looked for; each may be a beginning.")
    ] = "",
    position: Annotated[str | None, Query(max_length=100, description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """List uploads, the newest first; with `q`, those whose words match."""
    return await perform(request, library.show_media_list, call, q, position=position, limit=limit)


@router.get("/v1/newsroom/media/{media}", responses=newsroom_responses(200, MediaWithUses, MEDIA_WITH_USES, 404))
async def get_media(request: Request, media: MediaRef, call: ReadCall) -> Response:
    """Return an upload, and where it is used."""
    return await perform(request, library.show_media, call, media)


@editing.patch(
    "/v1/newsroom/media/{media}", responses=newsroom_responses(200, Media, MEDIA, 404, 410, 412, 413, 415, 422, 428)
)
async def edit_media(
    request: Request,
    media: MediaRef,
    patch: Annotated[MediaPatch, Body(examples=[{"alt": "Water up to the doors of the market hall."}])],
    call: WriteCall,
) -> Response:
    """Change the words that are kept with an upload; entries that show it keep the words they have."""
    return await perform(request, library.edit_media, call, media, patch)


@editing.delete(
    "/v1/newsroom/media/{media}", responses=newsroom_responses(200, DeletedMedia, DELETED_MEDIA, 404, 409, 410, 412)
)
async def delete_media(request: Request, media: MediaRef, call: WriteCall) -> Response:
    """Delete an upload that nothing uses now, with its files."""
    app_state: AppState = request.app.state.app_state
    deleted = await run_use_case(request, library.delete_unused, call, media)
    if deleted.name is not None:
        await app_state.media.delete_files([deleted.name])
    return response_of(deleted.reply, app_state.newsroom)

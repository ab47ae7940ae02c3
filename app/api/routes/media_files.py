"""Files of uploads: `/media/…` for everybody, while something public shows them; signed addresses for the newsroom."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.api.http.file_answers import CONTENT_TYPES, FileResponse, UnsatisfiableRange, redirect_to_file
from app.api.http.problems import problem_response
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState, PublicReading
from app.domain.errors import NotFound
from app.media.files import FileMissing, is_name
from app.media.folder_files import path_in_folder
from app.newsroom.context.media_addresses import SIGNED_SECONDS, is_signed
from app.wire.problems import problem_members

router = ResourceRouter(tags=["Media"])

_YEAR_SECONDS = 31_536_000
_BINARY: dict[str, Any] = {
    kind: {"schema": {"type": "string", "format": "binary"}, "example": "…"}
    for kind in sorted(set(CONTENT_TYPES.values()))
}
_PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": _BINARY},
    206: {"description": "The part of it that `Range` asks for.", "content": _BINARY},
    304: {"description": "You hold it already (If-None-Match)."},
    400: {"description": "The address cannot be read.", **_PROBLEM},
    404: {"description": "There is no such file, or nothing public shows it.", **_PROBLEM},
    416: {"description": "The range begins behind its end.", **_PROBLEM},
    503: {"description": "Cannot be read now; see Retry-After.", **_PROBLEM},
}
_PLACE = r"^[A-Za-z0-9_-]{22,64}$"

MediaName = Annotated[
    str,
    Path(
        description="The random part of its address.",
        examples=["k3J9xQ2vT7mW5zR8bN4cL6pY"],
        json_schema_extra={"pattern": _PLACE},
    ),
]
FileName = Annotated[str, Path(description="One of its files.", examples=["640.webp"])]


@router.get("/media/{name}/{file}", responses=_RESPONSES, response_class=Response)
async def get_media_file(request: Request, reading: PublicReading, name: MediaName, file: FileName) -> Response:
    """Return a file of an upload that something public shows; a browser may keep it for good."""
    app_state: AppState = request.app.state.app_state
    # A name is looked at first: what is asked about one is kept, and nobody chooses how long it is.
    if not _is_known_kind(file) or not is_name(name) or not await reading.media.is_public(name):
        raise _not_found()
    shared = app_state.media.shared_cache_seconds
    headers = {
        "Cache-Control": f"public, max-age={_YEAR_SECONDS}, s-maxage={shared}, immutable",
        "Surrogate-Key": f"media-{name}",
    }
    if app_state.media.accel_redirect:
        try:
            location = f"{app_state.media.accel_redirect}/{path_in_folder(name, file)}"
        except FileMissing:
            raise _not_found() from None
        return redirect_to_file(location, file=file, headers=headers)
    return await _answer(request, app_state, name, file, headers=headers)


@router.get("/media-previews/{signed}/{name}/{file}", responses=_RESPONSES, response_class=Response)
async def get_signed_media_file(
    request: Request,
    signed: Annotated[
        str, Path(description="Until when it is valid, and the signature.", examples=["1794164400.0a1b…"])
    ],
    name: MediaName,
    file: FileName,
) -> Response:
    """Return a file by an address that the newsroom was given, whether anything public shows it or not."""
    app_state: AppState = request.app.state.app_state
    if not _is_known_kind(file) or not is_name(name) or not is_signed(app_state.newsroom, signed, name):
        raise _not_found()
    headers = {
        "Cache-Control": f"private, max-age={SIGNED_SECONDS}, immutable",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    return await _answer(request, app_state, name, file, headers=headers)


async def _answer(request: Request, app_state: AppState, name: str, file: str, *, headers: dict[str, str]) -> Response:
    try:
        opened = await app_state.media.files.open(name, file)
    except FileMissing:
        raise _not_found() from None
    try:
        return FileResponse(opened, request, file=file, tag=f"{name}.{file}", headers=headers)
    except UnsatisfiableRange as error:
        await opened.close()
        detail = f"The file has {error.size:,} bytes; the range begins behind its end."
        problem = problem_members(416, code="range_not_satisfiable", detail=detail)
        return problem_response(problem, request.scope, headers={"Content-Range": f"bytes */{error.size}"})


def _is_known_kind(file: str) -> bool:
    return file.rpartition(".")[2] in CONTENT_TYPES


def _not_found() -> NotFound:
    return NotFound("not_found", "There is nothing at this address.")

"""An export of ours brought into a server: looked through to its last line first, then sent in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.cli.control import Refused, ask, refusal_of
from app.cli.imports.client import BATCH_BYTES, BATCH_ENTRIES, ImportedSoFar
from app.cli.imports.export_files import keep_files, read_export, verify_files
from app.media.files import MediaFiles
from app.newsroom.imports.export_shapes import ExportedMedia, ExportHeader, Restored, exported_json
from app.wire.encoding import encode_json


@dataclass(frozen=True, slots=True)
class RestoredStory:
    """The story that an export was brought in as; `new` lines were not here before."""

    story: str
    slug: str
    status: str
    new: int


async def import_export(
    api: httpx.AsyncClient, source: Path, files: MediaFiles, *, progress: ImportedSoFar = lambda _, __: None
) -> RestoredStory:
    """Bring an export in, with the files of its uploads, and open the story once all is there. Raises Refused.

    Nothing is written of a file that cannot be right. One that was interrupted goes on where it was; where the server
    refuses a line, what has come of the story is deleted again.
    """
    header, check = _verify(source)
    await _bring_uploads(api, source, files)
    begun = await ask(api, "POST", "/control/exports/begin", {"header": exported_json(header), "sum": check})
    story = begun["story"]
    if begun["state"] == "complete":
        return RestoredStory(story, begun["slug"], begun["status"], new=0)
    new = done = 0
    with read_export(source) as lines:
        for numbers, batch in _batches(lines):
            new += await _send(api, story, numbers, batch)
            done += len(batch)
            progress("lines", done)
    finished = await ask(api, "POST", f"/control/exports/{story}/finish", {"header": exported_json(header)})
    return RestoredStory(story, finished["slug"], finished["status"], new)


def _verify(source: Path) -> tuple[ExportHeader, str]:
    """Look through the whole file, and the files beside it; return its header and its last sum."""
    header, check = None, ""
    with read_export(source) as lines:
        for verifier, value in lines:
            check = verifier.check
            if isinstance(value, ExportHeader):
                header = value
            elif isinstance(value, ExportedMedia):
                verify_files(source, value)
    if header is None:
        raise Refused(f"{source}: there is no header.")
    return header, check


async def _bring_uploads(api: httpx.AsyncClient, source: Path, files: MediaFiles) -> None:
    with read_export(source) as lines:
        for _, value in lines:
            if isinstance(value, Restored):
                return
            if isinstance(value, ExportedMedia):
                upload = {"lines": [exported_json(value)]}
                if value.media.id in (await ask(api, "POST", "/control/exports/known", upload))["known"]:
                    continue  # whose files are the server's own, whatever the export has beside it
                await keep_files(source, value, files)
                await ask(api, "POST", "/control/exports/uploads", upload)


async def _send(api: httpx.AsyncClient, story: str, numbers: list[int], batch: list[dict[str, Any]]) -> int:
    answer = await api.post(f"/control/exports/{story}/lines", json={"lines": batch})
    if answer.is_success:
        return int(answer.json()["new"])
    errors = answer.json().get("errors") if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY else None
    if not errors:
        raise Refused(refusal_of(answer))
    await ask(api, "DELETE", f"/control/imports/{story}")
    _, _, place = str(errors[0]["pointer"]).rpartition("/")
    number = numbers[int(place)] if place.isdecimal() else numbers[0]
    raise Refused(f"Line {number:,}: {errors[0]['detail']} Nothing was brought.")


def _batches(lines: Iterable[tuple[Any, Any]]) -> Iterator[tuple[list[int], list[dict[str, Any]]]]:
    """Yield what stands behind the uploads, with the numbers of their lines, so many at once as a request may have."""
    numbers: list[int] = []
    batch: list[dict[str, Any]] = []
    size = 0
    for verifier, value in lines:
        if not isinstance(value, Restored):
            continue
        members = exported_json(value)
        length = len(encode_json(members))
        if batch and (len(batch) == BATCH_ENTRIES or size + length > BATCH_BYTES):
            yield numbers, batch
            numbers, batch, size = [], [], 0
        numbers.append(verifier.lines)
        batch.append(members)
        size += length
    if batch:
        yield numbers, batch

"""Pictures of an import: fetched from where the other system has them, uploaded, and put into the records.

The id of an upload is made of the picture's address, so that each is fetched once, however often a command runs.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

import httpx

from app.cli.control import Refused, ask, refusal_of
from app.content import Block
from app.media.picture_fetcher import NotFetched, PictureFetcher
from app.newsroom.imports.records import ImportedEntry

AT_ONCE = 4
ASKED_AT_ONCE = 500

Fetched = Callable[[int, int], None]
"""Is called with the number of pictures that are done, and of all."""


def upload_id(address: str) -> str:
    """Return the id that the upload of the picture at an address has."""
    digest = bytearray(hashlib.sha256(address.encode("utf-8", "replace")).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


async def find_uploads(api: httpx.AsyncClient, addresses: Iterable[str]) -> dict[str, str]:
    """Return the uploads that earlier runs have made of some addresses. Raises Refused."""
    ids = {upload_id(address): address for address in addresses}
    found: dict[str, str] = {}
    for first in range(0, len(ids), ASKED_AT_ONCE):
        asked = [*ids][first : first + ASKED_AT_ONCE]
        answer = await ask(api, "POST", "/control/imports/uploads", {"ids": asked})
        found |= {ids[each]: each for each in answer["known"] if each in ids}
    return found


async def fetch_pictures(
    api: httpx.AsyncClient, fetcher: PictureFetcher, addresses: Sequence[str], *, progress: Fetched
) -> tuple[dict[str, str], dict[str, str]]:
    """Fetch and upload pictures; return the uploads by address, and for the others the reason why there is none."""
    uploads: dict[str, str] = {}
    reasons: dict[str, str] = {}
    waiting = list(reversed(addresses))

    async def work() -> None:
        while waiting:
            address = waiting.pop()
            try:
                picture = await fetcher.fetch(address)
                await _upload(api, upload_id(address), picture.content, picture.content_type)
                uploads[address] = upload_id(address)
            except (NotFetched, Refused) as error:
                reasons[address] = str(error)
            except httpx.HTTPError as error:  # a large picture may take longer than a call has: a later run looks
                reasons[address] = f"It was fetched, and the server did not answer: {type(error).__name__}."
            progress(len(uploads) + len(reasons), len(addresses))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(min(AT_ONCE, len(addresses))):
            tasks.create_task(work())
    return uploads, reasons


async def _upload(api: httpx.AsyncClient, identifier: str, content: bytes, content_type: str) -> None:
    """Upload a picture as a person would: it is told by its bytes, decoded and made anew. Raises Refused."""
    headers = {"Content-Type": content_type}
    answer = await api.post("/v1/media", params={"id": identifier}, content=content, headers=headers)
    if not answer.is_success:
        raise Refused(refusal_of(answer))


def with_uploads(entry: ImportedEntry, uploads: Mapping[str, str]) -> ImportedEntry:
    """Return the record with its pictures as the uploads that were made of them."""
    if not any(block["type"] == "image" and block["url"] in uploads for each in entry.versions for block in each.body):
        return entry
    versions = [
        dataclasses.replace(version, body=tuple(_shown(block, uploads) for block in version.body))
        for version in entry.versions
    ]
    return dataclasses.replace(entry, versions=tuple(versions))


def _shown(block: Block, uploads: Mapping[str, str]) -> Block:
    upload = uploads.get(str(block.get("url"))) if block["type"] == "image" else None
    if upload is None:
        return block
    words = {name: block.get(name, "") for name in ("alt", "caption", "credit")}
    return {"id": block["id"], "type": "image", "media": upload, **words}

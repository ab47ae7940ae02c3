"""Renditions in a bucket of an S3-compatible service, through obstore: `<prefix>/<name>/<file>`.

The bucket is private: readers are served by us, who know what is public. Each request has a time, and few attempts: a
service that is slow or silent costs a reader an error, never a connection for good.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from app.media.files import (
    FileMissing,
    KeptName,
    check_file,
    check_name,
    is_file_name,
    is_name,
    new_name,
    storage_unavailable,
)
from app.media.s3_address import S3Address
from app.media.store_health import StoreHealth, Use

PIECE_BYTES = 2**20
"""Each is a request of its own, so that none depends on how fast a reader reads."""
ATTEMPTS = 3
CHECK_OBJECT = "check"
CHECK_WRITE_SECONDS = 60.0
"""A check asks for a file that is not there; only this often it keeps one too, since services charge for that."""

if TYPE_CHECKING:
    from obstore.store import S3Config

R = TypeVar("R")


class S3Files:
    """MediaFiles in a bucket."""

    def __init__(
        self,
        address: S3Address,
        *,
        credentials: Mapping[str, str] | None = None,
        seconds: float = 10,
        keep_seconds: float = 120,
    ) -> None:
        """Without `credentials` they are those of the environment (AWS_ACCESS_KEY_ID…) or of the machine.

        `seconds` is for one request with its further attempts, `keep_seconds` for keeping or deleting one object.
        """
        self._store = S3Store(
            address.bucket,
            prefix=address.prefix or None,
            config=_config_of(address, credentials),
            client_options={
                "allow_http": address.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=min(3, seconds)),
                "timeout": timedelta(seconds=seconds),
            },
            retry_config={
                "max_retries": ATTEMPTS - 1,
                "retry_timeout": timedelta(seconds=seconds),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2,
                },
            },
        )  # fmt: skip
        self._seconds = seconds
        self._keep_seconds = keep_seconds
        self._kept_at = -CHECK_WRITE_SECONDS
        self.health = StoreHealth(address.shown)

    async def keep(self, name: str, folder: Path, files: Sequence[str]) -> None:
        """Keep files under a new name: the service has said of each that it is durable when this returns."""
        check_name(name)
        for file in files:
            check_file(file)
        try:
            async with asyncio.timeout(self._keep_seconds):
                for file in files:
                    await self._ask(self._put(f"{name}/{file}", folder / file), self._keep_seconds, use="keep")
        except BaseException as error:
            # Nothing refers to it: what of it cannot be deleted now is an orphan, and is collected as one.
            await asyncio.shield(self._delete_quietly(name, files))
            if isinstance(error, TimeoutError):
                self.health.record_failure("keep", f"an upload was not kept within {self._keep_seconds:g} s")
                raise storage_unavailable() from error
            raise
        self._kept_at = time.monotonic()

    async def open(self, name: str, file: str) -> OpenedObject:
        """Open one file of an object; raises FileMissing."""
        check_name(name)
        check_file(file)
        path = f"{name}/{file}"
        found = await self._ask(obstore.head_async(self._store, path), self._seconds)
        return OpenedObject(self, path, found["size"])

    async def delete(self, name: str) -> None:
        """Delete an object with all its files."""
        check_name(name)
        found = await self._ask(obstore.list(self._store, f"{name}/").collect_async(), self._seconds)
        paths = [each["path"] for each in found]
        if paths:
            await self._ask(obstore.delete_async(self._store, paths), self._keep_seconds, use="delete")

    async def names(self) -> AsyncIterator[KeptName]:
        """List every object; one whose files are not listed together is told more than once."""
        pages = obstore.list(self._store, chunk_size=1_000)
        last: KeptName | None = None
        foreign = ""  # what begins like a name of ours, and has other things below it
        while True:
            page = await self._ask(anext(pages, None), self._seconds)
            for each in page or ():
                name, _, file = each["path"].partition("/")
                if not is_name(name) or name == foreign:
                    continue
                if last is not None and last.name != name:
                    yield last
                    last = None
                if not is_file_name(file):
                    foreign, last = name, None
                    continue
                age = max(0.0, (datetime.now(UTC) - each["last_modified"]).total_seconds())
                last = KeptName(name, age if last is None else min(age, last.age_seconds))
            if page is None:
                break
        if last is not None:
            yield last

    async def check(self) -> None:
        """Check that the bucket answers, and now and then that it keeps; raises Unavailable."""
        with suppress(FileMissing):
            await self._ask(obstore.head_async(self._store, f"{new_name()}/{CHECK_OBJECT}"), self._seconds)
        if time.monotonic() - self._kept_at > CHECK_WRITE_SECONDS:
            put = obstore.put_async(self._store, CHECK_OBJECT, b"\n", use_multipart=False)
            await self._ask(put, self._seconds, use="keep")
            self._kept_at = time.monotonic()

    async def close(self) -> None:
        """Let go of nothing: connections close by themselves."""

    async def read_piece(self, path: str, start: int, end: int) -> bytes:
        """Read bytes of an opened object."""
        return bytes(await self._ask(obstore.get_range_async(self._store, path, start=start, end=end), self._seconds))

    async def _put(self, path: str, source: Path) -> None:
        """Send one file; a coroutine, because what is wrong with the file itself is raised by the call."""
        await obstore.put_async(self._store, path, source)

    async def _ask(self, request: Awaitable[R], seconds: float, *, use: Use = "read") -> R:
        """Wait for one request, not longer than it has, and make its errors those of a store."""
        try:
            async with asyncio.timeout(seconds + 1):
                found = await request
        except (FileNotFoundError, NotFoundError) as error:
            self.health.record_success(use)
            raise FileMissing("no such object") from error
        except (BaseError, OSError, TimeoutError) as error:
            self.health.record_failure(use, _shortened(error))
            raise storage_unavailable() from error
        self.health.record_success(use)
        return found

    async def _delete_quietly(self, name: str, files: Sequence[str]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await obstore.delete_async(self._store, [f"{name}/{file}" for file in files])
        except (BaseError, OSError, TimeoutError) as error:
            self.health.record_failure("delete", _shortened(error))


class OpenedObject:
    """One file of a bucket, to be read in pieces."""

    def __init__(self, files: S3Files, path: str, size: int) -> None:
        self._files = files
        self._path = path
        self._size = size

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        return self._size

    async def read(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Read bytes `start` to `end`, exclusive, in pieces of PIECE_BYTES."""
        end = self._size if end is None else min(end, self._size)
        while start < end:
            until = min(start + PIECE_BYTES, end)
            piece = await self._files.read_piece(self._path, start, until)
            if len(piece) != until - start:
                cause = f"{len(piece)} bytes came where {until - start} were asked for"
                self._files.health.record_failure("read", cause)
                raise storage_unavailable()
            start = until
            yield piece

    async def close(self) -> None:
        """Do nothing: no request is open between two pieces."""


def _config_of(address: S3Address, credentials: Mapping[str, str] | None) -> S3Config:
    config: S3Config = {"virtual_hosted_style_request": not address.path_style}
    if address.endpoint:
        config["endpoint"] = address.endpoint
    if address.region:
        config["region"] = address.region
    if credentials:
        config["access_key_id"] = credentials["access_key_id"]
        config["secret_access_key"] = credentials["secret_access_key"]
    return config


def _shortened(error: BaseException) -> str:
    """Return an error for the log: the first line of obstore's pages, which name no credentials."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')[:300]}"

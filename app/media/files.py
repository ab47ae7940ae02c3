"""The protocol of every store of renditions, and the names it takes.

An object has a name, one random path component that nobody can guess, and files. Its address is `/media/<name>/<file>`,
and what is at an address never changes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.errors import Unavailable
from app.media.store_health import StoreHealth

NAME_BYTES = 18
"""144 bits, 24 characters of base64url."""
_NAME = re.compile(r"[A-Za-z0-9_-]{22,64}")
_FILE = re.compile(r"[a-z0-9]{1,20}\.[a-z0-9]{2,4}")


class FileMissing(Exception):
    """There is no such file, or its name is none that can be kept."""


class OpenedFile(Protocol):
    """One file that can be read; closed by `close`, also when a reader went away half-way."""

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        ...

    def read(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Read bytes `start` to `end` (exclusive; None: to its end), in pieces; raises Unavailable if a store fails."""
        ...

    async def close(self) -> None:
        """Let the file go."""
        ...


@dataclass(frozen=True, slots=True)
class KeptName:
    """One object of a store and how long it has been there."""

    name: str
    age_seconds: float


class MediaFiles(Protocol):
    """A store of renditions. A store that fails raises Unavailable, `media_unavailable` or `media_storage_full`."""

    health: StoreHealth

    async def keep(self, name: str, folder: Path, files: Sequence[str]) -> None:
        """Keep the files of a folder under a name that is new; they are on disk when this returns, or none is."""
        ...

    async def open(self, name: str, file: str) -> OpenedFile:
        """Open one file of an object; raises FileMissing."""
        ...

    async def delete(self, name: str) -> None:
        """Delete an object with all its files; one that is not there is deleted already."""
        ...

    def names(self) -> AsyncIterator[KeptName]:
        """List every object, in no order, for those who look for what nothing refers to.

        What has no name of an object, or files that have none of a rendition, is somebody else's and left out.
        """
        ...

    async def check(self) -> None:
        """Check that files can be read and kept now, within a second or two; raises Unavailable."""
        ...

    async def close(self) -> None:
        """Let go of what the store holds open."""
        ...


def new_name() -> str:
    """Generate the name of a new object."""
    return secrets.token_urlsafe(NAME_BYTES)


def is_name(name: str) -> bool:
    """Return whether this can be the name of an object."""
    return _NAME.fullmatch(name) is not None


def check_name(name: str) -> None:
    """Refuse what is no name of an object; raises FileMissing."""
    if not is_name(name):
        raise FileMissing(name)


def is_file_name(file: str) -> bool:
    """Return whether this can be the name of a rendition's file."""
    return _FILE.fullmatch(file) is not None


def check_file(file: str) -> None:
    """Refuse what is no name of a rendition's file; raises FileMissing."""
    if not is_file_name(file):
        raise FileMissing(file)


def storage_unavailable(retry_after_seconds: int = 5) -> Unavailable:
    """Make the error of a store that does not answer, or answers with an error of its own."""
    return Unavailable(
        "media_unavailable",
        "The place where pictures are kept cannot be reached at the moment. Nothing was changed; send it again.",
        retry_after_seconds=retry_after_seconds,
    )


def storage_full() -> Unavailable:
    """Make the error of a store without room."""
    return Unavailable(
        "media_storage_full",
        "There is no room left where pictures are kept. Nothing was changed; the operator has to make room.",
        retry_after_seconds=60,
    )

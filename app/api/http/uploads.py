"""Uploaded files, streamed to a disk as they come: a raw body, or the `file` of a form beside its fields.

A body is never in memory as a whole. Its first bytes say what it is, so that what is not taken, or may not be so large,
is refused long before its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.domain.errors import FieldError, InvalidInput, MalformedInput, TooLarge
from app.media.formats import HEAD_BYTES, UNDECLARED, MediaFormat, identify_format
from app.media.incoming import IncomingFolder, UploadFolder
from app.media.limits import MediaLimits
from app.newsroom.media.upload import ReceivedFile

FORM = "multipart/form-data"
FIELDS = frozenset({"id", "alt", "caption", "credit", "rights", "focal"})
FIELD_LIMIT_BYTES = 32 * 1024
PART_HEADERS_LIMIT_BYTES = 8 * 1024
FORM_OVERHEAD_BYTES = 256 * 1024
"""What a form may have around its file: all of its fields, their headers and the boundaries."""
WRITTEN_AT_ONCE_BYTES = 256 * 1024


@dataclass(slots=True)
class Upload:
    """A file on our disk, what its sender said of it, and the fields that came with it. `folder` is its own."""

    folder: UploadFolder
    declared: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    received: ReceivedFile = field(default_factory=lambda: ReceivedFile("", 0))

    @property
    def path(self) -> Path:
        """Return the file itself."""
        return self.folder.source

    @property
    def converted(self) -> Path:
        """Return the empty folder for what is made of it."""
        return self.folder.converted


@asynccontextmanager
async def receive_upload(
    content_type: str, stream: AsyncIterator[bytes], *, incoming: IncomingFolder, limits: MediaLimits
) -> AsyncIterator[Upload]:
    """Receive a body into a folder of its own, which is deleted when the block ends.

    Raises UnsupportedMedia and TooLarge as soon as the file's first bytes or its length say so, MalformedInput and
    InvalidInput for a form that is none of ours, Unavailable `media_storage_full` or `media_unavailable`.
    """
    upload = Upload(await incoming.make())
    try:
        target = _Target(upload, incoming, limits)
        parse = _form(content_type, upload, target) if _kind(content_type) == FORM else None
        try:
            if parse is None:
                upload.declared = content_type
            async for piece in stream:
                (parse or target).write(piece)
                await target.flush(least_bytes=WRITTEN_AT_ONCE_BYTES)
            if parse is not None:
                parse.finish()
            await target.flush(least_bytes=0)
            target.finish()
        finally:
            target.close()
        yield upload
    finally:
        await incoming.delete(upload.folder)


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


class _Target:
    """The file on our disk, as its bytes come."""

    def __init__(self, upload: Upload, incoming: IncomingFolder, limits: MediaLimits) -> None:
        self._upload = upload
        self._incoming = incoming
        self._limits = limits
        self._file: FileIO | None = None
        self._digest = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0
        self._size = 0
        self._head = b""
        self._format: MediaFormat | None = None

    def write(self, piece: bytes) -> None:
        """Take a piece of the file. Raises UnsupportedMedia, TooLarge."""
        if not piece:
            return
        self._size += len(piece)
        if self._format is None:
            self._head += piece[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self._format = identify_format(self._head)
        found = self._format
        most = self._limits.largest_bytes if found is None else self._limits.bytes_of(found)
        if self._size > most:
            what = "A file" if found is None else f"A file of the format {found.name}"
            raise TooLarge("media_too_large", f"{what} may have {most // 2**20} MB.")
        self._pieces.append(piece)
        self._waiting_bytes += len(piece)

    async def flush(self, *, least_bytes: int) -> None:
        """Write what waits, once it is as much."""
        if not self._pieces or self._waiting_bytes < least_bytes:
            return
        waiting, self._pieces, self._waiting_bytes = b"".join(self._pieces), [], 0

        def write() -> None:
            self._digest.update(waiting)
            if self._file is None:
                self._file = FileIO(self._upload.path, "xb")
            rest = memoryview(waiting)
            while rest:
                rest = rest[self._file.write(rest) :]

        await self._incoming.write(write)

    def finish(self) -> None:
        """Complete the upload. Raises MalformedInput `media_missing` for an empty one, UnsupportedMedia."""
        if self._size == 0:
            raise MalformedInput("media_missing", "There is no file here: send its bytes, or a form with a file.")
        if self._format is None:
            identify_format(self._head)
        self._upload.received = ReceivedFile(self._digest.hexdigest(), self._size)

    def close(self) -> None:
        """Close the file, which has no buffer to write: a disk that hangs is not waited for."""
        if self._file is not None:
            self._file.close()


class _Form:
    """A form with one file: its bytes go to the target, its fields are kept."""

    def __init__(self, boundary: bytes, upload: Upload, target: _Target) -> None:
        self._upload = upload
        self._target = target
        self._name = self._header = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._headers_bytes = 0
        self._part = ""
        self._field = b""
        self._files = 0
        self._is_complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def write(self, piece: bytes) -> None:
        """Read a piece of the body. Raises MalformedInput, InvalidInput, and what the target raises."""
        try:
            self._parser.write(piece)
        except MultipartParseError:
            raise _malformed() from None

    def finish(self) -> None:
        """Raise MalformedInput unless the whole form was read."""
        if not self._is_complete:
            raise _malformed()

    def _begin(self) -> None:
        self._headers, self._headers_bytes, self._field = {}, 0, b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += self._counted(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, data: bytes) -> bytes:
        self._headers_bytes += len(data)
        if self._headers_bytes > PART_HEADERS_LIMIT_BYTES:
            raise _malformed()
        return data

    def _on_header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._part = options.get(b"name", b"").decode("utf-8", "replace")
        if kind != b"form-data":
            raise _malformed()
        if self._part == "file":
            self._files += 1
            if self._files > 1:
                raise MalformedInput("malformed_form", "The form has more than one file: send one at a time.")
            declared = self._headers.get(b"content-type", b"").decode("latin-1")
            self._upload.declared = "" if _kind(declared) in UNDECLARED else declared
        elif self._part not in FIELDS:
            detail = f"A form has the fields file, {', '.join(sorted(FIELDS))}."
            raise InvalidInput([FieldError(f"/{self._part[:100]}", "unknown_field", detail)])
        elif self._part in self._upload.fields:
            raise MalformedInput("malformed_form", f"The form has more than one {self._part}: send each field once.")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._part == "file":
            self._target.write(data[start:end])
            return
        self._field += data[start:end]
        if len(self._field) > FIELD_LIMIT_BYTES:
            raise InvalidInput([FieldError(f"/{self._part}", "too_long", "This is too long.")])

    def _on_part_end(self) -> None:
        if self._part == "file":
            return
        try:
            self._upload.fields[self._part] = self._field.decode()
        except UnicodeDecodeError:
            raise MalformedInput("malformed_form", f"{self._part} is not UTF-8.") from None

    def _on_end(self) -> None:
        self._is_complete = True


def _form(content_type: str, upload: Upload, target: _Target) -> _Form:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 200:
        raise _malformed()
    return _Form(boundary, upload, target)


def _malformed() -> MalformedInput:
    return MalformedInput("malformed_form", "The body is no form as multipart/form-data, or it ended too early.")

"""The pages' own static files: read once, compressed once, and cached by browsers until a release changes them.

Scripts import each other by relative paths, which carry no query; so the version is part of the path. All files of one
release stand under `/static/<version>/`, and change their address together.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
from fastapi import APIRouter, Request, Response

from app.web.headers import has_tag

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_COMPRESSED = frozenset({".js", ".css", ".svg", ".txt"})
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_SMALL = 200_000
_COMMENT_LINES = re.compile(rb"^[ ]*(?://[^\n]*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
STATIC_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Asset:
    """One static file, with its compressed forms, each made at the first request for it."""

    name: str
    content: bytes

    @cached_property
    def media_type(self) -> str:
        """Return the Content-Type by the file's suffix."""
        return _TYPES.get(self.suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def suffix(self) -> str:
        """Return the end of the name with its dot, such as `.js`."""
        return Path(self.name).suffix

    @cached_property
    def digest(self) -> str:
        """Return 16 hex digits of the content's SHA-256, of which the ETag is made."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def brotli(self) -> bytes:
        """Return the content compressed with brotli."""
        # The best costs a second on a large file and milliseconds on ours.
        return bytes(brotli.compress(self.content, quality=11 if len(self.content) < _SMALL else 5))

    @cached_property
    def gzip(self) -> bytes:
        """Return the content compressed with gzip."""
        return gzip.compress(self.content, 9, mtime=0)

    def encoded(self, accept_encoding: str) -> tuple[bytes, str]:
        """Return the bytes for a client that accepts these encodings, and the name of the encoding or ""."""
        accepted = {part.strip().lower() for part in accept_encoding.split(",")}
        if self.suffix in _COMPRESSED:
            if "br" in accepted:
                return self.brotli, "br"
            if "gzip" in accepted:
                return self.gzip, "gzip"
        return self.content, ""


class Assets:
    """Every file below a folder and its sub-folders, by its path. A file that is added later is not served."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        self._files = {
            name: Asset(name, without_comments(path.read_bytes()) if _is_ours(name) else path.read_bytes())
            for path in files
            for name in [path.relative_to(folder).as_posix()]
        }
        digests = "".join(f"{name}={asset.digest}\n" for name, asset in self._files.items())
        self.version = hashlib.sha256(digests.encode()).hexdigest()[:12]

    def url(self, name: str) -> str:
        """Return the versioned address of a file, cacheable forever. Raises KeyError for an unknown file."""
        return f"/static/{self.version}/{self._files[name].name}"

    def find(self, path: str) -> tuple[Asset | None, bool]:
        """Return the file at a path below `/static/`, or None, and whether the path names this very version of it."""
        version, _, name = path.partition("/")
        if version == self.version:
            return self._files.get(name), True
        return self._files.get(path), False


def without_comments(script: bytes) -> bytes:
    """Return a script without the lines that are comments whole, which are a third of it and of no use to readers.

    Ours begin a comment at the beginning of a line, or behind code on the same line; the latter stay.
    """
    return _COMMENT_LINES.sub(b"", script)


def _is_ours(name: str) -> bool:
    return name.endswith(".js") and not name.startswith("docs/")


def asset_routes(assets: Assets) -> APIRouter:
    """Return the routes `GET /static/<version>/<file>`, immutable, and `GET /static/<file>`, revalidated each time."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
    def get_asset(path: str, request: Request) -> Response:
        asset, versioned = assets.find(path)
        if asset is None:
            return Response("Not found.\n", status_code=404, media_type="text/plain; charset=utf-8")
        return _answer(asset, request, cache_control=_FOREVER if versioned else _ASK_AGAIN)

    return router


def _answer(asset: Asset, request: Request, *, cache_control: str) -> Response:
    content, encoding = asset.encoded(request.headers.get("accept-encoding", ""))
    headers = {
        "ETag": f'"{asset.digest}{"-" if encoding else ""}{encoding}"',
        "Cache-Control": cache_control,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    if has_tag(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(content, media_type=asset.media_type, headers=headers)

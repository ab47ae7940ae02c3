"""The files of the pages, read once, compressed once, and kept by browsers for as long as they stay the same.

Scripts import each other by relative paths, which carry no query; so the version is part of the path. All files of one
release are under `/static/<version>/`, and change their address together. They are ours, and, under `docs/`, those of
swagger-ui, which `/docs` shows the API with. swagger-ui is not in this repository: a wheel ships its released files,
which are served with the headers of our own files.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
from fastapi import APIRouter, Request, Response

from app.web.headers import has_tag

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_COMPRESSED = frozenset({".js", ".css", ".svg"})
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_SMALL = 200_000
_COMMENT_LINES = re.compile(rb"^[ ]*(?://[^\n]*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
STATIC_FOLDER = Path(__file__).parent / "static"
SWAGGER_UI_PACKAGE = "fastapi_swagger"
_SWAGGER_UI_FILES = ("favicon-32x32.png", "swagger-ui-bundle.js", "swagger-ui.css")


@dataclass(frozen=True)
class Asset:
    """One file, with its compressed forms, which are made when first asked for."""

    name: str
    content: bytes

    @cached_property
    def media_type(self) -> str:
        return _TYPES.get(self.suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def brotli(self) -> bytes:
        # The best costs a second on a large file and milliseconds on ours.
        return bytes(brotli.compress(self.content, quality=11 if len(self.content) < _SMALL else 5))

    @cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)

    def encoded(self, accept_encoding: str) -> tuple[bytes, str]:
        """The bytes to send to a client that accepts these encodings, and the name of the encoding or ""."""
        accepted = {part.strip().lower() for part in accept_encoding.split(",")}
        if self.suffix in _COMPRESSED:
            if "br" in accepted:
                return self.brotli, "br"
            if "gzip" in accepted:
                return self.gzip, "gzip"
        return self.content, ""


class Assets:
    """Every file below a folder, and those of swagger-ui, by path. What is added to a folder later is not served."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._files: dict[str, Asset] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            self._files[name] = Asset(name, without_comments(content) if path.suffix == ".js" else content)
        for path in find_swagger_ui():
            self._files[f"docs/{path.name}"] = Asset(f"docs/{path.name}", path.read_bytes())
        digests = "".join(f"{name}={asset.digest}\n" for name, asset in self._files.items())
        self.version = hashlib.sha256(digests.encode()).hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file, for a page: it may be kept forever. Raises KeyError for a file that is not there."""
        return f"/static/{self.version}/{self._files[name].name}"

    def find(self, path: str) -> tuple[Asset | None, bool]:
        """The file at a path below `/static/`, and whether the path names this very version of it."""
        version, _, name = path.partition("/")
        if version == self.version:
            return self._files.get(name), True
        return self._files.get(path), False


def without_comments(script: bytes) -> bytes:
    """A script without the lines that are comments whole, which are a third of it and no reader's business.

    Ours begin a comment at the beginning of a line, or behind code on the same line; the latter stay.
    """
    return _COMMENT_LINES.sub(b"", script)


def find_swagger_ui() -> list[Path]:
    """Find the three files of swagger-ui in the wheel that ships them, without importing the wheel's own code.

    That code would patch an application to serve the files its own way. Raises ModuleNotFoundError without the wheel.
    """
    spec = find_spec(SWAGGER_UI_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"/docs needs the package {SWAGGER_UI_PACKAGE}", name=SWAGGER_UI_PACKAGE)
    return [Path(spec.submodule_search_locations[0], "resources", name) for name in _SWAGGER_UI_FILES]


def asset_routes(assets: Assets) -> APIRouter:
    """`GET /static/<version>/<file>` and, asked for again each time, `GET /static/<file>`."""
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

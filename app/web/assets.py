"""The pages' own static files: read once, compressed once, and cached by browsers until a release changes them.

Scripts import each other by relative paths, which carry no query; so the version is part of the path. What draws and
follows a story is sent as one of them (app/web/bundling/joined_scripts.py). All files of one
release are under `/static/<version>/`, and change their address together. A page that was kept from another release, or
is served by one beside this, asks under that one's version: it is given what the file is here, and not for long.

They are our files, and, under `docs/`, those of swagger-ui, which `/docs` shows the API with. swagger-ui is not in this
repository: a wheel ships its released files, which are served with the headers of our own files.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from importlib.util import find_spec
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
from fastapi import APIRouter, Request, Response

from app.web import bundling
from app.web.bundling.joined_scripts import JoinedScripts
from app.web.bundling.scoped_styles import scope_styles
from app.web.bundling.short_lines import shorten_lines
from app.web.headers import has_tag
from app.web.page_responses import preferred_encoding
from app.web.refusals import encode_refusals
from app.web.themes.themes import Themes
from app.web.words import Catalogue
from app.wire.negotiation import Encoding

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
}
_COMPRESSED = frozenset({".js", ".css", ".svg", ".json"})
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_SHORT = "public, max-age=60"
"""For another release's address: these bytes are not those that the release itself sends under it."""

_THEME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_SMALL = 200_000
_IMPORT = re.compile(rb"""^(?:import|export)\b[^;"'()]*["'](\.[^"']+)["']""", re.MULTILINE)
_LATE_IMPORT = re.compile(rb"""\bimport\(\s*["'](\.[^"']+)["']""")
_WORDS = re.compile(r"(words|refusals)/([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4})\.json")
_VERSION = re.compile(r"[0-9a-f]{8,64}")
JOINED = "story_view.js"
STORY_PAGES = ("reader.js", "live-blog.js")
"""Scripts of pages that show a story: they, and what they load later, share what is joined."""

STATIC_FOLDER = Path(__file__).parent / "static"
SWAGGER_UI_PACKAGE = "fastapi_swagger"
_SWAGGER_UI_FILES = ("favicon-32x32.png", "swagger-ui-bundle.js", "swagger-ui.css")


@dataclass(frozen=True)
class Asset:
    """One static file, with its compressed forms, each made at the first request for it, while others wait for it.

    `source` is its content, or what `write` makes its content from, likewise at the first request.
    """

    name: str
    source: bytes
    write: Callable[[], bytes] | None = None
    _made: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def content(self) -> bytes:
        """Return the bytes that are sent, before they are compressed."""
        return self.source if self.write is None else self._once("content", self.write)

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

    @property
    def brotli(self) -> bytes:
        """Return the content compressed with brotli."""
        content = self.content
        # The best costs a second on a large file and milliseconds on ours.
        return self._once("br", lambda: bytes(brotli.compress(content, quality=11 if len(content) < _SMALL else 5)))

    @property
    def gzip(self) -> bytes:
        """Return the content compressed with gzip."""
        content = self.content
        return self._once("gzip", lambda: gzip.compress(content, 9, mtime=0))

    def _once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return what was made under that name, or make it: in one thread, however many ask at once."""
        made = self._made.get(name)
        if made is None:
            with self._lock:
                made = self._made.get(name)
                if made is None:
                    made = self._made[name] = make()
        return made

    def encoded(self, encoding: Encoding) -> tuple[bytes, str]:
        """Return the bytes in that encoding, if they are worth compressing, and the name of their encoding or ""."""
        if self.suffix not in _COMPRESSED or encoding is Encoding.IDENTITY:
            return self.content, ""
        return (self.brotli if encoding is Encoding.BROTLI else self.gzip), encoding.coding


class Assets:
    """Every file below a folder, and those of swagger-ui, by path. A file that is added later is not served.

    `words/<language>.json` are the pages' words in a language, whatever it is, and `refusals/<language>.json` the
    sentences with which its forms are refused, by code.
    """

    def __init__(
        self, folder: Path = STATIC_FOLDER, *, catalogue: Catalogue | None = None, themes: Themes | None = None
    ) -> None:
        self._catalogue = catalogue or Catalogue()
        self._preloads: dict[str, list[str]] = {}
        self._files = dict(_files_of_release() if folder == STATIC_FOLDER else _read_files(folder))
        for name, content in self._of_themes(themes or Themes()):
            self._files[name] = Asset(name, content)
        digests = (f"{name}={hashlib.sha256(asset.source).hexdigest()}\n" for name, asset in self._files.items())
        made_by = digest_code(Path(bundling.__path__[0]))
        self.version = hashlib.sha256("".join((*digests, self._catalogue.digest, made_by)).encode()).hexdigest()[:12]

    def _of_themes(self, themes: Themes) -> Iterator[tuple[str, bytes]]:
        """List the files of every theme: its own, and its rules behind ours in the form for pages of others."""
        for theme in themes.known.values():
            if theme.logo is not None and theme.logo_name is not None:
                yield theme.logo_name, theme.logo.content
            if theme.style is not None and theme.style_name is not None:
                yield theme.style_name, theme.style.encode()
                ours = self._files["reader.css"].content.decode() + self._files["element.css"].content.decode()
                scoped = scope_styles(ours.replace('url("icons.svg")', 'url("../../icons.svg")') + theme.style)
                yield theme.element_style_name, scoped.encode()

    def url(self, name: str) -> str:
        """Return the versioned address of a file, cacheable forever. Raises KeyError for an unknown file."""
        return f"/static/{self.version}/{self._files[name].name}"

    def imported(self, names: Iterable[str], *, later: bool = False) -> set[str]:
        """Return the names of the scripts that some import, and those in turn; `later` takes in what they load later.

        Raises KeyError for an unknown one.
        """
        asked = list(names)
        found = set[str]()
        while asked:
            name = asked.pop()
            script, folder = self._files[name].source, posixpath.dirname(name)
            addresses = _IMPORT.findall(script) + (_LATE_IMPORT.findall(script) if later else [])
            fresh = {posixpath.normpath(posixpath.join(folder, each.decode())) for each in addresses} - found
            found |= fresh
            asked += fresh
        return found

    def preloads(self, name: str) -> list[str]:
        """List the addresses of all that a script imports, for a page that asks for them at once."""
        if name not in self._preloads:
            self._preloads[name] = [self.url(each) for each in sorted(self.imported([name]))]
        return self._preloads[name]

    @cached_property
    def element(self) -> Asset:
        """Return the module at the address that pages of others have: it leads to what this release has of it."""
        lines = (f'import ".{self.url(JOINED)}";', f'export * from ".{self.url("live-blog.js")}";', "")
        return Asset("live-blog.js", "\n".join(lines).encode())

    def file(self, name: str) -> Asset:
        """Return a file of ours. Raises KeyError for an unknown one."""
        return self._files[name]

    def find(self, path: str) -> tuple[Asset | None, str]:
        """Return the file at a path below `/static/`, or None, and the Cache-Control of an answer under that path."""
        version, _, name = path.partition("/")
        if version == self.version:
            return self._file(name), _FOREVER
        if path not in self._files and _VERSION.fullmatch(version):
            return self._file(name), _SHORT
        return self._file(path), _ASK_AGAIN

    def _file(self, name: str) -> Asset | None:
        language = _WORDS.fullmatch(name)
        if language is None:
            return self._files.get(name)
        words = self._catalogue.words_for(language[2])
        return Asset(name, (words.json if language[1] == "words" else encode_refusals(words)).encode())


@cache
def _files_of_release() -> Mapping[str, Asset]:
    """Return the files that do not depend on settings: they are read, joined and compressed once in a process."""
    return _read_files(STATIC_FOLDER)


def digest_code(folder: Path) -> str:
    """Return hex digits of the modules of a folder: what they make of the same files changes with them."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()


def _read_files(folder: Path) -> dict[str, Asset]:
    """Read every file below a folder and those of swagger-ui, and say what pages load in fewer requests is made of."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    files = {name: _read_file(name, path) for name, path in found.items()}
    if JOINED in files:
        scripts = {name: asset.source for name, asset in files.items() if asset.suffix == ".js"}
        joined = JoinedScripts(scripts, joined=JOINED, pages=STORY_PAGES)
        files |= {name: Asset(name, source, partial(joined.write, name)) for name, source in joined.sources.items()}
    if {"reader.css", "element.css"} <= files.keys():
        styles = files["reader.css"].source + files["element.css"].source
        files["live-blog.css"] = Asset("live-blog.css", styles, lambda: scope_styles(styles.decode()).encode())
    for path in find_swagger_ui():
        files[f"docs/{path.name}"] = Asset(f"docs/{path.name}", path.read_bytes())
    return files


def _read_file(name: str, path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(name, content, partial(shorten_lines, content) if path.suffix == ".js" else None)


def find_swagger_ui() -> list[Path]:
    """Find the three files of swagger-ui in the wheel that ships them, without importing the wheel's own code.

    That code would patch an application to serve the files its own way. Raises ModuleNotFoundError without the wheel.
    """
    spec = find_spec(SWAGGER_UI_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"/docs needs the package {SWAGGER_UI_PACKAGE}", name=SWAGGER_UI_PACKAGE)
    return [Path(spec.submodule_search_locations[0], "resources", name) for name in _SWAGGER_UI_FILES]


def asset_routes(assets: Assets) -> APIRouter:
    """Return the routes of the files.

    They are `GET /static/<version>/<file>`, immutable for this release's version and kept a minute for any other,
    `GET /static/<file>`, revalidated each time, and `GET /live-blog.js`, kept a minute.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
    def get_asset(path: str, request: Request) -> Response:
        asset, cache_control = assets.find(path)
        if asset is None:
            return Response("Not found.\n", status_code=404, media_type="text/plain; charset=utf-8")
        return _answer(asset, request, cache_control=cache_control)

    @router.api_route("/live-blog.js", methods=["GET", "HEAD"])
    def get_element(request: Request) -> Response:
        return _answer(assets.element, request, cache_control=_SHORT)

    return router


def _answer(asset: Asset, request: Request, *, cache_control: str) -> Response:
    content, encoding = asset.encoded(preferred_encoding(request))
    headers = {
        "ETag": f'"{asset.digest}{"-" if encoding else ""}{encoding}"',
        "Cache-Control": cache_control,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    if asset.name.startswith("themes/"):
        headers["Content-Security-Policy"] = _THEME_POLICY  # a logo that is opened by itself runs nothing
    if has_tag(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(content, media_type=asset.media_type, headers=headers)

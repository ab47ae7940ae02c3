"""Joins a script and what it imports into one module, which is smaller to send and asked for in one request.

Each of the modules stays a file of its own: here they stand one behind the other, and their variables have short names
that do not meet (short_names.py). Whatever else the page loads imports what it needs of them from the joined module, so
that none of them runs twice.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from app.web.bundling.script_tokens import UnreadableScript
from app.web.bundling.short_names import Script, Symbol, shorten_names, shorten_script, written

_IMPORT = re.compile(rb'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
_BARE_IMPORT = re.compile(rb'^import "(\.[^"]+)";\n', re.MULTILINE)
_LAZY_IMPORT = re.compile(rb'\bimport\("(\.[^"]+)"\)')
_EXPORT = re.compile(rb"^export (?=(?:async )?(?:function\*?|class|const) ([A-Za-z_$][\w$]*))", re.MULTILINE)
_OTHER = re.compile(rb"^(?:import|export)\b(?!\()", re.MULTILINE)


class UnjoinableScript(Exception):
    """A script in a form that is not joined; the message has its name."""


class JoinedScripts:
    """Scripts of which `joined` has in it all that it imports, and the others of `pages` import from it.

    `scripts` are by name. Each is written when it is asked for, which takes a third of a second for all of ours;
    `sources` has at once what each is written from, which imports, now and later, what the written one does.
    """

    def __init__(self, scripts: Mapping[str, bytes], *, joined: str, pages: tuple[str, ...]) -> None:
        self._scripts = scripts
        self._joined = joined
        self._order = list(dict.fromkeys(_depth_first(scripts, joined)))
        others = sorted(scripts_of_pages(scripts, pages) - set(self._order))
        self._wanted = {symbol for name in others for symbol in _imported(scripts[name], name).values()}
        self.sources = {joined: b"".join(_IMPORT.sub(b"", scripts[name]) for name in self._order)} | {
            name: _led_to(scripts[name], name, joined=joined, inside=self._order) for name in others
        }

    def write(self, name: str) -> bytes:
        """Return one of the scripts as it is sent. Raises UnjoinableScript."""
        try:
            if name == self._joined:
                return _joined(self._scripts, self._order, self._wanted)
            return shorten_script(name, self.sources[name].decode()).encode()
        except UnreadableScript as error:
            raise UnjoinableScript(str(error)) from error


def _joined(scripts: Mapping[str, bytes], order: list[str], wanted: set[Symbol]) -> bytes:
    """Return the scripts one behind the other, in one scope; it exports what is wanted of them."""
    exported: dict[str, str] = {}
    parts: list[Script] = []
    for name in order:
        for each in (found[1].decode() for found in _EXPORT.finditer(scripts[name])):
            if each in exported:
                raise UnjoinableScript(f"{name} exports {each}, as {exported[each]} does")
            exported[each] = name
        body = _EXPORT.sub(b"", _IMPORT.sub(b"", scripts[name]))
        if _OTHER.search(body):
            raise UnjoinableScript(f"{name} imports or exports in another form than the others")
        parts.append(Script.read(name, body.decode(), _imported(scripts[name], name)))
    short = shorten_names(parts)
    listed = ", ".join(f"{short[of, each]} as {each}" for each, of in exported.items() if (of, each) in wanted)
    return "".join((*(written(each.tokens) for each in parts), f"export {{ {listed} }};\n")).encode()


def _imported(script: bytes, name: str) -> dict[str, Symbol]:
    """Return of which script, and of what name there, each is that a script imports."""
    found: dict[str, Symbol] = {}
    for each in _IMPORT.finditer(script):
        for listed in filter(None, map(str.strip, each[1].decode().split(","))):
            theirs, _, ours = listed.partition(" as ")
            found[ours or theirs] = (_beside(name, each[2]), theirs)
    return found


def imports_of(script: bytes, name: str) -> list[str]:
    """List the names of the scripts that one imports at once."""
    found = (*(each[2] for each in _IMPORT.finditer(script)), *(each[1] for each in _BARE_IMPORT.finditer(script)))
    return [_beside(name, each) for each in found]


def _depth_first(scripts: Mapping[str, bytes], name: str) -> Iterator[str]:
    for each in imports_of(scripts[name], name):
        yield from _depth_first(scripts, each)
    yield name


def scripts_of_pages(scripts: Mapping[str, bytes], pages: tuple[str, ...]) -> set[str]:
    """Return the names of the scripts of the pages and of all that those load, now or later."""
    asked, found = list(pages), set[str]()
    while asked:
        name = asked.pop()
        if name in scripts and name not in found:
            found.add(name)
            asked += imports_of(scripts[name], name)
            asked += [_beside(name, each[1]) for each in _LAZY_IMPORT.finditer(scripts[name])]
    return found


def _led_to(script: bytes, name: str, *, joined: str, inside: list[str]) -> bytes:
    """Return a script that imports from what is joined, at once, all that is in there."""
    names: list[bytes] = []

    def take(found: re.Match[bytes]) -> bytes:
        if _beside(name, found[2]) not in inside:
            return found[0]
        names.append(found[1].strip().rstrip(b","))
        return b""

    rest = _IMPORT.sub(take, script)
    if not names:
        return rest
    at = posixpath.relpath(joined, posixpath.dirname(name) or ".")
    at = at if at.startswith(".") else f"./{at}"
    return b'import { %s } from "%s";\n%s' % (b", ".join(names), at.encode(), rest)


def _beside(name: str, address: bytes) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), address.decode()))

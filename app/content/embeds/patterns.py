"""Patterns of addresses, and templates of the frames made from what they find: no regular expressions of anybody's.

A pattern is an address with placeholders: `https://video.example/@{user:name}/{id:number:5-}/**?t={start?:seconds}`.

- Hosts are literal, several joined by `|`; `www.` in front is understood. `*` alone is any host.
- A part of the path is a literal with one placeholder at most, or `*` for any one part; `/**` at the end is any rest.
- A parameter stands in the query or, where that has none of its name, in the fragment. It has to be there and to fit,
  unless its placeholder has a question mark. Parameters that the pattern does not name may be there and say nothing.
- A placeholder is `{name}`, `{name:kind}` or `{name:kind:lengths}`, with lengths `11`, `5-` or `2-30`. A kind is one of
  `KINDS`, or the words it may be, joined by `|`.

An address is compared part by part, each of them once, so that no pattern costs more than the length of an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote_plus

from app.content.embeds.kinds import KINDS, UNSPELT, Read

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(\??)(?::([a-z_|]+))?(?::([0-9]{1,4})(-?)([0-9]{0,4}))?\}")
_NAMED = re.compile(r"\{([a-z_]+)\}")
_LITERAL = re.compile(r"[A-Za-z0-9_.~@!,:;=+&?/%#-]*")
_MAX_PARAMETERS = 50
_ENCODED_IN_NAMES = {"%3a": ":", "%40": "@"}
_ENCODED = re.compile("|".join(_ENCODED_IN_NAMES), re.IGNORECASE)
_SAFE_IN_PATH = ":@~+"
_SAFE_IN_QUERY = ":@~,!"


class UnusablePattern(ValueError):
    """A pattern or a template that cannot be used. The message says of which part of it, and why."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart for patterns: its host without `www.`, the parts of its path, its parameters."""

    host: str
    parts: tuple[str, ...]
    parameters: Mapping[str, str]


def take_apart(address: SplitResult) -> Address | None:
    """Return an address as patterns compare it; None if it has a port of its own, which no provider has."""
    if address.port not in {None, 80, 443}:
        return None
    host = (address.hostname or "").removesuffix(".").removeprefix("www.")
    path = _ENCODED.sub(lambda found: _ENCODED_IN_NAMES[found[0].lower()], address.path).removeprefix("/")
    parts = tuple(path.removesuffix("/").split("/")) if path else ()
    return Address(host, parts, {**_parameters(address.fragment), **_parameters(address.query)})


def _parameters(text: str) -> dict[str, str]:
    """Return the parameters of a query or a fragment, of several with one name the first; none if they are too many."""
    pairs = [pair.partition("=") for pair in text.split("&", _MAX_PARAMETERS)]
    if len(pairs) > _MAX_PARAMETERS:
        return {}
    return {name: unquote_plus(value) for name, _, value in reversed(pairs) if value}


@dataclass(frozen=True, slots=True)
class _Placeholder:
    name: str
    read: Read
    is_optional: bool = False
    is_spelt: bool = True


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a path, or the value of a parameter: a literal around one placeholder, or a literal alone."""

    before: str
    placeholder: _Placeholder | None = None
    after: str = ""

    def read(self, piece: str) -> dict[str, str] | None:
        if self.placeholder is None:
            return {} if piece == self.before else None
        if len(piece) < len(self.before) + len(self.after):
            return None
        if not (piece.startswith(self.before) and piece.endswith(self.after)):
            return None
        value = self.placeholder.read(piece[len(self.before) : len(piece) - len(self.after)])
        return None if value is None else {self.placeholder.name: value}


@dataclass(frozen=True, slots=True)
class Pattern:
    """An address pattern; no `hosts` are any. A part that is None fits anything."""

    hosts: tuple[str, ...]
    parts: tuple[_Part | None, ...]
    has_rest: bool
    parameters: tuple[tuple[str, _Part], ...]

    def match(self, address: Address) -> dict[str, str] | None:
        """Return what the placeholders stand for in an address of one of the hosts; None if it does not fit."""
        count = len(self.parts)
        if len(address.parts) < count or (len(address.parts) > count and not self.has_rest):
            return None
        found: dict[str, str] = {}
        for part, piece in zip(self.parts, address.parts, strict=False):
            read = {} if part is None else part.read(piece)
            if read is None:
                return None
            found |= read
        for name, part in self.parameters:
            given = address.parameters.get(name)
            read = None if given is None else part.read(given)
            if read is None and not (part.placeholder and part.placeholder.is_optional):
                return None
            found |= read or {}
        return found

    def values(self) -> Iterator[_Placeholder]:
        """List the placeholders."""
        yield from (part.placeholder for part in self.parts if part and part.placeholder)
        yield from (part.placeholder for _, part in self.parameters if part.placeholder)


def read_pattern(text: str) -> Pattern:
    """Read a pattern. Raises UnusablePattern."""
    if not text.startswith("https://"):
        raise UnusablePattern(f"{text!r} has to begin with https://")
    address, _, query = text.removeprefix("https://").partition("?")
    hosts, _, path = address.partition("/")
    has_rest = path == "**" or path.endswith("/**")
    path = path.removesuffix("**").removesuffix("/")
    parts = tuple(None if part == "*" else _read_part(part, text) for part in path.split("/")) if path else ()
    pattern = Pattern(_read_hosts(hosts, text), parts, has_rest, tuple(_read_query(query, text)))
    names = [each.name for each in pattern.values()]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UnusablePattern(f"{text!r} has {{{twice}}} twice")
    return pattern


def _read_hosts(text: str, pattern: str) -> tuple[str, ...]:
    if text == "*":
        return ()
    hosts = tuple(host.removeprefix("www.") for host in text.split("|"))
    if wrong := next((host for host in hosts if not is_host(host)), None):
        raise UnusablePattern(f"{pattern!r} has no host in {wrong!r}; name one, in lower case, like video.example")
    return hosts


def is_host(text: str) -> bool:
    """Return whether a text is a host's name as addresses have it: with a dot, in lower case, no number."""
    return bool(_HOST.fullmatch(text)) and not text.rpartition(".")[2].isdigit()


def _read_query(text: str, pattern: str) -> Iterator[tuple[str, _Part]]:
    for pair in text.split("&") if text else ():
        name, equals, value = pair.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            raise UnusablePattern(f"{pattern!r} has a parameter {pair!r}; write name={{placeholder}}")
        yield name, _read_part(value, pattern)


def _read_part(text: str, pattern: str) -> _Part:
    match = _PLACEHOLDER.search(text)
    if match is None:
        _check_literal(text, pattern)
        return _Part(text)
    before, after = text[: match.start()], text[match.end() :]
    _check_literal(before + after, pattern)
    return _Part(before, _read_placeholder(match, pattern), after)


def _check_literal(text: str, pattern: str) -> None:
    if not _LITERAL.fullmatch(text):
        raise UnusablePattern(
            f"{pattern!r} has {text!r}, which is neither text of an address nor one placeholder like {{id}} or "
            "{id:number:5-}"
        )


def _read_placeholder(match: re.Match[str], pattern: str) -> _Placeholder:
    name, optional, kind, least, dash, most = match.groups()
    kind = kind or "id"
    words = frozenset(kind.split("|")) if "|" in kind else None
    if words is None and kind not in KINDS:
        raise UnusablePattern(f"{pattern!r} has the kind {kind!r}; there are {', '.join(KINDS)}, and words joined by |")
    read: Read = KINDS[kind] if words is None else lambda piece: piece if piece in words else None
    if least:
        read = _of_length(read, int(least), int(most or 10_000) if dash else int(least))
    return _Placeholder(name, read, is_optional=bool(optional), is_spelt=kind not in UNSPELT)


def _of_length(read: Read, least: int, most: int) -> Read:
    return lambda piece: read(piece) if least <= len(piece) <= most else None


@dataclass(frozen=True, slots=True)
class Template:
    """An address with `{name}` where a value of a pattern stands, percent-encoded. Its host is always literal.

    A parameter of the query, or a fragment, is left out where a value of it is absent.
    """

    host: str
    path: str
    parameters: tuple[str, ...]
    fragment: str

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the address with these values."""
        path = _NAMED.sub(lambda found: quote(values[found[1]], safe=_SAFE_IN_PATH), self.path)
        query = "&".join(_filled(each, values) for each in self.parameters if _has_all(each, values))
        fragment = _filled(self.fragment, values) if _has_all(self.fragment, values) else ""
        return f"https://{self.host}{path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _NAMED.sub(lambda found: quote(values[found[1]], safe=_SAFE_IN_QUERY), text)


def _has_all(text: str, values: Mapping[str, str]) -> bool:
    return all(name in values for name in _NAMED.findall(text))


def read_template(text: str, patterns: tuple[Pattern, ...]) -> Template:
    """Read the template of an address that is made from what any of the patterns finds. Raises UnusablePattern."""
    host, slash, rest = text.removeprefix("https://").partition("/")
    if not text.startswith("https://") or not slash or not is_host(host):
        raise UnusablePattern(f"{text!r} has to begin with https://, a host without placeholders, and a slash")
    rest, _, fragment = rest.partition("#")
    path, _, query = rest.partition("?")
    if not _LITERAL.fullmatch(_NAMED.sub("", rest + fragment)):
        raise UnusablePattern(f"{text!r} has more in it than text of an address and placeholders like {{id}}")
    for name in _NAMED.findall(rest + fragment):
        found = [[each for each in pattern.values() if each.name == name] for pattern in patterns]
        if not any(found):
            raise UnusablePattern(f"{text!r} has {{{name}}}, which is in no address pattern of this entry")
        if name in _NAMED.findall(path) and not all(
            each and each[0].is_spelt and not each[0].is_optional for each in found
        ):
            raise UnusablePattern(
                f"{text!r} has {{{name}}} in its path, which has to be in every address pattern of this entry, "
                "not left out, and of a kind but text"
            )
    return Template(host, f"/{path}", tuple(query.split("&")) if query else (), fragment)

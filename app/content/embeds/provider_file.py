"""The operator's own providers: a TOML file, checked whole before anything is served.

An entry cannot reach further than ours: its patterns are those of patterns.py, its frames of one literal host.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from app.content.embeds.forms import OWN_HEIGHTS, RATIOS, Form, Provider, form
from app.content.embeds.patterns import UnusablePattern

MAX_PROVIDERS = 200
MAX_ADDRESSES = 20
MAX_LENGTH = 500

_NAME = re.compile(r"[a-z0-9_-]{1,40}")
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z0-9]+)*")
_ENTRY = re.compile(r"^[ \t]*\[\[[ \t]*provider[ \t]*\]\]", re.MULTILINE)
_MEMBERS = {
    "name": str,
    "label": str,
    "category": str,
    "addresses": list,
    "frame": str,
    "page": str,
    "author": str,
    "ratio": str,
    "height": int,
    "cookies": bool,
}
_REQUIRED = ("name", "label", "category", "addresses")


class UnusableProviders(Exception):
    """A file of providers that cannot be used. The message has a line for each fault, with the entry and its line."""


def read_providers(text: str) -> tuple[Form, ...]:
    """Read a file of providers. Raises UnusableProviders."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableProviders(f"is no TOML: {error}") from None
    entries = given.pop("provider", [])
    if given or not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise UnusableProviders("has to be entries that each begin with [[provider]], and nothing else")
    if len(entries) > MAX_PROVIDERS:
        raise UnusableProviders(f"has {len(entries)} entries; at most {MAX_PROVIDERS} are read")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _ENTRY.finditer(text)]
    faults: list[str] = []
    forms: list[Form] = []
    for index, entry in enumerate(entries):
        where = f"entry {index + 1}" + (f" (line {lines[index]})" if len(lines) == len(entries) else "")
        found = list(_faults(entry))
        if not found:
            try:
                forms.append(_form(entry))
            except UnusablePattern as error:
                found = [str(error)]
        faults += (f"{where}, {entry.get('name', 'without a name')}: {fault}" for fault in found)
    if faults:
        raise UnusableProviders("\n".join(faults))
    return tuple(forms)


def _faults(entry: Mapping[str, Any]) -> Iterator[str]:
    for name, value in entry.items():
        kind = _MEMBERS.get(name)
        if kind is None:
            yield f"there is no member {name!r}; there are {', '.join(_MEMBERS)}"
        elif type(value) is not kind:
            yield f"{name} has to be {_kind_in_words(kind)}"
        elif isinstance(value, str) and not (0 < len(value) <= MAX_LENGTH and value.isprintable()):
            yield f"{name} has to be one line of at most {MAX_LENGTH} characters"
    missing = [name for name in _REQUIRED if name not in entry]
    if missing:
        yield f"{missing[0]} is missing"
    if any(type(entry.get(name, _MEMBERS[name]())) is not _MEMBERS[name] for name in _MEMBERS):
        return
    if "name" in entry and not _NAME.fullmatch(entry["name"]):
        yield "name has to be of a-z, 0-9, - and _, at most 40"
    if "category" in entry and not (_CATEGORY.fullmatch(entry["category"]) and len(entry["category"]) <= 32):
        yield "category has to be one of consent, like video or social"
    yield from _faults_of_addresses(entry.get("addresses"))
    yield from _faults_of_shape(entry)


def _faults_of_addresses(addresses: list[Any] | None) -> Iterator[str]:
    if addresses is None:
        return
    if not 0 < len(addresses) <= MAX_ADDRESSES or not all(isinstance(each, str) for each in addresses):
        yield f"addresses has to be 1 to {MAX_ADDRESSES} patterns, like https://video.example/w/{{id}}"
    elif any(len(each) > MAX_LENGTH for each in addresses):
        yield f"addresses has a pattern of more than {MAX_LENGTH} characters"
    elif any(each.startswith("https://*") for each in addresses):
        yield "addresses has a pattern of any host; name the host"


def _faults_of_shape(entry: Mapping[str, Any]) -> Iterator[str]:
    if "frame" in entry and ("ratio" in entry) == ("height" in entry):
        yield "a frame needs a ratio, like 16/9, or a height, like 450, and not both"
    if "ratio" in entry and entry["ratio"] not in RATIOS:
        yield f"ratio has to be one of {', '.join(RATIOS)}"
    if "height" in entry and entry["height"] not in OWN_HEIGHTS:
        yield f"height has to be a multiple of 50 from {OWN_HEIGHTS[0]} to {OWN_HEIGHTS[-1]}"


def _kind_in_words(kind: type) -> str:
    return {str: "a text", int: "a whole number", bool: "true or false", list: "a list of texts"}[kind]


def _form(entry: Mapping[str, Any]) -> Form:
    provider = Provider(entry["name"], entry["label"], entry["category"], sets_cookies=entry.get("cookies", True))
    named = {name: entry[name] for name in ("frame", "page", "author", "ratio", "height") if name in entry}
    return form(provider, *entry["addresses"], **named)

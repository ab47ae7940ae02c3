"""Checks of the names and values in a request: none is sent twice where one is meant, and none is without number.

Whichever of two were used, the other would be lost silently. Naming each of 200,000 unknown members cost a second.
A batch of 8 MB that is nothing but `{}` kept the event loop for 0.6 s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from json import JSONDecoder
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from pydantic_core import from_json

from app.domain.errors import MalformedInput
from app.storage.database.threads import Threads

_LONGEST_NAME = 100

MAX_MEMBERS = 100
"""The most members of an object. An entry has the most fields, twenty; who misspells some is told of each."""

MAX_VALUES = 200_000
"""The most values of a body, which are parsed in 0.1 s. A hundred entries of 200 short paragraphs each have 60,000."""

LARGE_BODY_BYTES = 16 * 1024
"""A larger body is parsed in a thread: that takes up to 2 ms for each 16 KB, more than the way to a thread and back."""


class DuplicateName(ValueError):
    """An object of a JSON text with this name more than once."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name[:_LONGEST_NAME]


class TooManyMembers(ValueError):
    """An object of a JSON text with more than MAX_MEMBERS members; `parsed` is the whole text."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count
        self.parsed: Any = None


class TooManyValues(ValueError):
    """A JSON text with more commas and brackets than MAX_VALUES values have."""


async def parse_json_body(body: bytes, threads: Threads) -> Any:
    """Parse as `parse_json` does, a large body in a thread."""
    if len(body) <= LARGE_BODY_BYTES:
        return parse_json(body)
    return await threads.run(partial(parse_json, body))


def parse_json(body: bytes) -> Any:
    """Parse a JSON text. Raises DuplicateName, TooManyMembers, TooManyValues, and ValueError for what is no JSON.

    The signs within texts are counted too, which is cheap: prose has one comma in 50 letters.
    """
    if len(body) > MAX_VALUES and body.count(b",") + body.count(b"{") + body.count(b"[") > MAX_VALUES:
        raise TooManyValues
    parsed = from_json(body, allow_inf_nan=False)
    # This parser silently uses the last of two members. The standard library's does too, but shows us both.
    try:
        _NAME_CHECKER.decode(body.decode())
    except TooManyMembers as error:
        error.parsed = parsed
        raise
    return parsed


async def refuse_duplicates(request: Request) -> None:
    """Raise MalformedInput `repeated_parameter` for a query parameter of the route that it knows once and got twice."""
    if not request.scope["query_string"]:
        return
    counts = Counter(name for name, _ in request.query_params.multi_items())
    repeated = {name for name, count in counts.items() if count > 1}
    if repeated:
        for name in _expected_once(request.scope["route"].dependant):
            if name in repeated:
                raise MalformedInput("repeated_parameter", f"{name} was sent more than once in the query.")


def _check_names(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(members) > MAX_MEMBERS:
        raise TooManyMembers(len(members))
    found = dict(members)
    if len(found) < len(members):
        raise DuplicateName(next(name for name, count in Counter(name for name, _ in members).items() if count > 1))
    return found


_NAME_CHECKER = JSONDecoder(object_pairs_hook=_check_names)
"""Checks the names in what is known to be JSON."""


def _expected_once(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from annotation.model_fields
        elif not any(get_origin(each) in {list, Sequence} for each in (annotation, *get_args(annotation))):
            yield field.alias
    for dependency in dependant.dependencies:
        yield from _expected_once(dependency)

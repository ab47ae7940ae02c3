"""Checks of the names in a request: none is sent twice where one is meant, and no object has members without number.

Whichever of two were used, the other would be lost silently. Naming each of 200,000 unknown members cost a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from json import JSONDecoder
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from pydantic_core import from_json

from app.domain.errors import MalformedInput

_LONGEST_NAME = 100

MAX_MEMBERS = 100
"""The most members of an object. An entry has the most fields, twenty; who misspells some is told of each."""


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


def parse_json(body: bytes) -> Any:
    """Parse a JSON text. Raises DuplicateName, TooManyMembers, and ValueError for what is no JSON."""
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

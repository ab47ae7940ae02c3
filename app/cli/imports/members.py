"""The members of a call's body, each in the shape that it has to have: 422 for any other, as everywhere in the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, StrictBool, StrictStr, TypeAdapter, ValidationError

from app.domain.errors import FieldError, InvalidInput

MAX_ITEMS = 10_000

_Value = TypeVar("_Value")

TEXT = TypeAdapter[str](StrictStr)
SWITCH = TypeAdapter[bool](StrictBool)
TEXTS = TypeAdapter[list[str]](Annotated[list[StrictStr], Field(max_length=MAX_ITEMS)])
TEXT_BY_TEXT = TypeAdapter[dict[str, str]](Annotated[dict[StrictStr, StrictStr], Field(max_length=MAX_ITEMS)])
OBJECT = TypeAdapter[dict[str, Any]](dict[StrictStr, Any])
OBJECTS = TypeAdapter[list[dict[str, Any]]](Annotated[list[dict[StrictStr, Any]], Field(max_length=MAX_ITEMS)])

_MISSING = object()


def member(members: Mapping[str, Any], name: str, shape: TypeAdapter[_Value], default: Any = _MISSING) -> _Value:
    """Return a member, or `default` if it is left out. Raises InvalidInput for one that is missing or misshapen."""
    if name not in members and default is not _MISSING:
        fallback: _Value = default
        return fallback
    if name not in members:
        raise InvalidInput([FieldError(f"/{name}", "invalid_value", "It is missing.")])
    try:
        return shape.validate_python(members[name])
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        pointer = "/".join(["", name, *map(str, found["loc"])])
        raise InvalidInput([FieldError(pointer, "invalid_value", f"{found['msg']}.")]) from None

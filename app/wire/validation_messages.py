"""Validation messages for the people who write to the API; Pydantic's own are for programmers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.wire.named_characters import name_with_place

_Context = Mapping[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")


def error_type(error: Mapping[str, Any]) -> str:
    """Return Pydantic's type of an error, of whose texts it counts some in items: those that another rule has read."""
    kind = str(error["type"])
    return f"string_{kind}" if kind in {"too_long", "too_short"} and isinstance(error.get("input"), str) else kind


def validation_message(error: Mapping[str, Any]) -> str:
    """Return Pydantic's error as a sentence without its subject, which is the field it points at."""
    kind = error_type(error)
    if kind == "string_unicode":
        return _half_a_character(error.get("input"))
    make = _SENTENCES.get(kind)
    if make is not None:
        return make(error.get("ctx") or {})
    return str(error["msg"]).removeprefix("Value error, ")


def _half_a_character(text: object) -> str:
    found = _SURROGATE.search(text) if isinstance(text, str) else None
    if not isinstance(text, str) or found is None:
        return "must be Unicode text"
    return f"has half of a character, {name_with_place(text, found.start())}"


def _always(sentence: str) -> Callable[[_Context], str]:
    return lambda _: sentence


def _count(context: _Context, name: str, thing: str) -> str:
    number = context[name]
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


_OBJECT = _always("must be a JSON object, in braces")
_WHOLE = _always("must be a whole number")
_BOOLEAN = _always("must be true or false")
_LIST = _always("must be a list, in square brackets")

_SENTENCES: Mapping[str, Callable[[_Context], str]] = {
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "dict_type": _OBJECT,
    "enum": lambda context: f"must be one of {context['expected']}",
    "extra_forbidden": _always("There is no such field; check its spelling."),
    "float_type": _always("must be a number"),
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "less_than_equal": lambda context: f"must be at most {context['le']}",
    "list_type": _LIST,
    "literal_error": lambda context: f"must be one of {context['expected']}",
    "missing": _always("must be given"),
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "string_too_long": lambda context: f"must have at most {_count(context, 'max_length', 'character')}",
    "string_too_short": lambda context: f"must have at least {_count(context, 'min_length', 'character')}",
    "string_type": _always("must be text"),
    "too_long": lambda context: f"must have at most {_count(context, 'max_length', 'item')}",
    "too_short": lambda context: f"must have at least {_count(context, 'min_length', 'item')}",
    "tuple_type": _LIST,
    "union_tag_invalid": lambda context: f"has an unknown type; there are {context['expected_tags']}",
    "union_tag_not_found": _always("must be a JSON object with a type"),
}

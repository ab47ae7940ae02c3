"""Kinds of text that a client may write, with their lengths in characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, LiteralString
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.content import MAX_BODY_BYTES, shows_text
from app.content.block_limits import (
    CONTROL_CHARACTERS,
    MAX_ADDRESS_LENGTH,
    MAX_LINE_LENGTH,
    MAX_PARAGRAPHS_LENGTH,
)
from app.domain.clock import Micros, parse_time

_UNSAFE_IN_ADDRESS = re.compile(r"[\s\x00-\x20\x7f<>\"\\^`{|}]")


def _without_controls(value: str) -> str:
    if CONTROL_CHARACTERS.search(value):
        raise ValueError("contains control characters, such as NUL")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise ValueError("must be one line")
    return value


def _shown(value: str) -> str:
    if not shows_text(value):
        raise PydanticCustomError("blank", "has nothing in it to be seen: blanks and what has no width are no text")
    return value


def _web_address(value: str) -> str:
    if _UNSAFE_IN_ADDRESS.search(value):
        raise ValueError("contains white space or characters that must be percent-encoded")
    try:
        parts = urlsplit(value)
        is_web = bool(parts.hostname) and parts.port != 0 and parts.scheme in {"http", "https"}
    except ValueError:
        is_web = False
    if not is_web:
        raise ValueError("must be an absolute http or https address")
    return value


def _moment(value: object) -> Micros:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    return parse_time(value)


@dataclass(frozen=True, slots=True)
class FullMatch:
    """Metadata of a string that matches `pattern` as a whole; `rule` explains it to people."""

    pattern: str
    rule: LiteralString

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _check(self, value: str) -> str:
        if re.fullmatch(self.pattern, value) is None:
            raise PydanticCustomError("string_pattern_mismatch", self.rule)
        return value


Body = Annotated[str, StringConstraints(max_length=MAX_BODY_BYTES), AfterValidator(_without_controls)]
"""Text of any length a body may have; lines and tabs are kept as they are."""

Paragraphs = Annotated[str, StringConstraints(max_length=MAX_PARAGRAPHS_LENGTH), AfterValidator(_without_controls)]
"""Up to 4,000 characters, over several lines."""

ShownParagraphs = Annotated[Paragraphs, StringConstraints(min_length=1), AfterValidator(_shown)]
"""Paragraphs with at least one visible character."""

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_LINE_LENGTH, strip_whitespace=True),
    AfterValidator(_without_controls),
    AfterValidator(_one_line),
    AfterValidator(_shown),
]
"""One line of 1 to 300 characters, at least one of them visible."""

ShownLines = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_LINE_LENGTH, strip_whitespace=True),
    AfterValidator(_without_controls),
    AfterValidator(_shown),
]
"""The same length, over several lines."""

AddressLine = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_ADDRESS_LENGTH, strip_whitespace=True),
    AfterValidator(_without_controls),
    AfterValidator(_one_line),
    AfterValidator(_shown),
]
"""One line as long as an address may be, with something in it to be seen."""

ShortLine = Annotated[Line, StringConstraints(max_length=100)]
"""One line of 1 to 100 characters."""

WebAddress = Annotated[str, StringConstraints(max_length=MAX_ADDRESS_LENGTH), AfterValidator(_web_address)]
"""An absolute http or https address."""


Timestamp = Annotated[Micros, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A point in time, written in RFC 3339 with its offset, read as microseconds."""


class Request(BaseModel):
    """A request body: unknown fields are refused, because a misspelt one would be dropped silently."""

    model_config = ConfigDict(extra="forbid")

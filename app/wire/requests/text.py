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

from app.content import MAX_BODY_BYTES, shows_text, split_lines
from app.content.block_limits import (
    CONTROL_CHARACTERS,
    MAX_ADDRESS_LENGTH,
    MAX_CODE_LENGTH,
    MAX_LINE_LENGTH,
    MAX_PARAGRAPHS_LENGTH,
)
from app.domain.clock import Micros, parse_time
from app.wire.named_characters import name_hidden, name_with_place
from app.wire.requests.hidden_characters import drop_harmless, find_hidden, leaves_direction_open

_SEPARATOR = re.compile("[\u2028\u2029]")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s\x00-\x20\x7f<>\"\\^`{|}]")


def _without_controls(value: str) -> str:
    found = CONTROL_CHARACTERS.search(value)
    if found is not None:
        raise ValueError(f"has a control character, {name_with_place(value, found.start())}")
    return value


def _with_line_feeds(value: str) -> str:
    # What PowerPoint has within a paragraph is a line end wherever it is pasted.
    return value.replace("\x0b", "\n").replace("\x0c", "\n")


def _one_line(value: str) -> str:
    if _SEPARATOR.search(value):
        raise _refusal("invisible_character", "has a character that shows as nothing: {which}", value)
    if len(split_lines(value)) > 1:
        raise ValueError("must be one line")
    return value


def _refusal(code: LiteralString, detail: LiteralString, value: str) -> PydanticCustomError:
    return PydanticCustomError(code, detail, {"which": name_hidden(value)})


def _without_harmless(value: object) -> object:
    if not isinstance(value, str) or value.isascii() or not shows_text(value):
        return value  # what shows nothing is refused as what it was
    return drop_harmless(value)


def _nothing_hidden(value: str) -> str:
    hidden = find_hidden(value)
    if hidden == "bidi_control":
        raise _refusal(
            "bidi_control", "has a character that turns the direction of text; nobody would see it: {which}", value
        )
    if hidden is not None:
        raise _refusal("invisible_character", "has a character that shows as nothing: {which}", value)
    return value


def _directions_closed(value: str) -> str:
    if leaves_direction_open(value):
        raise _refusal(
            "bidi_control", "has a line that turns the direction of text and does not turn it back: {which}", value
        )
    return value


def _shown(value: str) -> str:
    if not shows_text(value):
        raise PydanticCustomError("blank", "has nothing in it to be seen: blanks and what has no width are no text")
    return value


def _shown_or_empty(value: str) -> str:
    return _shown(value) if value else value


def _web_address(value: str) -> str:
    unsafe = _UNSAFE_IN_ADDRESS.search(value)
    if unsafe is not None:
        which = name_with_place(value, unsafe.start())
        raise ValueError(f"has white space or a character that must be percent-encoded: {which}")
    try:
        parts = urlsplit(value)
        is_web = bool(parts.hostname) and parts.port != 0 and parts.scheme in {"http", "https"}
        has_user_info = "@" in parts.netloc
    except ValueError:
        is_web = has_user_info = False
    if not is_web:
        raise ValueError("must be an absolute http or https address")
    if has_user_info:
        raise ValueError("must not have a name or a password before its host")
    return value


def _no_boolean(value: object) -> object:
    # Pydantic, like Python, counts true as 1.
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "must be a whole number")
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


Html = Annotated[str, StringConstraints(max_length=MAX_BODY_BYTES), AfterValidator(_without_controls)]
"""HTML of any length a body may have."""

Body = Annotated[Html, AfterValidator(_with_line_feeds)]
"""Text of any length a body may have; lines and tabs are kept as they are, vertical tabs and form feeds end a line."""

BlockParagraphs = Annotated[
    str,
    StringConstraints(max_length=MAX_PARAGRAPHS_LENGTH),
    AfterValidator(_without_controls),
    AfterValidator(_with_line_feeds),
]
"""Up to 4,000 characters, over several lines, in a block: the element around them ends what a bidi control begins."""

Paragraphs = Annotated[BlockParagraphs, AfterValidator(_directions_closed)]
"""The same length, beside other text: each line closes the directions that it opens."""

ShownParagraphs = Annotated[Paragraphs, StringConstraints(min_length=1), AfterValidator(_shown)]
"""Paragraphs with at least one visible character."""

BlockLine = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_LINE_LENGTH, strip_whitespace=True),
    AfterValidator(_without_controls),
    AfterValidator(_one_line),
    AfterValidator(_shown),
]
"""One line of 1 to 300 characters in a block, at least one of them visible."""

EmptiableBlockLine = Annotated[
    str,
    StringConstraints(max_length=MAX_LINE_LENGTH, strip_whitespace=True),
    AfterValidator(_without_controls),
    AfterValidator(_one_line),
    AfterValidator(_shown_or_empty),
]
"""The same line, or nothing: what would be copied from elsewhere is not to stand here."""

NOTHING_HIDDEN = (BeforeValidator(_without_harmless), AfterValidator(_nothing_hidden))
"""Metadata of a line that names something: what is harmless and unseen is dropped before its limits are checked."""

Line = Annotated[BlockLine, *NOTHING_HIDDEN]
"""The same line where it names something, such as a person or a story: with no hidden characters."""

EmptiableLine = Annotated[EmptiableBlockLine, *NOTHING_HIDDEN]
"""Such a line or nothing, beside other text."""

ShownLines = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_LINE_LENGTH, strip_whitespace=True),
    AfterValidator(_without_controls),
    AfterValidator(_with_line_feeds),
    AfterValidator(_shown),
]
"""The same length, over several lines."""

CodeText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_CODE_LENGTH),
    AfterValidator(_without_controls),
    AfterValidator(_with_line_feeds),
    AfterValidator(_shown),
]
"""Code of up to 50,000 characters: its lines and blanks are kept as they are."""

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
"""An absolute http or https address, without user info."""

Language = Annotated[
    str, FullMatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}", "must be a language tag, like en or pt-BR")
]

NO_BOOLEAN = BeforeValidator(_no_boolean)
"""Metadata of a number, after its limits: true and false are none."""

Timestamp = Annotated[Micros, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A point in time, written in RFC 3339 with its offset, read as microseconds."""


class Request(BaseModel):
    """A request body: unknown fields are refused, because a misspelt one would be dropped silently."""

    model_config = ConfigDict(extra="forbid")

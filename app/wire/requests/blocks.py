"""Blocks as clients write them. Stored and sent blocks are in app/content/blocks.py; their `html` is always ours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from app.content.block_limits import (
    BLOCK_ID_PATTERN,
    LANGUAGE_PATTERN,
    LANGUAGE_TAG_PATTERN,
    MAX_COMPLEXITY,
    MAX_HEADING_LEVEL,
    MAX_LIST_START,
    MAX_PIXELS,
    MAX_SPAN,
    MIN_HEADING_LEVEL,
)
from app.wire.requests.text import (
    NO_BOOLEAN,
    AddressLine,
    BlockLine,
    BlockParagraphs,
    CodeText,
    EmptiableBlockLine,
    FullMatch,
    Html,
    Request,
    ShownLines,
    WebAddress,
)

BlockId = Annotated[str, FullMatch(BLOCK_ID_PATTERN, "must be up to 40 letters, digits, _ and -")]
Pixels = Annotated[int, Field(ge=1, le=MAX_PIXELS), NO_BOOLEAN]
Span = Annotated[int, Field(ge=1, le=MAX_SPAN), NO_BOOLEAN]


Part = Annotated[float, Field(ge=0, le=1), NO_BOOLEAN]
MediaRef = Annotated[str, FullMatch(r"[0-9a-f-]{36}", "must be the id of an upload")]

_OF_ADDRESS = "Ignored: made from the address."
OWN_WORDS = "Of an upload: left out or null, the words that are kept with it; an empty text, none."


class WrittenFocalPoint(Request):
    """The point of a picture that stays in sight when it is cropped."""

    x: Part = Field(description="From the left, as a part of the width.")
    y: Part = Field(description="From the top, as a part of the height.")


class UploadOrAddress(Request):
    """A reference to what a block shows: an upload by its id, or anything by its address."""

    media: MediaRef | None = Field(None, description="The id of an upload; wins over `url`.")
    url: WebAddress | None = Field(None, validate_default=True, description="An address, where it is no upload.")
    placeholder: str | None = Field(None, description="Ignored: made from the upload.")
    renditions: list[Any] | None = Field(None, max_length=MAX_COMPLEXITY, description="Ignored: made from the upload.")

    @field_validator("url")
    @classmethod
    def _shows_something(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("media") is None:
            raise PydanticKnownError("missing")
        return value


class _Block(Request):
    id: BlockId | None = Field(None, description="Kept if given, so that other blocks and edits can name it.")


class _Spoken(Request):
    lang: Annotated[str, FullMatch(LANGUAGE_TAG_PATTERN, "must be a language tag, like en or ar-EG")] | None = Field(
        None, description="The language of these words (BCP 47), where it is not that of what is around them."
    )
    dir: Literal["ltr", "rtl", "auto"] | None = Field(
        None, description="The direction of these words, where it is not that of what is around them."
    )


class WrittenParagraph(_Block, _Spoken):
    type: Literal["paragraph"]
    html: Html


class WrittenHeading(_Block, _Spoken):
    type: Literal["heading"]
    level: Annotated[int, Field(ge=MIN_HEADING_LEVEL, le=MAX_HEADING_LEVEL), NO_BOOLEAN] = MIN_HEADING_LEVEL
    text: ShownLines | None = None
    html: Html | None = None


class WrittenListItem(_Spoken):
    html: Html
    ordered: bool | None = None
    items: list[WrittenListItem] | None = Field(None, fail_fast=True, max_length=MAX_COMPLEXITY)


class WrittenList(_Block, _Spoken):
    type: Literal["list"]
    ordered: bool = False
    start: Annotated[int, Field(ge=0, le=MAX_LIST_START), NO_BOOLEAN] | None = None
    items: list[WrittenListItem] = Field(fail_fast=True, max_length=MAX_COMPLEXITY)
    html: Html | None = Field(None, description="Ignored: made from `items`.")


class WrittenQuote(_Block, _Spoken):
    type: Literal["quote"]
    html: Html
    who: BlockLine | None = None
    role: BlockLine | None = None
    url: WebAddress | None = None


class WrittenCode(_Block):
    type: Literal["code"]
    text: CodeText
    language: Annotated[str, FullMatch(LANGUAGE_PATTERN, "must be the name of a language, like python")] | None = None
    html: Html | None = Field(None, description="Ignored: made from the other fields.")


class WrittenImage(_Block, UploadOrAddress, _Spoken):
    type: Literal["image"]
    focal: WrittenFocalPoint | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    alt: BlockParagraphs | None = Field(None, description=OWN_WORDS)
    caption: BlockParagraphs | None = Field(None, description=OWN_WORDS)
    credit: EmptiableBlockLine | None = Field(None, description=OWN_WORDS)
    html: Html | None = Field(None, description="Ignored: made from the other fields.")


class WrittenVideo(_Block, UploadOrAddress, _Spoken):
    type: Literal["video"]
    duration_ms: int | None = Field(None, description="Ignored: made from the upload.")
    poster: WebAddress | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    caption: BlockParagraphs | None = Field(None, description=OWN_WORDS)
    credit: EmptiableBlockLine | None = Field(None, description=OWN_WORDS)
    html: Html | None = Field(None, description="Ignored: made from the other fields.")


class WrittenAudio(_Block, UploadOrAddress, _Spoken):
    type: Literal["audio"]
    duration_ms: int | None = Field(None, description="Ignored: made from the upload.")
    caption: BlockParagraphs | None = Field(None, description=OWN_WORDS)
    credit: EmptiableBlockLine | None = Field(None, description=OWN_WORDS)
    html: Html | None = Field(None, description="Ignored: made from the other fields.")


class WrittenEmbed(_Block, _Spoken):
    type: Literal["embed"]
    url: WebAddress
    provider: Annotated[str, FullMatch(r"[a-z0-9_-]{1,40}", "must be a provider's name, like youtube")] | None = None
    provider_name: str | None = Field(None, description=_OF_ADDRESS)
    author: str | None = Field(None, description=_OF_ADDRESS)
    title: BlockLine | None = None
    category: str | None = Field(None, description=_OF_ADDRESS)
    frame: str | None = Field(None, description=_OF_ADDRESS)
    height: int | None = Field(None, description=_OF_ADDRESS)
    ratio: Annotated[str, FullMatch(r"[0-9]{1,4}/[0-9]{1,4}", "must be two numbers, like 16/9")] | None = None
    consent: bool | None = None
    html: Html | None = Field(None, description="Ignored: made from the other fields.")


class WrittenLinkCard(_Block, _Spoken):
    type: Literal["link_card"]
    url: WebAddress
    title: AddressLine | None = None
    description: BlockParagraphs | None = None
    image: WebAddress | None = None
    html: Html | None = Field(None, description="Ignored: made from the other fields.")


class WrittenTableCell(_Spoken):
    html: Html
    header: bool | None = None
    colspan: Span | None = None
    rowspan: Span | None = None


class WrittenTable(_Block, _Spoken):
    type: Literal["table"]
    caption: BlockParagraphs | None = None
    rows: list[Annotated[list[WrittenTableCell], Field(fail_fast=True, max_length=MAX_COMPLEXITY)]] = Field(
        fail_fast=True, max_length=MAX_COMPLEXITY
    )
    html: Html | None = Field(None, description="Ignored: made from `rows`.")


class WrittenDivider(_Block):
    type: Literal["divider"]
    html: Html | None = Field(None, description="Ignored.")


WrittenBlock = Annotated[
    WrittenParagraph
    | WrittenHeading
    | WrittenList
    | WrittenQuote
    | WrittenCode
    | WrittenImage
    | WrittenVideo
    | WrittenAudio
    | WrittenEmbed
    | WrittenLinkCard
    | WrittenTable
    | WrittenDivider,
    Field(discriminator="type"),
]
"""One block of a body, told apart by `type`."""


def written_block_json(block: _Block) -> dict[str, Any]:
    """Return a block for app.content, with the client's members only."""
    return block.model_dump(exclude_none=True)

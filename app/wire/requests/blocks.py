"""Blocks as clients write them. Stored and sent blocks are in app/content/blocks.py; their `html` is always ours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.wire.requests.text import Body, FullMatch, Line, Paragraphs, Request, WebAddress

BlockId = Annotated[str, FullMatch(r"[A-Za-z0-9_-]{1,40}", "must be up to 40 letters, digits, _ and -")]
Pixels = Annotated[int, Field(ge=1, le=20_000)]


class _Block(Request):
    id: BlockId | None = Field(None, description="Kept if given, so that other blocks and edits can name it.")


class ParagraphBlock(_Block):
    type: Literal["paragraph"]
    html: Body


class HeadingBlock(_Block):
    type: Literal["heading"]
    level: Annotated[int, Field(ge=2, le=4)] = 2
    text: Line | None = None
    html: Body | None = None


class ListItemBlock(Request):
    html: Body
    ordered: bool | None = None
    items: list[ListItemBlock] | None = Field(None, max_length=200)


class ListBlock(_Block):
    type: Literal["list"]
    ordered: bool = False
    start: Annotated[int, Field(ge=0, le=999_999)] | None = None
    items: list[ListItemBlock] = Field(max_length=200)
    html: Body | None = Field(None, description="Ignored: made from `items`.")


class QuoteBlock(_Block):
    type: Literal["quote"]
    html: Body
    who: Line | None = None
    role: Line | None = None
    url: WebAddress | None = None


class ImageBlock(_Block):
    type: Literal["image"]
    url: WebAddress
    width: Pixels | None = None
    height: Pixels | None = None
    alt: Paragraphs | None = None
    caption: Paragraphs | None = None
    credit: Line | None = None
    html: Body | None = Field(None, description="Ignored: made from the other fields.")


class VideoBlock(_Block):
    type: Literal["video"]
    url: WebAddress
    poster: WebAddress | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    caption: Paragraphs | None = None
    credit: Line | None = None
    html: Body | None = Field(None, description="Ignored: made from the other fields.")


class AudioBlock(_Block):
    type: Literal["audio"]
    url: WebAddress
    caption: Paragraphs | None = None
    credit: Line | None = None
    html: Body | None = Field(None, description="Ignored: made from the other fields.")


class EmbedBlock(_Block):
    type: Literal["embed"]
    url: WebAddress
    provider: Annotated[str, FullMatch(r"[a-z0-9_-]{1,40}", "must be a provider's name, like youtube")] | None = None
    title: Line | None = None
    ratio: Annotated[str, FullMatch(r"[0-9]{1,4}/[0-9]{1,4}", "must be two numbers, like 16/9")] | None = None
    consent: bool | None = None
    html: Body | None = Field(None, description="Ignored: made from the other fields.")


class LinkCardBlock(_Block):
    type: Literal["link_card"]
    url: WebAddress
    title: Line | None = None
    description: Paragraphs | None = None
    image: WebAddress | None = None
    html: Body | None = Field(None, description="Ignored: made from the other fields.")


class TableCell(Request):
    html: Body
    header: bool | None = None
    colspan: Annotated[int, Field(ge=1, le=100)] | None = None
    rowspan: Annotated[int, Field(ge=1, le=100)] | None = None


class TableBlock(_Block):
    type: Literal["table"]
    caption: Paragraphs | None = None
    rows: list[Annotated[list[TableCell], Field(max_length=100)]] = Field(max_length=500)
    html: Body | None = Field(None, description="Ignored: made from `rows`.")


class DividerBlock(_Block):
    type: Literal["divider"]
    html: Body | None = Field(None, description="Ignored.")


WrittenBlock = Annotated[
    ParagraphBlock
    | HeadingBlock
    | ListBlock
    | QuoteBlock
    | ImageBlock
    | VideoBlock
    | AudioBlock
    | EmbedBlock
    | LinkCardBlock
    | TableBlock
    | DividerBlock,
    Field(discriminator="type"),
]
"""One block of a body, told apart by `type`."""


def written_block_json(block: _Block) -> dict[str, Any]:
    """Return a block for app.content, with the client's members only."""
    return block.model_dump(exclude_none=True)

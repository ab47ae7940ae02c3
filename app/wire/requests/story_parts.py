"""Parts of a story as clients write them: its intro, authors, sponsor, picture, and what others are shown of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from app.content import MAX_BLOCKS
from app.wire.requests.blocks import OWN_WORDS, Pixels, UploadOrAddress, WrittenBlock, WrittenFocalPoint
from app.wire.requests.blocks import written_block_json as block_json
from app.wire.requests.entries import WrittenAuthor, check_one_body
from app.wire.requests.text import Body, EmptiableLine, Html, Line, Paragraphs, Request, WebAddress


def _as_text(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _as_author(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class IntroDraft(Request):
    """A body as an entry has one, written once: as `text` (Markdown, unless said otherwise), `html` or `blocks`."""

    text: Body | None = None
    text_format: Literal["markdown", "plain"] | None = None
    html: Html | None = None
    blocks: list[WrittenBlock] | None = Field(None, max_length=MAX_BLOCKS)

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        check_one_body(self)
        if self.text is None and self.html is None and self.blocks is None:
            raise ValueError("has a text, html or blocks; null for no intro")
        return self

    def written_blocks(self) -> list[dict[str, Any]] | None:
        """Return the blocks for app.content; None if the body was not written as blocks."""
        return None if self.blocks is None else [block_json(block) for block in self.blocks]


WrittenIntro = Annotated[IntroDraft, BeforeValidator(_as_text, json_schema_input_type=IntroDraft | Body)]
"""The intro of a story; a text alone is Markdown."""

StoryAuthor = Annotated[WrittenAuthor, BeforeValidator(_as_author, json_schema_input_type=WrittenAuthor | Line)]
"""An author of a story, as an entry has them; a text alone is the name."""


class WrittenSponsor(Request):
    """The sponsor of the coverage; every link to it says so to search engines."""

    name: Line
    url: WebAddress | None = None
    label: Annotated[Line, StringConstraints(max_length=60)] | None = Field(
        None, description="In place of the page's own words before the name: `Presented by`."
    )


class StoryImage(UploadOrAddress):
    """The picture of a story in lists and previews."""

    focal: WrittenFocalPoint | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    alt: Paragraphs | None = Field(None, description=OWN_WORDS)
    caption: Paragraphs | None = Field(None, description=OWN_WORDS)
    credit: EmptiableLine | None = Field(None, description=OWN_WORDS)


class WrittenSeo(Request):
    """The title, description and picture for search engines and social networks; the story's own where left out."""

    title: Line | None = None
    description: Paragraphs | None = None
    image: StoryImage | None = None

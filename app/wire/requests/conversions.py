"""The request body of a conversion."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from app.content import MAX_BLOCKS
from app.wire.requests.blocks import WrittenBlock, written_block_json
from app.wire.requests.text import Body, Html, Request


class ConversionDraft(Request):
    """A body in one of the forms an entry takes, to be seen in all others. Nothing of it is kept."""

    html: Html | None = Field(None, description="As it was pasted from a word processor, a mail or a page.")
    text: Body | None = None
    text_format: Literal["markdown", "plain"] | None = None
    blocks: list[WrittenBlock] | None = Field(
        None, max_length=MAX_BLOCKS, description="The body itself; beside `text` those that it names by `[[block:id]]`."
    )

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.html is None and self.text is None and self.blocks is None:
            raise ValueError("write a body: html, text or blocks")
        if self.html is not None and (self.text is not None or self.blocks is not None):
            raise ValueError("write the body once: html, or text, or blocks")
        if self.text_format is not None and self.text is None:
            raise ValueError("text_format belongs to text")
        return self

    def written_blocks(self) -> list[dict[str, Any]]:
        """Return the blocks for app.content; none if there are none."""
        return [written_block_json(block) for block in self.blocks or ()]

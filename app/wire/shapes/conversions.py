"""The shape of a conversion's answer, for the API's description; app/newsroom/queries/conversions.py makes it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from app.wire.shapes.answer import Answer
from app.wire.shapes.blocks import NewsroomBlock
from app.wire.shapes.values import EntryWarning, TextFormat


class Conversion(Answer):
    """A body in every form. It is kept nowhere: send it with an entry."""

    body_html: str = Field(description="As readers would get it; empty where nothing of it may stay.")
    body_text: str = Field(description="As plain text.")
    blocks: list[NewsroomBlock] = Field(description="Their ids are new, but for those that were sent.")
    text: str = Field(description="As Markdown; pictures and other blocks without text are `[[block:id]]` in it.")
    text_format: TextFormat | str
    text_exact: bool = Field(description="False where `text` lacks formatting that Markdown has no sign for.")
    warnings: list[EntryWarning | str] = Field(description="`alt_missing`: a picture has no alternative text.")


CONVERSION: dict[str, Any] = {
    "body_html": "<p>Polls have <b>closed</b>.</p>",
    "body_text": "Polls have closed.",
    "blocks": [{"id": "Zk3Qm81TfP", "type": "paragraph", "html": "<p>Polls have <b>closed</b>.</p>"}],
    "text": "Polls have **closed**.",
    "text_format": "markdown",
    "text_exact": True,
    "warnings": [],
}

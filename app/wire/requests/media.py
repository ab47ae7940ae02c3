"""Request bodies about uploads."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from app.wire.requests.blocks import WrittenFocalPoint
from app.wire.requests.entries import ClientId
from app.wire.requests.text import EmptiableLine, Paragraphs, Request

_WORDS = ("alt", "caption", "credit", "rights", "focal")


class _MediaWords(Request):
    alt: Paragraphs | None = Field(None, description="What a picture shows, for those who do not see it.")
    caption: Paragraphs | None = None
    credit: EmptiableLine | None = Field(None, description="Whose it is, as readers are told.")
    rights: Paragraphs | None = Field(None, description="What you may do with it; for the newsroom alone.")
    focal: WrittenFocalPoint | None = None


class MediaUpload(_MediaWords):
    """The fields beside an uploaded file. A caption, a credit or rights that are left out are read out of the file.

    Empty ones are none.
    """

    id: ClientId | None = Field(None, description="Your own id, so that a retry keeps nothing twice.")


class MediaPatch(_MediaWords):
    """Changes to the words of an upload: what is left out stays as it is, null or an empty text clears."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"give one of {', '.join(_WORDS)}")
        return self

    def given_words(self) -> dict[str, Any]:
        """Return the words that the client wrote; what it cleared is empty."""
        given = self.model_dump(exclude_unset=True)
        return {name: value if value is not None or name == "focal" else "" for name, value in given.items()}

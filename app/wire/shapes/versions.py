"""Shapes of answers about an entry's versions, for the API's description."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.domain.entry import EntryStatus
from app.wire.shapes.answer import Answer, sometimes
from app.wire.shapes.examples import ENTRY
from app.wire.shapes.newsroom import CONTENT, ContentFields, Working
from app.wire.shapes.values import DiffStep


class _Piece:
    """Metadata of a pair: a JSON Schema that says what each of both is, and that there are no more."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "items": {"type": "string"}}


DiffPiece = Annotated[tuple[DiffStep | str, str], _Piece()]
"""What was done with a piece of text, and the piece."""


class BodyDiff(Answer):
    """The differences from the body's text before to this version's."""

    body: list[DiffPiece] = Field(description="Pieces in the order of the text.")
    truncated: bool = Field(description="Some of it was too long to be compared word by word, and is one piece.")


class EntryVersion(ContentFields):
    """One newsroom change of an entry, and the entry's content after it."""

    version: int
    at: AwareDatetime
    person: str | None
    token: str
    name: str | None = Field(description="The name of the account that made it.")
    action: str
    status: EntryStatus | str
    note: str | None
    working: Working | None
    changed: list[str] | None = Field(
        description="Members that differ from the version before, working revision included; null for the first one."
    )
    diff: BodyDiff | None = sometimes("Sent if asked for; null for the first one.")


class EntryVersions(Answer):
    """Part of an entry's versions, newest first; `next` is the position to go on from."""

    items: list[EntryVersion]
    next: str | None


VERSION = {
    **CONTENT,
    "version": 1,
    "at": ENTRY["time"],
    "person": None,
    "token": "admin",
    "name": None,
    "action": "create",
    "status": "published",
    "note": None,
    "working": None,
    "changed": None,
}

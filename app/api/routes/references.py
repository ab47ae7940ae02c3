"""The path parameters of the newsroom's routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from app.wire.requests.entries import ExternalId
from app.wire.shapes.newsroom import NEWSROOM_ENTRY
from app.wire.shapes.people import PERSON, TOKEN

StoryRef = Annotated[str, Path(description="A story's id or slug.", examples=["election-night-x4k2"])]
EntryRef = Annotated[str, Path(description="An entry's id.", examples=[NEWSROOM_ENTRY["id"]])]
ExternalRef = Annotated[
    ExternalId,
    Path(description="The other system's id of the entry; unique in the story.", examples=["wire-20261103-17"]),
]
PersonRef = Annotated[str, Path(description="A person's id.", examples=[PERSON["id"]])]
TokenRef = Annotated[str, Path(description="A token's id, not its secret.", examples=[TOKEN["id"]])]

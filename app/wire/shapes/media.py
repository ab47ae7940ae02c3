"""Shapes of answers about uploads, for the API's description. app/wire/media_json.py makes the answers themselves."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from app.wire.shapes.answer import Answer
from app.wire.shapes.blocks import FocalPoint, Rendition
from app.wire.shapes.newsroom import Account
from app.wire.shapes.values import MediaAction, MediaKind


class Media(Answer):
    """An uploaded picture, video or sound."""

    id: str = Field(description="`media` of a block that shows it.")
    kind: MediaKind | str
    type: str = Field(description="The Content-Type of what was sent, by its content.")
    url: str = Field(description="Of the rendition that a block shows where there is no `srcset`.")
    width: int | None
    height: int | None
    animated: bool
    duration_ms: int | None
    placeholder: str | None = Field(description="An average colour, `#rrggbb`.")
    poster: str | None = Field(description="A picture of a video.")
    renditions: list[Rendition] = Field(description="Each address is signed: valid for an hour or two.")
    html: str = Field(description="It, as an entry would show it.")
    alt: str
    caption: str
    credit: str
    rights: str = Field(description="What may be done with it; never public.")
    focal: FocalPoint | None
    size: int = Field(description="Bytes of all its files.")
    version: int = Field(description="Counts changes of its words; the ETag is made of it.")
    created_at: AwareDatetime
    posted_by: Account
    can: list[MediaAction | str] = Field(description="The actions that are open to the caller.")


class MediaUse(Answer):
    """One place where an upload is used."""

    story: str | None
    slug: str | None
    title: str | None
    entry: str | None = Field(description="Null: the story itself.")
    person: str | None = Field(description="Whose avatar it is.")
    name: str | None
    current: bool = Field(description="False: in an earlier version alone.")


class MediaWithUses(Media):
    """An upload, and where it is used."""

    uses: list[MediaUse]
    used_elsewhere: int = Field(description="Uses in stories that the caller may not see.")


class MediaList(Answer):
    """Part of the uploads, newest first; `next` is the position to go on from."""

    items: list[Media]
    next: str | None


class DeletedMedia(Answer):
    """The id of what was deleted."""

    id: str


_BASE = "https://live.harbour.example/media-previews/1794164400.5f0c9d/k3J9xQ2vT7mW5zR8bN4cL6pY"

MEDIA: dict[str, Any] = {
    "id": "7a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
    "kind": "image",
    "type": "image/jpeg",
    "url": f"{_BASE}/640.jpg",
    "width": 640,
    "height": 427,
    "animated": False,
    "duration_ms": None,
    "placeholder": "#7d8a94",
    "poster": None,
    "renditions": [
        {"url": f"{_BASE}/640.webp", "type": "image/webp", "width": 640, "height": 427, "size": 38_112},
        {"url": f"{_BASE}/640.jpg", "type": "image/jpeg", "width": 640, "height": 427, "size": 51_310},
    ],
    "html": f'<figure class="lb-image"><img src="{_BASE}/640.jpg" alt="Water in Bridge Street."></figure>',
    "alt": "Water in Bridge Street.",
    "caption": "Bridge Street on Tuesday evening.",
    "credit": "Ana Costa/Harbour",
    "rights": "Own picture",
    "focal": {"x": 0.5, "y": 0.4},
    "size": 89_422,
    "version": 1,
    "created_at": "2026-11-03T21:02:11.482913Z",
    "posted_by": {"token": "9c1d7e20-3b4a-4c5d-8e6f-7a8b9c0d1e2f", "person": None, "name": "Desk"},
    "can": ["edit", "delete"],
}
MEDIA_WITH_USES: dict[str, Any] = {
    **MEDIA,
    "uses": [
        {
            "story": "7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b",
            "slug": "flood-x4k2p9",
            "title": "Flood",
            "entry": "b7d5c0de-41a9-4e0f-9a3c-5d6e7f8a9b0c",
            "person": None,
            "name": None,
            "current": True,
        }
    ],
    "used_elsewhere": 0,
}
DELETED_MEDIA: dict[str, Any] = {"id": MEDIA["id"]}

"""Shapes of answers about purges and legal holds, for the API's description."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from app.wire.shapes.answer import Answer
from app.wire.shapes.examples import ENTRY, STORY_FIELDS
from app.wire.shapes.media import MediaUse


class PlaceCount(Answer):
    """One place where text is kept, and how many rows of it are concerned."""

    place: str = Field(description="`entries`, `entry versions`, `stored replies`, `audit` …: docs/erasure.md.")
    count: int


class Hold(Answer):
    """A legal hold, of a story with all of its entries if `entry` is null."""

    story: str
    entry: str | None


class KeptUpload(Answer):
    """An upload that stays, and what else uses it."""

    media: str
    uses: list[MediaUse]


class Purged(Answer):
    """A purge that was done, and how much went from where."""

    story: str | None
    entry: str | None
    person: str | None
    bylines: bool
    media: str | None
    comment: str | None
    places: list[PlaceCount]
    held: list[Hold] = Field(description="What a legal hold keeps.")
    kept: list[KeptUpload] = Field(description="The uploads that stay, since they are used elsewhere too.")


class PreparedPurge(Purged):
    """A purge that was asked for, and what would go."""

    confirm: str | None = Field(description="Confirms it within ten minutes; null while a hold keeps it.")
    expires_at: AwareDatetime | None


class HoldChanged(Hold):
    """A hold as it is now."""

    held: bool


class Holds(Answer):
    """Every hold there is."""

    items: list[Hold]


_HOLD = {"story": STORY_FIELDS["id"], "entry": ENTRY["id"]}
HOLDS = {"items": [_HOLD]}
HOLD_CHANGED = {**_HOLD, "held": True}
PURGED: dict[str, Any] = {
    **_HOLD,
    "person": None,
    "bylines": False,
    "places": [{"place": "entries", "count": 1}, {"place": "entry versions", "count": 3}],
    "media": None,
    "comment": None,
    "held": [],
    "kept": [],
}
PREPARED_PURGE = {**PURGED, "confirm": "WyI2ZjFjMmEzNC01YjZkLTRlN2Yt.9d0c4e", "expires_at": ENTRY["time"]}

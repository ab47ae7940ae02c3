"""The members of a story made of what a client wrote: bodies, pictures and tags as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.content import shows_blocks, warnings_of
from app.domain.entry import EntryContent, JsonObject
from app.domain.errors import FieldError, InvalidInput
from app.domain.story import Story, intro_content
from app.newsroom.context.media_use import UsedMedia
from app.newsroom.context.write_context import WriteContext
from app.newsroom.entries.content import as_blocks, with_body
from app.newsroom.entries.tags import with_slugs
from app.newsroom.stories.continuing import lock_continued
from app.wire.encoding import encode_json
from app.wire.requests.entries import WrittenBody
from app.wire.requests.stories import StoryDraft, StoryPatch

MAX_INTRO_BYTES = 32_768
"""Every change of a story sends all of it to every reader."""


def completed_members(
    context: WriteContext, written: StoryDraft | StoryPatch, *, new_id: Callable[[], str], before: Story | None = None
) -> dict[str, Any]:
    """Return what a client wrote: bodies and pictures as blocks, tags with slugs, the continued story by its id.

    Raises InvalidInput, Conflict `blocks_would_be_lost`.
    """
    given, media = written.given_fields(), UsedMedia(context)
    if written.tags is not None:
        known = [] if before is None else before.fields["tags"]
        given["tags"] = [tag.model_dump() for tag in with_slugs(written.tags, known=known)]
    if given.get("image") is not None:
        given["image"] = _picture(media, given["image"], new_id)
    if given.get("authors"):
        given["authors"] = list(media.authors(given["authors"]))
    if given.get("seo") is not None:
        given["seo"] = _seo(media, given["seo"], new_id)
    if written.intro is not None:
        kept = intro_content({} if before is None else before.fields)
        given["intro"] = _intro(media, written.intro, new_id, before=kept)
    if given.get("continues") is not None:
        given["continues"] = lock_continued(context, given["continues"], story=None if before is None else before.id)
    return given


def check_intro_alternatives(story: Story) -> None:
    """Raise InvalidInput `alt_required` for a picture of the intro without alternative text where one is wanted."""
    if story.settings.require_alt and "alt_missing" in warnings_of(as_blocks(intro_content(story.fields))):
        detail = "This story wants alternative text with every picture."
        raise InvalidInput([FieldError("/intro", "alt_required", detail)])


def without_block_ids(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a story's fields without the ids of their blocks, which are new ones whenever the same is written."""
    return {name: _without_ids(value) for name, value in fields.items()}


def _picture(media: UsedMedia, image: JsonObject, new_id: Callable[[], str]) -> JsonObject:
    return media.complete([{"type": "image", **image}], new_id=new_id)[0]


def _seo(media: UsedMedia, seo: JsonObject, new_id: Callable[[], str]) -> JsonObject | None:
    """Return what others are shown, or None where it says nothing of its own."""
    image = seo["image"]
    shown = {**seo, "image": None if image is None else _picture(media, image, new_id)}
    return shown if any(shown.values()) else None


def _intro(media: UsedMedia, intro: WrittenBody, new_id: Callable[[], str], *, before: EntryContent) -> JsonObject:
    content = with_body(before, intro, new_id=new_id, media=media)
    if not shows_blocks(as_blocks(content)):
        raise InvalidInput([FieldError("/intro", "blank", "has nothing in it to be seen; null for no intro")])
    size = len(encode_json(content.blocks))
    if size > MAX_INTRO_BYTES:
        detail = f"The intro is {size:,} bytes once encoded; {MAX_INTRO_BYTES:,} at most."
        raise InvalidInput([FieldError("/intro", "too_long", detail)])
    return {"text": content.text, "text_format": content.text_format, "blocks": list(content.blocks)}


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ids(each) for each in value]
    if not isinstance(value, dict):
        return value
    is_block = "type" in value and "html" in value
    return {name: _without_ids(each) for name, each in value.items() if not (is_block and name == "id")}

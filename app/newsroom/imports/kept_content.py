"""Contents and a story's members out of an export, made again by the rules of what clients write.

A file may have been made by anybody. What is made of it is what the same words would be, written here: sanitised, with
addresses checked. Of what an export of ours has it makes the same, byte by byte.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.content import Block, media_name
from app.content.media_addresses import MEDIA_FILE_PATTERN, MEDIA_NAME_PATTERN
from app.domain.entry import EntryContent, JsonObject
from app.domain.errors import FieldError, InvalidInput
from app.domain.identifiers import is_uuid4
from app.domain.media import Media
from app.domain.story import StorySettings
from app.newsroom.context.media_use import BodyMedia
from app.newsroom.entries.content import new_content
from app.wire.problems import validation_errors
from app.wire.requests.entries import EntryDraft
from app.wire.requests.stories import STORY_DEFAULTS, STORY_FIELDS, CommentSettings, StoryDraft
from app.wire.requests.text import Body

_OF_UPLOADS = frozenset({"url", "poster", "renditions", "html"})
"""Members of a block that are made of the upload that it shows."""
_BODY = TypeAdapter(Body)
_NOTHING = EntryContent()
_KINDS = frozenset({"image", "video", "audio"})
_TYPES = frozenset({"image/jpeg", "image/webp", "image/png", "video/mp4", "video/webm", "audio/mpeg", "audio/mp4"})
"""What renditions are sent as: nothing that a browser would run."""
_MAX_WORDS = 10_000


def kept_content(content: EntryContent, *, media: BodyMedia, uploads: Iterable[str]) -> EntryContent:
    """Return the content as it is stored here. `uploads` are the ids of those there are: others are left out.

    Raises InvalidInput, TooLarge.
    """
    known = frozenset(uploads)
    blocks = [_written(block) for block in content.blocks if block.get("media") is None or block["media"] in known]
    if content.headline is None and not blocks:
        return _NOTHING  # its text was purged, or it showed nothing but an upload that is no more
    members: dict[str, Any] = {
        "kind": content.kind,
        "key_event": content.key_event,
        "importance": content.importance,
        "headline": content.headline,
        "label": content.label,
        "icon": content.icon,
        "authors": [_without_avatar(author) for author in content.authors],
        "source": content.source,
        "tags": list(content.tags),
    }
    if blocks:
        members["blocks"] = blocks
    try:
        draft = EntryDraft.model_validate(members)
        text = None if content.text is None else _BODY.validate_python(content.text)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None
    made = new_content(draft, author=None, new_id=_no_new_id, media=media)
    if content.text_format not in {"markdown", "plain"}:
        raise InvalidInput([FieldError("/text_format", "invalid_value", "There is no such format.")])
    return dataclasses.replace(
        made,
        authors=kept_authors(content.authors, media=media),
        text=text,
        text_format=content.text_format,
        display_time=content.display_time,
    )


def kept_authors(authors: Sequence[JsonObject], *, media: BodyMedia) -> tuple[JsonObject, ...]:
    """Return authors with their avatars; their other members were checked. The order of members stays."""
    made = []
    for author in authors:
        avatar = author.get("avatar")
        if avatar is not None and not isinstance(avatar, str):
            raise InvalidInput([FieldError("/authors", "invalid_value", "An avatar is an address.")])
        made.append({name: value for name, value in author.items() if name != "avatar_renditions"})
    return media.authors(made)


def kept_fields(
    fields: Mapping[str, Any], *, media: BodyMedia, uploads: Iterable[str], known_stories: frozenset[str]
) -> dict[str, Any]:
    """Return a story's members as they are stored here; links to stories that there are not are left out.

    Raises InvalidInput, TooLarge.
    """
    known = frozenset(uploads)
    simple = {
        name: fields[name]
        for name in STORY_FIELDS
        if name not in {"intro", "image", "seo", "continues", "authors"} and fields.get(name) is not None
    }
    simple["authors"] = [_without_avatar(author) for author in fields.get("authors") or ()]
    seo = fields.get("seo")
    if seo is not None:
        simple["seo"] = {"title": seo.get("title"), "description": seo.get("description")}
    try:
        given = StoryDraft.model_validate(simple).given_fields()
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None
    kept = {**STORY_DEFAULTS, **{name: given[name] for name in simple}}
    kept["authors"] = list(kept_authors(fields.get("authors") or (), media=media))
    kept["image"] = _picture(fields.get("image"), media, known)
    if seo is not None:
        kept["seo"] = {**kept["seo"], "image": _picture(seo.get("image"), media, known)}
    intro = fields.get("intro")
    if intro is not None:
        content = EntryContent(text=intro["text"], text_format=intro["text_format"], blocks=tuple(intro["blocks"]))
        made = kept_content(content, media=media, uploads=known)
        kept["intro"] = {**intro, "text": made.text, "text_format": made.text_format, "blocks": list(made.blocks)}
    for name in ("continues", "continued_by"):
        kept[name] = fields.get(name) if fields.get(name) in known_stories else None
    order = [*(name for name in fields if name in kept), *(name for name in kept if name not in fields)]
    return {name: kept[name] for name in order}


def check_settings(settings: StorySettings) -> None:
    """Raise InvalidInput for a story's settings of comments that no client could have made."""
    try:
        if settings.comments is not None:
            CommentSettings.model_validate(settings.comments)
    except ValidationError as error:
        raise validation_errors(error.errors(include_url=False)) from None


def check_upload(media: Media) -> None:
    """Raise InvalidInput for an upload that could not have been taken here."""
    files = [each for each in media.renditions if _is_file(each)]
    names = {str(each.get("file")) for each in files}
    fits = bool(files) and len(names) == len(files) == len(media.renditions) and media.kind in _KINDS
    words = (media.words.alt, media.words.caption, media.words.credit, media.words.rights)
    if not (
        fits
        and is_uuid4(media.id)
        and re.fullmatch(MEDIA_NAME_PATTERN, media.name)
        and re.fullmatch(r"[0-9a-f]{64}", media.sha256)
        and (media.placeholder is None or re.fullmatch(r"#[0-9a-f]{6}", media.placeholder))
        and all(len(each) <= _MAX_WORDS for each in words)
    ):
        raise InvalidInput([FieldError("/media", "invalid_value", f"The upload {media.id[:36]!r} is none of ours.")])


def _is_file(file: JsonObject) -> bool:
    named = re.fullmatch(MEDIA_FILE_PATTERN, str(file.get("file")))
    sizes = [file.get(name) for name in ("width", "height") if file.get(name) is not None]
    is_sized = isinstance(file.get("size"), int) and all(isinstance(each, int) for each in sizes)
    return named is not None and is_sized and file.get("type") in _TYPES


def uploads_named(contents: Iterable[EntryContent]) -> set[str]:
    """Return the ids of the uploads that blocks show."""
    return {str(block["media"]) for content in contents for block in content.blocks if block.get("media") is not None}


def _picture(image: Mapping[str, Any] | None, media: BodyMedia, known: frozenset[str]) -> Block | None:
    if image is None or (image.get("media") is not None and image["media"] not in known):
        return None
    content = kept_content(EntryContent(blocks=(image,)), media=media, uploads=known)
    return content.blocks[0] if content.blocks else None  # type: ignore[return-value] # a block is an object


def _written(block: JsonObject) -> dict[str, Any]:
    """Return a block as a client would send it back."""
    if block.get("media") is None:
        return dict(block)
    return {name: value for name, value in block.items() if name not in _OF_UPLOADS}


def _without_avatar(author: JsonObject) -> dict[str, Any]:
    """Return an author without an avatar of ours, whose address has no host yet."""
    avatar = author.get("avatar")
    own = isinstance(avatar, str) and media_name(avatar) is not None
    return {
        name: value for name, value in author.items() if name != "avatar_renditions" and not (own and name == "avatar")
    }


def _no_new_id() -> str:
    raise InvalidInput([FieldError("/blocks", "invalid_id", "A block of an export has an id.")])
